"""Clocks: times of day, as a report writes them.

A clock time is a range of minutes: "shortly before 7pm" leaves it open towards what was before.
Where it is not written whether it is before noon or after, both are meant. Only used to compare.
Knows nothing of days.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from index.types import Span
from rag.comparing.number_words import ONES
from rag.words import fold

NOON = 12 * 60
DAY = 24 * 60
# How far from what is written a time may be: written to the minute, to the hour, and said roughly.
EXACT, ROUND, ROUGH = 2, 10, 30

HOURS = ONES | {"ten": 10, "eleven": 11, "twelve": 12}
HOUR_WORD = "|".join(HOURS)
HALF = r"(?P<half>[ap]\.?m\b\.?)"
PART = r"(?:in the (?P<part>morning|afternoon|evening)|at (?P<night>night))"
CLOCK = r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)"
WORDS = rf"(?P<word>{HOUR_WORD})"
FORMS = (
    rf"{CLOCK}\s?{HALF}",
    rf"{CLOCK}(?: on| in the)?(?: \w+day)? (?P<part>morning|afternoon|evening)\b",
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:])",
    r"(?P<hour>[01]\d|2[0-3])[.h]?(?P<minute>[0-5]\d)(?= (?:GMT|UTC|hours?|hrs|local time)\b)",
    rf"(?P<hour>0?[1-9]|1[0-2])\s?{HALF}",
    r"(?P<named>noon|midday|midnight)\b",
    rf"(?P<step>half|quarter|ten|twenty) (?P<side>past|to) {WORDS}\b(?: {PART})?",
    rf"(?:(?P<hour>[01]?\d)|{WORDS}) o['’]clock\b(?: {PART})?",
    rf"(?:(?P<hour>[01]?\d)|{WORDS}) {PART}",
)
HEDGE = (
    r"(?:(?P<rough>about|around|roughly|approximately|some time around)\s"
    r"|(?:(?P<near>shortly|just|soon|moments|minutes)\s)?(?P<order>before|after|past|by|until)\s)?"
)
PATTERNS = tuple(re.compile(rf"(?<![\w.,$£€]){HEDGE}{form}", re.IGNORECASE) for form in FORMS)
STEPS = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as it was written.

    Attributes:
        span: where it stands in the text it was read from, hedge included.
        first, last: the earliest and the latest minute, from midnight, that it may mean; outside
            of a day where it runs over its ends.
        halved: whether it may as well be twelve hours later.
    """

    span: Span
    first: int
    last: int
    halved: bool = False


@lru_cache(maxsize=2_000)
def find_clocks(text: str) -> tuple[Clock, ...]:
    """Return the times of day in a text, in order, none within another."""
    found: list[Clock] = []
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            if any(c.span.start < match.end() and match.start() < c.span.end for c in found):
                continue
            clock = _read(match)
            if clock is not None:
                found.append(clock)
    return tuple(sorted(found, key=lambda clock: clock.span))


def coincide(one: Clock, other: Clock) -> bool:
    """Tell whether some minute fits both."""
    turn = NOON if one.halved or other.halved else DAY
    return any(
        one.first + shift <= other.last and other.first <= one.last + shift
        for shift in range(-2 * DAY, 2 * DAY + 1, turn)
    )


def _read(match: re.Match[str]) -> Clock | None:
    parts = match.groupdict()
    span = Span(*match.span())
    minute, halved = _minute(parts), _halved(parts)
    if minute is None:
        return None
    width = EXACT if parts.get("minute") or parts.get("step") else ROUND
    if parts.get("order") in {"by", "until"} or (parts.get("order") and not parts.get("near")):
        # "Before 9" may be hours before.
        return None
    if parts.get("rough"):
        width = ROUGH
    before = {"before": ROUGH, "after": 0, "past": 0}.get(fold(parts.get("order") or ""), width)
    after = {"before": 0, "after": ROUGH, "past": ROUGH}.get(fold(parts.get("order") or ""), width)
    return Clock(span, minute - before, minute + after, halved)


def _minute(parts: dict[str, str | None]) -> int | None:
    """Return the minute from midnight; where the half of the day is open, before noon."""
    if parts.get("named"):
        return 0 if fold(parts["named"] or "") == "midnight" else NOON
    word = parts.get("word")
    hour = HOURS[fold(word)] if word else int(parts.get("hour") or 0)
    minute = int(parts.get("minute") or 0)
    if parts.get("step"):
        step = STEPS[fold(parts["step"] or "")]
        minute = step if fold(parts["side"] or "") == "past" else -step
    later = _after_noon(parts, hour)
    if later is not None:
        hour = hour % 12 + (12 if later else 0)
    return 60 * hour + minute if hour <= DAY // 60 else None


def _after_noon(parts: dict[str, str | None], hour: int) -> bool | None:
    """Tell whether an hour is after noon; None where that is not written."""
    if parts.get("half"):
        return fold(parts["half"] or "").startswith("p")
    if parts.get("part"):
        return fold(parts["part"] or "") != "morning"
    if parts.get("night"):
        return 5 < hour < NOON // 60
    return None


def _halved(parts: dict[str, str | None]) -> bool:
    """Tell whether an hour may as well be twelve hours later."""
    told = any(parts.get(name) for name in ("half", "part", "night", "named"))
    hour = parts.get("hour")
    return not told and not (hour and (int(hour) > NOON // 60 or hour.startswith("0")))
