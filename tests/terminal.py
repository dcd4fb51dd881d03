"""A terminal: a program runs in it, what is typed reaches it, and what is seen can be read."""

import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

from tests.conftest import ROOT

ROWS = 40
SECONDS = 30.0


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program that runs in a folder, which is also its home."""
    shared = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "COLUMNS", "LINES"}
    }
    home = {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "XDG_STATE_HOME": str(folder / ".local" / "state"),
    }
    own = {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return {**shared, **home, **own, **settings}


def heed_interrupts() -> None:
    """Let Ctrl-C work in what is started, though the tests may run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A program in a terminal of its own.

    Args:
        arguments: what the program is to run.
        folder: where it runs; also its home, with its settings and its history.
        columns: how wide the terminal is.
        program: what runs; Python if none is named.
        settings: variables of its environment.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        *,
        columns: int = 80,
        program: str = sys.executable,
        **settings: str,
    ) -> None:
        self.screen = pyte.HistoryScreen(columns, ROWS, history=10_000)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""
        self.child = pexpect.spawn(
            program,
            list(arguments),
            env=environment(folder, settings),
            dimensions=(ROWS, columns),
            cwd=folder,
            preexec_fn=heed_interrupts,
        )
        # What a terminal answers when it is asked where its cursor is.
        self.screen.write_process_input = self.child.send  # type: ignore[method-assign]

    def seen(self) -> str:
        """Return all that was shown, also what has scrolled away, without trailing blanks."""
        above = [
            "".join(line[column].data for column in range(self.screen.columns))
            for line in self.screen.history.top
        ]
        return "\n".join(line.rstrip() for line in (*above, *self.screen.display))

    def wait_for(self, wanted: str, since: int = 0) -> str:
        """Wait until something is shown that matches; return what was shown since then.

        `since` is how much of what was shown is not looked at.
        """
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            shown = self.seen()[since:]
            if re.search(wanted, shown):
                return shown
            if not self._take() and not self.child.isalive():
                break
        raise AssertionError(f"{wanted!r} was not shown:\n{self.seen()}")

    def turn(self, line: str, wanted: str = r"") -> str:
        """Type a line at the prompt and return what was shown until the next prompt."""
        before = len(self.seen().rstrip().removesuffix("›").rstrip())
        # Where the terminal scrolls, what was counted may have moved: the line is sought.
        self.child.send(f"{line}\r")
        mark = re.escape(line[:30])
        shown = self.wait_for(rf"(?s)› {mark}.*{wanted}.*\n›(?! {mark})", max(0, before - 400))
        return shown[shown.rindex(f"› {line[:30]}") :]

    def settle(self) -> None:
        """Wait until nothing more comes."""
        while self._take():
            pass

    def resize(self, columns: int) -> None:
        """Make the terminal narrower or wider."""
        self.screen.resize(ROWS, columns)
        self.child.setwinsize(ROWS, columns)

    def ended(self) -> int | None:
        """Wait for the program to end; return its exit status."""
        end = time.monotonic() + SECONDS
        while self.child.isalive() and time.monotonic() < end:
            self._take()
        # What it wrote last may still be on its way when it has ended.
        self.settle()
        self.child.close()
        status: int | None = self.child.exitstatus
        return status

    def _take(self) -> bool:
        try:
            data: bytes = self.child.read_nonblocking(65_536, 0.1)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            time.sleep(0.02)
            return False
        self.sent += data
        self._stream.feed(data)
        return True
