"""Service load: how much the service answers or searches, and how soon, for how many clients.

Starts a real `dateline serve` over a data folder, asks it golden questions from a process of its
own, and sets that beside a bare loop that does the same in one thread without a service, in turns
on one machine. Run as `python -m evals.service_load` and `… --path search`.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
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
# The service hangs up on who is silent for 5 s.
HANGS_UP = 3


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


async def load(  # noqa: PLR0913 - the parts of a measurement
    url: str,
    path: str,
    bodies: Sequence[bytes],
    clients: int,
    seconds: float,
    *,
    rude_seconds: float | None = None,
) -> tuple[Counter[int], list[float]]:
    """Ask from so many clients, each one question after another on one connection.

    Args:
        url: where the service is.
        path: what is asked.
        bodies: what is sent, in turns.
        clients: how many ask.
        seconds: how long they begin new questions.
        rude_seconds: after how long those who are sent away come back; None: as Retry-After says,
            as OpenAI's client does.

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
            await reader.readexactly(int(_header(given, "content-length") or 0))
            status = int(given.split(" ", 2)[1])
            statuses[status] += 1
            if status == http.HTTPStatus.OK:
                took.append(time.monotonic() - started)
                continue
            wait = float(_header(given, "retry-after") or 1)
            wait = wait if rude_seconds is None else rude_seconds
            await asyncio.sleep(min(wait, max(0.0, until - time.monotonic())))
            if wait > HANGS_UP and time.monotonic() < until:
                writer.close()
                reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return statuses, took


def _header(head: str, name: str) -> str | None:
    """Return a header of a response in small letters."""
    _, found, rest = head.partition(f"\r\n{name}:")
    return rest.partition("\r\n")[0].strip() if found else None


def bare_loop(work: Callable[[str], object], questions: Sequence[str], seconds: float) -> float:
    """Return how many questions a second some work does, one after another."""
    done, started = 0, time.monotonic()
    for question in itertools.cycle(questions):
        work(question)
        done += 1
        if time.monotonic() - started >= seconds:
            break
    return done / (time.monotonic() - started)


def _measure(
    work: Callable[[str], object], url: str, questions: Sequence[str], options: argparse.Namespace
) -> None:
    # A search that reads would hide what the service adds to it.
    more = {"reader": False} if options.path == "search" else {}
    bodies = [json.dumps({"question": question, **more}).encode() for question in questions]
    path, rude = f"/v1/{options.path}", options.rude
    # What is loaded with the first question is not part of it.
    asyncio.run(load(url, path, bodies, 2, 1))
    bare_loop(work, questions, 1)
    for clients in options.clients:
        rates: list[float] = []
        bare: list[float] = []
        took: list[float] = []
        statuses: Counter[int] = Counter()
        for _ in range(options.turns):
            bare.append(bare_loop(work, questions, options.seconds))
            started = time.monotonic()
            seen, each = asyncio.run(
                load(url, path, bodies, clients, options.seconds, rude_seconds=rude)
            )
            # What was asked before the end is waited for.
            rates.append(len(each) / (time.monotonic() - started))
            statuses, took = statuses + seen, took + each
        ratios = np.array(rates) / np.array(bare)
        points = " / ".join(f"{p * 1000:.0f}" for p in np.percentile(took, [50, 95, 99]))
        counted = ", ".join(f"{number:,} × {status}" for status, number in sorted(statuses.items()))
        _say(
            f"| {clients} | {np.median(rates):.1f} | {points} ms | {np.median(bare):.1f} | "
            f"{np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f}) | {counted} |"
        )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the result of this command


def main() -> None:
    """Measure, and print the rows of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", choices=("answers", "search"), default="answers")
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="of each turn, and as many bare")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--rude", type=float, metavar="S", help="come back after S seconds, whatever is told"
    )
    options = parser.parse_args()
    suite = load_suite(ROOT / "evals" / "golden" / "seeds.yaml")
    questions = [case.question for case in suite.cases if not case.history]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
        with closing(SqliteStore(data, create=True)) as store:
            build([ROOT / "seeds"], store, model)
            asking = model.for_asking(store.info().recipe.model)
            if options.path == "search":
                work: Callable[[str], object] = Pipeline(store, asking).search
            else:
                work = Pipeline(store, asking, bundled_reader()).ask
            _say(
                f"commit {commit()}; {machine()}; {len(questions)} questions; {options.turns} turns"
            )
            with served(data, "--workers", str(options.workers)) as url:
                _measure(work, url, questions, options)


if __name__ == "__main__":
    main()
