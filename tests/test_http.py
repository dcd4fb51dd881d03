import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from evals.askers import LocalAsker, ServiceAsker
from evals.suite import load_suite
from evals.types import Case, Expectation
from index.embedding import LocalModel
from rag.reader import bundled_reader
from tests.conftest import ROOT
from tests.service import Service, serving

TARIFF = "What tariff does Canada put on Chinese electric vehicles?"
BRIDGE = "The mayor of Exeter opened a bridge of glass on Monday. It cost 4 million pounds."


@pytest.fixture(scope="module")
def service(
    seeds_data: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(seeds_data, data)
    with serving(data, cache) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=30) as client:
        yield client


def article(client: httpx.Client, name: str) -> str:
    return str(client.get(f"/v1/articles/{name}").json()["text"])


def events_of(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_an_answer_is_that_of_the_pipeline_and_its_quotations_stand(
    client: httpx.Client, seeds_data: Path, model: LocalModel
) -> None:
    given = client.post("/v1/answers", json={"question": TARIFF}).json()
    local = LocalAsker(seeds_data, model, bundled_reader())
    expected = local.ask(Case("tariff", "fact", TARIFF, Expectation()))
    for own in ("id", "timings_ms"):
        del given[own], expected[own]
    assert given == expected
    citations = [c for sentence in given["sentences"] for c in sentence["citations"]]
    assert citations
    for citation in citations:
        text = article(client, citation["article"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_stream_tells_the_answer_as_it_is_made(client: httpx.Client) -> None:
    asked = {"question": TARIFF, "stream": True}
    reply = client.post("/v1/answers", json=asked)
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = events_of(reply.text)
    assert [name for name, _ in events][:2] == ["retrieval", "sentence"]
    assert events[-1][0] == "done"
    sentences = [value["sentence"] for name, value in events if name == "sentence"]
    assert sentences == events[-1][1]["sentences"]


def test_a_stream_tells_what_sources_differ_on(client: httpx.Client) -> None:
    asked = {"question": "What share of Canada's exports is sold to the United States?"}
    events = events_of(client.post("/v1/answers", json=asked | {"stream": True}).text)
    told = [value for name, value in events if name == "disagreement"]
    assert told
    name, answer = events[-1]
    assert name == "done"
    for updates, given in ((False, answer["disagreements"]), (True, answer["updates"])):
        assert [one["disagreement"] for one in told if one["updates"] == updates] == given
    messages = [{"role": "user", "content": asked["question"]}]
    said = client.post("/v1/chat/completions", json={"messages": messages}).json()
    assert "Sources differ on" in said["choices"][0]["message"]["content"]


def test_history_filters_and_as_of_are_heeded(client: httpx.Client) -> None:
    follow_up = {"question": "And on canola?", "history": [TARIFF]}
    asked = client.post("/v1/answers", json=follow_up).json()
    assert "canola" in asked["standalone_question"] != "And on canola?"
    only = {"question": TARIFF, "filters": {"outlet": "national post"}}
    answer = client.post("/v1/answers", json=only).json()
    assert {one["outlet"] for one in answer["sources"]} <= {"National Post"}
    early = client.post("/v1/answers", json={"question": TARIFF, "as_of": "2020-01-01"}).json()
    assert early["abstained"]
    assert not early["retrieved"]


def test_a_search_gives_passages_of_the_articles(client: httpx.Client) -> None:
    asked = {"question": "tariffs on canola", "limit": 2, "reader": False}
    passages = client.post("/v1/search", json=asked).json()["passages"]
    assert [one["rank"] for one in passages] == [1, 2]
    for one in passages:
        assert article(client, one["article"])[one["start"] : one["end"]] == one["text"]


def test_the_official_client_asks_and_reads_the_annotations(service: Service) -> None:
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="none", max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["dateline"]
        said = client.chat.completions.create(
            model="dateline",
            temperature=0.2,
            messages=[
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": TARIFF},
                {"role": "assistant", "content": "…"},
                {"role": "user", "content": [{"type": "text", "text": "And on canola?"}]},
            ],
        )
        message = said.choices[0].message
        assert message.annotations
        content = message.content or ""
        for note in message.annotations:
            marked = content[note.url_citation.start_index : note.url_citation.end_index]
            assert re.fullmatch(r"\[\d+\]", marked)
            assert note.url_citation.title
            if note.url_citation.url.startswith(service.url):
                assert httpx.get(note.url_citation.url).status_code == 200
        assert said.usage is not None
        assert message.model_extra is not None
        assert "canola" in message.model_extra["dateline"]["standalone_question"]


def test_the_official_client_streams_the_same_message(service: Service) -> None:
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="none", max_retries=0) as client:
        asked: Any = {"model": "dateline", "messages": [{"role": "user", "content": TARIFF}]}
        whole = client.chat.completions.create(**asked).choices[0].message
        stream = client.chat.completions.create(
            **asked, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    notes = [n for d in deltas for n in (d.model_extra or {}).get("annotations", [])]
    assert notes == [note.model_dump() for note in whole.annotations or ()]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert not chunks[-1].choices


def test_the_official_client_gets_an_error_in_its_own_shape(service: Service) -> None:
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="none", max_retries=0) as client:
        with pytest.raises(openai.UnprocessableEntityError) as caught:
            client.chat.completions.create(
                model="dateline", messages=[{"role": "user", "content": "?"}]
            )
        assert caught.value.code == "question"
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("other")


def test_an_article_is_added_found_and_removed(client: httpx.Client) -> None:
    posted = {"text": BRIDGE, "title": "A bridge of glass", "published": "2026-02-01"}
    added = client.post("/v1/articles", json=posted)
    assert added.status_code == 201
    place = added.headers["location"]
    assert client.get(place).json()["text"] == BRIDGE
    again = client.post("/v1/articles", json=posted)
    assert again.status_code == 200
    assert again.headers["location"] == place
    asked = {"question": "What did the bridge of glass in Exeter cost?"}
    assert "4 million" in client.post("/v1/answers", json=asked).json()["text"]
    assert client.delete(place).status_code == 200
    assert client.get(place).status_code == 404
    assert client.delete(place).status_code == 404
    assert "4 million" not in client.post("/v1/answers", json=asked).json()["text"]


def test_an_article_with_an_id_is_replaced(client: httpx.Client) -> None:
    first = {"id": "kept/name", "text": BRIDGE}
    second = {"id": "kept/name", "text": BRIDGE.replace("4", "5")}
    assert client.post("/v1/articles", json=first).status_code == 201
    updated = client.post("/v1/articles", json=second)
    assert updated.status_code == 200
    assert updated.json()["result"]["updated"] == ["kept/name"]
    assert "5 million" in article(client, "kept/name")
    client.delete("/v1/articles/kept/name")


def test_an_idempotency_key_stands_for_one_addition(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "one"}
    first = client.post("/v1/articles", json={"id": "once", "text": BRIDGE}, headers=key)
    again = client.post("/v1/articles", json={"id": "once", "text": BRIDGE}, headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    other = client.post("/v1/articles", json={"id": "other", "text": BRIDGE}, headers=key)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:dateline:problem:key-reused"
    assert client.get("/v1/articles/other").status_code == 404
    client.delete("/v1/articles/once")
    removed = client.post("/v1/articles", json={"id": "once", "text": BRIDGE}, headers=key)
    assert removed.status_code == 422, "it is not there, and must not be said to be"
    assert "removed since" in removed.json()["detail"]
    assert client.get("/v1/articles/once").status_code == 404


def test_an_addition_that_is_not_waited_for_can_be_polled(client: httpx.Client) -> None:
    posted = client.post(
        "/v1/articles",
        json={"id": "polled", "text": BRIDGE},
        headers={"Prefer": "respond-async"},
    )
    assert posted.status_code == 202
    until = time.monotonic() + 30
    while (job := client.get(posted.headers["location"]).json())["finished"] is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert job["result"]["added"] == ["polled"]
    client.delete("/v1/articles/polled")


@pytest.mark.parametrize(
    ("posted", "kind"),
    [
        ({"url": "http://127.0.0.1:8080/x"}, "not-added"),
        ({"url": "nonsense"}, "no-article"),
        ({"title": "Only a title"}, "no-article"),
        ({"text": BRIDGE, "id": ".."}, "no-article"),
        ({"text": BRIDGE, "id": "news/./bridge"}, "no-article"),
        ({"text": BRIDGE, "published": "06/01/2026"}, "not-added"),
    ],
)
def test_what_is_no_article_is_refused_with_a_reason(
    client: httpx.Client, posted: dict[str, str], kind: str
) -> None:
    reply = client.post("/v1/articles", json=posted)
    assert reply.status_code == 422
    assert reply.json()["type"] == f"urn:dateline:problem:{kind}"
    assert reply.json()["detail"]


def test_a_list_is_given_in_pages_and_filtered(client: httpx.Client) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/v1/articles", params={"limit": "2", **cursor}).json()
        seen += [one["id"] for one in page["articles"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == sorted(set(seen))
    assert len(seen) == page["total"] == 5
    found = client.get("/v1/articles", params={"outlet": "post"}).json()["articles"]
    assert {one["outlet"] for one in found} == {"National Post"}
    assert all(one["source"] is None for one in found), "a file's place is not told"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("POST", "/v1/answers", b"{", 400, "not-json"),
        ("POST", "/v1/answers", b'{"question": 1}', 422, "invalid"),
        ("POST", "/v1/answers", b'{"question": "Who?", "other": 1}', 422, "invalid"),
        ("POST", "/v1/answers", b'{"question": " ? "}', 422, "question"),
        ("POST", "/v1/answers", b'{"question": "\\ud800 who?"}', 422, "invalid"),
        ("POST", "/v1/answers", b'{"question": "Who?", "as_of": "2026-02-31"}', 422, "filter"),
        ("POST", "/v1/search", b'{"question": "Who?", "limit": 0}', 422, "invalid"),
        ("GET", "/v1/answers/none", b"", 404, "not-found"),
        ("GET", "/v1/articles/none", b"", 404, "not-found"),
        ("GET", "/v1/articles?cursor=%FF", b"", 422, "cursor"),
        ("GET", "/v1/jobs/none", b"", 404, "not-found"),
        ("GET", "/none", b"", 404, "not-found"),
        ("PUT", "/v1/search", b"", 405, "method-not-allowed"),
        ("POST", "/v1/articles", b" " * (4 * 1024**2 + 1), 413, "too-long"),
    ],
)
def test_what_goes_wrong_is_a_problem(  # noqa: PLR0913, PLR0917
    client: httpx.Client, method: str, path: str, body: bytes, status: int, kind: str
) -> None:
    headers = {"Content-Type": "application/json", "X-Request-ID": "asked-1"}
    reply = client.request(method, path, content=body, headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    problem = reply.json()
    assert problem["type"] == f"urn:dateline:problem:{kind}"
    assert problem["status"] == status
    assert problem["instance"] == "urn:dateline:request:asked-1"
    assert reply.headers["x-request-id"] == "asked-1"
    assert "Traceback" not in reply.text
    assert str(ROOT) not in reply.text


def test_a_long_body_of_unsaid_length_is_refused(client: httpx.Client) -> None:
    parts = (b" " * 1024**2 for _ in range(6))
    reply = client.post("/v1/articles", content=parts, headers={"Content-Type": "application/json"})
    assert reply.status_code == 413


def test_a_request_leaves_one_line_of_json_with_its_trace(
    service: Service, client: httpx.Client
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Request-ID": "traced"}
    client.post("/v1/answers", json={"question": TARIFF}, headers=headers)
    client.get("/healthz")
    [line] = [line for line in service.lines if line.get("request_id") == "traced"]
    assert line["trace_id"] == trace
    assert (line["route"], line["status"], line["outcome"]) == ("/v1/answers", 200, "answered")


def test_metrics_count_by_route_and_not_by_path(client: httpx.Client) -> None:
    client.get("/v1/articles/some-id")
    text = client.get("/metrics").text
    assert re.search(
        r'dateline_requests_total\{method="GET",route="/v1/articles/\{id:path\}",status="404"\}',
        text,
    )
    assert "some-id" not in text
    assert "dateline_requests_in_flight 1.0" in text


def test_the_service_says_that_it_is_ready_and_documents_itself_offline(
    client: httpx.Client,
) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}
    page = client.get("/docs").text
    for address in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert httpx.URL(address).host in {"", "127.0.0.1"}
        assert client.get(address).status_code == 200
    schema = client.get("/openapi.json").json()
    assert "half-open ranges of Unicode code points" in schema["info"]["description"]
    assert "Problem" in schema["components"]["schemas"]


def test_the_examples_of_the_docs_work(seeds_data: Path, cache: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "http.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 8
    shutil.copytree(seeds_data, tmp_path / "data")
    command = f'dateline() {{ {shlex.quote(sys.executable)} -m api "$@"; }}\n'
    settings = {"DATELINE_DATA": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)}
    # A service of its own: an example makes a key, and from there on it asks for one.
    with serving(tmp_path / "data", cache) as service:
        for block in blocks:
            script = block.replace("localhost:8000", service.url.removeprefix("http://"))
            done = subprocess.run(
                ["/usr/bin/env", "bash", "-ec", command + script.replace("curl -s", "curl -sf")],
                env={**os.environ, **settings},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, block + done.stderr
            assert done.stdout
        assert httpx.get(f"{service.url}/v1/models").status_code == 401


def test_golden_questions_are_answered_by_the_service_as_by_the_pipeline(
    service: Service, seeds_data: Path, model: LocalModel
) -> None:
    asker, local = ServiceAsker(service.url), LocalAsker(seeds_data, model, bundled_reader())
    cases = load_suite(ROOT / "evals" / "golden" / "seeds.yaml").cases
    for case in (*cases[:4], *[case for case in cases if case.history][:2]):
        ours, theirs = local.ask(case), asker.ask(case)
        assert theirs["text"] == ours["text"]
        assert theirs["retrieved"] == ours["retrieved"]
