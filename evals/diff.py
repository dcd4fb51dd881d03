"""Diff: what changed from run A to run B, question by question and metric by metric.

Works on runs as plain JSON (`evals.types.Run.to_json`) and asks nothing again. The same two runs
give the same bytes. It says what changed; whether that is allowed is `evals.gates`' to say.
"""

import json
import operator
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.intervals import RESAMPLES, SEED, bootstrap, bootstrap_mean
from evals.metrics import METRICS
from evals.saved import (
    ROUNDING,
    GateError,
    Json,
    Pair,
    case_names,
    check_same_corpus,
    is_number,
    mean,
    pairs,
    score,
)
from evals.suite import same_article

TITLES = {
    "regression": "Regressions",
    "error": "Could not be run",
    "fix": "Fixes",
    "unchanged-failed": "Still failing, with gold retrieved elsewhere",
    "unchanged-passed": "Still passing, with gold retrieved elsewhere",
    "added": "Added",
    "removed": "Removed",
}
COSTS = ("latency_ms", "usage.input_tokens", "usage.output_tokens", "usage.cost_usd")
"""What a case costs; less is better."""
NOISE = "no difference beyond noise"
INCOMPARABLE = "cannot be compared"
# Five changes that all go one way still come by chance once in sixteen times (a two-sided sign
# test), while the bootstrap knows no other way and gives an interval that excludes 0.
MIN_CHANGED = 6
MIN_SAMPLES = 100
DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Move:
    """Where a gold article, or a passage of it, was retrieved in either run.

    A gold passage is one that an answer that passed quotes.

    Attributes:
        article: the article, as the expectation names it.
        quote: what is quoted from the passage; None for the article as a whole.
        before, after: its rank in A and in B, from 1; None where it was not retrieved.
    """

    article: str
    quote: str | None
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What became of one question.

    Attributes:
        name: its id, with its suite if the runs are over several.
        suite, id, kind, question: as in its record; B's where both runs have one.
        status: a key of TITLES; "error" when either run could not ask it.
        edited: whether its question or expectations are not the same in both runs.
        failures: the expectations that are not met in the later run that has it.
        error: why it could not be run, and in which run.
        moves: on a regression each gold article, else those whose rank changed; and the gold
            passages whose rank changed.
    """

    name: str
    suite: str
    id: str
    kind: str
    question: str
    status: str
    edited: bool
    failures: tuple[str, ...]
    error: str | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class MetricChange:
    """How a metric changed over the cases that both runs could ask.

    Attributes:
        metric: one of METRICS, COSTS, or another score that the records hold.
        a, b: its mean in either run, over the cases to which it applies there.
        change: b - a. None, like the interval, when it applies to no case in one of the runs.
        low, high: the 95% interval of the change.
        verdict: "better", "worse", NOISE or INCOMPARABLE.
        n: how many cases it applies to in either run.
        changed: in how many of them it is not the same.
    """

    metric: str
    a: float | None
    b: float | None
    change: float | None
    low: float | None
    high: float | None
    verdict: str
    n: int
    changed: int


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from A to B.

    Attributes:
        a, b: the provenance of either run.
        same_corpus: whether both are over the same suites and collections.
        samples, seed: of the bootstrap.
        metrics: each metric that applies anywhere.
        cases: in B's order, then those that only A has.
    """

    a: dict[str, Any]
    b: dict[str, Any]
    same_corpus: bool
    samples: int
    seed: int
    metrics: tuple[MetricChange, ...]
    cases: tuple[CaseChange, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many cases have each status."""
        counted = Counter(case.status for case in self.cases)
        return {status: counted[status] for status in TITLES}

    def to_json(self) -> dict[str, Any]:
        """Return the diff as plain JSON values; tuples become lists when they are dumped."""
        return {**asdict(self), "counts": self.counts}


def compare(
    a: Json, b: Json, *, other_corpus: bool = False, samples: int = RESAMPLES, seed: int = SEED
) -> Diff:
    """Compare run B with run A.

    The interval of a metric's change is the percentile bootstrap over questions, each drawn with
    both of its scores (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapters 8
    and 13). A change is called better or worse if the interval excludes 0 and at least MIN_CHANGED
    cases changed.

    Args:
        a: the earlier run.
        b: the later run.
        other_corpus: compare runs over other suites or collections all the same. Passages are
            then left out, since their places in another text mean nothing.
        samples: how many resamples to draw, at least MIN_SAMPLES.
        seed: where the random numbers start.

    Raises:
        GateError: the runs are over other suites or collections, or there are too few samples.
    """
    if samples < MIN_SAMPLES:
        raise GateError(f"{samples} bootstrap samples are too few: draw at least {MIN_SAMPLES}")
    try:
        check_same_corpus(a, b)
        same = True
    except GateError:
        if not other_corpus:
            raise
        same = False
    named, both = case_names(a, b), pairs(a, b)
    first, second = ({(c["suite"], c["id"]): c for c in run["cases"]} for run in (a, b))
    scored = {name for _, *records in both for record in records for name in record["scores"]}
    metrics = [*METRICS, *sorted(scored - {*METRICS}), *COSTS]
    changes = (_metric(metric, both, samples, seed) for metric in metrics)
    return Diff(
        a=a["provenance"],
        b=b["provenance"],
        same_corpus=same,
        samples=samples,
        seed=seed,
        metrics=tuple(change for change in changes if change.n),
        cases=tuple(
            _case(named[key], first.get(key), second.get(key), spans=same)
            for key in dict.fromkeys([*second, *first])
        ),
    )


def _case(name: str, old: Json | None, new: Json | None, *, spans: bool) -> CaseChange:
    record = new or old or {}
    pair = (old, new) if old and new else None
    errors = [
        f"{run}: {r['error']}"
        for run, r in (("A", old), ("B", new))
        if r and r["error"] is not None
    ]
    status = _status(old, new)
    compared = pair if pair and not errors else None
    return CaseChange(
        name=name,
        suite=record["suite"],
        id=record["id"],
        kind=record["kind"],
        question=record["question"],
        status=status,
        edited=bool(pair) and len({_asked(one) for one in pair or ()}) > 1,
        failures=tuple(record["failures"]),
        error="; ".join(errors) or None,
        moves=tuple(
            move
            for move in (_moves(*compared, spans=spans) if compared else ())
            if move.before != move.after or (status == "regression" and move.quote is None)
        ),
    )


def _status(old: Json | None, new: Json | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    if old["error"] is not None or new["error"] is not None:
        return "error"
    if old["passed"] == new["passed"]:
        return "unchanged-passed" if new["passed"] else "unchanged-failed"
    return "fix" if new["passed"] else "regression"


def _asked(record: Json) -> str:
    asked = [record.get(field) for field in ("question", "history", "as_of", "expect")]
    return json.dumps(asked, sort_keys=True)


def _moves(old: Json, new: Json, *, spans: bool) -> Iterator[Move]:
    """Find each gold article in both rankings, and each passage that a right answer quotes."""
    gold = [
        article
        for expect in (old["expect"], new["expect"])
        for field in ("sources_any", "sources_all")
        for article in expect.get(field) or ()
    ]
    right = [quote for r in (old, new) if r["passed"] for quote in _quotes(r["answer"])]
    first, second = (_passages(record["answer"]) for record in (old, new))
    for article in dict.fromkeys(gold):
        yield Move(article, None, *(_rank(r["retrieved"], article) for r in (old, new)))
        if spans and first is not None and second is not None:
            for quote in dict.fromkeys(q for q in right if same_article(article, q[0])):
                yield Move(article, quote[3], _holding(first, quote), _holding(second, quote))


def _rank(retrieved: list[str], article: str) -> int | None:
    ranks = (rank for rank, found in enumerate(retrieved, 1) if same_article(article, found))
    return next(ranks, None)


def _holding(
    ranking: list[tuple[str, int, int, int]], quote: tuple[str, int, int, str]
) -> int | None:
    """Return the best rank of a passage that holds the whole quotation."""
    article, start, end, _ = quote
    holds = (r for found, s, e, r in ranking if found == article and s <= start and end <= e)
    return min(holds, default=None)


def _quotes(answer: Json | None) -> list[tuple[str, int, int, str]]:
    return [
        (c["article"], operator.index(c["start"]), operator.index(c["end"]), str(c["quote"]))
        for sentence in (answer or {}).get("sentences") or ()
        for c in sentence["citations"]
    ]


def _passages(answer: Json | None) -> list[tuple[str, int, int, int]] | None:
    """Return the passages that were retrieved, None where the answer does not say."""
    found = (answer or {}).get("retrieved")
    if found is None:
        return None
    whole = ("start", "end", "rank")
    return [(p["article"], *(operator.index(p[field]) for field in whole)) for p in found]


def _metric(metric: str, both: list[Pair], samples: int, seed: int) -> MetricChange:
    scored = [(_value(old, metric), _value(new, metric)) for _, old, new in both]
    scored = [pair for pair in scored if pair != (None, None)]
    a, b = mean([old for old, _ in scored]), mean([new for _, new in scored])
    changed = sum(old is None or new is None or abs(new - old) > ROUNDING for old, new in scored)
    change, low, high, verdict = None, None, None, INCOMPARABLE
    if a is not None and b is not None:
        change = _rounded(b - a)
        low, high = _interval(scored, samples, seed)
        verdict = NOISE
        if changed >= MIN_CHANGED and not low <= 0 <= high:
            verdict = "better" if (low > 0) != (metric in COSTS) else "worse"
    a, b = (None if value is None else _rounded(value) for value in (a, b))
    return MetricChange(metric, a, b, change, low, high, verdict, len(scored), changed)


def _interval(
    scored: list[tuple[float | None, float | None]], samples: int, seed: int
) -> tuple[float, float]:
    """Return the interval of the second mean less the first, over what is there of either."""
    gains = [new - old for old, new in scored if old is not None and new is not None]
    if len(gains) == len(scored):
        low, high = bootstrap_mean(gains, resamples=samples, seed=seed)
        return _rounded(low), _rounded(high)
    values = np.array(scored, dtype=np.float64)  # shape (n, 2); None becomes NaN
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)

    def changes(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        counts = there[rows].sum(axis=1)
        undefined = np.full(counts.shape, np.nan)
        means = np.divide(filled[rows].sum(axis=1), counts, out=undefined, where=counts > 0)
        return np.asarray(means[:, 1] - means[:, 0])

    low, high = bootstrap(changes, len(scored), resamples=samples, seed=seed)
    return _rounded(low), _rounded(high)


def _value(record: Json, metric: str) -> float | None:
    if metric not in COSTS:
        return score(record, metric)
    answer = record["answer"] or {}
    where = record if metric == "latency_ms" else answer.get("usage") or {}
    value = where.get(metric.removeprefix("usage."))
    return float(value) if value is not None and is_number(value) else None


def _rounded(value: float) -> float:
    return round(value, DECIMALS) + 0.0  # no -0.0
