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
# How many of the question's words an abstention names.
MAX_NAMED = 3
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
    strangers = [w for w in inquiry.weighted.unheard if stem(w) in inquiry.question.proper]
    if strangers:
        # What is said of others is no answer about someone whom no article names.
        return Draft((), min(confidence, MIN_CONFIDENCE), f"no article names {_quoted(strangers)}")
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
        return "nothing in the collection comes near it but headings, lists or tables"
    passages = {candidate.passage.id: candidate for candidate in found}.values()
    held = frozenset[str]().union(*(_stems_of_passage(candidate) for candidate in passages))
    missing = [
        word
        for word, stemmed in zip(question.words, question.stems, strict=True)
        if stemmed not in held and stemmed not in question.kind_stems
    ]
    if missing:
        return f"no passage that was found says anything of {_quoted(missing)}"
    return "the passages that were found are on the subject but do not say it"


def _quoted(named: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in named[:MAX_NAMED])


def _stems_of_passage(candidate: Candidate) -> frozenset[str]:
    text = candidate.passage.passage.span.of(candidate.article.text)
    return frozenset(stem(word) for word in words(f"{candidate.article.title or ''} {text}"))


def _say_the_same(first: Candidate, second: Candidate) -> bool:
    mine, theirs = _content(first), _content(second)
    return len(mine & theirs) >= SAME_SHARE * min(len(mine), len(theirs))


def _content(candidate: Candidate) -> frozenset[str]:
    return frozenset(stem(word) for word in words(candidate.text) if word not in STOP_WORDS)
