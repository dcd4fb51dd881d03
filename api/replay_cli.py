"""Replay on the command line: `dateline replay`."""

import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from api.opening import open_pipeline
from api.options import AsJson, Data, NoCache
from api.settings import Settings
from api.streams import print_json, reported, result_console

if TYPE_CHECKING:
    from rag.replay.changes import Replay

LISTED = 10


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(replay)


def replay(
    answer_id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="An answer's id, or its first 6 characters or more; none lists them."
        ),
    ] = None,
    data: Data = None,
    *,
    no_ask: Annotated[
        bool, typer.Option("--no-ask", help="Do not answer the question again.")
    ] = False,
    no_cache: NoCache = False,
    as_json: AsJson = False,
) -> None:
    """Show an answer again, and what has changed since.

    Its evidence is shown as it was. Each quotation is looked for in the articles as they are, each
    sentence is verified again, and the question is asked again. Without an ID the last ten answers
    are listed.

    Example: dateline replay 1583ca34
    """
    with reported():
        settings = Settings.from_environment(os.environ, data=data, no_cache=no_cache)
        if answer_id is None:
            _show_last(settings, as_json=as_json)
            return
        done = _replayed(answer_id, settings, asks_again=not no_ask)
        if as_json:
            print_json(done.to_json())
        else:
            from api.render_replay import show_replay  # noqa: PLC0415 - rich is slow to import

            show_replay(result_console(), done)


def _replayed(answer_id: str, settings: Settings, *, asks_again: bool) -> "Replay":
    from index.sqlite.store import SqliteStore  # noqa: PLC0415 - not for --help
    from rag.records.answers import AnswerRecords  # noqa: PLC0415
    from rag.replay.replay import replay as replay_answer  # noqa: PLC0415
    from rag.verify.verify import bundled_verifier  # noqa: PLC0415

    record = AnswerRecords(settings.data).find(answer_id)
    # An answer is never compared with another collection, made because its own has gone.
    SqliteStore(settings.data).close()
    retrieved = record.answer.retrieved
    reads = not retrieved or any(one.reader_score is not None for one in retrieved)
    # By the answerer that it was asked of, whatever is set by now.
    settings = replace(settings, model=record.answer.model if asks_again else None)
    pipeline = open_pipeline(settings, reads=reads, keeps=False, may_be_empty=True)
    return replay_answer(record, pipeline, bundled_verifier(), asks_again=asks_again)


def _show_last(settings: Settings, *, as_json: bool) -> None:
    from rag.records.answers import AnswerRecords  # noqa: PLC0415 - not for --help

    lines = AnswerRecords(settings.data).latest(LISTED)
    if as_json:
        print_json([asdict(line) for line in lines])
    else:
        from api.render_replay import show_answer_lines  # noqa: PLC0415 - rich is slow to import

        show_answer_lines(result_console(), lines)
