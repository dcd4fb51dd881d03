"""Retrieval: fusion by reciprocal rank, and what the ranking knows."""

from pathlib import Path

import pytest

from index.build import build
from index.sqlite.store import SqliteStore
from index.store import Match
from rag.question import parse_question
from rag.retrieve import RANK_OFFSET, fuse, retrieve
from tests.fakes import WordEmbedder, WordModel


def test_fusion_scores_are_sums_of_reciprocal_ranks() -> None:
    hits = fuse([Match(1, 0.9), Match(2, 0.8)], [Match(2, 7.0), Match(3, 5.0)])
    assert [hit.passage for hit in hits] == [2, 1, 3]
    first, second = RANK_OFFSET + 1, RANK_OFFSET + 2
    assert hits[0].score == pytest.approx(1 / second + 1 / first)
    assert hits[1].score == pytest.approx(1 / first)
    assert (hits[0].dense_rank, hits[0].dense_score) == (2, 0.8)
    assert (hits[0].bm25_rank, hits[0].bm25_score) == (1, 7.0)
    assert (hits[2].dense_rank, hits[2].dense_score) == (None, None)
    assert [hit.rank for hit in hits] == [1, 2, 3]


def test_ties_go_to_the_better_cosine_then_to_the_older_passage() -> None:
    hits = fuse([Match(5, 0.9)], [Match(3, 9.0)])
    assert [hit.passage for hit in hits] == [5, 3]
    hits = fuse([Match(9, 0.5), Match(4, 0.5)], [Match(4, 2.0), Match(9, 2.0)])
    assert [hit.passage for hit in hits] == [4, 9]


def test_nothing_found_is_no_hits() -> None:
    assert fuse([], []) == []


WIRE = [
    f"The {day} session of the harbour board ended with {count} members against the new quay, "
    f"and its chair said that the {place} plan would be drawn up afresh before the autumn."
    for day, count, place in (
        ("Monday", "nine", "eastern"),
        ("Tuesday", "seven", "western"),
        ("Wednesday", "six", "northern"),
        ("Thursday", "four", "southern"),
    )
]


def collection(folder: Path, texts: dict[str, str]) -> SqliteStore:
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    store = SqliteStore(folder / "data", create=True)
    build([folder], store, WordModel())
    return store


def found(store: SqliteStore, asked: str) -> list[str]:
    question = parse_question(asked)
    hits = retrieve(store, question, WordEmbedder().embed_query(asked))
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    return [p.passage.article for p in store.passages([hit.passage for hit in hits])]


def test_ten_copies_of_a_story_take_one_place_and_leave_room_for_others(tmp_path: Path) -> None:
    copies = {f"copy{n}": "\n\n".join(WIRE) for n in range(10)}
    own = "The harbour board met. Fishermen at the quay told us that no plan had reached them."
    store = collection(tmp_path, {**copies, "own": own})
    assert len(set(store.origins(list(copies)).values())) == 1
    articles = found(store, "What did the harbour board say of the quay plan?")
    assert "own" in articles
    assert len([name for name in articles if name != "own"]) == len(set(articles) - {"own"}) == 1


def test_what_a_reprint_adds_of_its_own_is_found_beside_the_original(tmp_path: Path) -> None:
    addition = "Elsewhere a zeppelin landed on the quay, our reporter adds, and left at noon. " * 6
    copy = "\n\n".join([*WIRE, "## Zeppelin", addition])
    store = collection(tmp_path, {"wire": "\n\n".join(WIRE), "copy": copy})
    assert store.origins(["copy", "wire"]) == {"copy": "copy", "wire": "copy"}
    assert "copy" in found(store, "Where did the zeppelin land?")
