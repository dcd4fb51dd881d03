"""Suites are started and added to without losing what is in them."""

from pathlib import Path

import pytest

from evals.making import Wish, add_case, drafted_case, start_suite
from evals.suite import load_suite
from evals.suite_file import SuiteError
from evals.types import Suite
from rag.types import Answer, Citation, Sentence, Source


def answer(text: str, *, abstained: bool = False) -> Answer:
    citation = Citation(1, "mill", text, 0, len(text))
    source = Source(1, "mill", None, None, None, None, None, "mill")
    return Answer(
        id="1",
        question="q",
        standalone_question="q",
        abstained=abstained,
        reason=None,
        text=text,
        sentences=() if abstained else (Sentence(text, "supported", 1.0, None, (citation,)),),
        sources=() if abstained else (source,),
        disagreements=(),
        as_of=None,
        nearest=(),
        retrieved=(),
        confidence=0.9,
        unanswered=(),
        answerer="extractive",
        model=None,
        usage=None,
        timings_ms={},
    )


@pytest.fixture
def empty(tmp_path: Path) -> Suite:
    (tmp_path / "articles").mkdir()
    start_suite(tmp_path / "desk.yaml", tmp_path / "articles")
    return load_suite(tmp_path / "desk.yaml", may_be_empty=True)


def test_a_started_suite_names_its_corpus_and_takes_cases(empty: Suite) -> None:
    assert (empty.name, empty.cases) == ("desk", ())
    assert empty.corpus is not None
    wish = Wish(must=("Friday|on 16 January",), never=("Monday",), history=("Which mill?",))
    first = drafted_case(empty, "When did it burn?", answer("It burned on Friday."), wish)
    add_case(empty.path, first)
    add_case(empty.path, drafted_case(empty, "Who paid?", answer("", abstained=True), Wish()))
    one, two = load_suite(empty.path).cases
    assert one.expect.answer_all == (("Friday", "on 16 January"),)
    assert (one.expect.answer_none, one.expect.sources_any) == (("Monday",), ("mill",))
    assert one.history == ("Which mill?",)
    assert (two.kind, two.expect.abstain) == ("unanswerable", True)


def test_ids_come_from_the_question_and_are_never_doubled(empty: Suite) -> None:
    case = drafted_case(empty, "When did the mill burn?", answer("On Friday."), Wish())
    add_case(empty.path, case)
    again = drafted_case(
        load_suite(empty.path), "When did the mill burn?", answer("On Friday."), Wish()
    )
    assert (case["id"], again["id"]) == ("mill-burn", "mill-burn-2")
    with pytest.raises(SuiteError, match="is taken"):
        drafted_case(load_suite(empty.path), "Why?", answer("x"), Wish(identifier="mill-burn"))


@pytest.mark.parametrize("must", ["", "Friday|", " "])
def test_what_the_answer_must_hold_is_never_nothing(empty: Suite, must: str) -> None:
    with pytest.raises(SuiteError, match="--must has an empty text"):
        drafted_case(empty, "When?", answer("On Friday."), Wish(must=(must,)))


def test_what_the_answer_does_not_hold_is_not_recorded(empty: Suite) -> None:
    with pytest.raises(SuiteError, match="does not hold 'Monday'"):
        drafted_case(empty, "When?", answer("On Friday."), Wish(must=("Monday",)))


CASE = {"id": "new", "kind": "fact", "question": "Why?", "expect": {"abstain": True}}


@pytest.mark.parametrize(
    "text",
    [
        "cases:\n- id: a # kept\n  question: Why?\n",
        "cases:\n    - id: a # kept\n      question: Why?\n",
        "suite: s\ncases:\n  - id: a # kept\n    question: Why?",
    ],
)
def test_a_case_joins_a_list_however_it_is_indented(tmp_path: Path, text: str) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(text)
    add_case(path, CASE)
    assert [case.id for case in load_suite(path).cases] == ["a", "new"]
    assert "# kept" in path.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "cases:\n  - id: a\n    question: Why?\nsuite: last\n",
        "cases: [{id: a, question: Why?}]\n",
    ],
)
def test_a_layout_that_cannot_be_added_to_is_left_as_it_was(tmp_path: Path, text: str) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(text)
    with pytest.raises(SuiteError, match="put `cases` last"):
        add_case(path, CASE)
    assert path.read_text() == text


def test_a_suite_is_not_started_over_another_or_as_json(empty: Suite, tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="is there already"):
        start_suite(empty.path, tmp_path / "articles")
    with pytest.raises(SuiteError, match=r"name it .*new\.yaml"):
        start_suite(tmp_path / "new.jsonl", tmp_path / "articles")
    with pytest.raises(SuiteError, match="is no folder"):
        start_suite(tmp_path / "new.yaml", tmp_path / "nowhere")
