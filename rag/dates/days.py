"""Days: "yesterday" and its kin, and dates that leave out their year.

A date without its year is the nearest one that the verb allows; a weekday beside it decides.
"""

import re
from datetime import date, timedelta

from rag.dates.forms import (
    LEAD,
    MONTH,
    PART_OF_DAY,
    TO_COME,
    WEEKDAY,
    Form,
    Reading,
    month_of,
    word_before,
)
from rag.dates.period import WEEKDAYS, Period, a_day
from rag.dates.tense import Tense, verb_beside
from rag.dates.weekdays import stands_as_time

# A date without its year is not further away than this: beyond it, news gives the year.
NEAR = timedelta(days=300)
# These are known by their date alone, whatever the year: 11 September, 7 October, 6 January.
KNOWN_BY_DATE = {(9, 11), (10, 7), (1, 6)}
DAY = r"(?P<day>[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
NO_MORE_DATE = (
    r"(?![\w%]|[,.:/]\d|,?\s+\d{4}|\s*[-–]\s*\d|\s+(?:to|and|or|through)\s+(?:\d|[A-Z])|\s*%"
    r"|\s+(?:per\s?cent|percent|people|million|billion|points?|miles|km)\b)"
)
# How many days after the day of writing each of them is.
NAMED_DAYS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "earlier today": 0,
    "later today": 0,
    "tonight": 0,
    "later tonight": 0,
    "this morning": 0,
    "earlier this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
NAMED = "|".join(name.replace(" ", r"\s+") for name in sorted(NAMED_DAYS, key=len, reverse=True))


def _dated(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve a day and a month; a weekday beside them decides the year."""
    month, day, weekday = month_of(match), int(match["day"]), match["weekday"]
    lead = (match["lead"] or "").lower()
    if (month, day) in KNOWN_BY_DATE and not weekday:
        return None
    near = [
        found
        for year in (reading.day.year - 1, reading.day.year, reading.day.year + 1)
        if (found := _on_calendar(year, month, day)) and abs(found - reading.day) <= NEAR
    ]
    if weekday:
        near = [found for found in near if WEEKDAYS[found.weekday()] == weekday]
    elif not stands_as_time(match, lead):
        near = []
    elif lead == "since" or (reading.tense is Tense.PAST and lead not in TO_COME):
        near = [found for found in near if found <= reading.day][-1:]
    elif reading.tense is Tense.FUTURE:
        near = [found for found in near if found >= reading.day][:1]
    else:
        near = []
    return a_day(near[0]) if len(near) == 1 else None


def _named_day(match: re.Match[str], reading: Reading) -> Period | None:
    name, before = " ".join(match["name"].lower().split()), word_before(match)
    rest = match.string[match.end() : match.end() + 2]
    possessive = rest[:1] in {"’", "'"}
    if name == "today" and (possessive or not verb_beside(match.string, match.start())):
        return None  # "today" is also what people call the present age
    if name.startswith("tomorrow") and possessive:
        return None
    if before.lower() in {"of", "the", "a", "every", "no", "and", "like", "until", "since"}:
        return None
    if match["name"][0].isupper() and before:  # a title, as of a newspaper
        return None
    return a_day(reading.day + timedelta(days=NAMED_DAYS[name]))


def _on_calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # 29 February
        return None


DAY_FORMS = (
    Form(
        re.compile(
            rf"(?:\b(?i:{LEAD})\s+)?\b(?:{WEEKDAY}{PART_OF_DAY},?\s+(?P<aside>\()?)?"
            rf"\b{MONTH}\s+{DAY}{NO_MORE_DATE}(?(aside)\))"
        ),
        _dated,
        tensed=True,
    ),
    Form(
        re.compile(
            rf"(?:\b(?i:{LEAD})\s+)?\b(?:{WEEKDAY},?\s+(?:the\s+)?)?(?<![\d.,:/–-])\b{DAY}\s+"
            rf"(?:of\s+)?{MONTH}(?![\w-])(?!,?\s+\d)"
        ),
        _dated,
        tensed=True,
    ),
    Form(
        re.compile(
            rf"\b(?P<name>(?i:{NAMED}))\b(?:\s+(?:morning|afternoon|evening|night)\b)?",
        ),
        _named_day,
    ),
)
