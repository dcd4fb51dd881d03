"""Values: what a sentence states of the kind that a question asks for.

Of several, the one nearest the question's words is taken, or the one within the short answer that
a learned reader saw. Knows nothing of how values are compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.types import Span
from rag.comparing.births import find_births
from rag.comparing.clocks import Clock, find_clocks
from rag.comparing.focus import Focus
from rag.comparing.moments import Moment, find_moments, is_of_report
from rag.comparing.names import (
    Name,
    doers,
    find_names,
    find_speakers,
    holders,
    label_of,
    places,
)
from rag.comparing.number_reading import find_quantities
from rag.comparing.polarity import LIKELY, polarities
from rag.comparing.quantities import Measure, Quantity
from rag.comparing.topics import Topic, nation_of, topics

PEOPLE = frozenset(
    t.stem
    for t in topics(
        "people demonstrators protesters residents passengers victims voters workers employees"
        " soldiers civilians children women men officers patients students migrants refugees"
        " fighters supporters fans others"
    )
)
# Counting these, a report counts some of the people.
SOME_PEOPLE = frozenset(
    t.stem
    for t in topics("children women men civilians soldiers officers students foreigners girls boys")
)


CLAUSE = re.compile(
    r"[;—]\s?|,\s(?:and|but|while|whereas|yet|since|because|although|though)\s|,\s(?=which\b)"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence affirms (1) or denies (-1): a sign, and the word that it is of."""

    span: Span
    word: str
    sign: int


Value = Quantity | Moment | Clock | Name | Claim


def pick(
    focus: Focus, text: str, published: date | None, seen: Span | None, *, sure: bool = False
) -> tuple[Value, ...]:
    """Return the values of a sentence that may answer, each kind's best, none if it gives none.

    Args:
        focus: what is asked for.
        text: the sentence.
        published: the day its article was published.
        seen: where in the sentence a reader saw the short answer, if one did.
        sure: whether a close reading takes the sentence for an answer.
    """
    # Few questions and sentences have the words that rules know; a reader needs none.
    values = _seen_values(focus, text, published, seen) if sure and seen is not None else ()
    return tuple(values) or _told_values(focus, text, published, seen)


def _told_values(
    focus: Focus, text: str, published: date | None, seen: Span | None
) -> tuple[Value, ...]:
    """Return the values that stand where and as the question's words say; see `pick`."""
    values: list[Value] = []
    anchors = [t for t in topics(text) if t.stem in focus.keys]
    if focus.measures:
        every = (*find_quantities(text), *find_births(text, published))
        found = [q for q in every if q.measure in focus.measures]
        values += _best([q for q in found if _counts(focus, q)], text, anchors, seen)
    if focus.moment:
        told = [m for m in find_moments(text, published) if not is_of_report(text, m)]
        values += _best(told, text, anchors, seen)
        values += _best(find_clocks(text), text, anchors, seen)
    if focus.speaker:
        values += _best(list(find_speakers(text)), text, anchors, seen)
    if focus.doer:
        values += _new(_best(_doers(focus, text), text, anchors, seen), focus)
        if not values and seen is not None and (focus.light or _forms(focus, text)):
            named = [n for n in find_names(text) if _overlap(n.span, seen)]
            values += _new([n for n in named if not _is_place(n, text, focus)], focus)
    if focus.single and not values and not focus.measures and not focus.moment:
        values += _labelled(focus, text, seen)
    if focus.place:
        values += _new(_best(list(places(text)), text, anchors, seen), focus)
    if focus.claim and not values:
        values += claims(focus, text)
    return tuple(values)


def _seen_values(focus: Focus, text: str, published: date | None, seen: Span) -> Sequence[Value]:
    """Return what a short answer is: a quantity, else a day, an hour or both, else a name."""
    born = find_births(text, published) if Measure.AGE in focus.measures else ()
    every = (*born, *find_quantities(text))
    quantities = [q for q in every if _overlap(q.span, seen) and _counts(focus, q)]
    moments = [
        m
        for m in find_moments(text, published)
        if _overlap(m.span, seen) and not is_of_report(text, m)
    ]
    anchors = [t for t in topics(text) if t.stem in focus.keys]
    names = _new([n for n in find_names(text) if _overlap(n.span, seen)], focus)
    found: Sequence[Value]
    if focus.yes_no:
        found = ()
    elif focus.names_someone:
        found = names
    elif focus.moment or (moments and not quantities):
        clocks = [c for c in find_clocks(text) if _overlap(c.span, seen)]
        return [*_best(moments, text, anchors, seen), *_best(clocks, text, anchors, seen)]
    elif quantities:
        begun = [q for q in quantities if abs(q.span.start - seen.start) <= 1]
        found = begun or _best(quantities, text, anchors, seen)
    else:
        found = names if focus.doer else ()
    return tuple(found[:1])


def _doers(focus: Focus, text: str) -> list[Name]:
    """Return who did what is asked, or is what is asked about."""
    forms = _forms(focus, text)
    objects = frozenset(focus.keys) - frozenset(() if focus.light else focus.verbs)
    named = doers(text, [*forms, *focus.light], objects)
    return list(named if named or not focus.holder else holders(text, focus.content))


def _forms(focus: Focus, text: str) -> list[str]:
    """Return the words of a sentence that tell what the asked-for one did."""
    return [text[t.span.start : t.span.end] for t in topics(text) if t.stem in focus.verbs]


def _labelled(focus: Focus, text: str, seen: Span | None) -> list[Value]:
    """Return the reader's own short answer; of someone only where it begins as a name does."""
    label = label_of(text, seen) if seen is not None else None
    if label is None or (focus.doer and focus.holder and not label.is_capitalised(text)):
        return []
    return [] if focus.doer and _is_place(label, text, focus) else _new([label], focus)


def _is_place(name: Name, text: str, focus: Focus) -> bool:
    """Tell whether a name is of where something is done; no country holds an office, either."""
    return name in places(text) or (focus.holder and bool(nation_of(" ".join(name.words))))


def claims(focus: Focus, text: str) -> list[Claim]:
    """Return what a sentence affirms or denies of the question's words."""
    signs = polarities(text)
    names = {t.stem for n in find_names(text) for t in topics(n.span.of(text))}
    asked = [w for w in focus.keys if w not in names and not w.startswith("nation ")]
    words = [w for w in dict.fromkeys([*asked, *([LIKELY] if focus.future else [])]) if w in signs]
    return [Claim(_clause(text, signs[w].start), w, signs[w].value) for w in words]


def _clause(text: str, start: int) -> Span:
    """Return the clause that a place in a sentence belongs to."""
    ends = [match.span() for match in CLAUSE.finditer(text)]
    first = max((end for _, end in ends if end <= start), default=0)
    last = min((begin for begin, _ in ends if begin > start), default=len(text))
    return Span(first, last)


def _counts(focus: Focus, quantity: Quantity) -> bool:
    if quantity.measure is not Measure.COUNT or not focus.unit or not quantity.unit:
        return True
    return bool(quantity.unit & focus.unit) or bool(quantity.unit & PEOPLE and focus.unit & PEOPLE)


def _best(
    values: Sequence[Value], text: str, anchors: Sequence[Topic], seen: Span | None
) -> list[Value]:
    whole = [v for v in values if not (isinstance(v, Quantity) and v.part)] or list(values)
    if seen is not None:
        within = [value for value in whole if _overlap(value.span, seen)]
        whole = within or whole
    return [max(whole, key=lambda v: _nearness(v, text, anchors))] if whole else []


def _nearness(value: Value, text: str, anchors: Sequence[Topic]) -> float:
    """Return how near a value stands to the question's words; a clause's end keeps them apart."""
    total = 0.0
    for anchor in anchors:
        first, last = sorted((value.span, anchor.span))
        between = text[first.end : last.start] if first.end < last.start else ""
        distance = len(between.split()) + 8 * len(
            re.findall(r"[;:—]|,\s(?:and|but|while)\b|\b(?:but|while)\b", between)
        )
        total += 1 / (2 + distance)
    return total


def _new(values: Sequence[Value], focus: Focus) -> list[Value]:
    """Return the names that the question does not itself give."""
    return [
        v
        for v in values
        if isinstance(v, Name)
        and not {t.stem for t in topics(" ".join(v.words))} <= set(focus.keys)
    ]


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
