"""Retrieval: fusion by reciprocal rank, and what the ranking knows."""

import pytest

from index.store import Match
from rag.retrieve import RANK_OFFSET, fuse


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
