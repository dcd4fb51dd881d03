"""Render findings: what the doctor says, a line for each, and what to do below it."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from api.finding import Finding
from api.paragraph import INDENT, paragraph
from api.render import clean, plural

STYLES = {"right": "green", "doubtful": "yellow", "wrong": "bold red"}
WIDE = 9


def show_findings(console: Console, found: Sequence[Finding]) -> None:
    """Print what was found, then whether something is wrong."""
    for one in found:
        line = Text(one.state.ljust(WIDE), style=STYLES[one.state])
        line.append(f"{one.about}: {clean(one.says)}", style="not bold default")
        paragraph(console, line, hang=WIDE + INDENT)
        if one.do is not None:
            paragraph(console, Text(clean(one.do), style="dim"), WIDE + INDENT)
    wrong = sum(one.state == "wrong" for one in found)
    console.print()
    said = f"{plural(wrong, 'thing')} wrong" if wrong else "nothing is wrong"
    paragraph(console, Text(said, style="bold"))
