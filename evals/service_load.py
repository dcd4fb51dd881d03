"""Service load: how many answers a second the service gives, and how soon, to how many clients.

Starts a real `dateline serve` over a data folder, asks it golden questions from a process of its
own, and sets that beside answering the same questions in a bare loop, in turns on one
machine. Run as `python -m evals.service_load`.
"""

import argparse
import asyncio
import contextlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from evals.provenance import commit, machine
from evals.suite import load_suite
from index.build import build
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.reader import bundled_reader

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = (1, 8, 64, 256)
START_SECONDS = 60


@contextlib.contextmanager
def served(data: Path, *options: str) -> Iterator[str]:
    """Serve a data folder on a free port; give the address.

    Raises:
        TimeoutError: it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api", "serve", "--data", str(data), "--port", str(port)]
    with subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        time.sleep(0.1)
    raise TimeoutError("the service did not start")


async def load(
    url: str, path: str, bodies: Sequence[bytes], clients: int, seconds: float
) -> tuple[Counter[int], list[float]]:
    """Ask from so many clients, each one question after another on one connection.

    Returns:
        How often each status came, and the seconds that each 200 took.
    """
    statuses: Counter[int] = Counter()
    took: list[float] = []
    until = time.monotonic() + seconds
    turn = itertools.cycle(bodies)
    place = urllib.parse.urlsplit(url)

    async def client() -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while time.monotonic() < until:
            body = next(turn)
            head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            started = time.monotonic()
            writer.write(head.encode() + body)
            given = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(given.split("content-length:")[1].split("\r\n")[0])
            await reader.readexactly(length)
            status = int(given.split(" ", 2)[1])
            statuses[status] += 1
            if status == http.HTTPStatus.OK:
                took.append(time.monotonic() - started)
            else:
                # As Retry-After says, but for a part of it: more are waiting than there is room.
                await asyncio.sleep(0.5)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return statuses, took


def bare_loop(data: Path, model: LocalModel, questions: Sequence[str], seconds: float) -> float:
    """Return how many questions a second are answered in one thread without a service."""
    store = SqliteStore(data)
    pipeline = Pipeline(store, model.for_asking(store.info().recipe.model), bundled_reader())
    done, started = 0, time.monotonic()
    for question in itertools.cycle(questions):
        pipeline.ask(question)
        done += 1
        if time.monotonic() - started >= seconds:
            break
    rate = done / (time.monotonic() - started)
    store.close()
    return rate


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the result of this command


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="for each count of clients")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    suite = load_suite(ROOT / "evals" / "golden" / "seeds.yaml")
    questions = [case.question for case in suite.cases if not case.history]
    bodies = [json.dumps({"question": question}).encode() for question in questions]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
        store = SqliteStore(data, create=True)
        build([ROOT / "seeds"], store, model)
        store.close()
        _say(f"commit {commit()}; {machine()}; {len(questions)} questions")
        with served(data, "--workers", str(options.workers)) as url:
            for clients in CLIENTS:
                bare = bare_loop(data, model, questions, options.seconds)
                started = time.monotonic()
                statuses, took = asyncio.run(
                    load(url, "/v1/answers", bodies, clients, options.seconds)
                )
                # What was asked before the end is waited for.
                rate = len(took) / (time.monotonic() - started)
                points = " / ".join(f"{p * 1000:.0f}" for p in np.percentile(took, [50, 95, 99]))
                counted = ", ".join(f"{s}: {n}" for s, n in sorted(statuses.items()))
                _say(
                    f"{clients} clients: {rate:.1f} answers a second, p50/p95/p99 {points} ms; "
                    f"bare loop {bare:.1f} a second, ratio {rate / bare:.2f}; statuses {counted}",
                )


if __name__ == "__main__":
    main()
