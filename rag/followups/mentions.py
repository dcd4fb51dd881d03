"""Mentions: what a question spoke of, as the next one may mean it with a pronoun.

The referent of a pronoun is the nearest phrase that fits it in number, in being a person or not,
and in gender where a title, a first name or the articles tell it; for "it", things that are the
matter of the question come before names in passing. Knows nothing of sentences.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.followups.clause import Clause
from rag.followups.grammar import ADVERBS, HE, IT, MEASURES, POSSESSIVES, SHE, THEY
from rag.followups.kinds import GROUP_WORDS, PLACE_PREPOSITIONS
from rag.followups.order import is_finite
from rag.followups.phrases import Phrase, phrases
from rag.followups.tokens import Tokens, folded
from rag.followups.verbs import MEASURING, PERSONAL, SAYING, base_of
from rag.followups.wording import answer_noun, definite, nominal
from rag.words import fold

# What may follow a noun as part of the same thing: "the duty on Korean cars".
BELONGING = frozenset("of on in at near for to between against with from over about".split())
# Nouns that only fill a set phrase: "take effect", "come into force".
LIGHT = frozenset("effect place part force office action charge step account".split())
# "It" after one of these may be a company or a country.
WITH_GROUPS = frozenset(
    """
    run own lead head found buy sell leave join visit make build govern control manage chair sue
    belong represent supply
    """.split()
)
Gender = Literal["he", "she"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing that a question spoke of.

    Attributes:
        phrase: where and what it is.
        words: how to name it so that nothing more is needed: "the duty on Korean cars".
        short: how to name it beside the rest of its clause: "the duty".
        asked: whether the question asked for it.
        acts: whether it is the subject of its verb.
        speaks: whether it does what only people do.
    """

    phrase: Phrase
    words: Tokens
    short: Tokens
    asked: bool
    acts: bool = False
    speaks: bool = False


def mentions_in(clause: Clause) -> tuple[Mention, ...]:
    """Return what a question spoke of, in order."""
    tokens, verb = clause.tokens, clause.verb_place
    found = phrases(tokens, () if verb is None else (verb,))
    opening = len(clause.before) + 1 if clause.before else 0
    asked_end = opening + len(clause.asked)
    made = []
    for n, phrase in enumerate(found):
        if phrase.head in MEASURES or phrase.kind in {"time", "number"} or _is_light(phrase):
            continue
        if n and _is_said_of(phrase, found[n - 1]):
            continue
        who = clause.question_word == "who" and clause.verb is None
        if who and not phrase.preposition and not phrase.owner:
            phrase = replace(phrase, kind="person")  # noqa: PLW2901 - by what is asked of it
        asked = opening <= phrase.start < asked_end
        if asked and clause.asked_noun and phrase.preposition is None:
            words = nominal(clause) or answer_noun(clause)
            made.append(Mention(phrase, words, answer_noun(clause), asked=True))
            continue
        short = _short(phrase)
        if n and found[n - 1].owner and found[n - 1].end == phrase.start:
            short = (*found[n - 1].tokens, *phrase.bare)
        tail = _tail(tokens, found[n:], verb)
        if tail[:1] == ("of",) and phrase.determiner is None and not phrase.is_name:
            short = ("the", *phrase.bare)  # "was made head of the bank"
        words = (*short, *tail)
        acts = verb == phrase.end and verb is not None
        speaks = acts and base_of(fold(tokens[verb or 0])) in SAYING | PERSONAL
        made.append(Mention(phrase, words, short, asked=False, acts=acts, speaks=speaks))
    if (
        folded(clause.asked) == ("what",)
        and clause.verb
        and clause.subject
        and (base_of(fold(clause.verb)) not in SAYING | MEASURING)
    ):
        made.append(_proposal(clause))
    return tuple(made)


def _is_light(phrase: Phrase) -> bool:
    """Tell the "effect" of "take effect" from a thing."""
    return phrase.head in LIGHT and len(phrase.tokens) == 1


def _is_said_of(phrase: Phrase, before: Phrase) -> bool:
    """Tell the "open" of "the bridge in Genoa open" from a thing."""
    bare = len(phrase.tokens) == 1 and not phrase.is_name and not phrase.plural
    return bare and not before.owner and before.end == phrase.start


def _proposal(clause: Clause) -> Mention:
    words = nominal(clause)
    end = len(clause.tokens)
    phrase = Phrase(end, end, words, "thing", plural=False, preposition=None, owner=False)
    return Mention(phrase, words, words, asked=True)


def _short(phrase: Phrase) -> Tokens:
    if phrase.is_name:
        return (*phrase.tokens[: len(phrase.tokens) - len(phrase.bare)], *phrase.bare)
    if phrase.determiner is None:
        known = phrase.plural or phrase.preposition is not None
        return ("the", *phrase.bare) if known else phrase.bare
    return (*definite(phrase.tokens)[:1], *phrase.bare)


def _tail(tokens: Tokens, following: Sequence[Phrase], verb: int | None) -> Tokens:
    """Return what belongs to the first of some phrases: "on Korean cars"."""
    first, *others = following
    if first.is_name:
        return ()
    end = first.end
    if first.owner and others:  # "a leader's last visit": the leader of the last visit
        return ("of", "the", *others[0].tokens, *_tail(tokens, others, verb))
    at = end
    while at < len(tokens) and fold(tokens[at]) in ADVERBS:
        at += 1
    if at < len(tokens) and verb is not None and end > verb and is_finite(fold(tokens[at])):
        return ("that", *tokens[end:])
    for phrase in others:
        adjoining = phrase.start == end + 1 and phrase.preposition in BELONGING
        if not adjoining or phrase.kind == "time" or verb == end:
            break
        end = phrase.end
    return tokens[first.end : end]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a pronoun stands in its question.

    Attributes:
        states: whether it is what an "is" says something of: "How high is it?".
        acts: whether it is the subject of a verb.
        owns: whether it says whose something is.
        verb: the base of the verb that it is the object of, where that is known.
    """

    states: bool
    acts: bool
    owns: bool = False
    verb: str | None = None


def referent(
    pronoun: str,
    mentions: Sequence[Mention],
    position: Position,
    gender_of: Callable[[Phrase], Gender | None],
) -> Mention | None:
    """Return what a pronoun means among what was mentioned, or None where nothing fits it."""
    both = _together(mentions) if pronoun in THEY else None
    if both is not None:
        return both
    best: tuple[float, int] | None = None
    for n, mention in enumerate(mentions):
        if pronoun in HE | SHE:
            wanted: Gender = "he" if pronoun in HE else "she"
            fit = _fits_person(mention.phrase, wanted, gender_of(mention.phrase))
        elif pronoun in IT | {"that", "this"}:
            fit = _fits_thing(mention, position)
        else:
            fit = _fits_several(mention, position)
        if fit is not None and (best is None or (fit + 0.1 * n, n) > best):
            best = (fit + 0.1 * n, n)
    return None if best is None else mentions[best[1]]


def _together(mentions: Sequence[Mention]) -> Mention | None:
    """Return "Carney and Xi", where nothing but two people can be meant by "they"."""
    if any(mention.phrase.plural for mention in mentions):
        return None
    named = [m for m in mentions if m.phrase.kind in {"person", "name"} and not m.phrase.owner]
    if len(named) != 2:
        return None
    first, second = named
    words = (*first.short, "and", *second.short)
    return replace(first, phrase=replace(first.phrase, plural=True), words=words, short=words)


def _fits_person(phrase: Phrase, wanted: Gender, known: Gender | None) -> float | None:
    if phrase.plural or phrase.kind in {"place", "group", "thing"}:
        return None
    if known is not None:
        return 2.0 if known == wanted else None
    fit = {"person": 1.0, "people": 0.8}.get(phrase.kind, 0.9)
    apart = phrase.preposition == "of" or phrase.preposition in PLACE_PREPOSITIONS
    return fit - (0.3 if apart else 0.0)


def _fits_thing(mention: Mention, position: Position) -> float | None:
    phrase = mention.phrase
    if phrase.plural or phrase.kind in {"people", "person"}:
        return None
    free = position.states or position.acts or position.owns
    if not free and phrase.kind != "thing" and position.verb not in WITH_GROUPS:
        return None  # what was objected to is rather what somebody did than who did it
    if phrase.kind == "thing":
        fit = 2.5 if position.states or not position.acts else 1.6
        if mention.asked and not position.states:
            fit -= 0.6
    else:
        fit = {"group": 1.5, "place": 1.4, "name": 1.2}[phrase.kind]
    fit -= 0.4 if position.acts and phrase.determiner in POSSESSIVES else 0.0
    organised = phrase.head in GROUP_WORDS and position.verb in WITH_GROUPS
    fit += 1.2 if organised else 0.0
    fit += 0.4 if position.acts and mention.acts else 0.0
    return fit - (0.6 if phrase.preposition is not None else 0.0) - (1.0 if mention.speaks else 0.0)


def _fits_several(mention: Mention, position: Position) -> float | None:
    phrase = mention.phrase
    if phrase.plural:
        fit = 2.6 if phrase.kind == "people" else 2.0
    elif phrase.kind in {"group", "place", "name"}:
        fit = {"group": 1.0, "place": 0.8, "name": 0.7}[phrase.kind]
    elif phrase.head in GROUP_WORDS:
        fit = 1.3
    elif mention.asked and not (position.acts or position.states or position.owns):
        fit = 1.1  # "the duties", asked for as "what duty"
    else:
        return None
    return fit - (0.5 if phrase.preposition is not None else 0.0)


def known_genders(
    known: Mapping[str, Gender],
) -> Callable[[Phrase], Gender | None]:
    """Return what tells a phrase's gender: its own words, else what is known of its last name."""
    return lambda phrase: phrase.gender or known.get(phrase.head)
