"""Disagree: where articles contradict each other on what a question asks.

Two sentences of different origins disagree when both give the kind of value that was asked for, are
about the same thing, at the same time, and no one value fits both. All of it is by rules, and
strict: what is only worded otherwise, rounded, brought up to date or a part of a whole is no
disagreement. Knows nothing of how sentences are found, nor of how an answer is written.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.comparing.alignment import aligned
from rag.comparing.clocks import Clock
from rag.comparing.contrast import differ, same_value, updated
from rag.comparing.focus import Focus, focus_of
from rag.comparing.names import find_speakers
from rag.comparing.quantities import Measure, Quantity
from rag.comparing.statements import Reading, Statement, read_statement
from rag.comparing.topics import topic_stems, topics
from rag.comparing.values import Claim, Value
from rag.question import Question

__all__ = (
    "Conflict",
    "Side",
    "Statement",
    "find_differences",
    "find_disagreements",
    "gives_value",
    "joined",
    "names_more",
)

# Of one name alone it says little that a sentence does not hold it.
MIN_NAMES = 2
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
class Side:
    """One position: the value as a source writes it, and the statements that take it, by index."""

    value: str
    statements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something on which statements differ, in two positions or more."""

    about: str
    positions: tuple[Side, ...]


def find_disagreements(question: Question, statements: Sequence[Statement]) -> tuple[Conflict, ...]:
    """Return what statements of different origins contradict each other on.

    Args:
        question: what was asked.
        statements: sentences that may answer it, of any articles, the most probable first.
    """
    focus = focus_of(question)
    return _compare(focus, question, _read(focus, statements), differ)


def find_differences(
    question: Question, statements: Sequence[Statement]
) -> tuple[tuple[Conflict, ...], tuple[Conflict, ...]]:
    """Return the disagreements and the updates, for which each statement is read once only.

    An update is what later statements bring up to date, its positions from the oldest to the
    newest. It is told from a contradiction where one outlet gives both values, or where the words
    say so ("so far", "has risen to", "up from"). Arguments are as in `find_disagreements`.
    """
    focus = focus_of(question)
    read = _read(focus, statements)
    return (
        _compare(focus, question, read, differ),
        _updates(focus, question, statements, read),
    )


def _updates(
    focus: Focus, question: Question, statements: Sequence[Statement], read: Sequence[Reading]
) -> tuple[Conflict, ...]:
    found = []
    for conflict in _compare(focus, question, read, updated):
        dated = [
            (min(statements[n].article.published or "" for n in side.statements), side)
            for side in conflict.positions
        ]
        ordered = sorted(dated, key=lambda pair: pair[0])
        found.append(Conflict(conflict.about, tuple(side for _, side in ordered)))
    return tuple(found)


def gives_value(question: Question, statement: Statement) -> bool:
    """Tell whether a sentence gives a value of the kind that a question asks for."""
    return bool(read_statement(focus_of(question), 0, statement))


def joined(
    question: Question, conflict: Conflict, statements: Sequence[Statement], told: Sequence[int]
) -> Conflict | None:
    """Return a conflict with those told that give one position's value; None where none does.

    What is told may be too short to be compared by ("nearly a decade has passed"), and still gives
    the very value that others differ on.

    Args:
        question: what was asked.
        conflict: positions on it.
        statements: sentences of any articles, by which both are numbered.
        told: those that answer, none of which is of the conflict.
    """
    focus = focus_of(question)

    def read(numbers: Sequence[int]) -> list[Reading]:
        return [r for n in numbers for r in read_statement(focus, n, statements[n])]

    ours = read(told)
    positions = []
    for side in conflict.positions:
        theirs = read(side.statements)
        same = [r.index for r in ours if any(same_value(r, other) for other in theirs)]
        positions.append(replace(side, statements=(*dict.fromkeys(same), *side.statements)))
    taken = [side for side in positions if not frozenset(side.statements).isdisjoint(told)]
    # What fits two positions takes none.
    return replace(conflict, positions=tuple(positions)) if len(taken) == 1 else None


def names_more(
    question: Question, conflict: Conflict, statements: Sequence[Statement], told: Sequence[int]
) -> bool:
    """Tell whether each position names all whom the question names, and what is told does not.

    Then the positions are what was asked for. Arguments are as in `joined`.
    """
    focus = focus_of(question)
    names = frozenset(focus.keys) - focus.content

    def name_all(numbers: Sequence[int]) -> bool:
        return any(names <= topic_stems(statements[n].text) for n in numbers)

    if len(names) < MIN_NAMES or name_all(told):
        return False
    return all(name_all(side.statements) for side in conflict.positions)


def _read(focus: Focus, statements: Sequence[Statement]) -> list[Reading]:
    return [r for i, s in enumerate(statements) for r in read_statement(focus, i, s)]


def _compare(
    focus: Focus,
    question: Question,
    read: Sequence[Reading],
    differing: Callable[[Reading, Reading], bool],
) -> tuple[Conflict, ...]:
    conflicts: dict[frozenset[int], Conflict] = {}
    for kind in dict.fromkeys(_kind(r) for r in read):
        ours = [r for r in read if _kind(r) == kind]
        pairs = [
            (one, other)
            for one, other in itertools.combinations(ours, 2)
            if _apart(one, other) and differing(one, other) and aligned(focus, one, other)
        ]
        sides = _own(_sides(focus, ours, pairs))
        if len(sides) > 1:
            taken = frozenset(r.index for side in sides for r in side)
            # The same sentences, of which another word tells the same, are one conflict.
            about = _about(focus, question, [r for pair in pairs for r in pair])
            conflicts.setdefault(taken, Conflict(about, tuple(_side(side) for side in sides)))
    return tuple(conflicts.values())


def _kind(reading: Reading) -> str:
    value = reading.value
    if isinstance(value, Quantity):
        return value.measure.value
    if isinstance(value, Claim):
        return value.word
    return type(value).__name__


def _sides(
    focus: Focus, read: Sequence[Reading], pairs: Sequence[tuple[Reading, Reading]]
) -> list[list[Reading]]:
    """Return who stands with whom: those that differ, and others that say the same as one side."""
    involved = sorted({r.index: r for pair in pairs for r in pair}.values(), key=lambda r: r.index)
    sides: list[list[Reading]] = []
    for reading in involved:
        side = next((s for s in sides if all(same_value(reading, r) for r in s)), None)
        if side is None:
            sides.append([reading])
        else:
            side.append(reading)
    spoken = {r.statement.article.id for r in involved}
    for reading in read:
        if reading in involved or reading.statement.article.id in spoken:
            continue
        for side in sides:
            if any(same_value(reading, r) and aligned(focus, reading, r) for r in side):
                side.append(reading)
                break
    return sides


def _own(sides: Sequence[list[Reading]]) -> list[list[Reading]]:
    """Return the sides but those that only articles of another side take as well.

    Who gives the others' value does not contradict them by giving a second one, of something else:
    "in office for less than a year, she is the first to come in nearly a decade". What an article
    has somebody say is a position all the same.
    """
    who = [frozenset(reading.statement.article.id for reading in side) for side in sides]
    return [
        side
        for side, mine in zip(sides, who, strict=True)
        if not any(mine < others for others in who)
        or any(find_speakers(reading.statement.text) for reading in side)
    ]


def _side(side: Sequence[Reading]) -> Side:
    return Side(side[0].written, tuple(dict.fromkeys(r.index for r in side)))


def _apart(one: Reading, other: Reading) -> bool:
    mine, theirs = one.statement, other.statement
    return mine.article.id != theirs.article.id and mine.origin != theirs.origin


def _about(focus: Focus, question: Question, involved: Sequence[Reading]) -> str:
    shared = frozenset[str]().union(*(r.own for r in involved))
    words = [
        t.span.of(question.text)
        for t in topics(question.text)
        if t.stem in focus.keys and t.stem in shared
    ]
    asked = _asked(focus, involved[0].value)
    return f"{asked} ({', '.join(dict.fromkeys(words))})" if words else asked


def _asked(focus: Focus, value: Value) -> str:
    if isinstance(value, Quantity):
        return MEASURED[value.measure]
    return "time of day" if isinstance(value, Clock) else focus.asked
