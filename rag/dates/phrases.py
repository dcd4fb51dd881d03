"""Phrases: every form that names a time, found in a sentence and understood from days.

Knows nothing of why a phrase might mislead where it stands; `resolve` does.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from rag.dates.days import DAY_FORMS
from rag.dates.forms import Form, Reading
from rag.dates.months import MONTH_FORMS
from rag.dates.period import Period
from rag.dates.stretches import STRETCH_FORMS
from rag.dates.tense import Tense
from rag.dates.weekdays import WEEKDAY_FORMS

FORMS = (*WEEKDAY_FORMS, *DAY_FORMS, *MONTH_FORMS, *STRETCH_FORMS)


def phrases(sentence: str) -> Iterator[tuple[re.Match[str], Form]]:
    """Yield what any form matches, from left to right; of two that begin together, the longer."""
    found = [(match, form) for form in FORMS for match in form.pattern.finditer(sentence)]
    found.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
    taken = 0
    for match, form in found:
        if match.start() >= taken:
            yield match, form
            taken = match.end()


def meaning(
    match: re.Match[str], form: Form, tense: Tense | None, days: Iterable[date]
) -> Period | None:
    """Return what a phrase means from every one of the days, if that is one period."""
    periods = set()
    for day in days:
        try:
            periods.add(form.period(match, Reading(day, tense)))
        except (ValueError, OverflowError):  # beyond the calendar
            return None
    return periods.pop() if len(periods) == 1 else None
