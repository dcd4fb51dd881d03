"""CellsRecord: what is to be known of a file of cells beside the file, as values and as JSON."""

import base64
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from index.types import Sums


@dataclass(frozen=True, slots=True)
class CellsRecord:
    """What is to be known of a file of cells beside the file.

    Attributes:
        cells: into how many it is parted.
        probes: how many of them a search looks into.
        recall: the share of the true nearest that this brought when it was tried.
        trained_on: how many vectors there were when the centres were worked out.
        last_id: the highest id in it.
        sums: the CRC-32 of each cell, shape (cells,) of little-endian uint32, in base64.
    """

    cells: int
    probes: int
    recall: float
    trained_on: int
    last_id: int
    sums: str

    @classmethod
    def of(
        cls, sums: Sums, *, probes: int, recall: float, trained_on: int, last_id: int
    ) -> "CellsRecord":
        """Make a record; `sums` has shape (cells,)."""
        packed = base64.b64encode(sums.astype("<u4").tobytes()).decode()
        return cls(len(sums), probes, recall, trained_on, last_id, packed)

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> "CellsRecord":  # noqa: ANN401 - whatever the file holds
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        return cls(
            *(int(value["cells"]), int(value["probes"]), float(value["recall"])),
            *(int(value["trained_on"]), int(value["last_id"]), str(value["sums"])),
        )

    def checked_sums(self) -> Sums:
        """Return the sums as numbers, shape (cells,).

        Raises:
            ValueError: they are not those of so many cells.
        """
        sums = np.frombuffer(base64.b64decode(self.sums, validate=True), dtype="<u4")
        if len(sums) != self.cells:
            raise ValueError(f"{len(sums)} sums are not those of {self.cells} cells")
        return sums
