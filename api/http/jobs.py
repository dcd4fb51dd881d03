"""Jobs: additions that were accepted, kept in the collection's folder until they are done.

All workers see them. A job belongs to the worker that last renewed its lease; where that worker is
gone, another takes it over, so that what was accepted is done though its worker was killed. Knows
nothing of how articles go in.
"""

import contextlib
import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import StoreError

FILE = "jobs.db"
BUSY_SECONDS = 10
LEASE_SECONDS = 6.0
# A job whose workers die again and again may be why they do.
MAX_ATTEMPTS = 10
KEPT_SECONDS = 24 * 3600
SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    created REAL NOT NULL,
    finished REAL,
    lease REAL NOT NULL,
    attempts INTEGER NOT NULL,
    result TEXT,
    reason TEXT
);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    job TEXT NOT NULL,
    created REAL NOT NULL
);
"""
FIELDS = "id, status, request, created, finished, result, reason"


class OtherRequestError(Exception):
    """An idempotency key was used before for another request."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as it is kept. Times are seconds since the epoch."""

    id: str
    status: str
    request: Mapping[str, Any]
    created: float
    finished: float | None
    result: Mapping[str, Any] | None
    reason: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in {"done", "failed"}


class Jobs:
    """The jobs of one collection. Each call has a connection of its own.

    Args:
        folder: the collection's folder; it is made with the first job.

    Every method raises StoreError where the file cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def accept(
        self, request: Mapping[str, Any], *, key: str | None = None
    ) -> tuple[JobRecord, bool]:
        """Keep a new job, held by the caller; return it and whether it is new.

        Raises:
            OtherRequestError: `key` came before with another request.
        """
        now = time.time()
        body = json.dumps(request, sort_keys=True)
        digest = hashlib.sha256(body.encode()).hexdigest()
        with self._writing() as sql:
            sql.execute(
                "DELETE FROM jobs WHERE finished IS NOT NULL AND finished < ?",
                (now - KEPT_SECONDS,),
            )
            sql.execute("DELETE FROM idempotency WHERE job NOT IN (SELECT id FROM jobs)")
            if key is not None:
                row = sql.execute(
                    "SELECT request, job FROM idempotency WHERE key = ?", (key,)
                ).fetchone()
                if row is not None and row[0] != digest:
                    raise OtherRequestError
                if row is not None:
                    return _found(sql, row[1]), False
            job = uuid.uuid4().hex
            sql.execute(
                "INSERT INTO jobs VALUES (?, 'waiting', ?, ?, NULL, ?, 0, NULL, NULL)",
                (job, body, now, now + LEASE_SECONDS),
            )
            if key is not None:
                sql.execute("INSERT INTO idempotency VALUES (?, ?, ?, ?)", (key, digest, job, now))
            return _found(sql, job), True

    def read(self, job: str) -> JobRecord | None:
        """Return a job, None where there is none of that id."""
        if not (self._folder / FILE).is_file():
            return None
        with self._opened() as sql:
            row = sql.execute(f"SELECT {FIELDS} FROM jobs WHERE id = ?", (job,)).fetchone()  # noqa: S608
        return None if row is None else _record(row)

    def start(self, job: str) -> bool:
        """Begin a job that the caller holds; False where it was begun too often and has failed."""
        with self._writing() as sql:
            (attempts,) = sql.execute("SELECT attempts FROM jobs WHERE id = ?", (job,)).fetchone()
            if attempts < MAX_ATTEMPTS:
                sql.execute(
                    "UPDATE jobs SET status = 'running', attempts = attempts + 1 WHERE id = ?",
                    (job,),
                )
        if attempts >= MAX_ATTEMPTS:
            self.fail(job, f"it was begun {MAX_ATTEMPTS} times, and each time the worker died")
        return bool(attempts < MAX_ATTEMPTS)

    def finish(self, job: str, result: Mapping[str, Any]) -> None:
        """Keep what a job did."""
        self._end(job, "done", json.dumps(result), None)

    def fail(self, job: str, reason: str) -> None:
        """Keep why a job failed."""
        self._end(job, "failed", None, reason)

    def renew(self, held: set[str]) -> None:
        """Go on holding jobs."""
        with self._writing() as sql:
            sql.executemany(
                "UPDATE jobs SET lease = ? WHERE id = ?",
                [(time.time() + LEASE_SECONDS, job) for job in held],
            )

    def take_over(self) -> list[JobRecord]:
        """Return the jobs that nobody holds any more, held by the caller from now on."""
        if not (self._folder / FILE).is_file():
            return []
        now = time.time()
        with self._writing() as sql:
            rows = sql.execute(
                f"SELECT {FIELDS} FROM jobs WHERE finished IS NULL AND lease < ?",  # noqa: S608
                (now,),
            ).fetchall()
            sql.executemany(
                "UPDATE jobs SET lease = ? WHERE id = ?",
                [(now + LEASE_SECONDS, row[0]) for row in rows],
            )
        return [_record(row) for row in rows]

    def _end(self, job: str, status: str, result: str | None, reason: str | None) -> None:
        with self._writing() as sql:
            sql.execute(
                "UPDATE jobs SET status = ?, finished = ?, result = ?, reason = ? WHERE id = ?",
                (status, time.time(), result, reason, job),
            )

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            sql = sqlite3.connect(self._folder / FILE, timeout=BUSY_SECONDS, isolation_level=None)
            with contextlib.closing(sql):
                sql.execute("PRAGMA journal_mode = WAL")
                sql.execute("PRAGMA synchronous = FULL")
                sql.executescript(SCHEMA)
                yield sql
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._folder / FILE} cannot be used: {error}") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as sql:
            sql.execute("BEGIN IMMEDIATE")
            try:
                yield sql
            except BaseException:
                sql.execute("ROLLBACK")
                raise
            sql.execute("COMMIT")


def _found(sql: sqlite3.Connection, job: str) -> JobRecord:
    return _record(sql.execute(f"SELECT {FIELDS} FROM jobs WHERE id = ?", (job,)).fetchone())  # noqa: S608


def _record(row: tuple[Any, ...]) -> JobRecord:
    job, status, request, created, finished, result, reason = row
    read = None if result is None else json.loads(result)
    return JobRecord(job, status, json.loads(request), created, finished, read, reason)
