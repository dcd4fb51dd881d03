"""Run benchmarks: python -m evals.benchmarks NAME… | all.

    python -m evals.benchmarks squad2 time --data ../shared/data
    python -m evals.benchmarks all --write docs/quality.md

The table goes to stdout, progress to stderr. Exit code 0: measured; 2: it could not be.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.benchmarks import BENCHMARKS, Result, as_text, run_benchmark, write_tables
from index.errors import DatelineError
from index.passages import Progress
from index.vectors import write_atomically

ALL = "all"
# Where standard error is no terminal, a line is written this many times a step.
LINES = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"{', '.join(BENCHMARKS)} or all")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("-n", "--limit", type=int, help="ask at most so many questions of each")
    parser.add_argument("--no-reader", action="store_true", help="measure without the reader")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    options = parser.parse_args(arguments)
    names = list(BENCHMARKS) if ALL in options.names else list(dict.fromkeys(options.names))
    try:
        results = [
            run_benchmark(
                name,
                options.data,
                limit=options.limit,
                progress=_reporter(name),
                reads=not options.no_reader,
            )
            for name in names
        ]
        _write(results, options.write, options.json)
    except (DatelineError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(as_text(results) + "\n")
    return 0


def _write(results: Sequence[Result], page: Path | None, file: Path | None) -> None:
    if page is not None:
        write_tables(results, page)
    if file is not None:
        content = json.dumps([result.to_json() for result in results], indent=2)
        write_atomically(file, (content + "\n").encode())


def _reporter(name: str) -> Progress:
    said: set[tuple[str, int]] = set()

    def report(what: str, done: int, of: int) -> None:
        part = LINES * done // of if of else 0
        if (what, part) not in said:
            said.add((what, part))
            count = f" {done:,} of {of:,}" if of else ""
            sys.stderr.write(f"{name}: {what}{count}\n")

    return report


if __name__ == "__main__":
    sys.exit(main())
