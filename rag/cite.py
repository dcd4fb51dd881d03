"""Cite: sentences are tied to exact quotations, and every quotation is checked.

Nothing leaves the pipeline without passing `check_citations`, whoever wrote the sentences. Offsets
come from the index, never from a writer.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from index.types import Article, Span
from rag.as_read import HasArticles
from rag.dates.resolve import resolved_dates
from rag.disagree import Conflict, Side, Statement
from rag.errors import CitationError
from rag.numbering import Numbering
from rag.told import Told
from rag.types import AsOf, Citation, DatedWords, Disagreement, Position, Sentence, Source

# What is said in an answer's text after a sentence that leaves although it is not supported.
UNSUPPORTED = "(not supported by its sources)"


def quote(article: Article, span: Span, source: int) -> Citation:
    """Cite a stretch of an article.

    Raises:
        CitationError: the span is empty or not within the text.
    """
    if not 0 <= span.start < span.end <= len(article.text):
        raise CitationError(f"{span.start}:{span.end} is not within article {article.id}")
    return Citation(source, article.id, span.of(article.text), span.start, span.end)


def dated_words(article: Article, span: Span) -> tuple[DatedWords, ...]:
    """Return the relative words in a stretch of an article whose date is sure."""
    return resolved_dates(article.text, article.published, span=span, updated=article.updated)


def cite_verbatim(told: Sequence[Told], numbering: Numbering) -> tuple[Sentence, ...]:
    """Make answer sentences of the articles' own, each citing itself.

    A sentence that repeats its quotation is supported by it wholly; its lines are joined. Relative
    words in it have their dates beside it, where those are sure.
    """
    return tuple(
        Sentence(
            text=" ".join(one.text.split()),
            verdict="supported",
            score=1.0,
            reason=None,
            citations=(
                quote(one.lead.article, one.span, numbering.number(one.lead.article)),
                *(quote(c.article, c.span, numbering.number(c.article)) for c in one.others),
            ),
            dates=dated_words(one.lead.article, one.span),
        )
        for one in told
    )


def cite_disagreements(
    conflicts: Iterable[Conflict], statements: Sequence[Statement], numbers: Mapping[str, int]
) -> tuple[Disagreement, ...]:
    """Tie the positions of conflicts to numbered sources.

    A position that no numbered source takes is left out, and a conflict that then has one position
    is none.

    Args:
        conflicts: what statements differ on.
        statements: those that the conflicts were found in.
        numbers: the number of each source, by its article's id.

    Raises:
        CitationError: a statement does not stand in its article.
    """
    found = []
    for conflict in conflicts:
        positions = [
            position
            for side in conflict.positions
            if (position := _position(side, statements, numbers)).sources
        ]
        if len(positions) > 1:
            found.append(Disagreement(conflict.about, tuple(positions)))
    return tuple(found)


def check_disagreements(articles: HasArticles, disagreements: Iterable[Disagreement]) -> None:
    """Compare every quotation of every position with its article.

    Args:
        articles: the store, or what was read from it.
        disagreements: what was found.

    Raises:
        CitationError: an article is gone, or a quotation differs from its text in any character.
    """
    for disagreement in disagreements:
        for position in disagreement.positions:
            for citation in position.citations:
                _check(articles, citation)


def check_citations(articles: HasArticles, sentences: Iterable[Sentence]) -> None:
    """Compare every quotation with its article.

    Args:
        articles: the store, or what was read from it.
        sentences: those of an answer.

    Raises:
        CitationError: an article is gone, a quotation differs from its text in any character, or
            a sentence cites nothing.
    """
    for sentence in sentences:
        if not sentence.citations:
            raise CitationError("a sentence cites nothing")
        for citation in sentence.citations:
            _check(articles, citation)


def evidence_dates(sources: Iterable[Source]) -> AsOf | None:
    """Return the dates of the oldest and newest source; None when no source has a date.

    Of two dates that begin at once, the more precise one is given.
    """
    dates = [source.published for source in sources if source.published]
    dates.sort(key=len, reverse=True)
    return AsOf(min(dates, key=_moment), max(dates, key=_moment)) if dates else None


def _moment(published: str) -> tuple[int, float]:
    """Return a day and the seconds into it, in UTC where the date says its offset.

    A year or month counts from its first day. Without an offset the clock is taken as it stands.
    """
    day, _, clock = published.partition("T")
    moment = datetime.fromisoformat(f"{day}-01-01"[:10] + f"T{clock or '00:00'}")
    if moment.tzinfo is not None:
        with suppress(OverflowError):  # the first or the last day of the calendar
            moment = moment.astimezone(UTC)
    return moment.toordinal(), (moment.hour * 60 + moment.minute) * 60 + moment.second


def written_text(sentences: Iterable[Sentence]) -> str:
    """Return the sentences as one text, each followed by the numbers of its sources.

    One that its sources do not support is marked as such.
    """
    parts = []
    for sentence in sentences:
        numbers = sorted({citation.source for citation in sentence.citations})
        parts.append(f"{sentence.text} " + "".join(f"[{n}]" for n in numbers))
        if sentence.verdict != "supported":
            parts.append(UNSUPPORTED)
    return " ".join(parts)


def _check(articles: HasArticles, citation: Citation) -> None:
    article = articles.article(citation.article)
    if article is None:
        raise CitationError(f"article {citation.article} is no longer in the collection")
    if quote(article, Span(citation.start, citation.end), citation.source) != citation:
        raise CitationError(
            f"the quotation at {citation.start}:{citation.end} is not what stands there "
            f"in article {citation.article}"
        )


def _position(side: Side, statements: Sequence[Statement], numbers: Mapping[str, int]) -> Position:
    taken = [statements[n] for n in side.statements if statements[n].article.id in numbers]
    return Position(
        value=side.value,
        sources=tuple(sorted({numbers[s.article.id] for s in taken})),
        citations=tuple(quote(s.article, s.span, numbers[s.article.id]) for s in taken),
    )
