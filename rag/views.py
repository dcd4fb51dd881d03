"""Views: passages of the evidence, as an answer, a search and an abstention show them.

Plain values for whoever asks. Knows nothing of how a passage was found or what it answers.
"""

import itertools
from collections.abc import Mapping, Sequence

from rag.evidence import Evidence
from rag.orders import orders_among
from rag.types import Found, Nearest, Retrieved

NEAREST = 3


def found_of(evidence: Sequence[Evidence], origins: Mapping[str, str]) -> tuple[Found, ...]:
    """Return passages as a search shows them.

    Args:
        evidence: the passages, best first.
        origins: those of their articles.
    """
    found = []
    for one in evidence:
        span, article, hit = one.passage.passage.span, one.article, one.hit
        found.append(
            Found(
                rank=hit.rank,
                score=round(hit.score, 6),
                dense_rank=hit.dense_rank,
                dense_score=_rounded(hit.dense_score),
                bm25_rank=hit.bm25_rank,
                bm25_score=_rounded(hit.bm25_score),
                reader_score=_rounded(hit.reader_score),
                article=article.id,
                title=article.title,
                outlet=article.outlet,
                published=article.published,
                url=article.url,
                origin=origins.get(article.id, article.id),
                text=span.of(article.text),
                start=span.start,
                end=span.end,
                evidence={name: round(value, 4) for name, value in hit.evidence.items()},
            )
        )
    return tuple(found)


def retrieved_of(evidence: Sequence[Evidence]) -> tuple[Retrieved, ...]:
    """Return passages as an answer names them, in order."""
    return tuple(
        Retrieved(
            article=one.article.id,
            start=one.passage.passage.span.start,
            end=one.passage.passage.span.end,
            rank=one.hit.rank,
            score=round(one.hit.score, 6),
            dense_rank=one.hit.dense_rank,
            bm25_rank=one.hit.bm25_rank,
            reader_score=_rounded(one.hit.reader_score),
        )
        for one in evidence
    )


def nearest_of(evidence: Sequence[Evidence]) -> tuple[Nearest, ...]:
    """Return the first few passages as an abstention shows them, but none with an order in it."""
    shown = (
        one for one in evidence if not orders_among(one.article.text, one.passage.passage.sentences)
    )
    return tuple(
        Nearest(
            article=one.article.id,
            title=one.article.title,
            outlet=one.article.outlet,
            published=one.article.published,
            quote=one.passage.passage.span.of(one.article.text),
            start=one.passage.passage.span.start,
            end=one.passage.passage.span.end,
            score=round(one.hit.dense_score or 0.0, 4),
        )
        for one in itertools.islice(shown, NEAREST)
    )


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)
