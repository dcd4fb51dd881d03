"""Turns: what the questions of a conversation spoke of, for the one that comes after.

A turn knows its question as it can be asked alone, and the turn before it; what is not found in
one is looked for in the one before. Knows nothing of how questions are made to stand alone.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from rag.followups.clause import Clause, clause_of
from rag.followups.grammar import HE, SHE, THEY
from rag.followups.kinds import kind_of, pronoun_gender
from rag.followups.mentions import Gender, Mention, Position, known_genders, mentions_in, referent
from rag.followups.order import is_plural
from rag.followups.people import genders_in, person_in, place_in
from rag.followups.phrases import Phrase
from rag.followups.pointing import place_of, with_named
from rag.followups.shift import subject_named, without_opening
from rag.followups.tokens import Tokens, folded, tokens_of

# Gives sentences of the articles that a question, whole, may be answered by, as they follow each
# other.
Evidence = Callable[[str], Sequence[str]]


class Turn:
    """An earlier question of a conversation.

    Args:
        text: as it was typed.
        alone: as it can be asked alone.
        before: the turn before it.
        evidence: what the articles say; asked only where it is needed.
    """

    def __init__(
        self, text: str, alone: str, before: "Turn | None", evidence: Evidence | None
    ) -> None:
        self.text = text
        self.alone = alone
        self.before = before
        self.evidence = evidence

    @cached_property
    def clause(self) -> Clause:
        """The parts of the question that can be asked alone; all `rest` where it is none."""
        found = clause_of(without_opening(self.alone))
        if found is not None:
            return found
        return Clause((), (), None, (), None, tokens_of(subject_named(self.alone)))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """What it spoke of."""
        return mentions_in(self.clause)

    @cached_property
    def told(self) -> Sequence[str]:
        """What the articles say on it."""
        return () if self.evidence is None else self.evidence(self.alone)

    @cached_property
    def somebody(self) -> str | None:
        """Who it was, where the question asked who and the articles tell."""
        if self.clause.question_word not in {"who", "which"}:
            return None
        return person_in(self.alone, self.told)

    @property
    def asks_who(self) -> bool:
        """Tell whether it asked who did something."""
        noun = self.clause.asked_noun
        one = bool(noun) and kind_of(noun) == "people" and not is_plural(folded(noun)[-1])
        return self.clause.asks_its_subject and (one or self.clause.question_word == "who")

    @cached_property
    def genders(self) -> dict[str, Gender]:
        """The pronouns that the conversation, else the articles, use of those that it names."""
        known: dict[str, Gender] = {}
        if self.before is not None:
            used = {pronoun_gender(word) for word in folded(tokens_of(self.text))} - {None}
            if len(used) == 1:
                people = [m.phrase for m in self.mentions if m.phrase.kind in {"person", "name"}]
                said = {person.head: gender for person in people[:1] for gender in used if gender}
                known = {**self.before.genders, **said}
        unknown = [
            m.phrase.head
            for m in self.mentions
            if m.phrase.kind in {"person", "name"}
            and m.phrase.gender is None
            and m.phrase.head not in known
        ]
        return {**genders_in(unknown, self.told), **known} if len(unknown) > 1 else known

    def named(self, tokens: Tokens) -> Tokens:
        """Return a question with what "that company" or "that deal" in it names."""
        for turn in self._turns():
            found = with_named(tokens, turn.mentions)
            if found is not None:
                return found
        return tokens

    def meant(self, pronoun: str, position: Position) -> Mention | None:
        """Return what a pronoun means, in the nearest turn that has anything fitting."""
        for turn in self._turns():
            personal = pronoun in HE | SHE
            if pronoun in HE | SHE | THEY and turn.asks_who:
                # Rather whom it asked after than whom it named in passing.
                sure = [
                    mention
                    for mention in turn.mentions
                    if mention.asked or mention.phrase.kind == "person" or mention.phrase.plural
                ]
                if turn.somebody is not None and pronoun not in THEY:
                    return _as_mention(turn.somebody)
                return referent(pronoun, sure, position, known_genders({}))
            people = [m for m in turn.mentions if m.phrase.kind in {"person", "name"}]
            genders = turn.genders if personal and len(people) > 1 else {}
            found = referent(pronoun, turn.mentions, position, known_genders(genders))
            if found is not None:
                return found
        return None

    def place(self) -> Tokens | None:
        """Return what "there" means, with its preposition: "in Beijing"."""
        for turn in self._turns():
            place = place_of(turn.clause)
            if turn.clause.question_word == "where":
                told = place_in(turn.alone, turn.told)
                place = place if told is None else ("in", *told.split())
            if place is not None:
                return place
        return None

    def kind(self) -> str | None:
        """Return the word for the kind of thing that it was about: "tariff"."""
        mentions = [m for m in self.mentions if not m.phrase.is_name]
        asked = [m for m in mentions if m.asked] or mentions
        return asked[0].phrase.bare[-1] if asked else None

    def _turns(self) -> "Iterator[Turn]":
        """Return it and the turns before it, nearest first."""
        turn: Turn | None = self
        while turn is not None:
            yield turn
            turn = turn.before


def _as_mention(name: str) -> Mention:
    words = tuple(name.split())
    phrase = Phrase(
        start=-1, end=-1, tokens=words, kind="person", plural=False, preposition=None, owner=False
    )
    return Mention(phrase, words, words, asked=True)
