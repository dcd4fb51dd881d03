"""Access: the one place where it is told who asks, of which collection, and whether they may.

The gate stands before the app and asks for a key on every path but the public ones, before anything
of a request is read; each endpoint says which scope it needs by depending on `authorised`. Where no
key was ever made, this machine may do everything in the default collection, and nobody else
anything. A request in flight counts until the last part of its answer is sent.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.collections import folder_of
from api.access.errors import AccessError
from api.access.keys import Key, Keys, KeyScope
from api.access.limits import Counters
from api.http.backpressure import Backpressure
from api.http.loopback import check_is_local
from api.http.pools import Pool
from api.http.problems import ProblemError, response, too_many
from api.http.settings import ServiceSettings

log = logging.getLogger("dateline.service")
# They tell nothing of a collection; watchers and browsers ask them without a key.
PUBLIC = frozenset(
    {
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/docs",
        "/swagger/swagger-ui-bundle.js",
        "/swagger/swagger-ui.css",
        "/swagger/favicon-32x32.png",
    }
)
# What an allowed origin's page may send and read beyond what every page may.
SENT = ("Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-ID", "traceparent")
READ = ("Location", "Retry-After", "X-Request-ID")
# RFC 6750, section 3.
INVALID = 'Bearer error="invalid_token"'

_bearer = HTTPBearer(
    scheme_name="key",
    description="A key, as `dateline keys create` shows it. On loopback none is needed before the "
    "first is made.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key's id, None where there is none; what it may do; its collection's folder."""

    key: str | None
    scope: KeyScope
    folder: Path


def authorised(scope: KeyScope) -> Callable[..., Awaitable[Caller]]:
    """Return the dependency of an endpoint that needs a scope."""

    async def admitted(
        request: Request,
        # The gate has read it; here it is for the schema.
        _key: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    ) -> Caller:
        caller: Caller = request.scope["state"]["caller"]
        if scope == "write" and caller.scope != "write":
            detail = "the key may read and not write: ask whoever runs the service for another"
            challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="write"'}
            raise ProblemError(403, "scope", "The key may not do this", detail, challenge)
        return caller

    return admitted


def protect(app: FastAPI, settings: ServiceSettings, waits: Mapping[tuple[str, str], Pool]) -> None:
    """Put the gate before an app, before it what is too much, and first what browsers ask.

    Args:
        app: the app.
        settings: how the service runs.
        waits: where requests of a method and a path wait.
    """
    app.add_middleware(Gate, settings=settings)
    app.add_middleware(Backpressure, pools=waits)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=SENT,
            expose_headers=READ,
        )


class Gate:
    """Lets requests pass that may, and counts them."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._settings = settings
        self._keys = Keys(settings.data)
        self._opened: Counters | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                self._keys.close()
        elif scope["type"] == "http" and scope["path"] in PUBLIC:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:  # no endpoint is of another kind
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        slot = None
        try:
            if self._keys.needed():
                key = self._key(request)
                caller = Caller(key.id, key.scope, folder_of(self._settings.data, key.collection))
                slot = self._enter(key)
            else:
                check_is_local(request, self._settings.origins)
                caller = Caller(None, "write", self._settings.data)
        except ProblemError as problem:
            await response(request, problem)(scope, receive, send)
            return
        except (AccessError, OSError) as error:
            log.error("%s", error)  # noqa: TRY400 - the message says what to do
            await response(request, _untold())(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller

        def leave() -> None:
            nonlocal slot
            if slot is not None:
                self._counters().leave(slot)
                slot = None

        async def send_and_leave(message: Message) -> None:
            # Who has the whole answer may ask again at once.
            if message["type"] == "http.response.body" and not message.get("more_body"):
                leave()
            await send(message)

        try:
            await self._app(scope, receive, send_and_leave)
        finally:
            leave()

    def _key(self, request: Request) -> Key:
        given = request.headers.getlist("authorization")
        if not given:
            raise _unknown("key-missing", "A key is needed", "send one", "Bearer")
        scheme, _, text = given[0].partition(" ")
        # Of two, another layer may have read the other.
        sound = len(given) == 1 and scheme.lower() == "bearer"
        key = self._keys.find(text.strip()) if sound else None
        if key is None:
            raise _unknown("key-unknown", "The key is not known", "send all of it")
        request.scope.setdefault("state", {})["key"] = key.id
        if key.revoked is not None:
            raise _unknown("key-revoked", "The key is revoked", "send another")
        return key

    def _enter(self, key: Key) -> int:
        limits = self._settings.limits
        wait = self._counters().take(key.number, time.time())
        if wait:
            raise too_many(
                "too-many-requests", f"more than {limits.per_minute:,} in a minute", wait
            )
        slot = self._counters().enter(key.number)
        if slot is None:
            raise too_many("too-many-at-once", f"more than {limits.at_once:,} at once", 1)
        return slot

    def _counters(self) -> Counters:
        # Not before they are needed: without keys nothing is counted or written.
        if self._opened is None:
            self._opened = Counters(self._settings.data, self._settings.limits)
        return self._opened


def _unknown(kind: str, title: str, what: str, challenge: str = INVALID) -> ProblemError:
    detail = f"{what} as `Authorization: Bearer dl_…`; whoever runs the service makes keys"
    return ProblemError(401, kind, title, detail, {"WWW-Authenticate": challenge})


def _untold() -> ProblemError:
    detail = "it cannot be told who may ask; the log of the service says why"
    return ProblemError(503, "keys", "The keys cannot be read", detail, {"Retry-After": "5"})
