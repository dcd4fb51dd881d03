"""Disagree: where articles contradict each other on what a question asks.

Two sentences of different origins disagree when both give the kind of value that was asked for, are
about the same thing, at the same time, and no one value fits both. All of it is by rules, and
strict: what is only worded otherwise, rounded, brought up to date or a part of a whole is no
disagreement. Knows nothing of how sentences are found, nor of how an answer is written.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from index.types import Article, Span
from rag.focus import SOME_PEOPLE, Focus, Value, focus_of, pick
from rag.moments import Moment, concur, find_moments, latest_year
from rag.names import Name, find_names, same_name
from rag.polarity import LIKELY, PROSPECTS, polarities
from rag.quantities import Measure, Quantity, agree, find_quantities, same_unit
from rag.question import Question
from rag.topics import Topic, nation_of, topics
from rag.words import fold

# The share of the question's words that a sentence holds, and both sentences hold in common.
FIT = 0.55
# Of one or two words, all or nearly all.
SHORT_FIT = 0.7
COMMON = 2
# What stands before a sentence or in its title counts for less than what stands in it.
NEAR = 0.6
# Whether something may come is seldom asked in a report's own words.
LIKELY_FIT = 0.1
# The same, of those of the question's words that are no names.
CONTENT = 0.5
# A time is that of one event: more has to fit.
EVENT_FIT = 0.65
# A sentence that probably answers needs fewer of the question's words, and the other way round.
TRUST = 0.2
# Nobody errs by more: two values this far apart are of different things.
FAR_APART = 60.0
# How much of an article before a sentence tells who "he" is.
BEFORE = 300
UPDATES = re.compile(
    r"\b(?:rose|risen|climbed|grew|grown|revised|updated|now|up from|down from|raised|has reached|lowered|cut its)\b"
)
EARLY = re.compile(r"\b(?:so far|at least|initial(?:ly)?|early|preliminary|first reports|as of)\b")
QUARTER = re.compile(
    r"\b(?:first|second|third|fourth) (?:quarter|half)\b|\b(?:spring|summer|autumn|winter)\b", re.I
)
PREPOSITION = re.compile(r"\b(on|of|for|to(?= the | [A-Z])|from|by|against)\s((?:[^\s,.;:]+\s?){1,4})")
CLAUSE = re.compile(r"[;—]|,\s(?:while|whereas|but)\b")
RIVALS = tuple(
    frozenset(group.split())
    for group in (
        "kill hurt miss arrest displac surviv rescu infect",
        "import export",
        "win lose",
        "rise fall",
        "man woman child",
        "premier presid chancellor king queen governor mayor senat",
    )
)


MEASURED = {
    Measure.AGE: "age",
    Measure.SCORE: "score",
    Measure.DURATION: "length of time",
    Measure.COUNT: "number",
    Measure.SIZE: "size",
    Measure.MONEY: "amount",
    Measure.PERCENT: "percentage",
    Measure.POINTS: "percentage points",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that may answer the question.

    Attributes:
        article: the article it stands in.
        origin: the reporting that the article carries.
        span: where it stands in the article's text.
        text: the sentence itself.
        probability: how probably it answers the question.
        value: where in the article's text, within `span`, a learned reader sees the short answer;
            it may be wrong.
    """

    article: Article
    origin: str
    span: Span
    text: str
    probability: float
    value: Span | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One position: the value as a source writes it, and the indices of the statements that take it."""

    value: str
    statements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something on which statements differ, in two positions or more."""

    about: str
    positions: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a sentence affirms or denies: a sign, and the word that it is of."""

    span: Span
    word: str
    sign: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """A statement, read for one value: `own` are its topics outside the value, `near` those around."""

    index: int
    statement: Statement
    value: Value | _Claim
    own: frozenset[str]
    near: frozenset[str]
    published: date | None

    @property
    def written(self) -> str:
        return " ".join(self.value.span.of(self.statement.text).split())


def find_disagreements(question: Question, statements: Sequence[Statement]) -> tuple[Conflict, ...]:
    """Return what statements of different origins contradict each other on.

    Args:
        question: what was asked.
        statements: sentences that may answer it, of any articles, the most probable first.
    """
    focus = focus_of(question)
    read = [r for i, s in enumerate(statements) for r in _read(focus, i, s)]
    conflicts = []
    for kind in dict.fromkeys(_kind(r) for r in read):
        conflict = _conflict(focus, question, [r for r in read if _kind(r) == kind])
        if conflict is not None:
            conflicts.append(conflict)
    return tuple(conflicts)


def _kind(reading: _Reading) -> str:
    value = reading.value
    if isinstance(value, Quantity):
        return value.measure.value
    if isinstance(value, _Claim):
        return value.word
    return type(value).__name__


def _read(focus: Focus, index: int, statement: Statement) -> list[_Reading]:
    text, article = statement.text, statement.article
    published = _day(article.published)
    seen = _within(statement)
    values: list[Value | _Claim] = [*pick(focus, text, published, seen)]
    if focus.claim and not values:
        values = [*_claims(focus, text)]
    told = topics(text)
    before = article.text[max(0, statement.span.start - BEFORE) : statement.span.start]
    near = frozenset(t.stem for t in topics(f"{article.title or ''} {before} {text}"))
    return [
        _Reading(index, statement, value, _outside(text, told, value), near, published)
        for value in values
    ]


def _outside(text: str, told: Sequence[Topic], value: Value | _Claim) -> frozenset[str]:
    """Return the topics of the clause that a value stands in, without its own words."""
    if isinstance(value, _Claim):
        return frozenset(t.stem for t in told)
    ends = [match.start() for match in CLAUSE.finditer(text)]
    start = max((end for end in ends if end <= value.span.start), default=0)
    end = min((end for end in ends if end >= value.span.end), default=len(text))
    return frozenset(
        t.stem
        for t in told
        if start <= t.span.start < end and not value.span.start <= t.span.start < value.span.end
    )


def _claims(focus: Focus, text: str) -> list[_Claim]:
    signs = polarities(text)
    names = {t.stem for n in find_names(text) for t in topics(n.span.of(text))}
    asked = [w for w in focus.keys if w not in names and not w.startswith("nation ")]
    words = [w for w in dict.fromkeys([*asked, *([LIKELY] if focus.future else [])]) if w in signs]
    return [_Claim(Span(0, len(text)), word, signs[word]) for word in words]


def _conflict(focus: Focus, question: Question, read: Sequence[_Reading]) -> Conflict | None:
    pairs = [
        (one, other)
        for one, other in itertools.combinations(read, 2)
        if _apart(one, other) and _aligned(focus, one, other) and differ(one, other)
    ]
    if not pairs:
        return None
    involved = sorted({r.index: r for pair in pairs for r in pair}.values(), key=lambda r: r.index)
    # Others that say the same as one side and are about the same stand with it.
    sides: list[list[_Reading]] = []
    for reading in involved:
        side = next((s for s in sides if all(same_value(reading, r) for r in s)), None)
        if side is None:
            sides.append([reading])
        else:
            side.append(reading)
    for reading in read:
        if reading in involved:
            continue
        for side in sides:
            if any(same_value(reading, r) and _aligned(focus, reading, r) for r in side):
                side.append(reading)
                break
    if len(sides) < 2:
        return None
    return Conflict(_about(focus, question, involved), tuple(_side(side) for side in sides))


def _side(side: Sequence[_Reading]) -> Side:
    return Side(side[0].written, tuple(dict.fromkeys(r.index for r in side)))


def _apart(one: _Reading, other: _Reading) -> bool:
    mine, theirs = one.statement, other.statement
    return mine.article.id != theirs.article.id and mine.origin != theirs.origin


def same_value(one: _Reading, other: _Reading) -> bool:
    """Tell whether one value may be meant by both."""
    match one.value, other.value:
        case Quantity() as mine, Quantity() as theirs:
            return same_unit(mine, theirs) and agree(mine, theirs)
        case Moment(), Moment():
            return _concur(one, other) is True
        case Name() as mine, Name() as theirs:
            return same_name(mine, theirs)
        case _Claim() as mine, _Claim() as theirs:
            return mine.word == theirs.word and mine.sign == theirs.sign
    return False


def differ(one: _Reading, other: _Reading) -> bool:
    """Tell whether two values of one kind contradict each other, once and for all."""
    match one.value, other.value:
        case Quantity() as mine, Quantity() as theirs:
            return (
                same_unit(mine, theirs)
                and not agree(mine, theirs)
                and not _far_apart(mine, theirs)
                and not (mine.part or theirs.part)
                and not _some_of(one, other)
                and not _other_period(one, other)
                and not _update(one, other)
            )
        case Moment(), Moment():
            return _concur(one, other) is False
        case Name() as mine, Name() as theirs:
            return not same_name(mine, theirs) and not _part_of(mine, theirs)
        case _Claim() as mine, _Claim() as theirs:
            return mine.word == theirs.word and mine.sign != theirs.sign
    return False


def _aligned(focus: Focus, one: _Reading, other: _Reading) -> bool:
    """Tell whether two sentences are about the same thing, and it is what was asked."""
    keys = frozenset(focus.keys)
    common = (one.own & other.own) - frozenset(("nation us",))
    for reading in (one, other):
        held = len(keys & reading.own) + NEAR * len(keys & (reading.near - reading.own))
        share = held / len(keys) if keys else 1.0
        if share + TRUST * (reading.statement.probability - 0.5) < _fit(focus, reading, common):
            return False
        content = focus.content
        told = len(content & reading.own) + NEAR * len(content & (reading.near - reading.own))
        if content and told < CONTENT * len(content) and not _on_prospects(focus, reading):
            return False
        if not focus.phrase <= reading.own or _of_another_nation(keys, reading):
            return False
    if _on_prospects(focus, one) and not _told_of(common):
        return False
    if len(common) < COMMON and not (common and len(keys) <= 2) and not _on_prospects(focus, one):
        return False
    return not any(
        _other_subject(keys, mine, theirs) for mine, theirs in ((one, other), (other, one))
    )


def _fit(focus: Focus, reading: _Reading, common: frozenset[str]) -> float:
    """Return the share of the question's words that a sentence has to hold."""
    prospects = _on_prospects(focus, reading) and _told_of(common) & focus.content
    if len(focus.keys) <= 2:
        return SHORT_FIT
    if isinstance(reading.value, Moment):
        return EVENT_FIT
    return LIKELY_FIT if prospects else FIT


def _on_prospects(focus: Focus, reading: _Reading) -> bool:
    return focus.future and isinstance(reading.value, _Claim) and reading.value.word == LIKELY


def _told_of(common: frozenset[str]) -> frozenset[str]:
    """Return what two sentences on prospects are about, countries apart."""
    return frozenset(w for w in common if not w.startswith("nation ") and w not in PROSPECTS)


def _of_another_nation(keys: frozenset[str], reading: _Reading) -> bool:
    """Tell whether a sentence names a country, and not one that the question names."""
    nations = {word for word in reading.own if word.startswith("nation ")}
    asked = {word for word in keys if word.startswith("nation ")}
    return bool(asked - nations) and bool(nations - asked)


def _other_subject(keys: frozenset[str], one: _Reading, other: _Reading) -> bool:
    """Tell whether a word of the question that one sentence holds has a rival in the other."""
    missing = (keys & one.own) - other.own
    extra = other.own - one.own - keys
    slots = _slots(other.statement.text)
    for prep, heads in _slots(one.statement.text):
        rivals = [theirs for other_prep, theirs in slots if prep == other_prep]
        if prep != "of" and heads & keys and rivals and not any(theirs & (heads | keys) for theirs in rivals):
            return True
        if any(heads & missing - theirs and theirs & extra for theirs in rivals):
            return True
    for word in missing:
        if any(word in group and group & extra for group in RIVALS):
            return True
        if word in other.near:
            continue
        if word.startswith("nation ") and any(w.startswith("nation ") for w in extra):
            return True
    named = _named(one) & keys
    return bool(named - other.own - other.near) and bool(_named(other) - one.own - one.near - keys)


def _slots(text: str) -> list[tuple[str, frozenset[str]]]:
    """Return what stands behind each preposition."""
    found = (
        (match[1], frozenset(t.stem for t in topics(match[2]) if not t.stem[0].isdigit()))
        for match in PREPOSITION.finditer(text)
    )
    return [(prep, heads) for prep, heads in found if heads]


def _named(reading: _Reading) -> frozenset[str]:
    names = find_names(reading.statement.text)
    return frozenset(t.stem for name in names for t in topics(name.span.of(reading.statement.text)))


def _far_apart(one: Quantity, other: Quantity) -> bool:
    small, large = sorted((max(one.low, 1e-9), max(other.low, 1e-9)))
    return large / small > FAR_APART and one.measure is not Measure.PERCENT


def _some_of(one: _Reading, other: _Reading) -> bool:
    """Tell whether one counts only some of those that the other counts: children among people."""
    mine, theirs = one.value, other.value
    if not (isinstance(mine, Quantity) and isinstance(theirs, Quantity)):
        return False
    return bool(mine.unit & SOME_PEOPLE) != bool(theirs.unit & SOME_PEOPLE) and bool(
        mine.unit and theirs.unit
    )


def _periods(reading: _Reading) -> list[Moment]:
    return [
        m
        for m in find_moments(reading.statement.text, reading.published)
        if not m.deadline and not m.running and m.weekday is None
    ]


def _other_period(one: _Reading, other: _Reading) -> bool:
    """Tell whether two sentences give their values for different times."""
    mine, theirs = _periods(one), _periods(other)
    if mine and theirs and all(concur(m, t) is False for m in mine for t in theirs):
        return True
    parts = [
        {fold(found) for found in QUARTER.findall(r.statement.text)} for r in (one, other)
    ]
    return bool(parts[0] and parts[1] and not parts[0] & parts[1])


def _update(one: _Reading, other: _Reading) -> bool:
    """Tell whether the later sentence brings the earlier one's value up to date."""
    if one.published is None or other.published is None or one.published == other.published:
        return False
    early, late = (one, other) if one.published < other.published else (other, one)
    outlets = early.statement.article.outlet, late.statement.article.outlet
    if outlets[0] is not None and outlets[0] == outlets[1]:
        return True
    if EARLY.search(fold(early.statement.text)) or UPDATES.search(fold(late.statement.text)):
        return True
    value = early.value
    return isinstance(value, Quantity) and any(
        same_unit(value, q) and agree(value, q)
        for q in find_quantities(late.statement.text)
        if q != late.value and re.search(r"\b(?:from|previous\w*|earlier)\s*$", late.statement.text[: q.span.start])
    )


def _concur(one: _Reading, other: _Reading) -> bool | None:
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


def _part_of(one: Name, other: Name) -> bool:
    """Tell whether one name may be a place within the other: a city in a country."""
    countries = [nation_of(" ".join(name.words)) for name in (one, other)]
    return (countries[0] is None) != (countries[1] is None)


def _about(focus: Focus, question: Question, involved: Sequence[_Reading]) -> str:
    shared = frozenset[str]().union(*(r.own for r in involved))
    words = [
        t.span.of(question.text) for t in topics(question.text) if t.stem in focus.keys and t.stem in shared
    ]
    asked = _asked(focus, involved[0].value)
    return f"{asked} ({', '.join(dict.fromkeys(words))})" if words else asked


def _asked(focus: Focus, value: Value | _Claim) -> str:
    if isinstance(value, Quantity):
        return MEASURED[value.measure]
    return focus.asked


def _within(statement: Statement) -> Span | None:
    if statement.value is None:
        return None
    start = statement.value.start - statement.span.start
    end = statement.value.end - statement.span.start
    return Span(start, end) if 0 <= start < end <= len(statement.text) else None


def _day(published: str | None) -> date | None:
    if published is None or len(published) < 10:
        return None
    return datetime.fromisoformat(published[:10]).date()
