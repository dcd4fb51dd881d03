"""HTML: a page becomes the story it tells, with what the page says of it and what was left out."""

import html
import itertools
import re
from collections.abc import Iterable

from index.cleaning.bylines import Credits, are_people
from index.errors import ArticleError
from index.formats.fragment import printable
from index.formats.html_blocks import ITEMS, Page, read_page
from index.formats.html_metadata import Metadata, read_metadata
from index.formats.html_page import decode_page, parse_page
from index.formats.html_shown import read_shown
from index.formats.html_story import choose
from index.types import Removed, Story

NO_STORY = "it has no story that could be told from the page around it"
# Fewer letters than this are no story.
MIN_LETTERS = 25
# Where the page shows less than this share of the text that its metadata gives, it is loaded later
# by a script, and the metadata's is taken.
MIN_SHOWN = 0.5
# What was left out is reported up to this many characters.
MAX_REMOVED = 100_000
TAG = re.compile(r"<[^<>]{1,500}>")
PARAGRAPH_END = re.compile(r"\s*\n\s*|</p>|<br\s{0,5}/?>", re.IGNORECASE)


def read_html(data: bytes, *, url: str | None = None, charset: str | None = None) -> list[Story]:
    """Read the story of a page.

    Args:
        data: the page as it came.
        url: where it came from; else what the page itself says.
        charset: what HTTP declared.

    Returns:
        The page's own story. Paragraphs, headings and tables are parted by an empty line, the items
        of a list and the rows of a table by a line end.

    Raises:
        ArticleError: the page has no story, or is too large for a page.
    """
    root = parse_page(decode_page(data, charset))
    if root is None:
        raise ArticleError(NO_STORY)
    page = read_page(root)
    said = read_metadata(root, url)
    chosen = choose(page, root, said.titles)
    text = _text(page, chosen)
    if said.body is not None:
        body = _plain(said.body)
        text = body if len(text) < MIN_SHOWN * len(body) else text
    if sum(map(str.isalpha, text)) < MIN_LETTERS:
        raise ArticleError(NO_STORY)
    shown = read_shown(page, chosen, said.titles)
    return [_story(said, shown, text, tuple(_removed(page, chosen)))]


def _story(said: Metadata, shown: Credits, text: str, removed: tuple[Removed, ...]) -> Story:
    # What metadata names for an author may be a department or an account.
    named = said.author is not None and are_people(said.author)
    published = said.published or shown.published
    updated = said.updated or shown.updated
    if updated is not None and (published or "").startswith(updated):
        updated = None
    return Story(
        text=text,
        title=said.title,
        outlet=said.outlet,
        author=said.author if named else shown.author or said.author,
        published=published,
        updated=updated,
        url=said.url,
        language=said.language,
        removed=removed,
    )


def _text(page: Page, chosen: list[str | None]) -> str:
    parts: list[str] = []
    last = ""
    for block, reason in zip(page.blocks, chosen, strict=True):
        if reason is None:
            tag = page.tag(block)
            line = (tag in ITEMS and last in ITEMS) or tag == last == "tr"
            parts += ["\n" if line else "\n\n", block.text]
            last = tag
    return "".join(parts[1:])


def _plain(body: str) -> str:
    """Return the text of a body in metadata, which may hold markup."""
    lines = PARAGRAPH_END.sub("\n", printable(html.unescape(body))).split("\n")
    return "\n\n".join(clean for line in lines if (clean := " ".join(TAG.sub("", line).split())))


def _removed(page: Page, chosen: Iterable[str | None]) -> list[Removed]:
    """Return what was left out, neighbours of one reason together.

    Beyond MAX_REMOVED characters, only how many more there are.
    """
    removed: list[Removed] = []
    left = MAX_REMOVED
    pairs = zip(page.blocks, chosen, strict=True)
    for reason, group in itertools.groupby(pairs, key=lambda pair: pair[1]):
        if reason is not None:
            text = "\n".join(block.text for block, _ in group)
            if left > 0:
                removed.append(Removed(text[:left], reason))
            left -= len(text)
    if left < 0:
        removed.append(Removed(f"… {-left:,} characters more", "too much to be kept here"))
    return removed
