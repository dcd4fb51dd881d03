"""Health: does the process run, and can it answer?"""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.http.pools import Pool
from api.http.problems import ProblemError
from api.http.schemas import problems
from index.errors import DatelineError

SECONDS = 10.0


class Health(BaseModel):
    """That it is well."""

    status: str


def health_router(reading: Pool, ready: Callable[[], None]) -> APIRouter:
    """Return the endpoints that watchers ask.

    Args:
        reading: the threads to look in.
        ready: opens the collection and its model; raises DatelineError where that fails.
    """
    router = APIRouter(tags=["running"])

    @router.get("/healthz", responses={200: {"model": Health}}, response_model=None)
    async def healthz() -> JSONResponse:
        """Tell that the process runs."""
        return JSONResponse({"status": "ok"})

    @router.get(
        "/readyz", responses={200: {"model": Health}, **problems(503, 504)}, response_model=None
    )
    async def readyz() -> JSONResponse:
        """Tell that the collection opens and its model is loaded."""
        try:
            await reading.run(ready, SECONDS)
        except DatelineError:
            detail = "the collection or its model cannot be opened; the log says why"
            raise ProblemError(503, "not-ready", "The service is not ready", detail) from None
        return JSONResponse({"status": "ok"})

    return router
