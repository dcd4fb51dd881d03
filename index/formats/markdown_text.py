"""Markdown as plain text: what a reader of the rendered page would read, block by block.

Links keep their words, emphasis loses its marks, raw HTML its tags; pictures go. Blocks are
separated by an empty line. Knows nothing of articles.
"""

import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

HTML_BREAK = "\0"
INLINE = frozenset(
    "a abbr b bdi bdo cite code em i kbd mark q s small span strong sub sup u".split()
)
UNREAD = frozenset({"script", "style", "template", "noscript"})
# Deeper than anyone writes; what is nested deeper is dropped by the parser.
MAX_NESTING = 100
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def plain_text(source: str) -> str:
    """Return the text of a Markdown document, "" when there is none."""
    return "\n\n".join(_blocks(_parse(source)))


def first_heading(source: str) -> str | None:
    """Return the text of the first heading, or None."""
    tokens = _parse(source)
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            return " ".join(_inline(inline.children or []).split()) or None
    return None


def _parse(source: str) -> list[Token]:
    return MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table").parse(source)


def _blocks(tokens: list[Token]) -> Iterator[str]:
    number = ""
    for token in tokens:
        if token.type == "list_item_open":
            # A paragraph that opens with "1984." reads as a list; its number is part of the text.
            number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "list_item_close":
            number = ""
        elif token.type in {"fence", "code_block"}:
            text = token.content.strip("\n")
            if text.strip():
                yield text
        elif token.type == "html_block":
            yield from _text_of_html(token.content)
        elif token.type == "inline" and (text := _inline(token.children or [])):
            yield number + text
            number = ""


def _text_of_html(source: str) -> Iterator[str]:
    """Yield the paragraphs of a block of raw HTML, without tags, comments, scripts and styles."""
    reader = _HtmlText()
    reader.feed(source)
    reader.close()
    for block in "".join(reader.parts).split(HTML_BREAK):
        if text := " ".join(block.split()):
            yield text


class _HtmlText(HTMLParser):
    """Collects the text of HTML; block elements part it."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Enter an element."""
        self._unread += tag in UNREAD
        self.parts.append(" " if tag in INLINE else HTML_BREAK)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._unread -= tag in UNREAD and self._unread > 0
        self.parts.append("" if tag in INLINE else HTML_BREAK)

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if not self._unread:
            self.parts.append(data)


def _inline(children: list[Token]) -> str:
    parts: list[str] = []
    for token in children:
        if token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak" or BREAK.fullmatch(token.content):
            parts.append("\n")
    return "".join(parts).strip()
