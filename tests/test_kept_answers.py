"""Answers are kept with their evidence, and whatever happens to that, the answer leaves."""

import json
import logging
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.build import build, remove
from index.errors import StoreError
from index.filters import Filter
from index.sqlite.store import SqliteStore
from rag.errors import UnknownAnswerError
from rag.events import CheckedSentence, Done, Retrieval
from rag.explanation import Explanation
from rag.pipeline import Pipeline
from rag.records.answers import ANSWERS, AnswerRecords
from rag.records.from_json import revived
from rag.records.kept_file import WRITES_A_CHECKPOINT
from rag.records.record import AnswerRecord, citations_of, record_from_bytes, record_of
from rag.redact import Redactor
from rag.scope import Scope
from rag.types import AsOf, Disagreement, Position
from tests.conftest import ROOT, Run
from tests.fakes import WordEmbedder, WordModel, WordReader

QUESTION = "When did the old mill at Arden burn down?"
STORIES = {
    "mill": "The old mill at Arden burned down on Friday night. Nobody was hurt in the fire.\n\n"
    "Arden will build a new one.",
    "board": "The harbour board of Arden chose Ada Quist as its chair. She will serve two years.",
    "ferry": "The ferry to Tarn did not sail on Tuesday. A fault kept it in the harbour of Arden.",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stories")
    for name, text in STORIES.items():
        (folder / f"{name}.md").write_text(
            f"---\ntitle: {name.title()}\noutlet: The Quay\npublished: 2026-01-14\n---\n{text}",
            "utf-8",
        )
    store = SqliteStore(folder / "data", create=True)
    build([folder], store, WordModel())
    store.close()
    return folder / "data"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[AnswerRecords]:
    records = AnswerRecords(tmp_path)
    yield records
    records.close()


def pipeline_on(data: Path, records: AnswerRecords | None) -> Pipeline:
    return Pipeline(SqliteStore(data), WordEmbedder(), WordReader(), records=records)


def test_an_answer_is_read_again_as_it_was_given(data: Path, records: AnswerRecords) -> None:
    scope = Scope(Filter(outlet="quay"), as_of="2026-01-20")
    history = ("What burned down in Arden?",)
    answer = pipeline_on(data, records).ask(QUESTION, history=history, scope=scope, explain=True)
    record = records.get(answer.id)
    assert record is not None
    assert record.answer == answer
    assert record.answer.to_json() == answer.to_json()
    assert isinstance(record.answer.explanation, Explanation)
    assert (record.history, record.scope) == (history, scope)
    assert record.generation == SqliteStore(data).info().generation


def test_the_evidence_is_kept_as_it_stood(data: Path, records: AnswerRecords) -> None:
    pipeline = pipeline_on(data, records)
    answer = pipeline.ask(QUESTION)
    record = records.get(answer.id)
    assert record is not None
    [cited] = {citation.article for citation in citations_of(answer)}
    kept, article = record.article(cited), pipeline.store.article(cited)
    assert kept is not None
    assert article is not None
    assert (kept.title, kept.outlet, kept.published) == ("Mill", "The Quay", "2026-01-14")
    assert kept.digest == article.digest
    [around] = kept.texts
    assert article.text[around.start : around.end] == around.text
    assert answer.sentences[0].citations[0].quote in around.text
    # The passage that it was found in, of two paragraphs here.
    assert (around.start, around.end) in {(one.start, one.end) for one in answer.retrieved}
    assert "Arden will build a new one." in around.text
    # What was found and not cited is known by its digest alone.
    others = [one for one in record.evidence if one.id != cited]
    assert others
    assert all(one.texts == () for one in others)


def test_an_answer_can_be_read_as_soon_as_it_is_given(data: Path, records: AnswerRecords) -> None:
    for event in pipeline_on(data, records).stream(QUESTION):
        if isinstance(event, Done):
            assert records.get(event.answer.id) is not None


def test_an_answer_that_was_not_finished_is_not_kept(data: Path, records: AnswerRecords) -> None:
    events = pipeline_on(data, records).stream(QUESTION)
    assert isinstance(next(events), Retrieval)
    events.close()
    assert records.latest(5) == ()


def test_a_pipeline_without_records_keeps_nothing(data: Path) -> None:
    before = sorted(data.iterdir())
    pipeline_on(data, None).ask(QUESTION)
    assert sorted(data.iterdir()) == before


def test_reading_where_nothing_was_kept_makes_no_file(tmp_path: Path) -> None:
    records = AnswerRecords(tmp_path / "none")
    assert records.latest(5) == ()
    assert records.get("0123456789") is None
    with pytest.raises(UnknownAnswerError, match="lists the last ones"):
        records.find("0123456789")
    assert not (tmp_path / "none").exists()


def test_the_oldest_answers_go(data: Path, tmp_path: Path) -> None:
    records = AnswerRecords(tmp_path, limit=3)
    pipeline = pipeline_on(data, records)
    ids = [pipeline.ask(f"{QUESTION} {n}").id for n in range(5)]
    assert [line.id for line in records.latest(9)] == ids[:1:-1]
    assert records.get(ids[1]) is None
    last = records.latest(1)[0]
    assert last.question == f"{QUESTION} 4"
    assert last.asked.endswith("Z")


def test_the_oldest_answers_go_when_their_file_has_grown_too_large(
    data: Path, tmp_path: Path
) -> None:
    most = 120_000
    records = AnswerRecords(tmp_path, max_bytes=most)
    pipeline = pipeline_on(data, records)
    ids = [pipeline.ask(QUESTION).id for _ in range(60)]
    kept = [line.id for line in records.latest(99)]
    assert 5 < len(kept) < 60
    assert kept == ids[::-1][: len(kept)]
    # A tenth of it at a time, and the pages that came free are written again.
    size = sum(path.stat().st_size for path in tmp_path.glob(f"{ANSWERS}*"))
    records.close()
    assert (tmp_path / ANSWERS).stat().st_size < 1.2 * most, size
    # One that is larger than all that may be kept is there until the next.
    records = AnswerRecords(tmp_path, max_bytes=1)
    pipeline.records = records
    last = [pipeline.ask(QUESTION).id for _ in range(60)][-1]
    assert records.latest(1)[0].id == last
    assert len(records.latest(99)) == 1


def test_sqlites_log_stays_short_while_answers_are_kept(data: Path, tmp_path: Path) -> None:
    records = AnswerRecords(tmp_path)
    pipeline = pipeline_on(data, records)
    for _ in range(WRITES_A_CHECKPOINT):
        pipeline.ask(QUESTION)
    log, length = tmp_path / f"{ANSWERS}-wal", (tmp_path / f"{ANSWERS}-wal").stat().st_size
    until = time.monotonic() + 20
    while (tmp_path / ANSWERS).stat().st_size < length / 2 and time.monotonic() < until:
        time.sleep(0.01)
    # What was written has been moved into the file, which is still open.
    with sqlite3.connect(f"file:{tmp_path / ANSWERS}?mode=ro&immutable=1", uri=True) as sql:
        assert sql.execute("SELECT count(*) FROM answers").fetchone()[0] == WRITES_A_CHECKPOINT
    sql.close()
    time.sleep(0.1)
    for _ in range(WRITES_A_CHECKPOINT // 2):
        pipeline.ask(QUESTION)
    assert log.stat().st_size == length, "it is written anew from its beginning"


def test_what_is_kept_is_read_by_its_owner_alone(data: Path, tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        records = AnswerRecords(tmp_path)
        pipeline = pipeline_on(data, records)
        pipeline.ask(QUESTION)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        assert modes == dict.fromkeys((ANSWERS, f"{ANSWERS}-wal", f"{ANSWERS}-shm"), 0o600)
        # Who lets others read it has it so.
        (tmp_path / ANSWERS).chmod(0o640)
        records.close()
        pipeline.ask(QUESTION)
        assert (tmp_path / ANSWERS).stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(umask)


def test_an_answer_holds_the_articles_as_they_were_read(data: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(data, tmp_path / "data")
    pipeline = pipeline_on(changed, AnswerRecords(tmp_path))
    was = pipeline.store.info().generation
    events = pipeline.stream(QUESTION)
    answer = None
    for event in events:
        if isinstance(event, CheckedSentence):
            # The collection is let go of by then, and another changes it.
            other = SqliteStore(changed)
            remove(["mill"], other)
            other.close()
        if isinstance(event, Done):
            answer = event.answer
    assert answer is not None
    record = AnswerRecords(tmp_path).get(answer.id)
    assert record is not None
    kept = record.article("mill")
    assert kept is not None
    assert "Friday night" in kept.texts[0].text
    assert record.generation == was < pipeline.store.info().generation


def renamed(records: AnswerRecords, tmp_path: Path, *ids: str) -> None:
    """Give the answers that are kept other ids, the newest first."""
    old = [line.id for line in records.latest(9)]
    with sqlite3.connect(tmp_path / ANSWERS) as sql:
        for was, now in zip(old, ids, strict=True):
            record = sql.execute("SELECT record FROM answers WHERE id = ?", (was,)).fetchone()[0]
            content = record.replace(was.encode(), now.encode())
            sql.execute("UPDATE answers SET id = ?, record = ? WHERE id = ?", (now, content, was))
    sql.close()


def test_an_answer_is_found_by_the_beginning_of_its_id(
    data: Path, records: AnswerRecords, tmp_path: Path
) -> None:
    pipeline = pipeline_on(data, records)
    for _ in range(3):
        pipeline.ask(QUESTION)
    renamed(records, tmp_path, "abcdef00", "abcdef11", "123456ff")
    for start in ("123456", "123456FF", " 123456f "):
        assert records.find(start).answer.id == "123456ff"
    with pytest.raises(UnknownAnswerError, match=r"several .* 'abcdef': abcdef00, abcdef11$"):
        records.find("abcdef")
    with pytest.raises(UnknownAnswerError, match=r"no answer '12345600' .* nearest: 123456ff$"):
        records.find("12345600")
    # Too short to be a name, long enough for a hint.
    with pytest.raises(UnknownAnswerError, match=r"no answer '12345' .* nearest: 123456ff$"):
        records.find("12345")
    for start in ("", "1", "123", "%", "fedcba98", "1234_6", "\udce9" * 8):
        with pytest.raises(UnknownAnswerError, match=r"lists the last ones|nearest"):
            records.find(start)


@pytest.mark.parametrize("spoil", ["folder", "garbage", "other", "later"])
def test_an_answer_that_cannot_be_kept_is_given_with_a_note(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str
) -> None:
    path = tmp_path / ANSWERS
    if spoil == "folder":
        path.mkdir()
    elif spoil == "garbage":
        path.write_bytes(b"no database " * 999)
    else:
        with sqlite3.connect(path) as sql:
            sql.execute("CREATE TABLE t (x)" if spoil == "other" else "PRAGMA user_version = 99")
        sql.close()
    pipeline = pipeline_on(data, AnswerRecords(tmp_path))
    with caplog.at_level(logging.WARNING):
        assert "Friday night" in pipeline.ask(QUESTION).text
        assert "Friday night" in pipeline.ask(QUESTION).text
    [said] = caplog.messages
    assert said.startswith(f"the answer was not kept: {path} ")
    assert len(said.splitlines()) == 1


def test_a_record_that_cannot_be_read_is_one_line(
    data: Path, records: AnswerRecords, tmp_path: Path
) -> None:
    answer = pipeline_on(data, records).ask(QUESTION)
    kept = records.get(answer.id)
    assert kept is not None
    for content in (
        b"{",
        b"[]",
        b'{"format": 1}',
        b'{"format": 2}',
        json.dumps(kept.to_json() | {"answer": 1}).encode(),
    ):
        with sqlite3.connect(tmp_path / ANSWERS) as sql:
            sql.execute("UPDATE answers SET record = ?", (content,))
        sql.close()
        with pytest.raises(StoreError, match="cannot be read") as caught:
            records.get(answer.id)
        assert len(str(caught.value).splitlines()) == 1


def test_half_a_surrogate_pair_is_kept(data: Path) -> None:
    pipeline = pipeline_on(data, None)
    history = ("What is \ud83d in Arden?",)
    record = record_of(pipeline.ask(QUESTION), pipeline.store, 1, history=history)
    assert record_from_bytes(record.to_bytes(Redactor())) == record


def test_what_other_versions_wrote_is_read_by_its_names() -> None:
    position = {"value": "76%", "sources": [1, 2], "later": {"x": 1}}
    read = revived(Disagreement, {"about": "share", "positions": [position], "more": [1]})
    assert read == Disagreement("share", (Position("76%", (1, 2)),))
    every: list[Any] = [{"about": "share"}, {"about": "share", "positions": 1}, [], None, {}]
    for wrong in every:
        with pytest.raises((TypeError, KeyError)):
            revived(Disagreement, wrong)
    assert revived(AsOf, {"oldest": "2026", "newest": "2026-01"}) == AsOf("2026", "2026-01")


KEEPER = """
import sys
from pathlib import Path
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.records.answers import AnswerRecords
from tests.fakes import WordEmbedder, WordReader
data, folder, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
records = AnswerRecords(folder)
pipeline = Pipeline(SqliteStore(data), WordEmbedder(), WordReader(), records=records)
for _ in range(times):
    print(pipeline.ask("When did the old mill at Arden burn down?").id, flush=True)
"""


def keeper(data: Path, folder: Path, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", KEEPER, str(data), str(folder), str(times)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_and_threads_keep_answers_side_by_side(data: Path, tmp_path: Path) -> None:
    processes = [keeper(data, tmp_path, 10) for _ in range(3)]
    records, ids, guard = AnswerRecords(tmp_path), set[str](), threading.Lock()

    def ask() -> None:
        pipeline = pipeline_on(data, records)
        for _ in range(10):
            answer = pipeline.ask(QUESTION)
            with guard:
                ids.add(answer.id)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        out, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (0, "")
        ids |= set(out.split())
    assert len(ids) == 60
    assert {line.id for line in records.latest(99)} == ids


def test_what_was_kept_outlives_a_kill(data: Path, tmp_path: Path) -> None:
    process = keeper(data, tmp_path, 10_000)
    assert process.stdout is not None
    given = [process.stdout.readline().strip() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    given += process.communicate(timeout=60)[0].split("\n")[:-1]
    records = AnswerRecords(tmp_path)
    assert all(isinstance(records.get(answer_id), AnswerRecord) for answer_id in given)
    assert "Friday" in pipeline_on(data, records).ask(QUESTION).text
    with sqlite3.connect(tmp_path / ANSWERS) as sql:
        assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    sql.close()


def test_a_folder_that_cannot_be_written_costs_no_answer(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    user = os.geteuid()
    pipeline = pipeline_on(data, None)
    pipeline.ask(QUESTION)
    with tempfile.TemporaryDirectory() as folder:
        pipeline.records = AnswerRecords(Path(folder))
        Path(folder).chmod(0o555)
        try:
            if user == 0:  # who may write everywhere
                os.seteuid(65534)
            assert "Friday night" in pipeline.ask(QUESTION).text
        finally:
            os.seteuid(user)
    [said] = caplog.messages
    assert "cannot be opened or written: check permissions" in said


def test_a_full_disk_costs_no_answer(seeds_data: Path, cache: Path, tmp_path: Path) -> None:
    data = shutil.copytree(seeds_data, tmp_path / "data", ignore=shutil.ignore_patterns("answers*"))
    # Room for what readers of the collection share, and none for an answer with its explanation.
    room = 40_000
    arguments = ["ask", "What is the rate on canola?", "--explain", "--data", str(data)]
    done = subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATELINE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "canola" in done.stdout
    [said] = done.stderr.splitlines()
    assert said.startswith("note: the answer was not kept: ")
    assert AnswerRecords(data).latest(1) == ()


def test_how_many_answers_are_kept_can_be_set(dateline: Run, seeds_data: Path) -> None:
    kept = len(AnswerRecords(seeds_data).latest(99))
    none = dateline("ask", "Who?", "--data", seeds_data, DATELINE_KEEP_ANSWERS="0")
    assert none.returncode == 0, none.stderr
    assert len(AnswerRecords(seeds_data).latest(99)) == kept
    for wrong in ("many", "-1", "1.5", "9" * 99):
        done = dateline("ask", "Who?", "--data", seeds_data, DATELINE_KEEP_ANSWERS=wrong)
        assert done.returncode == 2
        assert done.stderr == (
            f"dateline: DATELINE_KEEP_ANSWERS is {wrong!r}: "
            "write a whole number from 0 to 100,000\n"
        )
