"""Flat: every vector is compared, exactly; the index of small collections.

Also what holds the few vectors that a larger index's file does not hold yet. Knows nothing of
files.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from index.types import Ids, Vector, Vectors

if TYPE_CHECKING:
    from faiss import IndexIDMap2


class FlatIndex:
    """Unit vectors under integer ids, searched by cosine."""

    def __init__(self, index: "IndexIDMap2") -> None:
        self._index = index

    @classmethod
    def of(cls, ids: Ids, vectors: Vectors) -> "FlatIndex":
        """Make an index of vectors.

        Args:
            ids: shape (n,), unique.
            vectors: shape (n, dimension), rows of length 1.
        """
        faiss = the_faiss()
        made = cls(faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1])))
        made.add(ids, vectors)
        return made

    @classmethod
    def read(cls, data: bytes) -> "FlatIndex":
        """Make an index of what `written` gave."""
        return cls(the_faiss().deserialize_index(np.frombuffer(data, dtype=np.uint8)))

    def written(self) -> bytes:
        """Return the index as bytes."""
        data: bytes = the_faiss().serialize_index(self._index).tobytes()
        return data

    @property
    def count(self) -> int:
        """Return how many vectors it holds."""
        return int(self._index.ntotal)

    @property
    def last_id(self) -> int:
        """Return the highest id in it, 0 when it is empty."""
        ids = the_faiss().vector_to_array(self._index.id_map)
        return int(ids.max()) if len(ids) else 0

    def contents(self) -> tuple[Ids, Vectors]:
        """Return its ids and vectors, shapes as in `of`."""
        ids: Ids = the_faiss().vector_to_array(self._index.id_map)
        return ids, self._index.index.reconstruct_n(0, self.count)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shapes as in `of`, under ids that are not in it yet."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def remove(self, ids: Ids) -> None:
        """Remove the vectors of some ids; those that are not in it are ignored."""
        if len(ids):
            self._index.remove_ids(the_faiss().IDSelectorBatch(ids))

    def search(
        self, query: Vector, limit: int, within: Ids | None = None
    ) -> list[tuple[int, float]]:
        """Return at most `limit` (id, cosine) pairs, best first, of the ids `within` or of all."""
        if not self.count:
            return []
        faiss = the_faiss()
        chosen = None if within is None else faiss.IDSelectorBatch(within)
        scores, ids = self._index.search(
            query[np.newaxis],
            min(limit, self.count),
            params=None if chosen is None else faiss.SearchParameters(sel=chosen),
        )
        return [
            (int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0
        ]


def the_faiss() -> Any:  # noqa: ANN401 - the module itself
    """Return FAISS, imported only where vectors are searched, and set to one thread."""
    import faiss  # noqa: PLC0415 - see above

    # One question is too small to share between threads; waking them costs more than it saves.
    faiss.omp_set_num_threads(1)
    return faiss
