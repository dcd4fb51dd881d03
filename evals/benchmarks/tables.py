"""Tables: results become the part of a page between two markers.

Rows of benchmarks that were not run again stay as they are, with the line that says where they come
from.
"""

from collections.abc import Sequence
from pathlib import Path

from evals.benchmarks.data import BenchmarkError, read_text
from evals.benchmarks.result import Metric, Result
from index.vectors import write_atomically

BEGIN = "<!-- benchmarks -->"
END = "<!-- /benchmarks -->"
HEADER = (
    "| task | data | metric | result (95% interval) | n | figure to beat |",
    "|---|---|---|---|---|---|",
)
DATA_COLUMN = 1


def write_tables(results: Sequence[Result], page: Path) -> None:
    """Put results into a page, in place of those of the same benchmarks.

    The part between the markers is replaced; a page without them gets them at its end, and a page
    that does not exist is made.

    Raises:
        BenchmarkError: the page cannot be read or written, or has one marker without the other.
    """
    text = read_text(page) if page.exists() else ""
    before, part, after = _parted(text, page)
    rows, sources = _kept(part, {result.name for result in results})
    for result in results:
        rows[result.name] = table_rows(result)
        sources[result.name] = source_line(result)
    lines = [BEGIN, *_page_part(rows, sources), END]
    try:
        write_atomically(page, (before + "\n".join(lines) + after).encode())
    except OSError as error:
        raise BenchmarkError(f"{page} cannot be written: {error.strerror}") from error


def as_text(results: Sequence[Result]) -> str:
    """Return results as a table and the lines that say where they come from."""
    rows = {result.name: table_rows(result) for result in results}
    sources = {result.name: source_line(result) for result in results}
    return "\n".join(_page_part(rows, sources))


def table_rows(result: Result) -> list[str]:
    """Return a row for each of a result's figures."""
    return [
        f"| {metric.task} | {result.name} | {metric.name} | {_figure(metric)} | {metric.n:,} "
        f"| {metric.beat or '–'} |"
        for metric in result.metrics
    ]


def source_line(result: Result) -> str:
    """Return the line that says where a result's figures come from."""
    notes = "".join(f" {note[:1].upper()}{note[1:]}." for note in result.notes)
    return (
        f"- **{result.name}**: {result.seconds:.0f} s; {result.provenance}; data SHA-256 "
        f"{result.fingerprint[:16]}.{notes}"
    )


def _figure(metric: Metric) -> str:
    if metric.value is None:
        return "–"
    if metric.interval is None:
        return f"{metric.value:.3f}"
    low, high = metric.interval
    return f"{metric.value:.3f} ({low:.3f} to {high:.3f})"


def _page_part(rows: dict[str, list[str]], sources: dict[str, str]) -> list[str]:
    table = [row for name in sorted(rows) for row in rows[name]]
    return [*HEADER, *table, "", *(sources[name] for name in sorted(sources))]


def _parted(text: str, page: Path) -> tuple[str, str, str]:
    """Return what stands before, between and after the markers."""
    start, end = text.find(BEGIN), text.find(END)
    if start < 0 and end < 0:
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return text + gap, "", "\n"
    if start < 0 or end < start:
        raise BenchmarkError(f"{page} has one of {BEGIN} and {END} without the other: mend it")
    return text[:start], text[start + len(BEGIN) : end], text[end + len(END) :]


def _kept(part: str, measured: set[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the rows and sources of the benchmarks that were not measured again."""
    rows: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    for line in part.splitlines():
        if line.startswith("- **"):
            name = line.removeprefix("- **").partition("**")[0]
            if name not in measured:
                sources[name] = line
        elif line.startswith("| ") and line not in HEADER:
            name = line.strip("| ").split(" | ")[DATA_COLUMN]
            if name not in measured:
                rows.setdefault(name, []).append(line)
    return rows, sources
