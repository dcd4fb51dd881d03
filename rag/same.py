"""Same: do two sentences say the same thing, so that one may be cited beside the other?

Told by the words that they share and by the short answers that the reader found in them. What is
cited beside a sentence must bear it out: the same figures, the same "not", the same answer. Knows
nothing of how an answer is put together.
"""

import re
from functools import lru_cache

from rag.candidates import Candidate
from rag.words import KEPT_TEXTS, STOP_WORDS, fold, stem, words_of

# Sentences that share this much of their content words say the same thing; where both give the same
# short answer, this much.
SAME_SHARE = 0.6
SAME_ANSWER_SHARE = 0.3
DENIES = re.compile(r"\b(?:not|no|none|nobody|never|neither|nor|cannot|without)\b|n['’]t\b")


def say_the_same(first: Candidate, second: Candidate) -> bool:
    """Tell whether a sentence says what another one, which is told, says."""
    if first.article.id != second.article.id and _differ(first, second):
        return False
    mine, theirs = _content(first.text), _content(second.text)
    shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    return shared >= SAME_SHARE or (shared >= SAME_ANSWER_SHARE and _same_answer(first, second))


def _differ(first: Candidate, second: Candidate) -> bool:
    """Tell whether the first cannot be cited beside the second, which is told.

    Its answer must have the same figures, and it must hold whatever other figures stand there, deny
    what the other denies, and hold the other's short answer.
    """
    if _numbers(first, second) != _numbers(second, first):
        return True
    if not _figures(second.text) <= _figures(first.text):
        return True
    if _denies(first.text) != _denies(second.text):
        return True
    answer = _answer_words(second)
    return len(answer - _content(first.text)) > len(answer) / 2


def _same_answer(first: Candidate, second: Candidate) -> bool:
    mine = _answer_words(first)
    return bool(mine) and mine == _answer_words(second)


def _answer_words(candidate: Candidate) -> frozenset[str]:
    """Return the content words of a sentence's short answer, stemmed; none where it has none."""
    if candidate.value is None:
        return frozenset()
    return _content(candidate.value.of(candidate.article.text))


def _numbers(candidate: Candidate, other: Candidate) -> frozenset[str]:
    """Return the figures of the short answer, or of the sentence where either one has none."""
    span = candidate.span if other.value is None else candidate.value or candidate.span
    return _figures(span.of(candidate.article.text))


# Each sentence is compared with several others, and again for the next question.
@lru_cache(maxsize=KEPT_TEXTS)
def _figures(text: str) -> frozenset[str]:
    return frozenset(word.rstrip("%") for word in words_of(text) if word[:1].isdigit())


@lru_cache(maxsize=KEPT_TEXTS)
def _content(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text) if word not in STOP_WORDS)


@lru_cache(maxsize=KEPT_TEXTS)
def _denies(text: str) -> bool:
    return DENIES.search(fold(text)) is not None
