"""Fragments: the values that feeds and records carry, made clean before they are a story's.

HTML inside a field becomes the text a reader would see, one line stays one line, and what cannot
be printed or followed goes. Knows nothing of whole pages: there is no furniture to be told apart.
"""

import html
import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from lxml import etree

from index.cleaning.bylines import author_names

MAX_URL_LENGTH = 2000

# Elements that stand within a line; any other element begins and ends a paragraph.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q s samp "
    "small span strike strong sub sup time tt u var wbr".split()
)
# Elements that begin a new line within a paragraph.
LINES = frozenset({"br", "li", "tr", "dt", "dd"})
CELLS = frozenset({"td", "th"})
UNREAD = frozenset(
    "audio button canvas form head iframe map math noscript object script select style svg "
    "template textarea title video".split()
)
# Elements without an end, whatever their document says.
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())

# A closing tag or one that stands alone: prose that merely says "<b>" has neither.
MARKUP = re.compile(
    r"</(?:p|div|span|a|b|i|u|em|strong|h[1-6]|ul|ol|li|blockquote|figure|figcaption|table|section|"
    r"article|font|small|sup|sub|script|style|iframe)\s*>|<(?:p|br|hr|img)\b[^<>]*>",
    re.IGNORECASE,
)
REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# As REFERENCE, whatever XML or HTML would call an entity.
ANY_REFERENCE = re.compile(r"&#?\w{1,32};")
# Control characters other than tab and line ends, halves of a character, and non-characters.
UNPRINTABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
ADDRESS = re.compile(r"@\w|://")
SPACES = re.compile(r"[^\S\n]+")
# Two line ends written for the room between paragraphs.
BLANK_LINES = re.compile(r"\n ?(?=\n)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def plain_text(value: str) -> str:
    """Return a field's text: HTML becomes paragraphs parted by empty lines, other text stays.

    Text without markup keeps its lines and spaces; only white space around it, character
    references ("&amp;") and what cannot be printed are undone.
    """
    if MARKUP.search(value):
        return text_of_html(value)
    return without_reference(printable(_unescaped(value)).strip())


def without_reference(text: str) -> str:
    """Return a text, or "" where all of it is a reference to an entity that nobody declared."""
    return "" if ANY_REFERENCE.fullmatch(text) else text


def text_of_html(source: str) -> str:
    """Return the text of a fragment of HTML, its paragraphs parted by empty lines.

    Scripts, forms, pictures and players go. Items of lists and rows of tables have lines of their
    own. Markup may be broken in any way; time and memory grow in proportion to the source.
    """
    parser = etree.HTMLParser(target=_Text(), huge_tree=True, encoding="utf-8")
    # A parser that is fed nothing has no document to close.
    parser.feed(("<body>" + printable(source)).encode())
    blocks = BLANK_LINES.sub("\0", SPACES.sub(" ", parser.close())).split("\0")
    paragraphs = ("\n".join(filter(None, map(str.strip, block.split("\n")))) for block in blocks)
    return without_reference(printable("\n\n".join(filter(None, paragraphs))))


def one_line(value: str) -> str | None:
    """Return a title or a name as one line of plain text, or None if nothing is left."""
    text = text_of_html(value) if MARKUP.search(value) else printable(_unescaped(value))
    return " ".join(text.split()) or None


def people(written: Iterable[str]) -> str | None:
    """Return the names among what was written for an author, each once, or None.

    "By" and roles go; an address is no name.
    """
    lines = (one_line(line) for line in written)
    names = (author_names(line) for line in lines if line and not ADDRESS.search(line))
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def printable(value: str) -> str:
    """Return a text without control characters; halves of characters are put together.

    JSON writes characters beyond the first 65,536 as two halves; half of one is no character.
    """
    if not UNPRINTABLE.search(value):
        return value
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return UNPRINTABLE.sub("", whole)


def web_address(value: str | None, base: str | None = None) -> str | None:
    """Return an absolute http or https address, or None where that is not what is written.

    Args:
        value: the address as written.
        base: the address that relative ones are relative to.
    """
    try:
        written = _unescaped(value or "").strip()
        address = urljoin(base or "", written)
        parts = urlsplit(address)
        known = written and parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:
        return None
    whole = address.isprintable() and not any(map(str.isspace, address))
    return address if known and whole and len(address) <= MAX_URL_LENGTH else None


def language_tag(value: str | None) -> str | None:
    """Return a language as a tag ("en", "en-CA"), or None where it is written otherwise."""
    tag = (value or "").strip()
    return tag.replace("_", "-") if LANGUAGE.fullmatch(tag) else None


def _unescaped(value: str) -> str:
    return REFERENCE.sub(lambda match: html.unescape(match.group()), value)


class _Text:
    """Collects text as libxml2 reads it: a null between paragraphs, a line end between lines.

    The parser closes what was left open and drops what never opened, so that starts and ends meet.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._unread = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """Enter an element."""
        self._unread += tag in UNREAD
        self._part(tag)

    def end(self, tag: str) -> None:
        """Leave an element."""
        self._unread -= tag in UNREAD and self._unread > 0
        if tag not in VOID and tag not in LINES:
            self._part(tag)

    def data(self, text: str) -> None:
        """Keep what is read; line ends in the source are spaces."""
        if not self._unread:
            self._parts.append(text.replace("\n", " "))

    def close(self) -> str:
        """Return what was collected."""
        return "".join(self._parts)

    def _part(self, tag: str) -> None:
        if tag in LINES:
            self._parts.append("\n")
        elif tag in CELLS or tag in UNREAD:
            self._parts.append(" ")
        elif tag not in INLINE:
            self._parts.append("\0")
