"""Forms: what the modules that know one kind of phrase share.

A form is a pattern, and how what it matched becomes a Period. `weekdays` and `days` have those that
name a day, `months` and `stretches` those that name longer times.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rag.dates.period import MONTH_NAMES, WEEKDAYS, Period
from rag.dates.tense import Tense


@dataclass(frozen=True, slots=True)
class Reading:
    """What a phrase is understood against: the day of writing, and its clause's tense."""

    day: date
    tense: Tense | None


@dataclass(frozen=True, slots=True)
class Form:
    """One way to name a time.

    Attributes:
        pattern: what it looks like; the match is the phrase.
        period: what it means, None where that is not clear.
        tensed: whether its meaning leans on the clause's tense, so that what was told before can
            lead it astray; words such as "last year" do not.
    """

    pattern: re.Pattern[str]
    period: Callable[[re.Match[str], Reading], Period | None]
    tensed: bool = False


# The months as news style books shorten them, too.
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, start=1)}
SHORT_MONTHS = {name[:3]: number for name, number in MONTHS.items() if len(name) > 4}
MONTH_OF = {**MONTHS, **SHORT_MONTHS, "Sept": 9}

WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})\b"
MONTH = rf"(?P<month>{'|'.join(MONTHS)}|(?:{'|'.join(SHORT_MONTHS)}|Sept)\b\.?)"
PART_OF_DAY = r"(?:\s+(?:morning|afternoon|evening|night|lunchtime)\b)?"
SHIFT = {"last": -1, "this": 0, "next": 1}
WHICH = r"(?P<which>(?i:last|this|next))"
VAGUE = r"(?:end|start|beginning|middle)"
LEAD = r"(?P<lead>on|since|until|till|by|from|before|through|for)"
TO_COME = frozenset("until till by from before through for".split())
COUNTS = {
    word: count
    for count, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        start=1,
    )
} | {"a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50}
COUNT = rf"(?P<count>[1-9][0-9]?|{'|'.join(sorted(COUNTS, key=len, reverse=True))})"

WORD_BEFORE = re.compile(r"([\w’'.-]+)\s+$")
WORD_AFTER = re.compile(r"\s+([\w’']+)")


def word_before(match: re.Match[str]) -> str:
    """Return the word before a phrase, or nothing where it opens a clause."""
    found = WORD_BEFORE.search(match.string, max(0, match.start() - 40), match.start())
    return found[1] if found else ""


def word_after(match: re.Match[str]) -> str:
    """Return the word that follows a phrase with nothing but space between, or nothing."""
    found = WORD_AFTER.match(match.string, match.end())
    return found[1] if found else ""


def count_of(match: re.Match[str]) -> int:
    """Return the number that a match names; one where it names none."""
    written = match["count"]
    if written is None:
        return 1
    return COUNTS.get(written.lower()) or int(written)


def month_of(match: re.Match[str]) -> int:
    """Return the month that a match names, from 1."""
    return MONTH_OF[match["month"].rstrip(".")]


def worded(period: Period | None, narrowed: str) -> Period | None:
    """Keep how the words narrow a month or a year; what is only earlier or later is in it."""
    if period is None:
        return None
    edge = re.search(rf"{VAGUE}|early|late\b|mid", narrowed)
    if edge is None:
        return period
    word = edge.group()
    if word in {"early", "late"}:
        return period.worded(f"{word} {{}}")
    return period.worded("mid-{}" if word == "mid" else f"the {word} of {{}}")
