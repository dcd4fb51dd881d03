"""Publication: on which days an article may have been written, by the dates that it carries.

A month or a year leaves many days open. So does a moment in UTC, which publishing systems write
whatever the newsroom's clock shows, and so does a later update. Words are read for the first and
the last of these days, and have a date only where both give the same one.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from index.dates import iso_date
from rag.dates.period import Period, a_month, years

# Most newsrooms work between the clocks of the American west coast and of eastern Australia.
WESTMOST = timedelta(hours=-8)
EASTMOST = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Publication:
    """The first and the last day on which an article may have been written, both included."""

    first: date
    last: date


def publication(published: str | None, updated: str | None = None) -> Publication | None:
    """Return the days on which an article may have been written, or None if that is not known.

    Args:
        published: ISO 8601 with any precision, as in Article; None is unknown.
        updated: likewise.
    """
    if published is None or (known := period_of(published)) is None:
        return None
    later = period_of(updated) if updated is not None else None
    last = known.last if later is None else max(known.last, later.last)
    return Publication(known.first, last)


def period_of(written: str) -> Period | None:
    """Return the days that a date in ISO 8601 may mean on its writer's calendar, or None."""
    if iso_date(written) != written:
        return None
    day, _, clock = written.partition("T")
    if not clock:
        return _calendar_period(day)
    moment = datetime.fromisoformat(written)
    if moment.utcoffset() != timedelta(0):
        return Period(moment.date(), moment.date(), "day")
    utc = moment.replace(tzinfo=UTC)
    try:
        return Period((utc + WESTMOST).date(), (utc + EASTMOST).date(), "day")
    except OverflowError:  # the first and the last day of the calendar
        return Period(moment.date(), moment.date(), "day")


def day_of(published: str | None) -> date | None:
    """Return the day that a date in ISO 8601 is written with, or None where it has none."""
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def published_by(published: str | None, as_of: str) -> bool:
    """Tell whether an article was surely published by the end of a day, month or year.

    Args:
        published: ISO 8601 with any precision; a month or a year counts from its last day.
        as_of: ISO 8601; what has a time of day counts as its day.
    """
    if published is None:
        return False
    known, limit = (_calendar_period(value[:10]) for value in (published, as_of))
    return known is not None and limit is not None and known.last <= limit.last


def _calendar_period(day: str) -> Period | None:
    parts = [int(part) for part in day.split("-")] if iso_date(day) == day else []
    match parts:
        case [year]:
            return years(year, year)
        case [year, month]:
            return a_month(year, month)
        case [year, month, number]:
            return Period(date(year, month, number), date(year, month, number), "day")
        case _:
            return None
