"""Read: a document's bytes become Stories, by the reader for its format.

The format is told from the file's suffix or the media type that a server declared, and from the
bytes where those say too little. Libraries are imported only for the formats that are met.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Union

from index.decode import decode, gunzip, is_gzip
from index.errors import ArticleError
from index.types import Refusal, Story

if TYPE_CHECKING:
    from index.formats.feed import Entry

MIB = 1024**2
SNIFFED = 2048
HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,200}?-->\s*)?<(?:!doctype html|html)\b", re.IGNORECASE
)


class Kind(StrEnum):
    """A format that articles come in."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    JSON = "json"
    JSONL = "jsonl"
    FEED = "feed"

    @property
    def max_bytes(self) -> int:
        """Return how large a document may be, decompressed."""
        return 256 * MIB if self in {Kind.JSON, Kind.JSONL} else 16 * MIB


SUFFIXES = {
    **dict.fromkeys((".txt", ".text"), Kind.TEXT),
    **dict.fromkeys((".md", ".markdown"), Kind.MARKDOWN),
    **dict.fromkeys((".html", ".htm", ".xhtml"), Kind.HTML),
    **dict.fromkeys((".rss", ".atom", ".xml"), Kind.FEED),
    **dict.fromkeys((".jsonl", ".ndjson"), Kind.JSONL),
    ".json": Kind.JSON,
    ".pdf": Kind.PDF,
}
MEDIA_TYPES = {
    "text/plain": Kind.TEXT,
    "text/markdown": Kind.MARKDOWN,
    "text/html": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "application/pdf": Kind.PDF,
    "application/json": Kind.JSON,
    "application/ld+json": Kind.JSON,
    "application/feed+json": Kind.JSON,
    "application/x-ndjson": Kind.JSONL,
    "application/jsonl": Kind.JSONL,
    **dict.fromkeys(
        ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml"), Kind.FEED
    ),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document's bytes, decompressed, and what is known of them from where they came."""

    data: bytes
    kind: Kind
    url: str | None = None
    charset: str | None = None


def unpacked(data: bytes, limit: int) -> bytes:
    """Return what a document holds, decompressed where it is compressed.

    Raises:
        ArticleError: that is more than `limit` bytes, or damaged.
    """
    return gunzip(data, limit) if is_gzip(data) else data


def kind_of(data: bytes, declared: Kind | None) -> Kind:
    """Return a document's format, by its first bytes and by what it was declared to be.

    Raises:
        ArticleError: it was not declared, and the bytes do not tell.
    """
    from index.formats.feed import is_feed  # noqa: PLC0415 - feedparser is for feeds

    # Byte order marks and the zeros of UTF-16 tell nothing here.
    start = data[:SNIFFED].translate(None, b"\0\xef\xbb\xbf\xfe\xff")
    if start.startswith(b"%PDF-"):
        return Kind.PDF
    if declared not in {None, Kind.TEXT, Kind.HTML, Kind.FEED}:
        return declared
    if HTML_START.match(start):
        return Kind.HTML
    if start.lstrip().startswith(b"<") and is_feed(data):
        return Kind.FEED
    if declared is None:
        raise ArticleError("it is in no format that is read here")
    return declared


def holds_many(document: Document) -> bool:
    """Tell whether a document is a collection of stories, each known by itself."""
    if document.kind != Kind.JSON:
        return document.kind in {Kind.JSONL, Kind.FEED}
    from index.formats.records import is_one_article  # noqa: PLC0415 - for JSON only

    return not is_one_article(decode(document.data, document.charset))


def read_document(document: Document) -> Iterable[Union[Story, Refusal, "Entry"]]:
    """Read every story that a document holds, in its order.

    Raises:
        ArticleError: it cannot be read as what it is, or has no story.
    """
    match document.kind:
        case Kind.PDF:
            from index.formats.pdf import read_pdf  # noqa: PLC0415 - for PDF only

            return read_pdf(document.data)
        case Kind.HTML:
            from index.formats.html import read_html  # noqa: PLC0415 - for HTML only

            return read_html(document.data, url=document.url, charset=document.charset)
        case Kind.FEED:
            from index.formats.feed import read_feed  # noqa: PLC0415 - for feeds only

            return read_feed(document.data, url=document.url)
        case _:
            return _read_text(decode(document.data, document.charset), document.kind)


def _read_text(text: str, kind: Kind) -> Iterable[Story | Refusal]:
    match kind:
        case Kind.MARKDOWN:
            from index.formats.markdown import read_markdown  # noqa: PLC0415 - for Markdown only

            return read_markdown(text)
        case Kind.JSON:
            from index.formats.records import read_json  # noqa: PLC0415 - for JSON only

            return read_json(text)
        case Kind.JSONL:
            from index.formats.records import read_jsonl  # noqa: PLC0415 - for JSON Lines only

            return read_jsonl(text)
        case _:
            from index.formats.text import read_text  # noqa: PLC0415 - for plain text only

            return read_text(text)
