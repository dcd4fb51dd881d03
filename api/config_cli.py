"""The settings on the command line: `dateline config`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.options import AsJson, Data
from api.streams import note, print_json, reported, result_console


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(config)


def config(
    data: Data = None,
    *,
    where: Annotated[
        bool, typer.Option("--where", help="Only say where settings files are looked for.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show every setting, its value, and where that came from.

    Settings are read from dateline.toml in your configuration folder, then from the one in the
    working folder, then from the environment, then from flags; the last is the strongest.

    Example: dateline config --json
    """
    from api.nearest import nearest_of  # noqa: PLC0415 - not for --help
    from api.settings import declared, files, gathered, unknown_variables  # noqa: PLC0415

    with reported():
        if where:
            _show_places(files(), as_json=as_json)
            return
        found = gathered(os.environ, data=data)
        variables = {one.variable for one in declared().values()}
        for name in unknown_variables(os.environ):
            near = nearest_of(name, variables)
            note(f"{name} sets nothing{f': did you mean {near}?' if near else ''}")
        if as_json:
            print_json(
                [
                    {
                        "name": one.name,
                        "value": getattr(found.settings, one.name),
                        "origin": found.origins[one.name],
                        "default": one.default,
                        "variable": one.variable,
                        "what": one.what,
                    }
                    for one in declared().values()
                ]
            )
            return
        from rich.text import Text  # noqa: PLC0415 - rich is slow to import

        from api.paragraph import INDENT, paragraph  # noqa: PLC0415
        from api.render import clean  # noqa: PLC0415
        from api.settings_values import written  # noqa: PLC0415

        console = result_console()
        for one in declared().values():
            value = getattr(found.settings, one.name)
            line = Text(one.name, style="bold cyan")
            line.append(f" = {clean(written(value))}", "not bold default")
            line.append(f"  ({found.origins[one.name]})", "not bold dim")
            paragraph(console, line, hang=INDENT)
            paragraph(console, Text(f"{one.what} · {one.variable}", style="dim"), INDENT)


def _show_places(places: tuple[Path, Path], *, as_json: bool) -> None:
    if as_json:
        print_json([{"path": path.absolute(), "there": path.is_file()} for path in places])
        return
    for path in places:
        typer.echo(f"{path.absolute()}{'' if path.is_file() else '  (not there)'}")
