"""The words of an answer: Hit, Citation, Sentence, Source, Answer.

Plain values, the same in the code, the JSON and the docs. All offsets are half-open ranges of
Unicode code points into an article's text.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["supported", "partial", "unsupported", "contradicted"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was retrieved for a question.

    Attributes:
        passage: the store's id of the passage.
        rank: its place after fusion, from 1.
        score: its fused score; comparable only within one question.
        dense_rank, dense_score: its place and cosine in the vector search, None if not found there.
        bm25_rank, bm25_score: likewise in the word search.
        evidence: what its score is made of, by the names of `rag.relevance.FEATURES`.
    """

    passage: int
    rank: int
    score: float
    dense_rank: int | None
    dense_score: float | None
    bm25_rank: int | None
    bm25_score: float | None
    evidence: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation. `quote` equals the article's text[start:end]; `source` is a Source's n."""

    source: int
    article: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    `score` is how far its citations support it, from 0 to 1; `reason` says in words why it is not
    fully supported, and is None when it is.
    """

    text: str
    verdict: Verdict
    score: float
    reason: str | None
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """An article that an answer cites. `origin` names the reporting that it carries."""

    n: int
    article: str
    title: str | None
    outlet: str | None
    author: str | None
    published: str | None
    url: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Position:
    """One side of a disagreement, with the numbers of the sources that take it."""

    value: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something on which cited sources differ."""

    about: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class AsOf:
    """The dates of the oldest and the newest cited article, of those that have one."""

    oldest: str
    newest: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that the answer was looked for in, in rank order. Ranks are as in Hit."""

    article: str
    start: int
    end: int
    rank: int
    score: float
    dense_rank: int | None
    bm25_rank: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a search found, with what found it. Ranks and scores are as in Hit."""

    rank: int
    score: float
    dense_rank: int | None
    dense_score: float | None
    bm25_rank: int | None
    bm25_score: float | None
    article: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None
    origin: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Nearest:
    """A passage near to a question that was not answered. `score` is its cosine."""

    article: str
    title: str | None
    outlet: str | None
    published: str | None
    quote: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known about a question, or that it is not known (`abstained`, and why).

    `text` is the sentences with their source numbers. `confidence` is the estimated probability
    that the first sentence answers the question; below one half it abstains.
    `timings_ms` has the milliseconds of each step.
    """

    id: str
    question: str
    standalone_question: str
    abstained: bool
    reason: str | None
    text: str
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    disagreements: tuple[Disagreement, ...]
    as_of: AsOf | None
    nearest: tuple[Nearest, ...]
    retrieved: tuple[Retrieved, ...]
    confidence: float
    answerer: str
    model: str | None
    usage: dict[str, Any] | None
    timings_ms: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain JSON values."""
        return asdict(self)
