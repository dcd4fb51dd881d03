"""Kinds: what kind of thing a noun phrase means: a time, a place, a person, a thing.

Told by capitals, titles, first names, endings, and lists of countries, cities and times. Knows
nothing of where phrases stand.
"""

import re
from collections.abc import Sequence
from typing import Literal

from rag.followups.grammar import (
    CITIES,
    COUNTRIES,
    COUNTRY_ADJECTIVES,
    DETERMINERS,
    FEMALE_NAMES,
    HE,
    LINKS,
    MALE_NAMES,
    MONTHS,
    PEOPLE,
    PEOPLE_ENDINGS,
    SHE,
    THINGS_THAT_END_LIKE_PEOPLE,
    TIME_NOUNS,
    TITLES,
    WEEKDAYS,
)
from rag.followups.tokens import Tokens, folded, is_capital, without_possessive
from rag.followups.verbs import BASES
from rag.words import fold

Kind = Literal["time", "place", "person", "group", "name", "number", "thing", "people"]
NAMES: frozenset[Kind] = frozenset({"place", "person", "group", "name"})
# First names that are no other words, so that they are known without their capitals.
FIRST_NAMES = (
    (MALE_NAMES | FEMALE_NAMES)
    - BASES
    - frozenset(
        "bill frank jack grace rose rob grant carlos jean jose jim linda april june august".split()
    )
)
YEAR = re.compile(r"^(?:1[5-9]|20)\d\d(?:s)?$")
PLACE_PREPOSITIONS = frozenset("in at near to from into outside inside around".split())
GROUP_WORDS = frozenset(
    """
    bank court ministry party union university council group company parliament senate house
    congress commission committee agency association federation club institute foods airlines
    motors team firm band airline gang times post corporation office government army police
    department fund management opposition cabinet board coalition regulator watchdog industry
    """.split()
)


def kind_of(tokens: Tokens, preposition: str | None = None) -> Kind:
    """Return what kind of thing a noun phrase means.

    Args:
        tokens: the phrase, with its article.
        preposition: the word before it, where that is a preposition.
    """
    words = folded([without_possessive(token) for token in tokens])
    content = [n for n, word in enumerate(words) if word not in DETERMINERS]
    if not content:
        return "thing"
    if _is_time(tokens, words[content[-1]], words):
        return "time"
    if all(words[n][0].isdigit() for n in content):
        return "number"
    article = content[0] > 0
    if not (article and words[content[-1]] in PEOPLE) and _is_name(tokens, words, content):
        return _kind_of_name(tokens, [words[n] for n in content], preposition, article=article)
    return _kind_of_noun(words, content)


def _is_time(tokens: Tokens, head: str, words: Sequence[str]) -> bool:
    if head == "march":
        return is_capital(tokens[-1])
    if head in TIME_NOUNS | WEEKDAYS or YEAR.match(head):
        return True
    return any(word in MONTHS for word in words)


def _is_name(tokens: Tokens, words: Sequence[str], content: Sequence[int]) -> bool:
    head = words[content[-1]]
    if len(content) > 1 and tokens[-1][:-1].isupper() and head.endswith("s"):
        return False  # "Chinese EVs"
    return all(
        is_capital(tokens[n]) or words[n] in LINKS | {"and"} or words[n][0].isdigit()
        for n in content
    )


def _kind_of_noun(words: Sequence[str], content: Sequence[int]) -> Kind:
    head = words[content[-1]]
    if content[0] == 0 and len(content) == 2 and words[0] in FIRST_NAMES:  # "joe biden"
        return "person"
    like_people = head.endswith(PEOPLE_ENDINGS) and head not in THINGS_THAT_END_LIKE_PEOPLE
    return "people" if head in PEOPLE or like_people else "thing"


def _kind_of_name(
    tokens: Tokens, words: Sequence[str], preposition: str | None, *, article: bool
) -> Kind:
    several = "and" in words and words[0] in COUNTRIES
    if " ".join(words) in COUNTRIES or " ".join(words) in CITIES or several:
        return "place"
    if len(words) > 1 and words[0] in TITLES | MALE_NAMES | FEMALE_NAMES:
        return "person"
    acronym = all(t.isupper() or (len(t) > 2 and t[:-1].isupper()) for t in tokens)
    if article or acronym or "of" in words or set(words) & GROUP_WORDS:
        return "group"
    return "place" if preposition in PLACE_PREPOSITIONS - {"to", "from"} else "name"


def is_adjective_of_country(word: str) -> bool:
    """Tell "Chinese" from "China"."""
    return fold(word) in COUNTRY_ADJECTIVES


def pronoun_gender(word: str) -> Literal["he", "she"] | None:
    """Return "he" for "his" and "she" for "her"."""
    if word in HE:
        return "he"
    return "she" if word in SHE else None
