import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.gates import (
    COSTS,
    GateFailure,
    Threshold,
    check_regression,
    check_thresholds,
    errored,
    parse_threshold,
)
from evals.metrics import METRICS
from evals.saved import GateError
from evals.types import Record, Run
from index.errors import DatelineError

Json = dict[str, Any]


def record(name: str, *, passed: bool = True, suite: str = "golden", **changed: Any) -> Record:  # noqa: ANN401
    """Return the record of a case that was run; `scores` adds to those given."""
    values: Json = {
        "suite": suite,
        "id": name,
        "kind": "fact",
        "question": f"What about {name}?",
        "history": (),
        "as_of": None,
        "tags": (),
        "expect": {},
        "passed": passed,
        "failures": (),
        "error": None,
        "answer": {"sentences": []},
        "cited": (),
        "abstained": False,
        "disagreements": (),
        "retrieved": (),
        "latency_ms": 10.0,
        "attempts": (passed,),
        **changed,
    }
    scores = {"passed": float(passed), **values.pop("scores", {})}
    if values["error"] is not None:
        values |= {"passed": None, "answer": None, "abstained": None, "latency_ms": None}
        scores = dict.fromkeys(scores)
    return Record(**values, scores=scores)


def run(*records: Record, fingerprint: str | None = "abc", summary: Json | None = None) -> Json:
    """Return a run as it comes from a file."""
    suites = sorted({record.suite for record in records})
    made = Run(
        suite=", ".join(suites),
        provenance={"commit": "c0ffee"},
        corpus={suite: {"fingerprint": fingerprint, "articles": 5} for suite in suites},
        summary=summary or {"overall": {}, "kinds": {}},
        cases=records,
    )
    return dict(json.loads(json.dumps(made.to_json())))


def of(passed: str) -> Json:
    """Return a run of cases q0, q1, …: "+" for one that passed, "-" for one that failed."""
    return run(*(record(f"q{place}", passed=one == "+") for place, one in enumerate(passed)))


def check(checked: Json, text: str) -> GateFailure | None:
    failures = check_thresholds(checked, [parse_threshold(text)])
    return failures[0] if failures else None


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        ("passed=0.9", Threshold("passed", 0.9)),
        (" passed = 0.9 ", Threshold("passed", 0.9)),
        ("each:citation_validity=1", Threshold("citation_validity", 1.0, each=True)),
        ("fact/passed=0.9", Threshold("passed", 0.9, kind="fact")),
        ("each:fact/recall@10=.5", Threshold("recall@10", 0.5, kind="fact", each=True)),
        ("who / what/mrr=0", Threshold("mrr", 0.0, kind="who / what")),
        ("latency_ms.p95=500", Threshold("latency_ms.p95", 500.0)),
        ("multi/usage.cost_usd=1e-3", Threshold("usage.cost_usd", 0.001, kind="multi")),
    ],
)
def test_a_threshold_says_mean_or_each_and_of_which_kind(text: str, threshold: Threshold) -> None:
    assert parse_threshold(text) == threshold


@given(
    st.sampled_from(METRICS + COSTS),
    st.floats(0, 1),
    st.none() | st.sampled_from(["fact", "a/b", "x=y"]),
    st.booleans(),
)
def test_a_threshold_is_read_back_from_its_own_text(
    metric: str,
    bound: float,
    kind: str | None,
    each: bool,  # noqa: FBT001
) -> None:
    threshold = Threshold(metric, bound, kind, each and metric in METRICS)
    assert parse_threshold(str(threshold)) == threshold


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("pased=0.9", "no metric is called 'pased'; the nearest is 'passed': write"),
        ("recall=0.9", "no metric is called 'recall'; the nearest is 'recall@"),
        ("nDCG=0.9", "the nearest is 'ndcg@10'"),
        ("latency_ms=5", "the nearest is 'latency_ms.p"),
        ("fact/each:mrr=1", "no metric is called 'each:mrr'; the nearest is 'mrr'"),
        ("passed", "threshold 'passed' is no METRIC=NUMBER"),
        ("", "threshold '' is no METRIC=NUMBER"),
        ("=1", "threshold '=1' is no METRIC=NUMBER"),
        ("passed=", "'' is no number"),
        ("passed=high", "'high' is no number"),
        ("passed=nan", "'nan' is no number"),
        ("latency_ms.p95=inf", "'inf' is no number"),
        ("passed=95", "passed is a share: give a number from 0 to 1"),
        ("passed=-0.1", "passed is a share: give a number from 0 to 1"),
        ("usage.cost_usd=-1", "usage.cost_usd is never below 0"),
        ("/passed=1", "names no kind before '/'"),
        ("each:latency_ms.p95=5", "latency_ms.p95 is of all cases together; leave out 'each:'"),
        ("new\nline=1", "no metric is called 'new\\nline'"),
    ],
)
def test_a_bad_threshold_is_refused_in_one_line(text: str, wrong: str) -> None:
    with pytest.raises(GateError) as error:
        parse_threshold(text)
    assert wrong in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert isinstance(error.value, DatelineError)


@given(st.text(max_size=30))
def test_any_text_is_a_threshold_or_refused_in_one_line(text: str) -> None:
    try:
        threshold = parse_threshold(text)
    except GateError as error:
        refusal = str(error)
    else:
        assert threshold.metric in text
        return
    assert len(refusal.splitlines()) == 1


def test_a_mean_below_its_bound_fails_and_says_that_it_is_a_mean() -> None:
    failure = check(of("++-+"), "passed=0.9")
    assert failure
    assert failure.text == "passed=0.9: the mean over 4 cases is 0.75, below 0.9"
    assert (failure.value, failure.bound, failure.count) == (0.75, 0.9, 4)


def test_a_mean_at_its_bound_passes() -> None:
    assert check(of("++-+"), "passed=0.75") is None


def test_each_case_is_held_to_the_bound_and_the_first_ten_below_are_named() -> None:
    low = [record(f"q{place}", scores={"citation_validity": 0.5}) for place in range(12)]
    fine = record("fine", scores={"citation_validity": 1.0})
    failure = check(run(fine, *low), "each:citation_validity=1")
    assert failure
    assert failure.text == (
        "each:citation_validity=1: each case: 12 of 13 cases below 1, the lowest at 0.5: "
        "q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, and 2 more"
    )
    assert failure.cases == tuple(f"q{place}" for place in range(12))
    assert check(run(fine, *low), "citation_validity=0.5") is None


def test_a_kind_is_checked_by_its_own_cases_only() -> None:
    mixed = run(record("a"), record("b", passed=False, kind="multi"), record("c", kind="multi"))
    assert check(mixed, "fact/passed=1") is None
    failure = check(mixed, "multi/passed=1")
    assert failure
    assert failure.text == "multi/passed=1: the mean over 2 cases is 0.5, below 1"


def test_a_metric_that_applies_to_no_case_fails() -> None:
    silent = run(record("a", scores={"mrr": None}), record("b"))
    for text in ("mrr=0", "each:mrr=0", "disagreement_recall=0"):
        failure = check(silent, text)
        assert failure
        assert failure.text == (
            f"{text}: the metric applies to none of the 2 cases that could be run"
        )
        assert failure.value is None
        assert failure.count == 0


def test_a_kind_that_no_case_has_fails_and_names_the_kinds() -> None:
    failure = check(of("+"), "fcat/passed=0")
    assert failure
    assert failure.text == "fcat/passed=0: no case is of kind 'fcat' (this run has: 'fact')"
    failure = check(run(), "fact/passed=0")
    assert failure
    assert failure.text == "fact/passed=0: no case is of kind 'fact' (this run has: none)"


def test_an_empty_run_passes_no_gate() -> None:
    assert all(check(run(), f"{metric}=0") for metric in METRICS + COSTS)


def test_a_case_that_could_not_be_run_is_no_wrong_answer() -> None:
    broken = run(record("a"), record("b", error="the provider is down"))
    assert errored(broken) == ["b"]
    assert check(broken, "passed=1") is None
    assert check(broken, "each:passed=1") is None
    down = run(record("b", error="the provider is down"))
    failure = check(down, "passed=0")
    assert failure
    assert "none of the 0 cases that could be run" in failure.text


def test_cases_of_several_suites_are_named_with_their_suite() -> None:
    two = run(record("a", passed=False), record("a", suite="noise", passed=False))
    failure = check(two, "each:passed=1")
    assert failure
    assert failure.cases == ("golden/a", "noise/a")


def test_a_cost_has_an_upper_bound() -> None:
    summary = {
        "overall": {"latency_ms": {"p95": 501.25}, "usage": {"cost_usd": None}},
        "kinds": {"fact": {"latency_ms": {"p95": 500.0}}},
    }
    timed = run(record("a"), record("b"), summary=summary)
    failure = check(timed, "latency_ms.p95=500")
    assert failure
    assert failure.text == "latency_ms.p95=500: over all 2 cases it is 501.25, above 500"
    assert check(timed, "latency_ms.p95=501.25") is None
    assert check(timed, "fact/latency_ms.p95=500") is None
    failure = check(timed, "usage.cost_usd=1")
    assert failure
    assert "applies to none of the 2 cases" in failure.text


@pytest.mark.parametrize("value", [math.nan, math.inf, "1", [1]])
def test_a_score_that_is_no_number_is_refused(value: object) -> None:
    damaged = of("+")
    damaged["cases"][0]["scores"]["mrr"] = value
    with pytest.raises(GateError, match=r"^case 'q0': mrr is .*, no number: run it again$"):
        check(damaged, "mrr=0")


@given(st.lists(st.integers(0, 10), min_size=1, max_size=40))
def test_a_mean_equal_to_its_bound_passes_whatever_the_rounding(tenths: list[int]) -> None:
    scored = run(
        *(record(f"q{place}", scores={"mrr": one / 10}) for place, one in enumerate(tenths))
    )
    exact = sum(tenths) / (10 * len(tenths))
    assert check(scored, f"mrr={exact!r}") is None
    assert check(scored, f"mrr={min(1, exact + 1e-6)!r}") or exact == 1
    assert check(scored, f"each:mrr={min(tenths) / 10}") is None


@given(
    st.lists(st.none() | st.floats(0, 1), max_size=20),
    st.sampled_from(["mrr", "each:mrr", "fact/mrr", "no/mrr"]),
    st.floats(0, 1),
)
def test_a_gate_passes_only_on_a_value_and_never_says_nan(
    scores: list[float | None], gate: str, bound: float
) -> None:
    made = run(*(record(f"q{n}", scores={"mrr": score}) for n, score in enumerate(scores)))
    failure = check(made, f"{gate}={bound!r}")
    if failure is None:
        assert any(score is not None for score in scores)
    else:
        assert "nan" not in failure.text
        assert failure.value is None or math.isfinite(failure.value)


def test_a_fall_beyond_the_tolerance_fails_and_names_the_cases() -> None:
    baseline = of("+++-++++++")
    later = of("-+-+++++++")
    [failure] = check_regression(later, baseline, 0.05, ["passed"])
    assert failure.text == (
        "passed: the mean over the 10 cases that both runs have fell from 0.9 to 0.8, "
        "by more than 0.05; no longer passed: q0, q2"
    )
    assert failure.cases == ("q0", "q2")
    assert failure.value == pytest.approx(0.8)
    assert failure.bound == pytest.approx(0.85)


def test_a_fall_of_exactly_the_tolerance_passes() -> None:
    baseline, later = of("+++++++++-"), of("++++++++--")
    assert check_regression(later, baseline, 0.1, ["passed"]) == []  # 0.9 - 0.1 < 0.8 in floats
    assert check_regression(later, baseline, 0.0999, ["passed"])
    assert check_regression(baseline, later, 0, ["passed"]) == []


def test_another_metrics_fall_names_where_it_fell_and_what_no_longer_passes() -> None:
    baseline = run(record("a", scores={"mrr": 1.0}), record("b", scores={"mrr": 0.5}))
    later = run(record("a", scores={"mrr": 0.5}), record("b", passed=False, scores={"mrr": 0.5}))
    [failure] = check_regression(later, baseline, 0.1, ["mrr"])
    assert failure.text == (
        "mrr: the mean over the 2 cases that both runs have fell from 0.75 to 0.5, "
        "by more than 0.1; fell in: a; no longer passed: b"
    )


def test_only_the_cases_that_both_runs_could_ask_are_compared() -> None:
    baseline = run(record("a"), record("gone", passed=False), record("down"))
    later = run(record("a"), record("new", passed=False), record("down", error="timed out"))
    assert check_regression(later, baseline, 0, ["passed"]) == []
    assert errored(later) == ["down"]


def test_a_precision_falls_with_new_wrong_abstentions() -> None:
    right = record("u", kind="unanswerable", scores={"abstention_precision": 1.0})
    baseline = run(right, record("f", scores={"abstention_precision": None}))
    later = run(right, record("f", passed=False, scores={"abstention_precision": 0.0}))
    [failure] = check_regression(later, baseline, 0.1, ["abstention_precision"])
    assert "fell from 1 to 0.5" in failure.text
    assert "no longer passed: f" in failure.text


def test_a_metric_without_a_case_to_compare_fails() -> None:
    with_mrr, without = run(record("a", scores={"mrr": 1.0})), run(record("a"))
    for later, baseline, where in (
        (without, with_mrr, "this run"),
        (with_mrr, without, "the baseline"),
        (without, without, "the baseline and this run"),
    ):
        [failure] = check_regression(later, baseline, 0.1, ["mrr"])
        assert failure.text == (
            f"mrr: applies to none of the 1 case that both runs have in {where}"
        )
    assert check_regression(run(record("b")), run(record("a")), 0.1, ["passed"])


@pytest.mark.parametrize(
    ("tolerance", "metrics", "wrong"),
    [
        (-0.1, ["passed"], "the tolerance is -0.1"),
        (math.nan, ["passed"], "the tolerance is nan"),
        (0.1, [], "no metric is named: name some of passed, "),
        (0.1, ["latency_ms.p95"], "'latency_ms.p95' cannot be compared with a baseline"),
        (0.1, [""], "'' cannot be compared with a baseline"),
    ],
)
def test_a_senseless_comparison_is_refused(
    tolerance: float, metrics: list[str], wrong: str
) -> None:
    with pytest.raises(GateError, match=wrong):
        check_regression(of("+"), of("+"), tolerance, metrics)


def test_runs_over_other_collections_are_refused_unless_allowed() -> None:
    one, other = of("+"), run(record("q0", passed=False), fingerprint="def")
    with pytest.raises(GateError, match=r"'golden': the collections differ \(abc; def\)"):
        check_regression(other, one, 0, ["passed"])
    assert check_regression(other, one, 0, ["passed"], other_corpus=True)


def test_runs_over_other_suites_are_refused_unless_allowed() -> None:
    one, both = of("+"), run(record("q0"), record("q1", suite="noise"))
    with pytest.raises(GateError, match=r"other suites \(golden; golden, noise\)"):
        check_regression(both, one, 0, ["passed"])
    assert check_regression(both, one, 0, ["passed"], other_corpus=True) == []


def test_runs_whose_collection_is_not_recorded_are_refused_unless_allowed() -> None:
    unknown, missing = run(record("q0"), fingerprint=None), of("+")
    missing["corpus"] = {}
    for one in (unknown, missing):
        with pytest.raises(GateError, match="suite 'golden': its collection is not recorded"):
            check_regression(one, one, 0, ["passed"])
        assert check_regression(one, one, 0, ["passed"], other_corpus=True) == []


@given(st.text("+-", min_size=1, max_size=20), st.floats(0, 1))
def test_a_run_never_regresses_against_itself(passed: str, tolerance: float) -> None:
    same = of(passed)
    assert check_regression(same, same, tolerance, ["passed"]) == []
