"""Who cannot be served is sent away before anything of the request is looked at."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api.http.backpressure import Backpressure
from api.http.pools import Pool

PATHS = ("/v1/answers", "/v1/chat/completions", "/v1/models")


class Desk:
    """An app whose answers take until they are let go, with room for one at a time."""

    def __init__(self) -> None:
        self.pool = Pool("answering", 1, 0)
        self.seen: list[str] = []
        self.go_on = threading.Event()
        routes = [Route(path, self.serve, methods=["POST"]) for path in PATHS]
        waits = {("POST", path): self.pool for path in PATHS[:2]}
        self.client = TestClient(Backpressure(Starlette(routes=routes), waits))

    async def serve(self, request: Request) -> JSONResponse:
        self.seen.append(request.url.path)
        if (await request.body()) == b"slow":
            await self.pool.run(lambda: self.go_on.wait(20), 30)
        return JSONResponse({})


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.go_on.set()
    made.pool.close()


def test_who_comes_when_there_is_no_room_is_sent_away_unread_until_there_is(desk: Desk) -> None:
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(desk.client.post, PATHS[0], content=b"slow")
        while not desk.pool.pending:
            assert not slow.done()
        problem, error = (desk.client.post(path, content=b"{") for path in PATHS[:2])
        for refused in (problem, error):
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) >= 1
        assert problem.json()["type"] == "urn:dateline:problem:busy"
        assert error.json()["error"]["code"] == "busy", "in the shape of its path"
        assert desk.client.post(PATHS[2]).status_code == 200, "it waits for nothing"
        assert desk.seen == [PATHS[0], PATHS[2]], "nothing of what was refused was looked at"
        desk.go_on.set()
        assert slow.result(20).status_code == 200
    assert desk.client.post(PATHS[0]).status_code == 200
