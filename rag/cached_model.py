"""Cached model: what a language model was asked before is answered from a file of the data folder.

A call is known by the SHA-256 of all that decides its text: the model, where it is, the messages
and the parameters. The file holds that, the text and the day, and neither keys nor prompts. Knows
nothing of what the text is for.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from index.errors import StoreError
from rag.language_model import LanguageModel, Message, Usage, Writing
from rag.records.kept_file import KeptFile

log = logging.getLogger(__name__)

CALLS = "calls.db"
MAX_DAYS = 30
MAX_BYTES = 64_000_000
# How much of the bound is left when it was passed, so that this is seldom done.
KEPT_SHARE = 0.9
SECONDS_A_DAY = 86_400
# Raise it when what decides a call's text is written down otherwise.
KEY_FORMAT = 1
APPLICATION_ID = 0x44_43_41_4C  # "DCAL"
VERSION = 1
SCHEMA = """
CREATE TABLE calls (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,  -- SHA-256 of the call
    made INTEGER NOT NULL,     -- in seconds since 1970
    size INTEGER NOT NULL,     -- of the pieces, in bytes
    pieces BLOB NOT NULL       -- JSON: the text as it came, piece by piece
);
CREATE INDEX calls_by_age ON calls (made, size)
"""


class ModelCalls:
    """The finished calls of a data folder. Threads may share one, and processes the file.

    What cannot be read or kept is said once, and then the model is asked.

    Args:
        folder: the data folder; the file is made there with the first call.
        max_days: after so many days a call is made anew.
        max_bytes: how much text is kept, in bytes; the oldest goes.
        clock: the time in seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_days: float = MAX_DAYS,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file = KeptFile(
            folder / CALLS, application=APPLICATION_ID, version=VERSION, schema=SCHEMA
        )
        self._max_age = max_days * SECONDS_A_DAY
        self._max_bytes = max_bytes
        self._clock = clock
        self._said: set[str] = set()

    def get(self, key: str) -> tuple[str, ...] | None:
        """Return the pieces of a call's text, or None where it was not kept or is too old."""
        try:
            with self._file.reading() as sql:
                row = (
                    sql
                    and sql.execute(
                        "SELECT pieces FROM calls WHERE key = ? AND made > ?",
                        (key, self._clock() - self._max_age),
                    ).fetchone()
                )
            return tuple(map(str, json.loads(row[0]))) if row else None
        except (StoreError, ValueError, TypeError) as error:
            self._say("read", error)
            return None

    def keep(self, key: str, pieces: Sequence[str]) -> None:
        """Keep the text of a call that finished."""
        content = json.dumps(pieces).encode()
        if len(content) > self._max_bytes:
            return
        made = int(self._clock())
        try:
            with self._file.writing() as sql:
                sql.execute(
                    "INSERT OR REPLACE INTO calls (key, made, size, pieces) VALUES (?, ?, ?, ?)",
                    (key, made, len(content), content),
                )
                sql.execute("DELETE FROM calls WHERE made <= ?", (made - self._max_age,))
                if sql.execute("SELECT sum(size) FROM calls").fetchone()[0] > self._max_bytes:
                    sql.execute(
                        "DELETE FROM calls WHERE number IN (SELECT number FROM (SELECT number, "
                        "sum(size) OVER (ORDER BY made DESC, number DESC) AS kept FROM calls) "
                        "WHERE kept > ? AND number != last_insert_rowid())",
                        (int(self._max_bytes * KEPT_SHARE),),
                    )
        except StoreError as error:
            self._say("kept", error)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _say(self, verb: str, error: Exception) -> None:
        if str(error) not in self._said:
            self._said.add(str(error))
            log.warning("a call of the language model was not %s: %s", verb, error)


class CachedModel:
    """A language model that is not asked the same twice.

    Only what it finished of its own accord is kept, so a call that failed, was cut off or was
    closed is made again.

    Args:
        model: the model.
        calls: where its calls are kept.
        base_url: where it is asked, if not where its name says; two places are two models.
        parameters: what else decides its text, as plain JSON values: temperature, seed. Never a
            key or a header.
    """

    def __init__(
        self,
        model: LanguageModel,
        calls: ModelCalls,
        *,
        base_url: str | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        self._model = model
        self._calls = calls
        self._base_url = base_url
        self._parameters = dict(parameters or {})

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> Writing:
        """Begin to write, or to repeat what was written; see `rag.language_model.LanguageModel`.

        Raises:
            ModelCallError: the model had to be asked, and could not be.
        """
        key = self._key(messages, max_tokens)
        pieces = self._calls.get(key)
        if pieces is not None:
            return _Repeated(pieces)
        return _Kept(self._model.write(messages, max_tokens=max_tokens), self._calls, key)

    def _key(self, messages: Sequence[Message], max_tokens: int) -> str:
        call = {
            "format": KEY_FORMAT,
            "model": self._model.name,
            "base_url": self._base_url,
            "messages": [astuple(message) for message in messages],
            "max_tokens": max_tokens,
            "parameters": self._parameters,
        }
        return hashlib.sha256(json.dumps(call, sort_keys=True).encode()).hexdigest()


class _Repeated:
    """A text that was written before."""

    usage = Usage(calls=1, cost_usd=0.0, cached=1)

    def __init__(self, pieces: Sequence[str]) -> None:
        self._left = list(reversed(pieces))
        self._closed = False

    @property
    def finished(self) -> bool:
        return not self._left

    def __iter__(self) -> Iterator[str]:
        while self._left and not self._closed:
            yield self._left.pop()

    def close(self) -> None:
        self._closed = True


class _Kept:
    """A text that is kept once it is whole."""

    def __init__(self, writing: Writing, calls: ModelCalls, key: str) -> None:
        self._writing = writing
        self._calls = calls
        self._key = key

    @property
    def usage(self) -> Usage:
        return self._writing.usage

    @property
    def finished(self) -> bool:
        return self._writing.finished

    def __iter__(self) -> Iterator[str]:
        pieces = []
        for piece in self._writing:
            pieces.append(piece)
            yield piece
        if self._writing.finished and any(pieces):
            self._calls.keep(self._key, pieces)

    def close(self) -> None:
        self._writing.close()
