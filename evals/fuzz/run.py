"""Fuzz: every reader is given documents that nobody would have written, and must not break.

A document becomes stories or is refused with a reason, within bounds of time and memory: what must
hold is in `evals.fuzz.checks`, what the documents are made of in `evals.fuzz.corpus`,
`evals.fuzz.tokens` and `evals.fuzz.mutations`. They are read in a process of its own, so that one
which hangs or kills it is found out too. What is tried follows from the seed. Run as
`python -m evals.fuzz --seconds 60`; what failed is written to a folder, for
`python -m evals.fuzz --replay FILE`.
"""

import argparse
import hashlib
import itertools
import multiprocessing
import random
import re
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from evals.fuzz.checks import BrokenError, check
from evals.fuzz.corpus import KINDS
from evals.fuzz.mutations import make_input

MIB = 1024**2
# What an input may take: seconds of the processor, and MiB beside what the process had.
MAX_SECONDS = 5.0
MAX_MIB = 512
# Where the process does not answer for so many seconds on the clock, it is ended.
MAX_WAIT = 30.0
# What the process may allocate at all; beyond it, it runs out of memory.
MAX_ALLOCATED = 4096 * MIB
START_WAIT = 120.0
FRAMES = 3
ROOT = Path(__file__).parents[2]
OURS = {path.parent for package in ("index", "evals") for path in (ROOT / package).rglob("*.py")}
FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one input: `problem` is what must not be, or None."""

    seconds: float
    stories: int = 0
    refused: int = 0
    problem: str | None = None


@dataclass(slots=True)
class Tally:
    """What came of all inputs of one kind; `failures` has the smallest input of each problem."""

    kind: str
    inputs: int = 0
    stories: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    failures: dict[str, bytes] = field(default_factory=dict)

    def add(self, data: bytes, trial: Trial) -> None:
        """Count an input in."""
        self.inputs += 1
        self.stories += trial.stories > 0
        self.refused += trial.stories == 0 and trial.refused > 0
        self.seconds += trial.seconds
        self.slowest = max(self.slowest, trial.seconds)
        if trial.problem is not None:
            smallest = self.failures.get(trial.problem, data)
            self.failures[trial.problem] = min(smallest, data, key=len)

    def __str__(self) -> str:
        """Return it as one line."""
        return (
            f"{self.kind:9}{self.inputs:7,} inputs: {self.stories:,} became stories, "
            f"{self.refused:,} were refused; slowest {self.slowest:.2f} s; "
            f"{len(self.failures)} failures"
        )


class Reader:
    """A process that reads documents, and is started anew where it ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._connection, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(theirs, self._folder))
        self._process.start()
        theirs.close()
        if not self._connection.poll(START_WAIT):
            raise RuntimeError("the process that reads does not start")
        self._connection.recv()

    def read(self, kind: str, data: bytes) -> Trial:
        """Return what came of a document."""
        started = time.monotonic()
        trial: Trial
        try:
            self._connection.send((kind, data))
            if self._connection.poll(MAX_WAIT):
                trial = self._connection.recv()
                return trial
            problem = f"no answer within {MAX_WAIT:.0f} s"
        except (EOFError, OSError):
            problem = "the process ended"
        self.close()
        self._start()
        return Trial(time.monotonic() - started, problem=problem)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def _serve(connection: Connection, folder: Path) -> None:
    """Read the documents that come, until none does."""
    for kind in KINDS:  # Every library is loaded before memory is measured.
        _tried(kind, make_input(kind, random.Random(0)), folder)  # noqa: S311 - no secret
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ALLOCATED, MAX_ALLOCATED))
    connection.send("ready")
    while True:
        try:
            kind, data = connection.recv()
        except EOFError:
            return
        connection.send(_tried(kind, data, folder))


def _tried(kind: str, data: bytes, folder: Path) -> Trial:
    before = _peak_mib()
    started = time.process_time()
    problem, stories, refused = None, 0, 0
    try:
        outcome = check(kind, data, folder)
        stories, refused = outcome.stories, outcome.refused
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not come out
        problem = _described(error)
    seconds = time.process_time() - started
    more = _peak_mib() - before
    if problem is None and seconds > MAX_SECONDS:
        problem = f"more than {MAX_SECONDS:.0f} s"
    if problem is None and more > MAX_MIB:
        problem = f"more than {MAX_MIB} MiB"
    return Trial(seconds, stories, refused, problem)


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


def _described(error: Exception) -> str:
    """Return an exception's kind and where it came from, which tells one bug from another."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent in OURS][-FRAMES:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(own))
    what = f": {FIGURE.sub('#', str(error))[:80]!r}" if isinstance(error, BrokenError) else ""
    return f"{type(error).__name__}{what} at {where}"


def inputs_of(kind: str, seed: int) -> Iterator[bytes]:
    """Yield inputs without end; the same for the same kind and seed."""
    for number in itertools.count():
        yield make_input(kind, random.Random(f"{seed} {kind} {number}"))  # noqa: S311 - no secret


def fuzz(
    kind: str, reader: Reader, *, seed: int, seconds: float | None, inputs: int | None
) -> Tally:
    """Try inputs of a kind, for so many seconds or so many of them, whichever ends first."""
    tally = Tally(kind)
    end = time.monotonic() + seconds if seconds is not None else float("inf")
    for data in itertools.islice(inputs_of(kind, seed), inputs):
        tally.add(data, reader.read(kind, data))
        if time.monotonic() > end:
            break
    return tally


def save(tally: Tally, folder: Path) -> Iterator[str]:
    """Write the inputs that failed to a folder; yield a line about each."""
    for problem, data in tally.failures.items():
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{tally.kind}-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        yield f"  {problem}\n    {path} ({len(data):,} bytes)"


def replay(path: Path, folder: Path) -> None:
    """Read an input that was saved; what it fails by comes out with its traceback."""
    kind = path.name.partition("-")[0]
    started = time.process_time()
    outcome = check(kind, path.read_bytes(), folder)
    print(f"{path}: {outcome}, {time.process_time() - started:.2f} s")  # noqa: T201


def main() -> int:
    """Run from the command line and print what was seen; return 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, help="for each kind")
    parser.add_argument(
        "--inputs", type=int, help="of each kind (1,000 where no --seconds is given)"
    )
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"))
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for path in options.replay or ():
            replay(path, Path(folder))
        if options.replay:
            return 0
        inputs = options.inputs or (None if options.seconds else 1000)
        reader = Reader(Path(folder))
        for kind in options.kind or KINDS:
            tally = fuzz(kind, reader, seed=options.seed, seconds=options.seconds, inputs=inputs)
            print(tally, *save(tally, options.failures), sep="\n", flush=True)  # noqa: T201
            failed |= bool(tally.failures)
        reader.close()
    return int(failed)
