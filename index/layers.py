"""Layers: what came and went since a file of cells was written, laid over it.

The file stays as it is. What came since is compared exactly, what went is passed over; both are
few, or the file would have been written anew. Knows nothing of where vectors come from.
"""

import numpy as np

from index.cells import CellIndex
from index.flat import FlatIndex
from index.types import Ids, Vector, Vectors


class LayeredIndex:
    """A file of cells and what has changed since.

    Args:
        base: the file's index.
        dimension: the length of its vectors.
    """

    def __init__(self, base: CellIndex, dimension: int) -> None:
        self.base = base
        self._dimension = dimension
        self._gone: Ids = np.empty(0, dtype=np.int64)
        self._later = self._nothing()

    @property
    def last_id(self) -> int:
        """Return the highest id that was ever in it."""
        return max(self.base.last_id, self._later.last_id)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors under ids above `last_id`."""
        self._later.add(ids, vectors)

    def remove(self, ids: Ids) -> None:
        """Remove the vectors of some ids; those that are not in it are ignored."""
        self._later.remove(ids)
        self._gone = np.union1d(self._gone, ids[ids <= self.base.last_id])

    def candidates(self, query: Vector, limit: int, within: Ids | None = None) -> list[int]:
        """Return the ids of likely nearest, to be compared exactly.

        Args and errors are those of `CellIndex.candidates`.
        """
        later = [i for i, _ in self._later.search(query, limit, within)]
        return later + self.base.candidates(query, limit, self._gone, within)

    def merged(self) -> CellIndex:
        """Return all of it as one index in memory.

        Raises:
            DamagedError: a cell is not what was written.
        """
        merged = self.base.in_memory(self._gone)
        merged.add(*self._later.contents())
        return merged

    def _nothing(self) -> FlatIndex:
        return FlatIndex.of(
            np.empty(0, dtype=np.int64), np.empty((0, self._dimension), dtype=np.float32)
        )
