"""Access: the one place where an endpoint learns who asks and which collection is meant.

Every router depends on `authorised`. Unless an app is given something stricter, anyone may do
anything in the one collection: right on loopback, and nowhere else.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fastapi import Request

Right = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key's public id, None where there is none, and the collection's folder."""

    key: str | None
    folder: Path


Admit = Callable[[Request, Right], Awaitable[Caller]]
"""Tells who asks, or raises a ProblemError."""


def open_to_all(folder: Path) -> Admit:
    """Return what lets everyone do everything in one collection."""

    async def admit(_request: Request, _right: Right) -> Caller:
        return Caller(None, folder)

    return admit


def authorised(right: Right) -> Callable[[Request], Awaitable[Caller]]:
    """Return the dependency of an endpoint that needs a right."""

    async def admitted(request: Request) -> Caller:
        admit: Admit = request.app.state.admit
        return await admit(request, right)

    return admitted
