"""`dateline doctor`: what is wrong is found, and said with what to do."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from api.doctor import findings
from api.finding import Finding
from index.sqlite.database import DATABASE
from tests.conftest import Run


@pytest.fixture
def data(seeds_data: Path, tmp_path: Path) -> Path:
    """Return a copy of the bundled collection, to be damaged."""
    return Path(shutil.copytree(seeds_data, tmp_path / "data"))


def found(data: Path, about: str, **environment: str) -> list[Finding]:
    return [one for one in findings(environment, data) if one.about == about]


def test_where_all_is_well_nothing_is_wrong(dateline: Run, seeds_data: Path) -> None:
    done = dateline("doctor", "--data", seeds_data)
    assert done.returncode == 0, done.stdout
    assert "right    collection: 5 articles, " in done.stdout
    assert "right    reader: " in done.stdout
    assert done.stdout.endswith("\nnothing is wrong\n")
    assert done.stderr == ""


def test_without_a_collection_it_says_what_makes_one(tmp_path: Path) -> None:
    [one] = found(tmp_path / "none", "collection")
    assert one.state == "doubtful"
    assert one.do is not None
    assert "`dateline build`" in one.do
    assert not (tmp_path / "none").exists()


def test_what_lies_beside_the_collection_is_looked_at_too(data: Path) -> None:
    assert found(data, "keys") == []
    assert found(data, "kept answers") == []
    for name in ("answers.db", "keys.db"):
        for path in data.glob(f"{name}*"):
            path.unlink()
        (data / name).write_text("no database")
    [kept] = found(data, "kept answers")
    assert kept.state == "doubtful"
    assert "answers.db is damaged" in kept.says
    [keys] = found(data, "keys")
    assert (keys.state, keys.do) == ("wrong", "until then the service answers nobody")


def test_a_changed_article_is_found(data: Path) -> None:
    database = data / DATABASE
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE articles SET text = text || 'x' WHERE key = 1")
    [one] = found(data, "collection")
    assert one.state == "wrong"
    assert one.says.startswith("not what was stored: ")


def test_a_damaged_database_is_wrong_and_a_damaged_vector_file_is_made_again(
    dateline: Run, data: Path
) -> None:
    [vectors] = data.glob("*.faiss")
    vectors.write_bytes(b"x" + vectors.read_bytes()[1:])
    [one] = found(data, "vector file")
    assert (one.state, one.do) == ("doubtful", "nothing: the next question makes it again")
    database = data / DATABASE
    content = bytearray(database.read_bytes())
    content[20_000:60_000] = bytes(40_000)
    database.write_bytes(content)
    done = dateline("doctor", "--data", data, "--json")
    assert done.returncode == 1
    shown = json.loads(done.stdout)
    assert shown["right"] is False
    wrong = [one for one in shown["findings"] if one["state"] == "wrong"]
    assert wrong
    assert all(one["do"] for one in wrong)


def test_wrong_settings_are_said_and_nothing_further_is_guessed(tmp_path: Path) -> None:
    every = list(findings({"DATELINE_MODEL_TRIES": "0"}, tmp_path))
    assert every[-1].about == "configuration"
    assert every[-1].state == "wrong"
    assert "DATELINE_MODEL_TRIES is '0'" in every[-1].says


def test_a_variable_that_sets_nothing_and_a_model_that_is_not_there_are_said(
    tmp_path: Path,
) -> None:
    [unknown, _] = found(tmp_path, "configuration", DATELINE_DATTA="x")
    assert (unknown.state, unknown.do) == ("doubtful", "did you mean DATELINE_DATA?")
    [model] = found(tmp_path, "embedding model", DATELINE_EMBEDDER="no/such-model")
    assert model.state == "wrong"
    assert "no/such-model" in model.says


def test_a_cache_folder_that_cannot_be_made_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    [cache] = found(tmp_path, "cache folder", DATELINE_CACHE=str(tmp_path / "file" / "cache"))
    assert cache.state == "wrong"
    assert "Not a directory" in cache.says
    assert "DATELINE_CACHE" in str(cache.do)
