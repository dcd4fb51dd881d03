"""Streams: how every command speaks. Results go to standard output, all else to standard error.

Knows nothing of what is said.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from index.errors import DatelineError

if TYPE_CHECKING:
    from rich.console import Console

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def reported() -> Iterator[None]:
    """Turn what can go wrong into one line and exit code 2."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except DatelineError as error:
        typer.echo(f"dateline: {error}", err=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        typer.echo("dateline: stopped", err=True)
        raise typer.Exit(130) from None
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            typer.echo(f"dateline: {error.filename or 'the output'}: {error.strerror}", err=True)
            _let_go_of_output()
            raise typer.Exit(2) from error
        # The reader of a pipe has gone; nothing more can be said to it.
        _let_go_of_output()
        raise typer.Exit(0) from None


def _let_go_of_output() -> None:
    """Send what is still buffered nowhere, so that leaving does not fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def note(text: str) -> None:
    """Say something beside the result."""
    typer.echo(f"note: {text}", err=True)


def print_json(value: object) -> None:
    """Print a result as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def piped_text(what: str) -> str:
    """Return what is piped in on standard input; bytes that are no UTF-8 come as surrogates.

    Raises:
        typer.BadParameter: nothing is piped in.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise typer.BadParameter(f"give {what} in quotation marks, or pipe it in")
    read: bytes = sys.stdin.buffer.read()
    return read.decode("utf-8", "surrogateescape").strip()


def result_console() -> "Console":
    """Return what results are shown on."""
    from rich.console import Console, ConsoleDimensions  # noqa: PLC0415 - slow to import

    console = Console(highlight=False)
    if console.is_dumb_terminal:
        # Such a terminal has a width, too; rich takes each to have 80 columns.
        console.size = ConsoleDimensions(*shutil.get_terminal_size())
    return console


@contextmanager
def step_progress(unit: str = "articles") -> Iterator[Callable[[str, int, int], None]]:
    """Show progress: a bar with rate and remaining time on a terminal, lines elsewhere."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(unit)
        return
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("starting", total=None, rate="")
        said = ""

        def bar(what: str, done: int, of: int) -> None:
            nonlocal said
            if what != said:
                bars.reset(task)
                said = what
            speed = bars.tasks[0].speed
            rate = f"{speed:.1f} {unit} a second" if speed else ""
            bars.update(task, description=what, completed=done, total=of or None, rate=rate)

        yield bar


class _Lines:
    """Progress in lines: one for each step, and one now and then while a step goes on."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._what = ""
        self._started = self._said = 0.0

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what, self._started = what, now
            note(what)
        elif now - self._said >= SECONDS_BETWEEN_LINES and done:
            rate = done / max(now - self._started, 1e-9)
            left = f", {max(0, of - done) / rate:.0f} s left" if of else ""
            of_all = f" of {of:,}" if of else ""
            note(f"{what}: {done:,}{of_all} {self._unit}, {rate:.1f} a second{left}")
        else:
            return
        self._said = now
