"""Alignment: whether two sentences are about the same thing, and it is what was asked.

Judged by the question's words that each holds, the words that they share, and by what stands in
one where the other has a word of the question. Knows nothing of values' contents.
"""

import re

from rag.comparing.clocks import Clock
from rag.comparing.focus import Focus
from rag.comparing.moments import MONTHS, WEEKDAYS, Moment
from rag.comparing.names import Name, find_names
from rag.comparing.polarity import LIKELY, PROSPECTS
from rag.comparing.quantities import Measure, Quantity
from rag.comparing.statements import Reading
from rag.comparing.topics import nation_of, topics
from rag.comparing.values import Claim
from rag.words import stem, words

# The share of the question's words that a sentence holds, and both sentences hold in common.
FIT = 0.55
# Of one or two words, all or nearly all.
SHORT_FIT = 0.7
# Whether something may come is seldom asked in a report's own words.
LIKELY_FIT = 0.1
# The same, of those of the question's words that are no names.
CONTENT = 0.5
# A time is that of one event: more has to fit.
EVENT_FIT = 0.65
COMMON = 2
# What stands before a sentence or in its title counts for less than what stands in it.
NEAR = 0.6
# A sentence that probably answers needs fewer of the question's words, and the other way round.
TRUST = 0.2
# A time that a reader believes in by less has to be told of what the question says happened.
SURE = 0.5
# How many names, and words in all, sentences of one event share at least where one of them, or
# neither, names whom the question does.
SHARED, SHARED_BY_NONE = (1, 4), (2, 5)
CALENDAR = frozenset(stem(name) for name in (*WEEKDAYS, *MONTHS))
PREPOSITIONS = "on|of|for|from|by|against|to(?= the | [A-Z])"
# A preposition, and up to four words behind it, up to the next.
PREPOSITION = re.compile(
    rf"\b({PREPOSITIONS})\s((?:(?!(?:{PREPOSITIONS}|in|at|with)\s)[^\s,.;:]+\s?){{1,4}})"
)
VALUE_BEHIND = re.compile(
    r"[\d$€£]|(?:some|about|around|nearly|almost|more|less|the end|early|late|mid)\b"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
# The ends and forms by which a past verb is told, well enough to see that it is another verb.
PAST = re.compile(
    r"\b(?:[a-z]{2,}ed|began|built|bought|broke|came|chose|cut|died|drew|fell|fled|fought|found|gave|grew"
    r"|held|kept|led|left|lost|made|met|paid|ran|rose|said|sat|saw|sent|set|shot|sold|spent|spoke"
    r"|stood|struck|took|told|went|won|wrote)\b"
)
RANK = re.compile(
    r"\b(second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)[\s-]+(?:most\b|least\b|\w+est\b)",
    re.IGNORECASE,
)
HURT = frozenset({"hurt"})
LIGHT = frozenset(stem(verb) for verb in "gave received set included involved imposed".split())
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


def aligned(focus: Focus, one: Reading, other: Reading) -> bool:
    """Tell whether two sentences are about the same thing, and it is what was asked."""
    if one.sure and other.sure:
        return _answer_alike(focus, one, other)
    return _told_alike(focus, one, other)


def _told_alike(focus: Focus, one: Reading, other: Reading) -> bool:
    """Tell whether two sentences are about the same thing by the words that they hold."""
    keys = frozenset(focus.keys)
    common = (one.own & other.own) - frozenset(("nation us",))
    trusted = one.trusted and other.trusted
    of_time = isinstance(one.value, Moment | Clock)
    # Names and places are in every sentence, and a reader that looks for one finds one.
    of_name = isinstance(one.value, Name) and (focus.holder or focus.place)
    sure = trusted and not of_name and (not of_time or _least_probable(one, other) >= SURE)
    if trusted:
        keys = keys - focus.content or keys
    weight = 1.0 if trusted else NEAR
    for reading in (one, other):
        held = len(keys & reading.own) + weight * len(keys & (reading.near - reading.own))
        share = held / len(keys) if keys else 1.0
        if share + TRUST * (reading.statement.probability - 0.5) < _fit(focus, reading, common):
            return False
        if not sure and not _tells_content(focus, reading, 0.0 if trusted and of_name else NEAR):
            return False
        if not focus.phrase <= (reading.near if trusted else reading.own) or _of_another_nation(
            keys, reading
        ):
            return False
    if _on_prospects(focus, one) and not _told_of(common):
        return False
    if trusted:
        common |= keys & one.near & other.near
    if len(common) < COMMON and not (common and len(keys) <= 2) and not _on_prospects(focus, one):
        return False
    return not (of_name and _ranks(one) != _ranks(other)) and not any(
        _other_subject(focus, keys, mine, theirs) for mine, theirs in ((one, other), (other, one))
    )


def _answer_alike(focus: Focus, one: Reading, other: Reading) -> bool:
    """Tell whether two sentences that surely answer do so for the same things.

    The reader knows what is asked in other words than the question's; it minds less whether the
    sentence is about the very people and places that are asked about.
    """
    names = frozenset(focus.keys) - focus.content
    fits = [_names_fit(focus, names, reading) for reading in (one, other)]
    if not all(fits) and not _is_one_event(one, other, surely=not any(fits)):
        return False
    if not names and not focus.phrase and not _may_be_one(one, other):
        return False
    if any(_beside(focus, mine, theirs) for mine, theirs in ((one, other), (other, one))):
        return False
    return not isinstance(one.value, Name) or _ranks(one) == _ranks(other)


def _names_fit(focus: Focus, names: frozenset[str], reading: Reading) -> bool:
    """Tell whether a sentence is about the names that a question holds."""
    held = names & reading.near
    held |= {name for name in names - held if focus.surnames.get(name) in reading.near}
    if len(held) < FIT * len(names):
        return False
    return focus.phrase <= reading.near and not _of_another_nation(names, reading)


def _is_one_event(one: Reading, other: Reading, *, surely: bool) -> bool:
    """Tell whether two sentences share so much that they are of one event, whoever is named.

    Args:
        one: a sentence.
        other: another.
        surely: whether neither holds the names that are asked about.
    """
    named = _surely_named(one) & _surely_named(other) - CALENDAR
    common = one.own & other.own - CALENDAR
    names, topics_ = SHARED_BY_NONE if surely else SHARED
    return len(named) >= names and len(common) >= topics_


def _beside(focus: Focus, one: Reading, other: Reading) -> bool:
    """Tell whether the other of two sentences that surely answer is of something else."""
    keys = frozenset(focus.keys)
    extra = other.own - one.own - keys
    # Whoever is treated is hurt, and need not be called so.
    missing = (keys & one.own) - other.own - HURT
    if any(_rivalled(word, other, extra) for word in missing):
        return True
    # "The north of Arden" may be what is called by its town elsewhere, and of two countries that a
    # sentence names the reader may see the other.
    if isinstance(one.value, Name) and _also_holds(focus, one.value, other):
        return True
    named = (_surely_named(one) & keys) - other.own - other.near
    named -= {name for name in named if focus.surnames.get(name) in other.near}
    return bool(named and _surely_named(other) - one.near - keys)


def _may_be_one(one: Reading, other: Reading) -> bool:
    """Tell whether two sentences share a name besides their values, or one of them has none.

    Where a question names nobody, nothing else ties them to one event.
    """
    told = []
    for reading in (one, other):
        value = reading.written
        told.append(_surely_named(reading) - {topic.stem for topic in topics(value)})
    return not all(told) or bool(told[0] & told[1])


def _surely_named(reading: Reading) -> frozenset[str]:
    """Return the stems of a sentence's names, but for a single word that opens it, as any may."""
    text = reading.statement.text
    spans = [n.span for n in find_names(text) if n.span.start > 0 or len(n.words) > 1]
    return frozenset(t.stem for span in spans for t in topics(span.of(text)))


def _also_holds(focus: Focus, name: Name, other: Reading) -> bool:
    """Tell whether the other sentence holds a place or country too, beside what it gives."""
    place = focus.place or nation_of(" ".join(name.words)) is not None
    return place and set(name.words) <= set(words(other.statement.text))


def _tells_content(focus: Focus, reading: Reading, near: float) -> bool:
    """Tell whether a sentence holds enough of the question's words that are no names.

    Args:
        focus: what is asked for.
        reading: the sentence.
        near: what a word counts that stands in its title or before it.
    """
    content = focus.content
    told = len(content & reading.own) + near * len(content & (reading.near - reading.own))
    return told >= CONTENT * len(content) or _on_prospects(focus, reading)


def _ranks(reading: Reading) -> frozenset[str]:
    """Return which places but the first a sentence speaks of: "the second-largest" is another."""
    return frozenset(match[1].lower() for match in RANK.finditer(reading.statement.text))


def _least_probable(one: Reading, other: Reading) -> float:
    return min(one.statement.probability, other.statement.probability)


def _fit(focus: Focus, reading: Reading, common: frozenset[str]) -> float:
    """Return the share of the question's words that a sentence has to hold."""
    prospects = _on_prospects(focus, reading) and _told_of(common) & focus.content
    if len(focus.keys) <= 2:
        return SHORT_FIT
    if isinstance(reading.value, Moment | Clock):
        return EVENT_FIT
    return LIKELY_FIT if prospects else FIT


def _on_prospects(focus: Focus, reading: Reading) -> bool:
    return focus.future and isinstance(reading.value, Claim) and reading.value.word == LIKELY


def _told_of(common: frozenset[str]) -> frozenset[str]:
    """Return what two sentences on prospects are about, countries apart."""
    return frozenset(w for w in common if not w.startswith("nation ") and w not in PROSPECTS)


def _of_another_nation(keys: frozenset[str], reading: Reading) -> bool:
    """Tell whether a sentence names a country, and not one that the question names."""
    nations = {word for word in reading.own if word.startswith("nation ")}
    asked = {word for word in keys if word.startswith("nation ")}
    return bool(asked - nations) and bool(nations - asked)


def _other_subject(focus: Focus, keys: frozenset[str], one: Reading, other: Reading) -> bool:
    """Tell whether a word of the question that one sentence holds has a rival in the other."""
    missing = (keys & one.own) - other.own
    extra = other.own - one.own - keys
    if _other_slot(keys, one, other) or any(_rivalled(w, other, extra) for w in missing):
        return True
    # A reader that looks for a time believes in that of what came of it, too ("were freed").
    untold = (
        (focus.content & one.own) - other.own if isinstance(one.value, Moment | Clock) else missing
    )
    if untold & focus.content and _another_event(one, other):
        return True
    named = _named(one) & keys
    return bool(named - other.own - other.near) and bool(_named(other) - one.own - one.near - keys)


def _other_slot(keys: frozenset[str], one: Reading, other: Reading) -> bool:
    """Tell whether another thing stands behind the preposition that a word of the question does."""
    missing = (keys & one.own) - other.own
    extra = other.own - one.own - keys
    slots = _slots(other.statement.text)
    for prep, heads in _slots(one.statement.text):
        rivals = [theirs for other_prep, theirs in slots if prep == other_prep]
        elsewhere = rivals and not any(theirs & (heads | keys) for theirs in rivals)
        if prep != "of" and heads & keys and elsewhere:
            return True
        if any(heads & missing - theirs and theirs & extra for theirs in rivals):
            return True
    return False


def _rivalled(word: str, other: Reading, extra: frozenset[str]) -> bool:
    """Tell whether a sentence without a word of the question holds what excludes it."""
    if word in RIVALS[0] and isinstance(other.value, Quantity):
        # A number that is not said to be of the dead is no number of them.
        return True
    if any(word in group and group & extra for group in RIVALS):
        return True
    nation = word.startswith("nation ") and word not in other.near
    return nation and any(w.startswith("nation ") for w in extra)


def _another_event(one: Reading, other: Reading) -> bool:
    """Tell whether the other sentence times or prices what happened by another verb."""
    if isinstance(one.value, Quantity) and one.value.measure not in {
        Measure.DURATION,
        Measure.MONEY,
    }:
        return False
    if not isinstance(one.value, Quantity | Moment | Clock):
        return False
    mine, theirs = (_verbs(reading) for reading in (one, other))
    return bool(theirs - one.own - one.near) and not mine & theirs


def _verbs(reading: Reading) -> frozenset[str]:
    """Return the stems of the past verbs in a value's clause."""
    found = (t.stem for match in PAST.finditer(reading.statement.text) for t in topics(match[0]))
    return frozenset(found) & reading.own - LIGHT


def _slots(text: str) -> list[tuple[str, frozenset[str]]]:
    """Return what stands behind each preposition."""
    found = (
        (match[1], frozenset(t.stem for t in topics(match[2]) if not t.stem[0].isdigit()))
        for match in PREPOSITION.finditer(text)
        if not VALUE_BEHIND.match(match[2])
    )
    return [(prep, heads) for prep, heads in found if heads]


def _named(reading: Reading) -> frozenset[str]:
    names = find_names(reading.statement.text)
    return frozenset(t.stem for name in names for t in topics(name.span.of(reading.statement.text)))
