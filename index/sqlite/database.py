"""SqliteDatabase: one connection to a collection's database, safe to open and plain to fail.

Opens, makes and recognises the file, holds transactions, keeps the few facts of the `meta` table,
and turns every error of SQLite into one line that says what to do. Knows nothing of articles.
"""

import contextlib
import os
import sqlite3
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from index.errors import ChangedError, MismatchError, NoCollectionError, StoreError
from index.sqlite.schema import APPLICATION_ID, FORMAT, SCHEMA

DATABASE = "dateline.db"
READ_WRITE = "mode=rwc"
READ_ONLY = "mode=ro"
# For a folder in which nothing may be written at all, not even what readers share.
AS_IT_LIES = "mode=ro&immutable=1"
BUSY_SECONDS = 10
UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})


class SqliteDatabase:
    """The database in a data folder.

    Args:
        folder: the data folder.
        create: make the folder and the database with the first change, where there is none.

    Raises:
        NoCollectionError: there is no collection and `create` is false.
        MismatchError: the database was made by another version of Dateline, or is not ours.
        StoreError: the folder or the database cannot be opened, or could not be made.
    """

    def __init__(self, folder: Path, *, create: bool) -> None:
        self.folder = folder
        self._sql: sqlite3.Connection | None = None
        self._mode = READ_WRITE
        if not self._found() and not create:
            raise self.nothing_here()
        if self._sql is None:
            self._check_can_be_made()

    @property
    def sql(self) -> sqlite3.Connection:
        """Return the connection.

        Raises:
            NoCollectionError: nothing has been written yet.
        """
        if self._sql is not None and not self._sql.in_transaction and self._lies_otherwise():
            self._sql.close()
            self._sql = None
        if self._sql is None and not self._found():
            raise self.nothing_here()
        assert self._sql is not None  # noqa: S101 - it was found
        return self._sql

    def close(self) -> None:
        """Let go of the file."""
        if self._sql is not None:
            self._sql.close()

    @contextlib.contextmanager
    def transaction(self, kind: str = "DEFERRED") -> Iterator[None]:
        """Return a context that is one transaction; within another, it belongs to that one.

        One that is to write ("IMMEDIATE") makes the database where there is none.
        """
        if self._sql is None and kind == "IMMEDIATE":
            self._make()
        if self.sql.in_transaction:
            yield
            return
        self.sql.execute(f"BEGIN {kind}")
        try:
            yield
            self.sql.execute("COMMIT")
        except BaseException:
            # A failed COMMIT or a full disk may have rolled back already.
            if self.sql.in_transaction:
                self.sql.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def reporting(self) -> Iterator[None]:
        """Turn SQLite's errors into one line that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._store_error(error) from error

    def meta(self, key: str) -> str | None:
        """Return a fact about the collection, None while it was never set."""
        row = self.sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Keep a fact about the collection."""
        self.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add_to_meta(self, key: str, change: int) -> None:
        """Change a count."""
        self.set_meta(key, str(int(self.meta(key) or 0) + change))

    def latest_meta(self, key: str) -> str | None:
        """Return a fact as it is stored now, whatever state is being read."""
        if self._mode == AS_IT_LIES:
            return self.meta(key)
        latest = self._connect(self._mode)
        try:
            row = latest.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        finally:
            latest.close()
        return None if row is None else str(row[0])

    def damaged(self, what: str) -> StoreError:
        """Return the error for a collection that holds what was never written to it."""
        return StoreError(
            f"the collection in {self.folder} is damaged ({what}): "
            f"delete {self.folder / DATABASE} and build it again"
        )

    def changed(self) -> ChangedError:
        """Return the error for a change that was worked out from what is no longer so."""
        return ChangedError(
            f"another process changed the collection in {self.folder} meanwhile: run this again"
        )

    def nothing_here(self) -> NoCollectionError:
        """Return the error for a folder without a collection."""
        return NoCollectionError(f"nothing is indexed in {self.folder}: run `dateline build` first")

    def _found(self) -> bool:
        """Open the database where there is one, and tell whether there is."""
        try:
            there = (self.folder / DATABASE).is_file()
        except OSError as error:
            raise self._unusable("read", str(error.strerror)) from error
        if there:
            with self.reporting():
                self._open(self._connected_as_allowed())
        return there

    def _connected(self, mode: str) -> sqlite3.Connection:
        self._mode = mode
        return self._connect(mode)

    def _connect(self, mode: str) -> sqlite3.Connection:
        path = urllib.parse.quote(str((self.folder / DATABASE).absolute()))
        database = sqlite3.connect(
            f"file:{path}?{mode}", timeout=BUSY_SECONDS, isolation_level=None, uri=True
        )
        try:
            database.execute("PRAGMA synchronous = FULL")
            database.execute("SELECT count(*) FROM sqlite_schema")
        except BaseException:
            database.close()
            raise
        return database

    def _connected_as_allowed(self) -> sqlite3.Connection:
        for mode in (READ_WRITE, READ_ONLY):
            try:
                return self._connected(mode)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in UNWRITABLE:
                    raise
        self._lay = self._lies()
        return self._connected(AS_IT_LIES)

    def _lies(self) -> tuple[tuple[int, int, int] | None, ...]:
        """Return what tells whether the files have changed."""
        files = (self.folder / DATABASE, self.folder / f"{DATABASE}-wal")
        found = (file.stat() if file.exists() else None for file in files)
        return tuple(s and (s.st_ino, s.st_size, s.st_mtime_ns) for s in found)

    def _lies_otherwise(self) -> bool:
        """Tell whether a database that was taken as it lay has been changed since."""
        return self._mode == AS_IT_LIES and self._lies() != self._lay

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable("made", str(error.strerror)) from error
        self._open(self._connected(READ_WRITE))

    def _open(self, connection: sqlite3.Connection) -> None:
        try:
            self._recognise(connection)
        except BaseException:
            connection.close()
            raise
        self._sql = connection

    def _recognise(self, sql: sqlite3.Connection) -> None:
        """Check that a database is ours, or make an empty one into ours."""
        sql.execute("BEGIN")  # another process may be making it: all is read from one state
        found = sql.execute("PRAGMA application_id").fetchone()[0]
        version = sql.execute("PRAGMA user_version").fetchone()[0]
        tables = sql.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        sql.execute("COMMIT")
        if found == APPLICATION_ID and version == FORMAT:
            return
        if found or version or tables:
            raise MismatchError(
                f"{self.folder / DATABASE} was not made by this version of Dateline: "
                "choose another data folder with --data, or delete that file and build again"
            )
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("BEGIN IMMEDIATE")
        if sql.execute("PRAGMA user_version").fetchone()[0] != FORMAT:  # else another was first
            for statement in SCHEMA.split(";\n"):
                sql.execute(statement)
            sql.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            sql.execute(f"PRAGMA user_version = {FORMAT}")
        sql.execute("COMMIT")

    def _check_can_be_made(self) -> None:
        """Say before any work is done that the folder could not be made or written to."""
        nearest = next(p for p in (self.folder, *self.folder.absolute().parents) if p.exists())
        if not nearest.is_dir():
            raise self._unusable("made", f"{nearest} is not a folder")
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise self._unusable("made", f"{nearest} cannot be written")

    def _unusable(self, verb: str, why: str) -> StoreError:
        return StoreError(
            f"the data folder {self.folder} cannot be {verb}: {why}; choose another with --data"
        )

    def _store_error(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return StoreError(
                f"another process is writing to {self.folder}: try again when it has finished"
            )
        if code == sqlite3.SQLITE_FULL:
            return StoreError(
                f"the disk is full: free some space for {self.folder}; nothing was changed"
            )
        if code in UNWRITABLE:
            return StoreError(
                f"the collection in {self.folder} cannot be opened or written: check permissions, "
                "or choose another with --data"
            )
        if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            return self.damaged(str(error))
        return StoreError(f"the database in {self.folder} failed: {error}; nothing was changed")
