"""Search: `POST /v1/search`, the passages that fit a question, without an answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import TypeAdapter

from api.http.access import Caller, authorised
from api.http.answers import scope_of
from api.http.asking import Asked, Asking
from api.http.leaving import while_there
from api.http.schemas import SearchRequest, SearchResult, problems
from rag.question import check
from rag.types import Found

# Ten passages take a twentieth of the time that `dataclasses.asdict` takes.
SHOWN = TypeAdapter(dict[str, tuple[Found, ...]])


def search_router(asking: Asking) -> APIRouter:
    """Return the endpoint of searches."""
    router = APIRouter(tags=["search"])

    @router.post(
        "/v1/search",
        responses={200: {"model": SearchResult}, **problems(400, 408, 413, 422, 503, 504)},
        response_model=None,
    )
    async def search(
        body: SearchRequest,
        request: Request,
        caller: Annotated[Caller, Depends(authorised("read"))],
    ) -> Response:
        """Return the passages that fit a question best, each with its ranks and scores."""
        check(body.question)
        scope = scope_of(body.filters, body.as_of)
        asked = Asked(body.question, scope=scope, reader=body.reader)
        found = await while_there(request, asking.search(caller.folder, asked, body.limit))
        return Response(SHOWN.dump_json({"passages": found}), media_type="application/json")

    return router
