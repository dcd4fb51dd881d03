"""Prose: tells sentences from headlines, labels and dates, by a line's own form.

Knows nothing of what a line says.
"""

import re

from index.chunk import ENDS_SENTENCE
from index.dates import find_dates

# A sentence of a story has at least this many words; shorter lines may be headings.
MIN_PROSE_WORDS = 6
# A line of more words than this is prose, however it ends.
MAX_HEADLINE_WORDS = 30
MIN_HEADLINE_WORDS = 4

MAX_DATE_LINE = 60
# A date line has at most so many characters beside the date, as "Posted" and "ET" are.
MAX_BESIDE_DATE = 12

DIGIT = re.compile("[0-9]")
WORDLESS_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
ENDS_ABBREVIATED = re.compile(r"\b(?:[A-Z]\.){2,}$|\b(?:Inc|Co|Corp|Ltd|Jr|Sr|St|No)\.$")
ENDS_LOUDLY = re.compile(r"[!?！？][\"'”’»)\]]*$")
SECOND_SENTENCE = re.compile(r"[.!?…][\"'”’)]*\s+[\"'“‘(]*[A-Z0-9]")
DECORATION = " \t\u00a0•·*|>»›→▶►–—-[]()#:…"
AGO = re.compile(
    r"(?:\d{1,3}|an?|one) (?:second|sec|minute|min|hour|hr|day|week|month|year)s? ago|yesterday",
    re.IGNORECASE,
)
# A paragraph that a page cuts short ends with a link to the rest.
MAX_TAIL_CHARS = 60
TAIL = re.compile(
    r"(?<=[.!?…”\"’])\s*[\[(]?(?:read (?:more|on|the full (?:story|article))|continue reading|"
    r"(?:see|show|learn|view) more)\b[\])]?[\s»›→>.…]{0,6}$",
    re.IGNORECASE,
)


def is_prose(line: str) -> bool:
    """Tell whether a line is a sentence or more, rather than a heading, a label or an entry."""
    return _is_prose(_parted(line)[0].strip())


def without_tail(line: str) -> tuple[str, str]:
    """Part a paragraph from a link to the rest of its text, as in "It closed. Read more"."""
    story, tail = _parted(line)
    return (story, tail.strip()) if tail and _is_prose(story) else (line, "")


def _parted(line: str) -> tuple[str, str]:
    end = len(line)
    while match := TAIL.search(line, max(0, end - MAX_TAIL_CHARS), end):
        end = match.start()
    return line[:end], line[end:]


def _is_prose(line: str) -> bool:
    words = word_count(line)
    if words > MAX_HEADLINE_WORDS:
        return True
    if words < MIN_PROSE_WORDS or not ENDS_SENTENCE.search(line, max(0, len(line) - 8)):
        return False
    if ENDS_LOUDLY.search(line, max(0, len(line) - 8)):
        return SECOND_SENTENCE.search(line) is not None
    return not ENDS_ABBREVIATED.search(line, max(0, len(line) - 12))


def word_count(line: str) -> int:
    """Count words; in a script without spaces two characters pass for one."""
    return len(line.split()) + len(WORDLESS_SCRIPT.findall(line)) // 2


def is_date_line(line: str) -> bool:
    """Tell whether a line says only when something appeared, however ambiguously."""
    line = line.strip(DECORATION)
    if len(line) > MAX_DATE_LINE:
        return False
    if AGO.fullmatch(line):
        return True
    if not DIGIT.search(line):
        return False
    dates = find_dates(line)
    return len(dates) == 1 and len(line) - len(dates[0].span) <= MAX_BESIDE_DATE


def is_headline(line: str) -> bool:
    """Tell whether a line has the form of a headline."""
    line = line.strip(DECORATION)
    return (
        word_count(line) >= MIN_HEADLINE_WORDS
        and not line[0].islower()
        and not is_prose(line)
        and not is_date_line(line)
    )


def letters(text: str) -> str:
    """Return the letters and digits of a text alone, in small letters, to compare it by."""
    return "".join(character for character in text.casefold() if character.isalnum())


def bare(line: str) -> str:
    """Return a line in small letters without bullets, arrows and the like around it."""
    return " ".join(line.split()).strip(DECORATION).casefold().replace("’", "'")
