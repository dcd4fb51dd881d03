"""The command line: `dateline build` and `dateline ask`.

A result goes to standard output, everything else to standard error. Exit codes: 0 done, 1 some
articles were refused, 2 usage or environment, with one line that says what to do. Only what a
command needs is imported, so that an answer takes less than a second.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.settings import SEEDS, Settings
from index.errors import DatelineError, NoCollectionError

if TYPE_CHECKING:
    from rich.console import Console

    from index.build import BuildReport
    from rag.pipeline import Pipeline

app = typer.Typer(
    name="dateline",
    help="Ask a collection of news articles, and get answers whose every sentence is quoted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data folder (DATELINE_DATA; default .dateline)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole result as JSON.")]


@app.callback()
def _dateline() -> None:
    """Ask a collection of news articles, and get answers whose every sentence is quoted."""


@app.command()
def build(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files and folders; default: the bundled seeds."),
    ] = None,
    data: Data = None,
    embedder: Annotated[
        str | None,
        typer.Option("--embedder", metavar="NAME|DIR", help="The embedding model to index with."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Index articles: Markdown with front matter, and plain text.

    The collection then holds exactly these articles. Example: dateline build ~/articles
    """
    settings = Settings.from_environment(os.environ, data=data, embedder=embedder)
    with _reported():
        report = _build(paths or [SEEDS], settings)
        if as_json:
            _print_json(asdict(report))
        else:
            from api.render import show_build  # noqa: PLC0415 - rich is slow to import

            show_build(_console(), report, str(settings.data))
    if report.refused:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Answer one question, every sentence with its quotation, or say that it is not answered.

    Example: dateline ask "What tariff does Canada put on Chinese electric vehicles?"
    """
    from rag.question import check  # noqa: PLC0415 - not for --help

    settings = Settings.from_environment(os.environ, data=data)
    with _reported():
        check(question)
        answer = _opened(settings).ask(question)
        if as_json:
            _print_json(answer.to_json())
        else:
            from api.render import show_answer  # noqa: PLC0415 - rich is slow to import

            show_answer(_console(), answer)


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.WARNING, format="note: %(message)s", stream=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        # What a narrow terminal encoding cannot show is replaced, not fatal.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app(prog_name="dateline")


def _opened(settings: Settings) -> "Pipeline":
    """Open the collection, building the bundled one where there is none yet."""
    from index.embedding import LocalModel  # noqa: PLC0415 - not for --help
    from index.sqlite_store import SqliteStore  # noqa: PLC0415
    from rag.pipeline import Pipeline  # noqa: PLC0415

    try:
        store = SqliteStore(settings.data)
        recipe = store.info().recipe
    except NoCollectionError:
        _note(f"nothing is indexed in {settings.data} yet: building the bundled articles there")
        recipe = _build([SEEDS], settings).info.recipe
        store = SqliteStore(settings.data)
    model = LocalModel(settings.embedder or recipe.model.reference, settings.exports)
    return Pipeline(store, model.for_asking(recipe.model))


def _build(paths: list[Path], settings: Settings) -> "BuildReport":
    from index.build import build as build_collection  # noqa: PLC0415 - not for asking
    from index.embedding import LocalModel  # noqa: PLC0415
    from index.models import DEFAULT_MODEL  # noqa: PLC0415
    from index.sqlite_store import SqliteStore  # noqa: PLC0415

    store = SqliteStore(settings.data, create=True)
    try:
        try:
            before = store.info().recipe.model.reference
        except NoCollectionError:
            before = DEFAULT_MODEL
        model = LocalModel(settings.embedder or before, settings.exports)
        with _progress() as progress:
            return build_collection(paths, store, model, progress)
    finally:
        store.close()


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
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
                _note(what)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        task = bars.add_task("starting", total=None)

        def bar(what: str, done: int, of: int) -> None:
            bars.update(task, description=what, completed=done, total=of or None)

        yield bar


@contextmanager
def _reported() -> Iterator[None]:
    """Turn what can go wrong into one line and exit code 2."""
    try:
        yield
    except DatelineError as error:
        typer.echo(f"dateline: {error}", err=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        typer.echo("dateline: stopped", err=True)
        raise typer.Exit(130) from None
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def _note(text: str) -> None:
    typer.echo(f"note: {text}", err=True)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - slow to import

    return Console(highlight=False)
