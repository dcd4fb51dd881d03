"""Answering: the pipeline in a thread of its own, so that a prompt need not wait for it.

The thread opens the pipeline and is the only one that uses it, since a store belongs to the thread
that opened it. Whoever asks takes the events from a queue and may stop at any of them. Knows
nothing of questions or of terminals.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

T = TypeVar("T")
# How long leaving waits for what is still being done.
LEAVING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Failed:
    """What went wrong, on its way to whoever asked."""

    error: BaseException


class _Ended:
    """The end of a stream."""


class Answering:
    """A pipeline that is opened and asked in the background.

    Args:
        open_pipeline: opens it; is called in the thread, and again later where it failed.
        opened: is told in the thread when it is open, or why it cannot be opened.
    """

    def __init__(
        self,
        open_pipeline: "Callable[[], Pipeline]",
        opened: "Callable[[Pipeline | Exception], None]",
    ) -> None:
        self._open = open_pipeline
        self._opened = opened
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._pipeline: Pipeline | None = None
        self._first: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, name="answering", daemon=True)

    def start(self) -> None:
        """Begin to open the pipeline."""
        if self._thread.ident is None:
            self._thread.start()

    def open(self) -> None:
        """Wait until the pipeline has been opened.

        Raises:
            Exception: whatever opening it raises.
        """
        self.start()
        self._first.result()

    def reopen(self, open_pipeline: "Callable[[], Pipeline]") -> None:
        """Open another pipeline; where that fails the one before it stays.

        Raises:
            Exception: whatever opening it raises.
        """

        def exchange() -> None:
            before = self._pipeline
            self._pipeline = open_pipeline()
            self._open = open_pipeline
            if before is not None:
                before.store.close()
            self._opened(self._pipeline)

        self._wait_for(exchange)

    def call(self, work: "Callable[[Pipeline], T]") -> T:
        """Do something with the pipeline and return what comes of it.

        Raises:
            Exception: whatever it raises, or opening the pipeline does.
        """
        return self._wait_for(lambda: work(self._ready()))

    def stream(
        self, ask: "Callable[[Pipeline], Iterator[T]]", patience: float | None = None
    ) -> "Iterator[T | None]":
        """Yield what is asked for as it comes; closing the iterator stops the asking.

        Args:
            ask: gives the iterator; it is called and used in the thread.
            patience: None is yielded after so many seconds in which nothing came.

        Raises:
            Exception: whatever it raises, or opening the pipeline does.
        """
        self.start()
        found: queue.SimpleQueue[Any] = queue.SimpleQueue()
        stopped = threading.Event()

        def work() -> None:
            try:
                for one in ask(self._ready()):
                    if stopped.is_set():
                        return
                    found.put(one)
                found.put(_Ended())
            except Exception as error:  # noqa: BLE001 - it is raised where it was asked
                found.put(_Failed(error))

        self._jobs.put(work)
        try:
            while True:
                try:
                    one = found.get(timeout=patience)
                except queue.Empty:
                    yield None
                    continue
                if isinstance(one, _Ended):
                    return
                if isinstance(one, _Failed):
                    raise one.error
                yield one
        finally:
            stopped.set()

    def close(self) -> None:
        """Stop, as soon as what is being done is done."""
        self._jobs.put(None)
        if self._thread.ident is not None:
            self._thread.join(LEAVING_SECONDS)

    def _wait_for(self, work: Callable[[], T]) -> T:
        self.start()
        done: queue.SimpleQueue[T | _Failed] = queue.SimpleQueue()

        def job() -> None:
            try:
                done.put(work())
            except Exception as error:  # noqa: BLE001 - it is raised where it was asked
                done.put(_Failed(error))

        self._jobs.put(job)
        result = done.get()
        if isinstance(result, _Failed):
            raise result.error
        return result

    def _ready(self) -> "Pipeline":
        if self._pipeline is None:
            self._pipeline = self._open()
            self._opened(self._pipeline)
        return self._pipeline

    def _work(self) -> None:
        try:
            self._ready()
            self._first.set_result(None)
        except Exception as error:  # noqa: BLE001 - it is said, and tried again when something is asked
            self._opened(error)
            self._first.set_exception(error)
        while (job := self._jobs.get()) is not None:
            job()
        if self._pipeline is not None:
            self._pipeline.store.close()
