"""Large collections: cells find what comparing everything finds, and are never trusted blindly."""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embed import unit
from index.models import ModelIdentity
from index.sqlite.sizing import Sizing
from index.sqlite.store import SqliteStore
from index.sqlite.training import train
from index.store import EmbeddedArticle, Recipe
from index.types import Article, Passage, PassageVectors, Span, Vector, Vectors
from index.vectors import RECORD, load, locked
from tests.conftest import ROOT

DIMENSION = 24
RECIPE = Recipe(ModelIdentity("m", "d", DIMENSION, 64), chunking=1, precision="float32")
SMALL = Sizing(flat_up_to=200, least_changes=20, most_changes=60)
SUBJECTS = 12


def never(_folder: Path, _sizing: Sizing) -> None:
    """Leave a collection with the index that it has."""


def vectors(count: int, seed: int) -> Vectors:
    """Make vectors that lie about subjects, as passages do."""
    subjects = np.random.default_rng(99).standard_normal((SUBJECTS, DIMENSION))
    random = np.random.default_rng(seed)
    own = random.standard_normal((count, DIMENSION))
    return unit(subjects[random.integers(SUBJECTS, size=count)] + 0.8 * own)


def article(name: str, rows: Vectors) -> EmbeddedArticle:
    text = "".join(f"Sentence {n}. " for n in range(len(rows)))
    ends = [text.index(". ", text.index(f"Sentence {n}.")) + 1 for n in range(len(rows))]
    spans = [Span(text.index(f"Sentence {n}."), end) for n, end in enumerate(ends)]
    return EmbeddedArticle(
        Article(id=name, text=text, title=f"{rows.sum():.9f}"),  # unlike that of other vectors
        tuple(Passage(name, span, (span,)) for span in spans),
        tuple(PassageVectors(row, row[None]) for row in rows),
    )


class Collection:
    """A store beside what it ought to hold."""

    def __init__(self, folder: Path, training: Callable[[Path, Sizing], object] = train) -> None:
        self.folder = folder
        self.store = SqliteStore(folder, create=True, sizing=SMALL, training=training)
        self.held: dict[str, Vectors] = {}

    def add(self, name: str, rows: Vectors) -> None:
        self.store.write(RECIPE, [article(name, rows)])
        self.held[name] = rows

    def remove(self, name: str) -> None:
        self.store.write(RECIPE, [], removals=[name])
        del self.held[name]

    def kind(self) -> str:
        content = json.loads((self.folder / RECORD).read_text())
        return "flat" if content["cells"] is None else "cells"

    def found(self, query: Vector, limit: int, articles: list[str] | None = None) -> list[float]:
        """Return the scores found; each is checked to be its passage's own cosine."""
        matches = self.store.search_vectors(query, limit, articles)
        for stored, match in zip(
            self.store.passages([m.passage for m in matches]), matches, strict=True
        ):
            own = self.held[stored.passage.article]
            assert np.isclose(own @ query, match.score, atol=1e-6).any()
        return [match.score for match in matches]

    def recall(self, queries: Vectors, articles: list[str] | None = None, limit: int = 10) -> float:
        """Return the share of the truly nearest that is found."""
        every = np.vstack([self.held[name] for name in articles or self.held])
        shares = []
        for query in queries:
            truth = np.sort(every @ query)[::-1][:limit]
            found = self.found(query, limit, articles)
            assert len(found) == len(truth)
            shares.append(np.mean(np.asarray(found) >= truth[-1] - 1e-5))
        return float(np.mean(shares))


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    made = Collection(tmp_path / "data")
    for n in range(30):
        made.add(f"a{n}", vectors(20, n))
    yield made
    made.store.close()


def test_a_small_collection_stays_flat_and_a_large_one_has_cells(tmp_path: Path) -> None:
    made = Collection(tmp_path)
    made.add("a", vectors(SMALL.flat_up_to, 1))
    assert made.kind() == "flat"
    made.add("b", vectors(30, 2))
    assert made.kind() == "cells"


def test_what_is_found_is_what_comparing_everything_finds(collection: Collection) -> None:
    assert collection.kind() == "cells"
    queries = vectors(100, 1234)
    assert collection.recall(queries) >= SMALL.recall
    reopened = Collection(collection.folder)
    reopened.held = collection.held
    assert reopened.recall(queries) >= SMALL.recall


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    changes=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 25)), min_size=1, max_size=8),
    seed=st.integers(0, 999),
)
def test_adding_and_removing_are_seen_at_once(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], seed: int
) -> None:
    made = Collection(tmp_path_factory.mktemp("data"))
    made.add("first", vectors(300, seed))
    for n, (name, count) in enumerate(changes):
        if f"a{name}" in made.held and not count % 3:
            made.remove(f"a{name}")
        elif count:
            made.add(f"a{name}", vectors(count, seed + n + 1))
        else:
            continue
        newest = next(reversed(made.held.values()))
        assert made.found(newest[0], 1) == [pytest.approx(1.0, abs=1e-5)]
    assert made.recall(vectors(30, seed + 5000)) >= SMALL.recall - 0.05  # so few tell it roughly
    made.store.close()


def test_what_was_removed_is_not_found(collection: Collection) -> None:
    gone = collection.held["a3"]
    collection.remove("a3")
    for row in gone:
        assert collection.found(row, 1)[0] < 0.9999


@pytest.mark.parametrize("count", [1, 5, 29])
def test_a_scope_is_searched_as_well_as_everything(collection: Collection, count: int) -> None:
    names = [f"a{n}" for n in range(count)]
    assert collection.recall(vectors(60, 77), names) >= SMALL.recall


def test_as_many_are_found_as_are_asked_for(collection: Collection) -> None:
    assert len(collection.found(vectors(1, 8)[0], 450)) == 450
    assert len(collection.found(vectors(1, 8)[0], 10_000)) == 600


def test_small_changes_leave_the_file_as_it_is(collection: Collection) -> None:
    assert train(collection.folder, Sizing(flat_up_to=0, outgrown=0))
    before = (collection.folder / RECORD).read_bytes()
    collection.add("late", vectors(SMALL.least_changes, 4321))
    collection.remove("late")
    assert (collection.folder / RECORD).read_bytes() == before


def test_a_collection_that_has_outgrown_its_cells_gets_others(collection: Collection) -> None:
    before = json.loads((collection.folder / RECORD).read_text())["cells"]
    for n in range(30, 60):
        collection.add(f"a{n}", vectors(20, n))
    after = json.loads((collection.folder / RECORD).read_text())["cells"]
    assert after["trained_on"] > SMALL.outgrown * before["trained_on"] - SMALL.most_changes
    assert after["cells"] > before["cells"]
    assert collection.recall(vectors(60, 5)) >= SMALL.recall


def test_new_cells_take_the_place_of_old_ones_while_others_read(tmp_path: Path) -> None:
    made = Collection(tmp_path, never)
    made.add("a", vectors(150, 1))
    reader = Collection(tmp_path, never)
    reader.held = made.held
    query = vectors(1, 2)[0]
    assert reader.found(query, 5) == made.found(query, 5)
    for n in range(10):
        made.add(f"b{n}", vectors(20, n + 3))
    with reader.store.reading():
        before = reader.found(query, 5)
        assert made.kind() == "flat"
        assert train(tmp_path, SMALL)
        assert made.kind() == "cells"
        assert [file.name for file in tmp_path.glob("vectors-*.faiss")] == [
            json.loads((tmp_path / RECORD).read_text())["file"]
        ]
        assert reader.found(query, 5) == before
    made.add("c", query[None])
    assert reader.found(query, 1) == [pytest.approx(1.0, abs=1e-5)]


def test_training_that_dies_leaves_the_old_index_in_use(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (collection.folder / RECORD).read_bytes()

    def dies(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.vectors.os.fsync", dies)
    with pytest.raises(OSError, match="No space left"):
        train(collection.folder, Sizing(flat_up_to=0, outgrown=0))
    assert (collection.folder / RECORD).read_bytes() == before
    assert isinstance(load(collection.folder), tuple)
    assert not list(collection.folder.glob(".dateline-*"))


def test_two_do_not_train_at_once(collection: Collection) -> None:
    with locked(collection.folder / "training.lock", 0) as alone:
        assert alone
        assert not train(collection.folder, Sizing(flat_up_to=0, outgrown=0))


def test_what_comes_and_goes_while_cells_are_worked_out_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Collection(tmp_path, never)
    for n in range(15):
        made.add(f"a{n}", vectors(20, n))
    from index.sqlite import training

    work_out = training.trained_cells

    def meanwhile(*arguments: object) -> object:
        made.remove("a4")
        made.add("late", vectors(5, 555))
        cells = work_out(*arguments)  # type: ignore[arg-type]
        made.remove("a5")
        made.add("later", vectors(5, 556))
        return cells

    monkeypatch.setattr("index.sqlite.training.trained_cells", meanwhile)
    assert train(tmp_path, SMALL)
    assert made.kind() == "cells"
    reopened = Collection(tmp_path)
    reopened.held = made.held
    assert reopened.recall(vectors(60, 9)) >= SMALL.recall
    assert reopened.found(made.held["later"][0], 1) == [pytest.approx(1.0, abs=1e-5)]


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("where", ["head", "first cell", "codes", "ids", "cut"])
def test_a_flipped_bit_is_seen_wherever_it_is(
    collection: Collection, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    collection.store.close()
    content = json.loads((collection.folder / RECORD).read_text())
    file = collection.folder / content["file"]
    size, head = content["size"], content["head"]
    match where:
        case "head":
            flip(file, head // 2)
        case "first cell":
            flip(file, head)
        case "codes":
            flip(file, (head + size) // 2)
        case "ids":
            flip(file, size - 1)
        case "cut":
            file.write_bytes(file.read_bytes()[:-1])
    reopened = Collection(collection.folder, never)
    reopened.held = collection.held
    with caplog.at_level(logging.WARNING):
        # All cells are looked into, one by one, by searching for what each holds.
        assert reopened.recall(np.vstack([*collection.held.values()])[::3]) >= SMALL.recall
        assert "is made again: it is damaged" in caplog.text
    assert reopened.kind() == "cells"
    reopened.store.close()


def test_a_sound_file_is_used_as_it_is(
    collection: Collection, caplog: pytest.LogCaptureFixture
) -> None:
    reopened = Collection(collection.folder, never)
    reopened.held = collection.held
    with caplog.at_level(logging.WARNING):
        reopened.recall(vectors(20, 3))
    assert caplog.text == ""


def test_cells_are_worked_out_by_a_process_of_its_own(tmp_path: Path) -> None:
    made = Collection(tmp_path, never)
    for n in range(15):
        made.add(f"a{n}", vectors(20, n))
    command = [sys.executable, "-m", "index.sqlite.training", str(tmp_path)]
    subprocess.run([*command, "--sizing", json.dumps(asdict(SMALL))], cwd=ROOT, check=True)
    assert made.kind() == "cells"


def test_a_writer_does_not_wait_for_cells(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, create=True, sizing=SMALL)
    made = Collection(tmp_path, never)
    made.store.close()
    made.store = store
    made.add("a", vectors(150, 1))
    for n in range(5):
        made.add(f"b{n}", vectors(20, n + 2))
    until = time.monotonic() + 20
    while made.kind() == "flat" and time.monotonic() < until:
        time.sleep(0.1)
    assert made.kind() == "cells"
    assert made.recall(vectors(30, 50)) >= SMALL.recall
    store.close()


def test_a_command_for_a_folder_without_a_collection_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "index.sqlite.training", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "nothing is indexed" in done.stderr
