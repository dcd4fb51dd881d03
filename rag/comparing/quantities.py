"""Quantities: what a number means, and when two numbers contradict each other.

A quantity is a range: "more than 30" leaves the number open upwards, "about 40" on both sides, and
"4.5 billion" is as exact as its last digit. Two quantities of one unit contradict each other when
no number fits both. Knows nothing of how they are written (see `rag.comparing.number_reading`).
"""

from dataclasses import dataclass
from enum import Enum

from index.types import Span


class Measure(Enum):
    """What kind of quantity a number is."""

    PERCENT = "percent"
    POINTS = "points"
    MONEY = "money"
    DURATION = "duration"
    AGE = "age"
    SIZE = "size"
    COUNT = "count"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it was written.

    Attributes:
        span: where it stands in the text it was read from, hedge and unit included.
        measure: what kind of quantity it is.
        unit: what it is counted in: a currency, a physical unit, the stems of a counted noun.
        low, high: the range of numbers that it may mean, before rounding.
        step: how exactly it is written: the size of its last significant place.
        rough: whether its writer says that it is not exact.
        beyond: -1 where `high`, 1 where `low` is excluded ("less than 4"), else 0.
        per: what it is given for each of: "year", "person"; "" for none.
        part: whether it counts a part of something counted beside it ("three of them").
    """

    span: Span
    measure: Measure
    unit: frozenset[str]
    low: float
    high: float
    step: float
    rough: bool = False
    beyond: int = 0
    part: bool = False
    per: str = ""

    @property
    def exact(self) -> bool:
        """Whether one number is meant, if roughly."""
        return self.low == self.high


def agree(one: Quantity, other: Quantity) -> bool:
    """Tell whether some number fits both quantities, which must be of one measure."""
    if one.measure is Measure.SCORE:
        return (one.low, one.high) == (other.low, other.high)
    if one.exact and other.exact:
        return abs(one.low - other.low) <= _slack(one, other)
    low, high = max(one.low, other.low), min(one.high, other.high)
    if low < high or (low == high and _within(one, low) and _within(other, low)):
        return True
    if (one.beyond or other.beyond) and (one.exact or other.exact):
        # "Less than 4%" is not 4%, unless that is itself said to be rough.
        exact = one if one.exact else other
        return exact.rough and low - high <= exact.step / 2
    return low - high <= max((q.step / 2 for q in (one, other) if q.exact), default=0.0)


def same_unit(one: Quantity, other: Quantity) -> bool:
    """Tell whether two quantities can be compared at all."""
    if one.measure is not other.measure or one.per != other.per:
        return False
    if one.measure is Measure.COUNT:
        return not one.unit or not other.unit or bool(one.unit & other.unit)
    return one.unit == other.unit


def _slack(one: Quantity, other: Quantity) -> float:
    coarse, fine = (one, other) if one.step >= other.step else (other, one)
    slack = coarse.step / 2
    if coarse.rough and coarse.step <= 0.02 * abs(coarse.low):
        # "about 75%" may be 75.8%, and is not 76%.
        slack = coarse.step * 0.99
    if one.unit == other.unit and one.measure in {Measure.DURATION, Measure.SIZE}:
        # Converted units: a mile is 1.6 km, and a month has no fixed length.
        slack = max(slack, 0.02 * abs(coarse.low)) if coarse.step != fine.step else slack
    return slack * (1 + 1e-9) + 1e-9


def _within(quantity: Quantity, number: float) -> bool:
    """Tell whether a number is in a quantity's range, and not at an end that it excludes."""
    excluded = {-1: quantity.high, 1: quantity.low}.get(quantity.beyond)
    return quantity.low <= number <= quantity.high and number != excluded
