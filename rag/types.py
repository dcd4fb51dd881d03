"""The words of an answer: Hit, Citation, Sentence, Source, Answer.

Plain values, the same in the code, the JSON and the docs. All offsets are half-open ranges of
Unicode code points into an article's text.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rag.explanation import Explanation

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
        reader_score: the logit that it answers, by which what was read is ranked; None if it was
            not read.
        evidence: what its score is made of, by the names of `rag.relevance.FEATURES`.
    """

    passage: int
    rank: int
    score: float
    dense_rank: int | None
    dense_score: float | None
    bm25_rank: int | None
    bm25_score: float | None
    reader_score: float | None = None
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
class DatedWords:
    """Words of an article that name a time relative to its publication, and that time.

    Attributes:
        text: the words, equal to the article's text[start:end]: "next week".
        start, end: their place in the article.
        date: ISO 8601, one date or two with a stroke between: "2026-01-19/2026-01-25".
        precision: the unit in which its ends are known.
        label: the time as a person writes it: "19 to 25 January 2026".
    """

    text: str
    start: int
    end: int
    date: str
    precision: Literal["day", "month", "year"]
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    `score` is how far its citations support it, from 0 to 1; `reason` says in words why it is not
    fully supported, and is None when it is. `dates` are the relative words in its quotations whose
    date is sure; its text and its quotations stay as they were written.
    """

    text: str
    verdict: Verdict
    score: float
    reason: str | None
    citations: tuple[Citation, ...]
    dates: tuple[DatedWords, ...] = ()


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
    """One side of a disagreement.

    Attributes:
        value: what is disputed, in the words of the first source.
        sources: the numbers of the sources that take this side, which have its outlets and dates.
        citations: the sentences in which they do.
    """

    value: str
    sources: tuple[int, ...]
    citations: tuple[Citation, ...] = ()


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
    reader_score: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a search found, with what found it, as in Hit."""

    rank: int
    score: float
    dense_rank: int | None
    dense_score: float | None
    bm25_rank: int | None
    bm25_score: float | None
    reader_score: float | None
    article: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None
    origin: str
    text: str
    start: int
    end: int
    evidence: Mapping[str, float] = field(default_factory=dict, compare=False)


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
class Diagnostics:
    """What became of the sentences that a language model wrote.

    Counts only: what was not supported is not repeated here. A sentence may count in several.

    Attributes:
        written: whole sentences that it wrote, with those of the second turn.
        supported: those that left, as supported by what they cite.
        repaired: those of them that did so in the second turn.
        flagged: those that left with another verdict, where the user wants to see them.
        dropped: those that did not leave.
        partial, unsupported, contradicted: verdicts other than "supported".
        uncited: sentences without a valid id.
        unknown_ids: ids of the right shape that no evidence has.
        malformed_ids: citations of a shape that no id has, such as "[1]".
        markup: sentences from which Markdown was taken.
        refused: sentences with a link, an image or HTML; those never leave.
        unfinished: sentences that it broke off in.
        repeated: sentences that it had written already.
        beside: supported sentences that did not leave, since nothing that was written rests on a
            sentence that may well answer.
        turns: how often it was asked to write.
    """

    written: int = 0
    supported: int = 0
    repaired: int = 0
    flagged: int = 0
    dropped: int = 0
    partial: int = 0
    unsupported: int = 0
    contradicted: int = 0
    uncited: int = 0
    unknown_ids: int = 0
    malformed_ids: int = 0
    markup: int = 0
    refused: int = 0
    unfinished: int = 0
    repeated: int = 0
    beside: int = 0
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known about a question, or that it is not known (`abstained`, and why).

    `text` is the sentences with their source numbers. `confidence` is the estimated probability
    that the best sentence of the articles answers the question; below one half it abstains, unless
    a language model was let reach further and wrote something that its sources support.
    `unanswered` are the parts of a question of several that the articles do not answer, where they
    answer others. `answerer` is "extractive" where every sentence is an article's own, else
    "model"; `model` and `usage` are those of the language model that was asked, if any was;
    `stepped_in` says why the extractive answerer gave all or the rest of the answer in its place,
    and `diagnostics` what became of what it wrote. `timings_ms` has the milliseconds of each step.
    `updates` are differences that time explains: the last position of each brings the ones before
    it up to date. `explanation` is there only if asked for.
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
    unanswered: tuple[str, ...]
    answerer: str
    model: str | None
    usage: dict[str, Any] | None
    timings_ms: dict[str, float]
    updates: tuple[Disagreement, ...] = ()
    explanation: Explanation | None = None
    stepped_in: str | None = None
    diagnostics: Diagnostics | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain JSON values."""
        return asdict(self)
