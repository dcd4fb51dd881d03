"""Streams: how every command speaks. Results go to standard output, all else to standard error.

Knows nothing of what is said.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from index.errors import DatelineError

if TYPE_CHECKING:
    from rich.console import Console


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


def result_console() -> "Console":
    """Return what results are shown on."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    return Console(highlight=False)


@contextmanager
def step_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show progress: a bar on a terminal, a line for each step elsewhere."""
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        said: set[str] = set()

        def line(what: str, _done: int, _of: int) -> None:
            if what not in said:
                said.add(what)
                note(what)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        task = bars.add_task("starting", total=None)

        def bar(what: str, done: int, of: int) -> None:
            bars.update(task, description=what, completed=done, total=of or None)

        yield bar
