"""The words of an evaluation: Suite, Case, Expectation, Record, Run.

Plain values. A Run is what one command measured; as JSON it holds every answer whole, so that it
can be scored again, compared and reported without asking anything again.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects of its answer. Empty and None expect nothing.

    Attributes:
        answer_all: every group must be met; a group is met by any of its strings, found
            case-insensitively in the answer's text or the positions of its disagreements.
        answer_none: none of these may be found there.
        sources_any: at least one of these articles is cited.
        sources_all: all of these articles are cited.
        min_sources: at least so many different articles are cited.
        disagreement: True, the answer reports at least one; False, it reports none.
        abstain: whether the answer must abstain; otherwise it must not.
        reference: an expected answer in whole sentences, from another tool's data set. It is
            measured and decides nothing.
    """

    answer_all: tuple[tuple[str, ...], ...] = ()
    answer_none: tuple[str, ...] = ()
    sources_any: tuple[str, ...] = ()
    sources_all: tuple[str, ...] = ()
    min_sources: int | None = None
    disagreement: bool | None = None
    abstain: bool = False
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One golden question. `as_of` is an ISO date; `where` names its place, "FILE:LINE"."""

    id: str
    kind: str
    question: str
    expect: Expectation
    history: tuple[str, ...] = ()
    as_of: str | None = None
    tags: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Golden questions about one corpus.

    Attributes:
        name: the suite's name.
        path: its file.
        corpus: the folder of articles, if it names one that there is.
        cases: its questions, in the file's order.
        corpus_problem: why the corpus that it names cannot be indexed; None where it can, or where
            it names none.
    """

    name: str
    path: Path
    corpus: Path | None
    cases: tuple[Case, ...]
    corpus_problem: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What came of one case.

    Attributes:
        suite, id, kind, question, history, as_of, tags: as in the case.
        expect: the case's expectation as plain values, so that a run can be scored again.
        passed: whether every expectation was met; None when the case could not be run.
        failures: each expectation that was not met, in words.
        error: why it could not be run (a provider's outage, a time limit); None when it was.
        answer: the whole answer, as `dateline ask --json` prints it; None on an error.
        cited: the ids of the articles cited, each once, in order.
        abstained: whether the answer abstains; None on an error.
        disagreements: the answer's disagreements, as in its JSON.
        retrieved: the ids of the articles retrieved, each once, in rank order.
        latency_ms: from the question to the whole answer, in milliseconds.
        attempts: for each time the case was run (--repeat), whether it passed.
        scores: each metric of this one case, from 0 to 1; None where it does not apply.
    """

    suite: str
    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    as_of: str | None
    tags: tuple[str, ...]
    expect: dict[str, Any]
    passed: bool | None
    failures: tuple[str, ...]
    error: str | None
    answer: dict[str, Any] | None
    cited: tuple[str, ...]
    abstained: bool | None
    disagreements: tuple[dict[str, Any], ...]
    retrieved: tuple[str, ...]
    latency_ms: float | None
    attempts: tuple[bool, ...]
    scores: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation.

    Attributes:
        suite: the names of the suites, joined by ", ".
        provenance: what a figure depends on: `commit`, `version` (Dateline's), `answerer`, `model`,
            `embedder`, `machine`, `started` (ISO 8601, UTC), `settings` (the options that change
            results), `cases` (how many were run).
        corpus: for each suite's name, `fingerprint` (SHA-256 over the articles' digests),
            `articles` (how many).
        summary: `overall` and `kinds` (by kind). Each of these groups has `cases`, `errors`, and
            the mean of each metric over the cases to which it applies, None where it applies to
            none. Metrics: see docs/evals.md. Latencies are under `latency_ms` (`p50`, `p95`,
            `p99`), money and tokens under `usage` (`input_tokens`, `output_tokens`, `cost_usd`,
            None when no model was asked).
        cases: the records, in the suites' order.
    """

    suite: str
    provenance: dict[str, Any]
    corpus: dict[str, dict[str, Any]]
    summary: dict[str, Any]
    cases: tuple[Record, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the run as plain JSON values; tuples become lists when they are dumped."""
        return asdict(self)
