"""Retrieve: a question becomes ranked passages.

Vectors and words are searched separately and fused by reciprocal rank (Cormack, Clarke and
Buettcher 2009, "Reciprocal Rank Fusion"). Knows nothing of what an answer is.
"""

from collections.abc import Sequence
from dataclasses import replace

from index.origin import same_words
from index.store import Match, Store
from index.types import Vector
from rag.question import Question
from rag.types import Hit

# How many passages each search gives, and how many are kept after fusion.
SEARCHED = 30
KEPT = 8
# How much deeper to search where a date shuts some of what is found out.
DEEPER = 20
# The constant of the method's authors: a first place counts little more than a second.
RANK_OFFSET = 60


def retrieve(
    store: Store,
    question: Question,
    vector: Vector,
    *,
    kept: int = KEPT,
    as_of: str | None = None,
) -> list[Hit]:
    """Return the passages that fit a question best, best first.

    Args:
        store: the collection.
        question: what was asked.
        vector: the question's unit vector, shape (dimension,).
        kept: how many passages to return at most.
        as_of: an ISO date; only passages of articles known to be published by then are returned.
    """
    depth = SEARCHED if as_of is None else SEARCHED * DEEPER
    dense = store.search_vectors(vector, depth)
    bm25 = store.search_words(question.words, depth)
    if as_of is not None:
        wanted = {match.passage for match in (*dense, *bm25)}
        open_to = _published_by(store, wanted, as_of)
        dense = [match for match in dense if match.passage in open_to]
        bm25 = [match for match in bm25 if match.passage in open_to]
    return _without_copies(store, fuse(dense[:SEARCHED], bm25[:SEARCHED]), kept)


def known_by(published: str | None, as_of: str) -> bool:
    """Tell whether an article was surely published on or before a day.

    A date that gives only its month or year counts from that month's or year's end.
    """
    if published is None:
        return False
    return published[:10].ljust(10, "~") <= as_of[:10]


def _without_copies(store: Store, hits: Sequence[Hit], kept: int) -> list[Hit]:
    """Return the best hits, leaving out those that repeat a better one in a reprint of its story.

    A reprint's own paragraphs stay: only nearly the same words of the same origin are left out.
    """
    info = store.info()
    if info.origins == info.articles:
        return list(hits[:kept])
    places = {p.id: p.passage for p in store.passages([hit.passage for hit in hits])}
    origins = store.origins({passage.article for passage in places.values()})
    shown: dict[str, list[tuple[str, str]]] = {}
    best: list[Hit] = []
    for hit in hits:
        if len(best) == kept:
            break
        passage = places.get(hit.passage)
        article = store.article(passage.article) if passage else None
        if passage is None or article is None:
            continue
        told = shown.setdefault(origins[article.id], [])
        text = passage.span.of(article.text)
        if any(other != article.id and same_words(text, words) for other, words in told):
            continue
        told.append((article.id, text))
        best.append(replace(hit, rank=len(best) + 1))
    return best


def _published_by(store: Store, passages: set[int], as_of: str) -> set[int]:
    known: dict[str, bool] = {}
    kept = set()
    for stored in store.passages(sorted(passages)):
        name = stored.passage.article
        if name not in known:
            article = store.article(name)
            known[name] = article is not None and known_by(article.published, as_of)
        if known[name]:
            kept.add(stored.id)
    return kept


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
