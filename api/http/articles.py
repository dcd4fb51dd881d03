"""Articles: list, read, add and remove them under `/v1/articles`, and poll what takes longer."""

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse

from api.http.access import Caller, authorised
from api.http.adding import Adding
from api.http.jobs import JobRecord, Jobs, OtherRequestError
from api.http.opened import Collections
from api.http.pools import Pool
from api.http.problems import ProblemError, not_found
from api.http.schemas import (
    ArticleList,
    FullArticle,
    IsoDate,
    Job,
    PostedArticle,
    Removed,
    problems,
)
from index.errors import NoCollectionError, UnknownArticleError
from index.filters import Filter
from index.ids import is_address
from index.sqlite.store import SqliteStore
from index.store import Listed

T = TypeVar("T")
Reader = Annotated[Caller, Depends(authorised("read"))]
Writer = Annotated[Caller, Depends(authorised("write"))]
FIELDS = ("id", "title", "outlet", "author", "published", "updated", "url", "language")


def articles_router(  # noqa: C901 - one function for each endpoint
    collections: Collections, adding: Adding, reading: Pool, *, seconds: float, reply_seconds: float
) -> APIRouter:
    """Return the endpoints on articles and jobs.

    Args:
        collections: what is read.
        adding: makes the changes.
        reading: the threads for reading.
        seconds: how long that may take.
        reply_seconds: how long an addition is waited for before its caller gets a job to poll.
    """
    router = APIRouter(tags=["articles"])

    async def read(folder: Path, work: Callable[[SqliteStore], T]) -> T:
        return await reading.run(lambda: work(collections.store(folder)), seconds)

    @router.get(
        "/v1/articles",
        responses={200: {"model": ArticleList}, **problems(422, 503, 504)},
        response_model=None,
    )
    async def list_articles(  # noqa: PLR0913, PLR0917 - one for each parameter
        caller: Reader,
        outlet: Annotated[str | None, Query(max_length=500)] = None,
        author: Annotated[str | None, Query(max_length=500)] = None,
        after: Annotated[IsoDate | None, Query()] = None,
        before: Annotated[IsoDate | None, Query()] = None,
        origin: Annotated[str | None, Query(max_length=500)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: Annotated[
            str | None, Query(max_length=2000, description="`next` of the page before.")
        ] = None,
    ) -> JSONResponse:
        """List articles in the order of their ids, a page at a time, without their texts."""
        where = Filter(outlet, author, after, before, origin)
        start = "" if cursor is None else _id_of(cursor)
        try:
            every = await read(caller.folder, lambda store: list(store.listed()))
        except NoCollectionError:
            every = []
        found = [one for one in every if where.admits(one)]
        left = [one for one in found if one.article.id > start]
        page = left[:limit]
        more = len(left) > limit
        return JSONResponse(
            {
                "articles": [_info(one) for one in page],
                "next": _cursor_of(page[-1].article.id) if more else None,
                "total": len(found),
            }
        )

    @router.post(
        "/v1/articles",
        responses={
            200: {"model": Job, "description": "It was there already, and is as it was given."},
            201: {"model": Job, "description": "It is in the collection from now on."},
            202: {"model": Job, "description": "It is being added: poll Location."},
            **problems(400, 408, 413, 422, 503, 504),
        },
        response_model=None,
    )
    async def add_article(
        body: PostedArticle,
        caller: Writer,
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=255,
                description="The same key with the same body is the same addition, for a day.",
            ),
        ] = None,
        prefer: Annotated[
            str | None, Header(description="`respond-async` does not wait (RFC 7240).")
        ] = None,
    ) -> JSONResponse:
        """Add an article, or update it; the same article again changes nothing.

        With a `text` its fields are taken as they are given; with a `url` alone it is fetched.
        """
        record = body.model_dump(exclude_none=True)
        if body.text is None:
            _check_address_alone(record)
        if body.id is not None:
            _check_can_be_asked_for(body.id)
        wait = 0.0 if prefer and "respond-async" in prefer else reply_seconds
        try:
            job, is_new = await adding.accept(caller.folder, record, idempotency_key, wait)
        except OtherRequestError:
            raise _key_reused("this Idempotency-Key came before with another body") from None
        reply = _reply(job)
        # Whoever repeats a request must not hear that what was removed since is there.
        if not is_new and not await read(caller.folder, lambda store: _holds(store, job)):
            raise _key_reused("what came with this Idempotency-Key was removed since")
        return reply

    @router.get(
        "/v1/jobs/{id}",
        responses={200: {"model": Job}, **problems(404, 503)},
        response_model=None,
    )
    async def read_job(id: str, caller: Writer) -> JSONResponse:  # noqa: A002 - the path's name
        """Return how far an addition is. It can be read for a day after it is done."""
        job = await asyncio.to_thread(Jobs(caller.folder).read, id)
        if job is None:
            raise not_found("there is no job of this id, or it is long done")
        return JSONResponse(_job(job))

    @router.get(
        "/v1/articles/{id:path}",
        responses={200: {"model": FullArticle}, **problems(404, 503, 504)},
        response_model=None,
    )
    async def read_article(id: str, caller: Reader) -> JSONResponse:  # noqa: A002 - the path's name
        """Return an article with its text, which all offsets count in."""
        try:
            found = await read(caller.folder, lambda store: _full(store, id))
        except NoCollectionError:
            found = None
        if found is None:
            raise not_found("there is no article of this id: GET /v1/articles lists them")
        return JSONResponse(found)

    @router.delete(
        "/v1/articles/{id:path}",
        responses={200: {"model": Removed}, **problems(404, 503, 504)},
        response_model=None,
    )
    async def remove_article(id: str, caller: Writer) -> JSONResponse:  # noqa: A002 - the path's name
        """Remove an article; it is never found or cited again."""
        try:
            left = await adding.remove(caller.folder, id, seconds)
        except (NoCollectionError, UnknownArticleError):
            raise not_found("there is no article of this id") from None
        return JSONResponse({"removed": id, "articles": left})

    return router


def _check_address_alone(record: dict[str, Any]) -> None:
    if not is_address(record.get("url")) or len(record) > 1:
        detail = "give a text with its fields, or only the url to fetch it from"
        raise ProblemError(422, "no-article", "That is no article", detail)


def _check_can_be_asked_for(article: str) -> None:
    # RFC 3986, section 5.2.4: a client takes these out of a path before it sends it.
    if not {".", ".."}.isdisjoint(article.split("/")):
        detail = 'no path leads to an id with a part "." or "..": choose another'
        raise ProblemError(422, "no-article", "That is no article", detail)


def _key_reused(why: str) -> ProblemError:
    return ProblemError(422, "key-reused", "The key was used before", f"{why}: use a new one")


def _named(job: JobRecord) -> list[str]:
    """Return the ids of the articles that a job found or left in the collection."""
    result = job.result or {}
    return [one for did in ("added", "updated", "unchanged") for one in result.get(did, [])]


def _holds(store: SqliteStore, job: JobRecord) -> bool:
    return all(store.article(one) is not None for one in _named(job))


def _reply(job: JobRecord) -> JSONResponse:
    if not job.is_over:
        location = {"Location": f"/v1/jobs/{job.id}", "Retry-After": "1"}
        return JSONResponse(_job(job), 202, location)
    refused = (job.result or {}).get("refused", [])
    named = _named(job)
    if job.status == "failed" or (refused and not named):
        reason = job.reason or refused[0]["reason"]
        raise ProblemError(422, "not-added", "The article was not added", reason)
    headers = {"Location": f"/v1/articles/{quote(named[0])}"} if len(named) == 1 else {}
    return JSONResponse(_job(job), 201 if (job.result or {})["added"] else 200, headers)


def _job(job: JobRecord) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.status,
        "created": _iso(job.created),
        "finished": None if job.finished is None else _iso(job.finished),
        "result": job.result,
        "reason": job.reason,
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _info(one: Listed) -> dict[str, Any]:
    # A file's place is for whoever runs the service.
    source = one.source if is_address(one.source) else None
    known = {name: getattr(one.article, name) for name in FIELDS}
    return known | {"origin": one.origin, "source": source, "passages": one.passages}


def _full(store: SqliteStore, article: str) -> dict[str, Any] | None:
    with store.reading():
        found = store.article(article)
        listed = next((one for one in store.listed() if one.article.id == article), None)
    if found is None or listed is None:
        return None
    return _info(listed) | {"text": found.text}


def _cursor_of(article: str) -> str:
    return base64.urlsafe_b64encode(article.encode("utf-8", "surrogatepass")).decode()


def _id_of(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, b"-_", validate=True).decode("utf-8", "surrogatepass")
    except ValueError:
        detail = "the cursor is none that a list gave: leave it out to begin anew"
        raise ProblemError(422, "cursor", "The cursor cannot be read", detail) from None
