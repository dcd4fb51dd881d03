"""Reference: a question's pronouns give way to what they mean.

"he", "her", "it", "they", "the American one": each to the nearest thing that fits among what the
earlier questions spoke of. What its own question names before a pronoun may be what it means; then
it stays. Knows nothing of how mentions are found.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.followups.clause import Clause, take_apart
from rag.followups.grammar import (
    ADVERBS,
    BE,
    CONJUNCTIONS,
    HAVE,
    HE,
    IT,
    OF_FACTS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SHE,
)
from rag.followups.kinds import is_adjective_of_country
from rag.followups.mentions import Gender, Mention, Position
from rag.followups.phrases import Phrase, phrases
from rag.followups.tokens import Tokens, folded, is_auxiliary, positive, possessive
from rag.followups.verbs import base_of
from rag.words import STOP_WORDS, fold

# "It" means nothing there.
EXPLETIVE = re.compile(
    r"\b(?:does|did|will|would) it take\b|\bit takes?\b|\bis it that\b"
    r"|\b(?:is|was) it (?:true|possible|legal|clear|right|safe|necessary|important|fair|time|likely"
    r"|raining|snowing)\b"
    r"|\bit (?:is|was|has|had) (?:been|true|possible|legal|clear|right|safe|time|likely)\b"
    r"|\b(?:had|has) it been since\b"
)
# An owner of more words comes after what it owns.
LONGEST_OWNER = 4
# Pronouns that are never the subject of a verb.
OBJECTS = frozenset({"him", "her", "them"})
NOT_A_KIND = frozenset("which any no each every this that the another one only".split())


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question with its pronouns written out.

    Attributes:
        tokens: the question.
        unclear: the pronouns for which nothing was found.
    """

    tokens: Tokens
    unclear: Tokens


# Tells what a pronoun means, given how it stands in the question.
Choose = Callable[[str, Position], Mention | None]


def leaning_pronouns(tokens: Tokens) -> list[int]:
    """Return where the pronouns stand that the question itself does not explain."""
    words = folded(tokens)
    if EXPLETIVE.search(" ".join(words)) or _announces(words):
        words = tuple("" if word == "it" else word for word in words)
    return [
        at
        for at, word in enumerate(words)
        if _points_at_thing(words, at)
        or (
            word in PRONOUNS
            and not _explained(tokens, at)
            and not word.endswith(("self", "selves"))
        )
    ]


def _announces(words: Tokens) -> bool:
    """Tell "Is it legal that rents rise?" from "Is it legal?"."""
    for at in range(1, len(words) - 1):
        if words[at] == "it" and words[at - 1] in BE and words[at + 1] in OF_FACTS:
            return bool({"that", "whether", *QUESTION_WORDS} & set(words[at + 2 :]))
    return False


def _points_at_thing(words: Tokens, at: int) -> bool:
    """Tell "What is that short for?" from "Who was that leader?"."""
    return (
        words[at] in {"that", "this"}
        and 0 < at < len(words) - 1
        and words[at - 1] in BE
        and words[at + 1] in {"short", "called", "worth", "made", "spelled"}
    )


def with_pronouns(tokens: Tokens, choose: Choose, *, briefly: bool) -> Resolved:
    """Return a question with its pronouns written out where it is clear what they mean.

    Args:
        tokens: the question.
        choose: what tells the meaning.
        briefly: whether the rest of the earlier question is said elsewhere.
    """
    words = folded(tokens)
    said: list[str] = []
    unclear: list[str] = []
    seen: set[int] = set()
    places = set(leaning_pronouns(tokens))
    at = 0
    while at < len(tokens):
        mention = choose(words[at], _position(tokens, at)) if at in places else None
        if mention is None:
            if at in places:
                unclear.append(tokens[at])
            said.append(tokens[at])
            at += 1
            continue
        brief = briefly or mention.phrase.start in seen
        seen.add(mention.phrase.start)
        name = mention.short if brief else mention.words
        end = at + 1
        if not _owns(tokens, at):
            said.extend(name)
        elif len(name) > LONGEST_OWNER:
            # "the revenue of the company that bought it", not "the company that bought it's".
            end = next((p.end for p in phrases(tokens) if p.start <= at < p.end), end)
            said.extend(("the", *tokens[at + 1 : end], "of", *name))
        else:
            said.extend(possessive(name))
        at = end
    return Resolved(tuple(said), tuple(unclear))


def with_kinds(tokens: Tokens, noun: Callable[[], str | None]) -> Tokens:
    """Return a question with "tariff" for "one" in "the American one".

    Args:
        tokens: the question.
        noun: gives the word for the kind of thing spoken of.
    """
    words = folded(tokens)
    for at in range(1, len(words)):
        if words[at] not in {"one", "ones"} or words[at - 1] in NOT_A_KIND | PREPOSITIONS:
            continue
        following = words[at + 1] if at + 1 < len(words) else None
        sort = is_adjective_of_country(tokens[at - 1]) or words[at - 1] not in STOP_WORDS
        if sort and (following is None or following in STOP_WORDS - {"of"}):
            kind = noun()
            if kind is not None:
                return (*tokens[:at], kind, *tokens[at + 1 :])
    return tokens


def _owns(tokens: Tokens, at: int) -> bool:
    """Tell "her lawyer" from "met her"."""
    words = folded(tokens)
    if words[at] not in POSSESSIVES:
        return words[at] in {"theirs", "hers"}
    if words[at] != "her":
        return True
    following = words[at + 1] if at + 1 < len(words) else None
    if following is None or following in PREPOSITIONS | CONJUNCTIONS | ADVERBS:
        return False
    return following not in STOP_WORDS and following[0].isalnum()


def _position(tokens: Tokens, at: int) -> Position:
    if _owns(tokens, at):
        return Position(states=False, acts=False, owns=True)
    clause = take_apart(tokens)
    if clause is None or folded(clause.subject[:1]) != folded(tokens[at : at + 1]):
        following = folded(tokens[at + 1 : at + 2])
        verbal = bool(following) and (
            is_auxiliary(following[0]) or base_of(following[0]) is not None
        )
        acts = verbal and folded(tokens[at : at + 1])[0] not in OBJECTS
        if following and following[0] in BE:
            after = folded(tokens[at + 2 : at + 3])
            doing = bool(after) and after[0].endswith("ing")
            return Position(states=not doing, acts=doing)
        verb = base_of(folded(tokens[at - 1 : at])[0]) if at else None
        return Position(states=False, acts=acts, verb=verb)
    said = fold(clause.verb or "")
    perfect = positive(clause.auxiliary or "") in BE | HAVE and not said.endswith("ing")
    passive = perfect or said in BE
    states = clause.auxiliary is not None and (clause.verb is None or passive)
    return Position(states=states, acts=not states)


def _explained(tokens: Tokens, at: int) -> bool:
    """Tell whether something before a pronoun in its own question may be what it means."""
    words = folded(tokens)
    before = tokens[:at]
    clause = take_apart(tokens)
    verb = None if clause is None else clause.verb_place
    found = phrases(before, () if verb is None or verb >= at else (verb,))
    # "The minister praised him" is of two; "said that he would go" and "his plan" may be of one.
    apart = bool(set(words[1:at]) & (CONJUNCTIONS | QUESTION_WORDS | {"that", "after", ","}))
    if not apart and not _owns(tokens, at):
        apart = at + 1 < len(words) and _finite_after(tokens, at) and verb is not None and verb < at
    if not apart and not _owns(tokens, at):
        return False
    verb_before = base_of(words[at - 1]) is not None and not is_auxiliary(tokens[at - 1])
    acts = at + 1 < len(words) and _finite_after(tokens, at)
    if verb_before and not acts and not _owns(tokens, at):  # not its subject, nor likely a person
        found = tuple(phrase for phrase in found[:-1] if phrase.kind != "name")
    return any(_may_be(words[at], phrase) for phrase in found) or (
        _owns(tokens, at) and _asks_owner(clause, at, words[at])
    )


def _finite_after(tokens: Tokens, at: int) -> bool:
    following = folded(tokens[at + 1 : at + 2])[0]
    return is_auxiliary(following) or base_of(following) is not None


def _asks_owner(clause: Clause | None, at: int, pronoun: str) -> bool:
    """Tell "Who sold his house?", whose owner is asked for."""
    del at
    return (
        clause is not None
        and clause.asks_its_subject
        and clause.question_word == "who"
        and (pronoun in {"his", "her", "their"})
    )


def _may_be(pronoun: str, phrase: Phrase) -> bool:
    if phrase.kind in {"time", "number"}:
        return False
    if pronoun in HE | SHE:
        wanted: Gender = "he" if pronoun in HE else "she"
        person = phrase.kind in {"person", "name"} or (
            phrase.kind == "people" and not phrase.plural
        )
        return person and phrase.gender in {None, wanted}
    if pronoun in IT:
        return not phrase.plural and phrase.kind in {"group", "place", "name", "thing"}
    return phrase.plural or phrase.kind in {"group", "place"}
