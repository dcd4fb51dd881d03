"""Chat completions: answers in the shape that OpenAI's clients read, with their citations.

The last message is the question, the user's earlier ones its history. What else clients send is
let pass; it changes nothing here.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, JSONServerSentEvent, ServerSentEvent

from api.http.access import Caller, authorised
from api.http.answers import failure, outcome
from api.http.asking import Asked, Asking
from api.http.citing import Message, Piece, pieces
from api.http.leaving import while_there
from api.http.problems import ProblemError, openai_error
from api.http.schemas import HISTORY
from rag.events import CheckedSentence, Done, Event, FoundDisagreement
from rag.question import check
from rag.types import Answer, Source

MODEL = "dateline"
EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {"data": {"type": "string", "description": "A chunk as JSON, or [DONE]."}},
}


class ContentPart(BaseModel):
    """A part of a message; only text can be asked."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    """A message of the conversation."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None


class StreamOptions(BaseModel):
    """How a stream is given."""

    model_config = ConfigDict(extra="allow")
    include_usage: bool = False


class ChatRequest(BaseModel):
    """A conversation whose last message, the user's, is to be answered."""

    model_config = ConfigDict(extra="allow")
    messages: list[ChatMessage] = Field(min_length=1, max_length=1000)
    model: str = MODEL
    stream: bool | None = False
    stream_options: StreamOptions | None = None


class OpenAIErrorBody(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIError(BaseModel):
    """An error in OpenAI's shape."""

    error: OpenAIErrorBody


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    described = "An error in OpenAI's shape."
    every = (*statuses, 401, 403, 429, 500, 503)
    return {status: {"model": OpenAIError, "description": described} for status in every}


def chat_router(asking: Asking, seconds: float) -> APIRouter:
    """Return the endpoints that OpenAI's clients ask.

    Args:
        asking: answers.
        seconds: how long a stream may go on once the service is told to stop.
    """
    router = APIRouter(tags=["openai"])

    @router.post(
        "/v1/chat/completions",
        responses={
            200: {
                "description": "A completion, or with `stream` its chunks.",
                "content": {
                    "application/json": {"schema": {"type": "object"}},
                    "text/event-stream": {"schema": EVENT},
                },
            },
            **_errors(400, 408, 413, 422, 504),
        },
        response_model=None,
    )
    async def complete(
        body: ChatRequest,
        request: Request,
        caller: Annotated[Caller, Depends(authorised("read"))],
    ) -> JSONResponse | EventSourceResponse:
        """Answer the last message, with `annotations` and a `dateline` object in the message."""
        asked = _asked(body)
        check(asked.question)
        base = str(request.base_url)
        if not body.stream:
            answer = await while_there(request, asking.answer(caller.folder, asked))
            request.state.outcome = outcome(answer)
            return JSONResponse(_completion(answer, body.model, base))
        events = asking.events(caller.folder, asked)
        # What cannot be asked at all is answered as such, not in a stream.
        first = await anext(events)
        stream = _stream(request, body, first, events)
        return EventSourceResponse(stream, shutdown_grace_period=seconds)

    @router.get("/v1/models", response_model=None, responses=_errors())
    async def models(_caller: Annotated[Caller, Depends(authorised("read"))]) -> JSONResponse:
        """List the one model that there is."""
        return JSONResponse({"object": "list", "data": [_model()]})

    @router.get("/v1/models/{id}", response_model=None, responses=_errors(404))
    async def model(
        id: str,  # noqa: A002 - the path's name for it
        _caller: Annotated[Caller, Depends(authorised("read"))],
    ) -> JSONResponse:
        """Return the one model that there is."""
        if id != MODEL:
            detail = f"there is no model of this name: ask {MODEL}"
            raise ProblemError(404, "model-not-found", "There is no such model", detail)
        return JSONResponse(_model())

    return router


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}


def _asked(body: ChatRequest) -> Asked:
    """Return the question of a conversation with the questions before it."""
    if body.messages[-1].role != "user":
        detail = "the last message must be the user's: it is the question"
        raise ProblemError(422, "no-question", "There is no question", detail)
    said = [_text(message) for message in body.messages if message.role == "user"]
    return Asked(said[-1], [text for text in said[:-1] if text][-HISTORY:])


def _text(message: ChatMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return " ".join(part.text for part in message.content or () if part.text)


def _usage(answer: Answer) -> dict[str, int]:
    """Return the tokens of a language model; there are none where none was asked."""
    used = answer.usage or {}
    prompt, written = int(used.get("prompt_tokens", 0)), int(used.get("completion_tokens", 0))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
    }


def _completion(answer: Answer, model: str, base: str) -> dict[str, Any]:
    made = list(pieces(answer, base))
    message = {
        "role": "assistant",
        "content": "".join(piece.content for piece in made),
        "refusal": None,
        "annotations": [one for piece in made for one in piece.annotations],
        "dateline": answer.to_json(),
    }
    return {
        "id": f"chatcmpl-{answer.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": _usage(answer),
    }


async def _stream(
    request: Request, body: ChatRequest, first: Event, events: AsyncGenerator[Event]
) -> AsyncIterator[ServerSentEvent]:
    head: dict[str, Any] = {
        "id": f"chatcmpl-{request.state.request_id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": body.model,
    }
    wants_usage = body.stream_options is not None and body.stream_options.include_usage
    if wants_usage:
        head["usage"] = None

    def chunk(delta: dict[str, Any], reason: str | None = None) -> JSONServerSentEvent:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return _data({**head, "choices": [choice]})

    message, sources = Message(str(request.base_url)), dict[int, Source]()
    async with aclosing(events):
        try:
            yield chunk({"role": "assistant", "content": ""})
            # The first event is the retrieval, of which OpenAI's shape knows nothing.
            assert not isinstance(first, Done)  # noqa: S101 - a retrieval comes before it
            async for event in events:
                if isinstance(event, CheckedSentence):
                    sources |= {source.n: source for source in event.sources}
                    yield chunk(_delta(message.sentence(event.sentence, sources)))
                elif isinstance(event, FoundDisagreement) and not event.updates:
                    yield chunk(_delta(message.disagreement(event.disagreement)))
                elif isinstance(event, Done):
                    request.state.outcome = outcome(event.answer)
                    if event.answer.abstained:
                        yield chunk(_delta(message.abstention(event.answer)))
                    yield chunk({"dateline": event.answer.to_json()}, "stop")
                    if wants_usage:
                        usage = _usage(event.answer)
                        yield _data({**head, "choices": [], "usage": usage})
        except Exception as error:  # noqa: BLE001 - the status is sent: what went wrong is a chunk
            yield _data({"error": openai_error(failure(request, error))})
    yield ServerSentEvent("[DONE]", sep="\n")


def _delta(piece: Piece) -> dict[str, Any]:
    delta: dict[str, Any] = {"content": piece.content}
    if piece.annotations:
        delta["annotations"] = list(piece.annotations)
    return delta


def _data(value: dict[str, Any]) -> JSONServerSentEvent:
    return JSONServerSentEvent(value, sep="\n")
