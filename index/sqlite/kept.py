"""Kept: what was read of a collection, for as long as it stays as it is and not too much is kept.

One connection reads, and one thread uses it, so that nothing here is locked.
"""

import sqlite3
from typing import Generic, TypeVar

from index.sqlite.database import SqliteDatabase

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by their keys, all of one generation of a collection.

    Args:
        database: the collection's.
        most: how many are kept; beyond that, it begins anew.
    """

    def __init__(self, database: SqliteDatabase, most: int) -> None:
        self._db = database
        self._most = most
        self._values: dict[K, V] = {}
        self._of: tuple[sqlite3.Connection, str | None] | None = None

    def now(self) -> dict[K, V]:
        """Return what is kept of the generation that is being read, to look up and to add to."""
        # Another file may have the same generation; it is read through another connection.
        of = (self._db.sql, self._db.meta("generation"))
        if of != self._of or len(self._values) >= self._most:
            self._values, self._of = {}, of
        return self._values

    def forget(self) -> None:
        """Keep nothing of what was read."""
        self._values = {}
