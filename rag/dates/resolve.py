"""Resolve: which words of an article name a date that follows from its publication.

Only what surely follows is given. Nothing is said of words in quotations, of words that lean on
another event, of passages that tell of another time, nor where the days on which the article may
have been written give different dates.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from index.chunk import MAX_SENTENCE_CHARS, paragraphs, split_sentences
from index.dates import WrittenDate, find_dates
from index.types import Span
from rag.dates.period import Period
from rag.dates.phrases import meaning, phrases
from rag.dates.publication import Publication, period_of, publication
from rag.dates.scene import ELSEWHEN, REPORTS, quoted, scene_years
from rag.dates.tense import Tense, tense_of
from rag.types import DatedWords

# Nothing is looked for in text that has none of these.
NAMES_TIME = re.compile(
    r"day|week|month|year|decade|ago\b|night|morning|evening|noon|tomorrow|spring|summer|autumn|"
    r"fall|winter|from\s+now|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
    re.IGNORECASE,
)
FOUR_DIGITS = re.compile(r"[0-9]{4}")
EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
# Paragraphs longer than this are tables or lists.
MAX_PARAGRAPH_CHARS = 20_000
# A scene set longer ago than this is not the news that the article reports.
NEWS = timedelta(days=45)
# "This summer" of a text that speaks of these may be the southern one.
SOUTHERN = re.compile(
    r"\b(?:Australia|New\s+Zealand|Sydney|Melbourne|Argentin|South\s+Africa|Chile|Brazil|Uruguay|"
    r"Antarctic|Auckland|Johannesburg|Cape\s+Town|Buenos\s+Aires|Zimbabw|Peru|Indonesia)"
)
# What lies ahead of a day that the sentence names only later may be ahead of that day.
AHEAD = re.compile(r"(?i:next|tomorrow|coming|later|from\s+now)")
SEASONAL = re.compile(r"spring|summer|autumn|fall|winter")


def resolved_dates(
    text: str,
    published: str | None,
    *,
    span: Span | None = None,
    updated: str | None = None,
) -> tuple[DatedWords, ...]:
    """Return the relative words in an article whose date is sure, in their order.

    Args:
        text: the article's text; what stands around the span is read to understand it.
        published: ISO 8601 with any precision, as in Article; without it nothing is resolved.
        updated: likewise; where the two allow different dates, neither is given.
        span: the stretch that is asked about; None is the whole text.
    """
    written = publication(published, updated)
    if written is None:
        return ()
    asked = Span(0, len(text)) if span is None else span
    return tuple(
        words
        for paragraph in _paragraphs(text, asked)
        if len(paragraph) <= MAX_PARAGRAPH_CHARS
        for words in _in_paragraph(text, paragraph, asked, written)
        if asked.start <= words.start and words.end <= asked.end
    )


def _paragraphs(text: str, asked: Span) -> Iterator[Span]:
    """Yield the paragraphs that a span touches."""
    first = max((m.end() for m in EMPTY_LINE.finditer(text, 0, asked.start)), default=0)
    last = EMPTY_LINE.search(text, asked.end)
    block = text[first : last.start() if last else len(text)]
    for paragraph in paragraphs(block):
        shifted = Span(paragraph.start + first, paragraph.end + first)
        if shifted.start < asked.end and asked.start < shifted.end:
            yield shifted


def _in_paragraph(
    text: str, paragraph: Span, asked: Span, written: Publication
) -> Iterator[DatedWords]:
    words = paragraph.of(text)
    asked_here = max(paragraph.start, asked.start), min(paragraph.end, asked.end)
    if not NAMES_TIME.search(text, *asked_here):
        return
    quotations = quoted(words)
    southern = SEASONAL.search(words) is not None and SOUTHERN.search(text) is not None
    told: list[str] = []
    for place in split_sentences(text, paragraph):
        sentence = place.of(text)
        outside = place.end <= asked.start or place.start >= asked.end
        if outside or len(place) > MAX_SENTENCE_CHARS:
            told.append(sentence)
            continue
        offset = place.start - paragraph.start
        for start, end, period in _in_sentence(sentence, written, told):
            found = Span(start + offset, end + offset)
            if any(found.start < q.end and q.start < found.end for q in quotations):
                continue
            if southern and SEASONAL.search(sentence, start, end):
                continue
            yield DatedWords(
                text=sentence[start:end],
                start=place.start + start,
                end=place.start + end,
                date=period.iso,
                precision=period.precision,
                label=period.label,
            )
        told.append(sentence)


def _in_sentence(
    sentence: str, written: Publication, told: Sequence[str]
) -> Iterator[tuple[int, int, Period]]:
    """Yield the phrases of one sentence with what they mean.

    What was said on a day that the sentence names is understood from that day as well as from the
    day of writing, and means something only where both agree.
    """
    found = list(phrases(sentence))
    if not found:
        return
    explicit = [written_out.span for written_out in _written_out(sentence)]
    scenes = _scenes(sentence, written)
    elsewhen = ELSEWHEN.search(sentence) is not None or _tells_of_the_past(told[-2:], written)
    said_on: list[date] = []
    for match, form in found:
        start, end = match.span()
        if any(start < e.end and e.start < end for e in explicit) or (form.tensed and elsewhen):
            continue
        tense = tense_of(sentence, start, end)
        days = [written.first, written.last]
        days += [day for place, day in scenes if place < start or AHEAD.search(match.group())]
        if not form.tensed or REPORTS.search(sentence, 0, start):
            days += said_on
        period = meaning(match, form, tense, days)
        if period is not None:
            yield start, end, period
            if form.tensed and tense is Tense.PAST:
                said_on += [period.first, period.last]
        elif form.tensed and tense is Tense.PAST:
            return


def _written_out(sentence: str) -> list[WrittenDate]:
    """Return the dates that have their year."""
    return find_dates(sentence) if FOUR_DIGITS.search(sentence) else []


def _scenes(sentence: str, written: Publication) -> list[tuple[int, date]]:
    """Return the days long before the writing that a sentence names, with their places."""
    scenes: list[tuple[int, date]] = []
    for place, first, last in scene_years(sentence):
        if 0 < first < written.first.year:
            scenes += [(place, date(first, 1, 1)), (place, date(last, 12, 31))]
    for found in _written_out(sentence):
        period = period_of(found.iso) if found.iso else None
        if period is not None and period.first <= written.last:
            scenes += [(found.span.start, period.first), (found.span.start, period.last)]
    return scenes


def _tells_of_the_past(told: Iterable[str], written: Publication) -> bool:
    """Tell whether the sentences before set the scene in another time."""
    return any(
        ELSEWHEN.search(sentence)
        or any(day < written.first - NEWS for _, day in _scenes(sentence, written))
        for sentence in told
    )
