"""Run the measurement of scale: python -m evals.scale.

    python -m evals.scale --data ../shared/data --keep DIR
    python -m evals.scale --sizes 10000 100000 1000000 --write docs/performance.md

Makes a collection of each size in DIR (some 6 GB for a million passages, in about half an hour),
measures it, and prints the tables. With --write they go into the page, between two markers, and the
plots beside it. A size that was measured is not measured again: --again does so, with --parts for a
part of it. Progress goes to stderr.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.provenance import describe_machine
from evals.scale.collections import collection
from evals.scale.measure import PARTS, Asked, Measured, measure
from evals.scale.real import real, unseen
from evals.scale.report import Report, as_text, write_report
from index.vectors import write_atomically

SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = 1_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m evals.scale", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--keep", type=Path, required=True, help="the folder of the collections")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="PASSAGES")
    parser.add_argument("-n", "--turns", type=int, default=7, help="of whole processes")
    parser.add_argument("--again", action="store_true", help="measure all sizes again")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    options = parser.parse_args(arguments)
    source = real(options.data, options.keep, QUESTIONS)
    asked = Asked(source, unseen(source, options.data, options.keep), options.keep)
    reports = []
    for size in options.sizes:
        kept = options.keep / f"{size}.json"
        there = kept.is_file()
        content = json.loads(kept.read_text("utf-8")) if there else {"sources": {}, "measured": {}}
        parts = options.parts if there else PARTS
        if options.again or not there:
            folder = collection(source, options.keep, size, _say)
            _say(f"measuring {size:,} passages")
            content["measured"] |= measure(asked, folder, options.turns, parts)
            content["sources"] |= dict.fromkeys(parts, describe_machine())
            write_atomically(kept, json.dumps(content).encode())
        reports.append(Report(content["sources"], Measured.from_json(content["measured"])))
    if options.write is not None:
        write_report(reports, source, options.write)
    sys.stdout.write(as_text(reports, source) + "\n")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
