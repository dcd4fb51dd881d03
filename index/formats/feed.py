"""Feeds: RSS (0.9x, 1.0, 2.0) and Atom become Entries, each with what the feed says of a story.

feedparser (https://feedparser.readthedocs.io) knows the dialects. It is given bytes, never an
address or a path, so that it opens nothing, and only what `index.formats.feed_xml` has made safe,
without what no story needs. Fetches nothing itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import feedparser
from lxml import etree

from index.cleaning.clean import clean_lines
from index.cleaning.header import site_title
from index.dates import iso_date
from index.errors import ArticleError
from index.formats.feed_xml import read_xml, root_start
from index.formats.fragment import (
    language_tag,
    one_line,
    people,
    printable,
    text_of_html,
    web_address,
)
from index.types import Refusal, Removed, Story

SNIFFED = 4096
MAX_ATTRIBUTES = 50
MAX_ENTRIES = 10_000
MAX_NAME_LENGTH = 300

# White space and byte order marks, as they look byte by byte.
BEFORE_XML = " \t\r\n\xef\xbb\xbf\xff\xfe"
ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|feed|rdf)[\s/>]", re.IGNORECASE)
RSS_NAMESPACES = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")
ATOM_NAMESPACES = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
ENTRY = frozenset({"item", "entry"})
READ_IN_FEED = frozenset(
    "channel item items entry title link language id base author creator managingeditor".split()
)
READ_IN_ENTRY = frozenset(
    "title link description summary content encoded body guid id author creator pubdate published "
    "issued created updated modified date source language".split()
)
NAMES = frozenset({"author", "creator", "managingeditor", "name", "email"})
BLANK_LINES = re.compile(r"\n{3,}")
NOTE = re.compile(
    r"The post .{1,300} (?:appeared first|first appeared) on .{1,200}|"
    r"Continue reading\b.{0,300}|\(?(?:\[…\]|\[\.\.\.\])\)?"
)
DUBLIN_CORE_DATE = "{http://purl.org/dc/elements/1.1/}date"
ISSUED = "{http://purl.org/dc/terms/}issued"
DATES = frozenset("pubdate published issued created updated modified date".split())


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed.

    `story` is what the feed itself carries of it: its text may be a summary, or "" where the feed
    only links to the story. `link` is where the story is, an absolute http or https address.
    """

    story: Story
    link: str | None


def is_feed(data: bytes) -> bool:
    """Tell whether bytes begin as an RSS or Atom feed does, without reading the rest."""
    start = data[: 4 * SNIFFED].replace(b"\0", b"")[:SNIFFED].decode("latin-1")
    root = ROOT.match(start, root_start(start))
    if root is None or not start.lstrip(BEFORE_XML).startswith("<"):
        return False
    namespaces = {"rss": ("",), "rdf": RSS_NAMESPACES, "feed": ATOM_NAMESPACES}
    return any(name in start for name in namespaces[root.group(1).lower()])


def read_feed(data: bytes, *, url: str | None = None) -> list[Entry | Refusal]:
    """Read the entries of a feed in its order.

    A malformed feed is read as far as it can be. Dates are read as they are written. An entry with
    neither a text nor a link becomes a Refusal.

    Args:
        data: the feed.
        url: where it came from; relative links are resolved against it, or else left out.

    Raises:
        ArticleError: it is not a feed, or too large to be one, or has no entries.
    """
    tree = read_xml(data)
    entries = [element for element in tree.iter(etree.Element) if _name(element) in ENTRY]
    for element in entries[MAX_ENTRIES:]:
        _remove(element)
    _set_apart(entries[:MAX_ENTRIES])
    _leave_out_unread(tree)
    for element in entries[:MAX_ENTRIES]:
        _tell_only_date(element)
    feed = _parsed(etree.tostring(tree, encoding="utf-8"), url)
    if not feed["version"]:
        raise ArticleError("it is XML, but not an RSS or Atom feed")
    found: list[Entry | Refusal] = [
        _entry(entry, number, feed, url) for number, entry in enumerate(feed["entries"], start=1)
    ]
    if not found:
        raise ArticleError("it is a feed without entries")
    if len(entries) > MAX_ENTRIES:
        found.append(Refusal(f"entries after the first {MAX_ENTRIES:,} are not read"))
    return found


def _set_apart(entries: Sequence[Any]) -> None:
    """Put each entry that is within another, which was not closed, after it."""
    last: dict[Any, Any] = {}
    for entry in entries:
        around = next((each for each in entry.iterancestors() if _name(each) in ENTRY), None)
        if around is not None and around.getparent() is not None:
            last.get(around, around).addnext(entry)
            last[around] = entry


def _leave_out_unread(tree: Any) -> None:  # noqa: ANN401 - lxml publishes no types
    """Take out of a feed what no story is made of, and names too long to be names."""
    for element in list(tree.iter(etree.Element)):
        if len(element.attrib) > MAX_ATTRIBUTES:
            element.attrib.clear()
        parent = element.getparent()
        if parent is None:
            continue
        name, around = _name(element), _name(parent)
        read = READ_IN_ENTRY if around in ENTRY else READ_IN_FEED
        unread = (around in ENTRY or around == "channel" or parent is tree) and name not in read
        if unread or (name in NAMES and len(element.text or "") > MAX_NAME_LENGTH):
            _remove(element)


def _tell_only_date(entry: Any) -> None:  # noqa: ANN401 - lxml publishes no types
    """Say of an entry's dc:date that it is that of publication, where there is no other date.

    feedparser takes it for that of the last change.
    """
    dates = [child for child in entry.iterchildren(etree.Element) if _name(child) in DATES]
    if [date.tag for date in dates] == [DUBLIN_CORE_DATE]:
        dates[0].tag = ISSUED


def _remove(element: Any) -> None:  # noqa: ANN401 - lxml publishes no types
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _name(element: Any) -> str:  # noqa: ANN401 - lxml publishes no types
    return str(element.tag).rpartition("}")[2].lower()


def _parsed(data: bytes, url: str | None) -> Any:  # noqa: ANN401 - feedparser publishes no types
    # Its own cleaning of HTML is slow, and not needed where HTML becomes text.
    try:
        return feedparser.parse(
            BytesIO(data),
            response_headers={"content-location": url or "", "content-type": "application/xml"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # what elements in odd places do to it
        raise ArticleError("it is a feed too damaged to be read") from error


def _entry(entry: Any, number: int, feed: Any, url: str | None) -> Entry | Refusal:  # noqa: ANN401
    link = web_address(_plain(entry, "link"), url)
    text, language = _text(entry)
    cleaned = clean_lines(text.split("\n"))
    text, note = _without_note(cleaned.kept)
    if not text and link is None:
        return Refusal(f"entry {number:,}: it has neither a text nor a link")
    published, updated = (_date(entry, name) for name in ("published", "updated"))
    title = _line(entry, "title")
    outlet = _line(dict.get(entry, "source") or {}, "title") or _line(feed["feed"], "title")
    story = Story(
        text=text,
        title=None if title is None else site_title(title, outlet=outlet),
        outlet=outlet,
        author=_authors(entry) or _inherited_authors(entry, feed),
        published=published,
        updated=updated,
        url=link,
        language=language_tag(language or _plain(feed["feed"], "language")),
        removed=(*cleaned.removed, *note),
    )
    return Entry(story, link)


def _plain(fields: Any, name: str) -> str | None:  # noqa: ANN401 - feedparser publishes no types
    # feedparser's own get() answers for a missing field with another one.
    value = dict.get(fields, name)
    return value if isinstance(value, str) and value.strip() else None


def _text(entry: Any) -> tuple[str, str | None]:  # noqa: ANN401 - feedparser publishes no types
    """Return the longest text that an entry carries, and its language."""
    details = [*(dict.get(entry, "content") or ()), dict.get(entry, "summary_detail")]
    texts = [(_as_text(detail), _plain(detail, "language")) for detail in details if detail]
    return max(texts, key=lambda text: len(text[0]), default=("", None))


def _without_note(lines: Sequence[str]) -> tuple[str, tuple[Removed, ...]]:
    """Part a text from what publishing programs write below it for a feed's readers."""
    *above, last = BLANK_LINES.sub("\n\n", "\n".join(lines)).strip().split("\n")
    if not NOTE.fullmatch(last):
        return "\n".join([*above, last]), ()
    return "\n".join(above).strip(), (Removed(last, "a note of where it was published"),)


def _as_text(detail: Any) -> str:  # noqa: ANN401 - feedparser publishes no types
    value = _plain(detail, "value") or ""
    if dict.get(detail, "type") == "text/plain":
        return printable(value).strip()
    return text_of_html(value)


def _line(fields: Any, name: str) -> str | None:  # noqa: ANN401 - feedparser publishes no types
    detail = dict.get(fields, f"{name}_detail")
    return one_line(_as_text(detail) if detail else _plain(fields, name) or "")


def _date(entry: Any, name: str) -> str | None:  # noqa: ANN401 - feedparser publishes no types
    written = _plain(entry, name)
    return iso_date(written) if written else None


def _authors(entry: Any) -> str | None:  # noqa: ANN401 - feedparser publishes no types
    details = dict.get(entry, "authors") or ()
    return people(_plain(detail, "name") or "" for detail in details)


def _inherited_authors(entry: Any, feed: Any) -> str | None:  # noqa: ANN401
    """Return the authors of an Atom entry that names none: RFC 4287, section 4.2.1."""
    if not str(feed["version"]).startswith("atom"):
        return None
    source = dict.get(entry, "source")
    return _authors(source or feed["feed"])
