"""A process that is killed while it adds loses nothing that it had reported."""

import shutil
from pathlib import Path

import pytest

from evals.crash import Desk, LostError, run
from index.embedding import LocalModel
from index.sqlite.store import SqliteStore


def test_kills_at_random_moments_lose_nothing(cache: Path, model: LocalModel) -> None:
    assert model.exports == cache / "models"
    seen = run(6, seed=20, cache=cache, count=120)
    assert seen["kills"] == 6


@pytest.fixture
def desk(tmp_path: Path, cache: Path) -> Desk:
    made = Desk.of(tmp_path, cache, seed=1, count=20)
    made.edit()
    made.add()
    return made


def test_the_check_would_see_a_lost_article(desk: Desk, model: LocalModel) -> None:
    assert desk.check(model) == 20
    store = SqliteStore(desk.data)
    store.write(store.info().recipe, [], removals=["a7"])
    store.close()
    with pytest.raises(LostError, match="a7 was reported as stored"):
        desk.check(model)


def test_the_check_would_see_an_older_version_come_back(desk: Desk, model: LocalModel) -> None:
    backup = desk.root / "backup"
    shutil.copytree(desk.data, backup)
    desk.edit()
    desk.add()
    assert desk.check(model) == 20
    shutil.rmtree(desk.data)
    backup.rename(desk.data)
    with pytest.raises(LostError, match="fell back to an older version"):
        desk.check(model)


def test_the_check_would_see_a_full_text_that_differs(desk: Desk, model: LocalModel) -> None:
    store = SqliteStore(desk.data)
    [match] = store.search_words(["zqa3v1x"], 9)
    store._db.sql.execute("DELETE FROM passages WHERE id = ?", (match.passage,))
    store.close()
    with pytest.raises(LostError, match="passages differ"):
        desk.check(model)
