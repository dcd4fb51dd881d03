"""Retrieve: a question becomes ranked passages.

Vectors and words are searched separately, within a scope; what either finds is ranked by all that
speaks for it. Copies go, and one origin leaves room for others. Knows nothing of what an answer is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from index.origin import same_words
from index.store import Match, Store
from index.types import Vector
from rag.fuse import in_turns, weights_for
from rag.mentions import Mentions
from rag.question import Question
from rag.relevance import FEATURES, Relevance, relevance
from rag.scope import Scope
from rag.terms import question_terms
from rag.types import Hit

__all__ = ["KEPT", "SEARCHED", "Scope", "retrieve"]

# How many passages each search gives, and how many are kept after fusion.
SEARCHED = 30
KEPT = 8
# How many passages of one origin come before those of others.
OF_ONE_ORIGIN = 4


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the searches found for a question: both lists, best first, and all of it described."""

    relevance: Relevance
    dense: tuple[Match, ...]
    bm25: tuple[Match, ...]


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
    gathered = gather(store, question, vector, max(SEARCHED, kept), articles)
    return _chosen(store, ranked(question, gathered), kept)


def gather(
    store: Store,
    question: Question,
    vector: Vector,
    depth: int = SEARCHED,
    articles: Collection[str] | None = None,
) -> Gathered:
    """Return what either search finds, described.

    Args:
        store: the collection.
        question: what was asked.
        vector: the question's unit vector, shape (dimension,).
        depth: how many passages each search gives at most.
        articles: the ids of those to look in; None is all.
    """
    terms = question_terms(store, question)
    dense = store.search_vectors(vector, depth, articles)
    bm25 = store.search_words(terms.searched, depth, articles)
    found = list(dict.fromkeys(match.passage for match in (*dense, *bm25)))
    described = relevance(store, terms, Mentions.of(question.text), vector, found)
    return Gathered(described, tuple(dense), tuple(bm25))


def ranked(question: Question, gathered: Gathered) -> list[Hit]:
    """Return all that was found, best first; ties go to the older passage."""
    found = gathered.relevance
    in_dense = _places(gathered.dense)
    in_bm25 = _places(gathered.bm25)
    weights = weights_for(question.text)
    scores = found.features @ weights
    outlets = [article.outlet for article in found.articles]
    order = in_turns(scores, found.passages, outlets, found.features * weights)
    rows = found.features.tolist()
    hits = []
    for rank, n in enumerate(order, start=1):
        passage = found.passages[n]
        dense_rank, dense_score = in_dense.get(passage, (None, None))
        bm25_rank, bm25_score = in_bm25.get(passage, (None, None))
        evidence = dict(zip(FEATURES, rows[n], strict=True))
        hits.append(
            Hit(
                *(passage, rank, float(scores[n])),
                dense_rank=dense_rank,
                dense_score=dense_score,
                bm25_rank=bm25_rank,
                bm25_score=bm25_score,
                evidence=evidence,
            )
        )
    return hits


def _places(matches: Sequence[Match]) -> dict[int, tuple[int, float]]:
    return {match.passage: (rank, match.score) for rank, match in enumerate(matches, start=1)}


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
