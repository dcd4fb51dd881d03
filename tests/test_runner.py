"""Runner: every case asked, in order, and judged by its own answers alone."""

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.resume import record_from_json
from evals.runner import AskError, Options, corpus_fingerprint, run_case, run_suite, summary
from evals.types import Case, Expectation, Record, Run, Suite

TEXT = "The mill at Arden burned down on Friday. Two people were hurt in the fire."
QUOTE = "The mill at Arden burned down on Friday."
Json = dict[str, Any]


def answer(text: str = QUOTE, *, shift: int = 0) -> Json:
    start = TEXT.index(QUOTE) + shift
    citation = {"article": "fire", "quote": QUOTE, "start": start, "end": start + len(QUOTE)}
    return {
        "abstained": False,
        "reason": None,
        "text": text,
        "sentences": [{"text": QUOTE, "citations": [citation]}],
        "disagreements": [],
        "retrieved": [{"article": "fire"}, {"article": "bridge"}, {"article": "fire"}],
    }


ABSTENTION: Json = {
    "abstained": True,
    "reason": "nothing is known of it",
    "text": "No answer.",
    "sentences": [],
    "disagreements": [],
    "retrieved": [],
}


class Scripted:
    """Gives each case its answers in turn, the last one again and again; errors are raised."""

    def __init__(self, article: str = TEXT, **answers: Sequence[Json | AskError]) -> None:
        self.article = article
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, case: Case) -> Json:
        turn = self.asked.count(case.id)
        self.asked.append(case.id)
        given = self.answers.get(case.id, [answer()])
        found = given[min(turn, len(given) - 1)]
        if isinstance(found, AskError):
            raise found
        return found

    def text(self, article: str) -> str | None:
        return self.article if article == "fire" else None

    def corpus(self) -> Json:
        return corpus_fingerprint({"fire": "digest"})

    def describe(self) -> Json:
        return {"answerer": "scripted", "model": None, "embedder": None}


class Together(Scripted):
    """Answers only when `count` questions are being asked at once, the first one last."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.barrier = threading.Barrier(count)
        self.others_done = threading.Semaphore(0)
        self.count = count

    def ask(self, case: Case) -> Json:
        self.barrier.wait(timeout=10)
        if case.id == "c0":
            for _ in range(self.count - 1):
                assert self.others_done.acquire(timeout=10)
        else:
            self.others_done.release()
        return answer(case.id)


FRIDAY = Expectation(answer_all=(("Friday",),), sources_any=("fire",))


def case(name: str, kind: str = "fact", expect: Expectation = FRIDAY) -> Case:
    return Case(name, kind, f"What of {name}?", expect, ("Before?",), "2026-01-14", ("tag",))


def suite(*cases: Case) -> Suite:
    return Suite("mine", Path("mine.yaml"), None, cases)


def test_records_are_in_the_suites_order_whatever_is_done_first() -> None:
    asker = Together(8)
    seen: list[str] = []
    records = run_suite(
        suite(*(case(f"c{n}") for n in range(8))),
        asker,
        Options(jobs=8),
        progress=lambda record: seen.append(record.id),
    )
    assert [record.id for record in records] == [f"c{n}" for n in range(8)]
    assert [(record.answer or {})["text"] for record in records] == [f"c{n}" for n in range(8)]
    assert sorted(seen) == [f"c{n}" for n in range(8)]


def test_a_record_says_what_was_asked_and_what_came_of_it() -> None:
    (record,) = run_suite(suite(case("a")), Scripted(), Options())
    assert (record.suite, record.id, record.kind) == ("mine", "a", "fact")
    assert (record.question, record.history, record.as_of) == (
        "What of a?",
        ("Before?",),
        "2026-01-14",
    )
    assert record.tags == ("tag",)
    assert record.expect["answer_all"] == (("Friday",),)
    assert record.passed is True
    assert (record.failures, record.error) == ((), None)
    assert record.answer == answer()
    assert record.cited == ("fire",)
    assert record.abstained is False
    assert record.disagreements == ()
    assert record.retrieved == ("fire", "bridge")
    assert record.latency_ms is not None
    assert record.latency_ms >= 0
    assert record.attempts == (True,)
    assert record.scores["passed"] == 1
    assert record.scores["citation_validity"] == 1
    assert record.scores["abstention_recall"] is None


def test_a_wrong_answer_fails_with_its_reasons() -> None:
    wrong = replace(FRIDAY, answer_all=(("Sunday",),), sources_any=("inquest",))
    (record,) = run_suite(suite(case("a", expect=wrong)), Scripted(), Options())
    assert record.passed is False
    assert len(record.failures) == 2
    assert record.error is None
    assert record.scores["passed"] == 0
    assert record.scores["answer_correct"] == 0


@pytest.mark.parametrize("shift", [1, -1])
def test_a_citation_shifted_by_one_character_fails_the_case(shift: int) -> None:
    # One line above the quotation leaves room to shift it either way.
    asker = Scripted("\n" + TEXT, bad=[answer(shift=1 + shift)], good=[answer(shift=1)])
    loose = Expectation()
    bad, good = run_suite(
        suite(case("bad", expect=loose), case("good", expect=loose)), asker, Options()
    )
    assert good.passed is True
    assert bad.passed is False
    assert bad.scores["passed"] == 0
    assert bad.scores["citation_validity"] == 0
    assert any("quotation" in failure for failure in bad.failures)


def test_an_error_is_not_a_wrong_answer() -> None:
    asker = Scripted(b=[AskError("the provider is down")])
    records = run_suite(suite(case("a"), case("b"), case("c")), asker, Options(jobs=2))
    assert [record.passed for record in records] == [True, None, True]
    failed = records[1]
    assert failed.error == "the provider is down"
    assert failed.failures == ()
    assert failed.answer is None
    assert failed.abstained is None
    assert failed.latency_ms is None
    assert failed.scores == {}
    overall = summary(records)["overall"]
    assert (overall["cases"], overall["errors"], overall["passed"]) == (3, 1, 1.0)


@pytest.mark.parametrize(
    ("outcomes", "min_pass", "passed"),
    [
        ("+++", None, True),
        ("++-", None, False),
        ("++-", 2, True),
        ("-++", 2, True),
        ("--+", 2, False),
        ("--+", 1, True),
        ("---", 1, False),
    ],
)
def test_a_repeated_case_passes_when_enough_of_its_tries_do(
    outcomes: str, min_pass: int | None, *, passed: bool
) -> None:
    asker = Scripted(a=[answer("Friday" if sign == "+" else "Sunday") for sign in outcomes])
    record = run_case("mine", case("a"), asker, Options(repeat=3, min_pass=min_pass))
    assert len(asker.asked) == 3
    assert record.attempts == tuple(sign == "+" for sign in outcomes)
    assert record.passed is passed
    assert record.scores["passed"] == float(passed)
    # What is shown is one answer, and it bears out the outcome.
    assert (record.answer or {})["text"] == ("Friday" if passed else "Sunday")
    assert bool(record.failures) is not passed
    assert record.scores["answer_correct"] == float(passed)


def test_of_answers_that_came_out_alike_the_first_is_kept() -> None:
    texts = ["Friday, first", "Friday, second", "Friday, third"]
    asker = Scripted(a=[answer(text) for text in texts])
    record = run_case("mine", case("a"), asker, Options(repeat=3))
    assert (record.answer or {})["text"] == "Friday, first"


def test_an_outage_during_a_repeated_case_is_an_error() -> None:
    asker = Scripted(a=[answer(), AskError("down"), answer()])
    record = run_case("mine", case("a"), asker, Options(repeat=3, min_pass=1))
    assert (record.passed, record.error, record.scores) == (None, "down", {})


def test_records_that_are_done_are_taken_as_they_are() -> None:
    cases = suite(case("a"), case("b"), case("c"))
    (before,) = run_suite(suite(case("b")), Scripted(b=[ABSTENTION]), Options())
    marked = replace(before, latency_ms=123456.0)
    asker = Scripted()
    seen: list[str] = []
    records = run_suite(
        cases, asker, Options(), [marked], progress=lambda record: seen.append(record.id)
    )
    assert asker.asked == ["a", "c"]
    assert seen == ["a", "c"]
    assert records[1] is marked
    assert [record.id for record in records] == ["a", "b", "c"]


def test_a_summary_is_of_all_and_of_each_kind() -> None:
    asker = Scripted(b=[answer("Sunday")], d=[ABSTENTION], e=[AskError("down")])
    none = Expectation(abstain=True)
    records = run_suite(
        suite(
            *(case("a"), case("b"), case("c", "multi")),
            *(case("d", "unanswerable", none), case("e", "multi")),
        ),
        asker,
        Options(),
    )
    found = summary(records)
    assert list(found["kinds"]) == ["fact", "multi", "unanswerable"]
    assert found["overall"]["passed"] == 3 / 4
    shares = {kind: (group["cases"], group["passed"]) for kind, group in found["kinds"].items()}
    assert shares == {"fact": (2, 0.5), "multi": (2, 1.0), "unanswerable": (1, 1.0)}
    assert found["kinds"]["multi"]["errors"] == 1
    assert found["kinds"]["unanswerable"]["abstention_recall"] == 1
    assert found["kinds"]["fact"]["abstention_recall"] is None
    assert found["overall"]["answer_correct"] == 2 / 3
    json.dumps(found, allow_nan=False)


def test_a_summary_of_nothing_is_empty_and_has_no_nan() -> None:
    found = summary([])
    assert (found["overall"]["cases"], found["overall"]["passed"]) == (0, None)
    assert found["kinds"] == {}
    json.dumps(found, allow_nan=False)


def test_a_record_reads_back_from_json_as_it_was() -> None:
    asker = Scripted(b=[ABSTENTION], c=[AskError("down")])
    records = run_suite(suite(case("a"), case("b"), case("c")), asker, Options(repeat=2))
    run = Run("mine", {}, {}, {}, tuple(records))
    plain = json.loads(json.dumps(run.to_json(), allow_nan=False))
    again: list[Record] = [record_from_json(value) for value in plain["cases"]]
    assert json.dumps(plain) == json.dumps(replace(run, cases=tuple(again)).to_json())
    assert [type(record.cited) for record in again] == [tuple] * 3


def test_a_fingerprint_depends_on_ids_and_digests_and_not_on_their_order() -> None:
    one = corpus_fingerprint({"a": "1", "b": "2"})
    assert one == corpus_fingerprint({"b": "2", "a": "1"})
    assert one["articles"] == 2
    assert len(one["fingerprint"]) == 64
    others = [{"a": "1", "b": "3"}, {"a": "1", "c": "2"}, {"a": "1"}, {"a": "2", "b": "1"}]
    found = {corpus_fingerprint(other)["fingerprint"] for other in others}
    assert len(found | {one["fingerprint"]}) == 5
