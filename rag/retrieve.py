"""Retrieve: a question becomes ranked passages.

Vectors and words are searched separately and fused by reciprocal rank (Cormack, Clarke and
Buettcher 2009, "Reciprocal Rank Fusion"). Knows nothing of what an answer is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.dates import iso_date
from index.filters import Filter, FilterError
from index.origin import same_words
from index.store import Match, Store
from index.types import Vector
from rag.dates.publication import published_by
from rag.question import Question
from rag.types import Hit

# How many passages each search gives, and how many are kept after fusion.
SEARCHED = 30
KEPT = 8
# How many passages of one origin come before those of others.
OF_ONE_ORIGIN = 4
# The constant of the method's authors: a first place counts little more than a second.
RANK_OFFSET = 60


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a question is asked of.

    Attributes:
        where: what is known of them.
        as_of: an ISO date; only articles known to be published by then.

    Raises:
        FilterError: that is no date.
    """

    where: Filter = field(default_factory=Filter)
    as_of: str | None = None

    def __post_init__(self) -> None:
        """Check the date."""
        if self.as_of is not None and iso_date(self.as_of) != self.as_of:
            raise FilterError(f"as-of is {self.as_of!r}: write a date as 2026-01-31")

    def articles(self, store: Store) -> set[str] | None:
        """Return the ids of the articles, or None where that is all of them."""
        if self == Scope():
            return None
        return {
            item.article.id
            for item in store.listed()
            if self.where.admits(item)
            and (self.as_of is None or published_by(item.article.published, self.as_of))
        }


def retrieve(
    store: Store,
    question: Question,
    vector: Vector,
    *,
    kept: int = KEPT,
    scope: Scope | None = None,
) -> list[Hit]:
    """Return the passages that fit a question best, best first.

    Args:
        store: the collection.
        question: what was asked.
        vector: the question's unit vector, shape (dimension,).
        kept: how many passages to return at most.
        scope: which articles to look in; None is all.
    """
    articles = scope.articles(store) if scope is not None else None
    dense = store.search_vectors(vector, SEARCHED, articles)
    bm25 = store.search_words(question.words, SEARCHED, articles)
    return _chosen(store, fuse(dense, bm25), kept)


def _chosen(store: Store, hits: Sequence[Hit], kept: int) -> list[Hit]:
    """Return the best hits, those of many origins before the many of one.

    What only repeats a better hit in a reprint of its story is left out; a reprint's own paragraphs
    stay. Beyond a few of one origin, others come first.
    """
    places = store.places([hit.passage for hit in hits])
    texts = _Texts(store)
    told: dict[str, list[Hit]] = {}
    first: list[Hit] = []
    rest: list[Hit] = []
    for hit in hits:
        if len(first) == kept:
            break
        place = places.get(hit.passage)
        if place is None:
            continue
        others = told.setdefault(place.origin, [])
        better = [o.passage for o in others if places[o.passage].article != place.article]
        if better and texts.repeats(hit.passage, better):
            continue
        (first if len(others) < OF_ONE_ORIGIN else rest).append(hit)
        others.append(hit)
    ranked = [*first, *rest][:kept]
    return [replace(hit, rank=rank) for rank, hit in enumerate(ranked, start=1)]


class _Texts:
    """The texts of passages, read when they are first compared."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._texts: dict[int, str] = {}

    def repeats(self, passage: int, others: Sequence[int]) -> bool:
        """Tell whether a passage says what another one says in nearly the same words."""
        missing = [i for i in (passage, *others) if i not in self._texts]
        for stored in self._store.passages(missing):
            article = self._store.article(stored.passage.article)
            if article is not None:
                self._texts[stored.id] = stored.passage.span.of(article.text)
        text = self._texts.get(passage, "")
        return any(same_words(text, self._texts.get(other, "")) for other in others)


def fuse(dense: Sequence[Match], bm25: Sequence[Match]) -> list[Hit]:
    """Fuse two rankings into one by reciprocal rank; ties go to the better cosine, then the id."""
    in_dense = {match.passage: (rank, match.score) for rank, match in enumerate(dense, start=1)}
    in_bm25 = {match.passage: (rank, match.score) for rank, match in enumerate(bm25, start=1)}
    scores = {
        passage: sum(
            1 / (RANK_OFFSET + ranking[passage][0])
            for ranking in (in_dense, in_bm25)
            if passage in ranking
        )
        for passage in in_dense | in_bm25
    }

    def best_first(passage: int) -> tuple[float, float, int]:
        return -scores[passage], -in_dense.get(passage, (0, -1.0))[1], passage

    return [
        Hit(
            passage,
            rank,
            scores[passage],
            *in_dense.get(passage, (None, None)),
            *in_bm25.get(passage, (None, None)),
        )
        for rank, passage in enumerate(sorted(scores, key=best_first), start=1)
    ]
