"""Feeds: RSS (0.9x, 1.0, 2.0) and Atom become Entries, each with what the feed says of a story.

feedparser (https://feedparser.readthedocs.io) knows the dialects. It is given bytes, never an
address or a path, so that it opens nothing. Before that the document is read by libxml2 without its
document type: whatever entities a feed declares are never seen by anything that would expand them,
faults are mended in linear time, and what no story needs is left out. Fetches nothing itself.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import feedparser
from lxml import etree

from index.clean import clean_lines
from index.dates import iso_date
from index.decode import decode
from index.errors import ArticleError
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
MAX_MARKUP = 500_000
MAX_NAMESPACES = 200
MAX_ATTRIBUTES = 50
MAX_ENTRIES = 10_000
MAX_NAME_LENGTH = 300

XML_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]*>")
DECLARED_CHARSET = re.compile(rb"\s*<\?xml\b[^<>]*?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
# UTF-16 without a byte order mark shows in how "<?" is written (XML 1.0, appendix F).
WIDE = {b"<\0?\0": "utf-16-le", b"\0<\0?": "utf-16-be"}
ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|feed|rdf)[\s/>]", re.IGNORECASE)
RSS_NAMESPACES = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")
ATOM_NAMESPACES = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
NAMESPACE = re.compile(r"\bxmlns\b[^\s>]{0,200}")
XML_REFERENCES = frozenset({"lt", "gt", "amp", "quot", "apos"})
REFERENCE = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{1,31});|#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)?")

HOLDS_HTML = re.compile(
    r"<((?:(?:content|atom|media):)?(?:title|description|summary|content|encoded))(?:\s[^<>]*)?(?<!/)>"
)

ENTRY = frozenset({"item", "entry"})
READ_IN_FEED = frozenset(
    "channel item items entry title link language id base author creator managingeditor".split()
)
READ_IN_ENTRY = frozenset(
    "title link description summary content encoded body guid id author creator pubdate published "
    "issued created updated modified date source language".split()
)
NAMES = frozenset({"author", "creator", "managingeditor", "name", "email"})
NOTE = re.compile(
    r"The post .{1,300} (?:appeared first|first appeared) on .{1,200}|"
    r"Continue reading\b.{0,300}|\(?(?:\[…\]|\[\.\.\.\])\)?"
)
# Where dc:date is the only date there is, it is that of publication.
RDF_VERSIONS = frozenset({"rss090", "rss10"})


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
    root = ROOT.match(start, _root_start(start))
    if root is None:
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
    tree = _tree(_xml_text(data))
    entries = [element for element in tree.iter(etree.Element) if _name(element) in ENTRY]
    for element in entries[MAX_ENTRIES:]:
        _remove(element)
    _leave_out_unread(tree)
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


def _xml_text(data: bytes) -> str:
    """Return an XML document from its root element on: no declaration, no document type."""
    declared = DECLARED_CHARSET.match(data)
    charset = WIDE.get(data[:4]) or (declared.group(1).decode() if declared else None)
    text = decode(data, charset)
    return printable(text[_root_start(text) :])


def _root_start(text: str) -> int:
    """Return where the first element of an XML document begins, or the document's end."""
    place = 0
    while (place := text.find("<", place)) >= 0:
        if text.startswith("<!--", place):
            end = text.find("-->", place)
        elif text.startswith("<?", place):
            end = text.find("?>", place)
        elif text.startswith("<!", place):
            end = _doctype_end(text, place)
        else:
            return place
        if end < 0:
            break
        place = end + 1
    return len(text)


def _doctype_end(text: str, start: int) -> int:
    """Return where a document type ends, with the declarations in it."""
    end = text.find(">", start)
    subset = text.find("[", start)
    return end if subset < 0 or end < subset else text.find("]>", subset)


def _tree(text: str) -> Any:  # noqa: ANN401 - lxml publishes no types
    """Read XML, mended where it is malformed.

    Without a document type there are no entities to expand, and nothing is ever loaded.
    """
    if text.count("<") > MAX_MARKUP:
        raise ArticleError(f"it is a feed of more than {MAX_MARKUP:,} tags")
    if len({match.group() for match in NAMESPACE.finditer(text)}) > MAX_NAMESPACES:
        raise ArticleError(f"it is a feed of more than {MAX_NAMESPACES} namespaces")
    for recover, source in ((False, text), (True, _mended(text))):
        parser = etree.XMLParser(
            recover=recover,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(source.encode(), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None:
            return root
    raise ArticleError("it is not an RSS or Atom feed")


def _mended(text: str) -> str:
    """Undo what most often makes a feed malformed: HTML, or a lone "&", that is not escaped."""
    return _with_known_references(_with_html_as_text(text))


def _with_html_as_text(text: str) -> str:
    """Write as text what stands within the elements that hold HTML."""
    parts: list[str] = []
    ends: dict[str, int] = {}
    place = 0
    for match in HOLDS_HTML.finditer(text):
        start, name = match.end(), match.group(1)
        if start < place:
            continue
        if ends.get(name, 0) < start:
            end = text.find(f"</{name}", start)
            ends[name] = len(text) if end < 0 else end
        # An element that is not closed before the next of its kind is no element with HTML in it.
        if ends[name] == len(text) or text.find(f"<{name}", start, ends[name]) >= 0:
            continue
        value = text[start : ends[name]]
        if "<" in value and not value.lstrip().startswith("<![CDATA["):
            parts += [text[place:start], "<![CDATA[", value.replace("]]>", "]]&gt;"), "]]>"]
            place = ends[name]
    return "".join([*parts, text[place:]])


def _with_known_references(text: str) -> str:
    """Write HTML's named characters as themselves and lone "&" as XML wants it."""
    parts = text.split("<![CDATA[")
    mended = [REFERENCE.sub(_known_reference, parts[0])]
    for part in parts[1:]:
        verbatim, end, rest = part.partition("]]>")
        mended.append(f"<![CDATA[{verbatim}{end}{REFERENCE.sub(_known_reference, rest)}")
    return "".join(mended)


def _known_reference(match: re.Match[str]) -> str:
    reference = match.group()
    if reference == "&":
        return "&amp;"
    if match.group(1) is None or match.group(1) in XML_REFERENCES:
        return reference
    character = html.unescape(reference)
    return character if character != reference else f"&amp;{reference[1:]}"


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


def _remove(element: Any) -> None:  # noqa: ANN401 - lxml publishes no types
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _name(element: Any) -> str:  # noqa: ANN401 - lxml publishes no types
    return str(etree.QName(element).localname).lower()


def _parsed(data: bytes, url: str | None) -> Any:  # noqa: ANN401 - feedparser publishes no types
    # Its own cleaning of HTML is slow, and not needed where HTML becomes text.
    return feedparser.parse(
        BytesIO(data),
        response_headers={"content-location": url or "", "content-type": "application/xml"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _entry(entry: Any, number: int, feed: Any, url: str | None) -> Entry | Refusal:  # noqa: ANN401
    link = web_address(_plain(entry, "link"), url)
    text, language = _text(entry)
    cleaned = clean_lines(text.split("\n"))
    text, note = _without_note(cleaned.kept)
    if not text and link is None:
        return Refusal(f"entry {number:,}: it has neither a text nor a link")
    published, updated = (_date(entry, name) for name in ("published", "updated"))
    if published is None and feed["version"] in RDF_VERSIONS:
        published, updated = updated, None
    outlet = _line(dict.get(entry, "source") or {}, "title") or _line(feed["feed"], "title")
    story = Story(
        text=text,
        title=_without_outlet(_line(entry, "title"), outlet),
        outlet=outlet,
        author=_authors(entry),
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
    *above, last = "\n".join(lines).strip().split("\n")
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


def _without_outlet(title: str | None, outlet: str | None) -> str | None:
    """Return a title without the outlet's name after it, as collections of feeds add it."""
    for dash in ("-", "–", "—", "|"):
        if title and outlet and title.endswith(f" {dash} {outlet}"):
            return title.removesuffix(f" {dash} {outlet}").strip() or None
    return title
