"""Gate: may this request pass, who asks, and in which collection's folder?

Knows the parts of a request and nothing of the framework that serves it.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api.access import refusals
from api.access.errors import AccessError
from api.access.folders import (
    DEFAULT_COLLECTION,
    NAME,
    access_folder,
    collection_folder,
)
from api.access.key_file import KeyFile
from api.access.keys import Key, Scope, id_of, is_right
from api.access.limits import Counters, Limits, Rate
from api.access.loopback import check_is_local
from api.access.rules import Rules
from api.access.settings import AccessSettings

COLLECTION = refusals.COLLECTION_HEADER.lower()
# Numbers of keys count from 1; without keys, all that ask are on this machine and share one limit.
NO_KEY = 0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request, as far as access depends on it.

    Attributes:
        method: in upper case.
        path: decoded, below the root of the service.
        headers: the values of each, by its name in lower case.
        server: the address at which it arrived; None where it was not an IP address.
    """

    method: str
    path: str
    headers: Mapping[str, Sequence[str]]
    server: str | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        key: the public id of the key, for logs; None where none is needed.
        number: what its requests are counted under.
        scopes: what it may do.
        collection: the name of the collection that it asks.
        folder: that collection's data folder.
    """

    key: str | None
    number: int
    scopes: tuple[Scope, ...]
    collection: str
    folder: Path


class Gate:
    """Decides for one service, in one process.

    Args:
        data: its data folder.
        keys: its keys.
        counters: what its keys have asked.
        rules: what each endpoint needs.
        origins: the web origins that may ask.
        clock: seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913 - each is one thing it decides by
        self,
        data: Path,
        keys: KeyFile,
        counters: Counters,
        *,
        rules: Rules,
        origins: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.origins = tuple(origins)
        self._data = data
        self._keys = keys
        self._counters = counters
        self._rules = rules
        self._clock = clock

    @classmethod
    def of(cls, data: Path, settings: AccessSettings, rules: Rules) -> "Gate":
        """Return the gate of the service over a data folder."""
        folder = access_folder(data)
        try:
            counters = Counters(folder, settings.limits)
        except OSError as error:
            _log.warning(
                "%s cannot be written (%s): each worker counts its own requests",
                folder,
                error.strerror,
            )
            counters = Counters(None, settings.limits)
        return cls(data, KeyFile(folder), counters, rules=rules, origins=settings.origins)

    @property
    def limits(self) -> Limits:
        """What is counted against."""
        return self._counters.limits

    def admit(self, request: Incoming) -> Caller | None:
        """Return who asks, None where anyone may.

        Raises:
            Refusal: the request may not pass.
        """
        try:
            keys = self._keys.keys()
        except AccessError as error:
            _log.error("%s", error)
            raise refusals.keys_unreadable() from error
        needed = self._rules.needed(request.method, request.path)
        if not keys:
            check_is_local(request.server, request.headers, self.origins)
            return None if needed is None else self._anyone(request)
        if needed is None:
            return None
        key = self._key(keys, request.headers.get("authorization", ()))
        if needed not in key.scopes:
            raise refusals.scope_missing(key, needed)
        name = _collection(key, request.headers)
        return Caller(key.id, key.number, key.scopes, name, self._folder(name))

    def count(self, caller: Caller) -> Rate:
        """Count a request.

        Raises:
            Refusal: there were too many within a minute.
        """
        rate = self._counters.take(caller.number, self._clock())
        if not rate.allowed:
            headers = self.headers(rate)
            raise refusals.too_many_requests(self.limits.per_minute, rate.wait, headers)
        return rate

    def enter(self, caller: Caller, rate: Rate) -> int | None:
        """Take a slot for a request in flight, to be given to `leave`; None if none is needed.

        Raises:
            Refusal: all are taken.
        """
        if not self.limits.concurrent:
            return None
        slot = self._counters.enter(caller.number)
        if slot is None:
            raise refusals.too_many_at_once(self.limits.concurrent, self.headers(rate))
        return slot

    def leave(self, slot: int | None) -> None:
        """Give a slot back."""
        if slot is not None:
            self._counters.leave(slot)

    def headers(self, rate: Rate) -> dict[str, str]:
        """Return what every answer to a caller says of its limits."""
        headers = {}
        if self.limits.policy is not None:
            headers["RateLimit-Policy"] = self.limits.policy
        if self.limits.per_minute:
            headers["RateLimit"] = rate.header
        return headers

    def close(self) -> None:
        """Let go of files."""
        self._counters.close()

    def _anyone(self, request: Incoming) -> Caller:
        names = set(request.headers.get(COLLECTION, ()))
        if len(names) > 1:
            raise refusals.collection_not_named(sorted(names))
        name = names.pop() if names else DEFAULT_COLLECTION
        return Caller(None, NO_KEY, tuple(Scope), name, self._folder(name))

    def _key(self, keys: Mapping[str, Key], given: Sequence[str]) -> Key:
        if not given:
            raise refusals.key_missing()
        scheme, _, text = given[0].partition(" ")
        text = text.strip()
        key_id = id_of(text) if len(given) == 1 and scheme.lower() == "bearer" else None
        if key_id is None:
            raise refusals.key_malformed()
        key = keys.get(key_id)
        if not is_right(text, key) or key is None:
            raise refusals.key_unknown()
        status = key.status(datetime.fromtimestamp(self._clock(), UTC))
        if status != "usable":
            raise refusals.key_ended(key, status)
        return key

    def _folder(self, name: str) -> Path:
        folder = collection_folder(self._data, name) if NAME.fullmatch(name) else None
        # The default collection may be made by what the service does first.
        if folder is None or (name != DEFAULT_COLLECTION and not folder.is_dir()):
            raise refusals.collection_not_found()
        return folder


def _collection(key: Key, headers: Mapping[str, Sequence[str]]) -> str:
    """Return the name of the collection that a key asks."""
    names = set(headers.get(COLLECTION, ())) or set(key.collections)
    if not names <= set(key.collections):
        raise refusals.collection_not_allowed(key)
    if len(names) > 1:
        raise refusals.collection_not_named(key.collections)
    return names.pop()
