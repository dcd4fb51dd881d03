"""HTML shown: the lines between a page's headline and its story give what its metadata does not.

These are the date and byline that a reader sees. A date counts where it is the only one there, or
the only one with a label such as "Published". Knows nothing of metadata.
"""

from collections.abc import Iterable, Iterator, Sequence

from index.cleaning.bylines import (
    BY,
    DATE_LABEL,
    MAX_LINE_CHARS,
    SEPARATOR,
    Credits,
    is_labelled,
    read_credits,
)
from index.cleaning.furniture import ADVERTISING, COMMENTS, COOKIES, LIST, NAVIGATION, SIGN_UP
from index.cleaning.prose import is_prose, letters
from index.dates import find_dates
from index.formats.html_blocks import Page
from index.formats.html_furniture import ASIDE, CAPTION, FOOTER, HIDDEN

# A date stands so near above the headline, in blocks, and the story so near below it.
ABOVE = 3
FAR = 25
# Above the headline a page may also say what day it is; there a date is named for what it is.
DATED = frozenset("date datetime timestamp published posted pubdate datepublished byline".split())
ELSEWHERE = frozenset(
    (ADVERTISING, COMMENTS, COOKIES, LIST, NAVIGATION, SIGN_UP, ASIDE, CAPTION, FOOTER, HIDDEN)
)


def read_shown(page: Page, chosen: Sequence[str | None], titles: frozenset[str]) -> Credits:
    """Return the author and the dates that stand by the headline; all else is None.

    Args:
        page: the page, taken apart.
        chosen: for each of its blocks None where it is story, or why it is not.
        titles: the forms of the story's title, as `letters` gives them.
    """
    found = [
        (line, told)
        for line in _lines(page, chosen, titles)
        if (told := read_credits(line)) is not None
    ]
    authors = (told.author for line, told in found if told.author and _is_byline(line))
    published = [(line, told.published) for line, told in found if told.published]
    return Credits(
        author=next(authors, None),
        published=_only(date for _, date in published)
        or _only(date for line, date in published if _is_labelled_date(line)),
        updated=_only(told.updated for _, told in found if told.updated),
    )


def _lines(page: Page, chosen: Sequence[str | None], titles: frozenset[str]) -> Iterator[str]:
    """Yield the lines near the headline, as far as the story's first paragraph."""
    start = next((place for place, reason in enumerate(chosen) if reason is None), 0)
    above = range(max(0, start - FAR), start)
    headline = next((n for n in reversed(above) if letters(page.blocks[n].text) in titles), None)
    if headline is None:
        return
    for place in range(max(0, headline - ABOVE), start):
        block = page.blocks[place]
        if chosen[place] in ELSEWHERE:
            continue
        for line in block.text.split("\n"):
            if len(line) > MAX_LINE_CHARS or is_prose(line):
                continue
            named = not DATED.isdisjoint(page.nodes[block.node].words)
            if place > headline or named or _is_labelled_date(line):
                yield line


def _only(dates: Iterable[str]) -> str | None:
    """Return the one date that is given, as precisely as it is given; None if there are more."""
    by_length = sorted(dates, key=len)
    alike = all(by_length[-1].startswith(date) for date in by_length)
    return by_length[-1] if by_length and alike else None


def _is_labelled_date(line: str) -> bool:
    if is_labelled(line):
        return True
    starts = (date.span.start for date in find_dates(line))
    return any(DATE_LABEL.search(line[:start].rstrip()) for start in starts)


def _is_byline(line: str) -> bool:
    parts = (line, *SEPARATOR.split(line))
    return any(BY.fullmatch(part) or is_labelled(part) for part in parts)
