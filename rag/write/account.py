"""Account: what an answerer is given, and what it says of its own work beside the sentences.

An answerer gives sentences one by one, each with its citations; the pipeline checks every one
before it leaves, whoever wrote it.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from rag.as_read import AsRead
from rag.evidence import Evidence, Place
from rag.language_model import Usage
from rag.numbering import Numbering
from rag.types import Diagnostics, Sentence


@dataclass(frozen=True, slots=True)
class Brief:
    """What an answer is written from.

    Attributes:
        question: what is to be answered, standing alone.
        evidence: the passages that may be cited, best first.
        quoted: the extractive answer, whose sentences are the articles' own; empty where it
            abstains.
        likely: the sentences that may well answer; an answer rests on one of them at least.
        articles: the articles of all of them.
    """

    question: str
    evidence: tuple[Evidence, ...]
    quoted: tuple[Sentence, ...]
    likely: frozenset[Place]
    articles: AsRead


@dataclass(frozen=True, slots=True)
class Account:
    """What an answerer did, as in `rag.types.Answer`.

    `verify_ms` is how long its sentences took to verify.
    """

    answerer: str = "extractive"
    model: str | None = None
    usage: Usage | None = None
    stepped_in: str | None = None
    diagnostics: Diagnostics | None = None
    verify_ms: float | None = None


class Writes(Protocol):
    """Whatever can answer in place of the extractive answerer."""

    def takes(self, confidence: float) -> bool:
        """Tell whether it is to try where the extractive answerer abstains."""
        ...

    def write(self, brief: Brief, numbering: Numbering) -> Generator[Sentence, None, Account]:
        """Yield the sentences of an answer as they are ready; closing it stops the work.

        Args:
            brief: what it is written from.
            numbering: numbers the sources that it cites.
        """
        ...


def quote_all(
    quoted: Iterable[Sentence], articles: AsRead, numbering: Numbering
) -> Generator[Sentence, None, Account]:
    """Yield the extractive answer."""
    for sentence in quoted:
        yield renumbered(sentence, articles, numbering)
    return Account()


def renumbered(sentence: Sentence, articles: AsRead, numbering: Numbering) -> Sentence:
    """Return a sentence whose citations have the numbers of their articles in another numbering."""
    citations = []
    for citation in sentence.citations:
        article = articles.article(citation.article)
        if article is None:
            raise AssertionError("what is quoted was read")
        citations.append(replace(citation, source=numbering.number(article)))
    return replace(sentence, citations=tuple(citations))
