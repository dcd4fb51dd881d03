"""Gates: whether a run is good enough, by bounds on its metrics or beside an earlier run.

Works on runs as plain JSON (`evals.types.Run.to_json`), since they come from saved files. A case
that could not be run is no wrong answer: it is in no mean, and whoever calls a check asks `errored`
first, since a run with errors is neither good nor bad. A metric that applies to no case fails its
gate. How metrics are scored, and what an exit code is, is not known here.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from evals.metrics import METRICS
from evals.saved import (
    ROUNDING,
    GateError,
    Json,
    Key,
    Pair,
    case_names,
    check_same_corpus,
    is_number,
    key_of,
    listed,
    mean,
    pairs,
    score,
)

COSTS = tuple(
    "latency_ms.p50 latency_ms.p95 latency_ms.p99 "
    "usage.input_tokens usage.output_tokens usage.cost_usd".split()
)
"""What only a group of cases has; less is better."""
FORM = "write [each:][KIND/]METRIC=NUMBER, for example passed=0.9"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound on a metric: the least that a score may be, the most that a cost may be.

    Attributes:
        metric: one of METRICS or COSTS.
        bound: the value that still passes.
        kind: the kind of cases that it is about; None for all.
        each: whether every single case is held to it, instead of their mean.
    """

    metric: str
    bound: float
    kind: str | None = None
    each: bool = False

    def __str__(self) -> str:
        """Return what `parse_threshold` reads."""
        kind = "" if self.kind is None else f"{self.kind}/"
        bound = repr(self.bound).removesuffix(".0")
        return f"{'each:' * self.each}{kind}{self.metric}={bound}"


@dataclass(frozen=True, slots=True)
class GateFailure:
    """A gate that did not hold.

    Attributes:
        gate: which one: the threshold, or the metric that is compared with the baseline.
        text: what was found, in one line.
        value: the value found; None where the metric applies to no case.
        bound: the value that would have passed; None where a baseline has none.
        count: over how many cases the value was taken.
        cases: the cases at fault, where it is known: those below the bound, or those that fell.
    """

    gate: str
    text: str
    value: float | None
    bound: float | None
    count: int
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier run that a later one is held against.

    Attributes:
        run: the earlier run.
        tolerance: how far a mean may fall.
        metrics: the metrics whose means are compared.
        other_corpus: whether it may have asked other articles.
    """

    run: Json
    tolerance: float
    metrics: tuple[str, ...]
    other_corpus: bool = False

    def failures(self, later: Json, *, whole: bool) -> "list[GateFailure]":
        """Return what a later run does worse; `whole` means that no case may be missing."""
        fell = check_regression(
            later, self.run, self.tolerance, self.metrics, other_corpus=self.other_corpus
        )
        return [*fell, *(missing_cases(later, self.run) if whole else ())]


def parse_threshold(text: str) -> Threshold:
    """Read a threshold: "passed=0.9", "each:citation_validity=1" or "fact/passed=0.9".

    The first bounds the mean over all cases to which the metric applies, the second every single
    case, the third the mean over the cases of one kind. Costs, as in "latency_ms.p95=500", have an
    upper bound.

    Raises:
        GateError: it is none of these.
    """
    name, equals, number = (part.strip() for part in text.rpartition("="))
    if not equals or not name:
        raise GateError(f"threshold {text!r} is no METRIC=NUMBER: {FORM}")
    each = name.startswith("each:")
    kind, slash, metric = (part.strip() for part in name.removeprefix("each:").rpartition("/"))
    if slash and not kind:
        raise GateError(f"threshold {text!r} names no kind before '/': {FORM}")
    if metric not in METRICS + COSTS:
        nearest = get_close_matches(metric.lower(), METRICS + COSTS, n=1, cutoff=0)[0]
        raise GateError(f"no metric is called {metric!r}; the nearest is {nearest!r}: {FORM}")
    if each and metric in COSTS:
        raise GateError(f"threshold {text!r}: {metric} is of all cases together; leave out 'each:'")
    return Threshold(metric, _bound(text, number, metric), kind if slash else None, each)


def check_thresholds(run: Json, thresholds: Iterable[Threshold]) -> list[GateFailure]:
    """Return the thresholds that a run does not reach. A value equal to its bound passes.

    Raises:
        GateError: a score in the run is no number.
    """
    failures = (_check(run, threshold) for threshold in thresholds)
    return [failure for failure in failures if failure]


def check_regression(
    run: Json,
    baseline: Json,
    tolerance: float,
    metrics: Sequence[str],
    *,
    other_corpus: bool = False,
) -> list[GateFailure]:
    """Return the metrics whose mean fell by more than `tolerance` below the baseline's.

    Both means are over the cases that both runs have and could run, each over those of them to
    which the metric applies in that run. A metric that applies to none in either run fails.

    Args:
        run: the run to be judged.
        baseline: the run that it is held against.
        tolerance: how far a mean may fall, in the metric's own unit: 0.02 lets 0.95 become 0.93.
        metrics: which of METRICS are compared.
        other_corpus: compare runs over other suites or collections all the same.

    Raises:
        GateError: the runs are over other suites or collections, or an argument makes no sense.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise GateError(f"the tolerance is {tolerance}: give a number from 0 up, for example 0.02")
    wrong = [metric for metric in metrics if metric not in METRICS]
    if wrong or not metrics:
        found = (
            f"{wrong[0]!r} cannot be compared with a baseline" if wrong else "no metric is named"
        )
        raise GateError(f"{found}: name some of {', '.join(METRICS)}")
    if not other_corpus:
        check_same_corpus(baseline, run)
    both, named = pairs(baseline, run), case_names(baseline, run)
    failures = (_fall(metric, tolerance, both, named) for metric in metrics)
    return [failure for failure in failures if failure]


def missing_cases(run: Json, baseline: Json) -> list[GateFailure]:
    """Return a failure when cases of the baseline are gone: a deleted question cannot pass."""
    gone = sorted(set(case_names(baseline).values()) - set(case_names(run).values()))
    if not gone:
        return []
    text = f"{_cases(len(gone))} of the baseline are gone: {listed(gone)}; save a new baseline"
    return [GateFailure("missing", text, None, None, len(gone), tuple(gone))]


def errored(run: Json) -> list[str]:
    """Return the cases that could not be run."""
    named = case_names(run)
    return [named[key_of(case)] for case in run["cases"] if case["error"] is not None]


def _bound(text: str, number: str, metric: str) -> float:
    try:
        bound = float(number)
    except ValueError:
        bound = math.nan
    if not math.isfinite(bound):
        raise GateError(f"threshold {text!r}: {number!r} is no number: {FORM}")
    if metric in METRICS and not 0 <= bound <= 1:
        raise GateError(f"threshold {text!r}: {metric} is a share: give a number from 0 to 1")
    if bound < 0:
        raise GateError(f"threshold {text!r}: {metric} is never below 0")
    return bound


def _check(run: Json, threshold: Threshold) -> GateFailure | None:
    kind, metric, bound = threshold.kind, threshold.metric, threshold.bound
    kinds = sorted({case["kind"] for case in run["cases"]})
    if kind is not None and kind not in kinds:
        known = ", ".join(map(repr, kinds)) or "none"
        return _failure(threshold, f"no case is of kind {kind!r} (this run has: {known})", None, 0)
    ran = [case for case in run["cases"] if case["error"] is None and kind in {None, case["kind"]}]
    if metric in COSTS:
        return _check_cost(run, threshold, len(ran))
    named = case_names(run)
    found = {named[key_of(case)]: score(case, metric) for case in ran}
    scored = {name: value for name, value in found.items() if value is not None}
    values = list(scored.values())
    value = min(values, default=None) if threshold.each else mean(values)
    if value is None:
        return _failure(threshold, _nowhere(len(ran)), None, 0)
    if value >= bound - ROUNDING:
        return None
    if not threshold.each:
        reason = f"the mean over {_cases(len(scored))} is {value:.6g}, below {bound:.6g}"
        return _failure(threshold, reason, value, len(scored))
    below = tuple(name for name, value in scored.items() if value < bound - ROUNDING)
    reason = f"each case: {len(below):,} of {_cases(len(scored))} below {bound:.6g}"
    reason += f", the lowest at {value:.6g}: {listed(below)}"
    return _failure(threshold, reason, value, len(scored), below)


def _check_cost(run: Json, threshold: Threshold, count: int) -> GateFailure | None:
    summary = run["summary"]
    group = summary["overall"] if threshold.kind is None else summary["kinds"][threshold.kind]
    family, _, name = threshold.metric.partition(".")
    value = (group.get(family) or {}).get(name)
    if value is None:
        return _failure(threshold, _nowhere(count), None, 0)
    if not is_number(value):
        raise GateError(f"{threshold.metric} is {value!r} in this run, no number: run it again")
    if value <= threshold.bound + ROUNDING:
        return None
    reason = f"over all {_cases(count)} it is {value:.6g}, above {threshold.bound:.6g}"
    return _failure(threshold, reason, value, count)


def _failure(
    threshold: Threshold, reason: str, value: float | None, count: int, cases: tuple[str, ...] = ()
) -> GateFailure:
    text = f"{threshold}: {reason}"
    return GateFailure(str(threshold), text, value, threshold.bound, count, cases)


def _fall(
    metric: str, tolerance: float, both: list[Pair], named: dict[Key, str]
) -> GateFailure | None:
    before = mean([score(old, metric) for _, old, _ in both])
    after = mean([score(new, metric) for _, _, new in both])
    shared = f"the {_cases(len(both))} that both runs have"
    if before is None or after is None:
        where = " and ".join(
            name for name, value in (("the baseline", before), ("this run", after)) if value is None
        )
        reason = f"{metric}: applies to none of {shared} in {where}"
        return GateFailure(metric, reason, after, before, len(both))
    if after >= before - tolerance - ROUNDING:
        return None
    fell = tuple(
        named[key] for key, old, new in both if _fell(score(old, metric), score(new, metric))
    )
    lost = [named[key] for key, old, new in both if old["passed"] and not new["passed"]]
    reason = f"{metric}: the mean over {shared} fell from {before:.6g} to {after:.6g}"
    reason += f", by more than {tolerance:.6g}"
    reason += f"; fell in: {listed(fell)}" if fell and metric != "passed" else ""
    reason += f"; no longer passed: {listed(lost)}" if lost else ""
    return GateFailure(metric, reason, after, before - tolerance, len(both), fell)


def _fell(old: float | None, new: float | None) -> bool:
    return old is not None and new is not None and new < old


def _nowhere(count: int) -> str:
    return f"the metric applies to none of the {_cases(count)} that could be run"


def _cases(count: int) -> str:
    return f"{count:,} case" if count == 1 else f"{count:,} cases"
