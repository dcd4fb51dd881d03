"""Pointing: "there", "then", "that company" give way to what the earlier question named.

Knows nothing of pronouns that stand for a thing by themselves.
"""

from collections.abc import Sequence

from rag.followups.clause import Clause
from rag.followups.grammar import (
    ADVERBS,
    BE,
    CLASS_NOUNS,
    HAVE,
    MODALS,
    PREPOSITIONS,
    TIME_NOUNS,
)
from rag.followups.kinds import PLACE_PREPOSITIONS
from rag.followups.mentions import Mention
from rag.followups.order import is_plural
from rag.followups.phrases import Phrase, phrases
from rag.followups.tokens import Tokens, folded, is_capital
from rag.followups.wording import statement
from rag.words import stem

POINTERS = frozenset({"that", "those", "these", "this"})


def with_place(tokens: Tokens, place: Tokens | None) -> Tokens | None:
    """Return a question with a place for "there"; None where it points at none.

    Args:
        tokens: the question.
        place: what "there" would mean, with its preposition.
    """
    at = _there(tokens)
    if at is None or place is None:
        return None
    words = folded(tokens)
    named = place[1:] if at > 0 and words[at - 1] in PREPOSITIONS else place
    return (*tokens[:at], *named, *tokens[at + 1 :])


def points_at_place(tokens: Tokens) -> bool:
    """Tell "Who lives there?" from "Is there a road?"."""
    return _there(tokens) is not None


def _there(tokens: Tokens) -> int | None:
    words = folded(tokens)
    for at, word in enumerate(words):
        if word != "there":
            continue
        before = words[at - 1] if at else ""
        following = words[at + 1] if at + 1 < len(words) else ""
        exists = following in BE | HAVE | MODALS or (before in BE | HAVE | MODALS and following)
        counted = before in BE and words[:2] in {("how", "many"), ("how", "much")}
        named = any(is_capital(t) for t in tokens[1:at])
        if not exists and not counted and not named:
            return at
    return None


def place_of(earlier: Clause) -> Tokens | None:
    """Return the place that a question gives, with its preposition: "in Beijing"."""
    found = _phrases(earlier)
    for phrase in reversed(found):
        placed = phrase.preposition in PLACE_PREPOSITIONS
        if placed and phrase.kind not in {"time", "number", "people", "person"}:
            preposition = (
                "in" if phrase.preposition in {"to", "from", "into"} else phrase.preposition
            )
            return (str(preposition), *phrase.tokens)
    for phrase in reversed(found):
        if phrase.kind == "place":
            return ("in", *phrase.tokens[:-1], *phrase.bare[-1:])
    subject = [p for p in found if p.kind == "thing" and p.determiner == "the"]
    if earlier.question_word == "where" and subject:
        return ("at", *subject[-1].tokens)
    return None


def with_time(tokens: Tokens, earlier: Clause) -> Tokens | None:
    """Return a question with a time for "then" or "that year"; None where it points at none."""
    words = folded(tokens)
    for at, word in enumerate(words):
        start, end = at, at + 1
        if word in POINTERS - {"this"} and words[at + 1 : at + 2] and words[at + 1] in TIME_NOUNS:
            end = at + 2
        elif word != "then" or at == 0 or (at + 1 < len(words) and words[at + 1] not in ADVERBS):
            continue
        when = time_of(earlier)
        if when is None:
            return None
        if words[start - 1] in PREPOSITIONS:
            if when[0] == "when" or words[start - 1] in {"since", "before", "after", "until", "by"}:
                when = when[1:]
            else:
                start -= 1
        return (*tokens[:start], *when, *tokens[end:])
    return None


def time_of(earlier: Clause) -> Tokens | None:
    """Return the time that a question gives, or "when …" where that is what it asks for."""
    for phrase in reversed(_phrases(earlier)):
        if phrase.kind == "time":
            before = () if phrase.preposition is None else (phrase.preposition,)
            return (*before, *phrase.tokens)
    if earlier.question_word == "when" and earlier.subject:
        return ("when", *statement(earlier))
    return None


def with_named(tokens: Tokens, mentions: Sequence[Mention]) -> Tokens | None:
    """Return a question with what "that company" or "that deal" names; None where it does not."""
    words = folded(tokens)
    for at in range(len(words) - 1):
        noun = words[at + 1]
        the_class = words[at] == "the" and noun in CLASS_NOUNS
        if (
            not (words[at] in POINTERS or the_class)
            or noun in TIME_NOUNS
            or noun in PREPOSITIONS | BE
        ):
            continue
        if is_plural(noun) != (words[at] in {"those", "these"}):  # "said that prices fell"
            continue
        mention = _of_class(noun, mentions)
        if mention is None and not the_class:
            mention = _same_head(noun, mentions)
        if mention is not None:
            return (*tokens[:at], *mention.words, *tokens[at + 2 :])
    return None


def with_definite(tokens: Tokens, mentions: Sequence[Mention]) -> Tokens | None:
    """Return a question with "the talks in Riyadh" for "the talks", if those were spoken of."""
    for phrase in phrases(tokens):
        if phrase.determiner != "the" or phrase.is_name or phrase.owner:
            continue
        for mention in reversed(mentions):
            known = set(folded(phrase.bare)) <= set(folded(mention.words))
            same = known and mention.phrase.head == phrase.head and not mention.phrase.is_name
            if same and len(mention.words) > len(phrase.tokens):
                return (*tokens[: phrase.start], *mention.words, *tokens[phrase.end :])
    return None


def _of_class(noun: str, mentions: Sequence[Mention]) -> Mention | None:
    wanted = CLASS_NOUNS.get(noun)
    if wanted is None:
        return None
    several = noun in {"countries", "nations"}
    fitting = [m for m in mentions if _is_of(m.phrase, wanted) and m.phrase.plural == several]
    exact = [m for m in fitting if m.phrase.kind == wanted]
    return next(reversed(exact or fitting), None)


def _is_of(phrase: Phrase, wanted: str) -> bool:
    placed = phrase.preposition in PLACE_PREPOSITIONS
    return phrase.kind == wanted or (phrase.kind == "name" and (wanted != "place" or placed))


def _same_head(noun: str, mentions: Sequence[Mention]) -> Mention | None:
    alike = [m for m in mentions if not m.phrase.is_name and stem(m.phrase.head) == stem(noun)]
    return alike[-1] if alike else None


def _phrases(clause: Clause) -> tuple[Phrase, ...]:
    verb = clause.verb_place
    return phrases(clause.tokens, () if verb is None else (verb,))
