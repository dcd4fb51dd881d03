"""Options: those that several commands share, said once."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Format(Enum):
    """What an answer is written as."""

    TEXT = "text"
    MARKDOWN = "md"
    JSON = "json"


Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data folder (DATELINE_DATA; default .dateline)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole result as JSON.")]
AsFormat = Annotated[
    Format, typer.Option("--format", help="Write it as text, as Markdown or as JSON.")
]
Outlet = Annotated[str | None, typer.Option(help="Part of the outlet's name.")]
Author = Annotated[str | None, typer.Option(help="Part of the author's name.")]
After = Annotated[str | None, typer.Option(help="Published then or later.")]
Before = Annotated[str | None, typer.Option(help="Published then or earlier.")]
NoReader = Annotated[
    bool,
    typer.Option("--no-reader", help="Answer sooner and less well, without the reading models."),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Make every call of a language model anew.")
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="Let a language model word the answer: openai/…, anthropic/…, ollama/… "
        "(DATELINE_MODEL; its server's address in DATELINE_MODEL_URL).",
    ),
]
Unsupported = Annotated[
    str | None,
    typer.Option(
        "--unsupported",
        metavar="drop|flag",
        help="What becomes of a sentence of the model's that its sources do not support.",
    ),
]
AsOfDay = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Use only what was surely published by then."),
]
