"""Passage: quoted words in the paragraph in which they stand, told apart from what is around them.

A paragraph is a line of an article's text. Spans are half-open ranges of Unicode code points into
that text. Returns texts to print; knows nothing of where they are printed.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from api.render import clean
from index.types import Span

# A longer paragraph is shown from a little before the quoted words to a little after them.
WHOLE_CHARS = 420
AROUND_CHARS = 120
QUOTED, AROUND = "bold", "dim"
OPENS, CLOSES = "»", "«"
CUT = "…"


def quoted(quote: str) -> Text:
    """Return a quotation by itself."""
    return Text(f"“{clean(quote)}”", style=AROUND)


def in_paragraph(text: str, spans: Sequence[Span]) -> Iterator[Text]:
    """Yield each paragraph that holds quoted words, cropped where it is long.

    Args:
        text: an article's text.
        spans: where the quoted words stand in it.
    """
    for where, inside in _paragraphs_with(text, spans):
        shown = where
        if len(where) > WHOLE_CHARS:
            first = min(span.start for span in inside) - AROUND_CHARS
            last = max(span.end for span in inside) + AROUND_CHARS
            shown = _at_words(text, Span(max(first, where.start), min(last, where.end)), where)
        line = _told_apart(text, shown, inside)
        if shown.start > where.start:
            line = Text(f"{CUT} ", style=AROUND).append_text(line)
        yield line.append(f" {CUT}", style=AROUND) if shown.end < where.end else line


def in_context(text: str, spans: Sequence[Span], *, marks: bool) -> Iterator[Text]:
    """Yield the paragraphs with quoted words, and the one before and the one after each.

    Args:
        text: an article's text.
        spans: where the quoted words stand in it.
        marks: set marks around them, for where a style cannot be seen.
    """
    every = list(_paragraphs(text))
    holding = [n for n, where in enumerate(every) if _inside(where, spans)]
    wanted = sorted({near for n in holding for near in (n - 1, n, n + 1) if 0 <= near < len(every)})
    before = None
    for n in wanted:
        if before is not None and n > before + 1:
            yield Text(CUT, style=AROUND)
        before = n
        yield _told_apart(text, every[n], _inside(every[n], spans), marks=marks)


def _paragraphs(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield Span(start, start + len(line.rstrip()))
        start += len(line)


def _paragraphs_with(text: str, spans: Sequence[Span]) -> Iterator[tuple[Span, list[Span]]]:
    for where in _paragraphs(text):
        inside = _inside(where, spans)
        if inside:
            yield where, inside


def _inside(where: Span, spans: Iterable[Span]) -> list[Span]:
    """Return the parts of spans that stand in a paragraph, in order and without overlap."""
    cut = sorted(
        Span(max(span.start, where.start), min(span.end, where.end))
        for span in spans
        if span.start < where.end and span.end > where.start
    )
    joined: list[Span] = []
    for span in cut:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _at_words(text: str, part: Span, whole: Span) -> Span:
    """Return a part of a paragraph that begins and ends with whole words."""
    start, end = part.start, part.end
    while whole.start < start and not text[start - 1].isspace():
        start -= 1
    while end < whole.end and not text[end].isspace():
        end += 1
    return Span(start, end)


def _told_apart(text: str, shown: Span, spans: Sequence[Span], *, marks: bool = False) -> Text:
    line, at = Text(), shown.start
    for span in spans:
        line.append(_cleaned(text[at : span.start]), style=AROUND)
        words = _cleaned(span.of(text))
        line.append(f"{OPENS}{words}{CLOSES}" if marks else words, style=QUOTED)
        at = span.end
    return line.append(_cleaned(text[at : shown.end]), style=AROUND)


def _cleaned(text: str) -> str:
    """Return a piece of a line cleaned, with the blanks at its ends that its neighbours need."""
    if not text.strip():
        return " " if text else ""
    before, after = text[0].isspace(), text[-1].isspace()
    return f"{' ' if before else ''}{clean(text)}{' ' if after else ''}"
