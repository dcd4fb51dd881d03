"""Incremental: what adding ten articles costs, to a small collection and to large ones.

    python -m evals.incremental

Makes collections of different sizes, then runs a whole `dateline add` of ten new articles on each
in turns, so that a slow moment of the machine falls on all of them alike. Prints the median and the
quartiles of the seconds for each size, and of the ratio to the smallest within each turn; and the
same for the change to the store alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from evals.cold_start import ROOT, summary
from evals.provenance import describe_machine
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.passages import CHUNKING, embed_articles
from index.sqlite.store import SqliteStore
from index.store import EmbeddedArticle, Recipe
from index.types import Article

SIZES = (10, 1_000, 10_000)
ADDED = 10
SUBJECTS = "harbour council railway library hospital market orchestra airport river school".split()
VERBS = "opened closed moved doubled delayed sold repaired lost praised renamed".split()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Time adding ten articles.")
    parser.add_argument("-n", type=int, default=9, help="how many turns (default 9)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="ARTICLES")
    options = parser.parse_args(arguments)
    cache = cache_folder(os.environ)
    model = LocalModel(DEFAULT_MODEL, cache / "models")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for size in options.sizes:
            _make(root / f"{size}", size, model)
        commands: dict[int, list[float]] = {size: [] for size in options.sizes}
        changes: dict[int, list[float]] = {size: [] for size in options.sizes}
        for turn in range(options.n + 1):
            for size in options.sizes:
                data = root / f"{size}"
                seconds = timed_add(data, turn, cache), _write(data, turn, model)
                if turn:  # the first warms the disk's cache for all
                    commands[size].append(seconds[0])
                    changes[size].append(seconds[1])
    _print(f"{options.n} turns of {ADDED} articles each; {describe_machine()}")
    for what, times in (("dateline add", commands), ("store.write", changes)):
        smallest = times[options.sizes[0]]
        for size, taken in times.items():
            ratios = [one / other for one, other in zip(taken, smallest, strict=True)]
            written = summary(taken, lambda s: f"{s:.3f} s")
            _print(
                f"{what}, to {size:>6,}: {written}; ratio {summary(ratios, lambda r: f'{r:.2f}')}"
            )
    return 0


def _texts(start: int, count: int) -> Iterator[str]:
    """Yield articles of a paragraph, no two alike."""
    for n in range(start, start + count):
        said = " ".join(
            f"The {SUBJECTS[n * k % 10]} of town {n * 7 + k} {VERBS[(n + k * 3) % 10]} on day {n}."
            for k in range(1, 7)
        )
        yield f"Report {n}. {said}"


def _embedded(start: int, count: int, model: LocalModel) -> tuple[Recipe, list[EmbeddedArticle]]:
    articles = [Article(id=f"a{start + i}", text=t) for i, t in enumerate(_texts(start, count))]
    characters = sum(len(article.text) for article in articles)
    embedder = model.for_building(characters=characters)
    recipe = Recipe(embedder.identity, CHUNKING, embedder.precision)
    return recipe, list(embed_articles(articles, embedder))


def _make(data: Path, size: int, model: LocalModel) -> None:
    with closing(SqliteStore(data, create=True)) as store:
        store.write(*_embedded(0, size, model))


def timed_add(data: Path, turn: int, cache: Path) -> float:
    """Return the seconds of a whole `dateline add` of ten articles, others in each turn."""
    with tempfile.TemporaryDirectory() as folder:
        for n, text in enumerate(_texts(10_000_000 + turn * ADDED, ADDED)):
            Path(folder, f"turn{turn}-{n}.md").write_text(text, "utf-8")
        command = [sys.executable, "-m", "api", "add", folder, "--data", str(data), "--offline"]
        start = time.perf_counter()
        subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=ROOT,
            env=os.environ | {"DATELINE_CACHE": str(cache)},
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - start


def _write(data: Path, turn: int, model: LocalModel) -> float:
    recipe, articles = _embedded(20_000_000 + turn * ADDED, ADDED, model)
    with closing(SqliteStore(data)) as store:
        start = time.perf_counter()
        store.write(recipe, articles)
        return time.perf_counter() - start


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
