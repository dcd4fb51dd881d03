"""Keys: who may use a service, kept in `keys.db` in its data folder.

A key reads `dl_ID_SECRET`. The id is public and names the key in lists and logs; the secret is 256
random bits, of which only a SHA-256 is kept. A slow hash protects what people choose, by making
each guess dear; this cannot be guessed at any price, and a slow hash would let anyone keep the
service busy with wrong keys.

Each call reads the file: what is made or revoked counts from the next request on, in every process,
and so does a file that was put in its place. Where the file exists a key is needed, even if every
key in it is revoked.
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from api.access.collections import folder_of
from api.access.errors import AccessError

FILE = "keys.db"
# A change holds the file for as long as a disk takes to sync; whoever asks is kept no longer.
BUSY_SECONDS = 1
MAX_NAME = 80
# A number is never given twice: what counts requests goes by it.
SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write')),
    collection TEXT NOT NULL,
    created TEXT NOT NULL,
    revoked TEXT
)
"""
FIELDS = "number, id, name, scope, collection, created, revoked"
# What a key is compared with where none has its id, so that this takes as long.
NO_DIGEST = bytes(hashlib.sha256().digest_size)

KeyScope = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is kept, without its secret.

    Attributes:
        number: counts the keys of a service from 1.
        id: its public name.
        name: whom or what it is for, in the words of who made it.
        scope: what it may do; who may write may read.
        collection: the name of the collection that it sees.
        created: when, ISO 8601 in UTC.
        revoked: when it was; None where it was not.
    """

    number: int
    id: str
    name: str
    scope: KeyScope
    collection: str
    created: str
    revoked: str | None


class Keys:
    """The keys of a service.

    Args:
        data: its data folder.

    Every method raises AccessError where the file cannot be read or written, or OSError where the
    folder cannot.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._path = data / FILE
        self._finding: sqlite3.Connection | None = None
        self._found_in: tuple[int, int] | None = None

    def needed(self) -> bool:
        """Tell whether the service asks for a key: whether one was ever made."""
        try:
            # What is there and cannot be looked at is an error: it must open nothing.
            self._path.lstat()
        except FileNotFoundError:
            return False
        return True

    def usable(self) -> bool:
        """Tell whether any key opens the service."""
        return any(key.revoked is None for key in self.listed())

    def find(self, text: str) -> Key | None:
        """Return the key that a caller gives, revoked or not; None where it is none of these."""
        try:
            # All of them, so that nothing is left to read and the file is let go of.
            rows = (
                self._kept()
                .execute(
                    f"SELECT digest, {FIELDS} FROM keys WHERE id = ?",  # noqa: S608 - our own names
                    (_id_of(text),),
                )
                .fetchall()
            )
        except sqlite3.Error as error:
            raise self._failed(error) from error
        right = hmac.compare_digest(_digest(text), rows[0][0] if rows else NO_DIGEST)
        return Key(*rows[0][1:]) if right and rows else None

    def listed(self) -> list[Key]:
        """Return every key that was made, the oldest first."""
        if not self.needed():
            return []
        with self._opened() as sql:
            return [Key(*row) for row in sql.execute(f"SELECT {FIELDS} FROM keys ORDER BY number")]  # noqa: S608

    def create(self, name: str, scope: KeyScope, collection: str) -> tuple[Key, str]:
        """Make a key; return what is kept of it, and the key itself, which nothing shows again.

        Raises:
            AccessError: a name cannot be used.
        """
        name = name.strip()
        if not name or len(name) > MAX_NAME or not name.isprintable():
            raise AccessError(f"name a key by 1 to {MAX_NAME} printable characters")
        folder_of(self._data, collection)
        key_id = secrets.token_hex(5)
        text = f"dl_{key_id}_{secrets.token_hex(32)}"
        row = (key_id, _digest(text), name, scope, collection, _now())
        self._make()
        with self._opened() as sql:
            sql.execute(SCHEMA)
            made = sql.execute(
                f"INSERT INTO keys VALUES (NULL, ?, ?, ?, ?, ?, ?, NULL) RETURNING {FIELDS}",  # noqa: S608
                row,
            ).fetchone()
        return Key(*made), text

    def revoke(self, key: str) -> Key:
        """Refuse a key from now on, for good; one that was revoked before stays as it is.

        Args:
            key: its id, or all of it: who finds a leaked key has no list at hand.

        Raises:
            AccessError: there is no such key.
        """
        row = None
        if self.needed():
            with self._opened() as sql:
                row = sql.execute(
                    f"UPDATE keys SET revoked = ifnull(revoked, ?) WHERE id = ? RETURNING {FIELDS}",  # noqa: S608
                    (_now(), _id_of(key) or key),
                ).fetchone()
        if row is None:
            raise AccessError("there is no such key: `dateline keys list` has the ids of all")
        return Key(*row)

    def close(self) -> None:
        """Let go of the file that keys are found in."""
        if self._finding is not None:
            self._finding.close()
            self._finding = None

    def _make(self) -> None:
        """Make the file for its owner alone, who is also the owner of the data folder."""
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            if os.geteuid() == 0:
                # Made by the administrator, it must be readable for the service.
                owner = self._data.stat()
                os.chown(self._path, owner.st_uid, owner.st_gid)
        except OSError as error:
            raise self._failed(error) from error

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connect()) as sql, sql:
                yield sql
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _kept(self) -> sqlite3.Connection:
        """Return a connection that stays open for as long as its file is the one that is there."""
        there = self._path.stat()
        if self._finding is None or self._found_in != (there.st_dev, there.st_ino):
            self.close()
            self._finding = self._connect()
            self._found_in = (there.st_dev, there.st_ino)
        return self._finding

    def _connect(self) -> sqlite3.Connection:
        # Never made here: an empty file would ask everyone for a key.
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)

    def _failed(self, error: Exception) -> AccessError:
        return AccessError(
            f"{self._path} cannot be used ({error}): let the service's user read and write it, put "
            "a copy of it back, or delete it and make new keys with `dateline keys create`"
        )


def _id_of(text: str) -> str | None:
    prefix, *parts = text.split("_")
    return parts[0] if prefix == "dl" and len(parts) == 2 else None


def _digest(text: str) -> bytes:
    # What a header may hold that is no text of ours has a digest too.
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
