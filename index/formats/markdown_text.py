"""Markdown as plain text: what a reader of the rendered page would read, block by block.

Links keep their words, emphasis loses its marks, raw HTML its tags; pictures go. Blocks are
separated by an empty line. Knows nothing of articles.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.formats.fragment import text_of_html

# Deeper than anyone writes; what is nested deeper is dropped by the parser, and costs time.
MAX_NESTING = 50
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A Markdown document as it reads: its text, "" when there is none, and its first heading."""

    text: str
    heading: str | None


def rendered(source: str) -> Rendered:
    """Return what a reader of the rendered document would read."""
    tokens = _parse(source)
    return Rendered("\n\n".join(_blocks(tokens)), _first_heading(tokens))


def _first_heading(tokens: list[Token]) -> str | None:
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
            if text := text_of_html(token.content):
                yield text
        elif token.type == "inline" and (text := _inline(token.children or [])):
            yield number + text
            number = ""


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
