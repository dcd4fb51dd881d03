"""Probe: what a fresh process takes to open a collection and search it, in memory and in time.

    python -m evals.scale.probe FOLDER REAL.npz [--flat]

Searches by the real questions' vectors and prints JSON: the seconds from the import of what is
needed to the first result, and how much the process has grown since. With --flat, every vector is
read into a flat index instead, as it would be without cells.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.flat import FlatIndex, the_faiss
from index.sqlite.database import SqliteDatabase
from index.sqlite.rows import vectors_between
from index.sqlite.state import State
from index.sqlite.store import SqliteStore
from index.types import Vector

SEARCHED = 30
BATCH = 16_384
PARTS = ("RssAnon", "RssFile")


def flat_index(folder: Path) -> FlatIndex:
    """Return a flat index of all that a collection holds, read a part at a time."""
    database = SqliteDatabase(folder, create=False)
    state = State.of(database)
    flat, last = FlatIndex.of(*vectors_between(database, 0, None, 0, state.dimension)), 0
    while True:
        ids, vectors = vectors_between(database, last, None, BATCH, state.dimension)
        if not len(ids):
            break
        flat.add(ids, vectors)
        last = int(ids[-1])
    database.close()
    return flat


def resident() -> dict[str, int]:
    """Return how many bytes of this process are in memory, its own and those of mapped files."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return {part: int(found[part].split()[0]) * 1024 for part in PARTS}


def main() -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Open a collection and search it.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("real", type=Path)
    parser.add_argument("--flat", action="store_true")
    options = parser.parse_args()
    with np.load(options.real) as kept:
        asked = kept["asked"]
    the_faiss()
    before = resident()
    start = time.perf_counter()
    search: Callable[[Vector, int], object] = (
        flat_index(options.folder).search
        if options.flat
        else SqliteStore(options.folder).search_vectors
    )
    search(asked[0], SEARCHED)
    first = time.perf_counter() - start
    opened = resident()
    for vector in asked:
        search(vector, SEARCHED)
    grown = {
        f"{when} {part}": now[part] - before[part]
        for when, now in (("opened", opened), ("searched", resident()))
        for part in PARTS
    }
    sys.stdout.write(json.dumps({"first": first, **grown}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
