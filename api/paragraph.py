"""Paragraph: text that is wrapped to what a terminal shows, or written in one line to a pipe.

Knows nothing of what is said.
"""

from rich.console import Console
from rich.text import Text

INDENT = 4
MIN_WIDTH = 20
# A longer line is hard to follow back to the beginning of the next one.
READABLE_WIDTH = 100


def measure(console: Console) -> int:
    """Return how many columns a line of text takes at most on a terminal."""
    return max(MIN_WIDTH, min(console.width, READABLE_WIDTH))


def paragraph(console: Console, text: Text, indent: int = 0, hang: int = 0) -> None:
    """Print a paragraph: wrapped to a terminal's width, in one line to a pipe.

    Args:
        console: where it is printed.
        text: the paragraph.
        indent: how many columns it is set in.
        hang: how many more the lines after the first are, below a number or a name.
    """
    if not console.is_terminal:
        _print_lines(console, text, text.cell_len + 1, indent)
        return
    width = measure(console)
    indent = _spared(indent, width)
    lines = text.wrap(console, max(MIN_WIDTH, width - indent))
    hang = _spared(hang, width - indent)
    if len(lines) == 1 or not hang:
        _print_lines(console, text, max(MIN_WIDTH, width - indent), indent)
        return
    first = lines[0]
    first.rstrip()
    _print_lines(console, first, width, indent)
    rest = text[len(first) :]
    blanks = len(rest) - len(rest.plain.lstrip())
    _print_lines(console, rest[blanks:], max(MIN_WIDTH, width - indent - hang), indent + hang)


def _spared(wanted: int, width: int) -> int:
    """Return how far a text can be set in and still be read."""
    return max(0, min(wanted, width - MIN_WIDTH))


def _print_lines(console: Console, text: Text, width: int, indent: int) -> None:
    for line in text.wrap(console, width):
        line.rstrip()
        line.pad_left(indent)
        console.print(line, soft_wrap=True)
