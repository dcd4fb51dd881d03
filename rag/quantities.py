"""Quantities: numbers as reports write them, with what they count and how exactly they are meant.

A quantity is a range: "more than 30" leaves the number open upwards, "about 40" on both sides, and
"4.5 billion" is as exact as its last digit. Two quantities of one unit contradict each other when
no number fits both. Knows nothing of what is measured, nor of dates (see `rag.moments`).
"""

import math
import re
from dataclasses import dataclass
from enum import Enum

from index.types import Span
from rag.topics import topics
from rag.words import fold


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


ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
MAGNITUDES = {
    "hundred": 1e2,
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("million", "m", "mn", "mln"), 1e6),
    **dict.fromkeys(("billion", "bn", "b"), 1e9),
    **dict.fromkeys(("trillion", "tn", "trn"), 1e12),
}
FRACTIONS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
# Words that leave a number open: each is the range of what it may mean.
VAGUE = {
    "a couple of": (2, 3),
    "a few": (3, 9),
    "several": (3, 12),
    "dozens": (20, 120),
    "scores": (30, 120),
    "hundreds": (150, 1_500),
    "thousands": (1_500, 15_000),
    "tens of thousands": (15_000, 150_000),
    "hundreds of thousands": (150_000, 1_500_000),
    "millions": (1.5e6, 1.5e7),
}
DAYS = {
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.44,
    "year": 365.25,
    "decade": 3652.5,
    "century": 36525.0,
    "centurie": 36525.0,
}
# A unit, what it is counted in, and how many of that it is.
SIZES = {
    **dict.fromkeys(("km", "kilometre", "kilometer"), ("metre", 1e3)),
    "mile": ("metre", 1609.34),
    **dict.fromkeys(("metre", "meter"), ("metre", 1.0)),
    **dict.fromkeys(("cm", "centimetre", "centimeter"), ("metre", 0.01)),
    **dict.fromkeys(("foot", "feet", "ft"), ("metre", 0.3048)),
    **dict.fromkeys(("kg", "kilogram", "kilogramme", "kilo"), ("kg", 1.0)),
    **dict.fromkeys(("pound", "lb"), ("kg", 0.4536)),
    **dict.fromkeys(("tonne", "ton"), ("kg", 1e3)),
    **dict.fromkeys(("litre", "liter"), ("litre", 1.0)),
    "gallon": ("litre", 3.785),
    "barrel": ("barrel", 1.0),
    "hectare": ("hectare", 1.0),
    "acre": ("hectare", 0.4047),
    "degree": ("degree", 1.0),
    **dict.fromkeys(("mw", "megawatt"), ("mw", 1.0)),
    **dict.fromkeys(("gw", "gigawatt"), ("mw", 1e3)),
    **dict.fromkeys(("mph",), ("kmh", 1.609)),
    "kph": ("kmh", 1.0),
}
CURRENCIES = {
    **dict.fromkeys(("$", "us$", "dollar", "usd"), "dollar"),
    **dict.fromkeys(("£", "pound", "gbp", "sterling"), "pound"),
    **dict.fromkeys(("€", "euro", "eur"), "euro"),
    **dict.fromkeys(("¥", "yen"), "yen"),
    **dict.fromkeys(("c$", "cad"), "canadian dollar"),
    **dict.fromkeys(("a$", "aud"), "australian dollar"),
    "yuan": "yuan",
    **dict.fromkeys(("₹", "rupee"), "rupee"),
    **dict.fromkeys(("peso", "franc", "crown", "krona", "rouble", "ruble", "rand", "won", "real")),
}
CURRENCIES = {sign: name or sign for sign, name in CURRENCIES.items()}

HEDGES = (
    ("over", r"more than|over|upwards of|in excess of|exceeding|above|greater than"),
    ("least", r"at least|no fewer than|no less than|a minimum of|not less than"),
    ("under", r"less than|fewer than|under|below|short of"),
    ("most", r"up to|as many as|as much as|at most|no more than|a maximum of|not more than"),
    ("nearly", r"nearly|almost|close to|just under|just below|not quite|approaching"),
    ("little over", r"just over|just above|a little over|slightly more than"),
    ("about", r"about|around|approximately|roughly|some|an estimated|in the region of|more like|~"),
)
HEDGE = "|".join(f"(?P<{name.replace(' ', '_')}>{words})" for name, words in HEDGES)
DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
SPELLED = rf"(?:{'|'.join(sorted([*ONES, *TENS], key=len, reverse=True))})"
WRITTEN = rf"{SPELLED}(?:-{SPELLED})?"
BIG = r"hundred|thousand|million|billion|trillion|bn|tn|trn|mn|mln|m|k|b"
SIGN = r"(?:us|c|a)?\$|[£€¥₹]"
UNIT_NUMBER = rf"(?:{DIGITS}|{WRITTEN})"
FRACTION = (
    rf"(?:(?P<over_many>{WRITTEN}|an?)[ -](?P<part>half|third|quarter|fifth|tenth)s?\b|\b(?P<half>half)\b)"
    rf"(?= (?:of|the|its|their|all)\b)|(?P<some>{UNIT_NUMBER}) (?:in|out of)(?: every)? (?P<whole>{UNIT_NUMBER})\b"
)
PLAIN = (
    rf"(?:(?P<sign>{SIGN})\s?)?(?:(?P<from>(?:{DIGITS})(?=\s?[-–])|{WRITTEN}(?=\s)|(?:{DIGITS})(?=\s))"
    rf"(?:\s?[-–]\s?|\s(?:to|and|or)\s)(?:{SIGN})?)?"
    rf"(?P<number>{DIGITS}|{WRITTEN}|(?<![\w])an?(?= (?:half-)?(?:{BIG}|dozen|decade|century|year|week|month)\b)"
    rf"|half an?(?= (?:{BIG}|dozen|decade|century))|dozen)"
    rf"(?:[ -]?(?P<big>(?:{BIG})\b(?: (?:{BIG})\b)?|dozen\b))?(?P<and_half> and a half)?"
)
QUANTITY = re.compile(
    rf"(?<![\w.,/-])(?:(?:{HEDGE})\s(?:the |a )?)?(?:only |just )?"
    rf"(?:(?P<vague>{'|'.join(sorted(VAGUE, key=len, reverse=True))})\b|{FRACTION}|{PLAIN})",
    re.IGNORECASE,
)
AFTER = re.compile(
    r"\s?(?P<percent>%|per ?cent\b|pct\b)(?P<points>[ -]points?\b)?"
    r"|[ -](?P<points_alone>percentage[ -]points?)\b"
    r"|[ -](?:and a half )?(?P<time>hour|day|week|month|year|decade|century|centurie)s?(?:['’])?\b(?P<old>[ -]old\b)?"
    rf"|[ -]?(?P<size>{'|'.join(sorted(SIZES, key=len, reverse=True))})(?:e?s)?\b"
    rf"|\s(?:us |canadian |australian )?(?P<money>{'|'.join(c for c in CURRENCIES if c.isalpha())})s?\b",
    re.IGNORECASE,
)
TRAILING = re.compile(r"\s(?:or (?P<more>more)(?! like)|or (?P<less>less|fewer)|(?P<so>or so))\b", re.IGNORECASE)
SCORE = re.compile(r"(?<![\w-])(?P<one>\d{1,2})[-–](?P<two>\d{1,2})(?![\w-])")
CONTEST = re.compile(r"\b(?:beat|beaten|won|win|lost|lose|defeat\w*|drew|score\w*|victory|match)\b", re.I)
PART = re.compile(
    r"(?:\bincluding|\bamong them|\bof (?:them|whom|which)|\bat least one of)[\s,]*$", re.IGNORECASE
)
PART_AFTER = re.compile(r"\s?of (?:them|whom|these|those)\b", re.IGNORECASE)
NOT_A_COUNT = re.compile(
    r"(?:\bno\.|\bnumber|\baged?|\bchapter|\barticle|\bsection|\bpage|\bflight|\bgroup|\broute)\s$", re.I
)
MONTHS = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE_AROUND = re.compile(rf"^(?:st|nd|rd|th)?,?\s(?:of )?(?:{MONTHS})[a-z]*\b", re.IGNORECASE)
DATE_BEFORE = re.compile(rf"\b(?:{MONTHS})[a-z]*\.?\s$", re.IGNORECASE)
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
CLOCK = re.compile(r"^(?::\d\d|\s?[ap]\.?m\b)", re.IGNORECASE)
PHRASE_END = re.compile(r"[.,;:()“”\"—–?!]|\b(?:in|on|at|of|for|to|from|by|with|after|before|as|and|or|that|which|who|were|was|are|is|had|have|has|will|than)\b")
# How far beyond "more than N" a writer would still say so; Krifka 2009, "Approximate
# interpretations of number words", is why round numbers are rough and others are not.
OPEN = 1.5
NEARLY = 0.87


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

    @property
    def exact(self) -> bool:
        """Whether one number is meant, if roughly."""
        return self.low == self.high


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities in a text, in order. Years, dates, clock times and ordinals are none."""
    found: list[Quantity] = []
    taken = 0
    if CONTEST.search(text):
        found += [_score(match) for match in SCORE.finditer(text)]
    scores = [quantity.span for quantity in found]
    for match in QUANTITY.finditer(text):
        if match.start() < taken or any(s.start < match.end() and match.start() < s.end for s in scores):
            continue
        quantity = _read(match, text)
        if quantity is not None:
            found.append(quantity)
            taken = quantity.span.end
    return tuple(sorted(found, key=lambda q: q.span))


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
    if one.measure is not other.measure:
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


def _score(match: re.Match[str]) -> Quantity:
    low, high = sorted((float(match["one"]), float(match["two"])))
    return Quantity(Span(*match.span()), Measure.SCORE, frozenset(), low, high, 1.0)


def _read(match: re.Match[str], text: str) -> Quantity | None:
    hedge = next((name for name, _ in HEDGES if match[name.replace(" ", "_")]), "")
    if match["vague"]:
        low, high = VAGUE[fold(match["vague"])]
        end = match.end()
        after = AFTER.match(text, end)
        return _made(match, text, (low, high), 1.0, "about", after, end)
    if match["number"] is None:
        percent = _fraction(match)
        return Quantity(
            Span(*match.span()), Measure.PERCENT, frozenset(), *_hedged(hedge or "about", percent, percent), 4.0,
            rough=True,
        )  # fmt: skip
    after = AFTER.match(text, match.end())
    if not _is_number(match, text, after):
        return None
    value, step = _number(match)
    if after is not None and after["time"] and "and a half" in after.group():
        value += 0.5
    low, high = value, value
    if match["from"] and _plain(match["from"]) < value:
        low = _plain(match["from"]) * (_magnitude(match["big"]) if match["big"] else 1.0)
    return _made(match, text, (low, high), step, hedge, after, match.end())


def _made(
    match: re.Match[str],
    text: str,
    bounds: tuple[float, float],
    step: float,
    hedge: str,
    after: re.Match[str] | None,
    end: int,
) -> Quantity | None:
    measure, unit, factor = _unit(match, after)
    if after is not None and measure is not Measure.COUNT:
        end = max(end, after.end())
    trailing = TRAILING.match(text, end)
    if trailing is not None:
        hedge = "least" if trailing["more"] else "most" if trailing["less"] else "about"
        end = trailing.end()
    rough = bool(hedge)
    low, high = (bound * factor for bound in bounds)
    step *= factor
    if low == high:
        if rough:
            step = _zeros(low, step)
        elif measure is Measure.COUNT and low >= 1000:
            # "8,000 marched" is rounded, and says so by its zeros alone.
            step = min(_zeros(low, step), 0.05 * low)
        low, high = _hedged(hedge, low, high)
    if measure is Measure.COUNT:
        unit = _counted(text, end)
    part = bool(PART.search(text, 0, match.start()) or PART_AFTER.match(text, end))
    beyond = {"under": -1, "over": 1}.get(hedge, 0)
    return Quantity(Span(match.start(), end), measure, unit, low, high, step, rough, beyond, part)


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
    if YEAR.fullmatch(digits) or CLOCK.match(rest) or re.match(r"(?:st|nd|rd|th|s)\b|[-/.]?\d|-[a-z]", rest):
        return False
    if DATE_AROUND.match(rest) or DATE_BEFORE.search(text, 0, match.start("number")):
        return False
    if NOT_A_COUNT.search(text, 0, match.start("number")):
        return False
    # "one" is more often a pronoun than a count.
    return fold(digits) not in {"one", "a", "an", "dozen"} or fold(digits) == "dozen"


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
            step = factor / 10
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
    if match.groupdict().get("sign"):
        return Measure.MONEY, frozenset({CURRENCIES[fold(match["sign"])]}), 1.0
    if after is None:
        return Measure.COUNT, frozenset(), 1.0
    if after["points"] or after["points_alone"]:
        return Measure.POINTS, frozenset(), 1.0
    if after["percent"]:
        return Measure.PERCENT, frozenset(), 1.0
    if after["time"]:
        measure = Measure.AGE if after["old"] else Measure.DURATION
        return measure, frozenset({"day"}), DAYS[fold(after["time"])]
    if after["money"]:
        return Measure.MONEY, frozenset({CURRENCIES[fold(after["money"])]}), 1.0
    unit, factor = SIZES[fold(after["size"])]
    return Measure.SIZE, frozenset({unit}), factor


def _counted(text: str, end: int) -> frozenset[str]:
    """Return the stems of the noun phrase that follows a number: what it counts."""
    stop = PHRASE_END.search(text, end)
    phrase = text[end : stop.start() if stop else len(text)]
    return frozenset(topic.stem for topic in topics(phrase)[:3])
