"""Number reading: the quantities of a text, with their hedges, units and what they count.

Knows nothing of dates (see `rag.comparing.moments`), nor of how quantities are compared.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from index.types import Span
from rag.comparing.number_words import (
    AFTER,
    AGE,
    AND_A_HALF,
    BEFORE_YEAR,
    CLOCK,
    CONTEST,
    CURRENCIES,
    DATE_AROUND,
    DATE_BEFORE,
    DAYS,
    FRACTIONS,
    HEDGES,
    MAGNITUDES,
    NOT_A_COUNT,
    ONES,
    PART,
    PART_AFTER,
    PER,
    PHRASE_END,
    QUANTITY,
    SCORE,
    SIZES,
    TENS,
    TRAILING,
    UNIT_BEFORE,
    VAGUE,
    YEAR,
)
from rag.comparing.quantities import Measure, Quantity
from rag.comparing.topics import REMEMBERED, topics
from rag.words import STOP_WORDS, fold

# How far beyond "more than N" a writer would still say so; Krifka 2009, "Approximate
# interpretations of number words", is why round numbers are rough and others are not.
OPEN = 1.5
NEARLY = 0.87
# What happened to those counted is no unit: "41 dead" may be people.
STATES = frozenset(("kill", "hurt", "miss", "wound", "injur", "arrest"))
VERB_BEHIND = re.compile(r"(?<=\w) [a-z]+ed\b(?<!hundred)")
# How many characters before a number tell what it is.
LEFT = 40
# What is written onto a number makes it another thing: "51st", "555-0100", "747-style".
STUCK = re.compile(r"(?:st|nd|rd|th|s)\b|[-/.]?\d|-[a-z]")
# A fraction is as rough as this many per cent.
FRACTION_STEP = 4.0


@dataclass(frozen=True, slots=True)
class _Written:
    """A number as it stands: its bounds, the size of its last place, and the hedge before it."""

    low: float
    high: float
    step: float
    hedge: str


@lru_cache(maxsize=REMEMBERED)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities in a text, in order. Years, dates, times and ordinals are none."""
    found: list[Quantity] = []
    taken = 0
    if CONTEST.search(text):
        found += [_score(match) for match in SCORE.finditer(text)]
    found += [_age(match) for match in AGE.finditer(text)]
    others = [quantity.span for quantity in found]
    for match in QUANTITY.finditer(text):
        if match.start() < taken or any(
            s.start < match.end() and match.start() < s.end for s in others
        ):
            continue
        quantity = _read(match, text)
        if quantity is not None:
            found.append(quantity)
            taken = quantity.span.end
    return tuple(sorted(found, key=lambda q: q.span))


def _score(match: re.Match[str]) -> Quantity:
    low, high = sorted((float(match["one"]), float(match["two"])))
    return Quantity(Span(*match.span()), Measure.SCORE, frozenset(), low, high, 1.0)


def _age(match: re.Match[str]) -> Quantity:
    days = _plain(match["age"]) * DAYS["year"]
    return Quantity(
        Span(*match.span("age")), Measure.AGE, frozenset({"day"}), days, days, DAYS["year"]
    )


def _read(match: re.Match[str], text: str) -> Quantity | None:
    hedge = next((name for name, _ in HEDGES if match[name.replace(" ", "_")]), "")
    after = AFTER.match(text, match.end())
    if match["vague"]:
        return _made(match, _Written(*VAGUE[fold(match["vague"])], 1.0, "about"), after)
    if match["number"] is None:
        low, high = _hedged(hedge, *[_fraction(match)] * 2)
        span = Span(*match.span())
        return Quantity(span, Measure.PERCENT, frozenset(), low, high, FRACTION_STEP, rough=True)
    if not _is_number(match, text, after):
        return None
    value, step = _number(match)
    if after is not None and (
        (after["time"] and "and a half" in after.group()) or _half_behind(after)
    ):
        value += 0.5
        step = 0.5
    low, high = value, value
    if match["from"] and _plain(match["from"]) < value:
        low = _plain(match["from"]) * (_magnitude(match["big"]) if match["big"] else 1.0)
    return _made(match, _Written(low, high, step, hedge), after)


def _made(match: re.Match[str], written: _Written, after: re.Match[str] | None) -> Quantity:
    text, end, hedge = match.string, match.end(), written.hedge
    measure, unit, factor = _unit(match, after)
    if measure is Measure.COUNT and UNIT_BEFORE.search(text, 0, match.start()):
        measure, unit = Measure.SIZE, frozenset({"magnitude"})
    if after is not None and measure is not Measure.COUNT:
        end = max(end, after.end())
        half = _half_behind(after)
        end = half.end() if half is not None else end
    trailing = TRAILING.match(text, end)
    if trailing is not None:
        hedge = "least" if trailing["more"] else "most" if trailing["less"] else "about"
        end = trailing.end()
    rough = bool(hedge)
    low, high, step = (n * factor for n in (written.low, written.high, written.step))
    if low == high:
        if rough:
            step = _zeros(low, step)
        elif measure is Measure.COUNT and low >= 1000:
            # "8,000 marched" is rounded, and says so by its zeros alone.
            step = min(_zeros(low, step), 0.05 * low)
        low, high = _hedged(hedge, low, high)
    if measure is Measure.COUNT:
        unit = _counted(text, end)
    # "55 per cent of those who …" is of the whole that is asked about.
    part = bool(
        PART.search(text, max(0, match.start() - LEFT), match.start())
        or (measure is not Measure.PERCENT and PART_AFTER.match(text, end))
    )
    each = PER.match(text, end)
    per = each["each"] if each else ""
    beyond = {"under": -1, "over": 1}.get(hedge, 0)
    return Quantity(
        Span(match.start(), end), measure, unit, low, high, step, rough, beyond, part, per
    )


def _half_behind(after: re.Match[str]) -> re.Match[str] | None:
    """Return where a time or size has its half behind it: "a year and a half"."""
    halved = after["time"] or after["size"]
    return AND_A_HALF.match(after.string, after.end()) if halved else None


def _hedged(hedge: str, low: float, high: float) -> tuple[float, float]:
    ranges = {
        "over": (low, high * OPEN),
        "least": (low, math.inf),
        "under": (low * 0.7, high),
        "most": (0.0, high),
        "nearly": (low * NEARLY, high),
        "little over": (low, high * 1.1),
    }
    return ranges.get(hedge, (low, high))


def _zeros(value: float, step: float) -> float:
    """Return the place that a number is rounded to, by its zeros at the end."""
    places = step
    while value and value % (places * 10) == 0 and places * 10 <= value:
        places *= 10
    return places


def _is_number(match: re.Match[str], text: str, after: re.Match[str] | None) -> bool:
    digits = match["number"]
    rest = text[match.end() :]
    if after is not None or match["sign"] or match["big"]:
        return True
    if CLOCK.match(rest) or DATE_AROUND.match(rest) or STUCK.match(rest):
        return False
    start = match.start("number")
    if any(sign.search(text, max(0, start - LEFT), start) for sign in (DATE_BEFORE, NOT_A_COUNT)):
        return False
    if YEAR.fullmatch(digits):
        counted = re.match(r"\s([a-z]+)", rest)
        in_time = BEFORE_YEAR.search(text, max(0, match.start() - LEFT), match.start())
        return counted is not None and counted[1] not in STOP_WORDS and not in_time
    # "One" is more often a pronoun than a count; no count begins with a nought.
    return fold(digits) not in {"one", "a", "an"} and not re.match(r"0\d", digits)


def _number(match: re.Match[str]) -> tuple[float, float]:
    """Return the number and the size of its last written place."""
    written = fold(match["number"])
    value = _plain(written)
    decimals = written.partition(".")[2] if written[0].isdigit() else ""
    step = 10.0 ** -len(decimals)
    if match["big"]:
        factor = _magnitude(match["big"])
        value, step = value * factor, step * factor
    if written.startswith("half"):
        step = value / 5
    if match["and_half"]:
        value += 0.5 * (_magnitude(match["big"]) if match["big"] else 1.0)
        step /= 2
    return value, step


def _plain(written: str) -> float:
    word = fold(written)
    if word[0].isdigit():
        return float(word.replace(",", ""))
    if word in {"a", "an"}:
        return 1.0
    if word.startswith("half"):
        return 0.5
    if word == "dozen":
        return 12.0
    return float(sum({**ONES, **TENS}[part] for part in word.split("-")))


def _magnitude(words: str) -> float:
    factor = 1.0
    for word in fold(words).split():
        factor *= 12.0 if word == "dozen" else MAGNITUDES[word]
    return factor


def _fraction(match: re.Match[str]) -> float:
    if match["whole"]:
        return 100 * _plain(match["some"]) / max(1.0, _plain(match["whole"]))
    if match["half"]:
        return 50.0
    return _plain(match["over_many"]) * FRACTIONS[fold(match["part"])]


def _unit(
    match: re.Match[str], after: re.Match[str] | None
) -> tuple[Measure, frozenset[str], float]:
    if match["sign"]:
        return Measure.MONEY, frozenset({CURRENCIES[fold(match["sign"])]}), 1.0
    if after is None:
        return Measure.COUNT, frozenset(), 1.0
    return _unit_after(after)


def _unit_after(after: re.Match[str]) -> tuple[Measure, frozenset[str], float]:
    if after["points"] or after["points_alone"]:
        return Measure.POINTS, frozenset(), 1.0
    if after["percent"]:
        return Measure.PERCENT, frozenset(), 1.0
    if after["money"]:
        return Measure.MONEY, frozenset({CURRENCIES[fold(after["money"])]}), 1.0
    if after["size"]:
        unit, factor = SIZES[fold(after["size"])]
        return Measure.SIZE, frozenset({unit}), factor
    measure = Measure.AGE if after["old"] else Measure.DURATION
    return measure, frozenset({"day"}), DAYS[fold(after["time"])]


def _counted(text: str, end: int) -> frozenset[str]:
    """Return the stems of the noun phrase that follows a number: what it counts."""
    stop = PHRASE_END.search(text, end)
    phrase = text[end : stop.start() if stop else len(text)]
    # "Wounded soldiers" are counted; of "soldiers patrolled" the soldiers are.
    phrase = VERB_BEHIND.split(phrase, maxsplit=1)[0]
    return frozenset(topic.stem for topic in topics(phrase)[:3]) - STATES
