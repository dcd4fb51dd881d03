import itertools
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from evals.html_report import html_report, link, quoted
from evals.plots import Bin, plots, reliability
from evals.reports import MAX_MARKDOWN, junit_xml, markdown_summary, show_run
from evals.runner import summary
from evals.types import Record, Run

HOSTILE = "<script>alert(1)</script> ]]> a|b `c` **d** \x00\x1b[31m\ud800 @someone #12"
VOID = {"meta", "input", "br", "link", "img", "hr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TEXT = f"{'Before it. ' * 40}Canada puts 100% on them. {'After it. ' * 40}"
START = TEXT.index("Canada")
QUOTE = "Canada puts 100% on them."


class Page(HTMLParser):
    """A page as a test reads it: its elements, each with its attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[list[str]] = []
        self._open: list[int] = []
        self.feed(text)
        self.close()
        assert not self._open, "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append([])
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append([])

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open[-1]][0] == tag, "elements are not nested"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for index in self._open:
            self.texts[index].append(data)

    def all(self, tag: str, **wanted: str) -> list[str]:
        return [
            " ".join("".join(text).split())
            for (name, found), text in zip(self.elements, self.texts, strict=True)
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        ]

    def attributes(self, tag: str) -> list[dict[str, str]]:
        return [found for name, found in self.elements if name == tag]


def answer(*, abstained: bool = False, **more: object) -> dict[str, Any]:
    citation = {"source": 1, "article": "a", "quote": QUOTE, "start": START}
    citation |= {"end": START + len(QUOTE)}
    sentence = {"text": QUOTE, "verdict": "supported", "score": 1.0, "reason": None}
    source: dict[str, object] = {
        "n": 1,
        "article": "a",
        "title": "The title",
        "outlet": "The Post",
        "author": None,
    }
    source |= {"published": "2026-01-14", "url": "https://example.org/a", "origin": "a"}
    near: dict[str, object] = {
        "article": "a",
        "title": None,
        "outlet": None,
        "published": None,
        "quote": "Near it.",
    }
    near |= {"start": 0, "end": 8, "score": 0.4}
    return {
        "abstained": abstained,
        "reason": "nothing near" if abstained else None,
        "text": "The articles do not answer this." if abstained else f"{QUOTE} [1]",
        "standalone_question": "q",
        "sentences": [] if abstained else [{**sentence, "citations": [citation]}],
        "sources": [] if abstained else [source],
        "disagreements": [],
        "nearest": [near] if abstained else [],
        "confidence": 0.9,
        "usage": None,
        **more,
    }


def record(name: str, *, passed: bool | None = True, **more: object) -> Record:
    failed = ("the answer holds none of '100%'",) if passed is False else ()
    scores = {} if passed is None else {"passed": float(passed), "mrr": 0.5}
    expect = {"answer_all": [["100%", "100 percent"]], "answer_none": [], "sources_any": ["a"]}
    expect |= {"sources_all": [], "min_sources": None, "disagreement": None, "abstain": False}
    values: dict[str, Any] = {
        "suite": "seeds",
        "id": name,
        "kind": "fact",
        "question": f"Question {name}?",
        "history": (),
        "as_of": None,
        "tags": (),
        "expect": expect,
        "passed": passed,
        "failures": failed,
        "error": "the provider answered 503" if passed is None else None,
        "answer": None if passed is None else answer(),
        "cited": ("a",),
        "abstained": None if passed is None else False,
        "disagreements": (),
        "retrieved": () if passed is None else ("b", "a"),
        "latency_ms": None if passed is None else 1500.0,
        "attempts": () if passed is None else (passed,),
        "scores": scores,
    }
    return Record(**(values | more))


def run_of(*records: Record, **provenance: object) -> dict[str, Any]:
    said: dict[str, object] = {
        "commit": "c0ffee" * 6,
        "version": "0.1.0",
        "answerer": "extractive",
        "model": None,
    }
    said |= {"embedder": "mini", "machine": "m", "started": "2026-02-03T09:14:22Z"}
    said |= {"settings": {"jobs": 2}, "cases": len(records)}
    suites = dict.fromkeys(r.suite for r in records)
    run = Run(
        suite=", ".join(suites) or "seeds",
        provenance=said | provenance,
        corpus={name: {"fingerprint": "ab" * 32, "articles": 5} for name in suites},
        summary=summary(records),
        cases=records,
    )
    saved: dict[str, Any] = json.loads(json.dumps(run.to_json()))
    return saved


def shown(run: dict[str, Any], width: int = 120, *, terminal: bool = True) -> str:
    console = Console(file=StringIO(), width=width, force_terminal=terminal, color_system=None)
    show_run(console, run)
    written = console.file
    assert isinstance(written, StringIO)
    return written.getvalue()


MIXED = run_of(
    record("right"),
    record("wrong", passed=False, kind="multi"),
    record("down", passed=None, kind="multi"),
    record("other", suite="mine"),
)
STRANGE = run_of(
    record(HOSTILE, passed=False, kind=HOSTILE, question=HOSTILE, failures=(HOSTILE,),
           suite=HOSTILE, history=(HOSTILE,), tags=(HOSTILE,), retrieved=(HOSTILE,),
           answer=answer(text=HOSTILE, disagreements=[
               {"about": HOSTILE, "positions": [{"value": HOSTILE, "sources": [1]}]}])),
    record("down", passed=None, error=HOSTILE),
    record("right", kind="$x$ 漢字"),
    commit=HOSTILE, machine=HOSTILE,
)  # fmt: skip


def test_the_terminal_shows_each_kind_then_why_cases_failed_then_what_the_figures_depend_on() -> (
    None
):
    lines = [line.split() for line in shown(MIXED).splitlines() if line.strip()]
    kinds = {line[0]: line[1:4] for line in lines[2:5]}
    assert kinds["fact"] == ["2", "100.0%", "(2/2)"]
    assert kinds["multi"] == ["2", "0.0%", "(0/1)"]
    assert kinds["all"] == ["4", "66.7%", "(2/3)"]
    assert " ".join(lines[5]) == "✗ seeds/wrong the answer holds none of '100%'"
    assert " ".join(lines[6]) == "! seeds/down could not be run: the provider answered 503"
    assert lines[7][:2] == ["commit", "c0ffeec0ffee"]
    assert len(lines) == 8


def test_the_terminal_shows_at_most_twenty_cases_each_in_one_line() -> None:
    long = ("word " * 100,)
    run = run_of(*(record(f"c{n}", passed=False, failures=long) for n in range(25)))
    lines = shown(run, 80).splitlines()
    cases = [line for line in lines if line.startswith("✗")]
    assert len(cases) == 20
    assert all(len(line) <= 80 and line.endswith("…") for line in cases)
    assert "… and 5 more did not pass" in lines
    piped = shown(run, 80, terminal=False).splitlines()
    assert sum(line.endswith(long[0].strip()) for line in piped) == 20


def test_no_control_character_of_a_suite_or_an_answer_reaches_the_terminal() -> None:
    written = shown(STRANGE)
    assert "\x1b[31m" not in written
    assert "\x00" not in written


def test_junit_has_a_failure_for_a_wrong_answer_and_an_error_for_none() -> None:
    root = ET.fromstring(junit_xml(MIXED))  # noqa: S314 - written a line ago
    assert root.tag == "testsuites"
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
    }
    seeds, mine = root.findall("testsuite")
    assert (seeds.get("name"), seeds.get("tests"), seeds.get("time")) == ("seeds", "3", "3.000")
    assert (mine.get("name"), mine.get("tests"), mine.get("failures")) == ("mine", "1", "0")
    right, wrong, down = seeds.findall("testcase")
    assert (right.get("name"), right.get("classname"), right.get("time")) == (
        "right",
        "seeds.fact",
        "1.500",
    )
    assert len(right) == 0
    failure = wrong.find("failure")
    assert failure is not None
    assert failure.get("message") == "the answer holds none of '100%'"
    assert QUOTE in (failure.text or "")
    error = down.find("error")
    assert error is not None
    assert down.find("failure") is None
    assert "503" in (error.get("message") or "")


def test_junit_holds_hostile_text_as_text() -> None:
    text = junit_xml(STRANGE)
    text.encode()
    root = ET.fromstring(text)  # noqa: S314 - written a line ago
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert "<script>alert(1)</script> ]]> a|b" in (failure.get("message") or "")
    assert "\ufffd\ufffd[31m\ufffd" in (failure.text or "")
    assert not list(root.iter("script"))


def test_markdown_names_the_share_and_the_cases_that_failed() -> None:
    lines = markdown_summary(MIXED).splitlines()
    assert lines[0] == ("### Dateline evaluation: 2 of 3 cases passed (66.7%), 1 could not be run")
    rows = [line for line in lines if line.startswith("|")]
    assert rows[2].startswith("| fact | 2 | 100.0% (2/2) | – | – | 0.500 |")
    assert rows[-1].startswith("| all | 4 | 66.7% (2/3) |")
    assert len({row.count("|") for row in rows}) == 1
    assert "<details><summary>2 cases did not pass</summary>" in lines
    assert "- <code>seeds/wrong</code> (multi): Question wrong?" in lines
    assert lines[-1].startswith("<sub>commit c0ffeec0ffee ·")
    assert "baseline" not in "\n".join(lines)


def test_markdown_names_regressions_and_fixes_against_a_baseline() -> None:
    before = run_of(
        record("a"), record("b", passed=False), record("c"), record("d"), record("gone")
    )
    now = run_of(
        record("a", passed=False), record("b"), record("c"), record("d", passed=None),
        record("new", passed=False),
    )  # fmt: skip
    text = markdown_summary(now, before)
    assert "66.7% → 66.7% (**0.0 points**), over the 3 cases run in both." in text
    assert "**Regressions (1):**\n\n- <code>a</code>: the answer holds none of '100%'\n" in text
    assert "**Fixes (1):**\n\n- <code>b</code>\n" in text
    assert "Not in the baseline: 1. Only in the baseline: 1." in text
    assert "The articles of" not in text


def test_markdown_says_when_the_baseline_was_run_over_other_articles() -> None:
    before = run_of(record("a"))
    before["corpus"]["seeds"]["fingerprint"] = "cd" * 32
    text = markdown_summary(run_of(record("a", passed=False)), before)
    assert "**The articles of seeds are not those of the baseline.**" in text
    assert "100.0% → 0.0% (**-100.0 points**)" in text
    assert "| fact | 1 | 0.0% (0/1) | -100.0 points |" in text


def test_markdown_holds_hostile_text_as_text() -> None:
    text = markdown_summary(STRANGE, STRANGE)
    text.encode()
    assert "<script" not in text
    assert "&lt;script" not in text
    assert "&#60;script&#62;" in text
    assert "@someone" not in text
    assert "#12" not in text.replace("&#12", "")
    assert "**d**" not in text
    assert "`c`" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1


def test_markdown_stays_below_what_a_comment_may_hold_and_counts_what_it_leaves_out() -> None:
    many = [
        record("<" * 300 + str(n), passed=False, kind="|" * 200 + str(n), question="&" * 5000)
        for n in range(600)
    ]
    before = [record("<" * 300 + str(n), kind="k") for n in range(600)]
    text = markdown_summary(run_of(*many), run_of(*before))
    assert len(text) < MAX_MARKDOWN
    assert text.count(" more") == 3
    assert text.rstrip().endswith("</sub>")
    assert text.count("<details>") == text.count("</details>") == 1


def test_a_page_shows_failed_cases_first_then_those_not_run_then_those_that_passed() -> None:
    page = Page(html_report(MIXED))
    assert page.all("h1") == ["seeds, mine"]
    assert page.all("h3")[-3:] == ["Failed 1", "Could not be run 1", "Passed 2"]
    assert page.all("h4") == ["Question wrong?", "Question down?", "Question right?",
                              "Question other?"]  # fmt: skip
    everything = " ".join(page.all("body"))
    for said in ("66.7%", "2 of 3", "c0ffee" * 6, "jobs=2", "ab" * 32, "the provider answered 503",
                 "“100%” or “100 percent”", "The Post", "2026-01-14", "4 cases"):  # fmt: skip
        assert said in everything


def test_a_page_needs_nothing_but_itself() -> None:
    text = html_report(MIXED, {"a": TEXT})
    page = Page(text)
    assert not page.attributes("script")
    assert not page.attributes("link")
    assert not page.attributes("img")
    assert "@import" not in text
    assert "url(http" not in text
    outside = [
        (tag, name)
        for tag, found in page.elements
        for name, value in found.items()
        if "://" in value and not (tag == "a" and name == "href")
    ]
    assert outside == []
    assert {found["href"] for found in page.attributes("a")} == {"https://example.org/a"}
    (policy,) = [m for m in page.attributes("meta") if "http-equiv" in m]
    assert policy["content"].startswith("default-src 'none'")


def test_a_page_holds_hostile_text_as_text() -> None:
    text = html_report(STRANGE)
    text.encode()
    page = Page(text)
    assert not page.attributes("script")
    assert not page.attributes("b")
    assert "<script>alert(1)</script> ]]> a|b `c` **d** \ufffd\ufffd[31m\ufffd" in page.all("h4")[0]
    assert not {"\x00", "\x1b"} & set(text)
    assert "$x$ 漢字" in " ".join(page.all("text"))


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org/a", "https:///a", "http://[", "a"],
)
def test_only_http_addresses_become_links(url: str) -> None:
    assert link(url) is None
    source = {**answer()["sources"][0], "url": url}
    page = Page(html_report(run_of(record("r", answer=answer(sources=[source])))))
    assert not page.attributes("a")


def test_a_quotation_is_marked_in_the_text_around_it() -> None:
    page = Page(html_report(run_of(record("r")), {"a": TEXT}))
    assert page.all("mark") == [QUOTE]
    (around,) = page.all("blockquote")
    assert around.startswith("… ")
    assert around.endswith(" …")
    assert len(QUOTE) + 300 < len(around) < len(QUOTE) + 410
    assert Page(html_report(run_of(record("r")))).all("blockquote") == [QUOTE]


def test_a_quotation_that_does_not_stand_in_its_article_is_said_to_be_wrong() -> None:
    (citation,) = answer()["sentences"][0]["citations"]
    shifted = {**citation, "start": START + 1, "end": citation["end"] + 1}
    assert quoted(citation, {"a": TEXT})["misplaced"] is False
    assert quoted(shifted, {"a": TEXT})["misplaced"] is True
    assert quoted(shifted, {})["misplaced"] is False
    sentence = {**answer()["sentences"][0], "citations": [shifted]}
    page = Page(html_report(run_of(record("r", answer=answer(sentences=[sentence]))), {"a": TEXT}))
    assert f"not what stands at characters {START + 1}" in " ".join(page.all("p"))


def test_a_case_shows_its_conversation_disagreements_nearest_passages_and_what_was_retrieved() -> (
    None
):
    sides = [{"about": "the rate", "positions": [{"value": "100%", "sources": [1]},
                                                 {"value": "25%", "sources": [1]}]}]  # fmt: skip
    run = run_of(
        record("r", history=("Who is he?",), as_of="2026-01-14", retrieved=("b", "a.2"),
               answer=answer(disagreements=sides)),
        record("n", passed=False, answer=answer(abstained=True)),
        record("lost", passed=False, retrieved=("b",)),
    )  # fmt: skip
    page = Page(html_report(run))
    items = page.all("li")
    assert "Who is he?" in items
    assert "a.2 expected" in items
    assert "b" in items
    assert "the rate" in page.all("th", scope="rowgroup")
    assert "25%" in page.all("td")
    assert "Near it." in page.all("blockquote")
    assert "None of the expected articles." in page.all("p")
    assert "2026-01-14" in page.all("dd")


def test_a_page_is_made_for_everyone() -> None:
    page = Page(html_report(MIXED))
    assert page.attributes("html")[0]["lang"] == "en"
    assert all("scope" in found for found in page.attributes("th"))
    levels = [HEADINGS.index(tag) + 1 for tag, _ in page.elements if tag in HEADINGS]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    drawings = page.attributes("svg")
    assert len(drawings) == 4
    assert all(d["role"] == "img" and d["aria-label"] for d in drawings)
    assert len(page.all("title")) == 1 + len(drawings)
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    used = {found["href"] for found in page.attributes("use")}
    assert used <= {f"#{name}" for name in ids}
    assert any(text.startswith("✗") for text in page.all("summary"))


def test_the_same_run_gives_the_same_page() -> None:
    first = html_report(MIXED, {"a": TEXT})
    assert html_report(json.loads(json.dumps(MIXED)), {"a": TEXT}) == first
    program = "import sys, json; from evals.html_report import html_report as page\n"
    program += "sys.stdout.buffer.write(page(json.load(sys.stdin), {'a': sys.argv[1]}).encode())"
    other = subprocess.run(
        [sys.executable, "-c", program, TEXT],
        input=json.dumps(MIXED).encode(),
        capture_output=True,
        check=True,
    )
    assert other.stdout.decode() == first


def test_reading_a_report_does_not_import_matplotlib() -> None:
    program = "import sys, evals.html_report, evals.reports; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


@pytest.mark.parametrize("records", [(), (record("down", passed=None),)])
def test_a_run_in_which_nothing_ran_is_reported_without_figures(
    records: tuple[Record, ...],
) -> None:
    run = run_of(*records)
    assert "–" in shown(run)
    assert "nan" not in shown(run).casefold()
    assert ET.fromstring(junit_xml(run)).get("failures") == "0"  # noqa: S314 - written here
    assert "0 of 0 cases passed (–)" in markdown_summary(run, run)
    text = html_report(run)
    page = Page(text)
    assert "nan" not in " ".join(page.all("body")).casefold()
    assert "No case was run." in page.all("figcaption")
    assert not page.attributes("svg")


def test_a_run_of_unanswerable_questions_has_no_ranks_to_draw() -> None:
    expect = {"answer_all": [], "answer_none": [], "abstain": True}
    run = run_of(record("u", expect=expect, answer=answer(abstained=True, confidence=0.1)))
    scores, ranks, reliable, times = plots(run)
    assert ranks.svg is None
    assert all(plot.svg for plot in (scores, reliable, times))


def test_the_plots_say_what_they_show() -> None:
    records = [record(f"r{n}", retrieved=("b",) * (n > 0) + ("a",) * (n < 3)) for n in range(4)]
    scores, ranks, _, times = (plot.svg or "" for plot in plots(run_of(*records)))
    assert "fact 4 of 4, 51.0% to 100.0%" in scores
    assert "rank 1: 1, rank 2: 2, rank 3: 0, rank 4: 0, rank 5: 0, not retrieved: 1." in ranks
    assert "half within 1,500 ms, 95% within 1,500 ms" in times


def test_ranks_beyond_the_last_bar_are_counted_in_it() -> None:
    far = tuple(f"x{n}" for n in range(14))
    svg = plots(run_of(record("r", retrieved=(*far, "a"))))[1].svg or ""
    assert "rank 10+: 1, not retrieved: 0." in svg


def test_confidence_is_held_against_the_cases_that_could_be_answered_and_were_right() -> None:
    unanswerable = {"answer_all": [], "abstain": True}
    run = run_of(
        record("right", answer=answer(confidence=0.95)),
        record("sure", answer=answer(confidence=1.0)),
        record("wrong", passed=False, answer=answer(confidence=0.9)),
        record("none", passed=False, expect=unanswerable, answer=answer(confidence=0.92)),
        record("kept", expect=unanswerable, answer=answer(abstained=True, confidence=0.12)),
        record("unstated", answer=answer(confidence=None)),
    )
    low, high = reliability(run["cases"])
    assert low == Bin(low=0.1, cases=1, answerable=0, right=0, confidence=0.12)
    assert (high.low, high.cases, high.answerable, high.right) == (0.9, 4, 3, 2)
    assert high.confidence == pytest.approx(0.9425)


def test_a_case_run_several_times_says_how_often_it_passed() -> None:
    run = run_of(record("r", attempts=(True, False, True)))
    page = Page(html_report(run))
    assert "passed 2 of 3 tries" in page.all("li")
