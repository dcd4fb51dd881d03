"""Forms of a word that no rule for endings tells: nations, irregular verbs, numbers."""

from pathlib import Path

import pytest

from index.build import build
from index.sqlite.store import SqliteStore
from rag.evidence import weigh
from rag.question import parse_question
from rag.terms import question_terms, terms_of
from rag.verify.verify import bundled_verifier
from rag.word_forms import BASE_OF, forms_of, written_out
from rag.words import STOP_WORDS, content_words, stems_of, words
from tests.fakes import WordModel
from tests.test_verify import cited


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Britain", "British"),
        ("the UK", "the U.K."),
        ("American bakers", "America’s bakers"),
        ("US bakers", "U.S. bakers"),
        ("Canadians", "Canada"),
        ("sell", "sold"),
        ("sells", "sold"),
        ("flew", "flown"),
        ("eight women", "8 woman"),
    ],
)
def test_forms_of_one_word_are_one(asked: str, written: str) -> None:
    assert set(stems_of(asked)) - {"the"} == set(stems_of(written)) - {"the"}
    assert set(terms_of(asked)) - {"the"} == set(terms_of(written)) - {"the", "s"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("They told us", "They told America"),
        ("TELL US", "Tell America"),
        ("founded", "found"),
        ("Turkey", "Tunisia"),
        ("leaves", "leaf"),
    ],
)
def test_other_words_are_not(one: str, other: str) -> None:
    assert stems_of(one) != stems_of(other)


def test_an_abbreviation_with_capitals_alone_is_written_out() -> None:
    assert written_out("The US-led talks, U.S. duties and the USA") == (
        "The America-led talks, America duties and the America"
    )
    assert written_out("He told us about the Uplands.") == "He told us about the Uplands."


def test_no_form_is_of_two_words_or_carries_no_topic() -> None:
    every = [form for base in dict.fromkeys(BASE_OF.values()) for form in forms_of(base)]
    assert len(every) == len(set(every))
    assert not STOP_WORDS & BASE_OF.keys()
    assert content_words("Who won, and who won’t?") == ["won"]
    assert words("It won’t sink.") == ["it", "won", "t", "sink"]


def test_a_people_and_one_of_it_are_one() -> None:
    for form in (form for form in BASE_OF if form.endswith("s")):
        assert BASE_OF.get(form.removesuffix("s"), BASE_OF[form]) == BASE_OF[form]
    assert stems_of("Swede Danes Scot") == stems_of("Swedes Dane Scots")


def test_what_is_quoted_is_compared_as_it_is_written() -> None:
    source = cited("The mayor said: “The US is strong, and it won’t sink.”")
    for sentence in ("The mayor said: “America is strong”.", "The mayor said: “it will not sink”."):
        assert bundled_verifier().verify(sentence, source).verdict != "supported"


def test_what_the_articles_call_otherwise_is_found_and_not_unheard_of(tmp_path: Path) -> None:
    (tmp_path / "bakers.txt").write_text(
        "Bakers\n\nThe British sold eight ovens to Arden, a mill owner said on Friday.\n", "utf-8"
    )
    store = SqliteStore(tmp_path / "data", create=True)
    build([tmp_path / "bakers.txt"], store, WordModel())
    question = parse_question("Does Britain sell 8 ovens?")
    assert weigh(store, question).unheard == ()
    terms = question_terms(store, question)
    assert {"british", "uk", "u k", "sold", "eight"} <= set(terms.searched)
    assert len(store.search_words(terms.searched, 10)) == 1
    store.close()
