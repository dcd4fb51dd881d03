"""Our own reports: they are as they should be, and what is learnt of them is what they say."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evals.benchmarks.data import BenchmarkError
from evals.reader.examples import Example
from evals.reader.written import Report, examples_of, passages_of, read_reports

SENTENCES = [
    "The harbour of Velm was closed on Monday.",
    "“The quay has sunk by a foot,” said Ida Roos, who runs it.",
    *(f"Boat number {n} lay idle among a great many others that could not sail." for n in range(9)),
    "Repairs begin in May and cost four million crowns.",
]


def write_report(folder: Path, *questions: dict[str, Any], **fields: object) -> Path:
    report = {
        "title": "Velm harbour shut",
        "outlet": "Velm Courier",
        "published": "2026-03-02",
        "sentences": SENTENCES,
        "questions": list(questions),
        **fields,
    }
    with (folder / "towns.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(report)}\n")
    return folder


def asked(question: str, *answers: tuple[int, str]) -> dict[str, Any]:
    told = [{"sentence": place, "words": words} for place, words in answers]
    return {"question": question, "answers": told}


PRICE = asked("What will it take to mend the port?", (11, "four million crowns"))
RUNNER = asked("Who manages the port?", (1, "Ida Roos"))
BLAMED = asked("Who built the quay that has sunk?")


@pytest.fixture
def reports(tmp_path: Path) -> list[Report]:
    return read_reports(write_report(tmp_path, PRICE, RUNNER, BLAMED))


def test_an_answer_is_found_where_it_stands(reports: list[Report]) -> None:
    (report,) = reports
    text = report.article.text
    assert [place.of(text) for q in report.questions for place in q.places] == [
        "four million crowns",
        "Ida Roos",
    ]
    assert "closed on Monday. “The quay" in text
    assert "runs it.\n\nBoat number 0" in text
    assert (report.article.outlet, report.article.published) == ("Velm Courier", "2026-03-02")


def of_kind(examples: list[Example], kind: str) -> list[Example]:
    return [example for example in examples if example.kind == kind]


def test_a_question_is_put_to_the_passage_that_answers_it(reports: list[Report]) -> None:
    assert len(passages_of(reports[0].article)) == 2
    price, runner = of_kind(examples_of(reports, 0), "written")
    assert price.labels.index(True) == len(price.labels) - 1
    assert (price.answerable, price.answers) == (True, ("four million crowns",))
    assert runner.sentences[runner.labels.index(True)] == SENTENCES[1]
    assert SENTENCES[-1] not in runner.sentences


def test_what_is_not_answered_is_put_to_what_tempts_most(reports: list[Report]) -> None:
    (blamed,) = of_kind(examples_of(reports, 0), "written unanswerable")
    assert SENTENCES[1] in blamed.sentences
    assert not blamed.answerable
    assert not any(blamed.labels)
    assert blamed.answers == ()


def test_other_passages_of_a_report_do_not_answer(reports: list[Report]) -> None:
    elsewhere = [
        one for seed in range(9) for one in of_kind(examples_of(reports, seed), "elsewhere")
    ]
    assert elsewhere
    assert not any(one.answerable or any(one.labels) or one.answers for one in elsewhere)
    assert {one.question for one in elsewhere} == {PRICE["question"], RUNNER["question"]}


def test_a_passage_does_not_answer_without_the_sentence_that_does(reports: list[Report]) -> None:
    removed = [
        one for seed in range(9) for one in of_kind(examples_of(reports, seed), "written removed")
    ]
    assert {one.question for one in removed} == {PRICE["question"], RUNNER["question"]}
    for one in removed:
        assert one.sentences
        assert not any((one.answerable, *one.labels, *one.answers))
        answering = SENTENCES[-1 if one.question == PRICE["question"] else 1]
        assert answering not in one.sentences


def test_a_title_is_read_now_and_then(reports: list[Report]) -> None:
    titles = {one.title for seed in range(9) for one in examples_of(reports, seed)}
    assert titles == {"", "Velm harbour shut"}


@pytest.mark.parametrize(
    "questions",
    [[asked("Who?", (99, "Ida"))], [asked("Who?", (0, "Ida"))], [{"question": "Who?"}]],
)
def test_a_report_that_is_none_is_named(tmp_path: Path, questions: list[dict[str, Any]]) -> None:
    write_report(tmp_path, RUNNER)
    with pytest.raises(BenchmarkError, match=r"towns\.jsonl:2 is no report"):
        read_reports(write_report(tmp_path, *questions))


@pytest.fixture(scope="module")
def ours() -> list[Report]:
    return read_reports()


def test_our_reports_ask_what_they_answer_and_what_they_do_not(ours: list[Report]) -> None:
    for report in ours:
        sides = Counter(bool(question.places) for question in report.questions)
        assert min(sides[True], sides[False]) >= 3, report.article.title
        texts = [question.text for question in report.questions]
        assert len(set(texts)) == len(texts)
    titles = [report.article.title for report in ours]
    assert len(set(titles)) == len(titles) >= 300


def test_our_reports_are_about_nothing_that_the_project_is_measured_on(ours: list[Report]) -> None:
    seeds = Path(__file__).parents[1] / "seeds"
    told = " ".join(path.read_text("utf-8") for path in seeds.rglob("*.md"))
    named = {" ".join(words) for words in _runs(told)}
    for report in ours:
        shared = named.intersection(" ".join(words) for words in _runs(report.article.text))
        assert not shared, report.article.title


def _runs(text: str, words: int = 8) -> list[list[str]]:
    every = re.findall(r"\w+", text.lower())
    return [every[place : place + words] for place in range(len(every) - words + 1)]


def test_a_fifth_of_our_reports_is_held_apart(ours: list[Report]) -> None:
    share = sum(report.apart for report in ours) / len(ours)
    assert 0.12 < share < 0.28
