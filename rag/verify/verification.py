"""Verification: what is given to a verifier, and what it says.

Knows nothing of how a sentence is verified, nor of who wrote it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.types import Article, Span
from rag.types import Verdict


@dataclass(frozen=True, slots=True)
class Cited:
    """A stretch of an article that a written sentence cites, one sentence of it as a rule."""

    article: Article
    span: Span

    @property
    def text(self) -> str:
        """What stands there."""
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True)
class Verification:
    """How far what is cited supports a sentence.

    Attributes:
        verdict: supported, partial, unsupported or contradicted.
        score: how far it is supported, from 0 to 1; a verifier says what its figure is worth.
        reason: why it is not supported, in words ("the source says 25%, the sentence 52%"); None
            where it is.
    """

    verdict: Verdict
    score: float
    reason: str | None


class Verifies(Protocol):
    """Whatever can verify a sentence."""

    def verify(self, sentence: str, cited: Sequence[Cited]) -> Verification:
        """Return how far what is cited, taken together, supports a sentence.

        Args:
            sentence: what was written, without its citation markers.
            cited: what it cites; nothing supports nothing.
        """
        ...
