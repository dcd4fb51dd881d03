"""Sizing: how a collection's size decides on its vector index."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizing:
    """From which sizes on which index is used, and when its file is written anew.

    Attributes:
        flat_up_to: up to so many passages every vector is compared, which takes some 3 ms then.
        least_changes, changed_share: the file is written anew when so many passages, and this share
            of all, came or went since it was written.
        most_changes: so many are enough where the file holds cells, since what came since is
            compared one by one.
        outgrown: the cells are worked out anew when there are so many times the passages that they
            were worked out for.
        recall: the share of the 10 truly nearest that a search is to find.
    """

    flat_up_to: int = 50_000
    least_changes: int = 1_000
    changed_share: float = 0.125
    most_changes: int = 16_384
    outgrown: float = 2.0
    recall: float = 0.98

    def changes_kept(self, passages: int, *, flat: bool) -> float:
        """Return how many changes may wait until the file is written anew."""
        kept = max(self.least_changes, self.changed_share * passages)
        return kept if flat else min(kept, self.most_changes)

    def needs_cells(self, passages: int, trained_on: int | None) -> bool:
        """Tell whether cells are to be worked out.

        Args:
            passages: how many there are.
            trained_on: for how many the cells that there are were worked out; None of a flat index.
        """
        if trained_on is None:
            return passages > self.flat_up_to
        return passages > self.outgrown * trained_on
