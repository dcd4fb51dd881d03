"""SqliteOrigins: which stored articles carry the same reporting.

Candidates are looked up by sampled shingles, decided by `index.origin`, and kept as pairs. An
origin is everything that is connected by pairs; it is named by the earliest article in it.
"""

from collections import deque
from typing import NamedTuple

import numpy as np

from index.origin import MAX_HOLDERS, Fingerprint, likeliest, same_reporting
from index.sqlite.database import SqliteDatabase
from index.types import Article


class _Named(NamedTuple):
    """What an origin is named by; the least of them names it."""

    undated: bool
    published: str
    id: str


class SqliteOrigins:
    """The origins of a collection. Every method runs inside a transaction of its caller."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._db = database
        self._touched: set[int] = set()

    def add(self, key: int, article: Article, fingerprint: Fingerprint) -> None:
        """Relate a new article, stored under `key`, to those that carry its reporting."""
        for other in self._candidates(fingerprint):
            if same_reporting(article, self._article(other)):
                self._db.sql.executemany(
                    "INSERT INTO kin VALUES (?, ?)", [(key, other), (other, key)]
                )
        self._db.sql.executemany(
            "INSERT OR IGNORE INTO fingerprints VALUES (?, ?)",
            [(value, key) for value in fingerprint.hashes],
        )
        self._touched.add(key)

    def remove(self, key: int, hashes: bytes) -> None:
        """Forget an article. `hashes` is its stored fingerprint."""
        self._db.sql.executemany(
            "DELETE FROM fingerprints WHERE hash = ? AND article = ?",
            [(value, key) for value in np.frombuffer(hashes, "<i8").tolist()],
        )
        self._touched.discard(key)
        self._touched |= self._kin(key)
        self._db.sql.execute("DELETE FROM kin WHERE other = ?", (key,))
        self._db.sql.execute("DELETE FROM kin WHERE article = ?", (key,))

    def settle(self) -> None:
        """Name the origins of all articles whose relations have changed."""
        while self._touched:
            group = self._connected(self._touched.pop())
            self._touched -= group
            earliest = min(self._named(key) for key in group)
            self._db.sql.executemany(
                "UPDATE articles SET origin = ? WHERE key = ? AND origin <> ?",
                [(earliest.id, key, earliest.id) for key in group],
            )

    def _candidates(self, fingerprint: Fingerprint) -> list[int]:
        holders: dict[int, list[int]] = {}
        for value in fingerprint.hashes:
            rows = self._db.sql.execute(
                "SELECT article FROM fingerprints WHERE hash = ? ORDER BY article LIMIT ?",
                (value, MAX_HOLDERS + 1),
            )
            holders[value] = [row[0] for row in rows]
        return likeliest(fingerprint, holders)

    def _article(self, key: int) -> Article:
        """Return what origins are decided on."""
        row = self._db.sql.execute(
            "SELECT id, text, title, outlet, author, published FROM articles WHERE key = ?", (key,)
        ).fetchone()
        return Article(*row)

    def _named(self, key: int) -> _Named:
        row = self._db.sql.execute(
            "SELECT published IS NULL, published, id FROM articles WHERE key = ?", (key,)
        ).fetchone()
        return _Named(bool(row[0]), row[1] or "", row[2])

    def _kin(self, key: int) -> set[int]:
        rows = self._db.sql.execute("SELECT other FROM kin WHERE article = ?", (key,))
        return {row[0] for row in rows}

    def _connected(self, key: int) -> set[int]:
        found, waiting = {key}, deque([key])
        while waiting:
            new = self._kin(waiting.popleft()) - found
            found |= new
            waiting.extend(new)
        return found
