"""Asked: which period a question names, and whether it asks how things stand now.

Knows the question and the day on which it is asked, nothing of any article.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from index.dates import find_dates
from rag.dates.period import MONTH_NAMES, Period, years
from rag.dates.phrases import meaning, phrases
from rag.dates.publication import period_of
from rag.dates.tense import tense_of

YEAR = re.compile(
    r"\b(?:in|of|during|since|before|after|until|till|from|between|and|or|to|the|early|late|mid)"
    r"[\s-]+(?P<year>1[0-9]{3}|20[0-9]{2})\b(?!\s*%)",
    re.IGNORECASE,
)
BOUND = re.compile(
    r"\b(?P<bound>since|after|before|until|till|by|prior\s+to)\s+"
    r"(?:(?:the|early|late|mid)\b[\s-]*)?$",
    re.IGNORECASE,
)
LEADING = re.compile(r"(?:since|after|before|until|till|by)\s+", re.IGNORECASE)
MONTH_WORD = re.compile(rf"\b(?:{'|'.join(MONTH_NAMES)})\b")
FROM_TO = re.compile(r"\b(?:between|from)\b.+\b(?:and|to|until|through)\b", re.IGNORECASE)

# These ask for the present even where the question's verb is of the past: "what was the latest".
NEWEST = re.compile(
    r"\b(?:latest|newest|most\s+recent(?:ly)?|up[\s-]to[\s-]date|as\s+of\s+(?:today|now)|to\s+date)\b",
    re.IGNORECASE,
)
OFFICES = (
    r"president|premier|(?:prime|finance|foreign|defence|defense|interior)\s+minister|minister|"
    r"head|chief|ceo|chair\w*|leader|governor|mayor|king|queen|monarch|pope|chancellor|director|"
    r"secretary|coach|captain|champion|owner|holder|ambassador|commander|speaker|manager|editor|"
    r"boss|spokes\w+|richest|oldest|tallest|largest|biggest|fastest"
)
PRESENT = re.compile(
    r"\b(?:now|currently|current|present(?:ly)?|at\s+the\s+moment|these\s+days|nowadays|today|"
    r"so\s+far|still|anymore|any\s+longer|no\s+longer|this\s+(?:morning|week|month|year))\b"
    rf"|\bwho(?:\s+is|[’']s)\s+(?:the\s+|\w+[’']s\s+)?(?:[\w-]+\s+){{0,2}}(?:{OFFICES})\b"
    r"|^\s*who\s+(?:leads|runs|heads|owns|governs|rules|coaches|chairs)\b"
    r"|\bwhat(?:\s+is|[’']s)\s+the\s+(?:state|status|situation|outlook)\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:was|were|did|had|used\s+to|ago|back\s+then|at\s+the\s+time)\b", re.IGNORECASE
)


def prefers_newest(question: str, today: date | None = None) -> bool:
    """Tell whether a question asks for the present or the latest state of things.

    Args:
        question: the question.
        today: the day on which it is asked; where it is given, a question about a period that is
            over does not ask for the present.
    """
    if today is not None:
        period = asked_period(question, today)
        if period is not None and period.last < today:
            return False
    if NEWEST.search(question):
        return True
    return PRESENT.search(question) is not None and PAST.search(question) is None


def asked_period(question: str, today: date) -> Period | None:
    """Return the period that a question names, or None where it names none, or several.

    "Since" and "after" reach to the day of asking; "before" and "until" from the beginning of the
    calendar. "Between" and "from ... to" span two. Periods that other events date ("before the
    election") are none.

    Args:
        question: the question.
        today: the day on which it is asked, against which relative words are understood.
    """
    named = sorted(_named(question, today), key=lambda found: found[0])
    if len(named) < len(MONTH_WORD.findall(question)):  # "from March to May 2025"
        return None
    if len(named) == 2 and FROM_TO.search(question):
        (_, first), (_, last) = named
        if first.first <= last.last:
            return Period(first.first, last.last, first.precision)
        return None
    periods = {_bounded(question[:start], period, today) for start, period in named}
    return periods.pop() if len(periods) == 1 else None


def _named(question: str, today: date) -> Iterator[tuple[int, Period]]:
    taken: list[tuple[int, int]] = []
    for found in find_dates(question):
        taken.append((found.span.start, found.span.end))
        period = period_of(found.iso) if found.iso else None
        if period is not None:
            yield found.span.start, period
    for match, form in phrases(question):
        start, end = match.span()
        if any(start < b and a < end for a, b in taken):
            continue
        period = meaning(match, form, tense_of(question, start, end), (today,))
        if period is not None:
            taken.append((start, end))
            lead = LEADING.match(match.group())
            yield start + (lead.end() if lead else 0), period
    for match in YEAR.finditer(question):
        start, end = match.span("year")
        if not any(start < b and a < end for a, b in taken):
            yield start, years(int(match["year"]), int(match["year"]))


def _bounded(before: str, period: Period, today: date) -> Period | None:
    """Return the period that a bound such as "since" makes of one."""
    found = BOUND.search(before)
    if found is None:
        return period
    bound = found["bound"].lower()
    one = timedelta(days=1)
    try:
        if bound == "since":
            return Period(period.first, today, "day")
        if bound == "after":
            return Period(period.last + one, today, "day")
        if bound in {"until", "till", "by"} and period.last >= today:
            return None  # what is to come by then is told today
        last = period.last if bound in {"until", "till", "by"} else period.first - one
        return Period(date.min, last, "day")
    except (ValueError, OverflowError):  # it begins after it ends, or beyond the calendar
        return None
