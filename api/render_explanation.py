"""Render explanations: what was understood, found, weighed and decided, in tables.

A table fits a terminal's width; in a pipe each of its rows is one line.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.paragraph import INDENT, paragraph
from api.render import clean
from rag.explanation import (
    Component,
    Considered,
    Decision,
    Effect,
    Explanation,
    LookedIn,
    PartExplained,
    Understood,
)

MARGIN = 2
# A pipe's width: wider than any row.
UNBOUNDED = 100_000
# A terminal that is narrower shows the ranks of the searches without their scores.
NARROW = 80
TEXT_CHARS = 200
LEAST_NAME_CHARS = 44
# How many effects are shown of a sentence, for it and against it, and of the decision.
FOR, AGAINST, DECIDED = 3, 2, 8
KINDS = {
    "person": "a person",
    "time": "a time",
    "number": "a number",
    "place": "a place",
    "reason": "a reason",
    "other": "no particular kind of thing",
}


def show_explanation(console: Console, explanation: Explanation) -> None:
    """Print why an answer is as it is."""
    for number, part in enumerate(explanation.parts, start=1):
        if len(explanation.parts) > 1:
            console.print()
            title = f"Part {number}: {clean(part.understood.question)}"
            paragraph(console, Text(title, style="bold cyan"))
        _show_part(console, part)


def _show_part(console: Console, part: PartExplained) -> None:
    _head(console, "Understood")
    show_table(console, _understood(part.understood))
    _head(console, "Passages")
    if part.passages:
        show_table(console, _passages(part.passages, console))
    else:
        paragraph(console, Text("none was found"), INDENT)
    _head(console, "Sentences")
    for one in part.sentences:
        _show_sentence(console, one, answered=part.decision.answered)
    if not part.sentences:
        paragraph(console, Text("none that could answer"), INDENT)
    _head(console, "Decision")
    _show_decision(console, part.decision)


def _head(console: Console, title: str) -> None:
    console.print()
    paragraph(console, Text(title, style="bold"))


def _understood(understood: Understood) -> Table:
    table = _table()
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    if understood.outlets:
        table.add_row("asks only", Text(clean(" · ".join(understood.outlets))))
    table.add_row("asks for", KINDS.get(understood.kind, understood.kind))
    words = " · ".join(f"{clean(one.word)} {one.weight:.2f}" for one in understood.words)
    table.add_row("looks for", Text(words or "none that carries a topic"))
    for what, named in (("names", understood.names), ("in no article", understood.unheard)):
        if named:
            table.add_row(what, Text(clean(" · ".join(named))))
    return table


def _passages(passages: Sequence[LookedIn], console: Console) -> Table:
    # A reader reads only the first few, so that the first has every column.
    names = list(dict.fromkeys(one.name for row in passages for one in row.components))
    table = _table(header=True)
    for head in ("", "fused", *names):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("passage")
    width = console.width if console.is_terminal else UNBOUNDED
    cropped = max(LEAST_NAME_CHARS, width // 2)
    for row in passages:
        by_name = {one.name: one for one in row.components}
        placed = [_placed(by_name.get(name), narrow=width < NARROW) for name in names]
        named = Text(_cropped(_named(row), cropped))
        table.add_row(Text(f"{row.rank}.", style="cyan"), f"{row.score:.4f}", *placed, named)
    return table


def _placed(one: Component | None, *, narrow: bool) -> str:
    if one is None or (one.rank is None and one.score is None):
        return "–"
    if one.rank is None:
        return f"{one.score:+.2f}"
    return f"{one.rank}." if one.score is None or narrow else f"{one.rank}. {one.score:.3f}"


def _named(row: LookedIn) -> str:
    day = row.published[:10] if row.published else "date unknown"
    parts = [row.outlet or "outlet unknown", day]
    if row.origin != row.article:
        parts.append(f"origin {row.origin}")
    return clean(" · ".join((*parts, row.title or row.article)))


def _show_sentence(console: Console, one: Considered, *, answered: bool) -> None:
    told = [f"{one.probability:.1%}"]
    if answered:
        told.append(one.fate if one.sentence is None else f"{one.fate} (sentence {one.sentence})")
    place = [] if one.passage is None else [f"passage {one.passage}"]
    place.append(clean(one.outlet or one.article))
    head = Text(f"{one.rank}. ", style="bold cyan")
    head.append(" · ".join(told), style="default")
    head.append(f" · {', '.join(place)}", style="not bold dim default")
    paragraph(console, head, hang=INDENT)
    paragraph(console, Text(f"“{_cropped(clean(one.text), TEXT_CHARS)}”", style="dim"), INDENT)
    if one.short_answer is not None:
        paragraph(console, Text(f"short answer: {clean(one.short_answer)}"), INDENT)
    speaks_for = [effect for effect in one.effects if effect.effect > 0][:FOR]
    against = [effect for effect in one.effects if effect.effect < 0][:AGAINST]
    said = [f"{effect.effect:+.2f} {effect.meaning}" for effect in (*speaks_for, *against)]
    if said:
        paragraph(console, Text(" · ".join(said)), INDENT)


def _show_decision(console: Console, decision: Decision) -> None:
    reached, bar = f"{decision.confidence:.1%}", f"{decision.bar:.0%}"
    if decision.answered:
        said = f"answered: confidence {reached}, where {bar} is enough"
        if decision.further is not None:
            said += f"; further sentences are told from {decision.further:.1%}"
    else:
        reason = clean(decision.reason or "no reason is given")
        said = f"not answered: {reason} (confidence {reached}, where {bar} is enough)"
    paragraph(console, Text(said), INDENT)
    if decision.estimate is not None:
        show_table(console, _effects(decision.base, decision.effects, decision.estimate))


def _effects(base: float, effects: Sequence[Effect], estimate: float) -> Table:
    """Return a table whose last line is the sum of those above it."""
    table = _table()
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_row(f"{base:+.2f}", "to begin with, for any question")
    # A line for the rest is spared where it would stand for one.
    shown = DECIDED if len(effects) > DECIDED + 1 else len(effects)
    for one in effects[:shown]:
        meaning = Text(f"{one.meaning} ").append(f"({one.value:.2f})", style="dim")
        table.add_row(f"{one.effect:+.2f}", meaning)
    rest = effects[shown:]
    if rest:
        table.add_row(f"{sum(one.effect for one in rest):+.2f}", f"{len(rest)} lesser effects")
    total = base + sum(one.effect for one in effects)
    table.add_row(f"{total:+.2f}", f"together: a probability of {estimate:.1%}", style="bold")
    return table


def _table(*, header: bool = False) -> Table:
    return Table(
        box=None,
        show_header=header,
        header_style="dim",
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )


def show_table(console: Console, table: Table) -> None:
    """Print a table, set in a little, without the blanks that rich puts at the ends of lines."""
    width = console.width if console.is_terminal else UNBOUNDED
    options = console.options.update(width=width - MARGIN)
    for line in console.render_lines(table, options, pad=False):
        text = Text(" " * MARGIN).append_tokens((part.text, part.style) for part in line)
        text.rstrip()
        console.print(text, soft_wrap=True)


def _cropped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
