"""Cells: the vector index of large collections, in a file that is mapped and not read.

Vectors are sorted into cells by the nearest of some centres (an inverted file: Sivic and Zisserman
2003, "Video Google"), each kept as one byte a dimension, and a search looks into the nearest cells
only. What it gives are candidates: whoever asks compares them exactly, so that a code decides who
is compared and never a score. The file does not change; what came and went since is laid over it
(`index.layers`).

How many cells a search looks into is found by trying: the fewest that bring the share asked for of
what comparing everything finds.

A part of the file is read when it is first needed, and checked then: the head as the file is
opened, each cell as a search first looks into it. So opening costs the same whatever the size, and
a flipped bit is seen before it is used.
"""

import math
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.cells_record import CellsRecord
from index.flat import the_faiss
from index.types import Ids, Sums, Vector, Vectors

if TYPE_CHECKING:
    from faiss import IndexIVFScalarQuantizer

KIND = "IVF{cells},SQ8"
# So many cells for n vectors, times the root of n. More make a search somewhat faster, and working
# them out slower by the square.
CELLS_PER_ROOT = 3
# Vectors for each cell from which centres are worked out; more move them little and cost in turn.
TRAINED_PER_CELL = 40
ROUNDS = 10
SEED = 0
# How many more candidates than asked for are compared exactly; a byte a dimension misplaces few.
CANDIDATES = 2
# Recall is that of so many, and of so many sentences.
RECALL_AT = 10
TRIED = 400
STEP = 1.3


class DamagedError(Exception):
    """A part of a file is not what was written."""


class CellIndex:
    """Vectors by cell, from a file or on their way into one.

    Args:
        index: FAISS's.
        probes: how many cells a search looks into.
        recall, trained_on, last_id: as in `CellsRecord`.
        sums: those of the cells of a file, which are checked with them; None in memory.
    """

    def __init__(  # noqa: PLR0913 - what its file's record says of it
        self,
        index: "IndexIVFScalarQuantizer",
        *,
        probes: int,
        recall: float,
        trained_on: int,
        last_id: int,
        sums: Sums | None = None,
    ) -> None:
        self._index: Any = index  # FAISS's type says only half of what it can do
        self._lists = the_faiss().downcast_InvertedLists(index.invlists)
        self._sums = sums
        self._unseen = np.full(index.nlist, sums is not None)
        self.probes = probes
        self.recall = recall
        self.trained_on = trained_on
        self.last_id = last_id

    @classmethod
    def trained(cls, sample: Vectors, count: int) -> "CellIndex":
        """Make an empty index for about `count` vectors, of which `sample` is a fair part.

        The centres are those of spherical k-means (Dhillon and Modha 2001, "Concept decompositions
        for large sparse text data using clustering").
        """
        faiss = the_faiss()
        cells = min(cells_for(count), len(sample))
        index = faiss.index_factory(
            sample.shape[1], KIND.format(cells=cells), faiss.METRIC_INNER_PRODUCT
        )
        index.cp.seed, index.cp.niter = SEED, ROUNDS
        index.cp.min_points_per_centroid = 1  # a small sample is no reason to write to the terminal
        index.cp.max_points_per_centroid = TRAINED_PER_CELL
        index.train(np.ascontiguousarray(sample))
        return cls(index, probes=cells, recall=1.0, trained_on=count, last_id=0)

    @classmethod
    def opened(cls, file: Path, record: CellsRecord) -> "CellIndex":
        """Map a file whose head was checked.

        Raises:
            RuntimeError: FAISS cannot read it.
            ValueError: it is not the file that the record is about.
        """
        faiss = the_faiss()
        index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        # FAISS would read ahead with 32 threads for each search.
        faiss.downcast_InvertedLists(index.invlists).prefetch_nthread = 0
        if index.nlist != record.cells:
            raise ValueError(f"{index.nlist} cells are not the {record.cells} of the record")
        return cls(
            index,
            probes=record.probes,
            recall=record.recall,
            trained_on=record.trained_on,
            last_id=record.last_id,
            sums=record.checked_sums(),
        )

    @property
    def count(self) -> int:
        """Return how many vectors it holds."""
        return int(self._index.ntotal)

    @property
    def list_bytes(self) -> int:
        """Return how much of its file its cells are; they stand at the end."""
        return self.count * (int(self._index.code_size) + np.dtype(np.int64).itemsize)

    def record(self) -> CellsRecord:
        """Return what is to be known of it beside its file."""
        sums = np.array([self._sum(cell) for cell in range(self._index.nlist)], dtype="<u4")
        return CellsRecord.of(
            sums,
            probes=self.probes,
            recall=self.recall,
            trained_on=self.trained_on,
            last_id=self.last_id,
        )

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors under ids that are not in it; only where it is in memory."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)
            self.last_id = max(self.last_id, int(ids.max()))

    def in_memory(self, gone: Ids) -> "CellIndex":
        """Return a copy in memory, to which can be added, without some of its vectors.

        Raises:
            DamagedError: a cell is not what was written.
        """
        faiss = the_faiss()
        self._check(np.flatnonzero(self._unseen))
        copy = faiss.clone_index(self._index) if self._sums is None else self._read_whole()
        if len(gone):
            copy.remove_ids(faiss.IDSelectorBatch(gone))
        return CellIndex(
            copy,
            probes=self.probes,
            recall=self.recall,
            trained_on=self.trained_on,
            last_id=self.last_id,
        )

    def write(self, file: Path) -> None:
        """Write it to a file."""
        the_faiss().write_index(self._index, str(file))

    def candidates(
        self, query: Vector, limit: int, gone: Ids, within: Ids | None = None
    ) -> list[int]:
        """Return the ids of at least `limit` likely nearest, where it has so many.

        Args:
            query: shape (dimension,), of length 1.
            limit: how many are wanted.
            gone: ids that are not to be found.
            within: those that alone are; None is all. The fewer they are, the more cells are
                looked into, since each holds fewer of them.

        Raises:
            DamagedError: a cell that is to be looked into is not what was written.
        """
        probes = self.probes
        if within is not None:
            probes = -(-probes * self.count // max(1, len(within)))
        while True:
            found = self._found(query, limit * CANDIDATES, probes, gone, within)
            # What is wanted may be more than so few cells hold.
            if len(found) >= limit or probes >= self._index.nlist:
                return found
            probes *= 2

    def _found(
        self, query: Vector, limit: int, probes: int, gone: Ids, within: Ids | None
    ) -> list[int]:
        faiss = the_faiss()
        probes, limit = min(probes, int(self._index.nlist)), min(limit, self.count)
        row = np.ascontiguousarray(query[np.newaxis])
        nearness, cells = self._index.quantizer.search(row, probes)
        self._check(cells[0][self._unseen[cells[0]]])
        # FAISS keeps no references to what a selector is made of.
        without = faiss.IDSelectorBatch(gone) if len(gone) else None
        parts = [] if without is None else [faiss.IDSelectorNot(without)]
        if within is not None:
            parts.append(faiss.IDSelectorBatch(within))
        chosen = faiss.IDSelectorAnd(*parts) if len(parts) == 2 else parts[0] if parts else None
        scores = np.empty((1, limit), dtype=np.float32)
        found = np.empty((1, limit), dtype=np.int64)
        self._index.search_preassigned_c(
            1, faiss.swig_ptr(row), limit, faiss.swig_ptr(cells), faiss.swig_ptr(nearness),
            faiss.swig_ptr(scores), faiss.swig_ptr(found), False,  # noqa: FBT003 - by place only
            faiss.SearchParametersIVF(sel=chosen, nprobe=probes), None,
        )  # fmt: skip
        return [int(i) for i in found[0] if i >= 0]

    def tune(self, queries: Vectors, nearest: Ids, recall: float) -> None:
        """Set how many cells a search looks into.

        The fewest are taken with which even the lower end of the 95% interval of the recall is that
        which is asked for; all of them where there is no such number.

        Args:
            queries: shape (n, dimension), rows of length 1.
            nearest: the ids of the vectors that are truly nearest to each, shape (n, k).
            recall: the share of them that is to be among the candidates for k.
        """
        self.probes = 1
        while True:
            shares = np.array([self._share(*pair) for pair in zip(queries, nearest, strict=True)])
            self.recall = float(shares.mean())
            spread = 1.96 * float(shares.std()) / np.sqrt(len(shares))
            if self.recall - spread >= recall or self.probes >= self._index.nlist:
                return
            self.probes = min(int(self._index.nlist), max(self.probes + 1, int(self.probes * STEP)))

    def _share(self, query: Vector, nearest: Ids) -> float:
        found = self.candidates(query, len(nearest), np.empty(0, dtype=np.int64))
        return float(np.isin(nearest, found).mean())

    def _check(self, cells: Iterable[int]) -> None:
        """See that cells are what was written; each is looked at once."""
        if self._sums is None:
            return
        for cell in cells:
            if self._sum(int(cell)) != self._sums[cell]:
                raise DamagedError
            self._unseen[cell] = False

    def _sum(self, cell: int) -> int:
        faiss, size = the_faiss(), self._lists.list_size(cell)
        if not size:
            return 0
        codes = faiss.rev_swig_ptr(self._lists.get_codes(cell), size * self._index.code_size)
        ids = faiss.rev_swig_ptr(self._lists.get_ids(cell), size)
        return zlib.crc32(ids, zlib.crc32(codes))

    def _read_whole(self) -> "IndexIVFScalarQuantizer":
        """Return a copy of a mapped index whose cells are in memory."""
        faiss, old = the_faiss(), self._index
        lists = faiss.ArrayInvertedLists(old.nlist, old.code_size)
        for cell in range(old.nlist):
            size = self._lists.list_size(cell)
            if size:
                lists.add_entries(
                    cell, size, self._lists.get_ids(cell), self._lists.get_codes(cell)
                )
        copy: IndexIVFScalarQuantizer = faiss.IndexIVFScalarQuantizer(
            faiss.clone_index(old.quantizer), old.d, old.nlist, old.sq.qtype, old.metric_type
        )
        copy.sq, copy.is_trained, copy.by_residual = old.sq, True, old.by_residual
        lists.this.disown()
        copy.replace_invlists(lists, True)  # noqa: FBT003 - owned from here on; by place only
        copy.ntotal = old.ntotal
        return copy


def cells_for(count: int) -> int:
    """Return into how many cells so many vectors are parted."""
    return max(1, round(CELLS_PER_ROOT * math.sqrt(count)))


def sample_size(count: int) -> int:
    """Return how many of so many vectors the centres are worked out from."""
    return min(count, cells_for(count) * TRAINED_PER_CELL)
