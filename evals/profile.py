"""Profile: where a command's time goes, by the places of our code and the libraries they wait for.

    python -m evals.profile [--least SHARE] [--from FUNCTION] -- -m evals.warm_answer -n 3

Runs Python with what follows, and samples its stacks with py-spy (`pip install py-spy`) two hundred
times a second, threads that wait left out. A sample belongs to the innermost function of ours that
is on its stack, and to the library that this waits for, if any; an import, to the library that is
imported. `--from Pipeline.ask` leaves out all but what happens inside that function.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evals.page import table
from evals.provenance import ROOT, describe_machine

AS_STACKS = ("--full-filenames", "--format", "raw", "--rate", "200", "--output")
OURS = ("api", "evals", "index", "rag")
# "ranked (rag/retrieve.py:85)", as py-spy writes a frame.
FRAME = re.compile(r"^(?P<function>.+) \((?P<path>[^()]+?)(?::\d+)?\)$")
LIBRARY = re.compile(r"(?:site|dist)-packages/(?P<name>\w+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Tell where a command's time goes.")
    parser.add_argument("--least", type=float, default=0.02, help="the smallest share shown")
    parser.add_argument("--from", dest="inside", help="as in Pipeline.ask")
    parser.add_argument("python", nargs="+", help="what Python is given, after --")
    options = parser.parse_args(arguments)
    spy = shutil.which("py-spy")
    if spy is None:
        parser.error("py-spy is not installed: run `pip install py-spy`")
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder, "stacks")
        # What it says of the command itself goes to standard error.
        subprocess.run(  # noqa: S603 - what the user asked for
            [spy, "record", *AS_STACKS, str(stacks), "--", sys.executable, *options.python],
            cwd=ROOT,
            check=True,
            stdout=sys.stderr,
        )
        counted = Counter(dict(shares(_samples(stacks.read_text("utf-8")), options.inside)))
    rows = [
        (place, f"{share:.0%}") for place, share in counted.most_common() if share >= options.least
    ]
    rest = 1 - sum(share for share in counted.values() if share >= options.least)
    text = table(("where", "share of the samples"), [*rows, ("elsewhere", f"{rest:.0%}")])
    about = f"`python {' '.join(options.python)}`; {describe_machine()}."
    sys.stdout.write(f"{text}\n\n{about}\n")
    return 0


def shares(
    samples: Iterable[tuple[list[str], int]], inside: str | None = None
) -> Iterator[tuple[str, float]]:
    """Yield each place with its share of the samples.

    Args:
        samples: stacks, outermost frame first, with how often each was seen.
        inside: the name of a function that must be on a stack, for it to count.
    """
    places: Counter[str] = Counter()
    for stack, count in samples:
        if inside is None or any(frame.startswith(f"{inside} (") for frame in stack):
            places[place_of(stack)] += count
    total = places.total()
    yield from ((place, count / total) for place, count in places.items())


def place_of(stack: Sequence[str]) -> str:
    """Return the innermost place of ours on a stack, with the library that it waits for."""
    library = None
    for frame in reversed(stack):
        found = FRAME.match(frame)
        if found is None:
            continue
        path = found["path"].removeprefix(f"{ROOT}/")
        if path.split("/")[0] in OURS and not Path(path).is_absolute():
            function = found["function"].partition(".<locals>")[0]
            named = "importing" if function == "<module>" else function
            return f"{path}: {named}{f' ({library})' if library else ''}"
        if (named := LIBRARY.search(path)) is not None:
            library = named["name"]
    return f"before ours ({library})" if library else "before ours"


def _samples(text: str) -> Iterator[tuple[list[str], int]]:
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        yield stack.split(";"), int(count)


if __name__ == "__main__":
    sys.exit(main())
