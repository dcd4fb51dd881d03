"""Performance: every table and plot of a page is measured anew, by one command.

    python -m evals.performance DIR --data ../shared/data --kept DIR --write docs/performance.md

DIR is the environment that `evals/peers/setup` made. Runs one command after the other, each in a
process of its own, and says which: each can be run by itself. What takes longest is kept in the
second folder (some 7 GB, and an hour where it is empty). A command that fails stops it; the page
keeps what the others wrote. The chat, the service and the search by words are not part of it: their
figures are put into the page by hand.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.provenance import ROOT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure the page of performance anew.")
    parser.add_argument("peers", type=Path, help="the folder that evals/peers/setup made")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--kept", type=Path, required=True, help="the folder of what is kept")
    parser.add_argument("--write", type=Path, default=Path("docs/performance.md"), metavar="PAGE")
    options = parser.parse_args(arguments)
    data, kept = options.data.resolve(), options.kept.resolve()
    commands = (
        ("evals.cold_start",),
        ("evals.warm_answer",),
        ("evals.build_speed", data),
        (
            *("evals.peers", options.peers.absolute(), "--data", data),
            *("--kept", kept / "peers.json", "--turns", "3"),
        ),
        ("evals.scale", "--data", data, "--keep", kept, "--again"),
    )
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "peers.json").unlink(missing_ok=True)
    for command in commands:
        words = [*map(str, command), "--write", str(options.write.resolve())]
        sys.stderr.write(f"python -m {' '.join(words)}\n")
        done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=False)  # noqa: S603
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
