"""The command line, whose first answer to one question is slow, so that it can be stopped."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from api.cli import main
from rag.events import Event
from rag.pipeline import Pipeline

SLOW_QUESTION = "What did China put tariffs on?"
PAUSE = 1.2


def slowly(stream: Callable[..., Iterator[Event]]) -> Any:  # noqa: ANN401 - a method
    """Return the method, which pauses after each event of the first answer to the question."""
    slow = {SLOW_QUESTION}

    def streamed(pipeline: Pipeline, text: str, **named: object) -> Iterator[Event]:
        pause = PAUSE if text in slow else 0.0
        slow.discard(text)
        for event in stream(pipeline, text, **named):
            yield event
            time.sleep(pause)

    return streamed


if __name__ == "__main__":
    Pipeline.stream = slowly(Pipeline.stream)  # type: ignore[method-assign]
    main()
