"""Chat speed: how soon `dateline chat` can be typed into, and how soon it begins to answer.

    python -m evals.chat_speed

Starts the chat anew for each turn, in a pseudo-terminal as a person has it, on the five bundled
articles, and asks a few questions in each. Takes the time from the command to the first prompt, to
the collection being open, and from Enter to the first sentence on the screen. Prints the median,
the quartiles and the slowest of each.
"""

import argparse
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from evals.cold_start import ROOT, summary
from evals.provenance import describe_machine

# None leans on another, so that each is answered as if it were alone.
QUESTIONS = (
    "What tariff does Canada put on Chinese electric vehicles?",
    "How long since a Canadian leader last went to Beijing?",
    "What share of Canada's exports does the United States buy?",
    "When did Canada detain Meng Wanzhou?",
)
PATIENCE = 60.0
PROMPT, OPEN, SENTENCE = "›", "articles", r"\[1\]"
# What a terminal is asked by the line editor, and what it answers: where its cursor is.
WHERE, HERE = b"\x1b[6n", b"\x1b[1;1R"
COLUMNS, ROWS = 100, 40


class Screen:
    """A program in a pseudo-terminal, and everything that it has shown."""

    def __init__(self, command: Sequence[str]) -> None:
        self.started = time.perf_counter()
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            size = {"COLUMNS": str(COLUMNS), "LINES": str(ROWS), "TERM": "xterm-256color"}
            kept = {"DATELINE_HISTORY": os.devnull}
            os.chdir(ROOT)
            os.execve(command[0], list(command), {**os.environ, **size, **kept})  # noqa: S606 - our own
        self._shown = ""

    def type(self, line: str) -> float:
        """Type a line with Enter; return when."""
        self._shown = ""
        os.write(self._terminal, line.encode())
        self.until(re.escape(line[-12:]))
        self._shown = ""
        os.write(self._terminal, b"\r")
        return time.perf_counter()

    def until(self, wanted: str) -> float:
        """Wait until something is shown; return when.

        Raises:
            TimeoutError: it is not.
        """
        end = time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            if re.search(wanted, self._shown):
                return time.perf_counter()
            if select.select([self._terminal], [], [], 0.1)[0]:
                data = os.read(self._terminal, 65_536)
                if WHERE in data:
                    os.write(self._terminal, HERE)
                self._shown += data.decode("utf-8", "replace")
        raise TimeoutError(f"{wanted} was not shown: {self._shown[-500:]!r}")

    def close(self) -> None:
        """End the program."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._terminal)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Time the chat's first prompt and sentences.")
    parser.add_argument("-n", type=int, default=10, help="how many conversations (default 10)")
    turns = parser.parse_args(arguments).n
    names = ("command to first prompt", "command to open collection")
    times: dict[str, list[float]] = {name: [] for name in names}
    first, later = "Enter to first sentence, first question", "the same, later questions"
    times |= {first: [], later: []}
    with tempfile.TemporaryDirectory() as folder:
        chat = [sys.executable, "-m", "api", "chat", "--data", folder]
        # Builds the index, and warms the disk's cache.
        subprocess.run([*chat, "--plain"], cwd=ROOT, check=True, input=b"", capture_output=True)  # noqa: S603 - our own
        for _ in range(turns):
            screen = Screen(chat)
            for name, shown in zip(names, (PROMPT, OPEN), strict=True):
                times[name].append(screen.until(shown) - screen.started)
            for place, question in enumerate(QUESTIONS):
                entered = screen.type(question)
                times[later if place else first].append(screen.until(SENTENCE) - entered)
                screen.until(OPEN)
            screen.close()
    _print(f"{turns} conversations of {len(QUESTIONS)} questions; {describe_machine()}")
    for name, taken in times.items():
        told = summary(taken, lambda seconds: f"{1000 * seconds:.0f} ms")
        _print(f"{name:<40} {told}, at most {1000 * max(taken):.0f} ms, n {len(taken)}")
    return 0


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
