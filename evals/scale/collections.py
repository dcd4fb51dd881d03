"""Collections: one of each size, made once and kept, with what making it took."""

import json
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from evals.scale.made import Maker
from evals.scale.real import Real
from index.passages import CHUNKING
from index.sqlite.sizing import Sizing
from index.sqlite.store import SqliteStore
from index.sqlite.training import train
from index.store import Recipe
from index.vectors import write_atomically

BUILT = "built.json"
WINDOW = 8_000


def collection(real: Real, folder: Path, size: int, said: Callable[[str], None]) -> Path:
    """Return the folder of a collection of so many passages, made where it is not there yet.

    Articles go in window by window, as `dateline build` stores them. Cells are worked out in this
    process, so that the time is known.
    """
    place = folder / str(size)
    if (place / BUILT).is_file():
        return place
    shutil.rmtree(place, ignore_errors=True)
    maker = Maker(real)
    recipe = Recipe(real.identity, CHUNKING, real.precision)
    training: list[float] = []

    def trained(at: Path, sizing: Sizing) -> None:
        start = time.perf_counter()
        if train(at, sizing):
            training.append(time.perf_counter() - start)

    start = time.perf_counter()
    making = 0.0
    with closing(SqliteStore(place, create=True, training=trained)) as store:
        for first in range(0, size, WINDOW):
            begun = time.perf_counter()
            window = list(maker.articles(first, min(WINDOW, size - first)))
            making += time.perf_counter() - begun
            store.write(recipe, window)
            said(f"{min(first + WINDOW, size):,} of {size:,} passages")
    seconds = time.perf_counter() - start - making
    content = {"seconds": seconds, "training": training}
    write_atomically(place / BUILT, json.dumps(content).encode())
    return place
