"""Cold start: how long one `dateline ask` takes from nothing, beside what it avoids.

    python -m evals.cold_start [-n TURNS] [--write docs/performance.md]

Runs whole processes in turns, so that a slow moment of the machine falls on all of them alike: a
question on a built index, a bare import of sentence-transformers (what every tool that embeds its
questions with it pays first), and a bare start of Python. Prints the median and the quartiles of
each, and of the ratio within each turn.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.page import put, table
from evals.provenance import describe_machine

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "What tariff does Canada put on Chinese electric vehicles?"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Time a cold `dateline ask`.")
    parser.add_argument("-n", type=int, default=15, help="how many turns (default 15)")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    options = parser.parse_args(arguments)
    turns = options.n
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "dateline ask": [sys.executable, "-m", "api", "ask", QUESTION, "--data", folder],
            "dateline ask --no-reader": [
                *(sys.executable, "-m", "api", "ask", QUESTION, "--data", folder, "--no-reader")
            ],
            "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
            "python": [sys.executable, "-c", "pass"],
        }
        for command in commands.values():  # builds the index, and warms the disk's cache for all
            _seconds(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(turns):
            for name, command in commands.items():
                times[name].append(_seconds(command))
    ratios = [
        heavy / ours
        for heavy, ours in zip(
            times["import sentence_transformers"], times["dateline ask"], strict=True
        )
    ]
    rows = [(f"`{name}`", summary(taken, lambda s: f"{s:.2f} s")) for name, taken in times.items()]
    rows.append(("ratio, import to ask, within each turn", summary(ratios, lambda r: f"{r:.1f}")))
    text = table(("process", "median"), rows) + f"\n\n{turns} turns; {describe_machine()}."
    if options.write is not None:
        put(options.write, "cold", text)
    sys.stdout.write(text + "\n")
    return 0


def summary(values: Sequence[float], write: Callable[[float], str]) -> str:
    """Return the median and the quartiles, each written by `write`."""
    first, middle, third = statistics.quantiles(values, n=4, method="inclusive")
    return f"{write(middle)} (quartiles {write(first)} to {write(third)})"


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
