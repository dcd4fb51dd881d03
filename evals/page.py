"""Page: what a command measured is put into its place in a page, and nothing else of it changes.

A place is between two markers, <!-- NAME --> and <!-- /NAME -->. Knows nothing of what is measured.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from evals.benchmarks.data import BenchmarkError, read_text
from index.vectors import write_atomically


def put(page: Path, name: str, text: str) -> None:
    """Put a text between the markers of a name, in the place of what was there.

    Raises:
        BenchmarkError: the page cannot be read, or has no such markers.
    """
    content = read_text(page)
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    start, stop = content.find(begin), content.find(end)
    if start < 0 or stop < start:
        raise BenchmarkError(f"{page} has no {begin} with {end} after it: put them in")
    content = f"{content[:start]}{begin}\n\n{text.strip()}\n\n{content[stop:]}"
    write_atomically(page, content.encode())


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
