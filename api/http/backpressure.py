"""Backpressure: who would only be sent away later is sent away first, before anything is read.

Where too much is waiting, nothing is gained by looking at a request's key and body: refusing has to
cost so little that it takes nothing from those who are being served. Says no more than that the
service is busy, which anyone may know.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.pools import Pool
from api.http.problems import ProblemError, response


class Backpressure:
    """Refuses requests whose pool has no room.

    Args:
        app: what serves the others.
        pools: where requests of a method and a path will wait.
    """

    def __init__(self, app: ASGIApp, pools: Mapping[tuple[str, str], Pool]) -> None:
        self._app = app
        self._pools = pools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            pool = self._pools.get((scope["method"], scope["path"]))
            try:
                if pool is not None:
                    pool.check()
            except ProblemError as problem:
                # It never gets to the router, which would say it.
                scope.setdefault("state", {})["route"] = scope["path"]
                await response(Request(scope), problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)
