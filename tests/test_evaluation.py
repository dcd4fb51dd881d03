"""Evaluation: whole runs, gone on with, scored again, against a service, and their gates."""

import json
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from api.cli import app
from evals.askers import LocalAsker
from evals.evaluate import evaluate
from evals.gates import check_thresholds, parse_threshold
from evals.plan import Plan
from evals.runner import Options, run_suite, summary
from evals.suite import load_suite
from evals.suite_file import SuiteError
from evals.types import Case, Expectation, Record, Run
from index.embedding import LocalModel
from index.errors import DatelineError
from index.sqlite.store import SqliteStore
from index.store import Match
from index.types import Vector
from rag.pipeline import ABSTENTION, Pipeline
from rag.reader import bundled_reader
from rag.retrieve import Scope
from rag.types import Answer, Citation, Sentence, Source
from tests.conftest import Run as CommandLine
from tests.fakes import WordModel

Json = dict[str, Any]

ARTICLES = {
    "fire": """\
---
title: Old mill at Arden burns down
outlet: Arden Post
published: 2026-01-10
---
The old mill at Arden burned down on Friday night. Two people were hurt in the fire at the mill. \
Bob Marsh, who lit the stove, was not charged.
""",
    "bridge": """\
---
title: Tanner Street bridge to be mended
outlet: Harbour News
published: 2026-01-12
---
Mending the Tanner Street bridge will cost £412,000. The bridge reopens to walkers in March 2026. \
Engineers found rust in four of its beams.
""",
    "library": """\
---
title: Library opens late on Tuesdays
outlet: Quay Times
published: 2026-01-14
---
The Quay Road library will stay open late on Tuesday and Thursday evenings. The longer hours cost \
£36,000 a year. Readers had asked for them since 2018.
""",
}
SUITE = """\
suite: town
corpus: articles
cases:
  - id: mill-day
    kind: fact
    question: When did the old mill at Arden burn down?
    expect: {answer_all: [[Friday]], sources_any: [fire]}
    tags: [mill]
  - id: mill-hurt
    kind: fact
    question: How many people were hurt in the fire at the mill?
    expect: {answer_all: [[two, "2"]], sources_all: [fire], disagreement: false}
    tags: [mill]
  - id: bridge-cost
    kind: fact
    question: How much will mending the Tanner Street bridge cost?
    expect: {answer_all: [["£413,000"]], sources_any: [bridge]}
  - id: library-before
    kind: temporal
    question: Which evenings does the Quay Road library stay open late?
    as_of: 2026-01-13
    expect: {abstain: true}
  - id: library-again
    kind: followup
    question: And which are they?
    history: ["Which evenings does the Quay Road library stay open late?"]
    expect: {answer_all: [[Thursday]]}
  - id: tarts
    kind: unanswerable
    question: What is the recipe for butter tarts?
    expect: {abstain: true}
"""
IDS = ["mill-day", "mill-hurt", "bridge-cost", "library-before", "library-again", "tarts"]
WRONG = "bridge-cost"  # its expectation is not what the article says


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Return a suite's file, with its articles beside it."""
    for name, text in ARTICLES.items():
        file = tmp_path / "town" / "articles" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    path = tmp_path / "town" / "suite.yaml"
    path.write_text(SUITE, "utf-8")
    return path


class Evaluator:
    """Evaluates with the model of words, and remembers what each evaluation did.

    Attributes:
        model: whose embedder lists the passages that were embedded.
        new: the number of records that came new in the last evaluation.
        started: how many were taken as done at its start.
    """

    def __init__(self, tmp_path: Path) -> None:
        self.model = WordModel()
        self.new = self.started = 0
        self._scratch = tmp_path / "scratch"
        self._count = 0
        self._last: int | None = None

    def __call__(self, plan: Plan, stop_after: int | None = None) -> Run:
        self._count += 1
        self._last = None
        self.new = 0

        def progress(_suite: str, done: int, _of: int) -> None:
            if self._last is None:
                self.started = done
            else:
                self.new += done - self._last
            self._last = done
            if stop_after is not None and self.new >= stop_after:
                raise KeyboardInterrupt

        return evaluate(plan, self.model, self._scratch / str(self._count), progress)


@pytest.fixture
def run(tmp_path: Path) -> Evaluator:
    return Evaluator(tmp_path)


def plain(done: Run) -> Json:
    found: Json = json.loads(json.dumps(done.to_json(), allow_nan=False))
    return found


def scores(done: Run) -> str:
    return json.dumps([[record.id, record.scores] for record in done.cases])


# ---- a whole run


def test_a_run_is_written_in_the_golden_formats_shape(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "run.json"
    done = run(Plan((town,), out=out))
    written = json.loads(out.read_text("utf-8"))
    assert written == plain(done)
    assert not out.with_name("run.json.partial").exists()
    assert written["suite"] == "town"
    assert [case["id"] for case in written["cases"]] == IDS
    by_id = {case["id"]: case for case in written["cases"]}
    first = by_id["mill-day"]
    assert (first["kind"], first["passed"], first["failures"]) == ("fact", True, [])
    assert first["cited"] == ["fire"]
    assert first["abstained"] is False
    assert first["disagreements"] == []
    assert first["retrieved"][0] == "fire"
    assert set(first["retrieved"]) == set(ARTICLES)
    assert first["latency_ms"] > 0
    assert first["answer"]["text"] == "The old mill at Arden burned down on Friday night. [1]"
    assert first["answer"]["sentences"][0]["citations"][0]["article"] == "fire"
    (failure,) = by_id[WRONG]["failures"]
    assert "'£413,000'" in failure
    assert by_id["tarts"]["abstained"] is True
    assert "library" not in by_id["library-before"]["retrieved"]
    assert by_id["library-again"]["cited"] == ["library"]
    overall, kinds = written["summary"]["overall"], written["summary"]["kinds"]
    assert overall["passed"] == pytest.approx(5 / 6)
    assert kinds["fact"]["passed"] == pytest.approx(2 / 3)
    assert [kinds[kind]["passed"] for kind in ("temporal", "followup", "unanswerable")] == [1] * 3
    assert (overall["abstention_recall"], overall["abstention_precision"]) == (1, 1)
    assert overall["citation_validity"] == 1
    assert overall["recall@1"] == 1
    assert overall["latency_ms"]["p50"] > 0


def test_a_run_says_what_its_figures_depend_on(town: Path, run: Evaluator) -> None:
    plan = Plan((town,), limit=2, filters=("mill",), options=Options(2, 3, 2))
    found = plain(run(plan))
    said = found["provenance"]
    assert (said["answerer"], said["model"], said["cases"]) == ("extractive", None, 2)
    assert said["embedder"].startswith("words")
    assert said["commit"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", said["started"])
    assert said["settings"] == {
        "suites": ["suite.yaml"],
        "filters": ["mill"],
        "limit": 2,
        "repeat": 3,
        "min_pass": 2,
    }
    assert found["corpus"]["town"]["articles"] == 3
    assert len(found["corpus"]["town"]["fingerprint"]) == 64


def test_the_same_run_twice_gives_the_same_scores_to_the_byte(town: Path, run: Evaluator) -> None:
    first = run(Plan((town,)))
    second = run(Plan((town,), options=Options(jobs=4)))
    assert scores(first) == scores(second)
    assert first.corpus == second.corpus


def test_several_suites_are_one_run(town: Path, run: Evaluator) -> None:
    other = town.with_name("other.yaml")
    other.write_text(SUITE.replace("suite: town", "suite: other").replace("id: ", "id: x-"))
    done = run(Plan((town, other)))
    assert done.suite == "town, other"
    assert [record.suite for record in done.cases] == ["town"] * 6 + ["other"] * 6
    assert set(done.corpus) == {"town", "other"}
    same_ids = town.with_name("same.yaml")
    same_ids.write_text(SUITE.replace("suite: town", "suite: same"), "utf-8")
    assert len(run(Plan((town, same_ids))).cases) == 12
    clash = town.with_name("clash.yaml")
    clash.write_text(SUITE, "utf-8")
    with pytest.raises(SuiteError, match=r"clash\.yaml: the suite's name 'town' .*suite\.yaml"):
        run(Plan((town, clash)))


@pytest.mark.parametrize(
    ("filters", "limit", "ids"),
    [
        (("^mill-",), None, ["mill-day", "mill-hurt"]),
        (("^mill$",), None, ["mill-day", "mill-hurt"]),
        (("temporal", "^tarts$"), None, ["library-before", "tarts"]),
        ((), 2, ["mill-day", "mill-hurt"]),
        (("library|tarts",), 2, ["library-before", "library-again"]),
    ],
)
def test_filters_choose_by_id_kind_and_tag_before_the_limit(
    town: Path, run: Evaluator, filters: tuple[str, ...], limit: int | None, ids: list[str]
) -> None:
    done = run(Plan((town,), filters=filters, limit=limit))
    assert [record.id for record in done.cases] == ids


@pytest.mark.parametrize(("pattern", "word"), [("nothing", "--filter"), ("(", r"\(")])
def test_a_filter_that_leaves_nothing_or_is_no_pattern_is_refused(
    town: Path, run: Evaluator, pattern: str, word: str
) -> None:
    with pytest.raises(DatelineError, match=word):
        run(Plan((town,), filters=(pattern,)))


def test_an_unknown_article_is_refused_before_anything_is_asked(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    late = town.with_name("late.yaml")
    late.write_text(
        "suite: late\ncorpus: articles\ncases:\n"
        "- id: z\n  question: Who?\n  expect: {sources_any: [brigde]}\n"
    )
    with pytest.raises(SuiteError, match=r"late\.yaml:4.*'brigde'.*'bridge'"):
        run(Plan((town, late), out=tmp_path / "run.json"))
    assert run.new == 0
    assert not (tmp_path / "run.json").exists()


def test_a_suite_without_a_corpus_needs_a_collection(town: Path, run: Evaluator) -> None:
    town.write_text(SUITE.replace("corpus: articles\n", ""), "utf-8")
    with pytest.raises(SuiteError, match="--data"):
        run(Plan((town,)))


def test_a_collection_that_is_given_is_asked_instead_of_the_corpus(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    from index.build import build

    (town.parent / "articles" / "bridge.md").unlink()
    store = SqliteStore(tmp_path / "data", create=True)
    build([town.parent / "articles"], store, run.model)
    store.close()
    town.write_text(SUITE.replace("corpus: articles\n", ""), "utf-8")
    with pytest.raises(SuiteError, match="'bridge'"):
        run(Plan((town,), data=tmp_path / "data"))
    done = run(Plan((town,), data=tmp_path / "data", filters=("mill",)))
    assert done.corpus["town"]["articles"] == 2


def test_a_kept_corpus_is_indexed_again_only_where_it_changed(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    plan = Plan((town,), collections=tmp_path / "kept")
    before = run(plan)
    embedded = run.model.embedder.embedded
    count = len(embedded)
    assert count == 3
    assert run(plan).corpus == before.corpus
    assert len(embedded) == count
    article = town.parent / "articles" / "bridge.md"
    article.write_text(ARTICLES["bridge"].replace("412", "413"), "utf-8")
    after = run(plan)
    assert len(embedded) == count + 1
    assert "£413,000" in embedded[-1]
    assert after.corpus != before.corpus
    assert {r.id for r in after.cases if r.passed} == set(IDS)
    assert not list((tmp_path / "scratch").glob("*/*"))


def test_without_a_place_to_keep_it_a_corpus_is_indexed_anew(town: Path, run: Evaluator) -> None:
    run(Plan((town,)))
    run(Plan((town,)))
    assert len(run.model.embedder.embedded) == 6


@pytest.mark.parametrize("out", ["folder", "file/run.json"])
def test_a_run_that_cannot_be_written_is_refused_before_it_is_asked(
    town: Path, run: Evaluator, tmp_path: Path, out: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatelineError):
        run(Plan((town,), out=tmp_path / out))
    assert run.new == 0


# ---- going on


def kept(out: Path) -> Path:
    return out.with_name(out.name + ".partial")


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    with pytest.raises(KeyboardInterrupt):
        run(Plan((town,), out=out), stop_after=2)
    assert not out.exists()
    done = len(kept(out).read_text("utf-8").splitlines())
    assert 2 <= done < 6
    resumed = run(Plan((town,), out=out, resume=True))
    assert (run.started, run.new) == (done, 6 - done)
    assert [record.id for record in resumed.cases] == IDS
    assert json.loads(out.read_text("utf-8")) == plain(resumed)
    assert not kept(out).exists()
    assert scores(resumed) == scores(run(Plan((town,))))


def partial_of(done: Run, out: Path, *ids: str, ending: str = "") -> None:
    lines = [json.dumps(asdict(record)) + "\n" for record in done.cases if record.id in ids]
    kept(out).write_text("".join(lines) + ending, "utf-8")


def test_a_half_written_last_line_is_asked_again(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    full = run(Plan((town,)))
    for ending in ('{"suite": "town", "id": "bridge-c', '{"suite": "town", "expect": {}', "\n\n"):
        partial_of(full, out, "mill-day", "tarts", ending=ending)
        resumed = run(Plan((town,), out=out, resume=True))
        assert (run.started, run.new) == (2, 4)
        assert scores(resumed) == scores(full)


def test_a_second_kill_loses_nothing_after_a_half_written_line(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    partial_of(run(Plan((town,))), out, "mill-day", ending='{"suite": "town", "id": "mill-h')
    with pytest.raises(KeyboardInterrupt):
        run(Plan((town,), out=out, resume=True), stop_after=2)
    done = 1 + run.new
    run(Plan((town,), out=out, resume=True))
    assert run.started == done


def test_what_has_changed_since_is_asked_again(town: Path, run: Evaluator, tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    partial_of(run(Plan((town,))), out, *IDS)
    changed = SUITE.replace("burn down?", "burn?").replace("£413", "£412")
    changed = changed.replace("2026-01-13", "2026-01-12").replace('["Which', '["So which')
    town.write_text(changed, "utf-8")
    resumed = run(Plan((town,), out=out, resume=True))
    assert (run.started, run.new) == (2, 4)
    assert {record.id for record in resumed.cases if not record.passed} == set()


def test_a_run_that_is_not_resumed_starts_afresh(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    partial_of(run(Plan((town,))), out, *IDS)
    with pytest.raises(KeyboardInterrupt):
        run(Plan((town,), out=out), stop_after=2)
    assert run.started == 0
    done = run.new
    assert done < 6
    # What is kept now is of the run that was killed, not of the one before it.
    run(Plan((town,), out=out, resume=True))
    assert (run.started, run.new) == (done, 6 - done)
    run(Plan((town,), out=out, resume=True))
    assert (run.started, run.new) == (0, 6)


def test_only_what_could_not_be_asked_is_tried_again(
    town: Path, run: Evaluator, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    full = run(Plan((town,)))
    errors = {"mill-hurt", "tarts"}
    broken = replace(full, cases=tuple(_unrun(r) if r.id in errors else r for r in full.cases))
    out.write_text(json.dumps(broken.to_json()), "utf-8")
    again = run(Plan((town,), out=out, retry_errors=True))
    assert (run.started, run.new) == (4, 2)
    assert scores(again) == scores(full)
    assert json.loads(out.read_text("utf-8")) == plain(again)
    # A wrong answer is no error: it is not tried again.
    assert [record.id for record in again.cases if record.passed is False] == [WRONG]


def _unrun(record: Record) -> Record:
    return replace(
        record, passed=None, error="down", answer=None, latency_ms=None, scores={}, attempts=()
    )


@pytest.mark.parametrize("content", [None, "{", "[]", '{"cases": [{"id": "a"}]}', '{"cases": 5}'])
def test_what_is_no_earlier_run_is_refused(
    town: Path, run: Evaluator, tmp_path: Path, content: str | None
) -> None:
    earlier = tmp_path / "earlier.json"
    if content is not None:
        earlier.write_text(content, "utf-8")
    for plan in (Plan((town,), out=earlier, retry_errors=True), Plan((town,), rescore=earlier)):
        with pytest.raises(SuiteError, match=r"earlier\.json"):
            run(plan)


# ---- scoring again


@pytest.fixture
def earlier(town: Path, run: Evaluator, tmp_path: Path) -> Path:
    out = tmp_path / "earlier.json"
    run(Plan((town,), out=out))
    return out


def test_scoring_a_run_again_gives_the_same_scores(
    town: Path, run: Evaluator, earlier: Path
) -> None:
    first = json.loads(earlier.read_text("utf-8"))
    again = plain(run(Plan((town,), rescore=earlier)))
    for name in ("id", "passed", "failures", "scores", "answer", "cited", "retrieved"):
        assert [case[name] for case in again["cases"]] == [case[name] for case in first["cases"]]
    metrics = again["summary"]["overall"]
    assert metrics["passed"] == first["summary"]["overall"]["passed"]


def test_scoring_again_keeps_the_latency_that_was_measured(
    town: Path, run: Evaluator, earlier: Path
) -> None:
    first = json.loads(earlier.read_text("utf-8"))
    again = plain(run(Plan((town,), rescore=earlier)))
    assert [c["latency_ms"] for c in again["cases"]] == [c["latency_ms"] for c in first["cases"]]
    assert again["summary"]["overall"]["latency_ms"] == first["summary"]["overall"]["latency_ms"]


def test_scoring_again_judges_by_the_suite_as_it_is_now(
    town: Path, run: Evaluator, earlier: Path
) -> None:
    town.write_text(SUITE.replace("£413", "£412").replace("[Friday]", "[Sunday]"), "utf-8")
    again = run(Plan((town,), rescore=earlier))
    assert [record.id for record in again.cases if not record.passed] == ["mill-day"]


@pytest.mark.parametrize(
    "change",
    [
        ("burn down?", "burn?", "mill-day"),
        ("2026-01-13", "2026-01-20", "library-before"),
        ('["Which', '["So which', "library-again"),
        ("id: tarts", "id: pies", "pies"),
    ],
)
def test_an_answer_to_something_else_is_not_scored(
    town: Path, run: Evaluator, earlier: Path, change: tuple[str, str, str]
) -> None:
    old, new, case = change
    town.write_text(SUITE.replace(old, new), "utf-8")
    again = run(Plan((town,), rescore=earlier))
    assert [record.id for record in again.cases if record.error is not None] == [case]


# ---- a running service

Reply = Callable[[str, Json | None], tuple[int, object]]
"""Takes a path and a posted body; returns a status and what to send, bytes as they are."""


class Service:
    """A real HTTP service on this machine.

    Attributes:
        url: where it is.
        requests: each path asked for, with the posted body.
    """

    def __init__(self, reply: Reply) -> None:
        self.requests: list[tuple[str, Json | None]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(None)

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                self._answer(json.loads(self.rfile.read(length)))

            def _answer(self, body: Json | None) -> None:
                service.requests.append((self.path, body))
                status, value = reply(self.path, body)
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                # One byte more than there is, where what is there is cut short.
                self.send_header("Content-Length", str(len(data) + data.startswith(b"cut")))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def serving(reply: Reply) -> Iterator[Service]:
    service = Service(reply)
    try:
        yield service
    finally:
        service.close()


def answering(asker: LocalAsker) -> Reply:
    """Return the replies of a service that asks what `asker` asks."""

    def reply(path: str, body: Json | None) -> tuple[int, object]:
        if path == "/v1/answers" and body is not None:
            expect = Expectation()
            case = Case("", "", body["question"], expect, tuple(body["history"]), body["as_of"])
            return 200, asker.ask(case)
        text = asker.text(unquote(path.removeprefix("/v1/articles/")))
        return (404, {"title": "no such article"}) if text is None else (200, {"text": text})

    return reply


@pytest.fixture
def local(town: Path, tmp_path: Path) -> LocalAsker:
    from index.build import build

    model = WordModel()
    store = SqliteStore(tmp_path / "served", create=True)
    build([town.parent / "articles"], store, model)
    store.close()
    return LocalAsker(tmp_path / "served", model, bundled_reader())


def test_a_service_is_scored_as_the_pipeline_behind_it(
    town: Path, run: Evaluator, local: LocalAsker
) -> None:
    with serving(answering(local)) as service:
        done = run(Plan((town,), url=service.url + "/"))
    assert scores(done) == scores(run(Plan((town,))))
    posted = {body["question"]: body for _, body in service.requests if body is not None}
    assert len(posted) == 6
    followup = posted["And which are they?"]
    assert followup["history"] == ["Which evenings does the Quay Road library stay open late?"]
    assert posted["Which evenings does the Quay Road library stay open late?"]["as_of"] == (
        "2026-01-13"
    )
    assert done.provenance["answerer"] == service.url
    assert done.corpus["town"]["fingerprint"] is None


BAD_REPLIES = [
    pytest.param((500, {"title": "out of order"}), "500", id="an error"),
    pytest.param((401, {"title": "no key"}), "401", id="a missing key"),
    pytest.param((200, b"<html>"), "", id="a web page"),
    pytest.param((200, b"cut short"), "", id="a reply cut short"),
    pytest.param((200, [1]), "no answer", id="a list"),
    pytest.param((200, {"detail": "?"}), "no answer", id="another object"),
    pytest.param(
        (200, {"text": "x", "abstained": False, "sentences": []}), "", id="half an answer"
    ),
    pytest.param(
        (
            200,
            {
                "text": "x",
                "abstained": False,
                "disagreements": [],
                "sentences": [{"text": "x"}],
            },
        ),
        "",
        id="a sentence without citations",
    ),
]


@pytest.mark.parametrize(("reply", "said"), BAD_REPLIES)
def test_a_service_that_gives_no_answer_is_an_error_and_no_wrong_answer(
    town: Path, run: Evaluator, reply: tuple[int, object], said: str
) -> None:
    with serving(lambda _path, _body: reply) as service:
        done = run(Plan((town,), url=service.url, limit=2))
    assert [record.passed for record in done.cases] == [None, None]
    for record in done.cases:
        assert record.error is not None
        assert service.url in record.error
        assert said in record.error
    assert done.summary["overall"]["errors"] == 2


def test_a_service_that_is_down_is_an_error(town: Path, run: Evaluator) -> None:
    with serving(lambda _path, _body: (200, {})) as service:
        pass
    done = run(Plan((town,), url=service.url, limit=1))
    assert service.url in (done.cases[0].error or "")


def test_an_outage_while_quotations_are_checked_is_no_wrong_answer(
    town: Path, run: Evaluator, local: LocalAsker
) -> None:
    honest = answering(local)

    def reply(path: str, body: Json | None) -> tuple[int, object]:
        return honest(path, body) if body is not None else (503, {"title": "overloaded"})

    with serving(reply) as service:
        done = run(Plan((town,), url=service.url, limit=1))
    assert done.cases[0].passed is None
    assert "503" in (done.cases[0].error or "")


def test_a_quotation_from_an_article_that_the_service_lacks_is_a_wrong_answer(
    town: Path, run: Evaluator, local: LocalAsker
) -> None:
    honest = answering(local)

    def reply(path: str, body: Json | None) -> tuple[int, object]:
        return honest(path, body) if body is not None else (404, {"title": "no such article"})

    with serving(reply) as service:
        done = run(Plan((town,), url=service.url, limit=1))
    assert done.cases[0].passed is False
    assert done.cases[0].scores["citation_validity"] == 0


# ---- what the gates must show, over the bundled articles with the real model

GATED = """\
suite: bundled
cases:
  - id: tariff
    question: What tariff does Canada put on Chinese electric vehicles?
    expect: {answer_all: [["100%"]], sources_any: [000_e1418f3ff0518dd0]}
  - id: lawmakers
    question: Which two lawmakers cut short a visit to Taiwan?
    expect: {answer_all: [[Jaczek]], sources_any: [000_e1418f3ff0518dd0]}
  - id: gum
    question: Who is quoted on chewing gum?
    expect: {answer_all: [[Roland Paris]], sources_any: [003_12a2b155f1f98aa5]}
  - id: canola
    question: What is the anti-dumping rate on canola?
    expect: {answer_all: [["75.8%"]], sources_any: [003_12a2b155f1f98aa5]}
  - id: chong
    question: What did Michael Chong say?
    expect: {answer_all: [[kowtowing]], sources_any: [000_e1418f3ff0518dd0]}
  - id: minister
    kind: unanswerable
    question: Who is Canada's finance minister?
    expect: {abstain: true}
  - id: cup
    kind: unanswerable
    question: Who won the Stanley Cup in 2025?
    expect: {abstain: true}
  - id: router
    kind: unanswerable
    question: How do I reset my router?
    expect: {abstain: true}
"""


class UnrelatedStore(SqliteStore):
    """A broken retriever: it finds passages, but of the articles that fit the question least."""

    def search_vectors(
        self, query: Vector, limit: int, articles: Collection[str] | None = None
    ) -> list[Match]:
        found = super().search_vectors(query, self.info().passages, articles)
        stored = self.passages([match.passage for match in found])
        holds = {one.id: one.passage.article for one in stored}
        ranked = list(dict.fromkeys(holds[match.passage] for match in found))
        return [match for match in found if holds[match.passage] in ranked[-2:]][:limit]

    def search_words(
        self, words: Collection[str], limit: int, articles: Collection[str] | None = None
    ) -> list[Match]:
        del words, limit, articles
        return []


class Shifted(Pipeline):
    """Cites every quotation one character beside where it stands."""

    by = 1

    def ask(
        self,
        text: str,
        *,
        history: Sequence[str] = (),
        scope: Scope | None = None,
        explain: bool = False,
    ) -> Answer:
        answer = super().ask(text, history=history, scope=scope, explain=explain)
        return replace(answer, sentences=tuple(map(self._shifted, answer.sentences)))

    def _shifted(self, sentence: Sentence) -> Sentence:
        moved = (
            replace(c, start=c.start + self.by, end=c.end + self.by) for c in sentence.citations
        )
        return replace(sentence, citations=tuple(moved))


class ShiftedBack(Shifted):
    """Cites every quotation one character before where it stands."""

    by = -1


class NeverAbstains(Pipeline):
    """Gives the nearest passage, rightly quoted, where the honest pipeline abstains."""

    def ask(
        self,
        text: str,
        *,
        history: Sequence[str] = (),
        scope: Scope | None = None,
        explain: bool = False,
    ) -> Answer:
        answer = super().ask(text, history=history, scope=scope, explain=explain)
        if not answer.abstained:
            return answer
        near = answer.nearest[0]
        citation = Citation(1, near.article, near.quote, near.start, near.end)
        source = Source(1, near.article, near.title, near.outlet, None, None, None, near.article)
        sentence = Sentence(near.quote, "supported", 1.0, None, (citation,))
        return replace(
            answer,
            abstained=False,
            reason=None,
            text=f"{near.quote} [1]",
            sentences=(sentence,),
            sources=(source,),
            nearest=(),
        )


class AlwaysAbstains(Pipeline):
    """Answers nothing."""

    def ask(
        self,
        text: str,
        *,
        history: Sequence[str] = (),
        scope: Scope | None = None,
        explain: bool = False,
    ) -> Answer:
        answer = super().ask(text, history=history, scope=scope, explain=explain)
        return replace(
            answer,
            abstained=True,
            reason="it never answers",
            text=ABSTENTION,
            sentences=(),
            sources=(),
            as_of=None,
        )


class AskerOf(LocalAsker):
    """Asks a pipeline of a given kind over a store of a given kind."""

    def __init__(
        self,
        data: Path,
        model: LocalModel,
        pipeline: type[Pipeline] = Pipeline,
        store: type[SqliteStore] = SqliteStore,
    ) -> None:
        super().__init__(data, model)
        self._kinds = pipeline, store

    def _pipeline(self) -> Pipeline:
        if not hasattr(self._local, "pipeline"):
            pipeline, store = self._kinds
            self._local.pipeline = pipeline(store(self._data), self._embedder)
        found: Pipeline = self._local.pipeline
        return found


BROKEN: dict[str, dict[str, Any]] = {
    "a broken retriever": {"store": UnrelatedStore},
    "a citation shifted": {"pipeline": Shifted},
    "a citation shifted back": {"pipeline": ShiftedBack},
    "never abstains": {"pipeline": NeverAbstains},
    "always abstains": {"pipeline": AlwaysAbstains},
}
RED = {
    "a broken retriever": ["passed", "recall@5", "mrr", "ndcg@10", "answer_correct"],
    "a citation shifted": ["passed", "citation_validity"],
    "a citation shifted back": ["passed", "citation_validity"],
    "never abstains": ["passed", "abstention_recall"],
    "always abstains": ["passed", "answer_correct", "abstention_precision"],
}


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gated") / "bundled.yaml"
    path.write_text(GATED, "utf-8")
    return path


def evaluated(suite: Path, asker: LocalAsker) -> Json:
    records = run_suite(load_suite(suite), asker, Options(jobs=2))
    corpus = {"bundled": asker.corpus()}
    return plain(Run("bundled", asker.describe(), corpus, summary(records), tuple(records)))


@pytest.fixture(scope="module")
def honest(gated: Path, seeds_data: Path, model: LocalModel) -> Json:
    return evaluated(gated, AskerOf(seeds_data, model))


def test_the_honest_pipeline_has_something_to_lose(honest: Json) -> None:
    reached = honest["summary"]["overall"]
    assert reached["passed"] >= 0.75
    assert reached["citation_validity"] == 1
    assert reached["abstention_recall"] == 1
    assert reached["recall@5"] >= 0.8


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_turns_its_gates_red(
    broken: str, gated: Path, honest: Json, seeds_data: Path, model: LocalModel
) -> None:
    reached = honest["summary"]["overall"]
    thresholds = [parse_threshold(f"{metric}={reached[metric]}") for metric in RED[broken]]
    assert check_thresholds(honest, thresholds) == []
    found = evaluated(gated, AskerOf(seeds_data, model, **BROKEN[broken]))
    assert not any(case["error"] for case in found["cases"])
    assert [failure.gate for failure in check_thresholds(found, thresholds)] == [
        str(threshold) for threshold in thresholds
    ]


@pytest.mark.parametrize("broken", [None, *BROKEN])
def test_the_command_exits_with_a_failed_gate_for_what_is_broken(
    broken: str | None, gated: Path, honest: Json, seeds_data: Path, model: LocalModel
) -> None:
    asker = AskerOf(seeds_data, model, **({} if broken is None else BROKEN[broken]))
    bound = f"passed={honest['summary']['overall']['passed']}"
    with serving(answering(asker)) as service:
        arguments = ["eval", str(gated), "--url", service.url, "--threshold", bound, "-j", "2"]
        done = CliRunner().invoke(app, arguments)
    assert done.exit_code == (0 if broken is None else 1), done.output
    assert ("gate failed: " in done.stderr) is (broken is not None)


def test_the_real_pipeline_gives_the_same_scores_twice(
    gated: Path, honest: Json, seeds_data: Path, model: LocalModel
) -> None:
    again = evaluated(gated, AskerOf(seeds_data, model))
    first, second = ([case["scores"] for case in found["cases"]] for found in (honest, again))
    assert json.dumps(first) == json.dumps(second)


# ---- the command line


@pytest.fixture
def command(town: Path) -> Callable[..., Any]:
    """Return a function that runs the command in this process, on the town's suite."""

    def invoke(*arguments: str | Path) -> Any:  # noqa: ANN401 - typer has no type for it
        return CliRunner().invoke(app, ["eval", str(town), *map(str, arguments)])

    return invoke


def one_line(error: str) -> str:
    lines = [line for line in error.splitlines() if not line.startswith("note: ")]
    assert len(lines) == 1, error
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--url", "127.0.0.1:8000"], "127.0.0.1:8000"),
        (["--url", "ftp://127.0.0.1"], "ftp://127.0.0.1"),
        (["--url", "http://127.0.0.1:port"], "port"),
        (["--url", "http://[::1"], "::1"),
        (["--threshold", "passed"], "METRIC=NUMBER"),
        (["--threshold", "pased=1"], "'passed'"),
        (["--baseline", "missing.json"], "missing.json"),
        (["--filter", "("], "("),
        (["--filter", "nothing"], "--filter"),
        (["--data", "missing"], "missing"),
        (["--rescore", "missing.json"], "missing.json"),
        (["--json", "missing.json", "--retry-errors"], "missing.json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_run_is_said_in_one_line_with_exit_code_2(
    command: Callable[..., Any], arguments: list[str], word: str
) -> None:
    done = command(*arguments)
    assert done.exit_code == 2, done.exception
    assert word in one_line(done.stderr)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--resume"], "--json"),
        (["--retry-errors"], "--json"),
        (["--fail-on-regression"], "--baseline"),
        (["--repeat", "2", "--min-pass", "3"], "--min-pass 3"),
        (["-n", "0"], "-n"),
        (["-j", "0"], "-j"),
        (["--tolerance", "-1"], "--tolerance"),
        (["--bogus"], "--bogus"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_has_exit_code_2_and_says_so(
    command: Callable[..., Any], arguments: list[str], word: str
) -> None:
    done = command(*arguments)
    assert done.exit_code == 2, done.exception
    assert word in done.stderr
    assert done.stdout == ""


def test_a_metric_that_no_baseline_can_have_is_refused_before_anything_is_asked(
    command: Callable[..., Any], earlier: Path, local: LocalAsker
) -> None:
    with serving(answering(local)) as service:
        gate = ["--baseline", earlier, "--fail-on-regression", "--metric", "pased"]
        done = command("--url", service.url, *gate)
    assert done.exit_code == 2
    assert "'pased'" in one_line(done.stderr)
    assert service.requests == []


def test_an_outage_is_said_in_one_line_with_exit_code_2(command: Callable[..., Any]) -> None:
    with serving(lambda _path, _body: (500, {"title": "out of order"})) as service:
        failing = command("--url", service.url, "--threshold", "passed=0.5")
    down = command("--url", service.url)
    for done in (failing, down):
        assert done.exit_code == 2
        last = done.stderr.splitlines()[-1]
        assert "6 of 6 questions could not be asked" in last
        assert service.url in last
        assert "--retry-errors" in last
    assert "500" in failing.stderr


def test_a_run_with_some_outages_keeps_what_it_has_and_can_be_completed(
    command: Callable[..., Any], local: LocalAsker, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    honest_reply = answering(local)

    def flaky(path: str, body: Json | None) -> tuple[int, object]:
        tarts = body is not None and "tarts" in body["question"]
        return (503, {"title": "overloaded"}) if tarts else honest_reply(path, body)

    with serving(flaky) as service:
        first = command("--url", service.url, "--json", out)
    assert first.exit_code == 2
    assert "1 of 6" in first.stderr
    with serving(honest_reply) as service:
        gate = ["--threshold", "passed=0.8"]
        second = command("--url", service.url, "--json", out, "--retry-errors", *gate)
    assert second.exit_code == 0, second.output
    questions = [body["question"] for _, body in service.requests if body is not None]
    assert questions == ["What is the recipe for butter tarts?"]
    written = json.loads(out.read_text("utf-8"))
    assert [case["error"] for case in written["cases"]] == [None] * 6


def test_a_bad_suite_is_named_with_its_line_and_column(
    command: Callable[..., Any], town: Path
) -> None:
    town.write_text(SUITE.replace("kind: fact", "knid: fact", 1), "utf-8")
    done = command()
    assert done.exit_code == 2
    assert f"{town}:5:11: cases.knid" in one_line(done.stderr)


def test_a_real_process_passes_fails_and_refuses(
    dateline: CommandLine, seeds_data: Path, gated: Path, tmp_path: Path
) -> None:
    reports = {name: tmp_path / "out" / name for name in ("r.json", "r.xml", "r.md", "r.html")}
    passed = dateline(
        *("eval", gated, "--data", seeds_data, "-j", "2", "--threshold", "passed=0.5"),
        *("--json", reports["r.json"], "--junit", reports["r.xml"]),
        *("--markdown", reports["r.md"], "--html", reports["r.html"]),
    )
    assert passed.returncode == 0, passed.stderr
    assert "Traceback" not in passed.stderr
    assert "fact" in passed.stdout
    assert [line for line in passed.stderr.splitlines() if not line.startswith("note: ")] == []
    saved = json.loads(reports["r.json"].read_text("utf-8"))
    assert len(saved["cases"]) == 8
    junit = ET.parse(reports["r.xml"]).getroot()  # noqa: S314 - our own
    assert len(list(junit.iter("testcase"))) == 8
    assert "Dateline evaluation" in reports["r.md"].read_text("utf-8")
    assert "<html" in reports["r.html"].read_text("utf-8")

    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(GATED.replace('"100%"', '"101%"').replace("[Jaczek]", "[Smith]"), "utf-8")
    red = dateline("eval", wrong, "--data", seeds_data, "--threshold", "passed=0.9", "-n", "2")
    assert red.returncode == 1
    line = one_line(red.stderr)
    assert line.startswith("gate failed: ")
    assert "passed" in line
    assert "0.9" in line

    fell = dateline(
        *("eval", wrong, "--data", seeds_data, "--baseline", reports["r.json"]),
        *("--fail-on-regression", "--tolerance", "0.1"),
    )
    assert fell.returncode == 1
    assert "tariff" in one_line(fell.stderr)


def test_a_baseline_gates_only_when_asked_and_only_beyond_the_tolerance(
    gated: Path, seeds_data: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_CACHE", str(cache))
    out = tmp_path / "before.json"

    def invoke(suite: Path, *arguments: str) -> Any:  # noqa: ANN401 - typer has no type for it
        base = ["eval", str(suite), "--data", str(seeds_data), "--no-reader"]
        return CliRunner().invoke(app, [*base, *arguments])

    assert invoke(gated, "--json", str(out)).exit_code == 0
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(GATED.replace('"100%"', '"101%"'), "utf-8")
    baseline = ["--baseline", str(out)]
    assert invoke(gated, *baseline, "--fail-on-regression").exit_code == 0
    assert invoke(wrong, *baseline, "--threshold", "passed=0.5").exit_code == 0
    assert invoke(wrong, *baseline).exit_code == 1
    fell = invoke(wrong, *baseline, "--fail-on-regression")
    assert fell.exit_code == 1
    assert "tariff" in fell.stderr
    within = invoke(wrong, *baseline, "--fail-on-regression", "--tolerance", "0.13")
    assert within.exit_code == 0
    beyond = invoke(wrong, *baseline, "--fail-on-regression", "--tolerance", "0.12")
    assert beyond.exit_code == 1
    other = ["--fail-on-regression", "--metric", "recall@5"]
    assert invoke(wrong, *baseline, *other).exit_code == 0


def test_a_run_over_other_articles_is_not_held_against_the_baseline(
    command: Callable[..., Any], earlier: Path, local: LocalAsker
) -> None:
    with serving(answering(local)) as service:
        done = command("--url", service.url, "--baseline", earlier, "--fail-on-regression")
    assert done.exit_code == 2
    assert "collection" in done.stderr.splitlines()[-1]
