"""Chunk: an article becomes passages made of sentences, each with its exact offsets.

Paragraphs are found first, then sentences in each, then paragraphs are gathered into passages of a
bounded size. Nothing is changed or normalised: every span indexes the article's own text. Sentence
boundaries come from sentencex (https://github.com/wikimedia/sentencex), mended where news prose
trips it. Knows nothing of models; the size of a text is whatever the caller measures.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache

import regex
import sentencex

from index.types import Article, Passage, Span

# No sentence is longer than this many characters: longer ones are tables, lists or no prose.
MAX_SENTENCE_CHARS = 1200
MAX_MARKS = 8
# Nor one character than this many code points.
MAX_CHARACTER = 2 * MAX_SENTENCE_CHARS
# Nor a passage than this, whatever it measures.
MAX_PASSAGE_CHARS = 8 * MAX_SENTENCE_CHARS
# A heading starts a new passage once the current one has this share of its budget.
HEADING_BREAK_SHARE = 0.25

# Lines wrapped at a margin are at least and at most this long; wider ones are whole paragraphs.
MARGINS = range(40, 133)

LINE_END = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
# What a reader takes for one character: a base with its marks, an emoji with its modifiers.
CLUSTER = regex.compile(r"\X")
# After these a sentence goes on, whatever the splitter says.
NEVER_LAST = re.compile(
    r"(?:\b(?:Ms|Gov|Sen|Rep|Gen|Lt|Col|Sgt|Capt|Adm|Prof|Hon|Rev|vs|approx)\.|\b[ap]\.m\.)$"
)
INITIAL = re.compile(r"\b[A-Z]\.$")
AFTER_CLOCK = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|[A-Z]{2,4}\b|(?:Eastern|Pacific|Central|GMT)\b"
)
# "May" is no abbreviation, though the other months have one.
ALWAYS_LAST = re.compile(r"\bMay\.(?=\s+[^\W\d_a-z])")
ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")

Fits = Callable[[Span], bool]


def chunk(article: Article, size: Callable[[str], int], budget: int) -> tuple[Passage, ...]:
    """Cut an article into passages of whole sentences.

    Args:
        article: the article; its text may be any string.
        size: measures a text in the unit of `budget`, for instance a model's tokens; of a longer
            stretch of a text it is no less.
        budget: the largest size of a passage; only a single character may be larger.

    Returns:
        Passages in the order of the text, not overlapping. Every character that is not white space
        belongs to exactly one sentence of exactly one passage. No text, no passages.
    """
    text = article.text
    language = (article.language or "en").split("-")[0].lower()

    @cache
    def fits(span: Span) -> bool:
        return len(span) <= MAX_PASSAGE_CHARS and size(span.of(text)) <= budget

    passages = _Passages(article, fits)
    for paragraph in paragraphs(text):
        current = passages.current
        if current and _begins_passage(text, current, paragraph, size, budget):
            passages.close()
        # A paragraph stays whole where it fits a passage of its own.
        whole = fits(passages.with_current(paragraph))
        if current and not whole and fits(paragraph):
            passages.close()
            whole = True
        for sentence in split_sentences(text, paragraph, language):
            passages.take(sentence, whole=whole)
    passages.close()
    return tuple(passages.closed)


class _Passages:
    """The passages of an article as they are gathered, the last of them still open.

    Args:
        article: the article.
        fits: tells whether a stretch of it is small enough for a passage.
    """

    def __init__(self, article: Article, fits: Fits) -> None:
        self.closed: list[Passage] = []
        self.current: list[Span] = []
        self._article = article
        self._fits = fits

    def with_current(self, span: Span) -> Span:
        """Return what the open passage would be with a further stretch."""
        return Span(self.current[0].start, span.end) if self.current else span

    def take(self, sentence: Span, *, whole: bool) -> None:
        """Take a sentence in; `whole` is whether all of its paragraph is known to fit."""
        # Measuring is most of the work here, and of what fits, every part does.
        if len(sentence) <= MAX_SENTENCE_CHARS and (
            whole or self._fits(self.with_current(sentence))
        ):
            self.current.append(sentence)
            return
        for piece in _bounded(self._article.text, sentence, self._fits):
            if not self._fits(self.with_current(piece)):
                self.close()
            self.current.append(piece)

    def close(self) -> None:
        """Close the open passage, if anything is in it."""
        if self.current:
            span = Span(self.current[0].start, self.current[-1].end)
            self.closed.append(Passage(self._article.id, span, tuple(self.current)))
        self.current.clear()


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


def sentences_of(text: str) -> list[Span]:
    """Return the spans of a text's sentences, paragraph by paragraph."""
    return [span for part in paragraphs(text) for span in split_sentences(text, part)]


def split_sentences(text: str, paragraph: Span, language: str = "en") -> Iterator[Span]:
    """Yield the spans of the sentences in one paragraph, without the white space around them."""
    pending: Span | None = None
    for sentence in _boundaries(text, paragraph, language):
        if pending is None:
            pending = sentence
        elif _goes_on(text, pending, sentence):
            pending = Span(pending.start, sentence.end)
        else:
            yield pending
            pending = sentence
    if pending is not None:
        yield pending


def _begins_passage(
    text: str, current: list[Span], paragraph: Span, size: Callable[[str], int], budget: int
) -> bool:
    if ENDS_SENTENCE.search(text, max(paragraph.start, paragraph.end - 8), paragraph.end):
        return False
    so_far = text[current[0].start : current[-1].end]
    return size(so_far) >= budget * HEADING_BREAK_SHARE


def _boundaries(text: str, paragraph: Span, language: str) -> Iterator[Span]:
    """Yield what the splitter takes for sentences, parted where it never parts."""
    for boundary in sentencex.get_sentence_boundaries(language, paragraph.of(text)):
        start = paragraph.start + boundary["start_index"]
        end = paragraph.start + boundary["end_index"]
        for match in ALWAYS_LAST.finditer(text, start, end):
            yield _stripped(text, Span(start, match.end()))
            start = match.end()
        last = _stripped(text, Span(start, end))
        if len(last):
            yield last


def _goes_on(text: str, before: Span, after: Span) -> bool:
    """Tell whether a boundary that the splitter saw is none: "$4.5 bn. | to Acme"."""
    if before.end == after.start:
        cluster = CLUSTER.match(text[before.end - 1 : after.start + MAX_MARKS])
        if INITIAL.search(before.of(text)) or (cluster and cluster.end() > 1):
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
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _blank_line_between(gap: str) -> bool:
    return len(LINE_END.findall(gap)) > 1


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


def _bounded(text: str, sentence: Span, fits: Fits) -> Iterator[Span]:
    """Yield a sentence, or, where it is too long for any passage, pieces of it."""
    pending = [sentence]
    while pending:
        piece = pending.pop()
        if len(piece) <= MAX_SENTENCE_CHARS and fits(piece):
            yield piece
            continue
        cut = _cut(text, piece)
        if cut == piece.end:  # one character, however many code points it has
            yield piece
            continue
        parts = (Span(piece.start, cut), Span(cut, piece.end))
        pending += [part for part in (_stripped(text, p) for p in reversed(parts)) if len(part)]


def _cut(text: str, piece: Span) -> int:
    """Return a place to cut a piece that is too long: at white space, else between characters."""
    half = piece.start + len(piece) // 2
    wanted = half if len(piece) <= MAX_SENTENCE_CHARS else piece.start + MAX_SENTENCE_CHARS
    for place in range(wanted, piece.start + (wanted - piece.start) // 2, -1):
        if text[place - 1].isspace():
            return place
    # Only what lies near is looked at: a run of flags is scanned again from its start each time.
    near = text[piece.start : min(piece.end, wanted + MAX_CHARACTER)]
    best = 0
    for cluster in CLUSTER.finditer(near):
        if cluster.end() > wanted - piece.start and best:
            break
        best = cluster.end()
    return piece.start + best
