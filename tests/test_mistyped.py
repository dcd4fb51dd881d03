"""Mistyped words are read as those of the articles, and English ones are left alone."""

from pathlib import Path

import pytest

from index.build import build
from index.sqlite.store import SqliteStore
from rag.mistyped import corrected, is_english, suspects
from rag.pipeline import Pipeline
from rag.question import parse_question
from tests.fakes import WordModel

TEXT = "Osterwick raised its tariffs on barley. Margit Hollenbeck of the millers' guild objected."
KIN = "Martin Holle and Martyn Holle decoupled; detained, they kept a protective silence."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Who objected to the tarrifs?", "Who objected to the tariffs?"),
        ("Who objected to the tarifs?", "Who objected to the tariffs?"),
        ("what did osterwik raise", "what did Osterwick raise"),
        ("What did Hollenbekc say?", "What did Hollenbeck say?"),
        ("tarrifs and barly", "tariffs and barley"),
    ],
)
def test_a_mistyped_word_is_read_as_the_one_near_it(typed: str, meant: str) -> None:
    question = parse_question(typed)
    assert corrected(typed, suspects(question, question.words), [TEXT]) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Who objected to the traffic?",
        "Who stopped the barges?",
        "What do the unbuilt mills cost?",
        # Two letters off, and as a name it may be another's.
        "What did Hollandbeck say?",
        "Who is Hallenbach?",
        "What does OSTERWIK stand for?",
        'Who wrote of "tarrifs"?',
        "Which objector was it?",
        "Was sagte Hollenbek über Osterwik gestern Abend dazu?",
    ],
)
def test_what_may_be_meant_as_it_is_stays(typed: str) -> None:
    question = parse_question(typed)
    assert corrected(typed, suspects(question, question.words), [TEXT]) == typed


@pytest.mark.parametrize(
    "typed", ["Who is Marton?", "Which detainee objected?", "What decouples?", "Who is proactive?"]
)
def test_what_may_be_either_or_another_form_stays(typed: str) -> None:
    question = parse_question(typed)
    assert corrected(typed, suspects(question, question.words), [KIN]) == typed


def test_what_the_collection_holds_is_not_mistyped() -> None:
    assert suspects(parse_question("Who grows osterbarl?"), ["grows"]) == []
    assert suspects(parse_question("Who grows osterbarl?"), ["osterbarl"]) == ["osterbarl"]


def test_english_words_are_known_with_their_endings() -> None:
    every = "tariff tariffs budged stopping unbuilt carried rebuilds happiest"
    assert [word for word in every.split() if not is_english(word)] == []
    assert not is_english("tarrifs")


def test_the_question_is_asked_as_it_was_meant_and_shown(tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text(f"Tariffs on barley\n\n{TEXT}\n", "utf-8")
    store = SqliteStore(tmp_path / "data", create=True)
    model = WordModel()
    build([tmp_path / "mill.txt"], store, model)
    pipeline = Pipeline(store, model.for_asking(store.info().recipe.model))
    answer = pipeline.ask("Who objected to the barly tarrifs?")
    assert answer.question == "Who objected to the barly tarrifs?"
    assert answer.standalone_question == "Who objected to the barley tariffs?"
    store.close()
