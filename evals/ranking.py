"""Ranking: how well a list of ids, best first, places those that are right.

The measures of information retrieval (Manning, Raghavan and Schütze 2008, "Introduction to
Information Retrieval", chapter 8), for one question; the mean over questions is the caller's. An id
that is ranked twice counts at its first place only, so that an article's best passage stands for
it. With nothing right to find no measure is defined, and each raises ValueError.
"""

import math
from collections.abc import Collection, Hashable, Sequence


def recall_at(ranked: Sequence[Hashable], gold: Collection[Hashable], depth: int) -> float:
    """Return the share of what is right that stands in the first `depth` places."""
    right = _right(gold)
    return len(right.intersection(_places(ranked)[:depth])) / len(right)


def hit_at(ranked: Sequence[Hashable], gold: Collection[Hashable], depth: int) -> float:
    """Return 1 if anything right stands in the first `depth` places ("Hits@k"), else 0."""
    return float(not _right(gold).isdisjoint(_places(ranked)[:depth]))


def reciprocal_rank(
    ranked: Sequence[Hashable], gold: Collection[Hashable], depth: int | None = None
) -> float:
    """Return one over the first right id's place, 0 if none stands in the first `depth`.

    Its mean over questions is MRR (Voorhees 1999, "The TREC-8 Question Answering Track Report").
    """
    right = _right(gold)
    places = enumerate(_places(ranked)[:depth], start=1)
    return next((1 / place for place, found in places if found in right), 0.0)


def average_precision(ranked: Sequence[Hashable], gold: Collection[Hashable]) -> float:
    """Return the mean, over all that is right, of the precision at its place.

    What is right and not ranked counts 0. Its mean over questions is MAP (Manning et al. 2008,
    section 8.4).
    """
    right = _right(gold)
    found = [place for place, one in enumerate(_places(ranked), start=1) if one in right]
    return sum(n / place for n, place in enumerate(found, start=1)) / len(right)


def ndcg_at(ranked: Sequence[Hashable], gold: Collection[Hashable], depth: int) -> float:
    """Return the discounted gain of the first `depth` places, as a share of the best possible.

    Each right id at place p gains 1 / log2(p + 1) (Järvelin and Kekäläinen 2002, "Cumulated
    Gain-Based Evaluation of IR Techniques", with binary gains and the discount of trec_eval).
    """
    right = _right(gold)
    gain = sum(_discount(p) for p, one in enumerate(_places(ranked)[:depth], 1) if one in right)
    return gain / sum(_discount(place) for place in range(1, min(depth, len(right)) + 1))


def _right(gold: Collection[Hashable]) -> set[Hashable]:
    if not gold:
        raise ValueError("nothing is right here: a ranking cannot be measured against it")
    return set(gold)


def _places(ranked: Sequence[Hashable]) -> list[Hashable]:
    return list(dict.fromkeys(ranked))


def _discount(place: int) -> float:
    return 1 / math.log2(place + 1)
