"""A real `dateline serve` on this machine, on a free port, and its log."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

STARTED = re.compile(r"running on (http://(?:127|0)\.0\.0\.[01]:\d+)")


class Service:
    """A running service. `url` is where, `lines` what it has logged."""

    def __init__(self, process: subprocess.Popen[str], workers: int) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self.said: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self._wait(workers)

    def _read(self) -> None:
        # It is closed while it is read, at the end.
        with contextlib.suppress(ValueError, OSError):
            for line in self.process.stderr or ():
                self.said.append(line)
                if line.startswith("{"):
                    self.lines.append(json.loads(line))

    def _wait(self, workers: int) -> str:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            said = " ".join(self.said)
            found = STARTED.search(said)
            if found and said.count("Application startup complete") >= workers:
                return found.group(1)
            time.sleep(0.02)
        raise AssertionError("".join(self.said))


@contextlib.contextmanager
def serving(data: Path, cache: Path, *options: str, workers: int = 1) -> Iterator[Service]:
    """Run the service over a data folder."""
    command = [sys.executable, "-m", "api", "serve", "--data", str(data), "--port", "0"]
    environment = {**os.environ, "DATELINE_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, "--workers", str(workers), *options],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Service(process, workers)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
