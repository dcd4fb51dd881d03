"""Measure: what one collection of a known size costs to search, to open, to hold and to change.

What is compared is run in turns. Each series is given whole, so that its median and its spread can
be told later.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from evals.benchmarks.data import BenchmarkError
from evals.incremental import ADDED, timed_add
from evals.scale.collections import BUILT
from evals.scale.made import Maker, spread
from evals.scale.probe import BATCH, SEARCHED, flat_index
from evals.scale.real import FILE, Real
from index.cells import RECALL_AT
from index.models import cache_folder
from index.passages import CHUNKING
from index.sqlite.database import SqliteDatabase
from index.sqlite.rows import vectors_between
from index.sqlite.state import State
from index.sqlite.store import SqliteStore
from index.sqlite.training import Nearest
from index.store import EmbeddedArticle, Recipe
from index.types import Vectors
from index.vectors import Record
from rag.question import parse_question
from rag.retrieve import retrieve

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("opening", "memory", "searching", "recall", "storing", "adding")
"""What can be measured by itself."""
FAR = 2_000_000_000
"""Where the numbers of articles start that are added in measuring."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a collection was made of, and is asked with.

    Attributes:
        real: the real part.
        unseen: the vectors of questions that had no part in choosing how recall is tuned.
        kept: the folder that keeps them.
    """

    real: Real
    unseen: Vectors
    kept: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one size. Series are in milliseconds, or in seconds where said.

    Those in "_cpu" are the processor's time instead of the clock's: what it would be on a machine
    that does nothing else.

    Attributes:
        passages: the size.
        cells, probes: into how many the vectors are parted, and how many are looked into; 0 where
            the index is flat.
        vectors, flat: searching for a question's nearest by the store, and in a flat index.
        words, retrieved: searching for its words; both with all the ranking.
        recall: the share of the 10 truly nearest that the store finds, for each unseen question.
        opened: seconds of a whole process that opens the collection and searches once.
        memory, flat_memory: bytes that searching by all questions adds to a process, its own and
            those of the mapped file together.
        own_memory: of these, its own.
        database, file: bytes on the disk.
        changed: seconds of storing ten articles that are embedded already.
        added: seconds of a whole `dateline add` of ten articles.
        built, trained: seconds of storing all of it, and of working out cells within that.
        dimension, nearest: the local intrinsic dimension and the mean nearest cosine of all of it.
    """

    passages: int
    cells: int
    probes: int
    vectors: list[float]
    flat: list[float]
    words: list[float]
    retrieved: list[float]
    vectors_cpu: list[float]
    flat_cpu: list[float]
    words_cpu: list[float]
    retrieved_cpu: list[float]
    recall: list[float]
    opened: list[float]
    opened_cpu: list[float]
    memory: int
    own_memory: int
    flat_memory: int
    database: int
    file: int
    changed: list[float]
    added: list[float]
    added_cpu: list[float]
    built: float
    trained: list[float]
    dimension: float
    nearest: float

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Measured":
        """Read the fields that `measure` gives."""
        return cls(**{field.name: value[field.name] for field in fields(cls)})


def measure(asked: Asked, folder: Path, turns: int, parts: Sequence[str] = PARTS) -> dict[str, Any]:
    """Measure the collection in a folder; return the fields of `Measured` that belong to the parts.

    Args:
        asked: what it was made of, and is asked with.
        folder: the collection.
        turns: how often whole processes are run.
        parts: some of PARTS, so that a machine need not be had for all of it at once.
    """
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "opening": lambda: _opened(folder, asked.kept / FILE, turns),
        "memory": lambda: _memory(folder, asked.kept / FILE),
        "searching": lambda: _searched(folder, asked.real),
        "recall": lambda: {"recall": _recall(folder, asked.unseen)},
        "storing": lambda: {"changed": _changed(folder, asked.real, turns)},
        "adding": lambda: _added(folder, turns),
    }
    found = {name: value for part in parts for name, value in measures[part]().items()}
    record = Record.of(folder)
    if record is None:
        raise BenchmarkError(f"{folder} holds no vectors: remove it, so that it is made again")
    built = json.loads((folder / BUILT).read_text("utf-8"))
    return {
        **found,
        "passages": int(folder.name),
        "cells": record.cells.cells if record.cells else 0,
        "probes": record.cells.probes if record.cells else 0,
        "database": (folder / "dateline.db").stat().st_size,
        "file": record.size,
        "built": float(built["seconds"]),
        "trained": [float(seconds) for seconds in built["training"]],
    }


def _memory(folder: Path, real: Path) -> dict[str, Any]:
    probed = _probe(folder, real)
    return {
        "memory": _grown(probed),
        "own_memory": probed["searched RssAnon"],
        "flat_memory": _grown(_probe(folder, real, "--flat")),
    }


def _searched(folder: Path, real: Real) -> dict[str, Any]:
    series: dict[str, list[float]] = defaultdict(list)
    flat = flat_index(folder)
    with closing(SqliteStore(folder)) as store:
        for text, vector in zip(real.questions, real.asked, strict=True):
            question = parse_question(text)
            with _milliseconds(series, "vectors"):
                store.search_vectors(vector, SEARCHED)
            with _milliseconds(series, "flat"):
                flat.search(vector, SEARCHED)
            with _milliseconds(series, "words"):
                store.search_words(question.words, SEARCHED)
            with _milliseconds(series, "retrieved"):
                retrieve(store, question, vector)
    _, every = flat.contents()
    step = max(1, len(every) // len(real.vectors))
    lies = spread(every[::step])
    return {**series, "dimension": lies.dimension, "nearest": lies.nearest}


def _recall(folder: Path, asked: Vectors) -> list[float]:
    """Return the share of the 10 truly nearest that the store finds, for each question."""
    nearest = Nearest(asked)
    with closing(SqliteDatabase(folder, create=False)) as database:
        dimension, last = State.of(database).dimension, 0
        while True:
            ids, vectors = vectors_between(database, last, None, BATCH, dimension)
            if not len(ids):
                break
            nearest.look_at(ids, vectors)
            last = int(ids[-1])
    with closing(SqliteStore(folder)) as store:
        found = [
            {m.passage for m in store.search_vectors(one, SEARCHED)[:RECALL_AT]} for one in asked
        ]
    return [
        len(ours.intersection(truth)) / len(truth)
        for ours, truth in zip(found, nearest.ids.tolist(), strict=True)
    ]


@contextmanager
def _milliseconds(series: dict[str, list[float]], name: str) -> Iterator[None]:
    """Return a context whose time is added to a series, by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    series[f"{name}_cpu"].append((time.process_time() - processor) * 1000)
    series[name].append((time.perf_counter() - clock) * 1000)


def _opened(folder: Path, real: Path, turns: int) -> dict[str, Any]:
    command = [sys.executable, "-c", OPENING, str(folder), str(real)]
    taken = _twice(lambda: subprocess.run(command, cwd=ROOT, check=True), turns)  # noqa: S603
    return dict(zip(("opened", "opened_cpu"), taken, strict=True))


def _twice(run: Callable[[], object], turns: int) -> tuple[list[float], list[float]]:
    """Return the seconds of something that runs in processes, by the clock and of the processor."""
    seconds, processor = [], []
    for _ in range(turns + 1):  # the first warms the disk's cache
        before, start = os.times(), time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
        after = os.times()
        processor.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
    return seconds[1:], processor[1:]


OPENING = (
    "import sys; from pathlib import Path; import numpy as np\n"
    "from index.sqlite.store import SqliteStore\n"
    "asked = np.load(sys.argv[2])['asked']; store = SqliteStore(Path(sys.argv[1]))\n"
    "assert store.search_vectors(asked[0], 30) and store.search_words(['tariff', 'year'], 30)"
)
"""Opens a collection and searches it once."""


def _probe(folder: Path, real: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "evals.scale.probe", str(folder), str(real), *options],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _grown(probed: dict[str, Any]) -> int:
    return int(probed["searched RssAnon"]) + int(probed["searched RssFile"])


def _changed(folder: Path, real: Real, turns: int) -> list[float]:
    maker = Maker(real)
    recipe = Recipe(real.identity, CHUNKING, real.precision)
    seconds, names = [], []
    for turn in range(turns):
        articles: Sequence[EmbeddedArticle] = [
            next(maker.articles(FAR + (turn * ADDED + n) * 8, 2)) for n in range(ADDED)
        ]
        names += [one.article.id for one in articles]
        with closing(SqliteStore(folder)) as store:
            start = time.perf_counter()
            store.write(recipe, articles)
            seconds.append(time.perf_counter() - start)
    with closing(SqliteStore(folder)) as store:
        store.write(recipe, [], removals=names)
    return seconds


def _added(folder: Path, turns: int) -> dict[str, Any]:
    cache, before, numbers = cache_folder(os.environ), _known(folder), itertools.count(FAR)
    taken = _twice(lambda: timed_add(folder, next(numbers), cache), turns)
    with closing(SqliteStore(folder)) as store:
        names = set(store.known()) - before
        store.write(store.info().recipe, [], removals=sorted(names))
    return dict(zip(("added", "added_cpu"), taken, strict=True))


def _known(folder: Path) -> set[str]:
    with closing(SqliteStore(folder)) as store:
        return set(store.known())
