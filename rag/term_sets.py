"""Term sets: which of a question's few terms a text holds, as a number with a bit for each term.

Sets are then joined by `|`, and what each weighs is added up once, however many sentences hold it.
"""

from collections.abc import Container, Iterable, Mapping


class TermSets:
    """The sets of some weighted terms.

    Args:
        weights: what each term weighs.

    Attributes:
        bits: the set that is each term alone.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.bits = {term: 1 << place for place, term in enumerate(weights)}
        self._weights = [*weights.values()]
        self._known: dict[int, float] = {}

    def of(self, text: Container[str]) -> int:
        """Return the terms that are in a text's."""
        return sum([bit for term, bit in self.bits.items() if term in text])

    def weight(self, held: int) -> float:
        """Return what a set weighs."""
        if held not in self._known:
            self._known[held] = sum(w for n, w in enumerate(self._weights) if held >> n & 1)
        return self._known[held]

    def share(self, held: int, among: int | None = None) -> float:
        """Return what a set weighs as a share of all terms, or of those `among` them.

        None of no weight at all is no share of anything.
        """
        among = (1 << len(self._weights)) - 1 if among is None else among
        total = self.weight(among)
        return self.weight(held & among) / total if total else 0.0

    def heaviest(self, held: Iterable[int]) -> float:
        """Return what the heaviest of several sets weighs."""
        return max(map(self.weight, {*held}), default=0.0)
