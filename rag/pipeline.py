"""Pipeline: one call from a question to a checked answer.

Puts the steps together and times them. Knows nothing of how a step does its work, nor of who asks.
"""

import itertools
import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from index.embed import QueryEmbedder
from index.store import Store
from index.types import Vector
from rag.answer import Asked, Draft, draft_answer
from rag.cite import (
    check_citations,
    check_disagreements,
    cite_disagreements,
    cite_verbatim,
    evidence_dates,
    written_text,
)
from rag.dates.asked import prefers_newest
from rag.events import CheckedSentence, Done, Event, FoundDisagreement, Retrieval
from rag.evidence import (
    Candidate,
    Evidence,
    Inquiry,
    candidates,
    gather,
    in_order,
    newest_first,
    read,
    weigh,
)
from rag.explain import explanation_of
from rag.parts import parts_of
from rag.question import Question, check, parse_question
from rag.reader import PassageReader
from rag.records.answers import KeepsAnswers
from rag.retrieve import KEPT, Scope, retrieve
from rag.types import Answer, Disagreement, Found, Nearest, Retrieved, Sentence, Source

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
        records: keeps each answer with its evidence; None keeps none.
    """

    def __init__(
        self,
        store: Store,
        embedder: QueryEmbedder,
        reader: PassageReader | None = None,
        records: KeepsAnswers | None = None,
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.reader = reader
        self.records = records

    def ask(
        self,
        text: str,
        *,
        history: Sequence[str] = (),
        scope: Scope | None = None,
        explain: bool = False,
    ) -> Answer:
        """Answer a question, or abstain and show the nearest passages.

        Args:
            text: the question.
            history: the earlier questions of the same conversation, oldest first.
            scope: which articles may be evidence; None is all.
            explain: whether to say with the answer why it is as it is.

        Raises:
            QuestionError: the question cannot be asked as it stands.
            StoreError: the collection cannot be read.
            CitationError: a quotation does not stand in its article; no answer leaves then.
        """
        for event in self.stream(text, history=history, scope=scope, explain=explain):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("a stream of events ends with Done")

    def stream(
        self,
        text: str,
        *,
        history: Sequence[str] = (),
        scope: Scope | None = None,
        explain: bool = False,
    ) -> Generator[Event]:
        """Yield what is known of the answer as it becomes known; the last is the answer.

        The question is checked at once, the rest done as the events are taken. It is done in one
        thread, that of the store; closing the iterator stops it.

        Arguments and errors are those of `ask`.
        """
        check(text)
        return self._events(text, history, scope, explain=explain)

    def _events(
        self, text: str, history: Sequence[str], scope: Scope | None, *, explain: bool
    ) -> Generator[Event]:
        timings: dict[str, float] = {}
        # One state of the collection for one answer: spans and texts that belong together.
        with self.store.reading():
            question = parse_question(self._alone(text, history, scope, timings))
            with _timed(timings, "embed"):
                vector = self.embedder.embed_query(question.text)
            made = self._answer(text, question, vector, scope, timings, explain=explain)
            with closing(made):
                for event in made:
                    # Before it leaves: whoever takes it may ask for it by its id at once.
                    if isinstance(event, Done) and self.records is not None:
                        self.records.keep(event.answer, self.store, history=history, scope=scope)
                    yield event

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
            inquiry = self._inquiry(question.text, question, vector)
            # What is read does not hang on how much is shown.
            return self._found(self._evidence(inquiry, max(limit, KEPT), scope, {})[:limit])

    def sentences(self, text: str) -> list[Candidate]:
        """Return the sentences that an answer to a question is chosen from, most probable first.

        Raises:
            QuestionError: the question cannot be asked as it stands.
            StoreError: the collection cannot be read.
        """
        question = parse_question(text)
        vector = self.embedder.embed_query(question.text)
        with self.store.reading():
            inquiry = self._inquiry(question.text, question, vector)
            return candidates(inquiry, self._evidence(inquiry, KEPT, None, {}))

    def _inquiry(self, part: str, question: Question, vector: Vector) -> Inquiry:
        """Return what is needed to recognise the answer to a part of a question."""
        if part != question.text:
            question = parse_question(part)
            vector = self.embedder.embed_query(part)
        return Inquiry(question, weigh(self.store, question), vector)

    def _evidence(
        self, inquiry: Inquiry, kept: int, scope: Scope | None, timings: dict[str, float]
    ) -> list[Evidence]:
        """Return the passages in which the answer is looked for, best first."""
        question = inquiry.question
        with _timed(timings, "retrieve"):
            hits = retrieve(self.store, question, inquiry.vector, kept=kept, scope=scope)
            evidence = gather(self.store, hits)
        if self.reader is not None:
            with _timed(timings, "read"):
                evidence = in_order(inquiry, read(self.reader, question, evidence, READ))
        return evidence

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
                    evidence={name: round(value, 4) for name, value in hit.evidence.items()},
                )
            )
        return tuple(found)

    def _answer(  # noqa: PLR0913 - each is one thing
        self,
        text: str,
        question: Question,
        vector: Vector,
        scope: Scope | None,
        timings: dict[str, float],
        *,
        explain: bool,
    ) -> Generator[Event]:
        asked: list[Asked] = []
        found: list[list[Evidence]] = []
        parts = parts_of(question.text)
        for part in parts:
            inquiry = self._inquiry(part, question, vector)
            found.append(self._evidence(inquiry, KEPT // len(parts), scope, timings))
            offered = candidates(inquiry, found[-1])
            if prefers_newest(part):
                offered = newest_first(offered)
            origins = self.store.origins({one.article.id for one in offered})
            asked.append(Asked(inquiry, tuple(offered), origins))
        evidence = _in_turns(found)
        retrieved = _retrieved(evidence)
        yield Retrieval(question.text, retrieved)
        with _timed(timings, "answer"):
            draft = draft_answer(asked)
        with _timed(timings, "cite"):
            sentences, sources = cite_verbatim(self.store, draft.sentences)
            check_citations(self.store, sentences)
            differing = {
                updates: _cited(self.store, draft, sources, updates=updates)
                for updates in (False, True)
            }
            nearest = () if sentences else _nearest(evidence)
        yield from _checked(sentences, sources)
        for updates, disagreements in differing.items():
            for disagreement in disagreements:
                yield FoundDisagreement(disagreement, updates)
        explanation = None
        if explain:
            with _timed(timings, "explain"):
                explanation = explanation_of(asked, [self._found(one) for one in found], draft)
        yield Done(
            Answer(
                id=uuid.uuid4().hex,
                question=text,
                standalone_question=question.text,
                abstained=not sentences,
                reason=draft.reason,
                text=written_text(sentences) if sentences else ABSTENTION,
                sentences=sentences,
                sources=sources,
                disagreements=differing[False],
                updates=differing[True],
                as_of=evidence_dates(sources),
                nearest=nearest,
                retrieved=retrieved,
                confidence=round(draft.confidence, 4),
                unanswered=draft.unanswered,
                answerer="extractive",
                model=None,
                usage=None,
                timings_ms=timings,
                explanation=explanation,
            )
        )


def _checked(sentences: Sequence[Sentence], sources: Sequence[Source]) -> Iterator[CheckedSentence]:
    """Yield each sentence with the sources that it is the first to cite."""
    named: set[int] = set()
    for sentence in sentences:
        cited = {citation.source for citation in sentence.citations} - named
        named |= cited
        yield CheckedSentence(sentence, tuple(one for one in sources if one.n in cited))


def _cited(
    store: Store, draft: Draft, sources: Sequence[Source], *, updates: bool
) -> tuple[Disagreement, ...]:
    numbers = {source.article: source.n for source in sources}
    cited = tuple(
        disagreement
        for dispute in draft.disputes
        if dispute.updates == updates
        for disagreement in cite_disagreements([dispute.conflict], dispute.statements, numbers)
    )
    check_disagreements(store, cited)
    return cited


def _in_turns(found: Sequence[Sequence[Evidence]]) -> list[Evidence]:
    """Return the first of each, then the second of each and so on, every passage once."""
    once: dict[int, Evidence] = {}
    for one in itertools.chain.from_iterable(itertools.zip_longest(*found)):
        if one is not None:
            once.setdefault(one.passage.id, one)
    return [
        replace(one, hit=replace(one.hit, rank=rank))
        for rank, one in enumerate(once.values(), start=1)
    ]


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
    spent = (time.perf_counter() - start) * 1000
    timings[step] = round(timings.get(step, 0.0) + spent, 3)
