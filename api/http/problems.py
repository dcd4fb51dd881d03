"""Problems: every refusal and failure as RFC 9457 problem details, or in OpenAI's own shape.

Knows which path has which shape. What a problem says is safe to show: no stack, no path of a file.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response

from index.errors import DatelineError, NoCollectionError, StoreError
from index.filters import FilterError
from rag.errors import QuestionError

TYPE = "urn:dateline:problem:"
MEDIA_TYPE = "application/problem+json"
# OpenAI's clients read errors in their own shape there.
OPENAI_PATHS = ("/v1/chat/", "/v1/models")


@dataclass
class ProblemError(Exception):
    """A request that cannot be answered as it was asked.

    Attributes:
        status: the HTTP status.
        kind: the last part of the problem's type, stable.
        title: what is wrong, the same for all of its kind.
        detail: what is wrong with this request, and what to do.
        headers: what the response has besides.
        errors: where in the request, and why there.
    """

    status: int
    kind: str
    title: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: Sequence[Mapping[str, Any]] = ()


def not_found(what: str) -> ProblemError:
    """Return the problem that there is no such thing."""
    return ProblemError(404, "not-found", "There is no such thing", what)


def busy(seconds: int) -> ProblemError:
    """Return the problem that too many are waiting already."""
    detail = f"too many requests are waiting: ask again in {seconds} s"
    return ProblemError(503, "busy", "The service is busy", detail, {"Retry-After": str(seconds)})


def too_many(kind: str, what: str, seconds: float) -> ProblemError:
    """Return the problem that a key asked too much."""
    wait = max(1, math.ceil(seconds))
    detail = f"{what} with this key: ask again in {wait} s"
    return ProblemError(429, kind, "Too many requests", detail, {"Retry-After": str(wait)})


def too_slow(seconds: float) -> ProblemError:
    """Return the problem that a request took too long."""
    detail = f"it was not done within {seconds:g} s: ask for less, or again later"
    return ProblemError(504, "too-slow", "The request took too long", detail)


def response(request: Request, problem: ProblemError) -> Response:
    """Return a problem in the shape of the path that was asked."""
    if request.scope["path"].startswith(OPENAI_PATHS):
        content: dict[str, Any] = {"error": openai_error(problem)}
        media_type = "application/json"
    else:
        content = details(problem)
        request_id = request.scope.get("state", {}).get("request_id")
        if request_id:
            content["instance"] = f"urn:dateline:request:{request_id}"
        if problem.errors:
            content["errors"] = list(problem.errors)
        media_type = MEDIA_TYPE
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, problem.status, dict(problem.headers), media_type)


def details(problem: ProblemError) -> dict[str, Any]:
    """Return a problem's details, without those of the request."""
    return {
        "type": TYPE + problem.kind,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }


def openai_error(problem: ProblemError) -> dict[str, Any]:
    """Return a problem as OpenAI's clients read it, in a response or within a stream."""
    if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
        kind = "rate_limit_error"
    elif problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = "server_error"
    else:
        kind = "invalid_request_error"
    place = problem.errors[0]["place"] if problem.errors else None
    return {
        "message": problem.detail,
        "type": kind,
        "param": place,
        "code": problem.kind.replace("-", "_"),
    }


def of_error(error: DatelineError) -> ProblemError:
    """Return what a caller is told of an error of ours.

    Messages on questions and filters are for whoever asked; those on the storage are for whoever
    runs the service, and name its folders.
    """
    if isinstance(error, QuestionError):
        return ProblemError(422, "question", "The question cannot be asked", str(error))
    if isinstance(error, FilterError):
        return ProblemError(422, "filter", "The filter cannot be used", str(error))
    if isinstance(error, NoCollectionError):
        detail = "the collection is empty: add an article with POST /v1/articles"
        return ProblemError(503, "no-collection", "There is no collection", detail)
    if isinstance(error, StoreError):
        detail = "the collection cannot be read or written at the moment; the log says why"
        headers = {"Retry-After": "5"}
        return ProblemError(503, "storage", "The storage failed", detail, headers)
    return unexpected()


def unexpected() -> ProblemError:
    """Return the problem of a fault of ours."""
    detail = "something went wrong here; the log has it under the id of this request"
    return ProblemError(500, "internal", "Something went wrong", detail)


def too_long() -> ProblemError:
    """Return the problem that a request's body is too long."""
    detail = "the body is longer than this service takes: send less at once"
    return ProblemError(413, "too-long", "The body is too long", detail)


def handle_problems(app: FastAPI) -> None:
    """Answer everything that goes wrong in an app with a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(DatelineError, _on_dateline_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - it is registered for these
    return response(request, error)


async def _on_dateline_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DatelineError)  # noqa: S101 - it is registered for these
    request.scope.setdefault("state", {})["reason"] = str(error)
    return response(request, of_error(error))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these
    errors = [{"place": _place(one["loc"]), "reason": one["msg"]} for one in error.errors()]
    if errors and error.errors()[0]["type"] == "json_invalid":
        problem = ProblemError(400, "not-json", "The body is not JSON", "send a JSON object")
    else:
        said = "; ".join(f"{one['place']}: {one['reason']}" for one in errors[:3])
        title = "The request is not as documented"
        problem = ProblemError(422, "invalid", title, said, errors=errors)
    return response(request, problem)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return response(request, too_long())
    kind = status.phrase.lower().replace(" ", "-")
    details = {
        404: "there is no such path",
        405: "this path has no such method: see Allow",
        408: "the body did not come in time: send it at once",
    }
    detail = details.get(status, "the request cannot be read")
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        # A path's methods may be those of several routes.
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    problem = ProblemError(status, kind, status.phrase, detail, headers)
    return response(request, problem)


def _methods(request: Request) -> set[str]:
    path = request.scope["path"]
    routes = [one for one in iter_route_contexts(request.app.routes) if one.path_regex.match(path)]
    return set[str]().union(*[route.methods or () for route in routes])


def _place(location: Sequence[int | str]) -> str:
    """Return where in a request something is: "filters.after", "messages.0.content"."""
    parts = [str(part) for part in location if part not in {"body", "query", "path"}]
    return ".".join(parts) or "body"
