"""Vectors: a FAISS index in a file, with a record beside it that tells whether it can be trusted.

The file is derived from the database and can be thrown away at any time. It is written under a
temporary name and then renamed, the record last, so that it is complete or absent; the record's
checksum catches what FAISS itself would load silently. Knows nothing of articles.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.types import Vector, Vectors

if TYPE_CHECKING:
    from faiss import IndexIDMap2

FORMAT = 3
TEMPORARY = ".dateline-"
ABANDONED_SECONDS = 3600
RECORD = "vectors.json"
FILE_MODE = 0o666
Ids = npt.NDArray[np.int64]
"""Shape (n,)."""


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

    @classmethod
    def of(cls, folder: Path) -> "Checkpoint | None":
        """Return what the file in a folder holds, by its record."""
        record = _read_record(folder)
        return None if record is None else record[0]


class VectorIndex:
    """Unit vectors under integer ids, searched by cosine."""

    def __init__(self, index: "IndexIDMap2") -> None:
        self._index = index

    @classmethod
    def of(cls, ids: Ids, vectors: Vectors) -> "VectorIndex":
        """Make an index of vectors.

        Args:
            ids: shape (n,), unique.
            vectors: shape (n, dimension), rows of length 1.
        """
        faiss = _faiss()
        made = cls(faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1])))
        made.add(ids, vectors)
        return made

    @property
    def count(self) -> int:
        """Return how many vectors it holds."""
        return int(self._index.ntotal)

    @property
    def last_id(self) -> int:
        """Return the highest id in it, 0 when it is empty."""
        ids = _faiss().vector_to_array(self._index.id_map)
        return int(ids.max()) if len(ids) else 0

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shapes as in `of`, under ids that are not in it yet."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def remove(self, ids: Ids) -> None:
        """Remove the vectors of some ids; those that are not in it are ignored."""
        if len(ids):
            self._index.remove_ids(_faiss().IDSelectorBatch(ids))

    def search(
        self, query: Vector, limit: int, within: Ids | None = None
    ) -> list[tuple[int, float]]:
        """Return at most `limit` (id, cosine) pairs, best first, of the ids `within` or of all."""
        faiss = _faiss()
        chosen = None if within is None else faiss.IDSelectorBatch(within)
        scores, ids = self._index.search(
            query[np.newaxis],
            min(limit, self.count),
            params=None if chosen is None else faiss.SearchParameters(sel=chosen),
        )
        return [
            (int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0
        ]

    def save(self, folder: Path, at: Checkpoint) -> None:
        """Write the index into `folder`.

        Raises:
            OSError: it could not be written; what was there before is still there.
        """
        data = _faiss().serialize_index(self._index).tobytes()
        name = f"vectors-{at.generation:09d}.faiss"
        record = {"format": FORMAT, "file": name, "sha256": hashlib.sha256(data).hexdigest()}
        _sweep(folder)
        write_atomically(folder / name, data)
        write_atomically(folder / RECORD, json.dumps(record | asdict(at), indent=1).encode())
        for old in folder.glob("vectors-*.faiss"):
            if old.name != name:
                # A reader that still holds the older record rebuilds from the database.
                with contextlib.suppress(OSError):
                    old.unlink()

    @classmethod
    def load(cls, folder: Path) -> "tuple[Checkpoint, VectorIndex] | str":
        """Return the saved index and its state, or the reason why it cannot be used."""
        found = _read_record(folder)
        if found is None:
            return "it is missing"
        at, file, checksum = found
        try:
            data = (folder / file).read_bytes()
        except OSError as error:
            return f"it cannot be read ({error.strerror})"
        if hashlib.sha256(data).hexdigest() != checksum:
            return "it is damaged"
        return at, cls(_faiss().deserialize_index(np.frombuffer(data, dtype=np.uint8)))


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that its name only ever stands for complete contents.

    Raises:
        OSError: it could not be written; a file of that name is as it was.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(FILE_MODE & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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


def _read_record(folder: Path) -> tuple[Checkpoint, str, str] | None:
    """Return what the record says: the state, the file's name and its checksum."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        if record["format"] != FORMAT:
            return None
        at = Checkpoint(
            *(int(record["generation"]), str(record["mark"]), str(record["model"])),
            *(int(record["dimension"]), int(record["count"])),
        )
        return at, str(record["file"]), str(record["sha256"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _faiss() -> Any:  # noqa: ANN401 - the module itself
    import faiss  # noqa: PLC0415 - only where vectors are searched

    # One question is too small to share between threads; waking them costs more than it saves.
    faiss.omp_set_num_threads(1)
    return faiss
