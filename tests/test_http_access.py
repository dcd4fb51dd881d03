"""Who may ask what of a running service, and how much."""

import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.routing import Route

from api.access.collections import folder_of
from api.access.keys import FILE, Keys, KeyScope
from api.http.access import PUBLIC
from api.http.app import create_app
from api.http.loopback import check_is_local
from api.http.problems import ProblemError
from api.http.settings import ServiceSettings
from evals.askers import ServiceAsker
from evals.runner import AskError
from evals.types import Case, Expectation
from rag.records.answers import AnswerRecords
from tests.service import Service, serving

TARIFF: dict[str, Any] = {
    "question": "What tariff does Canada put on Chinese electric vehicles?",
    "reader": False,
}
BRIDGE = "The mayor of Exeter opened a bridge of glass on Monday. It cost 4 million pounds."
SEED = "000_e1418f3ff0518dd0"
# Stands for the id of an answer that was given in the default collection.
KEPT = "KEPT"
COST: dict[str, Any] = {"question": "What did the bridge of glass in Exeter cost?", "reader": False}

# What each endpoint needs, and a request that is answered where it may be asked. A new endpoint
# has to be written in here.
NEEDED: dict[tuple[str, str], tuple[KeyScope | None, str, Any]] = {
    ("GET", "/healthz"): (None, "/healthz", None),
    ("GET", "/readyz"): (None, "/readyz", None),
    ("GET", "/openapi.json"): (None, "/openapi.json", None),
    ("GET", "/docs"): (None, "/docs", None),
    ("GET", "/swagger/swagger-ui-bundle.js"): (None, "/swagger/swagger-ui-bundle.js", None),
    ("GET", "/swagger/swagger-ui.css"): (None, "/swagger/swagger-ui.css", None),
    ("GET", "/swagger/favicon-32x32.png"): (None, "/swagger/favicon-32x32.png", None),
    ("GET", "/metrics"): ("read", "/metrics", None),
    ("POST", "/v1/answers"): ("read", "/v1/answers", TARIFF),
    ("GET", "/v1/answers/{id}"): ("read", f"/v1/answers/{KEPT}", None),
    ("POST", "/v1/search"): ("read", "/v1/search", TARIFF),
    ("GET", "/v1/articles"): ("read", "/v1/articles", None),
    ("GET", "/v1/articles/{id:path}"): ("read", f"/v1/articles/{SEED}", None),
    ("POST", "/v1/articles"): ("write", "/v1/articles", {"id": "a", "text": BRIDGE}),
    ("DELETE", "/v1/articles/{id:path}"): ("write", "/v1/articles/none", None),
    ("GET", "/v1/jobs/{id}"): ("write", "/v1/jobs/none", None),
    ("POST", "/v1/chat/completions"): (
        "read",
        "/v1/chat/completions",
        {"messages": [{"role": "user", "content": TARIFF["question"]}]},
    ),
    ("GET", "/v1/models"): ("read", "/v1/models", None),
    ("GET", "/v1/models/{id}"): ("read", "/v1/models/dateline", None),
}
# Who asks, and which scope that gives.
CALLERS: dict[str, KeyScope | None] = {
    "no key": None,
    "a wrong secret": None,
    "what is no key": None,
    "a key by another scheme": None,
    "a revoked key": None,
    "a read key": "read",
    "a write key": "write",
    "a key of another collection": "read",
}


@dataclass(frozen=True)
class Guarded:
    """A service with keys, what each caller sends as Authorization, and an answer of a read key."""

    service: Service
    client: httpx.Client
    data: Path
    sent: dict[str, str]
    kept: dict[str, Any]

    def ask(self, caller: str, method: str, path: str, body: object = None) -> httpx.Response:
        headers = {"Authorization": self.sent[caller]} if self.sent[caller] else {}
        return self.client.request(method, path, json=body, headers=headers)


@pytest.fixture(scope="module")
def guarded(
    seeds_data: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    data = tmp_path_factory.mktemp("guarded") / "data"
    shutil.copytree(seeds_data, data)
    keys = Keys(data)
    _, reads = keys.create("reads", "read", "default")
    _, writes = keys.create("writes", "write", "default")
    _, other = keys.create("other", "read", "other")
    _, other_writes = keys.create("other writes", "write", "other")
    revoked, ended = keys.create("ended", "write", "default")
    keys.revoke(revoked.id)
    sent = {
        "no key": "",
        "a wrong secret": f"Bearer {writes[:-4]}{'0000' if writes[-4:] != '0000' else '1111'}",
        "what is no key": "Bearer none",
        "a key by another scheme": f"Basic {writes}",
        "a revoked key": f"Bearer {ended}",
        "a read key": f"Bearer {reads}",
        "a write key": f"Bearer {writes}",
        "a key of another collection": f"bearer {other}",
        "who writes another collection": f"Bearer {other_writes}",
    }
    with (
        serving(data, cache, "--no-reader", "--per-minute", "0") as service,
        httpx.Client(base_url=service.url, timeout=30) as client,
    ):
        reader = {"Authorization": sent["a read key"]}
        kept = client.post("/v1/answers", json=TARIFF, headers=reader).json()
        guarded = Guarded(service, client, data, sent, kept)
        bridge = {"id": "bridge", "text": BRIDGE}
        guarded.ask("who writes another collection", "POST", "/v1/articles", bridge)
        yield guarded


def test_every_endpoint_has_its_line_in_the_table(tmp_path: Path) -> None:
    app = create_app(ServiceSettings(tmp_path, tmp_path, reads=False))
    offered = set()
    for route in iter_route_contexts(app.routes):
        assert isinstance(route.original_route, Route), "only HTTP is guarded"
        offered |= {(method, route.path) for method in (route.methods or set()) - {"HEAD"}}
    assert offered == set(NEEDED)
    assert {path for (_, path), (needed, *_) in NEEDED.items() if needed is None} == PUBLIC


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("endpoint", NEEDED, ids=" ".join)
def test_an_endpoint_is_open_to_whom_the_table_says(
    guarded: Guarded, endpoint: tuple[str, str], caller: str
) -> None:
    needed, path, body = NEEDED[endpoint]
    scope = CALLERS[caller]
    reply = guarded.ask(caller, endpoint[0], path.replace(KEPT, guarded.kept["id"]), body)
    if needed is None or scope in {needed, "write"}:
        elsewhere = caller.endswith("collection") and (SEED in path or KEPT in path)
        unseen = path.endswith("/none") or elsewhere
        assert reply.status_code in ({404} if unseen else {200, 201})
        return
    assert reply.status_code == (401 if scope is None else 403)
    kind = {"no key": "key-missing", "a revoked key": "key-revoked"}.get(caller, "key-unknown")
    kind = kind if scope is None else "scope"
    if path.startswith(("/v1/chat", "/v1/models")):
        assert reply.json()["error"]["code"] == kind.replace("-", "_")
    else:
        assert reply.json()["type"] == f"urn:dateline:problem:{kind}"
        assert reply.json()["instance"].endswith(reply.headers["x-request-id"])
    assert reply.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/none"), ("PUT", "/v1/search"), ("OPTIONS", "/v1/articles"), ("GET", "/healthz/")],
)
def test_what_is_no_endpoint_needs_a_key_too(guarded: Guarded, method: str, path: str) -> None:
    assert guarded.ask("no key", method, path).status_code == 401
    assert guarded.ask("a read key", method, path).status_code in {404, 405}


def test_what_a_path_cannot_do_is_told_with_what_it_can(guarded: Guarded) -> None:
    assert guarded.ask("a read key", "PUT", "/v1/articles").headers["allow"] == "GET, POST"
    assert guarded.ask("a read key", "PUT", "/v1/articles/a").headers["allow"] == "DELETE, GET"


def test_a_key_sees_its_own_collection_alone(guarded: Guarded) -> None:
    def articles(caller: str) -> set[str]:
        listed = guarded.ask(caller, "GET", "/v1/articles").json()["articles"]
        return {one["id"] for one in listed}

    def cited(caller: str, question: object) -> set[str]:
        answer = guarded.ask(caller, "POST", "/v1/answers", question).json()
        found = guarded.ask(caller, "POST", "/v1/search", question).json()["passages"]
        return {one["article"] for one in (*answer["sources"], *found)}

    ours, theirs = articles("a read key"), articles("a key of another collection")
    assert SEED in ours
    assert theirs == {"bridge"}
    for question in (TARIFF, COST):
        assert cited("a read key", question) <= ours
        assert cited("a key of another collection", question) <= theirs
    asked = {"messages": [{"role": "user", "content": COST["question"]}]}
    said = guarded.ask("a key of another collection", "POST", "/v1/chat/completions", asked).json()
    assert "mayor of Exeter" in said["choices"][0]["message"]["content"]


def test_an_evaluation_asks_with_its_key(guarded: Guarded) -> None:
    case = Case("cost", "fact", COST["question"], Expectation())
    key = guarded.sent["a key of another collection"].removeprefix("bearer ")
    asker = ServiceAsker(guarded.service.url, key)
    assert {one["article"] for one in asker.ask(case)["sources"]} == {"bridge"}
    with pytest.raises(AskError, match="401"):
        ServiceAsker(guarded.service.url).ask(case)


def test_a_job_is_seen_in_its_own_collection_alone(guarded: Guarded) -> None:
    posting = {"id": "job", "text": BRIDGE}
    posted = guarded.ask("who writes another collection", "POST", "/v1/articles", posting)
    assert posted.status_code == 201
    job = f"/v1/jobs/{posted.json()['id']}"
    assert guarded.ask("who writes another collection", "GET", job).status_code == 200
    assert guarded.ask("a write key", "GET", job).status_code == 404
    assert guarded.ask("a write key", "GET", "/v1/articles/job").status_code == 404
    assert (
        guarded.ask("who writes another collection", "DELETE", "/v1/articles/job").status_code
        == 200
    )


def test_an_answer_is_read_again_in_its_own_collection_alone(guarded: Guarded) -> None:
    theirs = guarded.ask("a key of another collection", "POST", "/v1/answers", COST).json()
    for answer, seen_by, not_seen_by in (
        (guarded.kept, ("a read key", "a write key"), "a key of another collection"),
        (theirs, ("a key of another collection", "who writes another collection"), "a write key"),
    ):
        assert not answer["abstained"]
        path = f"/v1/answers/{answer['id']}"
        for caller in seen_by:
            assert guarded.ask(caller, "GET", path).json() == answer
        refused = guarded.ask(not_seen_by, "GET", path)
        never_given = guarded.ask(not_seen_by, "GET", "/v1/answers/none")
        assert refused.status_code == never_given.status_code == 404
        # Nothing tells an answer of elsewhere from one that was never given.
        assert refused.json()["detail"] == never_given.json()["detail"]
    for folder, answer in (
        (guarded.data, guarded.kept),
        (folder_of(guarded.data, "other"), theirs),
    ):
        assert answer["id"] in {line.id for line in AnswerRecords(folder).latest(1000)}


def test_a_collection_begins_with_the_first_article_of_a_key(guarded: Guarded) -> None:
    _, text = Keys(guarded.data).create("begins", "write", "begun")
    guarded.sent["a beginner"] = f"Bearer {text}"
    assert guarded.ask("a beginner", "POST", "/v1/answers", COST).status_code == 503
    posted = guarded.ask("a beginner", "POST", "/v1/articles", {"id": "first", "text": BRIDGE})
    assert posted.status_code == 201
    answer = guarded.ask("a beginner", "POST", "/v1/answers", COST).json()
    assert "mayor of Exeter" in answer["text"]


def test_a_method_that_a_stranger_thinks_up_gets_no_count_of_its_own(guarded: Guarded) -> None:
    for method in ("THOUGHTUP", "PROPFIND"):
        guarded.ask("no key", method, "/v1/articles")
    text = guarded.ask("a read key", "GET", "/metrics").text
    assert "THOUGHTUP" not in text
    assert "PROPFIND" not in text
    assert 'dateline_requests_total{method="other",route="unmatched",status="401"}' in text


def test_a_refusal_is_logged_with_its_key_and_never_with_its_secret(guarded: Guarded) -> None:
    refused = guarded.ask("a revoked key", "GET", "/v1/articles").headers["x-request-id"]
    until = time.monotonic() + 5
    while not (lines := [x for x in guarded.service.lines if x.get("request_id") == refused]):
        assert time.monotonic() < until
        time.sleep(0.02)
    [ended] = [key for key in Keys(guarded.data).listed() if key.name == "ended"]
    assert (lines[0]["status"], lines[0]["key"]) == (401, ended.id)
    said = "".join(guarded.service.said)
    assert not any(sent.rpartition("_")[2] in said for sent in guarded.sent.values() if "_" in sent)


def test_the_schema_says_what_needs_a_key(guarded: Guarded) -> None:
    schema = guarded.ask("no key", "GET", "/openapi.json").json()
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            where = path.replace("articles/{id}", "articles/{id:path}")
            needed = NEEDED[method.upper(), where][0] is not None
            assert operation.get("security") == ([{"key": []}] if needed else None)
            assert ({"401", "403", "429"} <= set(operation["responses"])) == needed


@pytest.fixture
def data(seeds_data: Path, tmp_path: Path) -> Path:
    shutil.copytree(seeds_data, tmp_path / "data")
    return tmp_path / "data"


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_key_works_and_ends_at_once_in_every_worker(data: Path, cache: Path) -> None:
    # A new connection each time: the kernel gives them to either worker.
    new_each = httpx.Limits(max_keepalive_connections=0)
    with (
        serving(data, cache, "--no-reader", workers=2) as service,
        httpx.Client(base_url=service.url, limits=new_each, timeout=10) as client,
    ):

        def statuses(**headers: str) -> set[int]:
            return {client.get("/v1/models", headers=headers).status_code for _ in range(20)}

        assert statuses() == {200}
        key, text = Keys(data).create("newsroom", "read", "default")
        assert statuses(**bearer(text)) == {200}
        assert statuses() == {401}
        Keys(data).revoke(key.id)
        assert statuses(**bearer(text)) == {401}


def test_a_rate_holds_over_all_workers_and_for_each_key(data: Path, cache: Path) -> None:
    _, busy = Keys(data).create("busy", "read", "default")
    _, calm = Keys(data).create("calm", "read", "default")
    with serving(data, cache, "--no-reader", "--per-minute", "2", workers=2) as service:
        url, started = f"{service.url}/v1/models", time.monotonic()
        with ThreadPoolExecutor(8) as clients:
            replies = list(clients.map(lambda _: httpx.get(url, headers=bearer(busy)), range(40)))
        passed = sum(reply.status_code == 200 for reply in replies)
        # So few, that none comes free before the last line however slow the machine is.
        assert passed in {2, 2 + int((time.monotonic() - started) / 30)}
        [refused, *_] = [reply for reply in replies if reply.status_code != 200]
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert refused.json()["error"]["code"] == "too_many_requests"
        assert refused.json()["error"]["type"] == "rate_limit_error"
        problem = httpx.get(f"{service.url}/v1/articles", headers=bearer(busy))
        assert problem.json()["type"] == "urn:dateline:problem:too-many-requests"
        assert httpx.get(url, headers=bearer(calm)).status_code == 200
        with (
            openai.OpenAI(base_url=f"{service.url}/v1", api_key=busy, max_retries=0) as client,
            pytest.raises(openai.RateLimitError),
        ):
            client.models.list()
        assert httpx.get(f"{service.url}/healthz").status_code == 200


def held(service: Service, text: str) -> socket.socket:
    """Return a connection whose request is in flight, since its body never comes."""
    host, port = service.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/search HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {text}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    )
    one = socket.create_connection((host, int(port)), timeout=10)
    one.sendall(head.encode())
    # The body is asked for once the request is let in.
    assert one.recv(1024).startswith(b"HTTP/1.1 100")
    return one


def until_status(status: int, ask: Callable[[], httpx.Response]) -> httpx.Response:
    until = time.monotonic() + 10
    while (reply := ask()).status_code != status:
        assert time.monotonic() < until, reply.text
        time.sleep(0.02)
    return reply


def test_requests_at_once_hold_over_all_workers_and_end_with_their_worker(
    data: Path, cache: Path
) -> None:
    _, busy = Keys(data).create("busy", "read", "default")
    _, calm = Keys(data).create("calm", "read", "default")
    with (
        serving(data, cache, "--no-reader", "--at-once", "6", workers=2) as service,
        ExitStack() as open_connections,
    ):

        def ask(text: str = busy) -> httpx.Response:
            return httpx.get(f"{service.url}/v1/models", headers=bearer(text))

        connections = [open_connections.enter_context(held(service, busy)) for _ in range(6)]
        refused = ask()
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "too_many_at_once"
        assert int(refused.headers["retry-after"]) == 1
        assert ask(calm).status_code == 200
        connections[0].close()
        until_status(200, ask)
        open_connections.enter_context(held(service, busy))
        assert ask().status_code == 429
        started = [str(x["message"]) for x in service.lines if "Started server" in x["message"]]
        os.kill(int(re.findall(r"\[(\d+)\]", started[0])[0]), signal.SIGKILL)
        until_status(200, ask)


def test_a_body_that_does_not_come_is_not_waited_for(data: Path, cache: Path) -> None:
    _, text = Keys(data).create("slow", "read", "default")
    with (
        serving(data, cache, "--no-reader", "--timeout", "1", "--at-once", "1") as service,
        held(service, text) as connection,
    ):
        said = ""
        while not said.endswith("}"):
            said += connection.recv(65536).decode()
        assert said.startswith("HTTP/1.1 408")
        assert "urn:dateline:problem:request-timeout" in said
        url = f"{service.url}/v1/models"
        until_status(200, lambda: httpx.get(url, headers=bearer(text)))


def test_without_keys_this_machine_alone_is_answered(data: Path, cache: Path) -> None:
    with serving(data, cache, "--no-reader", "--origin", "https://news.example.org") as service:

        def ask(**headers: str) -> tuple[int, str]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            reply = httpx.post(f"{service.url}/v1/search", json=COST, headers=named)
            kind = reply.json().get("type", "").rpartition(":")[2]
            return reply.status_code, kind

        own = service.url.removeprefix("http://")
        assert ask() == (200, "")
        assert ask(Host=f"localhost:{own.rpartition(':')[2]}") == (200, "")
        assert ask(Host="[::1]") == (200, "")
        assert ask(Origin=service.url) == (200, "")
        assert ask(Origin="https://news.example.org") == (200, "")
        assert ask(Host="rebound.example.org") == (403, "host")
        assert ask(Host="rebound.example.org:8000", Origin="http://rebound.example.org:8000") == (
            403,
            "host",
        )
        assert ask(Origin="https://evil.example.org") == (403, "origin")
        assert ask(Origin="null") == (403, "origin")
        assert ask(X_Forwarded_For="192.0.2.1") == (401, "key-missing")
        assert ask(Forwarded="for=192.0.2.1") == (401, "key-missing")


@pytest.mark.parametrize("server", [("192.0.2.1", 80), ("::", 80), None])
def test_without_keys_nothing_that_came_to_another_address_is_answered(
    server: tuple[str, int] | None,
) -> None:
    headers = [(b"host", b"localhost")]
    scope = {"type": "http", "server": server, "headers": headers}
    with pytest.raises(ProblemError) as caught:
        check_is_local(Request(scope), ())
    assert caught.value.status == 401
    check_is_local(Request(scope | {"server": ("::ffff:127.0.0.1", 80)}), ())


def test_pages_of_an_allowed_origin_may_ask_and_no_others(data: Path, cache: Path) -> None:
    _, text = Keys(data).create("page", "read", "default")
    asked = {"Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization, content-type"
    with serving(data, cache, "--no-reader", "--origin", "https://news.example.org") as service:
        url = f"{service.url}/v1/search"
        for origin, allowed in (
            ("https://news.example.org", True),
            ("https://evil.example", False),
        ):
            before = httpx.options(url, headers={"Origin": origin, **asked})
            reply = httpx.post(url, json=COST, headers={"Origin": origin, **bearer(text)})
            refused = httpx.post(url, json=COST, headers={"Origin": origin})
            assert (before.status_code == 200) == allowed
            for one in (before, reply, refused):
                said = one.headers.get("access-control-allow-origin")
                assert said == (origin if allowed else None)
                assert "access-control-allow-credentials" not in one.headers


def test_with_a_key_the_service_listens_to_others_and_asks_them_for_it(
    data: Path, cache: Path
) -> None:
    _, text = Keys(data).create("newsroom", "read", "default")
    with serving(data, cache, "--no-reader", "--host", "0.0.0.0") as service:  # noqa: S104
        url = service.url.replace("0.0.0.0", "127.0.0.1") + "/v1/models"  # noqa: S104
        assert httpx.get(url).status_code == 401
        headers = {"Host": "dateline.example.org", "X-Forwarded-For": "192.0.2.1", **bearer(text)}
        assert httpx.get(url, headers=headers).status_code == 200
        # No page may ask where none was allowed.
        asked = {"Origin": "https://news.example.org", "Access-Control-Request-Method": "POST"}
        closed = httpx.options(url, headers=asked)
        assert closed.status_code == 401
        assert "access-control-allow-origin" not in closed.headers
        # Whatever becomes of the file, nobody is let in for it.
        kept = (data / FILE).read_bytes()
        (data / FILE).write_bytes(b"nonsense")
        damaged = httpx.get(url, headers=headers)
        assert damaged.status_code == 503
        assert str(data) not in damaged.text
        until = time.monotonic() + 5
        while not any(str(data / FILE) in line.get("message", "") for line in service.lines):
            assert time.monotonic() < until
            time.sleep(0.02)
        (data / FILE).write_bytes(kept)
        assert httpx.get(url, headers=headers).status_code == 200
