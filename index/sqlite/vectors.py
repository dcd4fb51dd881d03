"""SqliteVectors: the vector index of a collection, kept in step with its database.

The FAISS file is a checkpoint of one generation. What was added and removed since is replayed from
the database, so that a small change costs little whatever the collection's size; the file is
written anew when the changes have grown to a share of it. Where the file is missing, stale or
damaged, the index is made again from the database alone.
"""

import contextlib
import logging
import sqlite3

import numpy as np

from index.sqlite.database import SqliteDatabase
from index.store import CollectionInfo
from index.types import Vector, Vectors
from index.vectors import Checkpoint, Ids, VectorIndex

log = logging.getLogger(__name__)
# A new file is written when this share of the passages, and at least so many, came or went.
CHECKPOINT_SHARE = 0.125
MIN_CHANGES = 1000


class SqliteVectors:
    """The vectors of one collection, as one reader sees them."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._db = database
        self._current: tuple[Checkpoint, VectorIndex] | None = None

    def search(
        self, info: CollectionInfo, query: Vector, limit: int, within: Ids | None = None
    ) -> list[tuple[int, float]]:
        """Return at most `limit` (passage id, cosine) pairs of the state that `info` describes.

        `within` are the passages to search; None is all.
        """
        return self._up_to(info).search(query, limit, within)

    def checkpoint(self, info: CollectionInfo) -> None:
        """Write the file anew where too much has changed since it was written.

        Nothing depends on it but speed: what fails is told of and left.
        """
        try:
            self._checkpoint(info)
        except (OSError, RuntimeError, MemoryError, sqlite3.Error) as error:
            log.warning(
                "the vector file in %s cannot be written (%s): every article is stored; the file "
                "is made again by itself when there is room",
                *(self._db.folder, getattr(error, "strerror", None) or error),
            )

    def _checkpoint(self, info: CollectionInfo) -> None:
        record = Checkpoint.of(self._db.folder)
        if record is None or not self._leads_to(record, info):
            self._save(self._rebuilt(info), info)
            return
        changes = info.passages - record.count + 2 * self._gone_since(record.generation)
        if changes > max(MIN_CHANGES, CHECKPOINT_SHARE * info.passages):
            self._save(self._up_to(info), info)

    def _up_to(self, info: CollectionInfo) -> VectorIndex:
        if self._current is None or not self._leads_to(self._current[0], info):
            self._current = self._from_file(info)
        at, index = self._current
        if at.generation != info.generation:
            self._current = None  # one that is half replayed is no state at all
            self._replay(at, index)
            self._current = self._at(info, index), index
        return index

    def _leads_to(self, at: Checkpoint, info: CollectionInfo) -> bool:
        """Tell whether the state that is being read is that of a checkpoint or follows from it."""
        row = self._db.sql.execute(
            "SELECT 1 FROM generations WHERE generation = ? AND mark = ?", (at.generation, at.mark)
        ).fetchone()
        return row is not None and at.model == info.recipe.model.digest

    def _at(self, info: CollectionInfo, index: VectorIndex) -> Checkpoint:
        row = self._db.sql.execute(
            "SELECT mark FROM generations WHERE generation = ?", (info.generation,)
        ).fetchone()
        model = info.recipe.model
        return Checkpoint(info.generation, str(row[0]), model.digest, model.dimension, index.count)

    def _from_file(self, info: CollectionInfo) -> tuple[Checkpoint, VectorIndex]:
        loaded = VectorIndex.load(self._db.folder)
        if not isinstance(loaded, str):
            if self._leads_to(loaded[0], info):
                return loaded
            loaded = "it belongs to another state of the collection"
        rebuilt = self._rebuilt(info)
        if self._db.latest_meta("generation") == str(info.generation):
            log.warning("the vector file in %s is made again: %s", self._db.folder, loaded)
            # Where the folder cannot be written, the collection can still be searched.
            with contextlib.suppress(OSError):
                self._save(rebuilt, info)
        return self._at(info, rebuilt), rebuilt

    def _save(self, index: VectorIndex, info: CollectionInfo) -> None:
        index.save(self._db.folder, self._at(info, index))

    def _replay(self, since: Checkpoint, index: VectorIndex) -> None:
        """Bring an index of an earlier generation to the state that is being read."""
        last = index.last_id
        rows = self._db.sql.execute(
            "SELECT id FROM removed_passages WHERE generation > ? AND id <= ?",
            (since.generation, last),
        )
        index.remove(np.array([row[0] for row in rows], dtype=np.int64))
        index.add(*self._vectors_after(last, since.dimension))

    def _rebuilt(self, info: CollectionInfo) -> VectorIndex:
        return VectorIndex.of(*self._vectors_after(0, info.recipe.model.dimension))

    def _vectors_after(self, last: int, dimension: int) -> tuple[Ids, Vectors]:
        # A passage's id is never used twice and only grows: what is newer has a higher one.
        rows = self._db.sql.execute(
            "SELECT id, vector FROM passages WHERE id > ? ORDER BY id", (last,)
        ).fetchall()
        data = b"".join(row[1] for row in rows)
        try:
            vectors = np.frombuffer(data, dtype="<f4").reshape(len(rows), dimension)
        except ValueError as error:
            raise self._db.damaged("its vectors do not have the model's length") from error
        return np.array([row[0] for row in rows], dtype=np.int64), vectors

    def _gone_since(self, generation: int) -> int:
        row = self._db.sql.execute(
            "SELECT count(*) FROM removed_passages WHERE generation > ?", (generation,)
        ).fetchone()
        return int(row[0])
