"""What a stream tells: each kind of event, and what went wrong once it has begun."""

import json
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import openai
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.http.access import protect
from api.http.answers import answers_router
from api.http.app import create_app
from api.http.asking import Asked, Asking
from api.http.chat_completions import chat_router
from api.http.kept import KeptAnswers
from api.http.metrics import Metrics
from api.http.pools import Pool
from api.http.problems import busy, handle_problems, too_slow
from api.http.request_log import RequestLog
from api.http.settings import ServiceSettings
from index.errors import StoreError
from rag.events import Event, Retrieval
from rag.redact import Redactor

UNTOLD = "/var/lib/dateline/dateline.db is locked"
FAILURES = {
    "storage": StoreError(UNTOLD),
    "busy": busy(3),
    "too-slow": too_slow(60),
    "internal": RuntimeError(UNTOLD),
}


class FailingAsking(Asking):
    """Fails before the first event, or after it."""

    def __init__(self, error: Exception, *, begins: bool) -> None:
        self._error = error
        self._begins = begins

    async def events(self, folder: Path, asked: Asked) -> AsyncGenerator[Event]:
        if self._begins:
            yield Retrieval(f"{asked.question} ({folder.name})", ())
        raise self._error


def client_of(asking: Asking, data: Path) -> TestClient:
    settings = ServiceSettings(data, data)
    app, reading = FastAPI(), Pool("reading", 1, 1)
    app.include_router(answers_router(asking, KeptAnswers(0, Redactor(())), reading, 5))
    app.include_router(chat_router(asking, 5))
    handle_problems(app)
    protect(app, settings, {})
    app.add_middleware(RequestLog, metrics=Metrics())
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.mark.parametrize("kind", FAILURES)
def test_a_stream_that_fails_ends_with_the_problem_that_it_would_have_been_before(
    kind: str, tmp_path: Path
) -> None:
    asked = {"question": "Who opened the bridge?", "stream": True}
    before = client_of(FailingAsking(FAILURES[kind], begins=False), tmp_path)
    refused = before.post("/v1/answers", json=asked)
    assert refused.headers["content-type"] == "application/problem+json"
    within = client_of(FailingAsking(FAILURES[kind], begins=True), tmp_path)
    reply = within.post("/v1/answers", json=asked)
    assert reply.status_code == 200
    first, last = reply.text.strip().split("\n\n")
    assert first.startswith("event: retrieval\n")
    assert last.startswith("event: error\ndata: ")
    problem = json.loads(last.partition("data: ")[2])
    assert problem["type"] == f"urn:dateline:problem:{kind}"
    assert problem == {name: refused.json()[name] for name in problem}
    assert UNTOLD not in reply.text + refused.text


@pytest.mark.parametrize("kind", FAILURES)
def test_the_official_client_gets_the_same_error_before_a_stream_and_within_it(
    kind: str, tmp_path: Path
) -> None:
    errors = []
    asked: Any = {"model": "dateline", "messages": [{"role": "user", "content": "Who did it?"}]}
    http_client: Any
    for begins in (False, True):
        asking = FailingAsking(FAILURES[kind], begins=begins)
        with (
            client_of(asking, tmp_path) as http_client,
            openai.OpenAI(
                base_url="http://127.0.0.1/v1",
                api_key="none",
                max_retries=0,
                http_client=http_client,
            ) as client,
            pytest.raises(openai.APIError) as caught,
        ):
            list(client.chat.completions.create(**asked, stream=True))
        errors.append(caught.value)
    before, within = errors
    assert isinstance(before, openai.InternalServerError)
    assert before.code == within.code == kind.replace("-", "_")
    assert before.type == within.type == "server_error"
    assert before.body == within.body


def test_what_takes_longer_than_a_request_may_is_a_problem(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(seeds_data, tmp_path / "data")
    # Far less than reading for an answer takes.
    settings = ServiceSettings(data, cache / "models", seconds=0.01)
    asked = {"question": "What tariff does Canada put on Chinese electric vehicles?"}
    messages = [{"role": "user", "content": asked["question"]}]
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        whole = client.post("/v1/answers", json=asked)
        chat = client.post("/v1/chat/completions", json={"messages": messages})
    assert (whole.status_code, chat.status_code) == (504, 504)
    assert whole.json()["type"] == "urn:dateline:problem:too-slow"
    assert chat.json()["error"]["code"] == "too_slow"
