"""A chat whose pipeline pauses before each event, so that there is time to stop an answer."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.chat.loop import Chat, terminal_prompt
from api.chat.session import Session
from api.opening import open_pipeline
from api.settings import Settings
from rag.events import Event
from rag.pipeline import Pipeline

PAUSE = 1.5


class SlowPipeline(Pipeline):
    """Answers as any pipeline, and takes its time."""

    def stream(self, *arguments: Any, **named: Any) -> Iterator[Event]:
        for event in super().stream(*arguments, **named):
            yield event
            time.sleep(PAUSE)


def slow(settings: Settings) -> Pipeline:
    made = open_pipeline(settings, reads=False)
    return SlowPipeline(made.store, made.embedder)


if __name__ == "__main__":
    given = Settings(data=Path(sys.argv[1]), cache=Path(sys.argv[2]), history=Path("history"))
    chat = Chat(Session(given), slow, lambda _name, _value: given)
    chat.run(terminal_prompt(chat, plain=False))
