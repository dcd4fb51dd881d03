"""Measured: how any of the compared tools is run and timed, so that all are run alike.

    python -m evals.peers.with_TOOL build MODEL PASSAGES.json FOLDER
    python -m evals.peers.with_TOOL first MODEL FOLDER QUESTION
    python -m evals.peers.with_TOOL ask MODEL FOLDER QUESTIONS.json

Each prints one line of JSON: what building took once the model is loaded; what one question in a
whole process finds, whose time is taken by whoever starts it; what each of many questions takes.
Times are in seconds, by the clock and of the processor (all cores together).
Runs in the peers' environment too, so it needs the standard library alone.
"""

import argparse
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Protocol

NEAREST = 10
WARMING = 5


class Tool(Protocol):
    """One of the compared. A passage is known by its place among the passages."""

    def build(self, texts: list[str], folder: Path) -> None:
        """Embed the texts and save an index of them."""

    def open(self, folder: Path) -> None:
        """Open what `build` saved."""

    def search(self, question: str) -> list[int]:
        """Return the places of the nearest passages, nearest first."""


class Load(Protocol):
    """Makes a tool, with its model loaded for what it is to do: building, or searching."""

    def __call__(self, model: str, *, builds: bool) -> Tool:
        """Return a tool whose model's files are in a folder."""


def run(load: Load) -> None:
    """Run the command that the arguments give."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("build", "first", "ask"))
    parser.add_argument("model")
    parser.add_argument("values", nargs=2)
    options = parser.parse_args()
    # Whatever a tool has to say goes beside the result.
    with contextlib.redirect_stdout(sys.stderr):
        found = {"build": _build, "first": _first, "ask": _ask}[options.command](
            load(options.model, builds=options.command == "build"), *options.values
        )
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    # Some leave threads behind that take seconds to end, which is none of what is measured.
    os._exit(0)


def _build(tool: Tool, passages: str, folder: str) -> dict[str, Any]:
    texts = json.loads(Path(passages).read_text("utf-8"))
    start, worked = time.perf_counter(), time.process_time()
    tool.build(texts, Path(folder))
    clock, processor = time.perf_counter() - start, time.process_time() - worked
    count = len(texts)
    return {"clock": clock, "processor": processor, "passages": count, "bytes": most_resident()}


def _first(tool: Tool, folder: str, question: str) -> dict[str, Any]:
    tool.open(Path(folder))
    return {"found": tool.search(question)}


def _ask(tool: Tool, folder: str, questions: str) -> dict[str, Any]:
    texts = json.loads(Path(questions).read_text("utf-8"))
    tool.open(Path(folder))
    for text in texts[:WARMING]:
        tool.search(text)
    clock, processor, found = [], [], []
    for text in texts:
        start, worked = time.perf_counter(), time.process_time()
        found.append(tool.search(text))
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - worked)
    return {"clock": clock, "processor": processor, "found": found, "bytes": most_resident()}


def most_resident() -> int:
    """Return the most bytes of memory that this process has had at once."""
    status = Path("/proc/self/status").read_text("utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
