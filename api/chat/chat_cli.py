"""The chat on the command line: `dateline chat`."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import AsOfDay, Data, NoReader
from api.streams import reported

if TYPE_CHECKING:
    from rag.pipeline import Pipeline


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(chat)


def chat(
    data: Data = None,
    *,
    as_of: AsOfDay = None,
    no_reader: NoReader = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Read lines as from a pipe: no editing, no menus.")
    ] = False,
) -> None:
    """Hold a conversation: follow-ups are understood, sources are at hand, /help lists the rest.

    Ctrl-C stops an answer, Ctrl-D leaves. Where lines are piped in, each is a question or command.
    Examples: dateline chat · dateline chat --as-of 2026-01-14 · dateline chat < questions.txt
    """
    from api.chat.loop import Chat, terminal_prompt  # noqa: PLC0415 - not for --help
    from api.chat.session import Session  # noqa: PLC0415
    from api.settings import Settings, gathered  # noqa: PLC0415

    flags = {"data": data}

    def opened(settings: Settings) -> "Pipeline":
        from api.opening import open_pipeline  # noqa: PLC0415 - while the prompt is shown

        return open_pipeline(settings, reads=not no_reader)

    with reported():
        session = Session(gathered(os.environ, **flags).settings, as_of=as_of)

        def with_flag(name: str, value: object) -> Settings:
            flags[name] = value  # type: ignore[assignment] - each of its setting's own type
            return gathered(os.environ, **flags).settings

        talk = Chat(session, opened, with_flag)
        talk.run(terminal_prompt(talk, plain=plain))
