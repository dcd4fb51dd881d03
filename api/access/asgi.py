"""The gate as it stands before a FastAPI service: one middleware, one dependency.

    protect(app, Gate.of(data, settings, Rules()))     once, where the app is made

    @app.post("/v1/search")
    def search(caller: Asking) -> …:                   caller.folder is the collection's folder

The middleware decides before anything of a request is read, and for every path, so an endpoint
without the dependency is closed too. A request in flight counts until the last byte of its answer
is sent, streams included.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.errors import Refusal
from api.access.gate import Caller, Gate, Incoming
from api.access.refusals import COLLECTION_HEADER

Respond = Callable[[Request, Refusal], Response]

PROBLEM_TYPE = "urn:dateline:problem:"
# What a page of an allowed origin may send and read beyond what every page may.
SENT = ("Authorization", "Content-Type", COLLECTION_HEADER, "Idempotency-Key", "X-Request-ID")
READ = ("RateLimit", "RateLimit-Policy", "Retry-After", "Location", "X-Request-ID")

_PROBLEM: dict[str, Any] = {
    "application/problem+json": {
        "schema": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {"type": "string", "format": "uri"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
            },
        }
    }
}
# For FastAPI's `responses`: what the gate may answer in the place of an endpoint.
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"description": "No collection is named, or several are.", "content": _PROBLEM},
    401: {"description": "No key, or one that is not valid.", "content": _PROBLEM},
    403: {"description": "The key may not do this, or not here.", "content": _PROBLEM},
    404: {"description": "There is no such collection.", "content": _PROBLEM},
    429: {"description": "Too many requests; see Retry-After.", "content": _PROBLEM},
    503: {"description": "The keys cannot be read.", "content": _PROBLEM},
}

_bearer = HTTPBearer(
    scheme_name="key",
    description="An API key, as `dateline keys create` shows it.",
    auto_error=False,
)


def caller(
    request: Request,
    _key: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    _collection: Annotated[
        str | None,
        Header(
            alias=COLLECTION_HEADER,
            description="The collection that is asked; needed by a key that sees several.",
        ),
    ] = None,
) -> Caller:
    """Return who asks, as the middleware found it; the other parameters tell OpenAPI of it.

    Raises:
        RuntimeError: the app is not protected, or the path is public.
    """
    found = request.scope.get("state", {}).get("caller")
    if not isinstance(found, Caller):
        raise RuntimeError(f"nobody was asked for a key on {request.url.path}: `protect` the app")  # noqa: TRY004
    return found


Asking = Annotated[Caller, Depends(caller)]


def problem(_request: Request, refusal: Refusal) -> Response:
    """Return a refusal as problem details (RFC 9457)."""
    content: dict[str, Any] = {
        "type": PROBLEM_TYPE + refusal.slug,
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    if refusal.policies:
        content["violated-policies"] = list(refusal.policies)
    return Response(
        json.dumps(content, ensure_ascii=False),
        status_code=refusal.status,
        headers=dict(refusal.headers),
        media_type="application/problem+json",
    )


def protect(app: FastAPI, gate: Gate, respond: Respond = problem) -> None:
    """Put the gate before an app, and before it what browsers ask of origins.

    Args:
        app: the app; what is added to it later stands before the gate, such as request ids.
        gate: decides.
        respond: turns a refusal into a response.
    """
    app.add_middleware(AccessMiddleware, gate=gate, respond=respond)
    if gate.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=gate.origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=SENT,
            expose_headers=READ,
        )


class AccessMiddleware:
    """Lets requests pass that may, and counts them."""

    def __init__(self, app: ASGIApp, gate: Gate, respond: Respond = problem) -> None:
        self._app = app
        self._gate = gate
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":  # there are no other endpoints to guard
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            found = self._gate.admit(_incoming(scope))
            rate = None if found is None else self._gate.count(found)
            slot = None if found is None or rate is None else self._gate.enter(found, rate)
        except Refusal as refusal:
            response = self._respond(Request(scope), refusal)
            await response(scope, receive, send)
            return
        headers = {} if rate is None else self._gate.headers(rate)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        try:
            scope.setdefault("state", {})["caller"] = found
            await self._app(scope, receive, send_with_headers)
        finally:
            self._gate.leave(slot)


def _incoming(scope: Scope) -> Incoming:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    server = scope.get("server")
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    return Incoming(
        method=scope["method"],
        path=path.removeprefix(root) if path.startswith(f"{root}/") else path,
        headers=headers,
        server=None if server is None else server[0],
    )
