"""Pipeline: one call from a question to a checked answer.

Puts the steps together and times them. Knows nothing of how a step does its work, nor of who asks.
"""

import uuid
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass

from index.embed import QueryEmbedder
from index.store import Store
from rag.answer import Draft, draft_answer
from rag.as_read import AsRead
from rag.candidates import Candidate
from rag.cite import (
    check_citations,
    check_disagreements,
    cite_disagreements,
    cite_verbatim,
    evidence_dates,
    written_text,
)
from rag.events import CheckedSentence, Done, Event, FoundDisagreement, Retrieval
from rag.explain import explanation_of
from rag.explanation import Explanation
from rag.look import Looked, Looker
from rag.numbering import Numbering
from rag.question import check, parse_question
from rag.reader import PassageReader
from rag.records.answers import KeepsAnswers
from rag.retrieve import KEPT, Scope
from rag.timing import timed
from rag.types import Answer, Disagreement, Found, Sentence
from rag.views import found_of, nearest_of, retrieved_of
from rag.write.account import Account, Brief, Writes, quote_all
from rag.write.task import Task, cited_first, likely_places, task_of

ABSTENTION = "The articles do not answer this."
# How many passages a search gives, unless more or fewer are asked for.
FOUND = 10


class Pipeline:
    """Answers questions from one collection.

    Args:
        store: the collection.
        embedder: the model that it was built with.
        reader: reads the passages; None answers sooner, and less well.
        writer: words the answers; None quotes the articles' own sentences.
        records: keeps each answer with its evidence; None keeps none.
    """

    def __init__(
        self,
        store: Store,
        embedder: QueryEmbedder,
        reader: PassageReader | None = None,
        *,
        writer: Writes | None = None,
        records: KeepsAnswers | None = None,
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.reader = reader
        self.writer = writer
        self.records = records
        self._looker = Looker(store, embedder, reader)

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
        thread, that of the store; closing the iterator stops it, and a model's call with it.

        Arguments and errors are those of `ask`.
        """
        check(text)
        return self._events(text, history, scope, explain=explain)

    def search(
        self, text: str, *, scope: Scope | None = None, limit: int = FOUND
    ) -> tuple[Found, ...]:
        """Return the passages that fit a question best, best first, without answering it.

        Raises:
            QuestionError: the question cannot be asked as it stands.
            StoreError: the collection cannot be read.
        """
        with self.store.reading():
            # What is read does not hang on how much is shown.
            shown = self._looker.passages(text, max(limit, KEPT), scope)[:limit]
            return found_of(shown, self.store.origins({one.article.id for one in shown}))

    def sentences(self, text: str) -> list[Candidate]:
        """Return the sentences that an answer to a question is chosen from, most probable first.

        Raises:
            QuestionError: the question cannot be asked as it stands.
            StoreError: the collection cannot be read.
        """
        with self.store.reading():
            return self._looker.sentences(text)

    def _events(
        self, text: str, history: Sequence[str], scope: Scope | None, *, explain: bool
    ) -> Generator[Event]:
        timings: dict[str, float] = {}
        # One state of the collection for one answer: spans and texts that belong together.
        with self.store.reading():
            question = parse_question(self._looker.alone(text, history, scope, timings))
            looked = self._looker.look(question, scope, timings)
            retrieved = retrieved_of(looked.evidence)
            yield Retrieval(question.text, retrieved)
            generation = self.store.info().generation
            drafted = self._draft(looked, timings, explain=explain)
        # It is let go of here, since a language model may write for a minute: what was read is in
        # memory, and the answer is of that.
        numbering = Numbering(looked.origins)
        sentences: list[Sentence] = []
        account = yield from self._tell(looked, drafted, numbering, sentences, timings)
        known = len(numbering.sources)
        with timed(timings, "cite"):
            differing = {
                updates: _differing(drafted, numbering, updates=updates)
                for updates in (False, True)
            }
        for updates, disagreements in differing.items():
            for disagreement in disagreements:
                sources, known = numbering.sources[known:], len(numbering.sources)
                yield FoundDisagreement(disagreement, updates, sources)
        task, draft = drafted.task, drafted.draft
        reached = task is not None and bool(sentences)
        answer = Answer(
            id=uuid.uuid4().hex,
            question=text,
            standalone_question=question.text,
            abstained=not sentences,
            reason=None if sentences else draft.reason,
            text=written_text(sentences) if sentences else ABSTENTION,
            sentences=tuple(sentences),
            sources=numbering.sources,
            disagreements=differing[False],
            updates=differing[True],
            as_of=evidence_dates(numbering.sources),
            nearest=() if sentences else nearest_of(looked.evidence),
            retrieved=retrieved,
            confidence=round(task.confidence if task and reached else draft.confidence, 4),
            unanswered=task.unanswered if task and reached else draft.unanswered,
            answerer=account.answerer,
            model=account.model,
            usage=None if account.usage is None else asdict(account.usage),
            timings_ms=timings,
            explanation=drafted.explanation,
            stepped_in=account.stepped_in,
            diagnostics=account.diagnostics,
        )
        if self.records is not None:
            # Before it leaves: whoever takes it may ask for it by its id at once.
            self.records.keep(answer, drafted.articles, generation, history=history, scope=scope)
        yield Done(answer)

    def _draft(self, looked: Looked, timings: dict[str, float], *, explain: bool) -> "_Drafted":
        """Return the extractive answer, its quotations checked, and what goes with any answer."""
        with timed(timings, "answer"):
            draft = draft_answer(looked.asked)
        with timed(timings, "cite"):
            quoted = cite_verbatim(draft.sentences, Numbering(looked.origins))
            check_citations(self.store, quoted)
            articles = AsRead(one.article for one in looked.evidence)
        explanation = None
        if explain:
            with timed(timings, "explain"):
                found = [found_of(one, looked.origins) for one in looked.found]
                explanation = explanation_of(looked.asked, found, draft)
        task = None
        if self.writer is not None:
            task = task_of(looked.question, looked.asked, draft, self.writer.takes)
        return _Drafted(draft, quoted, articles, task, explanation)

    def _tell(
        self,
        looked: Looked,
        drafted: "_Drafted",
        numbering: Numbering,
        told: list[Sentence],
        timings: dict[str, float],
    ) -> Generator[CheckedSentence, None, Account]:
        """Yield the answer's sentences and add them to what is told; return how they were made.

        Whoever answers plugs in here: nothing leaves that `check_citations` has not passed.
        """
        if self.writer is None or drafted.task is None:
            answering = quote_all(drafted.quoted, drafted.articles, numbering)
        else:
            brief = Brief(
                drafted.task.question,
                cited_first(looked.evidence, drafted.draft),
                drafted.quoted,
                likely_places(looked.asked),
                drafted.articles,
            )
            answering = self.writer.write(brief, numbering)
        account, known = Account(), 0
        with closing(answering):
            while True:
                with timed(timings, "write"):
                    given = _next(answering)
                if isinstance(given, Account):
                    account = given
                    break
                with timed(timings, "cite"):
                    check_citations(drafted.articles, [given])
                told.append(given)
                sources, known = numbering.sources[known:], len(numbering.sources)
                yield CheckedSentence(given, sources)
        if account.verify_ms is None:
            # What only quotes writes nothing.
            del timings["write"]
        else:
            timings["verify"] = account.verify_ms
            timings["write"] = round(timings["write"] - account.verify_ms, 3)
        return account


@dataclass(frozen=True, slots=True)
class _Drafted:
    """The extractive answer with what any answer rests on, and what a model is to be asked."""

    draft: Draft
    quoted: tuple[Sentence, ...]
    articles: AsRead
    task: Task | None
    explanation: Explanation | None


def _next(answering: Generator[Sentence, None, Account]) -> Sentence | Account:
    """Return the next sentence, or the account where there is none."""
    try:
        return next(answering)
    except StopIteration as done:
        account: Account = done.value
        return account


def _differing(
    drafted: _Drafted, numbering: Numbering, *, updates: bool
) -> tuple[Disagreement, ...]:
    """Return what the articles that the draft cites differ on, whatever was written of it."""
    disputes = [one for one in drafted.draft.disputes if one.updates == updates]
    cited = {c.article.id for one in drafted.draft.sentences for c in (one.lead, *one.others)}
    for dispute in disputes:
        for side in dispute.conflict.positions:
            for statement in (dispute.statements[n] for n in side.statements):
                if statement.article.id in cited:
                    numbering.number(statement.article)
    found = tuple(
        disagreement
        for dispute in disputes
        for disagreement in cite_disagreements(
            [dispute.conflict], dispute.statements, numbering.numbers
        )
    )
    check_disagreements(drafted.articles, found)
    return found
