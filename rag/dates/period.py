"""Period: a stretch of the calendar, as precise as the words that named it.

Knows the calendar and how to write it, nothing of texts.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

Precision = Literal["day", "month", "year"]

WEEKDAYS = tuple(calendar.day_name)
MONTH_NAMES = tuple(calendar.month_name)[1:]
# The first month of each season north of the equator, where each has three whole months.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
ISO_LENGTH: dict[Precision, int] = {"day": 10, "month": 7, "year": 4}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from `first` to `last`, both included.

    Attributes:
        first, last: the days. `first` is not after `last`.
        precision: the unit in which its ends are known.
        name: what it is called, where that is not its dates ("summer 2026"); None where it is.
        wording: how the words narrow or blur it, around its name: "about {}", "the end of {}".
    """

    first: date
    last: date
    precision: Precision
    name: str | None = None
    wording: str = "{}"

    def __post_init__(self) -> None:
        """Check the order."""
        if self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")

    @property
    def iso(self) -> str:
        """ISO 8601: one date, or two with a stroke between them, no more precise than it is."""
        length = ISO_LENGTH[self.precision]
        first, last = self.first.isoformat()[:length], self.last.isoformat()[:length]
        return first if first == last else f"{first}/{last}"

    @property
    def label(self) -> str:
        """The period as a person writes it: "Friday 16 January 2026", "19 to 25 January 2026"."""
        return self.wording.format(self.name or self._dates())

    def worded(self, wording: str) -> "Period":
        """Return the same period with words around it."""
        return replace(self, wording=wording)

    def holds(self, day: date) -> bool:
        """Tell whether a day is in it."""
        return self.first <= day <= self.last

    def _dates(self) -> str:
        first, last = self.first, self.last
        if self.precision == "year":
            return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
        if self.precision == "month":
            ends = [f"{MONTH_NAMES[day.month - 1]} {day.year}" for day in (first, last)]
            return ends[0] if ends[0] == ends[1] else " to ".join(ends)
        if first == last:
            return f"{WEEKDAYS[first.weekday()]} {_written(first)}"
        if first.year != last.year:
            return f"{_written(first)} to {_written(last)}"
        if first.month != last.month:
            return f"{first.day} {MONTH_NAMES[first.month - 1]} to {_written(last)}"
        return f"{first.day} to {_written(last)}"


def a_day(day: date) -> Period:
    """Return one day."""
    return Period(day, day, "day")


def days(first: date, last: date) -> Period:
    """Return the days from one to another."""
    return Period(first, last, "day")


def a_week(day: date) -> Period:
    """Return the week that holds a day, from Monday to Sunday as in ISO 8601."""
    monday = day - timedelta(days=day.weekday())
    return days(monday, monday + timedelta(days=6))


def a_month(year: int, month: int) -> Period:
    """Return a month; its number may be beyond a year's, so that months can be counted on.

    Raises:
        ValueError: the year is not on the calendar.
    """
    return months(year * 12 + month - 1, year * 12 + month - 1)


def months(first: int, last: int) -> Period:
    """Return the months from one to another, each counted as twelve times its year and on.

    Raises:
        ValueError: a year is not on the calendar.
    """
    start, end = (date(number // 12, number % 12 + 1, 1) for number in (first, last))
    length = calendar.monthrange(end.year, end.month)[1]
    return Period(start, end.replace(day=length), "month")


def years(first: int, last: int) -> Period:
    """Return the years from one to another.

    Raises:
        ValueError: a year is not on the calendar.
    """
    return Period(date(first, 1, 1), date(last, 12, 31), "year")


def a_season(year: int, season: str) -> Period:
    """Return a season, north of the equator; a winter is that which begins in the year."""
    begins = year * 12 + SEASONS[season] - 1
    name = f"winter {year}–{(year + 1) % 100:02}" if season == "winter" else f"{season} {year}"
    return replace(months(begins, begins + 2), name=name)


def month_number(day: date) -> int:
    """Return a day's month as `months` counts it."""
    return day.year * 12 + day.month - 1


def _written(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
