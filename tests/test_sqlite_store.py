"""Damage, staleness and failing disks: what the SQLite store makes of them."""

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.errors import ChangedError, MismatchError, NoCollectionError, StoreError
from index.sqlite.database import AS_IT_LIES, DATABASE, SqliteDatabase
from index.sqlite.sizing import Sizing
from index.sqlite.state import State
from index.sqlite.store import SqliteStore
from index.vectors import RECORD, write_atomically
from tests.conftest import ROOT
from tests.test_store_contract import EAST, NORTH, RECIPE, UP, embedded, nearest, with_words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a data folder with two articles."""
    data = tmp_path / "data"
    store = SqliteStore(data, create=True)
    store.write(RECIPE, [embedded("a", "East."), embedded("b", "North.", vectors=NORTH[None])])
    store.close()
    return data


def vector_file(folder: Path) -> Path:
    [file] = folder.glob("vectors-*.faiss")
    return file


def flip_a_bit(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[data.index(EAST.tobytes())] ^= 1
    file.write_bytes(data)


def test_faiss_itself_loads_a_flipped_bit_silently(folder: Path) -> None:
    flip_a_bit(vector_file(folder))
    assert faiss.read_index(str(vector_file(folder))).ntotal == 2


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone", "stale", "other model", "no record"])
def test_a_vector_file_that_cannot_be_trusted_is_made_again(
    folder: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    file, record = vector_file(folder), folder / RECORD
    whole, written = file.read_bytes(), json.loads(record.read_text())
    match damage:
        case "flipped":
            flip_a_bit(file)
        case "cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "gone":
            file.unlink()
        case "stale":
            record.write_text(json.dumps(written | {"generation": 7}))
        case "other model":
            record.write_text(json.dumps(written | {"model": "another"}))
        case "no record":
            record.write_text("{")
    store = SqliteStore(folder)
    with caplog.at_level(logging.WARNING):
        assert nearest(store, NORTH, 1) == [("North.", 1.0)]
    assert "is made again" in caplog.text
    store.close()
    assert vector_file(folder).read_bytes() == whole
    assert json.loads(record.read_text()) == written


def test_a_sound_vector_file_is_used_as_it_is(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert nearest(SqliteStore(folder), NORTH, 1) == [("North.", 1.0)]
    assert caplog.text == ""


def test_an_article_that_was_altered_underneath_is_never_quoted(folder: Path) -> None:
    with sqlite3.connect(folder / DATABASE) as database:
        database.execute("UPDATE articles SET text = 'West.' WHERE id = 'a'")
    store = SqliteStore(folder)
    with pytest.raises(StoreError, match="article a is not what was stored"):
        store.article("a")
    assert store.article("b") is not None


def test_a_database_that_is_no_database_is_reported_in_one_line(folder: Path) -> None:
    for file in folder.glob(DATABASE + "*"):
        file.write_bytes(b"not a database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="is damaged") as caught:
        SqliteStore(folder).info()
    assert "\n" not in str(caught.value)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("CREATE TABLE theirs (x)")
    with pytest.raises(MismatchError, match="not made by this version"):
        SqliteStore(tmp_path, create=True)
    with sqlite3.connect(tmp_path / DATABASE) as database:
        assert database.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]


def test_a_folder_without_a_collection_is_not_touched_by_reading(tmp_path: Path) -> None:
    with pytest.raises(NoCollectionError, match="dateline build"):
        SqliteStore(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be made.*--data"):
        SqliteStore(tmp_path / "file" / "data", create=True)


def test_a_full_database_changes_nothing_and_says_so(folder: Path) -> None:
    store = SqliteStore(folder)
    before = store.info()
    pages = store._db.sql.execute("PRAGMA page_count").fetchone()[0]
    store._db.sql.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="the disk is full"):
        store.write(RECIPE, [embedded(f"c{n}", "Long. " * 999) for n in range(50)])
    assert store.info() == before
    store._db.sql.execute(f"PRAGMA max_page_count = {pages * 1000}")
    assert store.write(RECIPE, [embedded("c", "Room again.")]).articles == 3


EACH_CHANGE = Sizing(least_changes=0, changed_share=0)


def test_a_vector_file_that_cannot_be_written_is_reported_and_made_up_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store = SqliteStore(folder, sizing=EACH_CHANGE)
    with monkeypatch.context() as broken:
        broken.setattr("index.vectors.write_atomically", full)
        assert store.write(RECIPE, [embedded("c", "New.")]).articles == 3
        assert "cannot be written (No space left on device): every article is" in caplog.text
        assert len(nearest(store, EAST)) == 3
    store.close()
    reopened = SqliteStore(folder)
    assert len(nearest(reopened, EAST)) == 3
    assert with_words(reopened, "new") == ["New."]


def test_a_second_writer_is_told_to_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.sqlite.database.BUSY_SECONDS", 0.05)
    first, second = SqliteStore(folder), SqliteStore(folder)
    first._db.sql.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process is writing"):
        second.write(RECIPE, [embedded("c", "Late.")])
    assert second.info().articles == 2
    first._db.sql.execute("ROLLBACK")
    assert second.write(RECIPE, [embedded("c", "Late.")]).articles == 3


def test_vectors_of_the_wrong_length_are_reported_not_searched(folder: Path) -> None:
    with sqlite3.connect(folder / DATABASE) as database:
        database.execute("UPDATE passages SET vector = ?", (np.ones(3, "<f4").tobytes(),))
    vector_file(folder).unlink()
    with pytest.raises(StoreError, match="do not have the model's length"):
        SqliteStore(folder).search_vectors(EAST, 1)


def test_the_database_keeps_a_write_ahead_log_and_syncs_it(folder: Path) -> None:
    database = SqliteStore(folder)._db.sql
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_file_is_never_seen_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    write_atomically(file, b"old")

    def dies(_: int) -> None:
        assert file.read_bytes() == b"old"
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("index.vectors.os.fsync", dies)
    with pytest.raises(OSError, match="Input/output"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_reader_of_an_older_state_does_not_undo_a_newer_vector_file(folder: Path) -> None:
    reader, writer = SqliteStore(folder), SqliteStore(folder, sizing=EACH_CHANGE)
    with reader.reading():
        assert reader.info().generation == 1
        writer.write(RECIPE, [embedded("c", "Up.")])
        assert len(reader.search_vectors(EAST, 9)) == 2
    assert json.loads((folder / RECORD).read_text())["generation"] == 2
    assert len(nearest(reader, EAST)) == 3


def test_a_store_that_was_never_written_to_leaves_nothing_behind(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "data", create=True).close()
    assert list(tmp_path.iterdir()) == []


def test_vectors_of_a_deleted_database_are_not_those_of_a_new_one(folder: Path) -> None:
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    store = SqliteStore(folder, create=True)
    store.write(RECIPE, [embedded("a", "Up.", vectors=UP[None]), embedded("b", "East.")])
    store.close()
    assert nearest(SqliteStore(folder), UP, 1) == [("Up.", 1.0)]


def test_vectors_are_not_those_of_a_database_that_was_put_back(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "backup")
    store = SqliteStore(folder)
    store.write(RECIPE, [embedded("c", "Up.", vectors=UP[None])])
    store._vectors._save_current(State.of(store._db))
    store.close()
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    shutil.copy(tmp_path / "backup" / DATABASE, folder / DATABASE)
    store = SqliteStore(folder)
    store.write(RECIPE, [embedded("d", "North again.", vectors=NORTH[None])])
    store.close()
    assert sorted(text for text, _ in nearest(SqliteStore(folder), NORTH)) == [
        *("East.", "North again.", "North."),
    ]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user"
)
def test_a_reader_without_rights_sees_what_is_removed(folder: Path) -> None:
    writer = SqliteStore(folder)
    script = (
        "import os, sys; from pathlib import Path\n"
        "from index.sqlite.store import SqliteStore\n"
        "os.setgid(65534); os.setuid(65534)\n"
        f"store = SqliteStore(Path({str(folder)!r}))\n"
        "print(sorted(store.known()), flush=True); sys.stdin.readline()\n"
        "print(sorted(store.known()), store.article('a'), flush=True)"
    )
    for place in (folder, *folder.parents[:3]):
        place.chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "['a', 'b']\n"
        writer.write(RECIPE, [], removals=["a"])
        writer.close()
        said, _ = reader.communicate("\n")
    assert said == "['b'] None\n"


def test_what_was_read_is_not_that_of_a_database_put_in_its_place(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SqliteStore(tmp_path / "other", create=True)
    other.write(RECIPE, [embedded("a", "West, and some way south.")])
    other.close()

    def as_it_lies(database: SqliteDatabase) -> sqlite3.Connection:
        database._lay = database._lies()
        return database._connected(AS_IT_LIES)

    monkeypatch.setattr(SqliteDatabase, "_connected_as_allowed", as_it_lies)
    reader = SqliteStore(folder)
    before = reader.article("a")
    assert before is not None
    assert before.text == "East."
    shutil.copy(tmp_path / "other" / DATABASE, folder / DATABASE)
    after = reader.article("a")
    assert after is not None
    assert after.text == "West, and some way south."
    reader.close()


@pytest.mark.parametrize("error", [RuntimeError("faiss broke"), MemoryError(), OSError(5, "I/O")])
def test_a_checkpoint_that_fails_costs_no_article(
    folder: Path,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*_: object) -> None:
        raise error

    (folder / RECORD).unlink()
    store = SqliteStore(folder)
    monkeypatch.setattr("index.sqlite.vectors.save", fails)
    assert store.write(RECIPE, [embedded("c", "New.")]).articles == 3
    assert "every article is stored" in caplog.text


def test_what_a_killed_writer_left_is_swept_up(folder: Path) -> None:
    left = folder / ".dateline-abandoned"
    left.write_bytes(b"half")
    fresh = folder / ".dateline-being-written"
    fresh.write_bytes(b"half")
    os.utime(left, (0, 0))
    (folder / RECORD).unlink()
    SqliteStore(folder).write(RECIPE, [embedded("c", "New.")])
    assert not left.exists()
    assert fresh.exists()


def test_only_what_was_known_is_replaced_or_removed(folder: Path) -> None:
    store = SqliteStore(folder)
    known = store.known()
    store.write(RECIPE, [embedded("a", "East of here.")])
    with pytest.raises(ChangedError):
        store.write(RECIPE, [embedded("a", "Elsewhere.")], known=known)
    with pytest.raises(ChangedError):
        store.write(RECIPE, [], removals=["a"], known=known)
    with pytest.raises(ChangedError):
        store.write(RECIPE, [embedded("b", "Not new.")], known={})
    before = store.info()
    store.write(RECIPE, [embedded("a", "East of here.")], known=known)  # the same again
    assert (store.info().articles, store.info().passages) == (before.articles, before.passages)
