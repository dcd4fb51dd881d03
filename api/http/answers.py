"""Answers: `POST /v1/answers`, whole or as server-sent events, and `GET /v1/answers/{id}`."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, JSONServerSentEvent

from api.http.access import Caller, authorised
from api.http.asking import Asked, Asking
from api.http.kept import KeptAnswers
from api.http.leaving import while_there
from api.http.pools import Pool
from api.http.problems import ProblemError, details, not_found, of_error, unexpected
from api.http.schemas import AnswerRequest, Filters, problems
from index.errors import DatelineError
from index.filters import Filter
from rag.events import CheckedSentence, Done, Event, FoundDisagreement, Retrieval
from rag.question import check
from rag.scope import Scope
from rag.types import Answer

EVENTS = (
    "An answer; with `stream` as server-sent events: `retrieval`, then a `sentence` for each, "
    "`disagreement` for each, and at the end `done` with the whole answer, or `error` with a "
    "problem. Offsets are half-open ranges of Unicode code points into an article's text."
)
EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["retrieval", "sentence", "disagreement", "done", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}


def scope_of(filters: Filters, as_of: str | None) -> Scope:
    """Return the articles that a request means.

    Raises:
        FilterError: a date is none.
    """
    return Scope(Filter(**filters.model_dump()), as_of)


def answers_router(asking: Asking, kept: KeptAnswers, reading: Pool, seconds: float) -> APIRouter:
    """Return the endpoints on answers.

    Args:
        asking: answers.
        kept: where answers can be read again.
        reading: the threads that read them.
        seconds: how long that may take, and how long a stream may go on once the service is told
            to stop.
    """
    router = APIRouter(tags=["answers"])

    @router.post(
        "/v1/answers",
        responses={
            200: {
                "model": Answer,
                "description": EVENTS,
                "content": {"text/event-stream": {"schema": EVENT}},
            },
            **problems(400, 408, 413, 422, 503, 504),
        },
        response_model=None,
    )
    async def ask(
        body: AnswerRequest,
        request: Request,
        caller: Annotated[Caller, Depends(authorised("read"))],
    ) -> JSONResponse | EventSourceResponse:
        """Answer a question, every sentence with its quotation, or say that it is not answered."""
        check(body.question)
        asked = Asked(
            body.question,
            body.history,
            scope_of(body.filters, body.as_of),
            explain=body.explain,
            reader=body.reader,
        )
        if not body.stream:
            answer = await while_there(request, asking.answer(caller.folder, asked))
            request.state.outcome = outcome(answer)
            return JSONResponse(answer.to_json())
        events = asking.events(caller.folder, asked)
        # What cannot be asked at all is answered as such, not in a stream.
        first = await anext(events)
        stream = _stream(request, first, events)
        return EventSourceResponse(stream, shutdown_grace_period=seconds)

    @router.get(
        "/v1/answers/{id}",
        responses={200: {"model": Answer}, **problems(404, 503)},
        response_model=None,
    )
    async def read(
        id: str,  # noqa: A002 - the path's name for it
        caller: Annotated[Caller, Depends(authorised("read"))],
    ) -> JSONResponse:
        """Return an answer that was given before, as it was. The newest of them are kept."""
        records, record = kept.of(caller.folder), None
        if records is not None:
            record = await reading.run(partial(records.get, id), seconds)
        if record is None:
            raise not_found("no answer of this id is kept")
        return JSONResponse(record.answer.to_json())

    return router


def outcome(answer: Answer) -> str:
    """Return how an answer is counted."""
    return "abstained" if answer.abstained else "answered"


async def _stream(
    request: Request, first: Event, events: AsyncGenerator[Event]
) -> AsyncIterator[JSONServerSentEvent]:
    async with aclosing(events):
        try:
            yield _sent(first)
            async for event in events:
                if isinstance(event, Done):
                    request.state.outcome = outcome(event.answer)
                yield _sent(event)
        except Exception as error:  # noqa: BLE001 - the status is sent: what went wrong is an event
            yield _event("error", details(failure(request, error)))


def failure(request: Request, error: Exception) -> ProblemError:
    """Return the problem of a stream that cannot go on, and leave its reason for the log."""
    request.state.reason = f"{type(error).__name__}: {error}"
    if isinstance(error, ProblemError):
        return error
    return of_error(error) if isinstance(error, DatelineError) else unexpected()


def _sent(event: Event) -> JSONServerSentEvent:
    match event:
        case Retrieval():
            return _event("retrieval", asdict(event))
        case CheckedSentence():
            return _event("sentence", asdict(event))
        case FoundDisagreement():
            return _event("disagreement", asdict(event))
        case Done(answer):
            return _event("done", answer.to_json())


def _event(name: str, value: dict[str, Any]) -> JSONServerSentEvent:
    return JSONServerSentEvent(value, event=name, sep="\n")
