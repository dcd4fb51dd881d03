"""Answer: scored sentences become a draft, or an abstention.

This is the extractive answerer, which needs no language model: the draft's sentences are the
articles' own, whole. Knows nothing of where its candidates come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence import Candidate, Inquiry, answerability
from rag.question import Question
from rag.words import STOP_WORDS, stem, words

MAX_SENTENCES = 3
# Below this the collection more probably does not answer the question than that it does.
MIN_CONFIDENCE = 0.5
# A further sentence is given when it answers nearly as probably as the first.
FURTHER_SHARE = 0.75
# Sentences that share this much of their content words say the same thing.
SAME_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answerer would say. Without sentences it abstains, and `reason` says why."""

    sentences: tuple[Candidate, ...]
    confidence: float
    reason: str | None


def draft_answer(inquiry: Inquiry, found: Sequence[Candidate]) -> Draft:
    """Choose the sentences that answer, or abstain.

    Args:
        inquiry: what was asked.
        found: candidate sentences, most probable first.
    """
    confidence = answerability(inquiry.weighted, found)
    if confidence < MIN_CONFIDENCE:
        return Draft((), confidence, _why_not(inquiry.question, found))
    chosen: list[Candidate] = []
    for candidate in found:
        if len(chosen) == MAX_SENTENCES:
            break
        if candidate.probability < FURTHER_SHARE * found[0].probability:
            break
        if not any(_say_the_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    return Draft(tuple(chosen), confidence, None)


def _why_not(question: Question, found: Sequence[Candidate]) -> str:
    if not found:
        return "no passage in the collection is about this"
    best = found[0]
    held = frozenset(
        stem(word)
        for span in best.passage.passage.sentences
        for word in words(span.of(best.article.text))
    ) | frozenset(stem(word) for word in words(best.article.title or ""))
    missing = [
        word
        for word, stemmed in zip(question.words, question.stems, strict=True)
        if stemmed not in held and stemmed not in question.kind_stems
    ]
    if missing:
        quoted = ", ".join(f"“{word}”" for word in missing[:3])
        return f"the nearest passage says nothing of {quoted}"
    return "the nearest passages are on the subject but do not say it"


def _say_the_same(first: Candidate, second: Candidate) -> bool:
    mine, theirs = _content(first), _content(second)
    return len(mine & theirs) >= SAME_SHARE * min(len(mine), len(theirs))


def _content(candidate: Candidate) -> frozenset[str]:
    return frozenset(stem(word) for word in words(candidate.text) if word not in STOP_WORDS)
