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
from rag.evidence import Inquiry, candidates, weigh
from rag.question import Question, check, parse_question
from rag.retrieve import Scope, retrieve
from rag.types import Answer, Found, Hit, Nearest, Retrieved

ABSTENTION = "The articles do not answer this."
NEAREST = 3
# How many passages a search gives, unless more or fewer are asked for.
FOUND = 10


class Pipeline:
    """Answers questions from one collection.

    Args:
        store: the collection.
        embedder: the model that it was built with.
    """

    def __init__(self, store: Store, embedder: QueryEmbedder) -> None:
        self.store = store
        self.embedder = embedder

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
        # One state of the collection for one answer: spans and texts that belong together.
        with self.store.reading():
            question = parse_question(self._alone(text, history, scope, timings))
            with _timed(timings, "embed"):
                vector = self.embedder.embed_query(question.text)
            return self._answer(text, question, vector, scope, timings)

    def _alone(
        self, text: str, history: Sequence[str], scope: Scope | None, timings: dict[str, float]
    ) -> str:
        if not history:
            return text
        from rag.conversation import standalone_question  # noqa: PLC0415 - not for most questions
        from rag.followups.recall import recalled  # noqa: PLC0415

        with _timed(timings, "conversation"):
            return standalone_question(
                text, history, lambda earlier: recalled(self.store, earlier, scope)
            )

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
            hits = retrieve(self.store, question, vector, kept=limit, scope=scope)
            return self._found(hits)

    def _found(self, hits: Sequence[Hit]) -> tuple[Found, ...]:
        ids = [hit.passage for hit in hits]
        places = self.store.places(ids)
        found = []
        for hit, stored in zip(hits, self.store.passages(ids), strict=True):
            span, article = stored.passage.span, self.store.article(stored.passage.article)
            if article is None:
                continue
            found.append(
                Found(
                    rank=hit.rank,
                    score=round(hit.score, 6),
                    dense_rank=hit.dense_rank,
                    dense_score=_rounded(hit.dense_score),
                    bm25_rank=hit.bm25_rank,
                    bm25_score=_rounded(hit.bm25_score),
                    article=article.id,
                    title=article.title,
                    outlet=article.outlet,
                    published=article.published,
                    url=article.url,
                    origin=places[hit.passage].origin,
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
        with _timed(timings, "retrieve"):
            hits = retrieve(self.store, question, vector, scope=scope)
        with _timed(timings, "answer"):
            inquiry = Inquiry(question, weigh(self.store, question), vector)
            draft = draft_answer(inquiry, candidates(self.store, inquiry, hits))
        with _timed(timings, "cite"):
            sentences, sources = cite_verbatim(self.store, draft.sentences)
            check_citations(self.store, sentences)
            nearest = () if sentences else self._nearest(hits)
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
            retrieved=self._retrieved(hits),
            confidence=round(draft.confidence, 4),
            answerer="extractive",
            model=None,
            usage=None,
            timings_ms=timings,
        )

    def _retrieved(self, hits: Sequence[Hit]) -> tuple[Retrieved, ...]:
        places = {p.id: p.passage for p in self.store.passages([hit.passage for hit in hits])}
        return tuple(
            Retrieved(
                article=places[hit.passage].article,
                start=places[hit.passage].span.start,
                end=places[hit.passage].span.end,
                rank=hit.rank,
                score=round(hit.score, 6),
                dense_rank=hit.dense_rank,
                bm25_rank=hit.bm25_rank,
            )
            for hit in hits
            if hit.passage in places
        )

    def _nearest(self, hits: Sequence[Hit]) -> tuple[Nearest, ...]:
        nearest = []
        by_cosine = sorted(hits, key=lambda hit: -(hit.dense_score or -1.0))[:NEAREST]
        scores = {hit.passage: hit.dense_score for hit in by_cosine}
        for stored in self.store.passages(list(scores)):
            article = self.store.article(stored.passage.article)
            if article is None:
                continue
            span = stored.passage.span
            nearest.append(
                Nearest(
                    article=article.id,
                    title=article.title,
                    outlet=article.outlet,
                    published=article.published,
                    quote=span.of(article.text),
                    start=span.start,
                    end=span.end,
                    score=round(scores[stored.id] or 0.0, 4),
                )
            )
        return tuple(nearest)


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)


@contextmanager
def _timed(timings: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[step] = round((time.perf_counter() - start) * 1000, 3)
