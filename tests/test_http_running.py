import gzip
import os
import shutil
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from api.http.jobs import LEASE_SECONDS, Jobs
from tests.service import serving

TARIFF = "What tariff does Canada put on Chinese electric vehicles?"
BRIDGE = "The mayor of Exeter opened a bridge of glass on Monday. It cost 4 million pounds."
COST = {"question": "What did the bridge of glass in Exeter cost?", "reader": False}


@pytest.fixture
def data(seeds_data: Path, tmp_path: Path) -> Path:
    shutil.copytree(seeds_data, tmp_path / "data")
    return tmp_path / "data"


def worker_of(lines: list[dict[str, object]]) -> list[int]:
    said = [str(line["message"]) for line in lines]
    return [int(s.split("[")[1].rstrip("]")) for s in said if s.startswith("Started server")]


def test_every_worker_sees_an_added_article_within_a_second(data: Path, cache: Path) -> None:
    with serving(data, cache, workers=2) as service:
        posted = httpx.post(f"{service.url}/v1/articles", json={"id": "b", "text": BRIDGE})
        assert posted.status_code == 201
        added = time.monotonic()
        # A new connection each time: the kernel gives them to either worker.
        for _ in range(6):
            found = httpx.post(f"{service.url}/v1/search", json=COST).json()["passages"]
            assert found[0]["article"] == "b"
        assert time.monotonic() - added < 6, "a second each is more than a search takes"
        metrics = httpx.get(f"{service.url}/metrics").text
        counted = 'dateline_requests_total{method="POST",route="/v1/search",status="200"} 6.0'
        assert counted in metrics, "both workers are counted together"


def test_a_killed_worker_is_replaced_and_its_job_is_done(data: Path, cache: Path) -> None:
    # What a worker leaves that was killed before it began: an accepted job and a lease.
    job, _ = Jobs(data).accept({"id": "left", "text": BRIDGE})
    with serving(data, cache, workers=2) as service:
        first, _second = worker_of(service.lines)
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + LEASE_SECONDS + 20
        with httpx.Client(base_url=service.url, timeout=10) as client:
            while client.get(f"/v1/jobs/{job.id}").json()["status"] != "done":
                assert time.monotonic() < until
                time.sleep(0.2)
            assert client.get("/v1/articles/left").json()["text"] == BRIDGE
        while len(worker_of(service.lines)) < 3:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_shutdown_finishes_what_is_in_flight(data: Path, cache: Path) -> None:
    with serving(data, cache) as service, ThreadPoolExecutor(4) as clients:
        asked = [
            clients.submit(
                httpx.post, f"{service.url}/v1/answers", json={"question": TARIFF}, timeout=30
            )
            for _ in range(3)
        ]
        streamed = clients.submit(
            httpx.post,
            f"{service.url}/v1/answers",
            json={"question": TARIFF, "stream": True},
            timeout=30,
        )
        # All have begun: the shutdown must not come before them.
        while "dateline_requests_in_flight 5.0" not in httpx.get(f"{service.url}/metrics").text:
            assert not all(one.done() for one in (*asked, streamed)), "it was too quick to see"
        service.process.terminate()
        assert [one.result().status_code for one in asked] == [200, 200, 200]
        assert "event: done" in streamed.result().text
        assert service.process.wait(20) is not None


def test_more_than_can_wait_are_sent_away_at_once(data: Path, cache: Path) -> None:
    with serving(data, cache, "--queue", "0") as service, ThreadPoolExecutor(24) as clients:
        replies = list(
            clients.map(
                lambda _: httpx.post(
                    f"{service.url}/v1/answers", json={"question": TARIFF}, timeout=30
                ),
                range(24),
            )
        )
        statuses = {reply.status_code for reply in replies}
        assert statuses == {200, 503}
        refused = next(reply for reply in replies if reply.status_code == 503)
        assert refused.json()["type"] == "urn:dateline:problem:busy"
        assert int(refused.headers["retry-after"]) >= 1
        counted = httpx.get(f"{service.url}/metrics").text
        busy = 'dateline_requests_total{method="POST",route="/v1/answers",status="503"}'
        assert busy in counted, "what was never routed is counted under its route"
        # Searches have threads of their own.
        assert httpx.post(f"{service.url}/v1/search", json=COST).status_code == 200


def test_who_goes_away_leaves_no_work_behind(data: Path, cache: Path) -> None:
    with serving(data, cache, "--queue", "64") as service:
        host, port = service.url.removeprefix("http://").split(":")
        body = b'{"question": "' + TARIFF.encode() + b'"}'
        head = (
            f"POST /v1/answers HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        gone = []
        for _ in range(40):
            one = socket.create_connection((host, int(port)))
            one.sendall(head + body)
            gone.append(one)
        for one in gone:
            one.close()
        started = time.monotonic()
        assert httpx.post(f"{service.url}/v1/answers", json=COST, timeout=30).status_code == 200
        waited = time.monotonic() - started
        statuses = [line["status"] for line in service.lines if line.get("route") == "/v1/answers"]
        assert 499 in statuses
        assert waited < 40 * 0.1, "what nobody waits for was not done first"


def test_questions_are_answered_while_articles_go_in(data: Path, cache: Path) -> None:
    with serving(data, cache) as service, httpx.Client(base_url=service.url, timeout=30) as client:
        stop = threading.Event()

        def add() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                posted = {"id": f"a{number}", "text": f"{BRIDGE} It was bridge {number}. " * 20}
                headers = {"Prefer": "respond-async"}
                httpx.post(f"{service.url}/v1/articles", json=posted, headers=headers)
                time.sleep(0.05)

        adding = threading.Thread(target=add)
        adding.start()
        try:
            for _ in range(10):
                reply = client.post("/v1/answers", json={"question": TARIFF, "reader": False})
                assert reply.status_code == 200
        finally:
            stop.set()
            adding.join()


def test_where_telemetry_is_configured_each_request_is_a_span_of_its_trace(
    data: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            received.append(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        threading.Thread(target=collector.serve_forever, args=(0.01,), daemon=True).start()
        place = f"http://127.0.0.1:{collector.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", place)
        with serving(data, cache) as service:
            headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
            httpx.get(f"{service.url}/v1/models", headers=headers)
        collector.shutdown()
    sent = b"".join(received)
    assert bytes.fromhex(trace) in sent
    assert b"GET /v1/models" in sent
