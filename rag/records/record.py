"""Record: an answer with all that it rested on, as it was when it was given.

Takes the evidence out of the collection while the answer is made, and puts a record into bytes and
back. Knows nothing of where records are kept.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from index.types import Article, Span
from rag.as_read import HasArticles
from rag.records.from_json import revived
from rag.redact import Redactor
from rag.scope import Scope
from rag.types import Answer, Citation

FORMAT = 1
# How many characters of a paragraph are kept on either side of a quotation that no passage holds.
AROUND = 600


@dataclass(frozen=True, slots=True)
class KeptText:
    """A stretch of an article: its text[start:end] as it was."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class KeptArticle:
    """An article that an answer was made from, as far as it is kept.

    Attributes:
        id, title, outlet, author, published, updated, url: as in `index.types.Article`.
        digest: the article's, over every field.
        text_digest: SHA-256 of its text alone, in hex.
        texts: what stood around each citation, in order and apart from each other; none where the
            article was found and not cited.
    """

    id: str
    title: str | None
    outlet: str | None
    author: str | None
    published: str | None
    updated: str | None
    url: str | None
    digest: str
    text_digest: str
    texts: tuple[KeptText, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer as it was given, with what it rested on.

    Attributes:
        asked: when, in UTC: "2026-01-14T05:00:00Z".
        answer: the answer.
        history: the earlier questions of its conversation, oldest first.
        scope: which articles it was asked of; None is all.
        generation: the collection's.
        evidence: the articles that were found, the cited ones with the text around each citation.
    """

    asked: str
    answer: Answer
    history: tuple[str, ...]
    scope: Scope | None
    generation: int
    evidence: tuple[KeptArticle, ...]

    def article(self, article_id: str) -> KeptArticle | None:
        """Return an article as it was, or None where it was not found then."""
        return next((one for one in self.evidence if one.id == article_id), None)

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {"format": FORMAT, **asdict(self)}

    def to_bytes(self, redactor: Redactor) -> bytes:
        """Return the record as JSON without secrets; `record_from_bytes` reads it."""
        text = redactor.text(json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":")))
        # Half a surrogate pair, as in a file's name, is no UTF-8 and is kept all the same.
        return text.encode("utf-8", "surrogatepass")


def record_from_bytes(content: bytes) -> AnswerRecord:
    """Read what `to_bytes` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    value = json.loads(content.decode("utf-8", "surrogatepass"))
    if value["format"] != FORMAT:
        raise ValueError(f"it has format {value['format']}")
    return revived(AnswerRecord, value)


def record_of(
    answer: Answer,
    articles: HasArticles,
    generation: int,
    *,
    history: Sequence[str] = (),
    scope: Scope | None = None,
) -> AnswerRecord:
    """Return an answer with its evidence.

    Args:
        answer: the answer.
        articles: those that it was made from, in the state in which they were read.
        generation: the collection's in that state.
        history: the earlier questions of its conversation.
        scope: which articles it was asked of.
    """
    citations = citations_of(answer)
    found = dict.fromkeys(
        (*(one.article for one in citations), *(one.article for one in answer.retrieved))
    )
    read = (articles.article(article_id) for article_id in found)
    return AnswerRecord(
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        answer,
        tuple(history),
        scope,
        generation,
        tuple(_kept(article, answer, citations) for article in read if article is not None),
    )


def citations_of(answer: Answer) -> tuple[Citation, ...]:
    """Return every citation of an answer once: of its sentences, then of what sources differ on."""
    differing = (*answer.disagreements, *answer.updates)
    return tuple(
        dict.fromkeys(
            (
                *(cited for sentence in answer.sentences for cited in sentence.citations),
                *(c for one in differing for side in one.positions for c in side.citations),
            )
        )
    )


def digest_of_text(text: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(article: Article, answer: Answer, citations: Iterable[Citation]) -> KeptArticle:
    passages = [Span(one.start, one.end) for one in answer.retrieved if one.article == article.id]
    around = [
        _around(article.text, Span(cited.start, cited.end), passages)
        for cited in citations
        if cited.article == article.id
    ]
    return KeptArticle(
        article.id,
        article.title,
        article.outlet,
        article.author,
        article.published,
        article.updated,
        article.url,
        article.digest,
        digest_of_text(article.text),
        tuple(KeptText(s.start, s.end, s.of(article.text)) for s in _merged(around)),
    )


def _around(text: str, cited: Span, passages: Iterable[Span]) -> Span:
    """Return the passage that a citation stands in, or else its paragraph."""
    for passage in passages:
        if passage.start <= cited.start and cited.end <= passage.end:
            return passage
    start = max(text.rfind("\n", 0, cited.start) + 1, cited.start - AROUND)
    end = text.find("\n", cited.end)
    return Span(start, min(len(text) if end < 0 else end, cited.end + AROUND))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that overlap or touch as one."""
    merged: list[Span] = []
    for span in sorted(set(spans)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
