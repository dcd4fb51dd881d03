"""Task: what a language model is asked, which is what the evidence can answer.

Whether the collection answers at all is decided before, by the evidence: where the extractive
answerer abstains, a model is asked only if the odds come near enough, and never about someone whom
no article names. Knows nothing of the model.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.answer import Draft
from rag.asked import Asked
from rag.evidence import Evidence, Place
from rag.question import Question

# Of the golden questions' answers 93% stand in one of so many most probable sentences, see
# `evals.reach`.
LIKELY = 10


@dataclass(frozen=True, slots=True)
class Task:
    """A question for a model.

    Attributes:
        question: the question, or those of its parts that can be answered.
        confidence: the estimated probability that the articles answer them.
        unanswered: the other parts.
    """

    question: str
    confidence: float
    unanswered: tuple[str, ...]


def task_of(
    question: Question, asked: Sequence[Asked], draft: Draft, takes: Callable[[float], bool]
) -> Task | None:
    """Return what a model is to be asked; None where it is not to be asked.

    Args:
        question: the whole question.
        asked: its parts.
        draft: the extractive answer to them.
        takes: tells with what confidence a model is asked where that abstains.
    """
    parts = list(zip((one.inquiry.question.text for one in asked), draft.parts, strict=True))
    answered = [(text, part) for text, part in parts if part.sentences]
    near = answered or [
        (text, part) for text, part in parts if not part.strangers and takes(part.confidence)
    ]
    if not near:
        return None
    texts = [text for text, _ in near]
    unanswered = tuple(text for text, _ in parts if text not in texts)
    return Task(
        " ".join(texts) if unanswered else question.text,
        min(part.confidence for _, part in near),
        unanswered,
    )


def likely_places(asked: Iterable[Asked]) -> frozenset[Place]:
    """Return the sentences that may well answer a part of a question, as their features say."""
    return frozenset(one.place for part in asked for one in part.found[:LIKELY])


def cited_first(evidence: Iterable[Evidence], draft: Draft) -> tuple[Evidence, ...]:
    """Return passages with those that the extractive answer quotes before the others."""
    told = [c.passage.passage for one in draft.sentences for c in (one.lead, *one.others)]
    quoted: set[Place] = {(passage.article, passage.span) for passage in told}

    def is_quoted(one: Evidence) -> bool:
        return (one.article.id, one.passage.passage.span) in quoted

    return tuple(sorted(evidence, key=lambda one: not is_quoted(one)))
