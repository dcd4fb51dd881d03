"""Markdown with front matter: a document becomes a Story with the fields that it names.

Values of front matter stay the strings that were written, so that a date keeps its precision.
"""

from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from index.dates import iso_date
from index.errors import ArticleError
from index.formats.markdown_text import rendered
from index.types import Story

TEXT_FIELDS = ("id", "title", "outlet", "author", "url", "language")
DATE_FIELDS = ("published", "updated")
# A headline has at least this many words; "World" or "By Staff" above it is the page's furniture.
MIN_TITLE_WORDS = 4
MAX_TITLE_LENGTH = 300
TITLE_WITHIN_LINES = 12
YAML_NULLS = frozenset({"", "~", "null"})


def read_markdown(source: str) -> list[Story]:
    """Read a Markdown document as one story.

    Raises:
        ArticleError: it has no text, or bad front matter.
    """
    metadata, body = _split_front_matter(source)
    document = rendered(body)
    if not document.text:
        raise ArticleError("it has no text")
    fields: dict[str, Any] = {key: _text_field(metadata, key) for key in TEXT_FIELDS}
    fields |= {key: _date_field(metadata, key) for key in DATE_FIELDS}
    fields["title"] = fields["title"] or document.heading or _headline(document.text)
    return [Story(text=document.text, **fields)]


def _split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """Part a document into its front matter and its body.

    A block between rules that is not keys and values is text like any other.
    """
    handler = YAMLHandler()
    source = source.lstrip("\r\n")
    if not handler.detect(source):
        return {}, source
    try:
        block, body = handler.split(source)
        metadata = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - it makes strings only
    except ValueError:  # the block is never closed
        return {}, source
    except (yaml.YAMLError, RecursionError) as error:
        raise ArticleError(f"its front matter is not valid YAML: {_one_line(error)}") from error
    if metadata is None or metadata == "":
        return {}, body
    return (metadata, body) if isinstance(metadata, dict) else ({}, source)


def _text_field(metadata: dict[str, Any], key: str) -> str | None:
    value = metadata.get(key)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    if value is not None and not isinstance(value, str):
        raise ArticleError(f"its front matter's {key} must be text")
    if value is None or value.strip().casefold() in YAML_NULLS:
        return None
    # YAML writes characters beyond the first 65,536 as two halves; half of one is no character.
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(whole.split())


def _date_field(metadata: dict[str, Any], key: str) -> str | None:
    value = _text_field(metadata, key)
    if value is None:
        return None
    date = iso_date(value)
    if date is None:
        raise ArticleError(f"its front matter's {key} is {value!r}: write it as 2026-01-31")
    return date


def _one_line(error: Exception) -> str:
    line = " ".join(str(error).split())
    return "".join(c if c.isprintable() else "\ufffd" for c in line)


def _headline(text: str) -> str | None:
    """Return the first line near the top that is long enough for a headline."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:TITLE_WITHIN_LINES]
    for line in lines:
        if len(line.split()) >= MIN_TITLE_WORDS and len(line) <= MAX_TITLE_LENGTH:
            return line
    return None
