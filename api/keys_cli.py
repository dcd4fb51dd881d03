"""`dateline keys`: make, list and revoke the API keys of the HTTP service."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.options import AsJson, Data
from api.settings import Settings
from api.streams import note, print_json, reported, result_console

if TYPE_CHECKING:
    from pathlib import Path

    from api.access.key_file import KeyFile
    from api.access.keys import Key

keys_app = typer.Typer(
    help="Make, list and revoke the API keys of the HTTP service.", no_args_is_help=True
)


@keys_app.command()
def create(  # noqa: PLR0913 - one for each option
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whom or what the key is for.")],
    data: Data = None,
    *,
    scope: Annotated[
        str, typer.Option(metavar="read|write", help="The most that it may do; write reads too.")
    ] = "read",
    collection: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="What it sees, once for each; default: default."),
    ] = None,
    expires: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, max=36_500, help="Refuse it after these.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once: only its hash is kept.

    Example: dateline keys create newsroom --scope write --expires 90
    """
    from api.access.folders import DEFAULT_COLLECTION, collection_folder  # noqa: PLC0415
    from api.access.keys import Scope  # noqa: PLC0415 - not for --help

    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        if scope not in tuple(Scope):
            raise typer.BadParameter(
                f"{scope!r} is neither 'read' nor 'write'", param_hint="--scope"
            )
        keys, collections = _keys(settings.data), collection or [DEFAULT_COLLECTION]
        first = not keys.keys()
        key, text = keys.create(
            name, Scope(scope), collections, now=datetime.now(UTC), days=expires
        )
        if as_json:
            print_json({"key": text, **_as_json(key, None)})
        else:
            typer.echo(text)
        note("this is shown once: keep it where you keep passwords")
        note(f"send it as `Authorization: Bearer …`; `dateline keys revoke {key.id}` ends it")
        if first:
            note("from here on the service asks for a key, on this machine too")
        for missing in key.collections:
            folder = collection_folder(settings.data, missing)
            if missing != DEFAULT_COLLECTION and not folder.is_dir():
                note(f"there is no collection {missing!r} yet: `dateline build --data {folder} …`")


@keys_app.command(name="list")
def list_keys(data: Data = None, *, as_json: AsJson = False) -> None:
    """List every key that was made, also those that are revoked; never a secret.

    Example: dateline keys list
    """
    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        listed = [
            _as_json(key, used) for key, used in _with_use(settings.data, _keys(settings.data))
        ]
        if as_json:
            print_json(listed)
        elif listed:
            _show(listed)
        if not listed:
            note("there are no keys: `dateline keys create NAME` makes one")


@keys_app.command()
def revoke(
    key_id: Annotated[
        str, typer.Argument(metavar="ID", help="As `dateline keys list` has it; or a whole key.")
    ],
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Refuse a key from this second on, for good.

    Example: dateline keys revoke 3k9x2m7q1a
    """
    from api.access.keys import id_of  # noqa: PLC0415 - not for --help

    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        # Who finds a leaked key has all of it, and not its id.
        now = datetime.now(UTC)
        keys = _keys(settings.data)
        key = keys.revoke(id_of(key_id) or key_id, now=now)
        if as_json:
            print_json(_as_json(key, None))
        else:
            since = "" if key.revoked == now else f" since {_minute(str(key.revoked))}"
            typer.echo(f"{key.id} ({key.name}) is revoked{since}")
        if not any(other.status(now) == "usable" for other in keys.keys().values()):
            note("no key is usable: `dateline keys create NAME` makes one")


def _keys(data: "Path") -> "KeyFile":
    from api.access.folders import access_folder  # noqa: PLC0415 - not for --help
    from api.access.key_file import KeyFile  # noqa: PLC0415

    return KeyFile(access_folder(data))


def _with_use(data: "Path", keys: "KeyFile") -> "list[tuple[Key, datetime | None]]":
    """Return every key with the time at which it was last used."""
    from api.access.folders import access_folder  # noqa: PLC0415 - not for --help
    from api.access.limits import last_uses  # noqa: PLC0415

    found = sorted(keys.keys().values(), key=lambda key: key.number)
    uses = last_uses(access_folder(data), [key.number for key in found])
    return [
        (key, None if used is None else datetime.fromtimestamp(used, UTC))
        for key, used in zip(found, uses, strict=True)
    ]


def _as_json(key: "Key", used: datetime | None) -> dict[str, Any]:
    def second(moment: datetime | None) -> str | None:
        return moment and moment.isoformat(timespec="seconds")

    return {
        "id": key.id,
        "name": key.name,
        "status": key.status(datetime.now(UTC)),
        "scopes": list(key.scopes),
        "collections": list(key.collections),
        "created": second(key.created),
        "last_used": second(used),
        "expires": second(key.expires),
        "revoked": second(key.revoked),
    }


def _show(listed: list[dict[str, Any]]) -> None:
    from rich.table import Table  # noqa: PLC0415 - rich is slow to import
    from rich.text import Text  # noqa: PLC0415

    table = Table("id", "name", "may", "collections", "created", "last used", "status", box=None)
    for key in listed:
        status = key["status"]
        if status == "usable" and key["expires"]:
            status = f"until {_minute(key['expires'])}"
        table.add_row(
            key["id"],
            Text(key["name"]),
            key["scopes"][-1],
            " ".join(key["collections"]),
            _minute(key["created"]),
            _minute(key["last_used"]) if key["last_used"] else "never",
            status,
        )
    result_console().print(table)


def _minute(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
