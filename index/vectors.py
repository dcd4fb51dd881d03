"""Vectors: an index in a file, with a record beside it that tells whether it can be trusted.

The file is derived from the database and can be thrown away at any time. It is written under a
temporary name and then renamed, the record last, so that it is complete or absent; the record's
checksums catch what FAISS itself would load silently. A flat index is read and checked whole. One
of cells is mapped: its head is checked here, each cell when it is first looked into
(`index.cells`). Knows nothing of articles.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from index.cells import CellIndex
from index.cells_record import CellsRecord
from index.flat import FlatIndex

FORMAT = 4
TEMPORARY = ".dateline-"
ABANDONED_SECONDS = 3600
RECORD = "vectors.json"
LOCK = "vectors.lock"
PUBLISHING_SECONDS = 30
FILE_MODE = 0o666


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which state of a collection an index holds.

    Attributes:
        generation, mark: the change that made that state; no two changes have one mark.
        model: the digest of the model whose vectors they are.
        dimension, count: their length and number.
    """

    generation: int
    mark: str
    model: str
    dimension: int
    count: int


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of the file.

    Attributes:
        at: what it holds.
        file: its name.
        size: its length in bytes.
        head: how much of it is checked before it is used, the whole of a flat index.
        sha256: the checksum of the head, in hex.
        cells: what else is to be known of one of cells; None of a flat one.
    """

    at: Checkpoint
    file: str
    size: int
    head: int
    sha256: str
    cells: CellsRecord | None

    @classmethod
    def of(cls, folder: Path) -> "Record | None":
        """Return the record in a folder; None where it is missing or cannot be read."""
        try:
            content = json.loads((folder / RECORD).read_text("utf-8"))
            if content["format"] != FORMAT:
                return None
            cells = content["cells"]
            return cls(
                Checkpoint(
                    *(int(content["generation"]), str(content["mark"]), str(content["model"])),
                    *(int(content["dimension"]), int(content["count"])),
                ),
                *(str(content["file"]), int(content["size"]), int(content["head"])),
                str(content["sha256"]),
                None if cells is None else CellsRecord.from_json(cells),
            )
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def written(self) -> bytes:
        """Return the record as a file's contents."""
        cells = None if self.cells is None else self.cells.to_json()
        content = {"format": FORMAT, "file": self.file, "size": self.size, "head": self.head}
        content |= {"sha256": self.sha256, **asdict(self.at), "cells": cells}
        return json.dumps(content, indent=1).encode()


def save(
    folder: Path,
    at: Checkpoint,
    index: FlatIndex | CellIndex,
    *,
    instead_of: Record | None = None,
) -> None:
    """Write an index into `folder`, in place of what is there.

    Args:
        folder: the data folder.
        at: what the index holds.
        index: what is written.
        instead_of: the record that the index goes on from. Where another has been written since,
            that one stays; None takes the place of any.

    Raises:
        OSError: it could not be written; what was there before is still there.
    """
    _sweep(folder)
    with _temporary(folder) as temporary:
        if isinstance(index, FlatIndex):
            temporary.write_bytes(index.written())
            behind, cells = 0, None
        else:
            index.write(temporary)
            behind, cells = index.list_bytes, index.record()
        _sync(temporary)
        size = temporary.stat().st_size
        digest = _head_sha256(temporary, size - behind)
        name = f"vectors-{at.generation:09d}-{digest[:8]}.faiss"
        record = Record(at, name, size, size - behind, digest, cells)
        with _publishing(folder):
            if instead_of is not None and Record.of(folder) not in {instead_of, None}:
                return
            temporary.replace(folder / name)
            write_atomically(folder / RECORD, record.written())
            for old in folder.glob("vectors-*.faiss"):
                if old.name != name:
                    # Whoever has it open keeps it.
                    with contextlib.suppress(OSError):
                        old.unlink()


def load(folder: Path) -> tuple[Record, FlatIndex | CellIndex] | str:
    """Return the saved index with its record, or the reason why it cannot be used."""
    record = Record.of(folder)
    if record is None:
        return "it is missing"
    loaded = _loaded(folder, record)
    if isinstance(loaded, str):
        newer = Record.of(folder)  # written since, and the older file taken away
        if newer is not None and newer != record:
            record, loaded = newer, _loaded(folder, newer)
    return loaded if isinstance(loaded, str) else (record, loaded)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that its name only ever stands for complete contents.

    Raises:
        OSError: it could not be written; a file of that name is as it was.
    """
    with _temporary(path.parent) as temporary:
        temporary.write_bytes(data)
        _sync(temporary)
        temporary.replace(path)


def _loaded(folder: Path, record: Record) -> FlatIndex | CellIndex | str:
    file = folder / record.file
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            head = opened.read(record.head)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if size != record.size or hashlib.sha256(head).hexdigest() != record.sha256:
        return "it is damaged"
    if record.cells is None:
        return FlatIndex.read(head)
    try:
        return CellIndex.opened(file, record.cells)
    except (RuntimeError, ValueError):
        return "it is damaged"


def _head_sha256(file: Path, length: int) -> str:
    with file.open("rb") as opened:
        return hashlib.sha256(opened.read(length)).hexdigest()


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """Return a context with a new file to be renamed; it is removed where it was not."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=TEMPORARY)
    os.close(handle)
    temporary = Path(name)
    try:
        temporary.chmod(FILE_MODE & ~_umask())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


@contextlib.contextmanager
def _publishing(folder: Path) -> Iterator[None]:
    """Return a context in which no other process publishes a file here.

    Raises:
        OSError: another has been at it for long, or the folder cannot be written.
    """
    with locked(folder / LOCK, PUBLISHING_SECONDS) as alone:
        if not alone:
            raise OSError("another process is writing it")
        yield


@contextlib.contextmanager
def locked(file: Path, seconds: float) -> Iterator[bool]:
    """Return a context that tells whether this process alone is in it, after waiting so long.

    SQLite holds the lock, since it does so on every system, and lets go of it with the process.
    """
    lock = sqlite3.connect(file, timeout=seconds, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        yield False
    else:
        yield True
    finally:
        lock.close()


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sweep(folder: Path) -> None:
    """Remove what writers that were killed have left behind."""
    for left in folder.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                left.unlink()
