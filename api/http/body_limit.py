"""Body limit: a body that is too long, or comes too slowly, is refused.

It is, whether or not it says its length beforehand; what comes after it is waited for without end.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import response, too_long


class BodyLimit:
    """Lets bodies pass up to a length in bytes that come within some seconds."""

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "0")
        if said.isdigit() and int(said) > self._limit:
            await response(Request(scope), too_long())(scope, receive, send)
            return
        taken, more = 0, True
        until = asyncio.get_running_loop().time() + self._seconds

        async def receive_some() -> Message:
            nonlocal taken, more
            # FastAPI lets nothing but an HTTPException through while it reads a body.
            try:
                async with asyncio.timeout_at(until if more else None):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            taken += len(message.get("body", b""))
            more = bool(message.get("more_body"))
            if taken > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_some, send)
