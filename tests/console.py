"""Consoles in documents: the commands of a page are run, and what they print is put below them.

A block marked `console` holds lines that begin with "$ ", the commands, with their output below
each; one marked `sh` is run and its output is not shown. All blocks of a page are run in order, in
one folder, in a terminal of 80 columns. In a chat, lines that begin with "› " are typed. A block
marked `sh server` is a command that serves at its `--port` until the page ends; a port that is free
here takes the place of the one that the page names. Where a page has `curl`, a status that tells of
an error makes it fail.

    python -m tests.console docs/tutorial.md

writes the page anew; a test holds that nothing would change.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.local_model import ollama
from tests.terminal import Terminal, environment

BLOCK = re.compile(r"(?<=^```)(console|sh|sh server)\n(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
PORT = re.compile(r"--port (\d+)")
SECONDS = 60.0
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
    shell = {**settings, "PATH": f"{_programs(folder)}:{os.environ['PATH']}"}
    served = [block for kind, block in BLOCK.findall(page) if kind == "sh server"]
    ports = {port: _free_port() for block in served for port in PORT.findall(block)}
    running = ExitStack()

    def block(found: re.Match[str]) -> str:
        kind, text = found.groups()
        if kind == "sh server":
            [port] = PORT.findall(text)
            running.enter_context(_serving(text, folder, shell, int(port)))
        elif kind == "sh":
            _shown(f"set -e\n{text}", [], folder, shell)
        else:
            outputs = []
            for command, *rest in _commands(text):
                typed = [line.removeprefix(TYPED) for line in rest if line.startswith(TYPED)]
                outputs.append(f"{COMMAND}{command}\n{_shown(command, typed, folder, shell)}")
            return f"{kind}\n{''.join(outputs)}"
        return found[0]

    with running:
        shown = BLOCK.sub(block, _replaced(page, ports))
    return _replaced(shown, {ours: named for named, ours in ports.items()})


def _programs(folder: Path) -> Path:
    """Return a folder of the programs that a page runs and a machine may not have."""
    python = shlex.quote(sys.executable)
    lines = {
        "dateline": f'exec {python} -m api "$@"',
        "llama-server": f'exec {python} -m tests.local_model "$@"',
    }
    curl = shutil.which("curl")
    if curl is not None:
        lines["curl"] = f'exec {curl} --fail-with-body "$@"'
    programs = folder / ".programs"
    programs.mkdir()
    for name, line in lines.items():
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    return programs


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def _replaced(text: str, ports: Mapping[str, str]) -> str:
    for one, other in ports.items():
        text = re.sub(rf"\b{one}\b", other, text)
    return text


@contextmanager
def _serving(command: str, folder: Path, settings: Mapping[str, str], port: int) -> Iterator[None]:
    """Run a command that serves, from when it can be reached until the end."""
    with (
        (folder / f".served-{port}").open("wb") as said,
        subprocess.Popen(
            ["/bin/bash", "-c", f"exec {command}"],
            cwd=folder,
            env=environment(folder, settings),
            stdout=said,
            stderr=said,
        ) as process,
    ):
        try:
            end = time.monotonic() + SECONDS
            while not _is_reached(port):
                told = Path(said.name).read_text("utf-8", "replace")
                assert process.poll() is None, f"{command}: ended\n{told}"
                assert time.monotonic() < end, f"{command}: cannot be reached\n{told}"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _is_reached(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


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
        with tempfile.TemporaryDirectory() as folder, ollama() as local:
            settings = {"DATELINE_CACHE": str(cache), **local}
            page = run(path.read_text("utf-8"), Path(folder), settings)
        path.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
