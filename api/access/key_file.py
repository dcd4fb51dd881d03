"""KeyFile: the keys of a service in `keys.json`, shared by every process that uses the folder.

The file is replaced whole, never changed in place, so that a reader sees all of a change or none
of it, and sees it with its next look: a look costs one `stat`. Writers wait for each other. What
is revoked stays in the file: a service all of whose keys are revoked must not look like one that
never had any.
"""

import difflib
import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api.access.errors import AccessError
from api.access.folders import checked_name
from api.access.keys import GRANTS, Key, Scope, digest_of, id_of, make_key

KEYS = "keys.json"
LOCK = "keys.lock"
FORMAT = 1
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class _Content:
    next: int
    keys: Mapping[str, Key]


NOTHING = _Content(next=1, keys={})


class KeyFile:
    """The keys in a folder.

    Args:
        folder: where they are kept; made with the first key, for its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / KEYS
        self._content = NOTHING
        self._seen: tuple[int, ...] | None = None
        self._lock = threading.Lock()

    def keys(self) -> Mapping[str, Key]:
        """Return every key by its id, as the file has them at this moment.

        Raises:
            AccessError: the file cannot be read, or something else was written to it.
        """
        try:
            seen = _version(self._path.stat())
            with self._lock:
                if seen != self._seen:
                    self._read()
                return self._content.keys
        except FileNotFoundError:
            return NOTHING.keys
        except OSError as error:
            raise AccessError(
                f"the keys in {self._path} cannot be read ({error.strerror}): make them with the "
                "user that runs the service, or give that user the file"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise AccessError(
                f"{self._path} is damaged ({error}): put a copy of it back, or delete it and make "
                "new keys with `dateline keys create`"
            ) from error

    def create(
        self,
        name: str,
        scope: Scope,
        collections: Sequence[str],
        *,
        now: datetime,
        days: int | None = None,
    ) -> tuple[Key, str]:
        """Make a key and keep it.

        Args:
            name: whom or what it is for.
            scope: the most that it may do.
            collections: the names of those that it sees.
            now: the time, in UTC.
            days: after how many it is refused.

        Returns:
            What is kept, and the key itself, which nothing can show again.

        Raises:
            AccessError: a name cannot be used, or the file cannot be written.
        """
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise AccessError(f"name a key by 1 to {MAX_NAME} printable characters")
        seen = tuple(dict.fromkeys(checked_name(collection) for collection in collections))
        with self._changing() as content:
            text = make_key()
            key_id = id_of(text)
            assert key_id is not None  # noqa: S101 - it has just been made
            key = Key(
                id=key_id,
                number=content.next,
                name=name.strip(),
                scopes=GRANTS[scope],
                collections=seen,
                created=now,
                expires=None if days is None else now + timedelta(days=days),
                revoked=None,
                digest=digest_of(text),
            )
            if key_id in content.keys:  # once in 36^10
                raise AccessError("the new key has the id of another: run this again")
            self._write(_Content(content.next + 1, {**content.keys, key_id: key}))
        return key, text

    def revoke(self, key_id: str, *, now: datetime) -> Key:
        """Refuse a key from now on; one that was revoked before stays as it is.

        Raises:
            AccessError: no key has that id, or the file cannot be written.
        """
        with self._changing() as content:
            key = content.keys.get(key_id)
            if key is None:
                near = difflib.get_close_matches(key_id, list(content.keys), n=1)
                hint = f"did you mean {near[0]!r}?" if near else "`dateline keys list` lists them"
                raise AccessError(f"there is no key {key_id!r}: {hint}")
            if key.revoked is None:
                key = replace(key, revoked=now)
                self._write(_Content(content.next, {**content.keys, key_id: key}))
        return key

    @contextmanager
    def _changing(self) -> Iterator[_Content]:
        """Return a context in which no other process changes the file."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self.keys()
                yield self._content if self._path.exists() else NOTHING
            finally:
                os.close(lock)
        except OSError as error:
            raise AccessError(
                f"the keys in {self.folder} cannot be written ({error.strerror}): check its "
                "permissions, or choose another data folder with --data"
            ) from error

    def _read(self) -> None:
        with self._path.open("rb") as file:
            # Of the file that is read, which may be a newer one than was seen.
            seen = _version(os.fstat(file.fileno()))
            value = json.load(file)
        if value["format"] != FORMAT:
            raise ValueError(f"its format is {value['format']}, not {FORMAT}")
        keys = [_from_json(key) for key in value["keys"]]
        self._content = _Content(int(value["next"]), {key.id: key for key in keys})
        self._seen = seen

    def _write(self, content: _Content) -> None:
        value = {
            "format": FORMAT,
            "next": content.next,
            "keys": [_to_json(key) for key in content.keys.values()],
        }
        # Only the one who holds the lock writes here, so what a kill left is written over.
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(value, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _version(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _to_json(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "number": key.number,
        "name": key.name,
        "scopes": list(key.scopes),
        "collections": list(key.collections),
        "created": key.created.isoformat(),
        "expires": key.expires and key.expires.isoformat(),
        "revoked": key.revoked and key.revoked.isoformat(),
        "sha256": key.digest.hex(),
    }


def _from_json(value: dict[str, Any]) -> Key:
    return Key(
        id=str(value["id"]),
        number=int(value["number"]),
        name=str(value["name"]),
        scopes=tuple(Scope(scope) for scope in value["scopes"]),
        collections=tuple(checked_name(name) for name in value["collections"]),
        created=_moment(value["created"]),
        expires=None if value["expires"] is None else _moment(value["expires"]),
        revoked=None if value["revoked"] is None else _moment(value["revoked"]),
        digest=bytes.fromhex(value["sha256"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment
