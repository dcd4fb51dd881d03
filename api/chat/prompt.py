"""Prompt: where the next line of a conversation comes from, a terminal or a pipe.

Knows nothing of what a line means.
"""

import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from api.streams import note

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

MARK, MORE = "› ", "  "
# Kept free below the line, so that it does not jump when a menu opens.
MENU_LINES = 5
# A file of one's own questions is nobody else's to read.
PRIVATE = 0o600
LEAST_COLUMNS = 20


class Prompt(Protocol):
    """Whatever gives the next line."""

    @property
    def seen(self) -> bool:
        """Whether whoever reads the answers has seen the line."""

    def read(self, shown: Callable[[], None]) -> str:
        """Return the next line.

        Args:
            shown: is called once the prompt can be seen.

        Raises:
            EOFError: there is no further line.
            KeyboardInterrupt: the line was given up.
        """

    def refresh(self) -> None:
        """Show anew what stands around the line; may be called from any thread."""

    def unechoed(self) -> AbstractContextManager[None]:
        """Let what is typed while an answer is shown wait for the next prompt, unseen."""


class LinePrompt:
    """Lines from a pipe, or from a person at a terminal that can do no more."""

    def __init__(self, lines: TextIO, mark: TextIO | None = None) -> None:
        self._lines = lines
        self._mark = mark
        self.seen = mark is not None

    def read(self, shown: Callable[[], None]) -> str:
        """Return the next line."""
        if self._mark is not None:
            self._mark.write(MARK)
            self._mark.flush()
        shown()
        line = self._lines.readline()
        if not line:
            raise EOFError
        return line.rstrip("\n")

    def refresh(self) -> None:
        """Nothing stands around it."""

    def unechoed(self) -> AbstractContextManager[None]:
        """What is typed is seen: the terminal itself shows it at the prompt, too."""
        return nullcontext()


class TerminalPrompt:
    """A line that can be edited, with history, completion and a line of state below it.

    Args:
        history: the file that keeps what was typed.
        completer: what completes it.
        state: says what stands below the line.
    """

    seen = True

    def __init__(self, history: Path, completer: "Completer", state: Callable[[], str]) -> None:
        from prompt_toolkit import PromptSession  # noqa: PLC0415 - not for a pipe
        from prompt_toolkit.auto_suggest import AutoSuggestFromHistory  # noqa: PLC0415
        from prompt_toolkit.output.color_depth import ColorDepth  # noqa: PLC0415
        from prompt_toolkit.styles import Style  # noqa: PLC0415

        self._shown: Callable[[], None] = lambda: None
        self._session: PromptSession[str] = PromptSession(
            MARK,
            multiline=True,
            prompt_continuation=MORE,
            history=_history(history),
            completer=completer,
            complete_while_typing=True,
            auto_suggest=AutoSuggestFromHistory(),
            key_bindings=_keys(),
            bottom_toolbar=lambda: self._below(state()),
            style=Style.from_dict(
                {"prompt": "bold ansicyan", "bottom-toolbar": "noreverse ansibrightblack"}
            ),
            color_depth=ColorDepth.from_env(),
            reserve_space_for_menu=MENU_LINES,
        )
        self._session.app.after_render += lambda _app: self._shown()

    def _below(self, said: str) -> str:
        """Set a text in a little, in as many lines as it takes."""
        width = self._session.app.output.get_size().columns
        return textwrap.fill(
            said, max(LEAST_COLUMNS, width), initial_indent=" ", subsequent_indent=" "
        )

    def read(self, shown: Callable[[], None]) -> str:
        """Return the next line."""
        self._shown = shown
        return self._session.prompt()

    def refresh(self) -> None:
        """Show anew what stands below the line."""
        self._session.app.invalidate()

    @contextmanager
    def unechoed(self) -> Iterator[None]:
        """Let what is typed while an answer is shown wait for the next prompt, unseen."""
        import termios  # noqa: PLC0415 - not for a pipe

        before = termios.tcgetattr(sys.stdin)
        modes = termios.tcgetattr(sys.stdin)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, modes)
        try:
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def line_prompt() -> LinePrompt:
    """Return what reads standard input line by line; at a terminal it shows a mark."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")
    return LinePrompt(sys.stdin, sys.stdout if sys.stdin.isatty() else None)


def _history(path: Path) -> "History":
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415 - not for a pipe

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=PRIVATE)
        path.read_bytes()
    except OSError as error:
        note(
            f"what you type is not kept: {path}: {error.strerror}; DATELINE_HISTORY names "
            "another file"
        )
        return InMemoryHistory()
    return FileHistory(str(path))


def _keys() -> "KeyBindings":
    from prompt_toolkit.filters import is_searching  # noqa: PLC0415 - not for a pipe
    from prompt_toolkit.key_binding import KeyBindings  # noqa: PLC0415

    keys = KeyBindings()

    # While the history is searched, Enter takes what was found.
    @keys.add("enter", filter=~is_searching)
    def _enter(event: "KeyPressEvent") -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion:
            buffer.complete_state = None
        elif buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.newline(copy_margin=False)
        else:
            buffer.validate_and_handle()

    @keys.add("tab")
    def _tab(event: "KeyPressEvent") -> None:
        buffer = event.current_buffer
        state = buffer.complete_state
        if state is None:
            buffer.start_completion(insert_common_part=True)
        elif len(state.completions) == 1:
            # There is nothing to choose from: what may follow is offered at once.
            buffer.apply_completion(state.completions[0])
            buffer.start_completion()
        else:
            buffer.complete_next()

    @keys.add("escape", "enter")
    def _newline(event: "KeyPressEvent") -> None:
        event.current_buffer.newline(copy_margin=False)

    return keys
