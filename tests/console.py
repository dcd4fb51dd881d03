"""Consoles in documents: the commands of a page are run, and what they print is put below them.

A block marked `console` holds lines that begin with "$ ", the commands, with their output below
each; one marked `sh` is run and its output is not shown. All blocks of a page are run in order, in
one folder, in a terminal of 80 columns. In a chat, lines that begin with "› " are typed.

    python -m tests.console docs/tutorial.md

writes the page anew; a test holds that nothing would change.
"""

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.terminal import Terminal

BLOCK = re.compile(r"(?<=^```)(console|sh)\n(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
COMMAND, TYPED = "$ ", "› "
COLUMNS = 80


def run(page: str, folder: Path, settings: Mapping[str, str]) -> str:
    """Return a page with the output of its commands as they print it.

    Args:
        page: the text of the page.
        folder: where its commands run.
        settings: variables of their environment.

    Raises:
        AssertionError: a command fails.
    """
    programs = folder / ".programs"
    programs.mkdir()
    dateline = programs / "dateline"
    dateline.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m api "$@"\n')
    dateline.chmod(0o755)
    shell = {**settings, "PATH": f"{programs}:{os.environ['PATH']}"}

    def block(found: re.Match[str]) -> str:
        kind, text = found.groups()
        if kind == "sh":
            _shown(text, [], folder, shell)
            return found[0]
        outputs = []
        for command, *rest in _commands(text):
            typed = [line.removeprefix(TYPED) for line in rest if line.startswith(TYPED)]
            outputs.append(f"{COMMAND}{command}\n{_shown(command, typed, folder, shell)}")
        return f"{kind}\n{''.join(outputs)}"

    return BLOCK.sub(block, page)


def _commands(text: str) -> list[list[str]]:
    """Return each command with the lines below it."""
    lines: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith(COMMAND):
            lines.append([line.removeprefix(COMMAND)])
        else:
            lines[-1].append(line)
    return lines


def _shown(command: str, typed: list[str], folder: Path, settings: Mapping[str, str]) -> str:
    terminal = Terminal(["-c", command], folder, program="/bin/bash", columns=COLUMNS, **settings)
    if typed:
        terminal.wait_for("articles")
        for line in typed:
            terminal.turn(line)
        terminal.child.sendcontrol("d")
    status = terminal.ended()
    shown = "\n".join(line.rstrip() for line in terminal.seen().splitlines()).strip("\n")
    assert status == 0, f"{command}: {status}\n{shown}"
    if typed:
        # The last prompt, at which the chat was left.
        shown = shown.removesuffix(TYPED.rstrip()).rstrip()
    return f"{shown}\n" if shown else ""


def main() -> None:
    """Write the pages that are named anew."""
    cache = os.environ.get("DATELINE_CACHE", Path.home() / ".cache" / "dateline")
    for name in sys.argv[1:]:
        path = Path(name)
        with tempfile.TemporaryDirectory() as folder:
            page = run(path.read_text("utf-8"), Path(folder), {"DATELINE_CACHE": str(cache)})
        path.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
