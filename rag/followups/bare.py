"""Bare: a question word alone asks another thing of the clause before it.

"When?", "Since when?", "Who else?", "How many?", "Under which law?", "Who with?". Knows nothing of
pronouns.
"""

from collections.abc import Callable
from dataclasses import replace

from rag.followups.clause import Clause, asked_end
from rag.followups.grammar import AMOUNTS, INDEFINITE, MEASURES, PREPOSITIONS, QUESTION_WORDS
from rag.followups.order import is_plural
from rag.followups.phrases import Phrase, phrases
from rag.followups.tokens import Tokens, folded, positive
from rag.followups.wording import body, statement

# Auxiliaries as they go with several.
SEVERAL = {"is": "are", "was": "were", "has": "have", "does": "do"}
# Who it was that an earlier question asked after, as the articles say; None where they do not.
Somebody = Callable[[], str | None]


def is_bare(tokens: Tokens) -> bool:
    """Tell "Under which law?" and "Who with?" from a whole question."""
    words = folded(tokens)
    if not words:
        return False
    start = 1 if words[0] in PREPOSITIONS and len(words) > 1 else 0
    if words[start] not in QUESTION_WORDS:
        return False
    if len(words) - start == 2 and words[-1] in PREPOSITIONS:
        return True
    return asked_end(tokens, start) == len(tokens) or words[start:] in {
        ("how", "come"),
        ("how", "so"),
        ("what", "else"),
    }


def asked_of(bare: Tokens, earlier: Clause, somebody: Somebody) -> Tokens:
    """Return a whole question that asks of the earlier clause what the bare words ask."""
    words = folded(bare)
    if words == ("why", "not"):
        return _why_not(earlier)
    if words in {("how", "come"), ("how", "so")}:
        return ("why", *body(earlier))
    if words[-1] in PREPOSITIONS and len(words) == 2:
        return (bare[0], *_body(earlier, somebody), bare[1])
    found = None if words[0] in PREPOSITIONS else _in_its_place(bare, earlier)
    return found or (*bare, *_body(earlier, somebody))


def _in_its_place(bare: Tokens, earlier: Clause) -> Tokens | None:
    """Return the question with the bare words in the place of what the earlier one asked for.

    Or in that of something that it spoke of without naming it: "anyone", "a hospital". None where
    the bare words only add to it.
    """
    words = folded(bare)
    subject_asked = earlier.asks_its_subject and not earlier.asks_circumstance
    people = words[0] in {"which", "who"} and earlier.question_word in {"who", "which"}
    if subject_asked and (people or words[0] == earlier.question_word):
        asked = _naming(bare, earlier.asked_noun)
        auxiliary = earlier.auxiliary
        if auxiliary and is_plural(folded(asked)[-1]):
            earlier = replace(earlier, auxiliary=SEVERAL.get(auxiliary, auxiliary))
        return (*asked, *_after_asked(earlier))
    found = None
    if words[0] in {"who", "what", "where"} or words == ("how", "many"):
        found = _for_indefinite(bare, earlier)
    if found is None and (words[0] == "which" or AMOUNTS & set(words[1:2])):
        found = _for_noun(bare, earlier)
    if found is None and words[-1] == "else" and earlier.asked and not earlier.asks_its_subject:
        found = (*_naming(bare, earlier.asked_noun), *body(earlier, asked=()))
    return found


def _body(earlier: Clause, somebody: Somebody) -> Tokens:
    if earlier.asks_its_subject and earlier.question_word == "who":
        person = somebody()
        return body(earlier, asked=tuple(person.split()) if person else None)
    return body(earlier)


def _naming(bare: Tokens, noun: Tokens) -> Tokens:
    """Return "which other lawmakers" for "which else", "which lawmakers" for "which ones"."""
    words = folded(bare)
    if words[-1] in {"one", "ones"} and noun:
        return (*bare[:-1], *noun)
    return (*bare, *noun) if words[-1] == "which" and noun else bare


def _after_asked(clause: Clause) -> Tokens:
    auxiliary = () if clause.auxiliary is None else (clause.auxiliary,)
    verb = () if clause.verb is None else (clause.verb,)
    return (*auxiliary, *verb, *clause.rest, *clause.before)


def _why_not(earlier: Clause) -> Tokens:
    whole = body(earlier)
    if not whole:
        return ("why", "not")
    auxiliary = {"will": "won’t", "can": "can’t", "shall": "shan’t"}
    plain = positive(whole[0])
    negated = whole[0] if plain != whole[0] else auxiliary.get(plain, f"{plain}n’t")
    return ("why", negated, *whole[1:])


def _for_indefinite(bare: Tokens, earlier: Clause) -> Tokens | None:
    """Return "Who was arrested?" for "Was anyone arrested?"."""
    if earlier.asked:
        return None
    whole = body(earlier)
    places = [n for n, word in enumerate(folded(whole)) if word in INDEFINITE]
    if not places:
        return None
    if folded(bare) == ("how", "many"):
        bare, whole = (*bare, "people"), (SEVERAL.get(whole[0], whole[0]), *whole[1:])
    return (*bare, *whole[: places[0]], *whole[places[0] + 1 :])


def _for_noun(bare: Tokens, earlier: Clause) -> Tokens | None:
    """Return "How many passengers survived?" for "Did any passengers survive?"."""
    if len(bare) > 2 or (len(bare) == 2 and folded(bare)[1] not in AMOUNTS | {"one", "ones"}):
        return None
    if earlier.asked and not earlier.asked_noun and not earlier.asks_circumstance:
        return None
    if earlier.asked_noun and not earlier.asks_circumstance:
        after = _after_asked(earlier) if earlier.asks_its_subject else body(earlier, asked=())
        return (*_opened(bare), *earlier.asked_noun, *after)
    whole = body(earlier)
    verb = None if earlier.verb is None else 1 + len(earlier.subject)
    found = [p for p in phrases(whole, () if verb is None else (verb,)) if _can_be_asked(p, bare)]
    if not found:
        return None
    chosen = found[0]
    asked = (*_opened(bare), *chosen.bare)
    if whole[1 : chosen.end] == earlier.subject:
        return (*asked, *statement(replace(earlier, subject=()), asked=()))
    return (*asked, *whole[: chosen.start], *whole[chosen.end :])


def _opened(bare: Tokens) -> Tokens:
    return bare[:-1] if folded(bare)[-1] in {"one", "ones"} else bare


def _can_be_asked(phrase: Phrase, bare: Tokens) -> bool:
    """Tell whether the question may be how many or which of these."""
    if phrase.is_name or phrase.kind == "time" or phrase.head in MEASURES:
        return False
    word = folded(bare)[-1]
    if word == "many":
        return phrase.plural and phrase.determiner in {None, "any", "some", "the"}
    if word == "much":
        return (
            not phrase.plural
            and phrase.determiner in {None, "any", "some"}
            and (phrase.preposition is None)
        )
    return phrase.determiner in {None, "a", "an", "any", "some"} and not phrase.owner
