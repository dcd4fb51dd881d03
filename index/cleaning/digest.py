"""Digest: the other stories that stand on a page below its own.

A feed or a front page copied with a story gives each item as its text above one line, "date |
author | outlet". Knows nothing of the story above them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.cleaning.bylines import Credits, author_names, is_outlet
from index.cleaning.lines import Line
from index.cleaning.prose import is_headline, is_prose, word_count
from index.dates import find_dates

SEPARATOR = re.compile(r" ?[|•·] ?")
MAX_NAME_WORDS = 8


@dataclass(frozen=True, slots=True)
class Item:
    """A story in a digest: the places of its first line, its text and its signature.

    A headline is the first line, above the text.
    """

    start: int
    text: range
    signed: int
    credits: Credits


@dataclass(frozen=True, slots=True)
class Digest:
    """The items, and the place of the first line that is theirs, a heading above them included."""

    start: int
    items: tuple[Item, ...]


def signature(line: str) -> Credits | None:
    """Read a line "date | author | outlet" or "date | outlet", or return None if it is none.

    The last name is the outlet, as the form has it, also where the author's name has another
    paper after it: a paper may carry what a sister paper's writer wrote. A name alone fills a
    field only if it is evidently an outlet's.
    """
    when, *names = SEPARATOR.split(line)
    dates = find_dates(when)
    if len(dates) != 1 or len(dates[0].span) != len(when) or len(names) not in {1, 2}:
        return None
    if not all(name and word_count(name) <= MAX_NAME_WORDS for name in names):
        return None
    if len(names) == 1:
        return Credits(outlet=names[0] if is_outlet(names[0]) else None, published=dates[0].iso)
    return Credits(author=author_names(names[0]), outlet=names[1], published=dates[0].iso)


def find_digest(
    lines: Sequence[Line], reasons: Sequence[str | None], own: Credits | None
) -> Digest | None:
    """Find the other stories at the end of a text.

    Args:
        lines: all lines of the text.
        reasons: what furniture each line was taken for, or None.
        own: what the lines above the page's own story said, or None if that is not known yet.

    Returns:
        The digest, or None. Each of its items is prose above a signature, and no prose follows
        the last. A single signature is that of the page's own story, unless it names others.
    """
    signed = {
        place: found
        for place, line in enumerate(lines)
        if (found := signature(line.words)) is not None
    }
    places = [place for place in signed if place and is_prose(lines[place - 1].words)]
    if not places or len(places) < len(signed):
        return None
    after = range(places[-1] + 1, len(lines))
    if any(reasons[place] is None and is_prose(lines[place].words) for place in after):
        return None
    if len(places) == 1 and not (own and _is_foreign(signed[places[0]], own)):
        return None
    items = [
        _item(lines, range(above + 1, place), signed[place]) for above, place in pairwise(places)
    ]
    first = _item(lines, _block_above(lines, places[0], items), signed[places[0]])
    heading = first.start > 0 and not is_prose(lines[first.start - 1].words)
    return Digest(first.start - heading, (first, *items))


def _is_foreign(signed: Credits, own: Credits) -> bool:
    pairs = ((signed.author, own.author), (signed.outlet, own.outlet))
    return any(mine and theirs and mine != theirs for theirs, mine in pairs)


def _block_above(lines: Sequence[Line], signed: int, others: Sequence[Item]) -> range:
    """Return the lines of the first item, which is made like the others."""
    longest = max((len(other.text) for other in others), default=1)
    start = signed
    while start > 0 and signed - start < longest and is_prose(lines[start - 1].words):
        start -= 1
    titled = bool(others) and all(other.start < other.text.start for other in others)
    return range(start - (titled and start > 0 and is_headline(lines[start - 1].words)), signed)


def _item(lines: Sequence[Line], places: range, signed: Credits) -> Item:
    titled = len(places) > 1 and is_headline(lines[places.start].words)
    return Item(places.start, range(places.start + titled, places.stop), places.stop, signed)
