"""Asking: from a request to the pipeline's events, off the event loop."""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from api.http.opened import Collections
from api.http.pools import Pool
from rag.events import Done, Event
from rag.pipeline import Pipeline
from rag.scope import Scope
from rag.types import Answer, Found


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that it is asked under."""

    question: str
    history: Sequence[str] = ()
    scope: Scope | None = None
    explain: bool = False
    reader: bool = True


class Asking:
    """Answers and searches in threads.

    Args:
        collections: what is asked.
        answering, searching: the threads for each.
        seconds: how long either may take.
    """

    def __init__(
        self, collections: Collections, answering: Pool, searching: Pool, seconds: float
    ) -> None:
        self._collections = collections
        self._answering = answering
        self._searching = searching
        self._seconds = seconds

    def events(self, folder: Path, asked: Asked) -> AsyncGenerator[Event]:
        """Yield what becomes known of an answer; who stops taking it stops the work."""

        def make() -> Generator[Event]:
            pipeline = self._pipeline(folder, reader=asked.reader)
            yield from pipeline.stream(
                asked.question,
                history=asked.history,
                scope=asked.scope,
                explain=asked.explain,
            )

        return self._answering.stream(make, self._seconds)

    async def answer(self, folder: Path, asked: Asked) -> Answer:
        """Return the whole answer."""
        async with aclosing(self.events(folder, asked)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
        raise AssertionError("a stream of events ends with Done")

    async def search(self, folder: Path, asked: Asked, limit: int) -> tuple[Found, ...]:
        """Return the passages that fit a question best."""

        def work() -> tuple[Found, ...]:
            pipeline = self._pipeline(folder, reader=asked.reader)
            return pipeline.search(asked.question, scope=asked.scope, limit=limit)

        return await self._searching.run(work, self._seconds)

    def _pipeline(self, folder: Path, *, reader: bool) -> Pipeline:
        pipeline = self._collections.pipeline(folder)
        if reader:
            return pipeline
        return Pipeline(pipeline.store, pipeline.embedder, records=pipeline.records)
