"""Suites on the command line: `dateline eval new` starts one, `eval add` puts questions in it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.opening import corpus_model
from api.settings import SEEDS, Settings
from api.streams import note, reported, result_console


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (new, add):
        app.command()(command)


def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The suite to start.")],
    *,
    corpus: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="The folder of articles it is about.",
            show_default="the bundled articles",
        ),
    ] = SEEDS,
) -> None:
    """Start a suite; `dateline eval add` puts questions in it.

    Example: dateline eval new desk.yaml --corpus ~/articles
    """
    from evals.making import start_suite  # noqa: PLC0415 - not for asking

    with reported():
        start_suite(path, corpus)
    note(f'{path} is started: dateline eval add {path} "your question"')


def add(  # noqa: PLR0913 - each argument is an option of the command
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The suite to add to.")],
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    *,
    must: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="What the answer must hold; 'a|b' means either."),
    ] = None,
    kind: Annotated[str, typer.Option(help="The kind of the case.")] = "fact",
    never: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What it must not hold.")
    ] = None,
    history: Annotated[
        list[str] | None, typer.Option(metavar="QUESTION", help="An earlier question.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DAY", help="Only evidence published by then.")
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag.")] = None,
    identifier: Annotated[
        str | None, typer.Option("--id", help="The case's id; default: from the question.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree without being asked.")] = False,
) -> None:
    """Ask a question, and record its answer once you agree.

    Example: dateline eval add desk.yaml "Who won the vote?" --must Berg
    """
    from api.render import show_answer  # noqa: PLC0415 - rich is slow to import
    from evals.evaluate import open_corpus  # noqa: PLC0415
    from evals.making import Wish, add_case, drafted_case  # noqa: PLC0415
    from evals.plan import Plan  # noqa: PLC0415
    from evals.suite import load_suite  # noqa: PLC0415
    from rag.retrieve import Scope  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    with reported():
        suite = load_suite(path, may_be_empty=True)
        plan = Plan((path,), collections=settings.exports.parent / "collections")
        pipeline = open_corpus(suite, plan, corpus_model(settings))
        answer = pipeline.ask(question, history=history or (), scope=Scope(as_of=as_of))
        show_answer(result_console(), answer)
        wish = Wish(
            must=tuple(must or ()),
            never=tuple(never or ()),
            kind=kind,
            identifier=identifier,
            history=tuple(history or ()),
            as_of=as_of,
            tags=tuple(tags or ()),
        )
        case = drafted_case(suite, question, answer, wish)
        if not yes and not typer.confirm("Is this what a good answer says?", err=True):
            note("nothing was recorded")
            raise typer.Exit(1)
        add_case(path, case)
    note(f"{case['id']} is recorded in {path}")
