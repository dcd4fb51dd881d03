"""Plain text: what was pasted or saved from a web page becomes its stories.

The lines above a story say what it is called, who wrote it and when: they become its fields. Below
it a page may carry other stories, each above a line such as "date | author | outlet": they become
stories of their own. Furniture is taken out (`index.cleaning.clean`); all else stays character for
character, so that a text without any of this is left as it was. Knows nothing of files.
"""

from collections.abc import Sequence
from dataclasses import replace

from index.cleaning.bylines import Credits, is_labelled, read_credits
from index.cleaning.clean import A_LINK, furniture, merged
from index.cleaning.digest import Digest, Item, find_digest
from index.cleaning.header import ABOUT, Header, first_long, first_paragraph, read_header
from index.cleaning.lines import Line, joined, lines_of, with_gaps
from index.cleaning.prose import bare, is_prose, without_tail
from index.errors import ArticleError
from index.formats.fragment import without_reference
from index.types import Removed, Span, Story

# Lines about a story may also stand at its end, this near to it.
FOOTER_LINES = 4
ANOTHER = "another story on the same page"
DIGEST = "a line about other stories on the same page"


def read_text(text: str) -> list[Story]:
    """Read a plain text as the story that it tells, and the others that its page carried.

    Args:
        text: any text. Lines wrapped at a margin are taken for the paragraph that they make.

    Returns:
        The page's own story first, then those of a digest below it, in order. What is in no
        story's text or title is in the `removed` of one. A text without a sentence may be
        anything, such as a poem or a table, and is left as it is.

    Raises:
        ArticleError: there is nothing but white space, or a reference to an unknown entity.
    """
    lines = lines_of(text)
    if not lines or not without_reference(text.strip()):
        raise ArticleError("it has no text")
    spaced, places = with_gaps(lines)
    found = furniture(spaced)
    reasons = [found[place] for place in places]
    digest = find_digest(lines, reasons, None)
    above = digest.start if digest else len(lines)
    header = read_header(lines[:above], reasons[:above])
    if digest is None and first_paragraph(lines, reasons) is None:
        return [Story(text=text, title=first_long(lines))]
    digest = digest or find_digest(lines, reasons, header.told)
    _take_out(reasons, header, digest)
    told = _read_footer(lines, reasons, header.told)
    _put_back(lines, reasons, [found[place] for place in places], digest)
    own = _story(text, lines, reasons, told)
    others = [_item_story(text, lines, item) for item in (digest.items if digest else ())]
    if own.text:
        return [own, *others]
    around = _story(text, lines, reasons, Credits()).removed
    first, *rest = others
    return [replace(first, removed=merged((*around, *first.removed))), *rest]


def _take_out(reasons: list[str | None], header: Header, digest: Digest | None) -> None:
    """Note why lines of the header and of a digest are no part of the page's own story."""
    for place, reason in header.reasons.items():
        reasons[place] = reasons[place] or reason
    if digest is None:
        return
    reasons[digest.start :] = [DIGEST] * (len(reasons) - digest.start)
    for item in digest.items:
        reasons[item.start : item.signed + 1] = [ANOTHER] * (item.signed + 1 - item.start)


def _read_footer(lines: Sequence[Line], reasons: list[str | None], told: Credits) -> Credits:
    """Read what the last lines of a story say about it, and note why they are not its text."""
    story = [place for place, reason in enumerate(reasons) if reason is None]
    for place in reversed(story[-FOOTER_LINES:]):
        words = lines[place].words
        if told.outlet is not None and bare(words) == bare(told.outlet):
            reasons[place] = "the outlet once more"
            continue
        found = read_credits(words)
        labelled = found is not None and (is_labelled(words) or found.author is not None)
        if found is None or not labelled or is_prose(words):
            break
        told = told.filled_from(replace(found, title=None))
        reasons[place] = ABOUT
    return told


def _put_back(
    lines: Sequence[Line],
    reasons: list[str | None],
    furniture_alone: Sequence[str | None],
    digest: Digest | None,
) -> None:
    """Give a story its lines back where its header and footer took every sentence of it."""
    own = slice(digest.start if digest else len(lines))
    left = first_paragraph(lines[own], reasons[own])
    if left is None and first_paragraph(lines[own], furniture_alone[own]) is not None:
        reasons[own] = furniture_alone[own]


def _story(text: str, lines: Sequence[Line], reasons: Sequence[str | None], told: Credits) -> Story:
    """Return the story of the lines that have no reason against them."""
    kept: list[Span] = []
    removed: list[Removed] = []
    for line, reason in zip(lines, reasons, strict=True):
        if reason is not None:
            told_elsewhere = reason == ANOTHER or line.words == told.title
            if not told_elsewhere:
                removed.append(Removed(line.span.of(text), reason))
            continue
        story, tail = without_tail(line.span.of(text))
        kept.append(Span(line.span.start, line.span.start + len(story)))
        if tail:
            removed.append(Removed(tail, A_LINK))
    whole = not removed and len(kept) == len(lines)
    return Story(
        text=text if whole else joined(text, kept),
        title=told.title,
        outlet=told.outlet,
        author=told.author,
        published=told.published,
        updated=told.updated,
        url=told.url,
        removed=merged(removed),
    )


def _item_story(text: str, lines: Sequence[Line], item: Item) -> Story:
    places = range(item.start, item.signed + 1)
    reasons = [None if place in item.text else ABOUT for place in places]
    told = item.credits
    if item.text.start > item.start:
        told = replace(told, title=lines[item.start].words)
    return _story(text, [lines[place] for place in places], reasons, told)
