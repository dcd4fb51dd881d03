"""Lists: finds the headlines of other stories that a page lists within or below its own.

A list opens with words such as "Related stories". It is told from the story by the form of its
lines, and never holds the story's prose. Knows nothing of single lines of furniture.
"""

import re
from collections.abc import Iterator, Sequence

from index.cleaning.furniture import LIST_OPENERS, LISTS, LISTS_AT_THE_END
from index.cleaning.prose import bare, is_date_line, is_headline, is_prose, word_count

# A heading between paragraphs is rarely longer; the headline of another story is rarely shorter.
MAX_HEADING_WORDS = 5
# So many words in capitals are more than a heading has.
MIN_CAPITAL_WORDS = 8
LINK = re.compile(r"(?:read|see|learn|view|show) more|continue reading|read (?:the )?full .{5,20}")


def opens_list(line: str) -> bool:
    """Tell whether a line opens a list of other stories."""
    words = bare(line)
    return words in LISTS or LIST_OPENERS.fullmatch(words) is not None


def list_entries(lines: Sequence[str], reasons: Sequence[str | None]) -> Iterator[int]:
    """Yield the places of lines that belong to lists of other stories."""
    places = [place for place, line in enumerate(lines) if bare(line)]
    prose = [place for place in places if reasons[place] is None and is_prose(lines[place])]
    teasers = set(_teasers(lines, places))
    story_end = max((place for place in prose if place not in teasers), default=-1)
    at = 0
    while at < len(places):
        head = places[at]
        at += 1
        opens = opens_list(lines[head])
        if head > story_end >= 0 and (opens or bare(lines[head]) in LISTS_AT_THE_END):
            yield from places[at - 1 :]
            return
        if opens and prose and head > prose[0]:
            entries = _entries(lines, places[at:], story_end)
            yield from entries
            at += len(entries)


def headlines_in_capitals(lines: Sequence[str], reasons: Sequence[str | None]) -> Iterator[int]:
    """Yield the places of long lines in capitals between paragraphs: links to other stories.

    A heading of the story itself is shorter, and what is quoted follows a colon.
    """
    places = [place for place, line in enumerate(lines) if reasons[place] is None and bare(line)]
    for above, place, below in zip(places, places[1:], places[2:], strict=False):
        line = lines[place]
        if line.isupper() and word_count(line) >= MIN_CAPITAL_WORDS and not is_prose(line):
            prose = (lines[above], lines[below])
            quoted = lines[above].rstrip().endswith(":")
            if not quoted and all(is_prose(one) and not one.isupper() for one in prose):
                yield place


def _teasers(lines: Sequence[str], places: Sequence[int]) -> Iterator[int]:
    """Yield sentences under a headline and above a date or a link: summaries of other stories."""
    for above, place, below in zip(places, places[1:], places[2:], strict=False):
        closes = is_date_line(lines[below]) or LINK.fullmatch(bare(lines[below]))
        if closes and is_prose(lines[place]) and is_headline(lines[above]):
            yield place


def _entries(lines: Sequence[str], places: Sequence[int], story_end: int) -> list[int]:
    """Return the places of a list's entries where the story goes on after the list.

    A list whose lines follow each other closely ends at an empty line. Without one it ends before
    the first line that is no headline, nor a label or a date under one.
    """
    entries: list[int] = []
    close = False
    for at, place in enumerate(places):
        if place > story_end or is_prose(lines[place]):
            break
        gap = bool(entries) and place > entries[-1] + 1
        if close and gap:
            return entries
        below = lines[places[at + 1]] if at + 1 < len(places) else ""
        label = (close or not gap or is_date_line(below)) and not lines[place].rstrip().endswith(
            ":"
        )
        if not (is_headline(lines[place]) or is_date_line(lines[place]) or label):
            break
        close = close or (bool(entries) and not gap)
        entries.append(place)
    return entries[:-1] if _ends_in_heading(lines, entries) else entries


def _ends_in_heading(lines: Sequence[str], entries: Sequence[int]) -> bool:
    """Tell whether the last line of a list heads the prose below, being far shorter than all."""
    if len(entries) < 2 or is_date_line(lines[entries[-1]]):
        return False
    *others, last = (word_count(lines[entry]) for entry in entries)
    return last <= MAX_HEADING_WORDS < min(others)
