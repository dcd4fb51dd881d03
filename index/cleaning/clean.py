"""Clean: tells the lines of a story from the furniture that stands around them.

Furniture is what a page says to its readers about itself: share and sign-up lines, links to other
stories, notices about cookies and copyright. A line is judged by its own words and by its
neighbours, never by the site it comes from. In doubt it stays: a sentence that only mentions a
cookie or a newsletter is story. Knows nothing of HTML, titles or bylines.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.chunk import split_sentences
from index.cleaning.furniture import (
    ACTIONS,
    ADVERTISING,
    CALL,
    COMMENTS,
    COMMENTS_OPEN,
    LEAD_IN,
    LINE_RULES,
    LINK,
    LIST,
    MESSAGE,
    NAMES,
    NAVIGATION,
    SIGN_UP,
)
from index.cleaning.lists import headlines_in_capitals, list_entries, opens_list
from index.cleaning.prose import MIN_PROSE_WORDS, bare, is_prose, without_tail, word_count
from index.types import Removed, Span

MAX_CALL_WORDS = 90
# The first comment has its "Reply" within so many lines.
LINES_OF_A_COMMENT = 6
# Longer lines are not looked at: whatever they are, they are no furniture.
MAX_RULE_CHARS = 1200

A_LINK = "a link to the rest of the text"
QUOTED = re.compile(
    r"[\"“”«»]|\b(?:said|says|told|asked|wrote|reported|according)\b", re.IGNORECASE
)
# Beside these a single word such as "World" is a button.
LABELS = ACTIONS | NAMES
BUTTONS = frozenset((NAVIGATION, ADVERTISING, COMMENTS, MESSAGE))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The lines of a story, and what stood between and around them, both in order."""

    kept: tuple[str, ...]
    removed: tuple[Removed, ...]


def clean_lines(lines: Sequence[str]) -> Cleaned:
    """Part the lines of a story from furniture. Empty lines and white space are left alone.

    Cleaning what was kept once more changes nothing.
    """
    kept: list[str] = []
    removed: list[Removed] = []
    for line, reason in zip(lines, furniture(lines), strict=True):
        if reason is not None:
            removed.append(Removed(line.strip(), reason))
            continue
        story, tail = without_tail(line)
        kept.append(story)
        if tail:
            removed.append(Removed(tail, A_LINK))
    return Cleaned(tuple(kept), merged(removed))


def furniture(lines: Sequence[str]) -> list[str | None]:
    """Return for each line what it was taken for, or None where it is story or empty.

    Lines are those of the document, in order, with its empty ones: a gap may end a list.
    """
    lines = [without_tail(line)[0] for line in lines]
    reasons = [_line_reason(line) for line in lines]
    for place in list(headlines_in_capitals(lines, reasons)):
        reasons[place] = LINK
    for place in list(list_entries(lines, reasons)):
        reasons[place] = LIST
    for place in _comments(lines, reasons):
        reasons[place] = COMMENTS if bare(lines[place]) else None
    for place in list(_labels_in_runs(lines, reasons)):
        reasons[place] = NAVIGATION
    return reasons


def merged(removed: Sequence[Removed]) -> tuple[Removed, ...]:
    """Join neighbours that were taken for the same thing, one line each."""
    runs = groupby(removed, key=lambda one: one.reason)
    return tuple(Removed("\n".join(one.text for one in run), reason) for reason, run in runs)


def _line_reason(line: str) -> str | None:
    words = bare(line)
    if not words or len(words) > MAX_RULE_CHARS:
        return None
    count = word_count(words)
    for rule in LINE_RULES:
        if count <= rule.max_words and rule.pattern.fullmatch(words):
            return None if rule.max_words > MIN_PROSE_WORDS and _reports(line) else rule.reason
    if opens_list(line):
        return LIST
    if count <= MAX_CALL_WORDS and not QUOTED.search(line) and _is_call(line):
        return SIGN_UP
    return None


def _reports(line: str) -> bool:
    return is_prose(line) and QUOTED.search(line) is not None


def _is_call(line: str) -> bool:
    """Tell whether every sentence asks something of the reader for the page's own sake."""
    line = " ".join(line.split())
    if not CALL.search(line):
        return False
    sentences = [span.of(line) for span in split_sentences(line, Span(0, len(line)))]
    calls = [CALL.match(sentence) is not None for sentence in sentences]
    return any(calls) and all(
        call or LEAD_IN.match(sentence) for call, sentence in zip(calls, sentences, strict=True)
    )


def _comments(lines: Sequence[str], reasons: Sequence[str | None]) -> range:
    """Return the places from the heading of readers' comments to the end of the text.

    Only comments below a story count, the first of which can be replied to.
    """
    story = [place for place, line in enumerate(lines) if reasons[place] is None and bare(line)]
    top = next((place for place in story if is_prose(lines[place])), len(lines))
    for head in range(top + 1, len(lines)):
        if COMMENTS_OPEN.fullmatch(bare(lines[head])):
            below = bisect_right(story, head)
            first = story[below : below + LINES_OF_A_COMMENT]
            if "reply" in [bare(lines[place]) for place in first[1:]]:
                return range(head, len(lines))
    return range(0)


def _labels_in_runs(lines: Sequence[str], reasons: Sequence[str | None]) -> Iterator[int]:
    """Yield the places of words such as "Email" and "World" that stand among other buttons."""
    places = [
        place
        for place, line in enumerate(lines)
        if bare(line) and (reasons[place] is None or reasons[place] in BUTTONS)
    ]
    before = ""
    for label, run in groupby(places, key=lambda place: _is_label(lines[place], reasons[place])):
        found = list(run)
        if label and len(found) > 1 and not before.rstrip().endswith(":"):
            acts = any(reasons[place] or bare(lines[place]) in ACTIONS for place in found)
            yield from (place for place in found if acts and reasons[place] is None)
        before = lines[found[-1]]


def _is_label(line: str, reason: str | None) -> bool:
    return reason is not None or bare(line) in LABELS
