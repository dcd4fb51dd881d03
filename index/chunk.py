"""Chunk: an article becomes passages made of sentences, each with its exact offsets.

Paragraphs are found first, then sentences in each, then paragraphs are gathered into passages of a
bounded size. Nothing is changed or normalised: every span indexes the article's own text. Sentence
boundaries come from sentencex (https://github.com/wikimedia/sentencex), mended where news prose
trips it. Knows nothing of models; the size of a text is whatever the caller measures.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator

import sentencex

from index.types import Article, Passage, Span

# No sentence is longer than this many characters: longer ones are tables, lists or no prose.
MAX_SENTENCE_CHARS = 1200
# A heading starts a new passage once the current one has this share of its budget.
HEADING_BREAK_SHARE = 0.25

# Lines wrapped at a margin are at least and at most this long; wider ones are whole paragraphs.
MARGINS = range(40, 133)

LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
# After these a sentence goes on, whatever the splitter says.
NEVER_LAST = re.compile(
    r"(?:\b(?:Gov|Sen|Rep|Gen|Lt|Col|Sgt|Capt|Adm|Prof|Hon|Rev|vs|approx)\.|\b[ap]\.m\.)$"
)
INITIAL = re.compile(r"\b[A-Z]\.$")
AFTER_CLOCK = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|[A-Z]{2,4}\b|(?:Eastern|Pacific|Central|GMT)\b"
)
ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")


def chunk(article: Article, size: Callable[[str], int], budget: int) -> tuple[Passage, ...]:
    """Cut an article into passages of whole sentences.

    Args:
        article: the article; its text may be any string.
        size: measures a text in the unit of `budget`, for instance a model's tokens.
        budget: the largest size of a passage; only a single sentence that cannot be cut (one
            character) may be larger.

    Returns:
        Passages in the order of the text, not overlapping. Every character that is not white space
        belongs to exactly one sentence of exactly one passage. No text, no passages.
    """
    text = article.text
    language = (article.language or "en").split("-")[0].lower()
    passages: list[Passage] = []
    current: list[Span] = []
    current_size = 0

    def close() -> None:
        nonlocal current, current_size
        if current:
            span = Span(current[0].start, current[-1].end)
            passages.append(Passage(article.id, span, tuple(current)))
        current, current_size = [], 0

    for paragraph in paragraphs(text):
        sentences = [
            piece
            for sentence in split_sentences(text, paragraph, language)
            for piece in _bounded(text, sentence, size, budget)
        ]
        sizes = [size(sentence.of(text)) for sentence in sentences]
        heading = not ENDS_SENTENCE.search(paragraph.of(text))
        if heading and current_size >= budget * HEADING_BREAK_SHARE:
            close()
        # A paragraph stays whole where it fits a passage of its own.
        if current_size + sum(sizes) > budget and sum(sizes) <= budget:
            close()
        for sentence, sentence_size in zip(sentences, sizes, strict=True):
            if current_size + sentence_size > budget:
                close()
            current.append(sentence)
            current_size += sentence_size
    close()
    return tuple(passages)


def paragraphs(text: str) -> Iterator[Span]:
    """Yield the spans of a text's paragraphs, without the white space around them.

    An empty line always ends a paragraph. A single line end does too, unless the lines around it
    were evidently broken at a margin, as in text wrapped by a mail or terminal program.
    """
    block: list[Span] = []
    previous_end = 0
    for match in LINE.finditer(text):
        line = _stripped(text, Span(*match.span()))
        if not len(line):
            continue
        if block and _blank_line_between(text[previous_end : line.start]):
            yield from _block_paragraphs(text, block)
            block = []
        block.append(line)
        previous_end = line.end
    yield from _block_paragraphs(text, block)


def split_sentences(text: str, paragraph: Span, language: str = "en") -> Iterator[Span]:
    """Yield the spans of the sentences in one paragraph, without the white space around them."""
    pending: Span | None = None
    for boundary in sentencex.get_sentence_boundaries(language, paragraph.of(text)):
        start = paragraph.start + boundary["start_index"]
        sentence = _stripped(text, Span(start, paragraph.start + boundary["end_index"]))
        if not len(sentence):
            continue
        if pending is None:
            pending = sentence
        elif _goes_on(text, pending, sentence):
            pending = Span(pending.start, sentence.end)
        else:
            yield pending
            pending = sentence
    if pending is not None:
        yield pending


def _goes_on(text: str, before: Span, after: Span) -> bool:
    """Tell whether a boundary that the splitter saw is none: "$4.5 bn. | to Acme"."""
    if before.end == after.start and INITIAL.search(before.of(text)):
        return True
    if text[after.start].islower():
        # In a text without capitals, as posts can be, a small letter says nothing.
        return not text[before.start].islower()
    abbreviation = NEVER_LAST.search(before.of(text))
    if abbreviation is None:
        return False
    clock = abbreviation.group().endswith("m.")
    return not clock or AFTER_CLOCK.match(after.of(text)) is not None


def _stripped(text: str, span: Span) -> Span:
    part = span.of(text)
    start = span.start + len(part) - len(part.lstrip())
    return Span(start, max(start, span.start + len(part.rstrip())))


def _blank_line_between(gap: str) -> bool:
    return len(gap.replace("\r\n", "\n").strip(" \t\u00a0")) > 1


def _block_paragraphs(text: str, lines: list[Span]) -> Iterator[Span]:
    if len(lines) > 1 and _wrapped(text, lines):
        yield Span(lines[0].start, lines[-1].end)
    else:
        yield from lines


def _wrapped(text: str, lines: list[Span]) -> bool:
    """Tell whether a block's lines were filled up to a margin.

    A filled line could not have taken the next line's first word as well. Lines that end where they
    like, as headlines and one-line paragraphs do, leave room. A headline over a shorter one looks
    the same, so two lines alone count only where the second begins inside a sentence.
    """
    if len(lines) == 2 and not text[lines[1].start].islower():
        return False
    margin = max(len(line) for line in lines)
    return margin in MARGINS and all(
        len(line) + 1 + len(following.of(text).split(maxsplit=1)[0]) > margin
        for line, following in itertools.pairwise(lines)
    )


def _bounded(text: str, span: Span, size: Callable[[str], int], budget: int) -> Iterator[Span]:
    """Yield a sentence, or, where it is too long for any passage, pieces of it."""
    if len(span) <= MAX_SENTENCE_CHARS and size(span.of(text)) <= budget:
        yield span
        return
    rest = span
    while len(rest) > MAX_SENTENCE_CHARS:
        cut = _cut(text, rest, rest.start + MAX_SENTENCE_CHARS)
        yield from _bounded(text, _stripped(text, Span(rest.start, cut)), size, budget)
        rest = _stripped(text, Span(cut, rest.end))
    if size(rest.of(text)) <= budget:
        yield rest
        return
    cut = _cut(text, rest, rest.start + len(rest) // 2)
    if not rest.start < cut < rest.end:
        yield rest
        return
    yield from _bounded(text, _stripped(text, Span(rest.start, cut)), size, budget)
    yield from _bounded(text, _stripped(text, Span(cut, rest.end)), size, budget)


def _cut(text: str, span: Span, wanted: int) -> int:
    """Return a place to cut a span, at white space before `wanted` where there is some.

    Otherwise at `wanted`, moved on so that no combining mark, joiner or variation selector is
    parted from its base character.
    """
    for position in range(wanted, span.start + (wanted - span.start) // 2, -1):
        if text[position - 1].isspace():
            return position
    while wanted < span.end and (
        unicodedata.combining(text[wanted])
        or unicodedata.category(text[wanted]) in {"Mn", "Me", "Mc", "Cf"}
        or text[wanted - 1] == "\u200d"
    ):
        wanted += 1
    return wanted
