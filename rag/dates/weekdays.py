"""Weekdays: "on Friday", "last Friday", "Friday of next week".

By the convention of news writing, a bare weekday lies within a week of the day of writing, before
it or after it as the verb says. Where people mean different days by the same words, there is none.
"""

import re
from datetime import date, timedelta

from rag.dates.forms import (
    LEAD,
    PART_OF_DAY,
    SHIFT,
    TO_COME,
    WEEKDAY,
    Form,
    Reading,
    word_after,
    word_before,
)
from rag.dates.period import WEEKDAYS, Period, a_day, a_week
from rag.dates.tense import Tense

# "Mail on Sunday", "on Sunday Night Football", "on Friday prayers".
NAMES_BEFORE = frozenset("Mail Plaid Live".split())
NAMES_AFTER = re.compile(
    r"\s+(?:Night|Nights|Morning|Times|Mirror|Telegraph|Express|Post|Mail|School|Star|Sport|Herald|"
    r"World|Review|Live|Magazine|Prayers?|prayers?|the\s+13th|\w*(?:evening|night|morning|"
    r"afternoon)s)\b"
)
GOES_ON = re.compile(
    r"[’'](?!\s)|[-–/]\w|\s+(?:to|through|thru|and|or)\s+(?:on\s+)?[MTWFS]\w+day\b"
)
WENT_ON = re.compile(r"[MTWFS]\w+day\s*(?:to|through|thru|and|or|-|–|,)\s*$")
# What may follow a weekday that stands without "on"; another word makes it an adjective, as in
# "the Friday deadline".
FUNCTION_WORDS = frozenset(
    """
    a about after against ahead along also amid an and around as at because before but by during for
    from he her here his how if in inside into it its near no of on or our outside over she so that
    the their there they this to under until upon via we when where whether which while who why with
    within without more two three four five six some several all not
    """.split()
)
NOT_BEFORE_BARE = frozenset(
    """
    a an the this that these those every each most any one some another no his her its their our my
    your following same previous preceding first second third fourth fifth final many several both
    of and or next last except like than but besides excluding not
    """.split()
)


def stands_as_time(match: re.Match[str], lead: str) -> bool:
    """Tell "will meet Friday" from "the Friday deadline", where no "on" does."""
    before, after = word_before(match), word_after(match)
    if before.lower() == "born":
        return False
    if lead:
        return True
    if not before or before[0].isupper() or before.lower().rstrip(".") in NOT_BEFORE_BARE:
        return False
    return not after or after[0].isupper() or after.lower() in FUNCTION_WORDS


def _weekday(match: re.Match[str], reading: Reading) -> Period | None:
    lead = (match["lead"] or "").lower()
    if _is_name_or_range(match) or not stands_as_time(match, lead):
        return None
    number, tense = WEEKDAYS.index(match["weekday"]), reading.tense
    if lead == "since":
        return a_day(_latest(number, reading.day - timedelta(days=1)))
    if tense is Tense.FUTURE:
        return a_day(_earliest(number, reading.day))
    if tense is Tense.PAST and lead not in TO_COME:
        return a_day(_latest(number, reading.day))
    return None


def _weekday_beside(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve "last Friday" and the like, where all that people mean by it is one day."""
    if _is_name_or_range(match) or word_before(match).lower() in NOT_BEFORE_BARE:
        return None
    number, which = WEEKDAYS.index(match["weekday"]), " ".join(match["which"].lower().split())
    past = _latest(number, reading.day - timedelta(days=1))
    coming = _earliest(number, reading.day + timedelta(days=1))
    this_week = a_week(reading.day)
    of_week = this_week.first + timedelta(days=number)
    day, clear = {
        "this past": (past, True),
        "past": (past, True),
        "this coming": (coming, True),
        "coming": (coming, True),
        "last": (past, not this_week.holds(past) and (reading.day - past).days >= 2),
        "next": (coming, not this_week.holds(coming) and (coming - reading.day).days >= 3),
        "this": (of_week, of_week >= reading.day or reading.tense is Tense.PAST),
    }[which]
    return a_day(day) if clear else None


def _weekday_of_week(match: re.Match[str], reading: Reading) -> Period | None:
    """Resolve "Friday of last week"; on Sundays nobody knows which week is the last."""
    if reading.day.weekday() == 6:
        return None
    monday = a_week(reading.day).first + timedelta(weeks=SHIFT[match["which"].lower()])
    return a_day(monday + timedelta(days=WEEKDAYS.index(match["weekday"])))


def _is_name_or_range(match: re.Match[str]) -> bool:
    text, start, end = match.string, match.start(), match.end()
    before = word_before(match)
    return bool(
        NAMES_AFTER.match(text, end)
        or GOES_ON.match(text, end)
        or WENT_ON.search(text, max(0, start - 24), start)
        or before in NAMES_BEFORE
        or before.lower() == "born"
        or (word_after(match) == "week" and not match.group().endswith("week"))
    )


def _latest(weekday: int, day: date) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _earliest(weekday: int, day: date) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


WEEKDAY_FORMS = (
    Form(
        re.compile(
            rf"(?:\b(?i:{LEAD})\s+)?(?:\b(?:late|early)\s+(?:on\s+)?)?\b{WEEKDAY}{PART_OF_DAY}"
        ),
        _weekday,
        tensed=True,
    ),
    Form(
        re.compile(
            rf"(?:\b(?i:on)\s+)?\b(?P<which>(?i:this\s+coming|this\s+past|this|last|next|coming|"
            rf"past))\s+{WEEKDAY}{PART_OF_DAY}"
        ),
        _weekday_beside,
    ),
    Form(
        re.compile(
            rf"(?:\b(?i:on)\s+)?\b{WEEKDAY}{PART_OF_DAY},?\s+(?:of\s+)?(?P<which>this|last|next)"
            r"\s+week\b"
        ),
        _weekday_of_week,
    ),
)
