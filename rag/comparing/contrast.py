"""Contrast: whether two readings state one value, or values that contradict each other.

A value that is rounded, hedged, of another time, of a part, or brought up to date is no
contradiction. Knows nothing of whether they are about the same thing.
"""

import re
from dataclasses import replace
from datetime import date

from rag.comparing.clocks import Clock, coincide
from rag.comparing.extent import of_a_section, other_period
from rag.comparing.moments import Moment, concur, latest_year
from rag.comparing.names import Name, same_name
from rag.comparing.number_reading import find_quantities
from rag.comparing.number_words import DAYS
from rag.comparing.polarity import polarities
from rag.comparing.quantities import Measure, Quantity, agree, same_unit
from rag.comparing.statements import Reading
from rag.comparing.topics import is_capital, nation_of, topics
from rag.comparing.values import PEOPLE, SOME_PEOPLE, Claim
from rag.words import fold, stem

# Nobody errs by more: two values this far apart are of different things.
FAR_APART = 60.0
UPDATES = re.compile(
    r"\b(?:rose|risen|climbed|grew|grown|revised|updated|now|up from|down from|raised"
    r"|has reached|lowered|cut its)\b"
)
EARLY = re.compile(
    r"\b(?:so far|at least|initial(?:ly)?|early|preliminary|first reports|as of)\b"
    r"(?! (?:fee|price|sum|payment|cost|term|stage)s?\b)"
)
OF_THE = re.compile(r"\s?of the (?P<what>[^\W\d]+)")
FAHRENHEIT = re.compile(r"\bFahrenheit\b|°\s?F\b")
BEFORE_NUMBER = re.compile(r"\b(?:from|previous\w*|earlier)\s*$")


ZONE = re.compile(r"\b(?:GMT|UTC|local time|CES?T|EES?T|E[SD]T|C[SD]T|P[SD]T|BST|JST)\b")


def same_value(one: Reading, other: Reading) -> bool:
    """Tell whether one value may be meant by both."""
    match one.value, other.value:
        case Quantity() as mine, Quantity() as theirs:
            return _comparable(one, other) and agree(mine, theirs)
        case Moment(), Moment():
            return _concur(one, other) is True
        case Clock() as mine, Clock() as theirs:
            return coincide(mine, theirs)
        case Name() as mine, Name() as theirs:
            return same_name(mine, theirs)
        case Claim() as mine, Claim() as theirs:
            return mine.word == theirs.word and mine.sign == theirs.sign
    return False


def differ(one: Reading, other: Reading) -> bool:
    """Tell whether two values of one kind contradict each other, and neither is an update."""
    return _contradict(one, other) and not updated(one, other)


def updated(one: Reading, other: Reading) -> bool:
    """Tell whether the later of two differing values brings the earlier one up to date."""
    return _contradict(one, other) and _is_update(one, other)


def _contradict(one: Reading, other: Reading) -> bool:
    match one.value, other.value:
        case Quantity() as mine, Quantity() as theirs:
            return (
                _comparable(one, other)
                and not agree(mine, theirs)
                and not _far_apart(mine, theirs)
                and not (mine.part or theirs.part)
                and not _some_of(one, other)
                and not other_period(one, other)
                and not of_a_section(one, other)
                and not _tells_both(one, other)
            )
        case Moment(), Moment():
            return _concur(one, other) is False and not _by_two_clocks(one, other)
        case Clock() as mine, Clock() as theirs:
            return not coincide(mine, theirs) and not _in_two_zones(one, other)
        case Name() as mine, Name() as theirs:
            return (
                not same_name(mine, theirs)
                and not _part_of(one, other)
                and not of_a_section(one, other)
            )
        case Claim() as mine, Claim() as theirs:
            return (
                mine.word == theirs.word
                and mine.sign != theirs.sign
                and not _deny_alike(one, other)
            )
    return False


def _comparable(one: Reading, other: Reading) -> bool:
    """Tell whether two quantities are in one unit, as passengers and people are."""
    mine, theirs = one.value, other.value
    if not (isinstance(mine, Quantity) and isinstance(theirs, Quantity)):
        return False
    if _of_one(mine, theirs, other) or _of_one(theirs, mine, one):
        # "A tonne costs $9,310", "it fetched $9,840 a tonne".
        mine, theirs = replace(mine, per=""), replace(theirs, per="")
    if same_unit(mine, theirs):
        if "degree" in mine.unit and _in_fahrenheit(one) != _in_fahrenheit(other):
            return False
        return not (_counts_some(mine, one, theirs) or _counts_some(theirs, other, mine))
    counts = mine.measure is theirs.measure is Measure.COUNT and mine.per == theirs.per
    return counts and all(map(_counts_people_once, (one, other)))


def _in_fahrenheit(reading: Reading) -> bool:
    return FAHRENHEIT.search(reading.statement.text) is not None


def _of_one(quantity: Quantity, theirs: Quantity, other: Reading) -> bool:
    """Tell whether a quantity is given for each of a thing, and the other one is of one such."""
    if not quantity.per or theirs.per or quantity.per in DAYS:
        return False
    return any(topic.stem in other.own for topic in topics(quantity.per))


def _counts_people_once(reading: Reading) -> bool:
    """Tell whether a sentence counts people, and of one kind: not workers and residents."""
    of_people = [q for q in find_quantities(reading.statement.text) if q.unit & PEOPLE]
    return of_people == [reading.value]


def _counts_some(quantity: Quantity, reading: Reading, whole: Quantity) -> bool:
    """Tell whether a sentence counts some of what the other quantity is: "24 of the seats"."""
    of_the = OF_THE.match(reading.statement.text, quantity.span.end)
    return of_the is not None and stem(fold(of_the["what"])) in whole.unit


def _by_two_clocks(one: Reading, other: Reading) -> bool:
    """Tell whether a night may be two days, by the hour of the place and by another."""
    days = [r.value.days for r in (one, other) if isinstance(r.value, Moment) and r.value.days]
    near = len(days) == 2 and abs(days[0][0] - days[1][0]) <= 1
    return near and any(ZONE.search(r.statement.text) is not None for r in (one, other))


def _in_two_zones(one: Reading, other: Reading) -> bool:
    """Tell whether one hour may be that of a place, and the other that of another.

    Hours are of one zone where both are followed by it, or neither sentence speaks of any.
    """
    followed = []
    for reading in (one, other):
        zone = ZONE.match(reading.statement.text, reading.value.span.end + 1)
        followed.append(zone[0] if zone else None)
    if followed[0] is not None and followed[0] == followed[1]:
        return False
    return any(ZONE.search(reading.statement.text) for reading in (one, other))


def _deny_alike(one: Reading, other: Reading) -> bool:
    """Tell whether two sentences deny the same, though of other words beside it."""
    mine, theirs = (polarities(r.statement.text) for r in (one, other))
    return any(sign.value == theirs[w].value == -1 for w, sign in mine.items() if w in theirs)


def _far_apart(one: Quantity, other: Quantity) -> bool:
    small, large = sorted((max(one.low, 1e-9), max(other.low, 1e-9)))
    return large / small > FAR_APART and one.measure is not Measure.PERCENT


def _some_of(one: Reading, other: Reading) -> bool:
    """Tell whether one counts only some of those that the other counts: children among people."""
    mine, theirs = one.value, other.value
    if not (isinstance(mine, Quantity) and isinstance(theirs, Quantity)):
        return False
    return bool(mine.unit & SOME_PEOPLE) != bool(theirs.unit & SOME_PEOPLE) and bool(
        mine.unit and theirs.unit
    )


def _tells_both(one: Reading, other: Reading) -> bool:
    """Tell whether one sentence states both values, as where it sets police against organisers.

    Where a close reading is sure of both, only the very number counts: another may be near it.
    """
    sure = one.sure and other.sure
    return any(
        isinstance(theirs.value, Quantity)
        and any(
            quantity != mine.value and quantity.exact and same_unit(quantity, theirs.value)
            and (quantity.low == theirs.value.low if sure else agree(quantity, theirs.value))
            for quantity in find_quantities(mine.statement.text)
        )
        and not _was(mine)
        for mine, theirs in ((one, other), (other, one))
    )  # fmt: skip


def _was(reading: Reading) -> bool:
    """Tell whether a sentence gives an earlier value beside its own."""
    text = reading.statement.text
    return any(BEFORE_NUMBER.search(text[: q.span.start]) for q in find_quantities(text))


def _is_update(one: Reading, other: Reading) -> bool:
    """Tell whether the later sentence brings the earlier one's value up to date."""
    if one.published is None or other.published is None or one.published == other.published:
        return False
    early, late = (one, other) if one.published < other.published else (other, one)
    outlets = early.statement.article.outlet, late.statement.article.outlet
    if outlets[0] is not None and outlets[0] == outlets[1]:
        return True
    if not isinstance(early.value, Quantity):
        return False
    if EARLY.search(fold(early.statement.text)) or UPDATES.search(fold(late.statement.text)):
        return True
    return _was(late)


def _concur(one: Reading, other: Reading) -> bool | None:
    mine, theirs = one.value, other.value
    if not (isinstance(mine, Moment) and isinstance(theirs, Moment)):
        return None
    for deadline, past, reading in ((mine, theirs, other), (theirs, mine, one)):
        if deadline.deadline and not past.deadline and past.days is not None:
            # What has been is no date of what is still to come.
            written = reading.published
            if written is None or past.days[1] < written.toordinal():
                return None
    for running, dated, reading in ((mine, theirs, one), (theirs, mine, other)):
        if running.running and running.days is None and dated.days is not None:
            # An article without a date was written after the latest year that it tells of.
            year = latest_year(reading.statement.article.text)
            if year is None or dated.days[1] >= date(year, 10, 1).toordinal():
                return None
            return False
    return concur(mine, theirs)


def _part_of(one: Reading, other: Reading) -> bool:
    """Tell whether one name may be a place within the other: a city in a country.

    A city is no part of another, unless its sentence names that one's country too.
    """
    if not (isinstance(one.value, Name) and isinstance(other.value, Name)):
        return False
    names = [" ".join(value.words) for value in (one.value, other.value)]
    countries = [nation_of(name) for name in names]
    if (countries[0] is None) == (countries[1] is None):
        return False
    place = 0 if countries[0] else 1
    elsewhere = (other, one)[place]
    return not is_capital(names[place]) or f"nation {countries[place]}" in elsewhere.own
