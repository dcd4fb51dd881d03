"""HTML outlet: the name of the paper or site that a page is of.

Metadata often has a handle ("harbourledger") where the name is meant. The name is then taken from
where the page shows it: in its title, on its logo, in its line of copyright. It fills the field
only if it says the same as the handle or the host, or if two of these places agree.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from index.cleaning.header import SITE_MARKS, SURE_MARKS
from index.cleaning.prose import letters
from index.formats.html_json_ld import text_of

MAX_IMAGES = 500
MAX_PIECES = 20_000
MAX_PIECE = 300
MAX_NAME = 60
NO_NAME = re.compile(r"(?:https?:|www\.|@)", re.IGNORECASE)
TOP_LEVEL = re.compile(r"\.[a-z]{2,6}(?:\.[a-z]{2})?$", re.IGNORECASE)
LOGO = re.compile(r"(?:['’]s)?\W*\blogo\b\W*", re.IGNORECASE)
MARK = re.compile(r"[©ⓒ]|\(c\)|copyright", re.IGNORECASE)
COPYRIGHT = re.compile(
    r"(?:copyright)?(?:[\s©ⓒ]|\(c\)){0,4}(?:[12][0-9]{3}(?:\s?[-–—]\s?[12][0-9]{3})?)?[\s,]{0,3}"
    r"(?:by )?(?P<name>[^,|(\n]{2,60}?)(?:\.\s|\.?$|\s?[,|(]|\s+all rights)",
    re.IGNORECASE,
)
COLON = ": "
BESIDE = re.compile(rf"{SITE_MARKS.pattern}|{COLON}")


def outlet_name(
    said: Iterable[str | None],
    root: etree._Element,
    titles: Sequence[str],
    headings: Sequence[str],
    address: str | None,
) -> str | None:
    """Return the name of a page's outlet, or None if the page does not say it.

    Args:
        said: the names that metadata gives, the best first.
        root: the page.
        titles: the forms of its title, with or without the outlet's name.
        headings: its headings, which are without it.
        address: where it stands.
    """
    names = [_first_part(name) for name in said if name and not NO_NAME.match(name)]
    proper = next((name for name in names if not _is_handle(name)), None)
    if proper is not None:
        return proper
    known = {_key(name) for name in names} | ({_host_key(address)} if address else set())
    in_title = [name for title in titles for name in _around_headline(title, headings)]
    shown = [name for name in _shown(root) if not _is_handle(name)]
    for name in (*in_title, *shown):
        if _key(name) in known and not _is_handle(name):
            return name
    agreed = {_key(name) for name in shown}
    confirmed = (name for name in in_title if _key(name) in agreed)
    return names[0] if names else next(confirmed, None)


def without_prefix(title: str, outlet: str | None) -> str:
    """Return a title without the outlet's name and a colon before it."""
    site, colon, headline = title.partition(COLON)
    named = outlet is not None and colon and headline and letters(site) == letters(outlet)
    return headline if named else title


def _first_part(name: str) -> str:
    """Return what stands before a mark, as in "Harbour Ledger | harbourledger.com"."""
    mark = next((m for m in SITE_MARKS.finditer(name) if m.group() in SURE_MARKS), None)
    return name[: mark.start()] if mark and mark.start() else name


def _is_handle(name: str) -> bool:
    return name.islower() and not any(map(str.isspace, name))


def _key(name: str) -> str:
    """Return what two forms of a name have in common: no "The", no ".com"."""
    bare = letters(TOP_LEVEL.sub("", name.strip()))
    return bare.removeprefix("the") or bare


def _host_key(address: str) -> str:
    return _key((urlsplit(address).hostname or "").removeprefix("www."))


def _around_headline(title: str, headings: Sequence[str]) -> Iterator[str]:
    """Yield what a title has beside the headline, where that stands alone as a heading."""
    if len(title) > MAX_PIECE:
        return
    forms = {letters(heading) for heading in headings if heading}
    for mark in BESIDE.finditer(title):
        before, after = title[: mark.start()], title[mark.end() :]
        if letters(after) in forms:
            yield before
        if letters(before) in forms and mark.group() != COLON:
            yield after


def _shown(root: etree._Element) -> Iterator[str]:
    """Yield the names on the page's logos and in its lines of copyright."""
    for image in islice(root.iter("img"), MAX_IMAGES):
        marks = " ".join(image.get(name) or "" for name in ("src", "class", "id", "alt"))
        name = text_of(image.get("alt"))
        if name and "logo" in marks[: 10 * MAX_NAME].lower():
            yield from (LOGO.sub("", name), SITE_MARKS.split(name)[0])
    for piece in islice(root.itertext("p", "div", "span", "small", "li", "td", "a"), MAX_PIECES):
        mark = MARK.search(piece) if len(piece) <= MAX_PIECE else None
        if mark and (found := COPYRIGHT.match(piece, mark.start())):
            yield " ".join(found["name"].split())
