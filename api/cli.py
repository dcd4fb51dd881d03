"""The command line: `dateline ask` and `search`, and the commands of the other `*_cli` modules.

A result goes to standard output, everything else to standard error. Exit codes: 0 done, 1 some
articles were refused or a gate failed, 2 usage or environment, with one line that says what to do.
Only what a command needs is imported, so that an answer takes less than a second.
"""

import io
import logging
import os
import sys
import traceback
from dataclasses import asdict, replace
from typing import Annotated

import typer

from api import collection_cli, config_cli, doctor_cli, replay_cli
from api.chat import chat_cli
from api.eval_cli import eval_app
from api.guard import guard_output
from api.keys_cli import keys_app
from api.opening import open_pipeline
from api.options import (
    After,
    AsFormat,
    AsJson,
    AsOfDay,
    Author,
    Before,
    Data,
    Format,
    Model,
    NoCache,
    NoReader,
    Outlet,
    Unsupported,
)
from api.serve_cli import serve
from api.settings import Settings
from api.streams import piped_text, print_json, reported, result_console
from index.errors import DatelineError
from rag.redact import Redactor

app = typer.Typer(
    name="dateline",
    help="Ask a collection of news articles, and get answers whose every sentence is quoted.",
    epilog='Example: dateline ask "What tariff does Canada put on Chinese electric vehicles?"',
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _dateline() -> None:
    """Ask a collection of news articles, and get answers whose every sentence is quoted."""


@app.command()
def ask(  # noqa: PLR0913 - one for each option
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTION",
            help="The question, best in quotation marks; default: standard input.",
        ),
    ] = None,
    data: Data = None,
    *,
    as_of: AsOfDay = None,
    no_reader: NoReader = False,
    model: Model = None,
    unsupported: Unsupported = None,
    no_cache: NoCache = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what decided, and how.")] = False,
    written_as: AsFormat = Format.TEXT,
    as_json: AsJson = False,
) -> None:
    """Answer one question, or say that it is not answered.

    Every sentence of the answer comes with its quotation.

    Example: dateline ask "What tariff does Canada put on Chinese electric vehicles?"

    or: dateline ask --format md < question.txt > answer.md
    """
    from rag.question import check  # noqa: PLC0415 - not for --help
    from rag.scope import Scope  # noqa: PLC0415

    with reported():
        settings = Settings.from_environment(
            os.environ, data=data, model=model, unsupported=unsupported, no_cache=no_cache
        )
        question = " ".join(words) if words else piped_text("the question")
        check(question)
        pipeline = open_pipeline(settings, reads=not no_reader)
        answer = pipeline.ask(question, scope=Scope(as_of=as_of), explain=explain)
        if as_json or written_as is Format.JSON:
            print_json(answer.to_json())
        elif written_as is Format.MARKDOWN:
            from api.markdown import answer_markdown  # noqa: PLC0415 - not for most answers

            typer.echo(answer_markdown(answer), nl=False)
        else:
            from api.render import show_answer  # noqa: PLC0415 - rich is slow to import

            console = result_console()
            show_answer(console, answer)
            if answer.explanation is not None:
                from api.render_explanation import show_explanation  # noqa: PLC0415

                show_explanation(console, answer.explanation)


@app.command()
def search(  # noqa: PLR0913 - one for each option
    words: Annotated[
        list[str],
        typer.Argument(metavar="QUESTION", help="What to look for, best in quotation marks."),
    ],
    data: Data = None,
    *,
    limit: Annotated[int, typer.Option("-n", min=1, max=100, help="How many passages.")] = 10,
    outlet: Outlet = None,
    author: Author = None,
    after: After = None,
    before: Before = None,
    article: Annotated[str | None, typer.Option(help="In this article only, by its ID.")] = None,
    as_of: AsOfDay = None,
    no_reader: NoReader = False,
    as_json: AsJson = False,
) -> None:
    """Show the passages that fit a question best.

    Each comes with its ranks and scores; there is no answer.

    Example: dateline search "tariffs on canola" --outlet "National Post" --after 2026-01
    """
    from index.filters import Filter  # noqa: PLC0415 - not for --help
    from rag.question import check  # noqa: PLC0415
    from rag.scope import Scope  # noqa: PLC0415

    with reported():
        settings = Settings.from_environment(os.environ, data=data)
        question = " ".join(words)
        check(question)
        where = Filter(outlet, author, after, before, article=article)
        # No language model takes part in a search.
        pipeline = open_pipeline(replace(settings, model=None), reads=not no_reader)
        found = pipeline.search(question, scope=Scope(where, as_of), limit=limit)
        if as_json:
            print_json([asdict(hit) for hit in found])
        else:
            from api.render import show_found  # noqa: PLC0415 - rich is slow to import

            show_found(result_console(), found)


chat_cli.register(app)
replay_cli.register(app)
collection_cli.register(app)
app.command()(serve)
app.add_typer(eval_app, name="eval")
app.add_typer(keys_app, name="keys")
config_cli.register(app)
doctor_cli.register(app)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # What a narrow terminal encoding cannot show is replaced, not fatal.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    guard_output(Redactor.from_environment(os.environ))
    logging.basicConfig(level=logging.WARNING, format="note: %(message)s", stream=sys.stderr)
    try:
        app(prog_name="dateline")
    except DatelineError as error:
        typer.echo(f"dateline: {error}", err=True)
        sys.exit(2)
    except Exception:  # noqa: BLE001 - a fault of ours must not read as a failed gate
        traceback.print_exc()
        sys.exit(2)
