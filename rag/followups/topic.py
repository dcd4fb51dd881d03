"""Topic: what a question is about, as can be said after "about".

"the tariff that Canada puts on steel", "Apple losing its appeal", "the final in Madrid". Knows
nothing of what is asked about it.
"""

from rag.followups.clause import Clause
from rag.followups.grammar import BE, HAVE, PREPOSITIONS
from rag.followups.tokens import Tokens, folded, lowered, positive
from rag.followups.verbs import SAYING, base_of, gerund
from rag.followups.wording import definite, indirect, nominal
from rag.words import fold

HAPPENING = frozenset("happen occur".split())


def topic(clause: Clause) -> Tokens:
    """Return what a question is about; empty where it names nothing."""
    if clause.before and fold(clause.before[0]) == "about":
        return clause.before[1:]
    noun = nominal(clause) if clause.asked_noun else ()
    if noun and not clause.asks_circumstance:
        return noun
    rest = (*clause.rest, *lowered(clause.before))
    if clause.verb is None:
        return _of_state(clause, rest)
    if not clause.subject:
        return _of_unnamed(clause, clause.verb, rest)
    says = base_of(fold(clause.verb)) in SAYING
    if clause.question_word == "what" and not says:
        return nominal(clause)
    on = says and rest[:1] == ("about",)
    doing = ("on", *rest[1:]) if on else (*_doing(clause, clause.verb), *rest)
    return (*definite(clause.subject), *doing)


def _of_state(clause: Clause, rest: Tokens) -> Tokens:
    """Return what a question with a plain "is" is about."""
    if folded(clause.subject) == ("there",):
        return rest
    leaning = not clause.subject and rest and fold(rest[0]) in PREPOSITIONS
    return ("being", *rest) if leaning else (*clause.subject, *rest)


def _of_unnamed(clause: Clause, verb: str, rest: Tokens) -> Tokens:
    """Return what a question is about that asks for its subject."""
    if base_of(fold(verb)) in HAPPENING:
        return indirect(clause)
    says = base_of(fold(verb)) in SAYING
    if rest and fold(rest[0]) not in PREPOSITIONS and not says:
        return definite(rest)
    return (*_doing(clause, verb), *rest)


def _doing(clause: Clause, verb: str) -> Tokens:
    """Return its verb as a noun after its subject: "losing", "being signed"."""
    auxiliary = "" if clause.auxiliary is None else positive(clause.auxiliary)
    if auxiliary in BE:
        return (verb,) if verb.endswith("ing") else ("being", verb)
    if auxiliary in HAVE:
        return ("having", verb)
    return (gerund(base_of(fold(verb)) or verb),)
