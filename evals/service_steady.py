"""Service steadiness: is memory flat over many requests, and readers served while articles go in?

Starts a real `dateline serve`, asks and searches it so many times, and notes the memory of its
processes on the way; then searches it quietly and while articles are posted, in turns, and compares
how long the slowest twentieth took. Run as `python -m evals.service_steady`; `--requests 0` or
`--articles 0` leaves a part out.
"""

import argparse
import asyncio
import http
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from evals.provenance import commit, machine
from evals.service_crash import Desk
from evals.service_load import ROOT, load, served
from evals.suite import load_suite
from index.build import build
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.store import SqliteStore

CLIENTS = 4
PARTS = 10
TEXT = (
    "The council of ward {0} met on Monday and voted for bridge {0}. It will cost {0} million "
    "pounds, said its chair, and open in the spring. Nobody in ward {0} voted against it. "
)
ASYNC = {"Prefer": "respond-async"}
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def memory_mib(parent: int) -> float:
    """Return the resident memory of a process's descendants, in MiB; Linux only."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything.
            rest = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(rest[1]), []).append(int(status.parent.name))
    waiting, total = list(children.get(parent, [])), 0
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1])
        except OSError:
            continue
    return total * PAGE_KIB / 1024


def _many(url: str, bodies: list[bytes], requests: int) -> list[float]:
    """Return the memory before, and after each tenth of so many answers and searches."""
    noted = [memory_mib(os.getpid())]
    done = 0
    for part in range(1, PARTS + 1):
        while done < requests * part / PARTS:
            for path in ("/v1/answers", "/v1/search"):
                _, took = asyncio.run(load(url, path, bodies, CLIENTS, 2))
                done += len(took)
        noted.append(memory_mib(os.getpid()))
        _say(f"{done} answers and searches: {noted[-1]:.0f} MiB")
    return noted


def _while_adding(url: str, bodies: list[bytes], articles: int, seconds: float) -> None:
    """Search quietly and while a tenth of the articles go in, in turns: machines are not steady."""
    desk = Desk(url)
    quiet: list[float] = []
    busy: list[float] = []
    ratios = []
    adding = 0.0
    for part in range(PARTS):
        _, before = asyncio.run(load(url, "/v1/search", bodies, CLIENTS, seconds))
        started = time.monotonic()
        some = range(articles * part // PARTS, articles * (part + 1) // PARTS)
        meanwhile = _search_while_posting(desk, url, bodies, some)
        adding += time.monotonic() - started
        quiet, busy = quiet + before, busy + meanwhile
        ratios.append(float(np.percentile(meanwhile, 95) / np.percentile(before, 95)))
    before_ms, after_ms = (float(np.percentile(found, 95)) * 1000 for found in (quiet, busy))
    _say(
        f"{articles} articles in {adding:.0f} s; search p95 {before_ms:.0f} ms quiet "
        f"(n {len(quiet)}), {after_ms:.0f} ms meanwhile (n {len(busy)}), ratio "
        f"{after_ms / before_ms:.2f}; in turns median {np.median(ratios):.2f}, "
        f"{min(ratios):.2f} to {max(ratios):.2f}"
    )


def _search_while_posting(
    desk: Desk, url: str, bodies: list[bytes], articles: Iterable[int]
) -> list[float]:
    """Return the seconds that searches took from the first article until the last was stored."""
    jobs: list[str] = []

    def post() -> None:
        for number in articles:
            article = {"id": f"ward-{number}", "text": TEXT.format(number) * 3}
            status, reply = desk.call("POST", "/v1/articles", article, **ASYNC)
            while status == http.HTTPStatus.SERVICE_UNAVAILABLE:  # so many wait already
                time.sleep(1)
                status, reply = desk.call("POST", "/v1/articles", article, **ASYNC)
            jobs.append(reply["id"])

    poster = threading.Thread(target=post)
    poster.start()
    took: list[float] = []
    while poster.is_alive() or any(
        desk.call("GET", f"/v1/jobs/{job}")[1]["status"] != "done" for job in reversed(jobs)
    ):
        took += asyncio.run(load(url, "/v1/search", bodies, CLIENTS, 1))[1]
    poster.join()
    return took


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the result of this command


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=4, help="of each quiet turn")
    options = parser.parse_args()
    suite = load_suite(ROOT / "evals" / "golden" / "seeds.yaml")
    # Reading would take most of the time, and hide what an addition does to a search.
    asked = [{"question": c.question, "reader": False} for c in suite.cases if not c.history]
    bodies = [json.dumps(one).encode() for one in asked]
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder), create=True)
        build(
            [ROOT / "seeds"], store, LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
        )
        store.close()
        _say(f"commit {commit()}; {machine()}; {CLIENTS} clients")
        with served(Path(folder), "--per-minute", "0") as url:
            if options.requests:
                noted = _many(url, bodies, options.requests)
                half = len(noted) // 2
                grown = max(noted[half:]) / noted[half] - 1
                _say(f"memory over the second half of {options.requests}: {grown:+.1%} at most")
            if options.articles:
                _while_adding(url, bodies, options.articles, options.seconds)


if __name__ == "__main__":
    main()
