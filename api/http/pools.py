"""Pools: bounded threads in which the blocking work is done, off the event loop.

One for answers and one for searches, so that a slow answer never holds up a search, one for reading
articles, and a single thread for changes. Who comes when too many wait is sent away at once. Knows
nothing of what the work is.
"""

import asyncio
import math
import random
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

from api.http.problems import busy, too_slow

T = TypeVar("T")
# A first guess at how long a piece of work takes; each that is done corrects it.
FIRST_SECONDS = 0.2
WEIGHT_OF_NEWEST = 0.1


class Pool:
    """Threads with a bounded queue. Used from one event loop.

    Args:
        name: what its threads are called.
        threads: how many work at once.
        waiting: how much more may wait.
    """

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._threads = threads
        self._most = threads + waiting
        self._seconds = FIRST_SECONDS
        self._lock = threading.Lock()
        self.pending = 0

    async def run(self, work: Callable[[], T], seconds: float | None) -> T:
        """Do some work in a thread.

        Work that has begun is not stopped when its caller goes away; what still waits never begins.

        Raises:
            ProblemError: too much is waiting, or it was not done in time.
        """
        future = self._submit(work)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise too_slow(seconds or 0) from None

    async def stream(self, make: Callable[[], Generator[T]], seconds: float) -> AsyncGenerator[T]:
        """Yield what a generator gives, which is made and run in one thread.

        When the caller goes away the generator is closed at its next element.

        Raises:
            ProblemError: too much is waiting, or it was not done in time.
        """
        loop = asyncio.get_running_loop()
        given: asyncio.Queue[T | None] = asyncio.Queue()
        stopped = threading.Event()

        def work() -> None:
            try:
                with closing(make()) as elements:
                    for element in elements:
                        if stopped.is_set():
                            return
                        loop.call_soon_threadsafe(given.put_nowait, element)
            finally:
                if not stopped.is_set():
                    loop.call_soon_threadsafe(given.put_nowait, None)

        # The elements may be taken by another task than the first: no context can span them.
        until = loop.time() + seconds
        future = self._submit(work)
        try:
            while True:
                async with asyncio.timeout_at(until):
                    element = await given.get()
                if element is None:
                    break
                yield element
            # It is over: this raises what the work raised.
            await asyncio.wrap_future(future)
        except TimeoutError:
            raise too_slow(seconds) from None
        finally:
            stopped.set()
            future.cancel()

    def check(self) -> None:
        """Refuse more work where too much is waiting.

        Raises:
            ProblemError: it is.
        """
        if self.pending >= self._most:
            # Not all at the same moment, and some while what waits now is still being done.
            share = random.uniform(0.5, 1)  # noqa: S311 - no secret
            seconds = share * self.pending * self._seconds / self._threads
            raise busy(max(1, math.ceil(seconds)))

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            self.check()
            self.pending += 1
        future = self._executor.submit(self._timed, work)
        future.add_done_callback(self._done)
        return future

    def _timed(self, work: Callable[[], T]) -> T:
        started = time.monotonic()
        try:
            return work()
        finally:
            spent = time.monotonic() - started
            self._seconds += WEIGHT_OF_NEWEST * (spent - self._seconds)

    def _done(self, _future: Future[T]) -> None:
        with self._lock:
            self.pending -= 1

    def close(self) -> None:
        """Finish what is being done, and let go of the threads."""
        self._executor.shutdown(wait=True, cancel_futures=True)
