"""The chat on the command line: `dateline chat`."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import AsOfDay, Data, Model, NoCache, NoReader, Unsupported
from api.streams import reported

if TYPE_CHECKING:
    from rag.pipeline import Pipeline


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(chat)


def chat(  # noqa: PLR0913 - one for each option
    data: Data = None,
    *,
    as_of: AsOfDay = None,
    no_reader: NoReader = False,
    model: Model = None,
    unsupported: Unsupported = None,
    no_cache: NoCache = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Read lines as from a pipe: no editing, no menus.")
    ] = False,
) -> None:
    """Hold a conversation, with the sources at hand.

    Follow-ups are understood, and /help lists what else can be typed.
    Ctrl-C stops an answer, Ctrl-D leaves. Where lines are piped in, each is a question or command.

    Example: dateline chat --as-of 2026-01-14

    or: dateline chat < questions.txt
    """
    from api.chat.loop import Chat, terminal_prompt  # noqa: PLC0415 - not for --help
    from api.chat.session import Session  # noqa: PLC0415
    from api.settings import Settings, gathered  # noqa: PLC0415

    flags: dict[str, object] = {
        "data": data,
        "model": model,
        "unsupported": unsupported,
        "no_cache": no_cache,
    }

    def opened(settings: Settings) -> "Pipeline":
        from api.opening import open_pipeline  # noqa: PLC0415 - while the prompt is shown

        return open_pipeline(settings, reads=not no_reader)

    with reported():
        session = Session(gathered(os.environ, **flags).settings, as_of=as_of)

        def with_flag(name: str, value: object) -> Settings:
            flags[name] = value
            return gathered(os.environ, **flags).settings

        talk = Chat(session, opened, with_flag)
        talk.run(terminal_prompt(talk, plain=plain))
