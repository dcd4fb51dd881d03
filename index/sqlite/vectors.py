"""SqliteVectors: the vector index of a collection, kept in step with its database.

The FAISS file is a checkpoint of one generation. What was added and removed since is replayed from
the database, so that a small change costs little whatever the collection's size; the file is
written anew when the changes have grown to a share of it. Where the file is missing, stale or
damaged, the index is made again from the database alone.

A small collection has a flat index. In a large one the index gives candidates, which are compared
by the vectors of the database: a score never depends on the file. When a collection has outgrown
its index, another is worked out in the background (`index.sqlite.training`).
"""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.cells import CellIndex, DamagedError
from index.flat import FlatIndex
from index.layers import LayeredIndex
from index.sqlite.database import SqliteDatabase
from index.sqlite.rows import vectors_between, vectors_of
from index.sqlite.sizing import Sizing
from index.sqlite.state import State, record_of
from index.sqlite.training import train_apart, trained_cells
from index.types import Ids, Vector
from index.vectors import Checkpoint, Record, load, save

log = logging.getLogger(__name__)
# Among so few passages, all are compared and no index is asked.
FEW = 1_000
EVERY = -1  # SQLite's LIMIT for none

Training = Callable[[Path, Sizing], object]
"""Sees to it that the cells of the collection in a folder are worked out."""


@dataclass(frozen=True, slots=True)
class _Current:
    """An index, what it holds, and the record of the file that it came from."""

    at: Checkpoint
    index: FlatIndex | LayeredIndex
    record: Record | None


class SqliteVectors:
    """The vectors of one collection, as one reader sees them.

    Args:
        database: the collection's.
        sizing: which index is used from which size on.
        training: is called where the cells are to be worked out.
    """

    def __init__(
        self,
        database: SqliteDatabase,
        sizing: Sizing | None = None,
        training: Training = train_apart,
    ) -> None:
        self._db = database
        self._sizing = sizing or Sizing()
        self._training = training
        self._current: _Current | None = None

    def search(
        self, query: Vector, limit: int, within: Ids | None = None
    ) -> list[tuple[int, float]]:
        """Return at most `limit` (passage id, cosine) pairs of the state that is being read.

        `within` are the passages to search; None is all.
        """
        state = State.of(self._db)
        index = self._up_to(state)
        if isinstance(index, FlatIndex):
            return index.search(query, limit, within)
        if within is not None and len(within) <= FEW:
            return self._compared(query, limit, within)
        try:
            found = index.candidates(query, limit, within)
        except DamagedError:
            self._make_again(state, "it is damaged")
            return self.search(query, limit, within)
        return self._compared(query, limit, found)

    def checkpoint(self) -> None:
        """Write the file anew where too much has changed since it was written.

        Nothing depends on it but speed: what fails is told of and left.
        """
        try:
            self._checkpoint(State.of(self._db))
        except (OSError, RuntimeError, MemoryError, sqlite3.Error) as error:
            log.warning(
                "the vector file in %s cannot be written (%s): every article is stored; the file "
                "is made again by itself when there is room",
                *(self._db.folder, getattr(error, "strerror", None) or error),
            )

    def _checkpoint(self, state: State) -> None:
        record = record_of(self._db.folder, state, self._db)
        if record is None:
            save(*self._to_save(state, self._rebuilt(state)))
            record = record_of(self._db.folder, state, self._db)
        else:
            changes = state.passages - record.at.count + 2 * self._gone_since(record.at.generation)
            if changes > self._sizing.changes_kept(state.passages, flat=record.cells is None):
                self._save_current(state)
        trained_on = record.cells.trained_on if record is not None and record.cells else None
        if self._sizing.needs_cells(state.passages, trained_on):
            self._training(self._db.folder, self._sizing)

    def _save_current(self, state: State) -> None:
        """Write the file anew with what has changed, unless another has written it meanwhile."""
        index = self._up_to(state)
        started = self._current.record if self._current is not None else None
        try:
            merged = index if isinstance(index, FlatIndex) else index.merged()
        except DamagedError:
            self._make_again(state, "it is damaged")
            return
        save(*self._to_save(state, merged), instead_of=started)
        if isinstance(index, FlatIndex):
            self._current = _Current(
                state.checkpoint(index.count), index, Record.of(self._db.folder)
            )
        else:
            self._current = None  # the new file is mapped instead

    def _up_to(self, state: State) -> FlatIndex | LayeredIndex:
        """Return the index as it is in a state."""
        current = self._current
        if current is None or not self._leads_to(current, state):
            current = self._from_file(state)
        self._current = None  # one that is half replayed is no state at all
        if current.at.generation != state.generation:
            self._replay(current, state)
            # How many it holds is of no use any more.
            current = replace(current, at=state.checkpoint(0))
        self._current = current
        return current.index

    def _leads_to(self, current: _Current, state: State) -> bool:
        """Tell whether a state is that of an index, or is reached from it in the shortest way."""
        if current.at.generation == state.generation:
            return current.at == state.checkpoint(current.at.count)
        newer = record_of(self._db.folder, state, self._db)
        return state.follows(current.at, self._db) and newer in {None, current.record}

    def _from_file(self, state: State) -> _Current:
        loaded = load(self._db.folder)
        if isinstance(loaded, str):
            why = loaded
        else:
            record, index = loaded
            if state.follows(record.at, self._db):
                return _Current(record.at, self._layered(index, state), record)
            why = "it belongs to another state of the collection"
        return self._make_again(state, why)

    def _make_again(self, state: State, why: str) -> _Current:
        """Make the index from the database alone, and write it where that is of use to others."""
        latest = self._db.latest_meta("generation") == str(state.generation)
        if latest:
            log.warning("the vector file in %s is made again: %s", self._db.folder, why)
        rebuilt = self._rebuilt(state)
        if latest:
            # Where the folder cannot be written, the collection can still be searched.
            with contextlib.suppress(OSError, sqlite3.Error):
                save(*self._to_save(state, rebuilt))
        index, record = self._layered(rebuilt, state), Record.of(self._db.folder)
        self._current = _Current(state.checkpoint(rebuilt.count), index, record)
        return self._current

    def _to_save(
        self, state: State, index: FlatIndex | CellIndex
    ) -> tuple[Path, Checkpoint, FlatIndex | CellIndex]:
        return self._db.folder, state.checkpoint(index.count), index

    def _replay(self, since: _Current, state: State) -> None:
        """Bring an index of an earlier generation to a state."""
        last = since.index.last_id
        rows = self._db.sql.execute(
            "SELECT id FROM removed_passages WHERE generation > ? AND id <= ?",
            (since.at.generation, last),
        )
        since.index.remove(np.array([row[0] for row in rows], dtype=np.int64))
        since.index.add(*vectors_between(self._db, last, None, EVERY, state.dimension))

    def _rebuilt(self, state: State) -> FlatIndex | CellIndex:
        if self._sizing.needs_cells(state.passages, None):
            return trained_cells(self._db, state.dimension, state.last_id, self._sizing.recall)
        return FlatIndex.of(*vectors_between(self._db, 0, None, EVERY, state.dimension))

    def _compared(
        self, query: Vector, limit: int, candidates: Sequence[int] | Ids
    ) -> list[tuple[int, float]]:
        ids, vectors = vectors_of(self._db, np.asarray(candidates, dtype=np.int64), len(query))
        scores = vectors @ query
        best = np.lexsort((ids, -scores))[:limit]
        return [(int(ids[n]), float(scores[n])) for n in best]

    def _gone_since(self, generation: int) -> int:
        row = self._db.sql.execute(
            "SELECT count(*) FROM removed_passages WHERE generation > ?", (generation,)
        ).fetchone()
        return int(row[0])

    @staticmethod
    def _layered(index: FlatIndex | CellIndex, state: State) -> FlatIndex | LayeredIndex:
        return index if isinstance(index, FlatIndex) else LayeredIndex(index, state.dimension)
