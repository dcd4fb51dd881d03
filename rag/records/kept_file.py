"""Kept file: a SQLite file beside the collection, which may be lost without harm to it.

Opens it when it is first needed, makes it where there is none, lets several threads and processes
share it, lets nobody but its owner read it, and turns SQLite's errors into one line that says what
to do. Knows nothing of what is kept in it.
"""

import contextlib
import os
import sqlite3
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from index.errors import MismatchError, StoreError

# What keeps an answer waiting is not worth keeping.
BUSY_SECONDS = 2
# After so many writes what was written is moved from SQLite's log into the file itself.
WRITES_A_CHECKPOINT = 64
# The last is for a folder in which nothing may be written, not even what readers share.
MODES = ("rwc", "ro", "ro&immutable=1")
# Questions and answers are nobody else's business.
FILE_MODE = 0o600
UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})


class KeptFile:
    """A SQLite file of one kind, opened when it is first used. Threads and processes may share it.

    What was committed survives a kill of the process; a loss of power may take the last moments.

    Args:
        path: the file; its folder is there already.
        application: what marks files of this kind, as SQLite's application_id.
        version: of the schema; a file of another version is refused.
        schema: the statements that make its tables.
    """

    def __init__(self, path: Path, *, application: int, version: int, schema: str) -> None:
        self.path = path
        self._application = application
        self._version = version
        self._schema = schema
        self._lock = threading.RLock()
        self._sql: sqlite3.Connection | None = None
        self._written = 0

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Return a context with the connection, or with None where nothing was ever kept.

        Raises:
            MismatchError: the file is not ours, or another version's.
            StoreError: it cannot be read.
        """
        with self._lock, self._reporting():
            there = self._sql is not None or self.path.is_file()
            yield self._opened() if there else None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Return a context with the connection that is one transaction, all of it or nothing.

        Raises:
            MismatchError, StoreError: as for `reading`, or it cannot be written.
        """
        with self._lock, self._reporting():
            sql = self._opened()
            sql.execute("BEGIN IMMEDIATE")
            try:
                yield sql
                sql.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled it back already.
                if sql.in_transaction:
                    sql.execute("ROLLBACK")
                raise
            self._written += 1
            if self._written % WRITES_A_CHECKPOINT == 0:
                # It waits for the disk, which nobody else has to.
                threading.Thread(target=self._checkpoint, daemon=True).start()

    def _checkpoint(self) -> None:
        # What could not be moved is moved the next time.
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connected("rw")) as sql:
            sql.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let go of the file; it is opened again when it is used again."""
        with self._lock:
            if self._sql is not None:
                self._sql.close()
                self._sql = None

    def _opened(self) -> sqlite3.Connection:
        if self._sql is None:
            for mode in MODES:
                try:
                    self._sql = self._connected(mode)
                    break
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF not in UNWRITABLE or mode == MODES[-1]:
                        raise
        assert self._sql is not None  # noqa: S101 - the last mode opens it or raises
        return self._sql

    def _connected(self, mode: str) -> sqlite3.Connection:
        if mode == MODES[0]:
            self._make()
        path = urllib.parse.quote(str(self.path.absolute()))
        sql = sqlite3.connect(
            f"file:{path}?mode={mode}",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            uri=True,
            check_same_thread=False,  # the lock keeps threads apart
        )
        try:
            # In WAL mode a commit survives a kill without waiting for the disk.
            sql.execute("PRAGMA synchronous = NORMAL")
            sql.execute("PRAGMA wal_autocheckpoint = 0")
            self._recognise(sql)
        except BaseException:
            sql.close()
            raise
        return sql

    def _make(self) -> None:
        """Make the file where there is none, for its owner alone.

        SQLite gives what it puts beside the file the same permissions.
        """
        # One that is there is not opened: to close it would let go of SQLite's locks on it. What
        # else is wrong is said by SQLite.
        with contextlib.suppress(OSError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))

    def _recognise(self, sql: sqlite3.Connection) -> None:
        """Check that the file is of this kind, or make an empty one so."""
        if self._is_ours(sql):
            return
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("BEGIN IMMEDIATE")
        try:
            if not self._is_ours(sql):  # else another process was first
                for statement in self._schema.split(";\n"):
                    sql.execute(statement)
                sql.execute(f"PRAGMA application_id = {self._application}")
                sql.execute(f"PRAGMA user_version = {self._version}")
            sql.execute("COMMIT")
        except BaseException:
            if sql.in_transaction:
                sql.execute("ROLLBACK")
            raise

    def _is_ours(self, sql: sqlite3.Connection) -> bool:
        """Tell whether the file has our tables; False where it has none.

        Raises:
            MismatchError: it has others.
        """
        row = sql.execute(
            "SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema) "
            "FROM pragma_application_id AS a, pragma_user_version AS v"
        ).fetchone()
        if row == (0, 0, 0):
            return False
        if row[:2] != (self._application, self._version):
            raise MismatchError(
                f"{self.path} was not made by this version of Dateline: move or delete it, and a "
                "new one is made"
            )
        return True

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(self._said(error)) from error
        except OSError as error:
            raise StoreError(f"{self.path} cannot be opened: {error.strerror}") from error

    def _said(self, error: sqlite3.Error) -> str:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return f"another process is writing to {self.path}"
        if code == sqlite3.SQLITE_FULL:
            return f"the disk is full: free some space for {self.path}"
        if code in UNWRITABLE:
            return f"{self.path} cannot be opened or written: check permissions"
        if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            return f"{self.path} is damaged ({error}): delete it, and a new one is made"
        return f"{self.path} failed: {error}"
