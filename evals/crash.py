"""Crash: `dateline add` is killed again and again, and what it had reported must be there.

Each round changes some articles of a folder, starts a real `dateline add`, sends it SIGKILL at a
random moment, and then checks the data folder as the next command would find it: nothing that was
reported as stored is lost, no article is there twice or in part, and the articles, their full text
and their vectors agree. Run as `python -m evals.crash --kills 200`.
"""

import argparse
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from evals.provenance import commit, machine
from index.embedding import LocalModel
from index.errors import NoCollectionError
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.database import DATABASE
from index.sqlite.store import SqliteStore

ARTICLES = 600
CHANGED_SHARE = 0.5
STORED = re.compile(r"stored (\S+)")
# Half of the kills come this soon after something was stored: while the next change is written.
SOON = 0.3


class LostError(AssertionError):
    """What was reported as stored is not there, or not whole."""


@dataclass
class Desk:
    """A folder of articles that change, and a data folder that they are added to.

    Attributes:
        root: where both lie.
        environment: what the processes are started with.
        written: the version of each article in the folder.
        stored: the version of each article that was last reported as stored.
    """

    root: Path
    environment: dict[str, str]
    chance: random.Random
    count: int = ARTICLES
    written: dict[str, int] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, cache: Path, *, seed: int, count: int) -> "Desk":
        """Make an empty one whose moments and edits follow from a seed."""
        chance = random.Random(seed)  # noqa: S311 - moments to kill at, no secret
        return cls(root, os.environ | {"DATELINE_CACHE": str(cache)}, chance, count)

    @property
    def articles(self) -> Path:
        """Return the folder of articles."""
        return self.root / "articles"

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.root / "data"

    def edit(self) -> None:
        """Write new versions of some articles."""
        self.articles.mkdir(exist_ok=True)
        for number in range(self.count):
            name = f"a{number}"
            if name not in self.written or self.chance.random() < CHANGED_SHARE:
                self.written[name] = self.written.get(name, 0) + 1
                (self.articles / f"{name}.md").write_text(_text(name, self.written[name]), "utf-8")

    def add(self, kill_after: float | None = None, *, once_storing: bool = False) -> float:
        """Run `dateline add`, killing it after some seconds; return the seconds that it ran.

        Raises:
            LostError: it was not killed, and failed.
        """
        command = [sys.executable, "-m", "api", "add", str(self.articles), "--data"]
        started = time.monotonic()
        said: list[str] = []
        killer: threading.Timer | None = None
        with subprocess.Popen(  # noqa: S603 - our own command
            [*command, str(self.data), "--verbose", "--offline"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            if kill_after is not None and not once_storing:
                killer = _kill_later(process, kill_after)
            for line in process.stderr or ():
                said.append(line)
                if found := STORED.search(line):
                    self.stored[found.group(1)] = self.written[found.group(1)]
                    if kill_after is not None and killer is None:
                        killer = _kill_later(process, kill_after)
        if killer is not None:
            killer.cancel()
        elif process.returncode != 0:
            raise LostError(f"the command failed: {' '.join(said)[-300:]}")
        return time.monotonic() - started

    def check(self, model: LocalModel) -> int:
        """Check the data folder as the next command finds it; return how many articles it holds.

        Raises:
            LostError: something is lost, doubled, in part, or does not agree.
        """
        try:
            store = SqliteStore(self.data)
        except NoCollectionError:
            _require(not self.stored, "the collection is gone")
            return 0
        with closing(store):
            return self._check_store(store, model)

    def _check_store(self, store: SqliteStore, model: LocalModel) -> int:
        info = store.info()
        asked = model.for_asking(info.recipe.model).embed_query("anything")
        found = {m.passage for m in store.search_vectors(asked, 10**6)}
        passages = store.passages(sorted(found))
        _require(len(found) == len(passages) == info.passages, "vectors and passages differ")
        held = Counter(stored.passage.article for stored in passages)
        known = store.known()
        _require(held.keys() == known.keys() and len(known) == info.articles, "articles differ")
        for name in known:
            self._check_article(store, name, held[name])
        for name in self.stored.keys() - known.keys():
            raise LostError(f"{name} was reported as stored and is not there")
        with closing(sqlite3.connect(self.data / DATABASE)) as database:
            [sound] = database.execute("PRAGMA integrity_check").fetchone()
        _require(sound == "ok", f"the database says {sound}")
        return info.articles

    def _check_article(self, store: SqliteStore, name: str, passages: int) -> None:
        article = store.article(name)
        version = next(
            (
                v
                for v in range(self.written[name], 0, -1)
                if article and _mark(name, v) in article.text
            ),
            0,
        )
        _require(version >= self.stored.get(name, 0), f"{name} fell back to an older version")
        _require(article is not None and article.text == _text(name, version), f"{name} is torn")
        matches = store.search_words([_mark(name, version)], 99)
        _require(len(matches) == passages, f"{name}: the full text does not agree")
        for older in range(max(1, version - 2), version):
            gone = not store.count_with_word(_mark(name, older))
            _require(gone, f"{name}: an older version can still be found")


def run(
    kills: int, seed: int, cache: Path | None = None, count: int = ARTICLES
) -> dict[str, object]:
    """Kill `dateline add` so many times, checking after each; return what was seen.

    Raises:
        LostError: a check failed.
    """
    cache = cache or cache_folder(os.environ)
    model = LocalModel(DEFAULT_MODEL, cache / "models")
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.of(Path(folder), cache, seed=seed, count=count)
        desk.edit()
        whole = desk.add()
        desk.check(model)
        early = 0
        for number in range(kills):
            desk.edit()
            before = dict(desk.stored)
            if number % 2:
                desk.add(desk.chance.uniform(0, SOON), once_storing=True)
            else:
                desk.add(desk.chance.uniform(0, whole))
            early += desk.stored == before
            desk.check(model)
        desk.add()
        held = desk.check(model)
        _require(desk.stored == desk.written and held == count, "the last run did not finish")
    return {"kills": kills, "seed": seed, "articles": count, "before_anything_was_stored": early}


def _text(name: str, version: int) -> str:
    return (
        f"The council of {name} met on Monday. It voted on the plan {_mark(name, version)} again."
    )


def _mark(name: str, version: int) -> str:
    """Return a word that stands in this version of this article only."""
    return f"zq{name}v{version}x"


def _kill_later(process: "subprocess.Popen[str]", seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, process.send_signal, (signal.SIGKILL,))
    timer.start()
    return timer


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - the condition itself
    if not holds:
        raise LostError(otherwise)


def main() -> None:
    """Run from the command line and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    seen = run(arguments.kills, arguments.seed)
    print(json.dumps(seen | {"commit": commit(), "machine": machine()}, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
