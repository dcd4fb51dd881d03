"""Nearest: what somebody may have meant by a word that there is not."""

import difflib
from collections.abc import Iterable

# As alike as a word with a letter too many, too few or in the wrong place.
ALIKE = 0.6


def nearest_of(word: str, words: Iterable[str]) -> str | None:
    """Return the word that is most like the given one, whatever its case; None where none is."""
    by_folded = {one.casefold(): one for one in words}
    folded = word.casefold()
    begun = [one for one in by_folded if folded and one.startswith(folded)]
    found = begun or difflib.get_close_matches(folded, by_folded, n=1, cutoff=ALIKE)
    return by_folded[found[0]] if found else None
