"""Moments: when something was, is or is to be, as a report writes it.

A moment is a range of days, worked out against the day on which its article was published, or the
parts of a date that are written (a month, a day, a weekday). Two moments contradict each other when
no day fits both. Only used to compare: nothing is shown resolved. Knows nothing of events.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from index.dates import MONTH_NAMES
from index.types import Span
from rag.comparing.number_words import DAYS, ONES
from rag.words import fold

ENGLISH = [names.split()[0] for names in MONTH_NAMES]
MONTHS = {name: number for number, name in enumerate(ENGLISH, 1)} | {
    name[:3]: number for number, name in enumerate(ENGLISH, 1) if len(name) > 4
}
MONTHS["sept"] = 9
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        "monday tuesday wednesday thursday friday saturday sunday".split()
    )
}
MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
YEAR = r"(?P<year>(?:1[0-9]|20)\d\d)\b(?!\s?(?:people|%|per ?cent))"
COUNT = rf"(?P<count>\d+|{'|'.join(ONES)}|ten|twenty|thirty|forty|fifty|a|an|several)"
UNIT = r"(?P<unit>day|week|month|year|decade)s?"
# "by" and "before" name the end of a range that begins when the article was written.
DEADLINE = (
    r"(?:(?P<by>by|before|until|no later than|not later than)\s(?:the end of\s|the close of\s)?)?"
)
PART_OF = "the (?:start|end|middle) of"
NAMED_TIME = "|".join(
    (*"day week month year spring summer autumn winter".split(), *WEEKDAYS, *ENGLISH)
)
THIS = "(?:this week['’]s|the|this|the current|his|her|their)"
EVENT = "(?:visit|trip|tour|journey|summit|stay)"
FORMS = (
    rf"{DEADLINE}(?:(?:early|mid|late|in|on)[ -])?{MONTH}\s{DAY}(?!\d)(?:,?\s{YEAR})?",
    rf"{DEADLINE}\b{DAY}\s(?:of\s)?{MONTH}(?:,?\s{YEAR})?",
    rf"{DEADLINE}(?:(?:early|mid|late|in|{PART_OF})[ -])?{MONTH}(?:,?\s(?:of\s)?{YEAR})?",
    rf"(?:over|in|during|within) the (?P<next>next|coming|last|past) (?:{COUNT}\s)?{UNIT}\b",
    rf"(?P<within>within|in) {COUNT} {UNIT}(?:['’] time)?\b",
    rf"(?P<given>(?:has|have|had|given|gave \w+|giving \w+)) {COUNT} {UNIT}(?= (?:to|in which)\b)",
    rf"{COUNT} {UNIT} (?P<ago>ago|earlier)\b",
    rf"(?P<rel>last|this|next) (?P<what>{NAMED_TIME})\b",
    r"\b(?P<near>today|yesterday|tomorrow)\b",
    rf"\b(?P<weekday>{'|'.join(WEEKDAYS)})\b(?P<later> (?:of )?next week\b)?",
    rf"{DEADLINE}(?<![\d,.$£€-]){YEAR}(?!\s?-)(?P<decades>s)?",
    # An event that is going on as the article is written; which day that is may be unknown.
    rf"(?P<during>(?:on|during) {THIS} (?:\w+ )?{EVENT}|{EVENT}, during which)\b",
)
PATTERNS = tuple(
    re.compile(rf"(?<!\w){form}" if not form.startswith(r"\b") else form, re.IGNORECASE)
    for form in FORMS
)
# A day on which something was said is none of what happened: "the mediators said on Monday".
REPORTED = re.compile(
    r"\b(?:said|says|told [\w ]{1,30}|announced|reported|confirmed|testified|declared|added|stated"
    r"|warned|denied|estimated)(?: (?:late|early))?(?: (?:in|at) an? [\w ]{1,25})?"
    r"(?: late| early)?(?: on)? $"
)
SMALL_MAY = re.compile(r"\bmay\b(?!\s\d)")
ROUGH = {"day": 0, "week": 4, "month": 20, "year": 200, "decade": 400}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was written.

    Attributes:
        span: where it stands in the text it was read from.
        days: the first and last day that it may mean, as proleptic ordinals; None if unknown.
        month, day, weekday: the parts of the date that are written; None for others.
        deadline: whether it is the end of a time ("by 2035", "within five years").
        running: whether it is an event that was going on as the article was written.
    """

    span: Span
    days: tuple[int, int] | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    deadline: bool = False
    running: bool = False


# Sentences are compared again for the next question, and whole articles for their latest year.
@lru_cache(maxsize=2_000)
def find_moments(text: str, published: date | None) -> tuple[Moment, ...]:
    """Return the moments in a text, in order, none within another."""
    found: list[Moment] = []
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            if any(m.span.start < match.end() and match.start() < m.span.end for m in found):
                continue
            if SMALL_MAY.search(match.group()) and not match.groupdict().get("year"):
                continue
            moment = _read(match, published)
            if moment is not None:
                found.append(moment)
    return tuple(sorted(found, key=lambda moment: moment.span))


def is_of_report(text: str, moment: Moment) -> bool:
    """Tell whether a day is the one on which something was said, not on which it happened."""
    return (moment.weekday is not None or moment.day is not None) and REPORTED.search(
        text, 0, moment.span.start
    ) is not None


def concur(one: Moment, other: Moment) -> bool | None:
    """Tell whether some day fits both moments; None where that cannot be known."""
    if one.days is not None and other.days is not None:
        return one.days[0] <= other.days[1] and other.days[0] <= one.days[1]
    if one.running or other.running:
        return None
    parts = [
        (mine, theirs)
        for mine, theirs in ((one.month, other.month), (one.day, other.day))
        if mine is not None and theirs is not None
    ]
    if parts:
        return all(mine == theirs for mine, theirs in parts)
    if one.weekday is not None and other.weekday is not None:
        return one.weekday == other.weekday
    return None


def latest_year(text: str) -> int | None:
    """Return the latest year that a text writes, of those that are no deadline."""
    years = [
        date.fromordinal(moment.days[0]).year
        for moment in find_moments(text, None)
        if moment.days is not None and not moment.deadline
    ]
    return max(years, default=None)


def _read(match: re.Match[str], published: date | None) -> Moment | None:
    parts = match.groupdict()
    span = Span(*match.span())
    deadline = bool(parts.get("by"))
    if parts.get("during"):
        days = _around(published, 45) if published else None
        return Moment(span, days, running=True)
    if parts.get("month"):
        return _calendar(parts, span, published, deadline=deadline)
    if parts.get("year"):
        year = int(parts["year"])
        last = year + 9 if parts.get("decades") else year
        first = date(year, 7, 1) if deadline else date(year, 1, 1)
        return Moment(span, (first.toordinal(), date(last, 12, 31).toordinal()), deadline=deadline)
    if published is None:
        weekday = WEEKDAYS.get(fold(parts.get("weekday") or ""))
        return Moment(span, weekday=weekday) if weekday is not None else None
    return _relative(parts, span, published)


def _calendar(
    parts: dict[str, str | None], span: Span, published: date | None, *, deadline: bool
) -> Moment | None:
    month = MONTHS[fold(parts["month"] or "")]
    day = _whole(parts.get("day"))
    if day is not None and not 1 <= day <= 31:
        return None
    year = _whole(parts.get("year"))
    if year is None and published is not None:
        # The nearest one: news seldom looks further than half a year without saying the year.
        years = (published.year - 1, published.year, published.year + 1)
        middle = published.toordinal()
        year = min(
            years, key=lambda y: abs(date(y, month, min(day or 15, 28)).toordinal() - middle)
        )
    if year is None:
        return Moment(span, month=month, day=day, deadline=deadline)
    try:
        first = date(year, month, day or 1)
    except ValueError:
        return None
    last = first if day else (date(year + month // 12, month % 12 + 1, 1) - timedelta(1))
    return Moment(span, (first.toordinal(), last.toordinal()), month, day, deadline=deadline)


def _relative(parts: dict[str, str | None], span: Span, published: date) -> Moment | None:
    today = published.toordinal()
    if parts.get("near"):
        day = today + {"yesterday": -1, "today": 0, "tomorrow": 1}[fold(parts["near"] or "")]
        return Moment(span, (day, day))
    if parts.get("weekday"):
        # The last such day or the next: the tense would tell, and is not read.
        weekday = WEEKDAYS[fold(parts["weekday"] or "")]
        if parts.get("later"):
            day = today - published.weekday() + 7 + weekday
            return Moment(span, (day, day), weekday=weekday)
        back = (published.weekday() - weekday) % 7
        days = (today - back, today - back) if back <= 3 else (today + 7 - back, today + 7 - back)
        return Moment(span, days, weekday=weekday)
    if parts.get("rel"):
        return _named(fold(parts["rel"] or ""), fold(parts["what"] or ""), span, published)
    number = _count(parts.get("count"))
    return None if number is None else _counted(number, parts, span, today)


def _counted(number: float, parts: dict[str, str | None], span: Span, today: int) -> Moment:
    unit = fold(parts["unit"] or "day")
    length = round(number * DAYS[unit])
    rough = ROUGH[unit]
    if parts.get("ago"):
        return Moment(span, (today - length - rough, today - length + rough))
    if fold(parts.get("next") or "") in {"last", "past"}:
        return Moment(span, (today - length - rough, today))
    # What is to be done "over the next ten years" is a deadline, whatever "over" says.
    return Moment(span, (today + length - 2 * rough, today + length + rough), deadline=True)


def _named(rel: str, what: str, span: Span, published: date) -> Moment | None:
    shift = {"last": -1, "this": 0, "next": 1}[rel]
    today = published.toordinal()
    if what == "year":
        year = published.year + shift
        return Moment(span, (date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()))
    if what == "week":
        monday = today - published.weekday() + 7 * shift
        return Moment(span, (monday - 1, monday + 6))
    if what == "month":
        months = published.year * 12 + published.month - 1 + shift
        first = date(months // 12, months % 12 + 1, 1)
        following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
        return Moment(span, (first.toordinal(), following.toordinal() - 1))
    if what in WEEKDAYS:
        return Moment(span, _around(published, 7), weekday=WEEKDAYS[what])
    if what in MONTHS:
        return Moment(span, _around(published, 400), month=MONTHS[what])
    return None


def _around(published: date, days: int) -> tuple[int, int]:
    return published.toordinal() - days, published.toordinal() + days


def _whole(written: str | None) -> int | None:
    return int(written) if written else None


def _count(written: str | None) -> float | None:
    if written is None or fold(written) in {"a", "an"}:
        return 1.0
    word = fold(written)
    if word.isdigit():
        return float(word)
    tens = {"ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
    number = {**ONES, **tens}.get(word)
    return float(number) if number is not None else None
