"""Collections: where each collection of a service lies, by its name.

    DIR/                     the collection "default", as `--data DIR` says
    DIR/collections/NAME/    the collection NAME

A name is checked before it becomes a path, so none leads out of the folder. `DIR/collections/NAME`
may be a link to another disk.
"""

import re
from pathlib import Path

from api.access.errors import AccessError

DEFAULT = "default"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def folder_of(data: Path, name: str) -> Path:
    """Return the data folder of a collection, whether or not it is there.

    Raises:
        AccessError: the name cannot be one.
    """
    if NAME.fullmatch(name) is None:
        raise AccessError(
            f"{name!r} cannot name a collection: use at most 63 lower-case letters, digits and "
            "hyphens, with no hyphen at an end"
        )
    return data if name == DEFAULT else data / "collections" / name


def folders(data: Path) -> list[Path]:
    """Return the data folder of every collection that is there, the default one first."""
    others = (data / "collections").glob("*")
    named = [path for path in others if NAME.fullmatch(path.name) and path.is_dir()]
    return [data, *sorted(named)]
