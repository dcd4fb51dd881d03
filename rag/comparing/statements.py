"""Statements: candidate sentences, read for the value that a question asks for.

Knows nothing of how two of them are compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.types import Article, Span
from rag.comparing.focus import Focus
from rag.comparing.topics import Topic, topics
from rag.comparing.values import Claim, Value, pick
from rag.dates.publication import day_of

# What a reader takes for the answer with so much confidence has only to be about the same names.
TRUSTED = 0.2
# How much of an article before a sentence tells who "he" is.
BEFORE = 300
CLAUSE = re.compile(r"[;—]|,\s(?:while|whereas|but)\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that may answer the question.

    Attributes:
        article: the article it stands in.
        origin: the reporting that the article carries.
        span: where it stands in the article's text.
        text: the sentence itself.
        probability: how probably it answers the question.
        value: where in the article's text, within `span`, a learned reader sees the short answer;
            it may be wrong.
        sure: whether one that read the passage closely takes the sentence for an answer.
    """

    article: Article
    origin: str
    span: Span
    text: str
    probability: float
    value: Span | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement, read for one value.

    Attributes:
        index: its place among the statements.
        statement: the sentence.
        value: what it states of the kind asked for.
        own: the topics of the value's clause, the value's own words apart.
        near: those of the whole sentence, of what stands before it, and of the title.
        published: the day its article was published.
        seen: whether a reader sees the answer in this value.
    """

    index: int
    statement: Statement
    value: Value
    own: frozenset[str]
    near: frozenset[str]
    published: date | None
    seen: bool

    @property
    def trusted(self) -> bool:
        """Whether a reader saw the answer in this very value, and believes it."""
        return self.seen and self.statement.probability >= TRUSTED

    @property
    def sure(self) -> bool:
        """Whether a close reading saw the answer in this very value, and takes it for one."""
        return self.seen and self.statement.sure

    @property
    def written(self) -> str:
        """The value as the source writes it; of a claim, its clause."""
        return " ".join(self.value.span.of(self.statement.text).split())


def read_statement(focus: Focus, index: int, statement: Statement) -> list[Reading]:
    """Read a sentence for the values that a question asks for, none if it states none."""
    text, article = statement.text, statement.article
    published = day_of(article.published)
    seen = _within(statement)
    values = pick(focus, text, published, seen, sure=statement.sure)
    if not values:
        return []
    told = topics(text)
    before = article.text[max(0, statement.span.start - BEFORE) : statement.span.start]
    near = frozenset(t.stem for t in topics(f"{article.title or ''} {before} {text}"))
    return [
        Reading(
            index,
            statement,
            value,
            _outside(text, told, value),
            near,
            published,
            _sees(seen, value),
        )
        for value in values
    ]


def _outside(text: str, told: Sequence[Topic], value: Value) -> frozenset[str]:
    """Return the topics of the clause that a value stands in, without its own words."""
    if isinstance(value, Claim):
        # "Opposes" tells of support too.
        return frozenset(t.stem for t in told) | {value.word}
    ends = [match.start() for match in CLAUSE.finditer(text)]
    start = max((end for end in ends if end <= value.span.start), default=0)
    end = min((end for end in ends if end >= value.span.end), default=len(text))
    return frozenset(
        t.stem
        for t in told
        if start <= t.span.start < end and not value.span.start <= t.span.start < value.span.end
    )


def _sees(seen: Span | None, value: Value) -> bool:
    return seen is not None and seen.start < value.span.end and value.span.start < seen.end


def _within(statement: Statement) -> Span | None:
    if statement.value is None:
        return None
    start = statement.value.start - statement.span.start
    end = statement.value.end - statement.span.start
    return Span(start, end) if 0 <= start < end <= len(statement.text) else None
