"""Likeness: which phrase of an earlier question a piece of the new one is most like.

People are like people, names like names of their kind, times like times, what follows "in" like
what follows "in". Knows nothing of what is done with them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.followups.clause import Clause
from rag.followups.grammar import MEASURES
from rag.followups.kinds import GROUP_WORDS, PLACE_PREPOSITIONS, Kind
from rag.followups.phrases import Phrase, phrases
from rag.followups.tokens import Tokens
from rag.words import fold

# Prepositions that say nearly the same; a phrase with one may take the place of one with another.
ALIKE = (
    frozenset({"about", "on", "over", "regarding"}),
    frozenset({"in", "at", "inside", "near"}),
    frozenset({"with", "against"}),
)
# What the likeness of two phrases must come to at least.
ALIKE_ENOUGH = 0.1


@dataclass(frozen=True, slots=True)
class Setting:
    """The earlier question, as a piece of a question finds its place in it."""

    tokens: Tokens
    phrases: tuple[Phrase, ...]
    asked_end: int
    verb: int

    @classmethod
    def of(cls, earlier: Clause) -> "Setting":
        """Lay an earlier question out."""
        tokens, verb = earlier.tokens, earlier.verb_place
        found = phrases(tokens, () if verb is None else (verb,))
        asked_end = (len(earlier.before) + 1 if earlier.before else 0) + len(earlier.asked)
        usable = tuple(p for p in found if p.head not in MEASURES and p.end <= len(tokens))
        return cls(tokens, usable, asked_end, len(tokens) if verb is None else verb)

    def put(self, piece: Sequence[str], start: int, end: int) -> Tokens:
        """Return the tokens with others in a place."""
        return (*self.tokens[:start], *piece, *self.tokens[end:])


def most_like(setting: Setting, likeness: Callable[[Phrase], float]) -> Phrase | None:
    """Return the phrase that is most alike; of equals the last."""
    scored = [(likeness(phrase), n) for n, phrase in enumerate(setting.phrases)]
    if not scored or max(scored)[0] < ALIKE_ENOUGH:
        return None
    return setting.phrases[max(scored)[1]]


def likeness(new: Phrase, old: Phrase, setting: Setting) -> float:
    """Return how much a phrase is like one of the earlier question; 0 where not at all."""
    if "time" in {new.kind, old.kind} or (new.owner and not old.owner):
        return 0.0
    if new.is_name and old.is_name:
        unknown = 2.0 if "name" in {new.kind, old.kind} else 1.0
        unknown = 3.5 if {new.kind, old.kind} == {"name", "person"} else unknown
        alike = 4.0 if new.kind == old.kind else unknown
        return alike + (1.0 if old.start < setting.verb else 0.0)
    if new.is_name:
        return 0.3 if old.kind == "people" and old.start >= setting.asked_end else 0.0
    if old.is_name:
        return 0.2 if new.kind == "people" and old.kind in {"person", "name"} else 0.0
    return _likeness_of_nouns(new, old, setting)


def _likeness_of_nouns(new: Phrase, old: Phrase, setting: Setting) -> float:
    alike = 2.0 if new.kind == old.kind else 0.5
    if "people" in {new.kind, old.kind}:
        alike += 2.0 if new.kind == old.kind else -0.3
    alike += 2.0 if {new.head, old.head} <= GROUP_WORDS else 0.0
    alike += 1.0 if new.plural == old.plural else 0.0
    alike += 1.0 if (new.determiner == "the") == (old.determiner in {"the", "this"}) else 0.0
    counted = old.start > 0 and fold(setting.tokens[old.start - 1]) in {"many", "much"}
    alike -= 1.5 if old.start < setting.asked_end and not counted else 0.0
    alike += 1.5 if old.preposition == "of" else 0.0
    return alike + 0.1 * old.start / len(setting.tokens)


def likeness_after(preposition: str, kind: Kind, old: Phrase) -> float:
    """Return how much a phrase after a preposition is like one of the earlier question.

    Args:
        preposition: the new one, folded.
        kind: what the new phrase means.
        old: the phrase of the earlier question.
    """
    if old.preposition is None or old.kind == "time":
        return 0.0
    both = {preposition, old.preposition}
    if len(both) == 1:
        alike = 3.0
    elif any(both <= group for group in ALIKE):
        alike = 2.0
    elif kind == old.kind == "place" and both <= PLACE_PREPOSITIONS:
        alike = 1.0
    else:
        return 0.0
    return alike + (1.0 if kind == old.kind else 0.0) + (0.5 if preposition != "of" else 0.0)
