"""Pipeline: one call from a question to a checked answer.

Puts the steps together and times them. Knows nothing of how a step does its work, nor of who asks.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from index.embed import QueryEmbedder
from index.store import Store
from index.types import Vector
from rag.answer import draft_answer
from rag.cite import check_citations, cite_verbatim, evidence_dates, written_text
from rag.conversation import standalone_question
from rag.evidence import Evidence, Inquiry, candidates, gather, in_order, read, weigh
from rag.question import Question, check, parse_question
from rag.reader import PassageReader
from rag.retrieve import KEPT, Scope, retrieve
from rag.types import Answer, Found, Nearest, Retrieved

ABSTENTION = "The articles do not answer this."
NEAREST = 3
# How many passages a search gives, unless more or fewer are asked for.
FOUND = 10
# How many passages the reader reads; what is below is hardly ever the answer.
READ = 8


class Pipeline:
    """Answers questions from one collection.

    Args:
        store: the collection.
        embedder: the model that it was built with.
        reader: reads the passages; None answers sooner, and less well.
    """

    def __init__(
        self, store: Store, embedder: QueryEmbedder, reader: PassageReader | None = None
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.reader = reader

    def ask(self, text: str, *, history: Sequence[str] = (), scope: Scope | None = None) -> Answer:
        """Answer a question, or abstain and show the nearest passages.

        Args:
            text: the question.
            history: the earlier questions of the same conversation, oldest first.
            scope: which articles may be evidence; None is all.

        Raises:
            QuestionError: the question cannot be asked as it stands.
            StoreError: the collection cannot be read.
            CitationError: a quotation does not stand in its article; no answer leaves then.
        """
        timings: dict[str, float] = {}
        check(text)
        question = parse_question(standalone_question(text, history))
        with _timed(timings, "embed"):
            vector = self.embedder.embed_query(question.text)
        # One state of the collection for one answer: spans and texts that belong together.
        with self.store.reading():
            return self._answer(text, question, vector, scope, timings)

    def search(
        self, text: str, *, scope: Scope | None = None, limit: int = FOUND
    ) -> tuple[Found, ...]:
        """Return the passages that fit a question best, best first, without answering it.

        Raises:
            QuestionError: the question cannot be asked as it stands.
            StoreError: the collection cannot be read.
        """
        check(text)
        question = parse_question(text)
        vector = self.embedder.embed_query(question.text)
        with self.store.reading():
            inquiry = Inquiry(question, weigh(self.store, question), vector)
            return self._found(self._evidence(inquiry, limit, scope, {}))

    def _evidence(
        self, inquiry: Inquiry, kept: int, scope: Scope | None, timings: dict[str, float]
    ) -> list[Evidence]:
        """Return the passages in which the answer is looked for, best first."""
        question = inquiry.question
        with _timed(timings, "retrieve"):
            # The reader may bring to the top what was found further down.
            depth = max(kept, READ) if self.reader is not None else kept
            hits = retrieve(self.store, question, inquiry.vector, kept=depth, scope=scope)
            evidence = gather(self.store, hits)
        if self.reader is not None:
            with _timed(timings, "read"):
                evidence = in_order(inquiry, read(self.reader, question, evidence, READ))
        return evidence[:kept]

    def _found(self, evidence: Sequence[Evidence]) -> tuple[Found, ...]:
        origins = self.store.origins({one.article.id for one in evidence})
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
                )
            )
        return tuple(found)

    def _answer(
        self,
        text: str,
        question: Question,
        vector: Vector,
        scope: Scope | None,
        timings: dict[str, float],
    ) -> Answer:
        inquiry = Inquiry(question, weigh(self.store, question), vector)
        evidence = self._evidence(inquiry, KEPT, scope, timings)
        with _timed(timings, "answer"):
            draft = draft_answer(inquiry, candidates(inquiry, evidence))
        with _timed(timings, "cite"):
            sentences, sources = cite_verbatim(self.store, draft.sentences)
            check_citations(self.store, sentences)
            nearest = () if sentences else _nearest(evidence)
        return Answer(
            id=uuid.uuid4().hex,
            question=text,
            standalone_question=question.text,
            abstained=not sentences,
            reason=draft.reason,
            text=written_text(sentences) if sentences else ABSTENTION,
            sentences=sentences,
            sources=sources,
            disagreements=(),
            as_of=evidence_dates(sources),
            nearest=nearest,
            retrieved=_retrieved(evidence),
            confidence=round(draft.confidence, 4),
            answerer="extractive",
            model=None,
            usage=None,
            timings_ms=timings,
        )


def _retrieved(evidence: Sequence[Evidence]) -> tuple[Retrieved, ...]:
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


def _nearest(evidence: Sequence[Evidence]) -> tuple[Nearest, ...]:
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
        for one in evidence[:NEAREST]
    )


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)


@contextmanager
def _timed(timings: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[step] = round((time.perf_counter() - start) * 1000, 3)
