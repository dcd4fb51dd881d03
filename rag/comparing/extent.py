"""Extent: whether two sentences give their values for the same time, and for the same whole.

A quarter's cars are some of a year's, and what taxpayers pay some of a bill. Knows nothing of
whether the values contradict each other.
"""

import re

from rag.comparing.moments import Moment, concur, find_moments, is_of_report
from rag.comparing.quantities import Measure, Quantity
from rag.comparing.statements import Reading
from rag.words import fold

QUARTER = re.compile(
    r"\b(?:first|second|third|fourth|last|final|opening) (?:quarter|half)\b"
    r"|\b(?:three|six|nine) months (?:to|ending|ended)\b"
    r"|\b(?:spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)
WHOLE = re.compile(
    r"\b(?:whole of|whole year|full[ -]year|for the year|annual(?:ly)?|last year"
    r"|a year(?! (?:before|ago|earlier))"
    r"|year-round|as a whole)\b"
)
# "Up on the year", "down from the month before": what a change is from.
SINCE_YEAR = re.compile(
    r"\b(?:a|one|the) year (?:earlier|ago|before)\b|\byear[- ]on[- ]year\b"
    r"|\bannual(?:ly|ised)?\b|\bon the year\b|\bover the (?:past |last )?year\b"
)
SINCE_MONTH = re.compile(
    r"\b(?:a|one|the) month (?:earlier|ago|before)\b|\bmonth[- ]on[- ]month\b|\bmonthly\b"
    r"|\b(?:the )?(?:previous|prior|preceding) month\b|\bon the month\b"
)
SECTION = re.compile(
    r"\b(?:first|second|third|initial|opening|last|final|one|another|next)"
    r" (?:section|phase|stage|tranche|leg|part|portion|instalment|installment|batch|wave|round)\b"
)
# "Taxpayers find €124 million, two-fifths of the bill".
SHARE = re.compile(
    r"\b(?:half|thirds?|quarters?|fifths?|tenths?|per ?cent|share|part|rest|remainder|bulk|most) of"
    r" (?:the|its|that|this) (?:bill|costs?|total|sum|price|budget|amount|money|whole)\b"
)
# Of how many days a year is at least, from its first to its last.
WHOLE_YEAR = 364
SINCE = re.compile(r"\bsince (?:early |mid-?|late |the (?:start|end) of )?$")


def _periods(reading: Reading) -> list[Moment]:
    # A price is that of its day; the dead of Monday's fire are counted on Tuesday too.
    of_day = isinstance(reading.value, Quantity) and reading.value.measure is Measure.MONEY
    text = reading.statement.text
    return [
        m
        for m in find_moments(text, reading.published)
        if not m.deadline
        and not m.running
        and (m.weekday is None or of_day)
        and not is_of_report(text, m)
        and not SINCE.search(text, 0, m.span.start)
    ]


def other_period(one: Reading, other: Reading) -> bool:
    """Tell whether two sentences give their values for different times."""
    mine, theirs = _periods(one), _periods(other)
    if mine and theirs and all(concur(m, t) is False for m in mine for t in theirs):
        return True
    texts = [fold(r.statement.text) for r in (one, other)]
    if _since(*texts) or _since(*texts[::-1]):
        return True
    parts = [{fold(found) for found in QUARTER.findall(r.statement.text)} for r in (one, other)]
    whole = [
        WHOLE.search(text) is not None or (not part and any(map(_is_year, periods)))
        for text, part, periods in zip(texts, parts, (mine, theirs), strict=True)
    ]
    if (parts[0] and whole[1] and not whole[0]) or (parts[1] and whole[0] and not whole[1]):
        return True
    return bool(parts[0] and parts[1] and not parts[0] & parts[1])


def _since(yearly: str, monthly: str) -> bool:
    """Tell whether one tells a change from a year before, and the other from a month before."""
    return SINCE_YEAR.search(yearly) is not None and SINCE_MONTH.search(monthly) is not None


def _is_year(moment: Moment) -> bool:
    return moment.days is not None and moment.days[1] - moment.days[0] >= WHOLE_YEAR


def of_a_section(one: Reading, other: Reading) -> bool:
    """Tell whether one counts or prices a stage, section or share of what the other does."""
    texts = [fold(r.statement.text) for r in (one, other)]
    sections, shares = (
        [part.search(text) is not None for text in texts] for part in (SECTION, SHARE)
    )
    return sections[0] != sections[1] or shares[0] != shares[1]
