"""Rows: vectors as they stand in the database."""

import numpy as np

from index.sqlite.database import SqliteDatabase
from index.types import Ids, Vectors

# How many values SQLite surely takes in one statement.
MAX_MARKS = 500


def vectors_between(
    database: SqliteDatabase, after: int, last: int | None, limit: int, dimension: int
) -> tuple[Ids, Vectors]:
    """Return the ids above `after`, up to `last`, at most `limit` of them, and their vectors.

    A passage's id is never used twice and only grows: what is newer has a higher one.

    Raises:
        StoreError: a vector does not have the model's length.
    """
    up_to = "" if last is None else "AND id <= ?"
    rows = database.sql.execute(
        f"SELECT id, vector FROM passages WHERE id > ? {up_to} ORDER BY id LIMIT ?",  # noqa: S608
        (after, limit) if last is None else (after, last, limit),
    ).fetchall()
    return _read(database, rows, dimension)


def vectors_of(database: SqliteDatabase, ids: Ids, dimension: int) -> tuple[Ids, Vectors]:
    """Return those of some ids that are there, in the order of ids, and their vectors.

    Raises:
        StoreError: a vector does not have the model's length.
    """
    rows: list[tuple[int, bytes]] = []
    wanted = np.unique(ids).tolist()
    for start in range(0, len(wanted), MAX_MARKS):
        part = wanted[start : start + MAX_MARKS]
        marks = ", ".join("?" * len(part))
        rows += database.sql.execute(
            f"SELECT id, vector FROM passages WHERE id IN ({marks}) ORDER BY id",  # noqa: S608
            part,
        )
    return _read(database, rows, dimension)


def _read(
    database: SqliteDatabase, rows: list[tuple[int, bytes]], dimension: int
) -> tuple[Ids, Vectors]:
    data = b"".join(row[1] for row in rows)
    try:
        vectors = np.frombuffer(data, dtype="<f4").reshape(len(rows), dimension)
    except ValueError as error:
        raise database.damaged("its vectors do not have the model's length") from error
    return np.array([row[0] for row in rows], dtype=np.int64), vectors
