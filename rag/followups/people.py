"""People: who it was that a question asked after, as the articles say, and whether "he" or "she".

A name is a run of capitals that the question does not hold. Where the sentences do not make it
clear, nobody is named. Knows nothing of where the sentences come from.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rag.followups.grammar import CITIES, COUNTRIES, HE, SHE, TITLES
from rag.followups.kinds import GROUP_WORDS, kind_of
from rag.followups.mentions import Gender
from rag.followups.verbs import SAYING, past
from rag.words import STOP_WORDS, content_words, fold, stem

NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ][\w’'-]+(?:\s+(?:(?:van|von|der|de|da|al|bin|el|la|le)\s+)*[A-ZÀ-ÖØ-Þ][\w’'-]+)+"
)
SAID = "|".join(sorted(past(base) for base in SAYING))
CAPITAL = "[A-ZÀ-ÖØ-Þ]"
SPEAKER = re.compile(
    rf"\b(?:{SAID}|[Aa]ccording to)\s+({CAPITAL}[\w’'-]+)(?!\s+{CAPITAL})"
    rf"|\b({CAPITAL}[\w’'-]+)\s+(?:{SAID})\b"
)
WORD = re.compile(r"[\w-]+")
# A sentence tells who it was only if it holds this share of what the question says.
HELD = 0.6
PLACED = re.compile(r"\b(?:in|at|near|outside)\s+([A-ZÀ-ÖØ-Þ][\w’'-]+(?:\s+[A-ZÀ-ÖØ-Þ][\w’'-]+)*)")


def person_in(question: str, sentences: Sequence[str]) -> str | None:
    """Return the name of the person that a sentence gives to a question that asks who.

    Args:
        question: a whole question.
        sentences: of articles; where they give only a last name, another may give all of it.
    """
    asked = {stem(word) for word in content_words(question)}
    for sentence in _telling(asked, sentences):
        speakers = [_in_full(name, sentences) for name in _speakers(sentence)]
        for name in (*_names(sentence), *speakers):
            if not {stem(word) for word in content_words(name)} & asked and _is_person(name):
                return name
    return None


def place_in(question: str, sentences: Iterable[str]) -> str | None:
    """Return the place that a sentence gives to a question that asks where."""
    asked = {stem(word) for word in content_words(question)}
    for sentence in _telling(asked, sentences):
        for found in PLACED.finditer(sentence):
            name = found[1]
            if not {stem(word) for word in content_words(name)} & asked and kind_of(
                tuple(name.split())
            ) in {"name", "place"}:
                return name
    return None


def genders_in(names: Sequence[str], sentences: Sequence[str]) -> dict[str, Gender]:
    """Return the pronoun that articles use of somebody, for those of whom they use only one.

    A pronoun counts for a name if that stands before it in the same sentence or in the one before,
    with no other of the names between.

    Args:
        names: last names, folded.
        sentences: as they follow each other, as far as they do.
    """
    votes: dict[str, list[Gender]] = {name: [] for name in names}
    for sentence, following in pairwise([*sentences, ""]):
        last = None
        for word in WORD.findall(fold(f"{sentence} {following}")):
            if word in votes:
                last = word
            elif last is not None and word in HE | SHE:
                votes[last].append("he" if word in HE else "she")
                last = None
    return {name: found[0] for name, found in votes.items() if len(set(found)) == 1}


def _telling(asked: set[str], sentences: Iterable[str]) -> Iterator[str]:
    shares = [
        (
            len(asked & {stem(word) for word in content_words(sentence)}) / max(1, len(asked)),
            sentence,
        )
        for sentence in sentences
    ]
    best = sorted((s for s in shares if s[0] >= HELD), key=lambda pair: -pair[0])
    return (sentence for _, sentence in best)


def _names(sentence: str) -> list[str]:
    """Return the names of several words, without a word that only opens the sentence."""
    found = []
    for match in NAME.finditer(sentence):
        first, *others = match.group().split()
        named = others if fold(first) in STOP_WORDS else [first, *others]
        if len(named) > 1:
            found.append(" ".join(named))
    return found


def _speakers(sentence: str) -> list[str]:
    """Return the single names beside a verb of saying: "said Nagy"."""
    return [match[1] or match[2] for match in SPEAKER.finditer(sentence)]


def _in_full(name: str, sentences: Iterable[str]) -> str:
    """Return the longer name that ends in a name, where a sentence gives it."""
    longer = (full for sentence in sentences for full in _names(sentence))
    return next((full for full in longer if full.split()[-1] == name), name)


def _is_person(name: str) -> bool:
    words = [fold(word) for word in name.split()]
    if set(words) & (GROUP_WORDS | CITIES | STOP_WORDS) or any(w in COUNTRIES for w in words):
        return False
    return kind_of(tuple(name.split())) in {"person", "name"} and words[-1] not in TITLES
