import json
import math
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from evals.diff import (
    INCOMPARABLE,
    NOISE,
    TITLES,
    CaseChange,
    Diff,
    MetricChange,
    Move,
    compare,
)
from evals.diff_text import diff_text
from evals.saved import GateError, load_run
from tests.test_gates import Json, of, record, run

GOLD = {"sources_any": ["gold"], "sources_all": ["other"]}


def case(found: Diff, name: str) -> CaseChange:
    return next(case for case in found.cases if case.name == name)


def metric(found: Diff, name: str) -> MetricChange:
    return next(metric for metric in found.metrics if metric.metric == name)


def answer(*retrieved: tuple[str, int, int], quote: tuple[str, int, int] | None = None) -> Json:
    """Return an answer by its retrieved passages (article, start, end) and what it quotes."""
    citations = []
    if quote:
        article, start, end = quote
        citations = [{"article": article, "start": start, "end": end, "quote": "quoted words"}]
    passages = [
        {"article": article, "start": start, "end": end, "rank": rank}
        for rank, (article, start, end) in enumerate(retrieved, start=1)
    ]
    return {"sentences": [{"citations": citations}], "retrieved": passages}


def printed(found: Diff, width: int = 120) -> str:
    out = StringIO()
    diff_text(Console(file=out, width=width), found)
    return out.getvalue()


def test_each_question_has_one_status() -> None:
    a = run(
        record("lost"),
        record("won", passed=False),
        record("good"),
        record("bad", passed=False),
        record("gone"),
        record("down"),
        record("up", error="timed out"),
    )
    b = run(
        record("new"),
        record("lost", passed=False, failures=("it cites none of gold",)),
        record("won"),
        record("good"),
        record("bad", passed=False),
        record("down", error="503"),
        record("up"),
    )
    found = compare(a, b)
    assert {one.name: one.status for one in found.cases} == {
        "new": "added",
        "lost": "regression",
        "won": "fix",
        "good": "unchanged-passed",
        "bad": "unchanged-failed",
        "down": "error",
        "up": "error",
        "gone": "removed",
    }
    assert [one.name for one in found.cases][-1] == "gone"
    assert found.counts == {**dict.fromkeys(TITLES, 1), "error": 2}
    assert case(found, "lost").failures == ("it cites none of gold",)
    assert case(found, "down").error == "B: 503"
    assert case(found, "up").error == "A: timed out"
    assert metric(found, "passed").n == 4


def test_a_lost_gold_article_is_named_with_its_rank() -> None:
    a = run(record("q", expect=GOLD, retrieved=("x", "gold", "other")))
    b = run(record("q", expect=GOLD, retrieved=("other", "y"), passed=False))
    assert case(compare(a, b), "q").moves == (
        Move("gold", None, 2, None),
        Move("other", None, 3, 1),
    )


def test_an_articles_part_stands_for_it() -> None:
    a = run(record("q", expect=GOLD, retrieved=("gold.2", "other")))
    b = run(record("q", expect=GOLD, retrieved=("gold.x", "other", "gold.3"), passed=False))
    assert case(compare(a, b), "q").moves[0] == Move("gold", None, 1, 3)


def test_a_regression_says_when_its_gold_articles_were_retrieved_as_before() -> None:
    a = run(record("q", expect=GOLD, retrieved=("gold", "other")))
    b = run(record("q", expect=GOLD, retrieved=("gold", "other"), passed=False))
    found = compare(a, b)
    assert case(found, "q").moves == (Move("gold", None, 1, 1), Move("other", None, 2, 2))
    assert "gold article gold: rank 1 as before" in printed(found)


def test_a_case_that_still_passes_shows_only_the_gold_that_moved() -> None:
    a = run(record("q", expect=GOLD, retrieved=("gold", "other")))
    b = run(record("q", expect=GOLD, retrieved=("gold", "x", "other")))
    found = compare(a, b)
    assert case(found, "q").moves == (Move("other", None, 2, 3),)
    assert "gold article other: rank 2 → rank 3" in printed(found)


def test_a_lost_gold_passage_is_named_by_what_the_right_answer_quoted() -> None:
    quote = ("gold.2", 120, 150)
    a = answer(("gold.2", 0, 90), ("gold.2", 100, 200), quote=quote)
    b = answer(("gold.2", 0, 90), ("gold.2", 140, 200))
    found = compare(
        run(record("q", expect=GOLD, retrieved=("gold.2",), answer=a)),
        run(record("q", expect=GOLD, retrieved=("gold.2",), answer=b, passed=False)),
    )
    assert case(found, "q").moves == (
        Move("gold", None, 1, 1),
        Move("gold", "quoted words", 2, None),
        Move("other", None, None, None),
    )
    assert "gold passage of gold with “quoted words”: rank 2 → not retrieved" in printed(found)


def test_a_fix_names_the_passage_that_was_gained() -> None:
    after = answer(("gold", 0, 50), quote=("gold", 10, 20))
    a = run(record("q", expect=GOLD, answer=answer(("x", 0, 50)), passed=False, retrieved=("x",)))
    b = run(record("q", expect=GOLD, answer=after, retrieved=("gold",)))
    assert case(compare(a, b), "q").moves == (
        Move("gold", None, None, 1),
        Move("gold", "quoted words", None, 1),
    )


def test_passages_of_other_collections_are_not_compared() -> None:
    before = answer(("gold", 0, 50), quote=("gold", 10, 20))
    a = run(record("q", expect=GOLD, answer=before, retrieved=("gold",)))
    b = run(record("q", expect=GOLD, answer=answer(), retrieved=("x", "gold")), fingerprint="def")
    with pytest.raises(GateError, match="the collections differ"):
        compare(a, b)
    found = compare(a, b, other_corpus=True)
    assert case(found, "q").moves == (Move("gold", None, 1, 2),)
    assert not found.same_corpus
    assert "other suites or collections" in printed(found)


def test_an_answer_without_retrieved_passages_still_gives_articles() -> None:
    a = run(record("q", expect=GOLD, retrieved=("gold",), answer={"sentences": []}))
    b = run(record("q", expect=GOLD, retrieved=(), answer=answer()))
    assert case(compare(a, b), "q").moves == (Move("gold", None, 1, None),)


def test_a_question_whose_expectations_were_changed_is_marked() -> None:
    a = run(record("q"), record("r"))
    b = run(record("q", expect={"abstain": True}, passed=False), record("r"))
    found = compare(a, b)
    assert case(found, "q").edited
    assert not case(found, "r").edited
    assert "[its question or expectations were changed]" in printed(found)


def test_a_change_in_ten_of_a_hundred_has_the_binomials_interval() -> None:
    found = metric(compare(of("-" * 20 + "+" * 80), of("-" * 10 + "+" * 90)), "passed")
    assert (found.a, found.b, found.change, found.n, found.changed) == (0.8, 0.9, 0.1, 100, 10)
    # The fixes in a resample are binomial (100, 0.1): 2.5% lie below 5, 2.5% above 16.
    assert found.low == pytest.approx(0.05, abs=0.011)
    assert found.high == pytest.approx(0.16, abs=0.011)
    assert found.verdict == "better"


def test_as_many_fixes_as_regressions_are_no_difference() -> None:
    found = metric(compare(of("-" * 9 + "+" * 91), of("+" * 82 + "-" * 9 + "+" * 9)), "passed")
    assert found.change == 0
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert found.verdict == NOISE


@pytest.mark.parametrize(("changed", "verdict"), [(5, NOISE), (6, "worse")])
def test_a_handful_of_changed_cases_is_called_noise(changed: int, verdict: str) -> None:
    later = "-" * changed + "+" * (200 - changed)
    found = metric(compare(of("+" * 200), of(later)), "passed")
    assert found.high is not None
    assert found.high < 0
    assert found.verdict == verdict


def test_one_question_is_never_progress() -> None:
    found = metric(compare(of("-"), of("+")), "passed")
    assert (found.change, found.low, found.high, found.verdict) == (1, 1, 1, NOISE)


def test_a_metric_that_applies_in_one_run_only_cannot_be_compared() -> None:
    a, b = run(record("q")), run(record("q", scores={"abstention_precision": 0.0}))
    assert metric(compare(a, b), "abstention_precision") == MetricChange(
        "abstention_precision", None, 0.0, None, None, None, INCOMPARABLE, 1, 1
    )
    assert INCOMPARABLE in printed(compare(a, b))
    assert "mrr" not in {one.metric for one in compare(a, b).metrics}


def test_new_wrong_abstentions_lower_their_precision() -> None:
    right = [record(f"u{n}", scores={"abstention_precision": 1.0}) for n in range(10)]
    wrong = [record(f"f{n}", passed=False) for n in range(10)]
    counted = [
        record(f"f{n}", passed=False, scores={"abstention_precision": 0.0}) for n in range(10)
    ]
    found = metric(compare(run(*right, *wrong), run(*right, *counted)), "abstention_precision")
    assert (found.a, found.b, found.n, found.verdict) == (1.0, 0.5, 20, "worse")


def test_less_time_and_less_money_are_better() -> None:
    def costing(latency: float, price: float) -> Json:
        asked: Json = {"sentences": [], "usage": {"cost_usd": price, "input_tokens": None}}
        return run(*(record(f"q{n}", latency_ms=latency, answer=asked) for n in range(8)))

    found = compare(costing(20.0, 0.001), costing(10.0, 0.002))
    assert metric(found, "latency_ms").change == -10
    assert metric(found, "latency_ms").verdict == "better"
    assert metric(found, "usage.cost_usd").change == 0.001
    assert metric(found, "usage.cost_usd").verdict == "worse"
    assert "usage.input_tokens" not in {one.metric for one in found.metrics}


def test_scores_that_are_not_ours_are_compared_too() -> None:
    judged = run(*(record(f"q{n}", scores={"judge": 0.25}) for n in range(8)))
    later = run(*(record(f"q{n}", scores={"judge": 0.75}) for n in range(8)))
    assert metric(compare(judged, later), "judge").change == 0.5


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(GateError, match=r"^99 bootstrap samples are too few: draw at least 100$"):
        compare(of("+"), of("+"), samples=99)


def test_runs_with_nothing_in_common_have_no_metrics() -> None:
    found = compare(run(record("a")), run(record("b")))
    assert found.metrics == ()
    assert found.counts["added"] == found.counts["removed"] == 1
    assert "Added\n  b\n" in printed(found)


SCORE = st.none() | st.floats(0, 1)
OUTCOMES = st.lists(st.tuples(st.booleans(), SCORE, st.booleans(), SCORE), min_size=1, max_size=15)


def two(outcomes: list[tuple[bool, float | None, bool, float | None]]) -> tuple[Json, Json]:
    a = run(
        *(
            record(f"q{n}", passed=one[0], scores={"mrr": one[1]}, expect=GOLD, retrieved=("gold",))
            for n, one in enumerate(outcomes)
        )
    )
    b = run(
        *(
            record(
                f"q{n}", passed=one[2], scores={"mrr": one[3]}, expect=GOLD, retrieved=("other",)
            )
            for n, one in enumerate(outcomes)
        )
    )
    return a, b


@settings(max_examples=30, deadline=None)
@given(OUTCOMES)
def test_a_run_has_not_changed_from_itself(
    outcomes: list[tuple[bool, float | None, bool, float | None]],
) -> None:
    a, _ = two(outcomes)
    found = compare(a, a, samples=100)
    assert {one.status for one in found.cases} <= {"unchanged-passed", "unchanged-failed"}
    assert not any(one.moves or one.edited for one in found.cases)
    assert {(m.change, m.low, m.high, m.changed, m.verdict) for m in found.metrics} == {
        (0.0, 0.0, 0.0, 0, NOISE)
    }


@settings(max_examples=30, deadline=None)
@given(OUTCOMES)
def test_swapping_the_runs_mirrors_the_diff(
    outcomes: list[tuple[bool, float | None, bool, float | None]],
) -> None:
    a, b = two(outcomes)
    there, back = compare(a, b, samples=200), compare(b, a, samples=200)
    mirrored = {"regression": "fix", "fix": "regression"}
    opposite = {"better": "worse", "worse": "better"}
    for one, other in zip(there.cases, back.cases, strict=True):
        assert other.status == mirrored.get(one.status, one.status)
        ranks = {(m.article, m.before, m.after) for m in one.moves if m.before != m.after}
        assert ranks == {(m.article, m.after, m.before) for m in other.moves if m.before != m.after}
    for first, second in zip(there.metrics, back.metrics, strict=True):
        assert (first.a, first.b, first.n) == (second.b, second.a, second.n)
        if first.change is None or first.low is None or first.high is None:
            assert second.change is second.low is second.high is None
            continue
        assert second.change == -first.change
        assert second.low == pytest.approx(-first.high, abs=1e-8)
        assert second.high == pytest.approx(-first.low, abs=1e-8)
        if min(abs(first.low), abs(first.high)) > 1e-8:
            assert second.verdict == opposite.get(first.verdict, first.verdict)


@settings(max_examples=30, deadline=None)
@given(OUTCOMES)
def test_the_same_runs_give_the_same_bytes_and_never_nan(
    outcomes: list[tuple[bool, float | None, bool, float | None]],
) -> None:
    a, b = two(outcomes)
    once, again = (json.dumps(compare(a, b, samples=100).to_json()) for _ in range(2))
    assert once == again
    assert not {"NaN", "Infinity", "-0.0"} & set(once.replace(",", " ").split())
    text = printed(compare(a, b, samples=100))
    assert text == printed(compare(a, b, samples=100))
    assert "nan" not in text.lower()


def test_the_diff_does_not_depend_on_the_order_of_the_cases() -> None:
    a, b = of("++--+-+-"), of("+-+--++-")
    shuffled = {**b, "cases": b["cases"][::-1]}
    assert compare(a, b).metrics == compare(a, shuffled).metrics


def test_the_text_shows_what_changed_and_only_that() -> None:
    a = run(record("lost"), *(record(f"q{n}", passed=False) for n in range(9)))
    b = run(
        record("lost", passed=False, failures=("it abstains: \x1b[31mnothing near",)),
        *(record(f"q{n}") for n in range(9)),
    )
    b["provenance"] = {"commit": "beef", "started": "2026-01-01"}
    text = printed(compare(a, b))
    assert text.startswith('commit: "c0ffee" → "beef"\nQuestions: regression 1, fix 9\n\n')
    assert (
        "Regressions\n  lost (fact): What about lost?\n    it abstains: \ufffd[31mnothing" in text
    )
    lines = [line.rstrip() for line in text.splitlines()]
    shown = lines[lines.index("better") + 1].split()
    assert shown[:4] == ["passed", "0.100", "0.900", "+0.800"]
    assert shown[-1] == "10"
    assert "\x1b" not in text
    assert "Added" not in text


def test_markup_in_a_question_is_printed_as_it_is() -> None:
    a = run(record("q", question="Is [bold]this[/bold] [/x] text?"))
    b = run(record("q", question="Is [bold]this[/bold] [/x] text?", passed=False))
    assert "q (fact): Is [bold]this[/bold] [/x] text?\n" in printed(compare(a, b))


def test_a_saved_run_is_loaded_as_it_was(tmp_path: Path) -> None:
    saved = run(record("q"), record("r", error="timed out"))
    path = tmp_path / "run.json"
    path.write_text(json.dumps(saved), "utf-8")
    assert load_run(path) == saved


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"^cannot read run .*none\.json: No such file"):
        load_run(tmp_path / "none.json")
    with pytest.raises(GateError, match=r"^cannot read run .*: Is a directory"):
        load_run(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"id: yes", b"\xff\xfe", b'{"suite": NaN}', b"[" * 100_000, b"9" * 5000],
)
def test_a_file_that_is_no_json_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(GateError, match=r"run\.json is no JSON: ") as error:
        load_run(path)
    assert len(str(error.value).splitlines()) == 1


def changed(path: str, value: object) -> Json:
    """Return a run in which one field, by its path, is another value."""
    made = run(record("q", scores={"mrr": 1.0}, expect=GOLD))
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = made
    for step in way:
        place = place[step]
    place[last] = value
    return made


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        ([], "the whole is not an object"),
        ({}, "suite is missing"),
        ({"suite": "golden"}, "provenance is missing"),
        (changed("cases", {}), "cases is not a list"),
        (changed("corpus.golden", "abc"), "corpus['golden'] is not an object"),
        (changed("summary", {"overall": {}}), "summary.kinds is missing"),
        (changed("summary.kinds.fact", 1), "summary.kinds['fact'] is not an object"),
        (changed("cases.0", 1), "cases[0] is not an object"),
        (changed("cases.0.id", 7), "cases[0].id is not text"),
        (changed("cases.0.passed", "yes"), "cases[0].passed is not true, false or null"),
        (changed("cases.0.passed", None), "cases[0].passed is null beside its error"),
        (changed("cases.0.error", "503"), "cases[0].passed is true beside its error"),
        (changed("cases.0.latency_ms", "1"), "cases[0].latency_ms is not a number or null"),
        (changed("cases.0.scores.mrr", "1"), "cases[0].scores['mrr'] is not a number or null"),
        (changed("cases.0.scores.mrr", 10**400), "cases[0].scores['mrr'] is not a number"),
        (changed("cases.0.retrieved", [1]), "cases[0].answer, .expect or .retrieved: "),
        (changed("cases.0.answer.sentences", [{}]), "cases[0].answer, .expect or .retrieved: "),
        (changed("cases.0.answer.usage", "free"), "cases[0].answer, .expect or .retrieved: "),
        (changed("cases.0.answer.retrieved", [{}]), "cases[0].answer, .expect or .retrieved: "),
        (
            {**of("+"), "cases": of("+")["cases"] * 2},
            "cases[1].id repeats 'q0'",
        ),
    ],
)
def test_a_file_that_is_no_run_is_refused_by_its_field(
    tmp_path: Path, made: object, wrong: str
) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(made), "utf-8")
    with pytest.raises(GateError) as error:
        load_run(path)
    assert f"run.json is no run of dateline eval: {wrong}" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_an_infinite_score_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    text = json.dumps(changed("cases.0.scores.mrr", 0.125))
    path.write_text(text.replace("0.125", "1e999"), "utf-8")
    assert math.isinf(json.loads(path.read_text("utf-8"))["cases"][0]["scores"]["mrr"])
    with pytest.raises(GateError, match="is not a number or null"):
        load_run(path)
