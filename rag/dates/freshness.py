"""Freshness: how new each of several articles is, beside the newest of them.

Only the articles' dates count. What to make of it is the ranking's affair: it is meant to part
evidence that is otherwise alike.
"""

from collections.abc import Sequence

from rag.dates.publication import period_of

# Evidence that is this many days older than the newest is worth half as much; evidence of a few
# days less is nearly as fresh, and years still differ from each other.
HALF_DAYS = 30


def freshness(published: Sequence[str | None]) -> tuple[float, ...]:
    """Return a value from 0 to 1 for each date, 1 for the newest; a later date never gets less.

    1 / (1 + age / 30), where the age is counted in days before the newest of the dates. A month or
    a year counts from its first day, and an unknown date is 0: nobody knows that it is fresh.

    Args:
        published: ISO 8601 with any precision, or None.
    """
    days = [_first_day(date) for date in published]
    newest = max((day for day in days if day is not None), default=0)
    return tuple(0.0 if day is None else 1 / (1 + (newest - day) / HALF_DAYS) for day in days)


def _first_day(date: str | None) -> int | None:
    period = period_of(date) if date is not None else None
    return None if period is None else period.first.toordinal()
