"""`dateline keys`: make, list and revoke the keys of the HTTP service."""

import os
from dataclasses import asdict
from typing import Annotated

import typer

from api.options import AsJson, Data
from api.settings import Settings
from api.streams import note, print_json, reported, result_console

keys_app = typer.Typer(
    help="Make, list and revoke the keys of the HTTP service.",
    epilog="Example: dateline keys create newsroom --scope write",
    no_args_is_help=True,
)
SCOPES = ("read", "write")


@keys_app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom or what the key is for.")],
    data: Data = None,
    *,
    scope: Annotated[
        str, typer.Option(metavar="read|write", help="What it may do; write reads too.")
    ] = "read",
    collection: Annotated[
        str, typer.Option(metavar="NAME", help="The one collection that it sees.")
    ] = "default",
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once: only its hash is kept.

    Example: dateline keys create newsroom --scope write
    """
    from api.access.collections import folder_of  # noqa: PLC0415 - not for --help
    from api.access.keys import Keys  # noqa: PLC0415

    if scope not in SCOPES:
        raise typer.BadParameter(f"{scope!r} is neither read nor write", param_hint="--scope")
    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        keys = Keys(settings.data)
        first = not keys.needed()
        key, text = keys.create(name, "write" if scope == "write" else "read", collection)
        if as_json:
            print_json({"key": text, **asdict(key)})
        else:
            typer.echo(text)
        note(f"it is shown this once; `dateline keys revoke {key.id}` ends it")
        if first:
            note("the service asks for a key from here on, on this machine too")
        folder = folder_of(settings.data, collection)
        if not folder.is_dir():
            note(f"nothing is in that collection yet: `dateline build PATH --data {folder}`")


@keys_app.command(name="list")
def list_keys(data: Data = None, *, as_json: AsJson = False) -> None:
    """List every key that was made, revoked ones too.

    A key itself is never shown again.

    Example: dateline keys list
    """
    from api.access.keys import Keys  # noqa: PLC0415 - not for --help

    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        listed = Keys(settings.data).listed()
        if as_json:
            print_json([asdict(key) for key in listed])
        elif listed:
            from rich.table import Table  # noqa: PLC0415 - slow to import
            from rich.text import Text  # noqa: PLC0415

            table = Table("id", "name", "scope", "collection", "created", "revoked", box=None)
            for key in listed:
                table.add_row(
                    key.id, Text(key.name), key.scope, key.collection, key.created, key.revoked
                )
            result_console().print(table)
        if not listed:
            note("there are no keys: `dateline keys create NAME` makes one")


@keys_app.command()
def revoke(
    key: Annotated[
        str,
        typer.Argument(metavar="ID", help="Its id, as `dateline keys list` has it; or all of it."),
    ],
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Refuse a key from now on, for good.

    Example: dateline keys revoke 3f9a2c71d0
    """
    from api.access.keys import Keys  # noqa: PLC0415 - not for --help

    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        keys = Keys(settings.data)
        revoked = keys.revoke(key)
        if as_json:
            print_json(asdict(revoked))
        else:
            typer.echo(f"{revoked.id} ({revoked.name}) is revoked since {revoked.revoked}")
        if not keys.usable():
            note("no key is left: the service answers nobody until one is made")
