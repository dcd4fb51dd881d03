"""Wording: the clause of one question, said within another.

"What tariff does Canada put on steel?" is said as what comes after another question word ("does
Canada put the tariff on steel"), as a noun ("the tariff that Canada puts on steel"), as a statement
and as an indirect question ("what tariff Canada puts on steel"). Knows nothing of follow-ups.
"""

from rag.followups.clause import Clause
from rag.followups.grammar import ARTICLES, DO, HAVE
from rag.followups.tokens import Tokens, folded, lowered, positive
from rag.followups.verbs import (
    BASE_OF_THIRD,
    BASES,
    SAYING,
    base_of,
    past,
    third_person,
)
from rag.words import fold


def body(clause: Clause, *, asked: Tokens | None = None) -> Tokens:
    """Return what follows another question word: auxiliary, subject, verb and the rest.

    Args:
        clause: the question.
        asked: what stands for what it asks for; its own noun with "the" where None, and "they" for
            somebody who is not named.
    """
    noun = answer_noun(clause) if asked is None else asked
    opening = lowered(clause.before)
    if not clause.asks_its_subject or clause.asks_circumstance:
        auxiliary = () if clause.auxiliary is None else (_lower(clause.auxiliary),)
        verb = () if clause.verb is None else (clause.verb,)
        filled = bool(clause.asked) and bool(verb) and not clause.asks_circumstance
        gap = (noun or _unnamed(clause)) if filled else ()
        return (*auxiliary, *clause.subject, *verb, *gap, *clause.rest, *opening)
    subject = noun or (("this",) if clause.question_word == "what" else ("they",))
    if clause.auxiliary is None:
        return (*_inverted(clause.verb or "", subject), *clause.rest, *opening)
    verb = () if clause.verb is None else (clause.verb,)
    return (_agreeing(clause.auxiliary, subject), *subject, *verb, *clause.rest, *opening)


def _inverted(verb: str, subject: Tokens) -> Tokens:
    """Return a verb with its subject as in a question: "did they leave" for "left"."""
    base = base_of(fold(verb)) or verb
    if fold(verb) in BASE_OF_THIRD:
        auxiliary = "do" if subject == ("they",) else "does"
    else:
        auxiliary = "do" if fold(verb) in BASES and past(base) != fold(verb) else "did"
    return (auxiliary, *subject, base)


def action(clause: Clause) -> Tokens:
    """Return what its subject does: "put the tariff on steel"; empty after a plain "is"."""
    if clause.verb is None:
        return ()
    plain = clause.auxiliary is None or positive(clause.auxiliary) in DO | HAVE
    base = (base_of(fold(clause.verb)) if plain else None) or clause.verb
    noun = () if clause.asks_its_subject or clause.asks_circumstance else answer_noun(clause)
    noun = noun or _unnamed(clause)
    return (base, *noun, *clause.rest)


def _unnamed(clause: Clause) -> Tokens:
    """Return "that" for what somebody said: "When did he say that about the talks?"."""
    said = clause.verb is not None and base_of(fold(clause.verb)) in SAYING
    return ("that",) if said and folded(clause.asked) == ("what",) and clause.subject else ()


def answer_noun(clause: Clause) -> Tokens:
    """Return what it asks for by name, as known: "the tariff"; empty after "who" and "what"."""
    noun = clause.asked_noun
    return ("the", *noun) if noun else ()


def statement(clause: Clause, *, asked: Tokens | None = None) -> Tokens:
    """Return it with its subject first: "Canada puts the tariff on steel"."""
    noun = answer_noun(clause) if asked is None else asked
    if clause.asks_its_subject and not clause.asks_circumstance:
        auxiliary = () if clause.auxiliary is None else (_lower(clause.auxiliary),)
        verb = () if clause.verb is None else (clause.verb,)
        return (*noun, *auxiliary, *verb, *clause.rest, *clause.before)
    gap = () if clause.asks_circumstance or not clause.verb else noun
    return (*clause.subject, *_finite(clause), *gap, *clause.rest, *clause.before)


def indirect(clause: Clause) -> Tokens:
    """Return it as an indirect question; "whether" opens one that asks for yes or no."""
    asked = tuple(map(_lower, clause.asked[:2])) + clause.asked[2:]
    if not clause.asked:
        return ("whether", *statement(clause))
    return (*asked, *statement(clause, asked=()))


def nominal(clause: Clause) -> Tokens:
    """Return what it asks for as a noun phrase; empty where it asks for none.

    "the tariff that Canada puts on steel", "the number of people that died", "what the car costs".
    """
    noun = clause.asked_noun
    if noun and not clause.asks_circumstance:
        # Not "who": that would ask for a person.
        return ("the", *noun, "that", *statement(clause, asked=()))
    if clause.question_word == "what" and clause.auxiliary is not None and clause.verb is None:
        return (*clause.subject, *clause.rest)
    if clause.question_word == "how" and clause.verb is None:
        return (*clause.subject, *clause.rest)
    if clause.question_word in {"what", "how"} and clause.verb is not None:
        return indirect(clause)
    return ()


def _finite(clause: Clause) -> Tokens:
    """Return auxiliary and verb as they stand after a subject: "puts" for "does … put"."""
    if clause.auxiliary is None:
        return () if clause.verb is None else (clause.verb,)
    if clause.verb is None:
        return (_lower(clause.auxiliary),)
    auxiliary, verb = fold(clause.auxiliary), fold(clause.verb)
    if auxiliary in DO and verb in BASES:
        forms = {"do": verb, "does": third_person(verb), "did": past(verb)}
        return (forms[auxiliary],)
    return (_lower(clause.auxiliary), clause.verb)


def _agreeing(auxiliary: str, subject: Tokens) -> str:
    if subject != ("they",):
        return _lower(auxiliary)
    plural = {"is": "are", "was": "were", "has": "have", "does": "do"}
    return plural.get(fold(auxiliary), _lower(auxiliary))


def _lower(word: str) -> str:
    return word[:1].lower() + word[1:]


def definite(tokens: Tokens) -> Tokens:
    """Return "the duty" for "a duty" and "any duty"."""
    if tokens and fold(tokens[0]) in (ARTICLES | {"any", "some"}):
        return ("the", *tokens[1:])
    return tokens
