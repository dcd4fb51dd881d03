"""The command line, whose first answer to one question is slow, so that it can be stopped.

It goes on once there is the file that the variable SLOW_UNTIL names.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from api.cli import main
from rag.events import CheckedSentence, Event
from rag.pipeline import Pipeline

SLOW_QUESTION = "What did China put tariffs on?"
# Longer than any machine takes to notice Ctrl-C; nobody waits for its end.
PAUSE = 20


def slowly(stream: Callable[..., Iterator[Event]]) -> Any:  # noqa: ANN401 - a method
    """Return the method, which pauses after the sentences of the first answer to the question."""
    slow = {SLOW_QUESTION}

    def streamed(pipeline: Pipeline, text: str, **named: object) -> Iterator[Event]:
        is_slow = text in slow
        slow.discard(text)
        for event in stream(pipeline, text, **named):
            yield event
            if is_slow and isinstance(event, CheckedSentence):
                _wait_for(Path(os.environ["SLOW_UNTIL"]))

    return streamed


def _wait_for(path: Path) -> None:
    end = time.monotonic() + PAUSE
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)


if __name__ == "__main__":
    Pipeline.stream = slowly(Pipeline.stream)  # type: ignore[method-assign]
    main()
