"""Timing: how long the steps of an answer take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def timed(timings: dict[str, float], step: str) -> Iterator[None]:
    """Add the milliseconds that the block takes to those of a step, however it ends."""
    start = time.perf_counter()
    try:
        yield
    finally:
        spent = (time.perf_counter() - start) * 1000
        timings[step] = round(timings.get(step, 0.0) + spent, 3)
