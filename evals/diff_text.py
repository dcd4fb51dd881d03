"""Diff text: a comparison of two runs as a person reads it in a terminal.

What comes from suites and answers is data: its control characters never reach the terminal.
"""

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.diff import (
    COSTS,
    INCOMPARABLE,
    MIN_CHANGED,
    NOISE,
    TITLES,
    CaseChange,
    Diff,
    MetricChange,
)
from evals.saved import listed

VERDICTS = {"worse": "bold red", "better": "bold green", NOISE: "dim", INCOMPARABLE: "yellow"}
QUOTE_CHARS = 80


def diff_text(console: Console, diff: Diff) -> None:
    """Print a diff for people: the counts, the metrics, then each question that changed."""
    for name, (old, new) in _settings(diff).items():
        _print(console, f"{name}: {old} → {new}", style="dim")
    if not diff.same_corpus:
        _print(console, "The runs are over other suites or collections.", style="yellow")
    counts = [f"{status} {count:,}" for status, count in diff.counts.items() if count]
    _print(console, "Questions: " + (", ".join(counts) or "none"))
    if diff.metrics:
        console.print()
        console.print(_table(diff.metrics))
        note = f"Means over the questions that both runs could ask; 95% of {diff.samples:,} "
        note += f"bootstrap samples; under {MIN_CHANGED} changed cases nothing is called a change."
        _print(console, note, style="dim")
    for status, title in TITLES.items():
        shown = [case for case in diff.cases if case.status == status]
        if status.startswith("unchanged"):
            shown = [case for case in shown if case.moves]
        if not shown:
            continue
        console.print()
        _print(console, title, style="bold")
        if status in {"added", "removed"}:
            _print(console, listed([case.name for case in shown]), indent=2)
            continue
        for case in shown:
            _show_case(console, case)


def _settings(diff: Diff) -> dict[str, tuple[str, str]]:
    """Return what differs in the runs' provenance, beyond when they were made."""
    names = [name for name in {**diff.a, **diff.b} if name != "started"]
    shown = {name: (json.dumps(diff.a.get(name)), json.dumps(diff.b.get(name))) for name in names}
    return {name: (old, new) for name, (old, new) in shown.items() if old != new}


def _table(metrics: tuple[MetricChange, ...]) -> Table:
    """Return the metrics by verdict; narrow enough for 80 columns."""
    table = Table(box=None, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    for title in ("A", "B", "change", "95% interval", "n"):
        table.add_column(title, justify="right", no_wrap=True)
    for verdict, style in VERDICTS.items():
        chosen = [metric for metric in metrics if metric.verdict == verdict]
        if chosen:
            table.add_row(Text(verdict, style=style))
        for m in chosen:
            form = ",.4g" if m.metric in COSTS else ".3f"
            a, b = ("–" if value is None else format(value, form) for value in (m.a, m.b))
            change, low, high = (
                "–" if value is None else format(value, f"+{form}")
                for value in (m.change, m.low, m.high)
            )
            interval = low if m.low is None else f"{low} … {high}"
            table.add_row(Text(f"  {_clean(m.metric)}"), a, b, change, interval, f"{m.n:,}")
    return table


def _show_case(console: Console, case: CaseChange) -> None:
    edited = " [its question or expectations were changed]" if case.edited else ""
    _print(console, f"{case.name} ({case.kind}): {case.question}{edited}", indent=2)
    for reason in case.failures if case.status == "regression" else ():
        _print(console, reason, indent=4)
    if case.error:
        _print(console, case.error, indent=4)
    for move in case.moves:
        before, after = (
            f"rank {rank}" if rank else "not retrieved" for rank in (move.before, move.after)
        )
        what = f"gold article {move.article}"
        if move.quote is not None:
            cut = move.quote[:QUOTE_CHARS] + "…" * (len(move.quote) > QUOTE_CHARS)
            what = f"gold passage of {move.article} with “{cut}”"
        change = f"{before} as before" if before == after else f"{before} → {after}"
        _print(console, f"{what}: {change}", indent=4, style="red" if move.after is None else "")


def _print(console: Console, text: str, *, indent: int = 0, style: str = "") -> None:
    console.print(Text(" " * indent + _clean(text), style=style), soft_wrap=True, highlight=False)


def _clean(text: str) -> str:
    """Return a text in one line, without the control characters that articles may hold."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
