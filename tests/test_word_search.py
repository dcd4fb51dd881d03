"""What a word search does where a collection is too large for every word to bring its passages."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.sqlite.database import SqliteDatabase
from index.sqlite.store import SqliteStore
from index.sqlite.words import BUDGET, SqliteWords
from tests.test_store_contract import RECIPE, embedded

# Frequent: in every text but the last. Rare: in two. Fewer than that: a name, a number.
TEXTS = (
    "common zeppelin",
    "common zeppelin middling",
    "common Kovrig",
    "common 1963",
    *("common middling",) * 4,
    *("common other words",) * 12,
    "nothing",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    store = SqliteStore(tmp_path, create=True)
    store.write(RECIPE, [embedded(f"{n:02}", text) for n, text in enumerate(TEXTS)])
    store.close()
    opened = SqliteDatabase(tmp_path, create=False)
    yield opened
    opened.close()


def found(
    database: SqliteDatabase, budget: int, *words: str, within: list[int] | None = None
) -> list[str]:
    matches = SqliteWords(database, budget).search(words, 99, within, len(TEXTS))
    return [TEXTS[match.passage - 1] for match in matches]


def test_frequent_words_bring_no_passages_beyond_the_budget_but_rank_them(
    database: SqliteDatabase,
) -> None:
    asked = ("zeppelin", "common", "middling")
    assert len(found(database, 99, *asked)) == len(TEXTS) - 1
    assert found(database, 5, *asked) == ["common zeppelin middling", "common zeppelin"]


@pytest.mark.parametrize("rare", ["Kovrig", "1963"])
def test_rare_names_and_numbers_always_bring_theirs(database: SqliteDatabase, rare: str) -> None:
    [best, *_] = found(database, 3, "common", "middling", "zeppelin", rare)
    assert rare in best


def test_the_rarest_word_brings_its_passages_whatever_the_budget(database: SqliteDatabase) -> None:
    assert len(found(database, 1, "common")) == len(TEXTS) - 1
    assert len(found(database, 1, "common", "absent")) == len(TEXTS) - 1


def test_within_the_budget_nothing_changes(database: SqliteDatabase) -> None:
    asked = ("zeppelin", "common", "Kovrig")
    within = SqliteWords(database, 99).search(asked, 99, None, len(TEXTS))
    assert within == SqliteWords(database, BUDGET).search(asked, 99, None, len(TEXTS))
    assert len(within) == len(TEXTS) - 1


def test_a_small_scope_is_searched_with_every_word(database: SqliteDatabase) -> None:
    # In all of the collection "common" is too frequent; in two passages it is not.
    assert found(database, 5, "zeppelin", "common", within=[2, 9]) == [TEXTS[1], TEXTS[8]]
    # No rare word stands in this scope, which is too large for the others.
    rest = list(range(9, 21))
    assert found(database, 3, "zeppelin", "common", within=rest) == [TEXTS[8]] * 12


def test_a_frequent_word_is_counted_by_stretches(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, create=True)
    holds = np.random.default_rng(0).random(3000) < 2 / 3
    texts = [f"Text {n} " + ("of a river." if held else ".") for n, held in enumerate(holds)]
    store.write(RECIPE, [embedded("a", *texts)])
    words = SqliteWords(store._db, counted=100)
    assert words.count("river") == pytest.approx(holds.sum(), rel=0.15)
    assert words.count("7") == 1
    assert SqliteWords(store._db).count("river") == holds.sum()
    store.close()


def test_counts_follow_the_collection(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, create=True)
    store.write(RECIPE, [embedded("a", "One zeppelin.")])
    assert store.count_with_word("zeppelin") == 1
    other = SqliteStore(tmp_path)
    other.write(RECIPE, [embedded("b", "Another zeppelin.")])
    assert store.count_with_word("zeppelin") == 2
    other.write(RECIPE, [], removals=["a", "b"])
    assert store.count_with_word("zeppelin") == 0
    other.close()
    store.close()
