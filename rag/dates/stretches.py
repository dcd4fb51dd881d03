"""Stretches: weeks, months and years named from the day of writing, and spans of them.

"Last week", "later this year", "by the end of the year", "two years ago", "over the past decade".
"""

import re
from datetime import timedelta

from rag.dates.forms import (
    COUNT,
    SHIFT,
    VAGUE,
    WHICH,
    Form,
    Reading,
    count_of,
    word_after,
    word_before,
    worded,
)
from rag.dates.period import Period, a_week, days, month_number, months, years
from rag.dates.tense import Tense

SATURDAY, SUNDAY = 5, 6
# "his last year of eligibility", "the next week": these count from something else.
OWNERS = frozenset(
    "a an the his her its their our my your every each that those these whose one’s final".split()
)
BLURS = re.compile(
    r"\b(?:more|less|fewer|longer|nearly|almost|about|some|over|under|least|most|roughly|around|"
    r"approximately|than|from|with|to|until|period|quarter|just|well|first|as|the|every|and|or|"
    r"half|hundred|thousand|few)\s*$",
    re.IGNORECASE,
)
SAYS_MORE = re.compile(
    r"\s+(?:today|tomorrow|yesterday|this|last|next|to\s+the|on\s+[A-Z]|in\s+[A-Z][a-z]+(?:ber|ary|"
    r"ch|il|y|e|st)\b)"
)
NARROWED = (
    r"(?:\b(?P<narrowed>(?i:earlier|later|early|late|mid|sometime|"
    rf"(?:at\s+|by\s+|before\s+|until\s+|since\s+|towards?\s+)?the\s+{VAGUE}\s+of))\s+)?"
)
UNIT = r"(?P<unit>days?|weeks?|months?|years?)"


def _beside(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve "last week", "this month", "next year" and what narrows them."""
    which, unit = match["which"].lower(), match["unit"]
    if word_before(match).lower() in OWNERS or word_before(match).endswith(("’s", "'s")):
        return None
    if word_after(match) in {"of", "end"} or (which == "this" and word_after(match) == "old"):
        return None
    narrowed = " ".join((match["narrowed"] or "").lower().split())
    period = _counted(unit, SHIFT[which], narrowed, reading)
    return period if unit.startswith("week") else worded(period, narrowed)


def _counted(unit: str, shift: int, narrowed: str, reading: Reading) -> Period | None:
    if unit == "week":
        return _week(shift, narrowed, reading)
    if unit == "weekend":
        return _weekend(shift, reading)
    if unit == "month":
        return months(*[month_number(reading.day) + shift] * 2)
    if unit == "decade":
        return _decade(reading) if shift == 0 else None
    return years(*[reading.day.year + shift] * 2)


def _week(shift: int, narrowed: str, reading: Reading) -> Period | None:
    day, week = reading.day, a_week(reading.day)
    if shift:
        # On a Sunday, "next week" begins tomorrow for some and in a week for others.
        if day.weekday() == SUNDAY:
            return None
        return a_week(day + timedelta(weeks=shift))
    if narrowed == "earlier":
        return days(week.first, day) if day > week.first else None
    if narrowed == "later":
        return days(day, week.last) if day.weekday() < SATURDAY else None
    if day.weekday() >= SATURDAY and reading.tense is not Tense.PAST:
        return None
    return week


def _weekend(shift: int, reading: Reading) -> Period | None:
    week = a_week(reading.day)
    coming = days(week.last - timedelta(days=1), week.last)
    past = days(week.first - timedelta(days=2), week.first - timedelta(days=1))
    weekday = reading.day.weekday()
    if shift == 0:
        settled = weekday >= SATURDAY or reading.tense is Tense.FUTURE or weekday in {2, 3}
        return coming if settled and reading.tense is not Tense.PAST else None
    if shift < 0:
        return past if 1 <= weekday < SATURDAY else None
    return None  # "next weekend" is the nearest one for some, and the one after it for others


def _over_weekend(_match: re.Match[str], reading: Reading) -> Period | None:
    monday = a_week(reading.day).first
    if reading.day.weekday() < 3 and reading.tense is Tense.PAST:
        return days(monday - timedelta(days=2), monday - timedelta(days=1))
    if reading.day.weekday() < SATURDAY and reading.tense is Tense.FUTURE:
        return days(monday + timedelta(days=5), monday + timedelta(days=6))
    return None


def _end_of(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve "by the end of the year", which lies ahead; a tale of the past has others."""
    unit = (match["unit"] or "year").lower()
    if (match["which"] or "").lower() != "this" and reading.tense not in {
        Tense.FUTURE,
        Tense.LATER,
    }:
        return None
    if unit == "week":
        return None
    return worded(_counted(unit, 0, "", reading), match["edge"] or "end")


def _decade(reading: Reading) -> Period:
    first = reading.day.year // 10 * 10
    decade = years(first, first + 9)
    return Period(decade.first, decade.last, "year", name=f"the {first}s")


def _ago(match: re.Match[str], reading: Reading) -> Period | None:
    if BLURS.search(match.string, max(0, match.start() - 30), match.start()):
        return None
    if SAYS_MORE.match(match.string, match.end()):
        return None
    count, unit = count_of(match), match["unit"].rstrip("s")
    sign = -1 if match["way"].startswith("ago") else 1
    if unit == "day":
        day = reading.day + sign * timedelta(days=count)
        return days(day, day)
    if unit == "week":
        middle = reading.day + sign * timedelta(weeks=count)
        near = timedelta(days=3)
        name = days(middle, middle).label.split(" ", 1)[1]
        return Period(middle - near, middle + near, "day", name=name, wording="about {}")
    if unit == "month":
        number = month_number(reading.day) + sign * count
        return months(number, number).worded("about {}")
    year = reading.day.year + sign * count
    return years(year, year).worded("about {}")


def _span(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve "over the past two years", "in the next six months"."""
    which, unit = match["way"].lower(), match["unit"].rstrip("s")
    counted = match["count"] is not None
    plural = match["unit"].endswith("s")
    if plural != (count_of(match) > 1) or word_after(match) == "of":
        return None
    ahead = which in {"next", "coming"}
    if ahead and reading.tense not in {Tense.FUTURE, Tense.LATER}:
        return None
    if which == "last" and unit == "decade":  # the ten years before, or those before 2020
        return None
    if not counted and (unit in {"day", "week"} or (ahead and not match["lead"])):
        return None
    count = (10 if unit == "decade" else 1) * count_of(match)
    ends = sorted((0, count if ahead else -count))
    if unit in {"day", "week"}:
        step = timedelta(weeks=1) if unit == "week" else timedelta(days=1)
        period = days(*(reading.day + step * end for end in ends))
    elif unit == "month" or count == 1:
        step_months = 1 if unit == "month" else 12
        period = months(*(month_number(reading.day) + step_months * end for end in ends))
    else:
        period = years(*(reading.day.year + end for end in ends))
    return period.worded("about {}")


STRETCH_FORMS = (
    Form(
        re.compile(rf"{NARROWED}\b{WHICH}\s+(?P<unit>week|weekend|month|year|decade)\b"),
        _beside,
    ),
    Form(
        re.compile(
            r"(?:\b(?i:by|before|until|at|towards?|through)\s+)the\s+(?P<edge>end|middle)\s+of\s+"
            r"(?P<which>the|this)\s+(?P<unit>week|month|year|decade)\b"
        ),
        _end_of,
    ),
    Form(
        re.compile(
            r"\b(?i:by|before|until)\s+(?:the\s+)?(?P<unit>year|month)(?:[’']s)?[\s-](?P<edge>end)\b"
            r"(?P<which>(?<!.))?"
        ),
        _end_of,
    ),
    Form(re.compile(r"\b(?i:over|at)\s+the\s+weekend\b"), _over_weekend, tensed=True),
    Form(
        re.compile(rf"\b(?i:{COUNT})\s+{UNIT}\s+(?P<way>ago|from\s+(?:now|today))\b"),
        _ago,
    ),
    Form(
        re.compile(
            r"(?:\b(?P<lead>(?i:over|in|during|within|for|through|across|throughout))\s+)?\bthe\s+"
            rf"(?P<way>past|last|next|coming)\s+(?:{COUNT}\s+)?"
            r"(?P<unit>days?|weeks?|months?|years?|decades?)\b"
        ),
        _span,
    ),
)
