"""Folders: where each collection of a service lies, and where its keys do.

    DIR/                    the collection "default", as `--data DIR` says
    DIR/collections/NAME/   the collection NAME
    DIR/access/             keys and counters

A name is letters, digits and hyphens, checked before it becomes a path, so no name leads out of
the folder. Whoever runs the service may make `DIR/collections/NAME` a link to another disk.
"""

import re
from pathlib import Path

from api.access.errors import AccessError

DEFAULT_COLLECTION = "default"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def checked_name(name: str) -> str:
    """Return the name of a collection.

    Raises:
        AccessError: it cannot be one.
    """
    if NAME.fullmatch(name) is None:
        raise AccessError(
            f"{name!r} cannot name a collection: use at most 63 lower-case letters, digits and "
            "hyphens, with no hyphen at an end"
        )
    return name


def collection_folder(data: Path, name: str) -> Path:
    """Return the data folder of a collection, whether or not it is there.

    Raises:
        AccessError: the name cannot be one.
    """
    if checked_name(name) == DEFAULT_COLLECTION:
        return data
    return data / "collections" / name


def access_folder(data: Path) -> Path:
    """Return the folder of keys and counters."""
    return data / "access"
