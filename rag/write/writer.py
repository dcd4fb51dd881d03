"""Writer: answers from evidence that a language model words and a verifier decides on.

Each sentence is verified as soon as it is whole, and leaves then if it is supported, the first ones
once one of them rests on what may well answer: true is not yet to the point. The others are held;
once the model is done it gets one turn to mend them, with the reasons. What is still not supported
is dropped, or shown with its verdict where the user wants that. Where the model fails, or nothing
of what it wrote is left, the extractive answer steps in. Knows no provider, and nothing of
how a sentence is verified.
"""

import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, fields

from rag.answer import MAX_SENTENCES
from rag.errors import ModelCallError
from rag.evidence import Place
from rag.language_model import LanguageModel, Message, Usage, estimated_tokens_of
from rag.numbering import Numbering
from rag.types import Diagnostics, Sentence
from rag.verify.verification import Cited, Verifies
from rag.write.account import Account, Brief, renumbered
from rag.write.judge import Judged, judge
from rag.write.marking import Marked, mark
from rag.write.parse import Parser, Written
from rag.write.prompt import first_turn, repair_turn
from rag.write.rules import Rules

# A model that has written so much and has not come to the point will not.
MOST_WRITTEN = 15
MOST_CHARS = 12_000


class Writer:
    """Writes answers with a language model.

    Args:
        model: words them.
        verifier: decides on each sentence.
        rules: how far the model may go.
    """

    def __init__(
        self, model: LanguageModel, verifier: Verifies, rules: Rules | None = None
    ) -> None:
        self._model = model
        self._verifier = verifier
        self._rules = rules or Rules()

    def takes(self, confidence: float) -> bool:
        """Tell whether the model is asked where the extractive answerer abstains."""
        return confidence >= self._rules.reach

    def write(self, brief: Brief, numbering: Numbering) -> Generator[Sentence, None, Account]:
        """Yield the sentences of an answer as they are verified; see `rag.write.account.Writes`."""
        marked = mark(
            brief.question,
            brief.evidence,
            passages=self._rules.passages,
            characters=self._rules.characters,
        )
        if not marked.cited:
            # There is nothing that a model could rest on; it is not asked.
            yield from _quoted(brief, numbering, ())
            return Account()
        work = _Work(marked, brief.likely, numbering)
        first = first_turn(brief.question, marked)
        failure: str | None = "the answer would take more tokens than its budget"
        if self._can_afford(first, Usage()):
            failure = yield from self._turn(first, work)
        if failure is None and work.held and not work.enough:
            yield from self._repair(first, work)
        stepped_in = self._why_step_in(failure, work)
        quoted = 0
        if stepped_in is not None:
            quoted = yield from _quoted(brief, numbering, work.sentences)
        flagged = 0
        if self._rules.flag and (work.sentences or quoted):
            for one in work.held:
                if one.citable:
                    flagged += 1
                    yield one.sentence(numbering)
        answerer = "model" if work.sentences or flagged else "extractive"
        return Account(
            answerer,
            self._model.name,
            work.usage,
            stepped_in,
            work.diagnostics(flagged),
            round(work.verify_ms, 3),
        )

    def _turn(
        self, messages: Sequence[Message], work: "_Work", *, repairs: bool = False
    ) -> Generator[Sentence, None, str | None]:
        """Let the model write once; yield what leaves, and return why it broke off if it did."""
        work.begin_turn()
        parser = Parser(work.marked.cited, work.marked.own_words)
        failure = None
        try:
            writing = self._model.write(messages, max_tokens=self._rules.max_tokens)
        except ModelCallError as error:
            return str(error)
        try:
            for piece in writing:
                for written in parser.feed(piece):
                    yield from self._sentence(written, work, repairs=repairs)
                if work.enough or len(parser.text) > MOST_CHARS:
                    break
            else:
                failure = None if writing.finished else f"{self._model.name} was cut off"
        except ModelCallError as error:
            failure = str(error)
        finally:
            # Also where whoever takes the sentences has gone: the call stops then.
            writing.close()
            work.add_usage(writing.usage)
        if not work.enough:
            for written in parser.end(finished=failure is None and len(parser.text) <= MOST_CHARS):
                yield from self._sentence(written, work, repairs=repairs)
        work.end_turn(parser, repairs=repairs)
        return failure

    def _sentence(self, written: Written, work: "_Work", *, repairs: bool) -> Iterator[Sentence]:
        if work.enough:
            return
        started = time.perf_counter()
        judged = judge(written, work.before, work.marked, self._verifier)
        work.verify_ms += (time.perf_counter() - started) * 1000
        for one in work.take(written, judged, repairs=repairs):
            yield one.sentence(work.numbering)

    def _repair(self, first: Sequence[Message], work: "_Work") -> Iterator[Sentence]:
        """Let the model mend what is held, and yield what leaves; a failure takes nothing back."""
        faults = [(one.text, one.verification.reason or "it is not supported") for one in work.held]
        messages = repair_turn(first, work.text, faults)
        if work.declined or not self._can_afford(messages, work.usage):
            return
        held, work.held = work.held, []
        yield from self._turn(messages, work, repairs=True)
        if not work.wrote:
            work.held = held

    def _can_afford(self, messages: Sequence[Message], spent: Usage) -> bool:
        """Tell whether another call is sure to stay within what one answer may take."""
        reads = estimated_tokens_of(messages)
        writes = self._rules.max_tokens
        if (
            spent.prompt_tokens + spent.completion_tokens + reads + writes
            > self._rules.budget_tokens
        ):
            return False
        if not spent.cost_usd:
            return True
        if not spent.prompt_tokens or not spent.completion_tokens:
            return False
        # The whole cost over either kind of token is more than one of that kind costs.
        most = reads / spent.prompt_tokens + writes / spent.completion_tokens
        return spent.cost_usd * (1 + most) <= self._rules.budget_usd

    def _why_step_in(self, failure: str | None, work: "_Work") -> str | None:
        if failure is not None:
            return failure
        if work.sentences:
            return None
        if work.declined:
            return f"{self._model.name} found no answer in the articles"
        if work.waiting:
            return f"{self._model.name} wrote nothing that answers the question"
        return f"{self._model.name} wrote nothing that its sources support"


@dataclass(slots=True)
class _Work:
    """One answer while it is written."""

    marked: Marked
    likely: frozenset[Place]
    numbering: Numbering
    sentences: list[Judged] = field(default_factory=list)
    waiting: list[Judged] = field(default_factory=list)
    held: list[Judged] = field(default_factory=list)
    before: tuple[Cited, ...] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    verify_ms: float = 0.0
    text: str = ""
    declined: bool = False
    wrote: int = 0

    @property
    def enough(self) -> bool:
        """Whether nothing more is taken."""
        return len(self.sentences) == MAX_SENTENCES or self.wrote >= MOST_WRITTEN

    def begin_turn(self) -> None:
        self.before = None
        self.wrote = 0
        self.counts["turns"] += 1

    def end_turn(self, parser: Parser, *, repairs: bool) -> None:
        if not repairs:
            self.text, self.declined = parser.text, parser.declined
        self.counts["unfinished"] += parser.unfinished

    def add_usage(self, usage: Usage) -> None:
        self.usage = together(self.usage, usage)

    def take(self, written: Written, judged: Judged, *, repairs: bool) -> list[Judged]:
        """Count a sentence and keep it; return what may leave now, in order."""
        self.wrote += 1
        counts = self.counts
        counts["written"] += 1
        counts["unknown_ids"] += written.unknown
        counts["malformed_ids"] += written.malformed
        counts["uncited"] += not written.ids
        counts["markup"] += judged.stripped
        counts["refused"] += judged.refused
        if any(_same(judged.text, other.text) for other in (*self.sentences, *self.waiting)):
            counts["repeated"] += 1
            return []
        if not judged.supported:
            counts[judged.verification.verdict] += 1
            self.before = None
            self.held.append(judged)
            return []
        self.before = judged.cited
        self.waiting.append(judged)
        if not self.sentences and not self._answers(judged):
            return []
        counts["repaired"] += repairs
        leaving, self.waiting = self.waiting[: MAX_SENTENCES - len(self.sentences)], []
        self.sentences += leaving
        return leaving

    def _answers(self, judged: Judged) -> bool:
        """Tell whether a sentence rests on one that may well answer."""
        return any((one.article.id, one.span) in self.likely for one in judged.cited)

    def diagnostics(self, flagged: int) -> Diagnostics:
        names = [one.name for one in fields(Diagnostics)]
        supported = len(self.sentences)
        told = {name: self.counts[name] for name in names}
        told |= {"supported": supported, "flagged": flagged, "beside": len(self.waiting)}
        told["dropped"] = told["written"] - supported - flagged - told["repeated"]
        return Diagnostics(**told)


def together(one: Usage, other: Usage) -> Usage:
    """Return what two calls took; the cost is known where it is known of both."""
    if not one.calls:
        return other
    known = one.cost_usd is not None and other.cost_usd is not None
    return Usage(
        one.calls + other.calls,
        one.prompt_tokens + other.prompt_tokens,
        one.completion_tokens + other.completion_tokens,
        (one.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
        one.cached + other.cached,
    )


def _quoted(
    brief: Brief, numbering: Numbering, written: Sequence[Judged]
) -> Generator[Sentence, None, int]:
    """Yield the extractive answer, but for what is cited already; return how many there were."""
    cited = [(one.article.id, one.span) for judged in written for one in judged.cited]
    count = 0
    for sentence in brief.quoted[: MAX_SENTENCES - len(written)] if written else brief.quoted:
        if not any(
            citation.article == article and citation.start < span.end and span.start < citation.end
            for citation in sentence.citations
            for article, span in cited
        ):
            count += 1
            yield renumbered(sentence, brief.articles, numbering)
    return count


def _same(one: str, other: str) -> bool:
    return one.casefold().rstrip(" .") == other.casefold().rstrip(" .")
