"""Vectors: a FAISS index in a file, with a record beside it that tells whether it can be trusted.

The file is derived from the database and can be thrown away at any time. It is written under a
temporary name and then renamed, the record last, so that it is complete or absent; the record's
checksum catches what FAISS itself would load silently. Knows nothing of articles.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.embed import Vector, Vectors

if TYPE_CHECKING:
    from faiss import Index

FORMAT = 1
RECORD = "vectors.json"


class VectorIndex:
    """Unit vectors under integer ids, searched by cosine."""

    def __init__(self, index: "Index") -> None:
        self._index = index

    @classmethod
    def of(cls, ids: npt.NDArray[np.int64], vectors: Vectors) -> "VectorIndex":
        """Make an index of vectors.

        Args:
            ids: shape (n,), unique.
            vectors: shape (n, dimension), rows of length 1.
        """
        faiss = _faiss()
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(np.ascontiguousarray(vectors), ids)
        return cls(index)

    def search(self, query: Vector, limit: int) -> list[tuple[int, float]]:
        """Return at most `limit` (id, cosine) pairs, best first."""
        scores, ids = self._index.search(query[np.newaxis], min(limit, self._index.ntotal))
        return [
            (int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0
        ]

    def save(self, folder: Path, generation: int, model_digest: str) -> None:
        """Write the index into `folder` for one generation of the collection.

        Raises:
            OSError: it could not be written; what was there before is still there.
        """
        data = _faiss().serialize_index(self._index).tobytes()
        name = f"vectors-{generation:09d}.faiss"
        record = {
            "format": FORMAT,
            "file": name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "generation": generation,
            "model": model_digest,
            "count": self._index.ntotal,
        }
        write_atomically(folder / name, data)
        write_atomically(folder / RECORD, json.dumps(record, indent=1).encode())
        for old in folder.glob("vectors-*.faiss"):
            if old.name != name:
                # A reader that still holds the older record rebuilds from the database.
                with contextlib.suppress(OSError):
                    old.unlink()

    @classmethod
    def load(cls, folder: Path, generation: int, model_digest: str) -> "VectorIndex | str":
        """Return the saved index, or, where it cannot be trusted, the reason why not."""
        record = _read_record(folder)
        if record is None:
            return "it is missing"
        if (record.get("generation"), record.get("model")) != (generation, model_digest):
            return "it belongs to another state of the collection"
        try:
            data = (folder / str(record.get("file"))).read_bytes()
        except OSError as error:
            return f"it cannot be read ({error.strerror})"
        if hashlib.sha256(data).hexdigest() != record.get("sha256"):
            return "it is damaged"
        return cls(_faiss().deserialize_index(np.frombuffer(data, dtype=np.uint8)))


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that its name only ever stands for complete contents.

    Raises:
        OSError: it could not be written; a file of that name is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


def _faiss() -> Any:  # noqa: ANN401 - the module itself
    import faiss  # noqa: PLC0415 - only where vectors are searched

    # One question is too small to share between threads; waking them costs more than it saves.
    faiss.omp_set_num_threads(1)
    return faiss
