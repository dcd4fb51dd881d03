"""Batching: questions that several threads ask at the same moment are embedded in one run.

Whoever comes while the model is idle embeds at once and alone, in its own thread: a lone question
waits for nothing. Who comes meanwhile waits for the next run, which takes all that wait by then, so
that runs grow with the load and never with a clock. Knows nothing of requests or collections.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.embed import BatchEmbedder
from index.models import ModelIdentity
from index.types import Vector

# Beyond that a run takes longer by as much as it holds more.
MOST = 16


@dataclass(slots=True, eq=False)
class _Asked:
    """A text that waits. Its thread is woken with a vector or an error, or to lead the next run."""

    text: str
    woken: threading.Event = field(default_factory=threading.Event)
    vector: Vector | None = None
    error: Exception | None = None


class BatchingEmbedder:
    """Embeds queries for any number of threads.

    Args:
        embedder: what embeds; one thread at a time asks it.
    """

    def __init__(self, embedder: BatchEmbedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._waiting: list[_Asked] = []
        self._led = False

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""
        return self._embedder.identity

    def embed_query(self, text: str) -> Vector:
        """Return the unit vector of one query, shape (dimension,).

        In a run with others it may differ from one that is made alone in the last bits.
        """
        asked = _Asked(text)
        with self._lock:
            self._waiting.append(asked)
            leads, self._led = not self._led, True
        if not leads:
            asked.woken.wait()
        if asked.vector is None and asked.error is None:
            self._lead()
        if asked.error is not None:
            raise asked.error
        assert asked.vector is not None  # noqa: S101 - a run leaves either
        return asked.vector

    def _lead(self) -> None:
        """Embed those that wait, the caller's own first, and let the next of the others lead."""
        with self._lock:
            run, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._embed(run)
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        for asked in run[1:]:
            asked.woken.set()
        if following is not None:
            following.woken.set()

    def _embed(self, run: Sequence[_Asked]) -> None:
        if len(run) > 1:
            try:
                vectors = self._embedder.embed_queries([asked.text for asked in run])
            except Exception:  # noqa: BLE001, S110 - whose text it is tells each of them by itself
                pass
            else:
                for asked, vector in zip(run, vectors, strict=True):
                    asked.vector = vector
                return
        for asked in run:
            try:
                asked.vector = self._embedder.embed_query(asked.text)
            except Exception as error:  # noqa: BLE001 - it is raised where the text was given
                asked.error = error
