"""Leaving: work whose caller has gone away is stopped, since nobody would read its result."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

from api.http.problems import ProblemError

T = TypeVar("T")
# How often is looked whether the caller is still there.
SECONDS = 0.2


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what some work gives, unless its caller goes away meanwhile.

    Raises:
        ProblemError: the caller has gone; the work was cancelled.
    """
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=SECONDS))[0]:
            if await request.is_disconnected():
                raise ProblemError(499, "gone", "The caller has gone", "nobody reads this")
        return task.result()
    finally:
        task.cancel()
