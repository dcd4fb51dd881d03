"""Runner: asks every case of a suite and records what came of it.

The answers come from an Asker, which is the local pipeline or a running service; the runner knows
only questions and answers. A case that could not be run is an error, never a wrong answer.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from evals import metrics
from evals.types import Case, Record, Suite
from index.errors import DatelineError


class AskError(DatelineError):
    """A question could not be asked: an outage, a time limit, a refusal. Not a wrong answer."""


class Asker(Protocol):
    """Where answers come from. Used from several threads at once."""

    def ask(self, case: Case) -> dict[str, Any]:
        """Return the whole answer, as `dateline ask --json` prints it.

        Raises:
            AskError: it could not be had.
        """

    def text(self, article: str) -> str | None:
        """Return an article's text, to check quotations against; None when there is none.

        Raises:
            AskError: it cannot be told.
        """

    def corpus(self) -> dict[str, Any]:
        """Return `fingerprint` and `articles`, as in Run.corpus."""

    def describe(self) -> dict[str, Any]:
        """Return `answerer`, `model` and `embedder`, as in Run.provenance."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a suite is run.

    Attributes:
        jobs: how many questions are asked at once.
        repeat: how often each question is asked.
        min_pass: how many of these must pass; None means all.
    """

    jobs: int = 1
    repeat: int = 1
    min_pass: int | None = None


Progress = Callable[[Record], None]
"""Called with each record as soon as it is there, in any order."""


def run_suite(
    suite: Suite,
    asker: Asker,
    options: Options,
    done: Sequence[Record] = (),
    progress: Progress = lambda _record: None,
) -> list[Record]:
    """Ask every case and return the records in the suite's order.

    Args:
        suite: the cases.
        asker: where answers come from.
        options: how to run them.
        done: records of an earlier run of these cases, which are taken as they are.
        progress: called with each new record.
    """
    known = {record.id: record for record in done}

    def one(case: Case) -> Record:
        if case.id in known:
            return known[case.id]
        record = run_case(suite.name, case, asker, options)
        progress(record)
        return record

    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        return list(pool.map(one, suite.cases))


def run_case(suite: str, case: Case, asker: Asker, options: Options) -> Record:
    """Ask one case as often as the options say.

    Of its answers the first is kept that fared as the case did.
    """
    attempts: list[Record] = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        try:
            answer = asker.ask(case)
            latency = (time.perf_counter() - start) * 1000
            attempts.append(judge(suite, case, answer, asker.text, latency))
        except AskError as error:
            return _unrun(suite, case, str(error))
    outcomes = tuple(bool(attempt.passed) for attempt in attempts)
    needed = options.repeat if options.min_pass is None else options.min_pass
    passed = sum(outcomes) >= needed
    shown = next((a for a in attempts if bool(a.passed) == passed), attempts[0])
    return replace(
        shown, passed=passed, attempts=outcomes, scores=shown.scores | {"passed": float(passed)}
    )


def judge(
    suite: str, case: Case, answer: dict[str, Any], text: metrics.Text, latency_ms: float
) -> Record:
    """Record one answer with its failures and scores."""
    wrong = tuple(metrics.failures(case.expect, answer))
    scores = {"passed": float(not wrong), **metrics.scores(case, answer, text)}
    if scores["citation_validity"] not in {None, 1.0}:
        wrong = (*wrong, "a quotation does not stand in its article")
        scores["passed"] = 0.0
    return replace(
        _blank(suite, case),
        passed=not wrong,
        failures=wrong,
        answer=answer,
        cited=metrics.cited(answer),
        abstained=answer["abstained"],
        disagreements=tuple(answer["disagreements"]),
        retrieved=metrics.retrieved(answer),
        latency_ms=round(latency_ms, 3),
        scores=scores,
    )


def summary(records: Sequence[Record]) -> dict[str, Any]:
    """Return the summary of a run, over all and by kind."""
    kinds = dict.fromkeys(record.kind for record in records)
    return {
        "overall": metrics.summarise(records),
        "kinds": {
            kind: metrics.summarise([r for r in records if r.kind == kind]) for kind in kinds
        },
    }


def corpus_fingerprint(digests: dict[str, str]) -> dict[str, Any]:
    """Return what identifies a collection's articles: the SHA-256 over ids and digests."""
    lines = "\n".join(f"{name} {digest}" for name, digest in sorted(digests.items()))
    return {
        "fingerprint": hashlib.sha256(lines.encode()).hexdigest(),
        "articles": len(digests),
    }


def _unrun(suite: str, case: Case, error: str) -> Record:
    return replace(_blank(suite, case), error=error)


def _blank(suite: str, case: Case) -> Record:
    return Record(
        suite=suite,
        id=case.id,
        kind=case.kind,
        question=case.question,
        history=case.history,
        as_of=case.as_of,
        tags=case.tags,
        expect=asdict(case.expect),
        passed=None,
        failures=(),
        error=None,
        answer=None,
        cited=(),
        abstained=None,
        disagreements=(),
        retrieved=(),
        latency_ms=None,
        attempts=(),
        scores={},
    )
