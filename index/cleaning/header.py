"""Header: the lines above a story become its title and credits.

Reads down to the story's first paragraph, and over a standfirst to the byline below it. A headline
that comes twice is the title; else it is the first line that reads like one. Knows nothing of
what stands below.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from index.cleaning.bylines import Credits, is_labelled, is_outlet, read_credits
from index.cleaning.lines import Line
from index.cleaning.prose import bare, is_date_line, is_prose, letters, word_count

MIN_TITLE_WORDS = 4
MAX_TITLE_CHARS = 300
# The lines about a story stand among its first ones.
HEADER_LINES = 20
# In a text without a sentence its first lines may give a title.
TITLE_LINES = 12
# A standfirst has at most so many paragraphs, and the byline is within so many lines of it.
STANDFIRST_PARAGRAPHS = 2
LINES_BELOW_STANDFIRST = 4
MAX_SITE_NAME_WORDS = 5
SITE_MARKS = re.compile(r" (?:\|\|?|::?|»|–|—|-|•|·) ")
SURE_MARKS = frozenset((" | ", " || ", " :: ", " » "))
NO_TITLE = re.compile(r"[.:,;][\"'”’»]*$|^[QA][:.] |^\W*$")

ABOUT = "a line about the story, such as its byline or date"
A_LABEL = "a label of the page"
THE_TITLE = "the title"
AGAIN = "the title once more"


@dataclass(slots=True)
class Header:
    """What the lines above a story gave: `reasons` has every line that is no part of its text."""

    told: Credits = field(default_factory=Credits)
    reasons: dict[int, str] = field(default_factory=dict)


def read_header(lines: Sequence[Line], reasons: Sequence[str | None]) -> Header:
    """Read the lines above a story.

    Args:
        lines: all lines of the text.
        reasons: what furniture each line was taken for, or None.

    Returns:
        The title and credits, and the lines that gave them or that are labels between them. A text
        without a sentence has no header: it may be anything.
    """
    start = first_paragraph(lines, reasons)
    if start is None:
        return Header()
    above = range(max(0, start - HEADER_LINES), start)
    below = range(start, min(len(lines), start + LINES_BELOW_STANDFIRST + 1))
    by_place = {
        place: found
        for place in (*above, *below)
        if reasons[place] is None and (found := _credits(lines[place])) is not None
    }
    free = [
        place
        for place in sorted({0, *above})
        if place < start and reasons[place] is None and place not in by_place
    ]
    title = _title(lines, free, by_place, below)
    end = _end(lines, reasons, by_place, below, title)
    by_place = {place: found for place, found in by_place.items() if place < end}
    if not any(found.outlet for found in by_place.values()):
        by_place |= _outlet_line(lines, free, by_place, title)
    if title is None and start == 0 and 1 in by_place and _may_be_title(lines[0].words):
        title = lines[0].words
    header = Header()
    for found in by_place.values():
        header.told = header.told.filled_from(found)
    header.told = replace(header.told, title=title)
    _sort_out(lines[:end], by_place, header)
    return header


def first_long(lines: Sequence[Line]) -> str | None:
    """Return the first line near the top that is long enough for a headline."""
    for line in lines[:TITLE_LINES]:
        if word_count(line.words) >= MIN_TITLE_WORDS and len(line.words) <= MAX_TITLE_CHARS:
            return line.words
    return None


def first_paragraph(lines: Sequence[Line], reasons: Sequence[str | None]) -> int | None:
    """Return the place of the first sentence that is story, or None if there is none."""
    for place, (line, reason) in enumerate(zip(lines, reasons, strict=True)):
        if reason is None and is_prose(line.words) and not is_labelled(line.words):
            return place
    return None


def site_title(written: str, others: Sequence[str] = (), outlet: str | None = None) -> str:
    """Return a page's title without the name of the site, as in "Ties froze | Harbour Ledger".

    The outlet's name goes from either end. What else follows a mark goes if the headline stands
    alone among `others`; where the outlet is not known, so does what follows a mark that is no
    dash, as a dash may be part of a headline.
    """
    marks = [*SITE_MARKS.finditer(written)] if len(written) <= MAX_TITLE_CHARS else []
    if not marks:
        return written
    mark = marks[-1]
    headline, site = written[: mark.start()], written[mark.end() :]
    if outlet is not None and letters(site) == letters(outlet):
        return site_title(headline, others, outlet)
    if outlet is not None and letters(written[: marks[0].start()]) == letters(outlet):
        return site_title(written[marks[0].end() :], others, outlet)
    if word_count(headline) < MIN_TITLE_WORDS or word_count(site) > MAX_SITE_NAME_WORDS:
        return written
    sure = outlet is None and mark.group() in SURE_MARKS
    if sure or bare(headline) in {bare(other) for other in others}:
        return site_title(headline, others, outlet)
    return written


def _credits(line: Line) -> Credits | None:
    if is_prose(line.words) and not is_labelled(line.words):
        return None
    return read_credits(line.words)


def _title(
    lines: Sequence[Line], free: Sequence[int], by_place: dict[int, Credits], below: range
) -> str | None:
    """Return the headline: one that comes twice near the top, else the first above the story."""
    near = [lines[place].words for place in (*free, *below)]
    labelled = next((found.title for found in by_place.values() if found.title), None)
    outlet = next((found.outlet for found in by_place.values() if found.outlet), None)
    if labelled is not None:
        return site_title(labelled, near, outlet)
    found = [
        site_title(lines[place].words, near, outlet)
        for place in free
        if _may_be_title(lines[place].words)
    ]
    again = (title for title in found if max(_times(title, near), _times(title, found)) > 1)
    return next(again, next(iter(found), None))


def _outlet_line(
    lines: Sequence[Line], free: Sequence[int], by_place: dict[int, Credits], title: str | None
) -> dict[int, Credits]:
    """Return the line that is an outlet's name alone and stands beside a byline or a date."""
    for place in free:
        words = lines[place].words
        beside = not by_place.keys().isdisjoint((place - 1, place + 1))
        if beside and words != title and is_outlet(words):
            return {place: Credits(outlet=words)}
    return {}


def _times(title: str, lines: Sequence[str]) -> int:
    return sum(bare(line) == bare(title) for line in lines)


def _may_be_title(words: str) -> bool:
    count = word_count(words)
    small = any(word.islower() for word in words.split())
    enough = count >= MIN_TITLE_WORDS or (count == MIN_TITLE_WORDS - 1 and small)
    return enough and len(words) <= MAX_TITLE_CHARS and not NO_TITLE.search(words)


def _end(
    lines: Sequence[Line],
    reasons: Sequence[str | None],
    by_place: dict[int, Credits],
    below: range,
    title: str | None,
) -> int:
    """Return the place after the last line about the story, looking over a standfirst."""
    end, paragraphs = below.start, 0
    days = [place for place in below if place in by_place and is_date_line(lines[place].words)]
    if days and _is_chronicle(lines, reasons, by_place, below):
        by_place = {place: found for place, found in by_place.items() if place not in days}
    for place in below:
        words = lines[place].words
        if place in by_place or (title is not None and bare(words) == bare(title)):
            end = place + 1
        paragraphs += is_prose(words)
        if paragraphs > STANDFIRST_PARAGRAPHS:
            break
    return end


def _is_chronicle(
    lines: Sequence[Line],
    reasons: Sequence[str | None],
    by_place: dict[int, Credits],
    below: range,
) -> bool:
    """Tell whether a date below the first paragraph heads what follows it, and is not the story's.

    It does so where another such date follows, or where the story's date was above already.
    """
    if any(found.published for place, found in by_place.items() if place < below.start):
        return True
    dates = (
        place
        for place in range(below.start, len(lines))
        if reasons[place] is None and is_date_line(lines[place].words)
    )
    return len(list(islice(dates, 2))) > 1


def _sort_out(lines: Sequence[Line], by_place: dict[int, Credits], header: Header) -> None:
    """Note why each line above the story is no part of its text; a standfirst stays in it."""
    title, outlet = header.told.title, header.told.outlet
    titled = [
        place
        for place, line in enumerate(lines)
        if title is not None and _is_title(line.words, title, outlet)
    ]
    last = max([*by_place, *titled], default=-1)
    menu = titled[0] if titled and len(lines) > HEADER_LINES else 0
    for place, line in enumerate(lines):
        if place in titled:
            header.reasons[place] = AGAIN if place > titled[0] else THE_TITLE
        elif place in by_place:
            header.reasons[place] = ABOUT
        elif place < menu or (place < last and _is_label(line.words)):
            header.reasons[place] = A_LABEL


def _is_label(words: str) -> bool:
    return not is_prose(words) and not _may_be_title(words)


def _is_title(words: str, title: str, outlet: str | None) -> bool:
    return bare(title) in {bare(words), bare(site_title(words, [title], outlet))}
