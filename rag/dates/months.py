"""Months and seasons: "in March", "last March", "this summer", "in the spring".

A month without its year is the nearest one that the verb allows. Seasons are those north of the
equator; whether an article speaks of the south is not seen here.
"""

import re

from rag.dates.forms import (
    MONTH,
    SHIFT,
    VAGUE,
    WHICH,
    Form,
    Reading,
    month_of,
    word_after,
    worded,
)
from rag.dates.period import SEASONS, Period, a_month, a_season, month_number, months
from rag.dates.tense import Tense

# A month without its year is not further away than this; beyond it, news gives the year.
NEAR_MONTHS = 9
SEASON = rf"(?P<season>{'|'.join(SEASONS)})"
# "In the spring of 1989" says its year; "this fall in prices" is no season.
NOT_A_SEASON = re.compile(r"\s+(?:of|back)\b|,?\s+\d|[-–]\w")
DROP = re.compile(r"\s+(?:in|to|from|for|by|through|into|short|apart|out|under|behind|on)\b")
# "On a Monday in November", of any year.
ANY_DAY = re.compile(r"\b(?:an?|one|some|any)\s+(?:\w*day|night|morning|evening|week)\s+$")


def _month(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve a month without its year: the nearest one that the tense allows."""
    if _is_more_than_month(match):
        return None
    lead = match["lead"].lower()
    ago = (reading.day.month - month_of(match)) % 12
    ahead = (12 - ago) % 12
    number = month_number(reading.day)
    if lead == "since" or (reading.tense is Tense.PAST and lead in {"in", "during"}):
        found = months(number - ago, number - ago) if 0 < ago <= NEAR_MONTHS else None
    elif reading.tense is Tense.FUTURE and 0 < ahead <= NEAR_MONTHS:
        found = months(number + ahead, number + ahead)
    else:
        found = None
    return worded(found, match["narrowed"] or "")


def _is_more_than_month(match: re.Match[str]) -> bool:
    """Tell whether it is part of a name or a range ("in May and June"), or of any year."""
    after = word_after(match)
    return bool(
        after[:1].isupper()
        or after in {"of", "and", "or", "to", "through"}
        or re.match(r"[’'–/-]\w", match.string[match.end() : match.end() + 2])
        or ANY_DAY.search(match.string, max(0, match.start() - 30), match.start())
    )


def _month_beside(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve "last March", where the nearest one is also that of the last year."""
    which, month = " ".join(match["which"].lower().split()), month_of(match)
    year, own = reading.day.year, reading.day.month
    if word_after(match)[:1].isupper():
        return None
    past = a_month(year if month < own else year - 1, month)
    coming = a_month(year if month > own else year + 1, month)
    other = month != own
    found, clear = {
        "this": (a_month(year, month), True),
        "this past": (past, True),
        "this coming": (coming, True),
        "last": (past, other and past.first.year != year),
        "next": (coming, other and coming.first.year != year),
    }[which]
    return found if clear else None


def _month_of_year(match: re.Match[str], reading: Reading) -> Period | None:
    year = reading.day.year + SHIFT[match["which"].lower()]
    return worded(a_month(year, month_of(match)), match["narrowed"] or "")


def _season(match: re.Match[str], reading: Reading) -> Period | None:
    if NOT_A_SEASON.match(match.string, match.end()) or word_after(match)[:1].isupper():
        return None
    season, which = match["season"], " ".join(match["which"].lower().split())
    if season == "fall" and DROP.match(match.string, match.end()):
        return None
    year, tense = reading.day.year, reading.tense
    around = [a_season(y, season) for y in (year - 2, year - 1, year, year + 1)]
    over = [s for s in around if s.last < reading.day]
    ahead = [s for s in around if s.first > reading.day]
    now = [s for s in around if s.holds(reading.day)]
    narrowed = match["narrowed"] or ""
    if which in {"in the", "this past", "this coming"}:
        if now:
            return None
        wants_past = which == "this past" or (which == "in the" and tense is Tense.PAST)
        wants_future = which == "this coming" or (which == "in the" and tense is Tense.FUTURE)
        chosen = over[-1] if wants_past else ahead[0] if wants_future else None
    elif which == "this":
        of_year = a_season(year, season)
        chosen = now[0] if now else None if season == "winter" else of_year
    elif which == "last":
        # Once the year's own is over, "last summer" is that one for some and the one before for
        # others.
        chosen = over[-1] if over[-1].first.year < year else None
    else:
        chosen = ahead[0] if ahead[0].first.year > year else None
    return worded(chosen, narrowed)


MONTH_FORMS = (
    Form(
        re.compile(
            r"\b(?P<lead>(?i:in|since|until|by|from|during|before))\s+"
            rf"(?P<narrowed>(?:early|late|mid|the\s+{VAGUE}\s+of)[\s-])?{MONTH}"
            r"(?![\w-])(?!\.?,?\s+(?:of\s+)?\d|\.?,?\s+(?:of\s+)?(?:last|this|next)\s+year)"
        ),
        _month,
        tensed=True,
    ),
    Form(
        re.compile(
            rf"\b(?:(?i:in|since|until|by|from)\s+)?(?P<narrowed>(?:early|late|mid)[\s-])?{MONTH},?"
            rf"\s+(?:of\s+)?{WHICH}\s+year\b"
        ),
        _month_of_year,
    ),
    Form(
        re.compile(
            rf"\b(?P<which>(?i:this\s+past|this\s+coming|last|this|next))\s+{MONTH}(?![\w-])"
            r"(?!\.?,?\s+\d)"
        ),
        _month_beside,
    ),
    Form(
        re.compile(
            r"(?P<narrowed>\b(?:earlier|later|early|late)\s+)?"
            r"\b(?P<which>(?i:this\s+past|this\s+coming|in\s+the|last|this|next))\s+"
            rf"(?:(?:early|late)\s+)?{SEASON}\b"
        ),
        _season,
        tensed=True,
    ),
)
