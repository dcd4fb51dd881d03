"""Lines: a plain text as the lines that mean something, each with its place.

Lines that were wrapped at a margin are one. Knows nothing of what a line says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.chunk import LINE_END, paragraphs
from index.types import Span


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text, without the white space around it.

    `words` has single spaces for white space. `after_gap` tells whether an empty line is above.
    """

    span: Span
    words: str
    after_gap: bool


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text that are not empty, in order."""
    lines: list[Line] = []
    end = 0
    for span in paragraphs(text):
        gap = len(LINE_END.findall(text, end, span.start)) > 1
        lines.append(Line(span, " ".join(span.of(text).split()), gap and bool(lines)))
        end = span.end
    return lines


def with_gaps(lines: Sequence[Line]) -> tuple[list[str], list[int]]:
    """Return the lines with empty ones between them, and where among them each line is."""
    spaced: list[str] = []
    places: list[int] = []
    for line in lines:
        if line.after_gap:
            spaced.append("")
        places.append(len(spaced))
        spaced.append(line.words)
    return spaced, places


def joined(text: str, spans: Sequence[Span]) -> str:
    """Return parts of a text as one, with what stood between them if it was only white space."""
    parts: list[str] = []
    end = 0
    for span in spans:
        if parts:
            parts.append(_between(text[end : span.start]))
        parts.append(span.of(text))
        end = span.end
    return "".join(parts)


def _between(gap: str) -> str:
    """Return a gap without the words that were taken out of it: a paragraph's end or a line's."""
    if not gap.strip():
        return gap
    ends = LINE_END.findall(gap)
    before = gap[: len(gap) - len(gap.lstrip())]
    after = gap[len(gap.rstrip()) :]
    widest = max(before, after, key=lambda white: len(LINE_END.findall(white)))
    return (ends[0] if ends else "\n") * min(2, len(LINE_END.findall(widest)) or 1)
