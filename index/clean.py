"""Clean: tells the lines of a story from the furniture that stands around them.

Furniture is what a page says to its readers about itself: share and sign-up lines, links to other
stories, notices about cookies and copyright. A line is judged by its own words and by its
neighbours, never by the site it comes from. In doubt it stays: a sentence that only mentions a
cookie or a newsletter is story. Knows nothing of HTML, titles or bylines.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.chunk import split_sentences
from index.furniture import (
    ACTIONS,
    ADVERTISING,
    CALL,
    COMMENTS,
    COMMENTS_OPEN,
    LEAD_IN,
    LINE_RULES,
    LIST,
    MESSAGE,
    NAMES,
    NAVIGATION,
    SIGN_UP,
)
from index.lists import list_entries, opens_list
from index.prose import MIN_PROSE_WORDS, bare, is_prose, word_count
from index.types import Removed, Span

MAX_CALL_WORDS = 90
# The first comment has its "Reply" within so many lines.
LINES_OF_A_COMMENT = 6
# Longer lines are not looked at: whatever they are, they are no furniture.
MAX_RULE_CHARS = 1200
MAX_TAIL_CHARS = 60

A_LINK = "a link to the rest of the text"
QUOTED = re.compile(
    r"[\"“”«»]|\b(?:said|says|told|asked|wrote|reported|according)\b", re.IGNORECASE
)
# Beside these a single word such as "World" is a button.
BUTTONS = frozenset((NAVIGATION, ADVERTISING, COMMENTS, MESSAGE))
# A paragraph that a page cuts short ends with a link to the rest.
TAIL = re.compile(
    r"(?<=[.!?…”\"’])\s*[\[(]?(?:read (?:more|on|the full (?:story|article))|continue reading|"
    r"(?:see|show|learn|view) more)\b[\])]?[\s»›→>.…]{0,6}$",
    re.IGNORECASE,
)


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
    for place in list(list_entries(lines, reasons)):
        reasons[place] = LIST
    for place in _comments(lines, reasons):
        reasons[place] = COMMENTS
    for place in list(_labels_in_runs(lines, reasons)):
        reasons[place] = NAVIGATION
    return reasons


def without_tail(line: str) -> tuple[str, str]:
    """Part a paragraph from a link to the rest of its text, as in "It closed. Read more"."""
    end = len(line)
    while match := TAIL.search(line, max(0, end - MAX_TAIL_CHARS), end):
        end = match.start()
    tail = line[end:].strip()
    return (line[:end], tail) if tail and is_prose(line[:end]) else (line, "")


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


def _comments(lines: Sequence[str], reasons: Sequence[str | None]) -> list[int]:
    """Return the places from the heading of readers' comments to the end of the text.

    Only comments below a story count, the first of which can be replied to.
    """
    places = [place for place, line in enumerate(lines) if bare(line)]
    told = False
    for at, place in enumerate(places):
        if told and COMMENTS_OPEN.fullmatch(bare(lines[place])):
            first = places[at + 1 : at + 1 + LINES_OF_A_COMMENT]
            reply = next((line for line in first if bare(lines[line]) == "reply"), None)
            if reply is not None and any(line < reply and reasons[line] is None for line in first):
                return places[at:]
        told = told or (reasons[place] is None and is_prose(lines[place]))
    return []


def _labels_in_runs(lines: Sequence[str], reasons: Sequence[str | None]) -> Iterator[int]:
    """Yield the places of words such as "Email" and "World" that stand among other buttons."""
    places = [place for place, line in enumerate(lines) if bare(line)]
    before = ""
    for label, run in groupby(places, key=lambda place: _label(lines[place], reasons[place])):
        found = list(run)
        if label and len(found) > 1 and not before.rstrip().endswith(":"):
            acts = any(reasons[place] or bare(lines[place]) in ACTIONS for place in found)
            yield from (place for place in found if acts and reasons[place] is None)
        before = lines[found[-1]]


def _label(line: str, reason: str | None) -> bool:
    return reason in BUTTONS if reason else bare(line) in ACTIONS | NAMES
