"""Standing: whether a question says by itself what it is about.

Knows nothing of the questions before it.
"""

from rag.followups.clause import Clause
from rag.followups.grammar import DETERMINERS, PEOPLE, PREPOSITIONS, TIME_NOUNS
from rag.followups.order import is_plural
from rag.followups.phrases import phrases
from rag.followups.reference import leaning_pronouns
from rag.followups.tokens import Tokens, folded, is_possessive, joined, lowered
from rag.followups.verbs import base_of
from rag.words import content_words, fold

# With fewer content words than this and no name, a question hardly says what it is about.
STANDS_ALONE_WORDS = 3
# What is done about something that somebody else did.
REACTING = frozenset(
    """
    react respond retaliate reply answer agree object comment apologise apologize follow help
    intervene protest resist accept refuse deny admit benefit suffer
    """.split()
)


def is_own_subject(piece: Tokens) -> bool:
    """Tell "the landslide in Papua New Guinea", a subject of its own, from "Mexico"."""
    found = phrases(piece)
    if len(found) < 2 or found[0].start > 0 or found[0].is_name or found[0].kind == "time":
        return False
    one = folded(piece[:2])[-1] in {"one", "ones"} or folded(piece[:1])[0] == "those"
    return not one and found[0].determiner == "the" and any(p.is_name for p in found[1:])


def says_its_subject(tokens: Tokens, clause: Clause, *, added: bool) -> bool:
    """Tell whether a question says what it is about.

    Args:
        tokens: the question.
        clause: its parts.
        added: whether it opens with "And".
    """
    if leaning_pronouns(tokens):
        return True
    content = content_words(joined(tokens))
    found = phrases(clause.tokens, () if clause.verb_place is None else (clause.verb_place,))
    named = sum(phrase.is_name for phrase in found)
    if clause.verb is None and clause.auxiliary is not None and clause.subject:
        defined = phrases(clause.subject)
        if defined and defined[0].determiner is None and folded(clause.subject[:1]) != ("there",):
            return not added or (len(defined) == 1 and not defined[0].owner)
        if len(defined) > 1 and defined[1].preposition == "of" and not added:
            return True  # "What is the capital of Moldova?"
    if len(content) >= STANDS_ALONE_WORDS:
        return True
    # "Who won Wimbledon?" says it; "How did China respond?" does not say to what.
    reacts = clause.verb is not None and not clause.rest and base_of(fold(clause.verb)) in REACTING
    return named > 0 and len(content) > 1 and not added and not reacts


def wordings(piece: Tokens) -> list[Tokens]:
    """Return a piece as it may be meant: its capital may only open the question."""
    word = folded(piece[:1])[0]
    common = word in PREPOSITIONS | DETERMINERS | PEOPLE | TIME_NOUNS or (
        is_plural(word) and len(piece) == 1 and not is_possessive(piece[0])
    )
    return [lowered(piece)] if common and not piece[0].isupper() else [piece, lowered(piece)]
