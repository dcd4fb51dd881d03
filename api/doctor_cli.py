"""The doctor on the command line: `dateline doctor`."""

import os
from dataclasses import asdict

import typer

from api.options import AsJson, Data
from api.streams import print_json, reported, result_console


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(doctor)


def doctor(data: Data = None, *, as_json: AsJson = False) -> None:
    """Look for what is wrong here, and say what to do about it.

    Python, its packages, the settings, the models, the collection with its kept answers and keys,
    the folders, the disk and the terminal are examined, and nothing is changed.
    Exit codes: 0 nothing is wrong, 1 something is.

    Example: dateline doctor --data ~/news
    """
    from api.doctor import findings, quiet  # noqa: PLC0415 - not for --help

    with reported():
        quiet()
        found = list(findings(os.environ, data))
        wrong = [one for one in found if one.state == "wrong"]
        if as_json:
            print_json({"right": not wrong, "findings": [asdict(one) for one in found]})
        else:
            from api.render_findings import show_findings  # noqa: PLC0415 - rich is slow to import

            show_findings(result_console(), found)
    if wrong:
        raise typer.Exit(1)
