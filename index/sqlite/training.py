"""Training: the cells of a large collection are worked out from its database.

    python -m index.sqlite.training FOLDER

does so for the collection in a folder and puts the new file in the place of the old one, which goes
on being used until then. That is started in a process of its own, of low priority, by whoever finds
that a collection has outgrown its index. Nothing is locked meanwhile: vectors never change under
their ids, and what comes and goes until the file is ready is laid over it like any other change.
"""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np

from index.cells import RECALL_AT, TRIED, CellIndex, sample_size
from index.embed import unit
from index.errors import DatelineError
from index.sqlite.database import SqliteDatabase
from index.sqlite.rows import vectors_between, vectors_of
from index.sqlite.sizing import Sizing
from index.sqlite.state import State, record_of
from index.types import Ids, Vectors
from index.vectors import locked, save

LOCK = "training.lock"
SEED = 0
# Vectors read and added at once; bounds the memory.
BATCH = 16_384
# How much of an unrelated sentence, and of no direction at all, is mixed into the sentences that
# recall is tried with, see `_queries`.
MIXED = 0.7
ASTRAY = 1.0
NICENESS = 10


def trained_cells(database: SqliteDatabase, dimension: int, last: int, recall: float) -> CellIndex:
    """Return an index of all passages up to the id `last`.

    Memory is bounded by the codes, a quarter of the vectors. Every vector is read once; while it is
    added it is compared with the queries that recall is tried with.

    Args:
        database: the collection's.
        dimension: the length of its vectors.
        last: the highest id that is taken in.
        recall: the share of the truly nearest that a search is to find.

    Raises:
        StoreError: vectors do not have the model's length.
    """
    rows = database.sql.execute("SELECT id FROM passages WHERE id <= ?", (last,))
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64)
    random = np.random.default_rng(SEED)
    chosen = np.sort(random.choice(ids, sample_size(len(ids)), replace=False))
    cells = CellIndex.trained(vectors_of(database, chosen, dimension)[1], len(ids))
    queries = _queries(database, random.choice(ids, min(2 * TRIED, len(ids)), replace=False))
    nearest = Nearest(queries)
    start = 0
    while start < last:
        added, vectors = vectors_between(database, start, last, BATCH, dimension)
        if not len(added):
            break
        cells.add(added, vectors)
        nearest.look_at(added, vectors)
        start = int(added[-1])
    cells.tune(queries, nearest.ids, recall)
    cells.last_id = last
    return cells


class Nearest:
    """Keeps the ids of the nearest vectors to some queries."""

    def __init__(self, queries: Vectors) -> None:
        self._queries = queries
        self._scores = np.empty((len(queries), 0), dtype=np.float32)
        self.ids = np.empty((len(queries), 0), dtype=np.int64)

    def look_at(self, ids: Ids, vectors: Vectors) -> None:
        """Take further vectors into account."""
        scores = np.hstack([self._scores, self._queries @ vectors.T])
        every = np.hstack([self.ids, np.broadcast_to(ids, (len(self._queries), len(ids)))])
        best = np.argsort(-scores, axis=1)[:, :RECALL_AT]
        self._scores = np.take_along_axis(scores, best, axis=1)
        self.ids = np.take_along_axis(every, best, axis=1)


def _queries(database: SqliteDatabase, passages: Ids) -> Vectors:
    """Return what recall is tried with, shape (n, dimension).

    Questions are not known here, and they lie farther from passages than any text of the collection
    does: at a cosine of some 0.55 to the nearest. A sentence alone is too easy to find, so each is
    moved towards another one that has nothing to do with it, and at random, until it lies as far.
    What recall real questions have then is measured by `python -m evals.scale`.
    """
    marks = ", ".join("?" * len(passages))
    rows = database.sql.execute(
        f"SELECT vector, sentence_vectors FROM passages WHERE id IN ({marks}) ORDER BY id",  # noqa: S608 - marks alone
        passages.tolist(),
    ).fetchall()
    drawn = []
    for n, (vector, sentences) in enumerate(rows):
        own = np.frombuffer(sentences, dtype="<f2").reshape(-1, len(vector) // 4)
        drawn.append(own[n % len(own)].astype(np.float32))
    half = max(1, len(drawn) // 2)
    astray = unit(np.random.default_rng(SEED).standard_normal((half, len(drawn[0]))))
    return unit(np.array(drawn[:half]) + MIXED * np.array(drawn[-half:]) + ASTRAY * astray)


def train(folder: Path, sizing: Sizing) -> bool:
    """Work out cells for the collection in a folder, and put them in the place of its index.

    Returns whether that was done; it is not while another process is at it, or where a collection
    has not outgrown its index.

    Raises:
        DatelineError, OSError: the collection cannot be read, or the file not be written.
    """
    with (
        locked(folder / LOCK, 0) as alone,
        closing(SqliteDatabase(folder, create=False)) as database,
        database.reporting(),
    ):
        state = State.of(database)
        record = record_of(folder, state, database)
        trained_on = record.cells.trained_on if record is not None and record.cells else None
        if not alone or not sizing.needs_cells(state.passages, trained_on):
            return False
        cells = trained_cells(database, state.dimension, state.last_id, sizing.recall)
        save(folder, state.checkpoint(cells.count), cells)
    return True


def train_apart(folder: Path, sizing: Sizing) -> None:
    """Start `train` in a process of its own, which goes on when this one ends."""
    import subprocess  # noqa: PLC0415 - seldom needed, and not by questions

    command = [sys.executable, "-m", "index.sqlite.training", str(folder)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--sizing", json.dumps(asdict(sizing))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Takes note of its end, so that none is left behind where this process lives long.
    threading.Thread(target=process.wait, daemon=True).start()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    import argparse  # noqa: PLC0415 - only for the command, not for those who import this

    parser = argparse.ArgumentParser(description="Work out the cells of a large collection.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizing", type=json.loads, default={}, help="JSON, see Sizing")
    options = parser.parse_args(arguments)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
    try:
        train(options.folder, Sizing(**options.sizing))
    except (DatelineError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
