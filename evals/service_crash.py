"""Service crash: workers are killed under load and while they add; nothing acknowledged is lost.

Starts a real `dateline serve` with two workers, asks it and posts articles all the while, and sends
SIGKILL to a random worker at random moments, then to whichever worker writes to the collection or
to the jobs, in the middle of its transaction (Linux only: the kernel lists who holds the lock). At
the end every article that was acknowledged (200, 201, or a job that was accepted with 202) must be
there whole. Run as `python -m evals.service_crash --kills 20 --aimed 20`.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals.provenance import commit, machine
from evals.service_load import ROOT, served
from index.build import build
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.database import DATABASE
from index.sqlite.store import SqliteStore

BACK_SECONDS = 60
WRITE_SECONDS = 30
# Where accepted additions are kept until they are done.
JOBS = "jobs.db"
# SQLite's file format, section 2.3: who writes in WAL mode locks this byte of the "-shm" file.
WRITE_LOCK = "120"
TEXT = "The mayor of Exeter opened bridge {0} on Monday. It cost {0} million pounds. " * 3


class Desk:
    """Clients that ask and post until told to stop, and remember what was acknowledged."""

    def __init__(self, url: str) -> None:
        self._place = urllib.parse.urlsplit(url)
        self.stop = threading.Event()
        self.seen: Counter[str] = Counter()
        self.stored: set[int] = set()
        self.jobs: dict[int, str] = {}

    def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Make one request on a connection of its own.

        Raises:
            OSError, http.client.HTTPException: the connection broke.
        """
        place = http.client.HTTPConnection(str(self._place.hostname), self._place.port, timeout=30)
        with contextlib.closing(place) as connection:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json", **headers})
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())

    def ask(self) -> None:
        """Ask one question after another."""
        question = {"question": "What tariff does Canada put on Chinese electric vehicles?"}
        while not self.stop.is_set():
            try:
                status, _ = self.call("POST", "/v1/answers", question)
                self.seen[f"asked {status}"] += 1
            except (OSError, http.client.HTTPException, ValueError):
                self.seen["asked, connection lost"] += 1
                time.sleep(0.05)

    def post(self) -> None:
        """Post one article after another, every other one without waiting for it."""
        number = 0
        while not self.stop.is_set():
            number += 1
            article = {"id": f"bridge-{number}", "text": TEXT.format(number)}
            headers = {"Prefer": "respond-async"} if number % 2 else {}
            try:
                status, reply = self.call("POST", "/v1/articles", article, **headers)
            except (OSError, http.client.HTTPException, ValueError):
                self.seen["posted, connection lost"] += 1
                time.sleep(0.05)
                continue
            self.seen[f"posted {status}"] += 1
            if status in {200, 201}:
                self.stored.add(number)
            elif status == http.HTTPStatus.ACCEPTED:
                self.jobs[number] = reply["id"]


def workers_of(parent: int) -> list[int]:
    """Return the processes that serve, of one that watches over them."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    served_by = []
    for child in map(int, children):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                served_by.append(child)
    return served_by


def kill_in_a_write(database: Path, workers: Callable[[], list[int]]) -> None:
    """Send SIGKILL to the worker that writes to a database, as soon as one does.

    Raises:
        TimeoutError: none has written for half a minute.
    """
    shared = database.with_name(f"{database.name}-shm")
    until = time.monotonic() + WRITE_SECONDS
    while time.monotonic() < until:
        try:
            inode = str(shared.stat().st_ino)
        except FileNotFoundError:  # nobody has the database open
            continue
        for lock in Path("/proc/locks").read_text().splitlines():
            # A number, POSIX, ADVISORY, WRITE, the process, the inode after two colons, two places.
            # With an arrow before POSIX where it is waited for.
            *_, kind, process, place, start, end = lock.split()
            holds = "->" not in lock and kind == "WRITE" and place.rpartition(":")[2] == inode
            if holds and start == end == WRITE_LOCK and int(process) in workers():
                os.kill(int(process), signal.SIGKILL)
                return
    raise TimeoutError(f"no worker has written to {database.name}")


def _kill_at_random(chance: random.Random) -> None:
    time.sleep(chance.uniform(0.5, 4))
    workers = workers_of(_parent())
    if workers:
        os.kill(chance.choice(workers), signal.SIGKILL)


def _kill_aimed(folder: Path, chance: random.Random) -> None:
    # Not the first write of a worker that has just begun, each time.
    time.sleep(chance.uniform(0, 2))
    kill_in_a_write(folder / chance.choice((DATABASE, JOBS)), lambda: workers_of(_parent()))


def _until_back(desk: "Desk") -> float:
    """Return the seconds until the service is ready again."""
    killed = time.monotonic()
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            if desk.call("GET", "/readyz")[0] == http.HTTPStatus.OK:
                return time.monotonic() - killed
        if time.monotonic() - killed > BACK_SECONDS:
            raise SystemExit("the service did not come back")
        time.sleep(0.02)


def _parent() -> int:
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return int(mine[-1])


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the result of this command


def main() -> None:
    """Kill, then check; print what was found.

    Raises:
        SystemExit: something acknowledged was lost.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="at random moments")
    parser.add_argument("--aimed", type=int, default=20, help="in the middle of a write")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - moments to kill at, no secret
    folder = Path(tempfile.mkdtemp())
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    store = SqliteStore(folder, create=True)
    build([ROOT / "seeds"], store, model)
    store.close()
    back: list[float] = []
    with served(folder, "--workers", "2") as url:
        desk = Desk(url)
        work = (desk.ask, desk.ask, desk.post)
        clients = [threading.Thread(target=one, daemon=True) for one in work]
        for client in clients:
            client.start()
        for number in range(options.kills + options.aimed):
            if number < options.kills:
                _kill_at_random(chance)
            else:
                _kill_aimed(folder, chance)
            back.append(_until_back(desk))
        desk.stop.set()
        for client in clients:
            client.join()
        lost = _lost(desk)
    shutil.rmtree(folder, ignore_errors=True)
    _say(f"commit {commit()}; {machine()}; seed {options.seed}")
    _say(
        f"{options.kills} kills at random, {options.aimed} in a write; longest until it answered "
        f"again: {max(back):.2f} s"
    )
    _say("; ".join(f"{what}: {count}" for what, count in sorted(desk.seen.items())))
    _say(f"acknowledged: {len(desk.stored)} stored, {len(desk.jobs)} accepted; lost: {len(lost)}")
    if lost:
        raise SystemExit(f"lost: {lost[:5]}")


def _lost(desk: Desk) -> list[int]:
    until = time.monotonic() + BACK_SECONDS
    for job in desk.jobs.values():
        while desk.call("GET", f"/v1/jobs/{job}")[1].get("status") != "done":
            if time.monotonic() > until:
                break
            time.sleep(0.1)
    lost = []
    for number in sorted(desk.stored | desk.jobs.keys()):
        status, article = desk.call("GET", f"/v1/articles/bridge-{number}")
        if status != http.HTTPStatus.OK or article["text"] != TEXT.format(number).strip():
            lost.append(number)
    return lost


if __name__ == "__main__":
    main()
