"""Terms: what a question and a passage have in common, however it is written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build
from index.sqlite.store import SqliteStore
from rag.question import parse_question
from rag.terms import one_way, question_terms, term_of, terms_of
from tests.fakes import WordModel


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("the U.S. army", "the US army"),
        ("a U.S.-led force", "a US-led force"),
        ("at 5 p.m. today", "at 5 pm today"),
        ("1,500 tonnes", "1500 tonnes"),
        ("12,345,678.5 euros", "12345678.5 euros"),
        ("cafés", "Cafe"),
        ("75%", "75"),
        ("tariffs rising", "tariff rise"),
    ],
)
def test_one_thing_is_one_term(first: str, second: str) -> None:
    assert terms_of(first) == terms_of(second)


@pytest.mark.parametrize(
    "text", ["It ended. A man left.", "in 2026, 2027 and 1,50", "3.5", "v.2", "Smith, J. left."]
)
def test_other_points_and_commas_stay(text: str) -> None:
    assert one_way(text) == text


@given(st.text())
def test_any_text_has_terms(text: str) -> None:
    assert all(terms_of(text))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    folder: Path = tmp_path_factory.mktemp("terms")
    texts = ["The U.S. envoy left Arden.", "The quay of Arden.", "A quay, 1,500 feet long."]
    for n, text in enumerate(texts):
        (folder / f"{n}.txt").write_text(text, "utf-8")
    opened = SqliteStore(folder / "data", create=True)
    build([folder], opened, WordModel())
    return opened


def test_a_rare_term_weighs_more_and_an_unknown_one_most(store: SqliteStore) -> None:
    weights = question_terms(store, parse_question("Which US zeppelin left the quay?")).weights
    assert (
        weights["zeppelin"] > weights["america"] == weights["left"] > weights[term_of("quay")] > 0
    )


def test_a_word_is_looked_for_as_the_full_text_index_may_have_it(store: SqliteStore) -> None:
    asked = question_terms(store, parse_question("Did the US envoy walk 1500 feet?"))
    assert {"us", "u s", "1500", "1 500"} <= set(asked.searched)
    assert "u s" not in question_terms(store, parse_question("Did an envoy tell us?")).searched


def test_pairs_are_content_words_side_by_side(store: SqliteStore) -> None:
    asked = question_terms(store, parse_question("Who is the U.S. trade envoy to Arden?"))
    assert asked.pairs == (("america", "trade"), ("trade", term_of("envoy")))
