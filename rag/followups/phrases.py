"""Phrases: the noun phrases of a question.

A phrase is told by the function words around it. Knows nothing of how phrases are used.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.followups.grammar import (
    ADVERBS,
    AMOUNTS,
    CONJUNCTIONS,
    DETERMINERS,
    FEMALE_NAMES,
    FEMALE_TITLES,
    INDEFINITE,
    MALE_NAMES,
    MALE_TITLES,
    PARTICLES,
    PREDICATES,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
)
from rag.followups.kinds import NAMES, Kind, is_adjective_of_country, kind_of
from rag.followups.order import is_plural, name_end
from rag.followups.tokens import (
    Tokens,
    folded,
    is_auxiliary,
    is_capital,
    is_possessive,
    without_possessive,
)
from rag.words import fold


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase in a list of tokens.

    Attributes:
        start, end: its half-open place there, its article included and its preposition not.
        tokens: its own.
        kind: what it means.
        plural: whether it means several.
        preposition: the word before it, folded, where that is a preposition.
        owner: whether it ends in a possessive: "Canada's".
    """

    start: int
    end: int
    tokens: Tokens
    kind: Kind
    plural: bool
    preposition: str | None
    owner: bool

    @property
    def determiner(self) -> str | None:
        """Return the word that opens it, where that is one like "the" or "any"."""
        first = fold(self.tokens[0])
        return first if first in DETERMINERS else None

    @property
    def head(self) -> str:
        """Return the word that says what it is, folded."""
        return fold(without_possessive(self.tokens[-1]))

    @property
    def bare(self) -> Tokens:
        """Return it without its determiner and its possessive ending."""
        tokens = self.tokens[1:] if self.determiner else self.tokens
        return (*tokens[:-1], without_possessive(tokens[-1])) if tokens else ()

    @property
    def is_name(self) -> bool:
        """Tell whether it names someone or something in particular."""
        return self.kind in NAMES

    @property
    def gender(self) -> Literal["he", "she"] | None:
        """Return the pronoun that stands for it, as its title or first name tells."""
        words = folded(self.bare)
        first = words[0] if words else ""
        heads = {first, self.head}
        if first in MALE_TITLES | MALE_NAMES or heads & {"man", "husband", "king", "chairman"}:
            return "he"
        if first in FEMALE_TITLES | FEMALE_NAMES or heads & {"woman", "wife", "queen"}:
            return "she"
        return None


def phrases(tokens: Sequence[str], verbs: Collection[int] = ()) -> tuple[Phrase, ...]:
    """Return the noun phrases of a list of tokens, in order.

    Args:
        tokens: a question's, or a part's.
        verbs: where its verbs stand, which end a phrase.
    """
    return tuple(_phrases(tokens, verbs))


def _phrases(tokens: Sequence[str], verbs: Collection[int]) -> Iterator[Phrase]:
    at = 0
    while at < len(tokens):
        if _is_function(tokens, at, verbs) and fold(tokens[at]) not in DETERMINERS:
            at += 1
            continue
        end = _phrase_end(tokens, at, verbs)
        chunk = tuple(tokens[at:end])
        if all(fold(t) in DETERMINERS for t in chunk):
            at = end
            continue
        preposition = fold(tokens[at - 1]) if at and fold(tokens[at - 1]) in PREPOSITIONS else None
        kind = kind_of(chunk, preposition)
        yield Phrase(
            start=at,
            end=end,
            tokens=chunk,
            kind=kind,
            plural=_means_several(chunk, kind),
            preposition=preposition,
            owner=is_possessive(chunk[-1]),
        )
        at = end


def _phrase_end(tokens: Sequence[str], start: int, verbs: Collection[int]) -> int:
    at = start
    while at < len(tokens) and fold(tokens[at]) in DETERMINERS:
        at += 1
    while at < len(tokens):
        if is_capital(tokens[at]) and not (at == 0 and _is_function(tokens, at, verbs)):
            end, placed = name_end(tokens, at), at == start and _is_placed(tokens, at)
            end = next((place for place in range(at + 1, end) if place in verbs), end)
            both = _coordinated(tokens, end)
            at = end if both is None else both
            if placed:  # "in Genoa open" is not one thing
                break
        elif _is_function(tokens, at, verbs):
            break
        else:
            at += 1
        if is_possessive(tokens[at - 1]):
            break
    return max(at, start + 1)


def _is_placed(tokens: Sequence[str], at: int) -> bool:
    return at > 0 and fold(tokens[at - 1]) in {"in", "at", "near", "from"}


def _coordinated(tokens: Sequence[str], end: int) -> int | None:
    """Return where the second of two names that are joined by "and" ends."""
    if end + 1 < len(tokens) and fold(tokens[end]) == "and" and is_capital(tokens[end + 1]):
        return name_end(tokens, end + 1)
    return None


def _is_function(tokens: Sequence[str], at: int, verbs: Collection[int]) -> bool:
    word = fold(tokens[at])
    if word in ADVERBS and at > 0 and fold(tokens[at - 1]) in DETERMINERS:
        return False  # "the last visit"
    if at in verbs or not (word[0].isalnum() or word[0] in "$€£¥"):
        return True
    if is_capital(tokens[at]) and at > 0 and len(word) > 1 and tokens[at].isupper():
        return False
    return (
        word in PREPOSITIONS | CONJUNCTIONS | PRONOUNS | QUESTION_WORDS | INDEFINITE | AMOUNTS
        or word in ADVERBS
        or word in {"there", "then", "else", "more", "less", "you", "we", "i", "me", "us"}
        or is_auxiliary(tokens[at])
        or (word in DETERMINERS | PARTICLES and at > 0)
        or (word in PREDICATES and at > 0 and _ends_there(tokens, at + 1))
    )


def _ends_there(tokens: Sequence[str], at: int) -> bool:
    return at == len(tokens) or fold(tokens[at]) in PREPOSITIONS | ADVERBS | CONJUNCTIONS


def _means_several(tokens: Tokens, kind: Kind) -> bool:
    words = folded([without_possessive(token) for token in tokens])
    if len(words) == 2 and words[0] == "the" and is_adjective_of_country(words[1]):
        return True
    if kind in NAMES:
        return "and" in words or (words[0] == "the" and is_plural(words[-1]) and len(words) == 2)
    return is_plural(words[-1])
