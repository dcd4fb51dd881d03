"""Births: ages that a report gives by the year of birth. Knows nothing of what is compared."""

import re
from datetime import date

from index.types import Span
from rag.comparing.number_words import DAYS
from rag.comparing.quantities import Measure, Quantity

BORN = re.compile(r"\bborn (?:[^.;]{0,30}?\b(?:in|on) )?[^.;\d]{0,20}?(?:\d\d? \w+ )?"
                  r"(?P<year>1[89]\d\d|20\d\d)\b", re.IGNORECASE)  # fmt: skip


def find_births(text: str, published: date | None) -> tuple[Quantity, ...]:
    """Return as ages what a text says of years of birth, as of the day it was published.

    Whoever was born in a year is of one of two ages in another. Without a day there is none.
    """
    if published is None:
        return ()
    found = []
    for match in BORN.finditer(text):
        years = published.year - int(match["year"])
        if years > 0:
            low, high = (age * DAYS["year"] for age in (years - 1, years))
            span = Span(*match.span("year"))
            unit = frozenset({"day"})
            found.append(Quantity(span, Measure.AGE, unit, low, high, DAYS["year"]))
    return tuple(found)
