"""Order: where a name, a noun phrase and a verb end in a row of words.

English tells them by their place and by the function words around them. A verb that is none of the
listed ones is guessed to stand before the first preposition or article. Knows nothing of questions.
"""

from collections.abc import Sequence

from rag.followups.grammar import (
    ADVERBS,
    BE,
    CONJUNCTIONS,
    COUNTRIES,
    DETERMINERS,
    HAVE,
    LINKS,
    PEOPLE,
    PLURALS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SINGULARS_IN_S,
)
from rag.followups.tokens import Tokens, folded, is_capital, is_possessive, without_possessive
from rag.followups.verbs import BASE_OF_PARTICIPLE, BASE_OF_PAST, BASE_OF_THIRD, BASES, base_of
from rag.words import fold

# What is a subject all by itself.
WHOLE_SUBJECTS = PRONOUNS | {"there", "you", "we", "i", "anyone", "someone", "anybody", "somebody"}
THINGS_IN_ING = frozenset(
    """
    thing something anything nothing everything king ring spring string wing morning evening during
    building ceiling wedding housing sterling beijing
    """.split()
)
NO_VERB = PREPOSITIONS | CONJUNCTIONS | DETERMINERS


def name_end(tokens: Sequence[str], start: int) -> int:
    """Return where the name that starts at a capital ends."""
    at = start + 1
    while at < len(tokens):
        if is_possessive(tokens[at - 1]) or _is_country_before_another(tokens, start, at):
            break
        if is_capital(tokens[at]) or (tokens[at][0].isdigit() and at == start + 1):
            at += 1
            continue
        link = at
        while link < len(tokens) and tokens[link].casefold() in LINKS:
            link += 1
        if not at < link < len(tokens) or not is_capital(tokens[link]):
            break
        if tokens[at] == "of" and fold(tokens[at - 1]) in PEOPLE:  # "the President of Kenya"
            break
        at = link + 1
    return at


def _is_country_before_another(tokens: Sequence[str], start: int, at: int) -> bool:
    """Tell "Is China Canada's partner?" from a name of two words."""
    whole = " ".join(map(fold, tokens[start:at]))
    return whole in COUNTRIES and fold(without_possessive(tokens[at])) in COUNTRIES


def is_plural(word: str) -> bool:
    """Tell whether a folded noun means several."""
    if word in PLURALS:
        return True
    return (
        word.endswith("s")
        and len(word) > 2
        and not word.endswith(("ss", "us", "is", "ics"))
        and word not in SINGULARS_IN_S
    )


def skip_adverbs(tokens: Tokens, at: int) -> int:
    """Return where the next word stands that is no adverb."""
    while at < len(tokens) and folded(tokens[at : at + 1])[0] in ADVERBS:
        at += 1
    return at


def verb_place(kind: str, tokens: Tokens) -> int | None:
    """Return where the verb stands that an auxiliary goes with, after at least one word.

    Args:
        kind: the auxiliary, folded.
        tokens: what follows it.
    """
    if not tokens:
        return None
    end = plain_subject_end(tokens)
    if end is not None:
        place = skip_adverbs(tokens, end)
        word = folded(tokens[place : place + 1])
        if word and word[0] not in NO_VERB:
            found = word[0][0].isalnum() and not is_capital(tokens[place])
            plain = kind not in BE | HAVE  # after "did" there is a verb, known or not
            return place if found and (plain or goes_with(kind, word[0])) else None
        if kind in BE | HAVE and folded(tokens[:1])[0] in WHOLE_SUBJECTS:
            return None  # "Was it in Nara?"
    found_at = _listed_verb(kind, tokens)
    if found_at is not None or kind in BE | HAVE:
        return found_at
    end = subject_end(tokens)
    subject = folded(tokens[: end - 1])
    return end - 1 if set(subject) - DETERMINERS else None


def plain_subject_end(tokens: Tokens) -> int | None:
    """Return where a subject ends that is a pronoun or a name."""
    if folded(tokens[:1])[0] in WHOLE_SUBJECTS:
        return 1
    if not is_capital(tokens[0]):
        return None
    end = name_end(tokens, 0)
    return None if is_possessive(tokens[end - 1]) else end


def _listed_verb(kind: str, tokens: Tokens) -> int | None:
    """Return where the first listed verb of a fitting form stands; of several in a row, the last.

    "Did the court order stop them?" has its verb in "stop".
    """
    words = folded(tokens)
    found = None
    for place in range(1, len(words)):
        word = words[place]
        inside_name = is_capital(tokens[place]) and not word[0].isdigit()
        before = words[place - 1]  # "its largest trading partner" has no verb
        after_noun = before not in DETERMINERS | {"of"} and not before.endswith("est")
        after_noun = after_noun or (place == 1 and before in {"that", "this"})
        if not inside_name and after_noun and goes_with(kind, word):
            found = place
        elif (found is not None and word not in ADVERBS) or not word[0].isalnum():
            break
    return found


def subject_end(tokens: Tokens) -> int:
    """Return where the noun phrase that starts a stretch ends."""
    words = folded(tokens)
    for at in range(1, len(words)):
        word = words[at]
        if (word in PREPOSITIONS and word != "of") or word in CONJUNCTIONS - {"and"}:
            return at
        if word in DETERMINERS and words[at - 1] not in {"of", "and", "all", "both"}:
            return at
        if not word[0].isalnum() or word in QUESTION_WORDS:
            return at
    return len(words)


def goes_with(kind: str, word: str) -> bool:
    """Tell whether a word has the form of a verb that goes with an auxiliary."""
    if kind in BE:
        doing = word.endswith("ing") and word not in THINGS_IN_ING
        return doing or word in BASE_OF_PARTICIPLE or _is_regular_past(word)
    if kind in HAVE:
        return word in BASE_OF_PARTICIPLE or word in BE or _is_regular_past(word)
    return word in BASES


def is_finite(word: str) -> bool:
    """Tell whether a folded word may be a verb after its subject."""
    return word in BASE_OF_PAST or word in BASE_OF_THIRD or _is_regular_past(word)


def _is_regular_past(word: str) -> bool:
    return word.endswith("ed") and len(word) > 4 and base_of(word) is not None
