"""The picture of an answer: what the chat shows of one question, as SVG.

    python -m tests.picture

draws docs/answer.svg anew, from the bundled articles in .dateline; a test holds that nothing would
change.
"""

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from api.chat.prompt import MARK
from api.chat.screen import Screen
from api.opening import open_pipeline
from api.settings import Settings
from rag.events import Done
from tests.conftest import ROOT

PICTURE = ROOT / "docs" / "answer.svg"
QUESTION = "How long since a Canadian leader last went to Beijing?"
COLUMNS = 84


def picture(settings: Settings) -> str:
    """Return the question with its answer, as the chat shows it."""
    pipeline = open_pipeline(settings, reads=True)
    console = Console(
        file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, highlight=False
    )
    screen = Screen(console)
    screen.say(MARK + QUESTION, "bold")
    shown = screen.answering(QUESTION)
    for event in pipeline.stream(QUESTION):
        if isinstance(event, Done):
            shown.finish(event, pipeline.store.article)
        else:
            shown.show(event)
    pipeline.store.close()
    drawn = console.export_svg(title="dateline chat", theme=MONOKAI, unique_id="answer")
    # Whoever looks at it fetches no font from elsewhere.
    return re.sub(r" *@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)


if __name__ == "__main__":
    PICTURE.write_text(picture(Settings(data=Path(".dateline"))), "utf-8")
