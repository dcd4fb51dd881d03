"""Warm answer: how long an answer takes when everything is loaded, step by step.

    python -m evals.warm_answer [--data DIR] [-n TURNS] [--no-reader] [--write docs/performance.md]

Asks golden questions of the bundled articles, or of the collection in DIR, and besides embeds each
question once and searches FAISS for it, as a bare loop would, in turns in one process, so that all
meet the machine in the same state. What is compared is given as a ratio within each turn. The first
turn warms up and is not counted.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from evals.page import put, table
from evals.provenance import describe_machine
from evals.scale.probe import flat_index
from evals.suite import load_suite
from index.build import build
from index.embedding import LocalModel
from index.flat import FlatIndex
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.reader import PassageReader, bundled_reader
from rag.retrieve import SEARCHED

ROOT = Path(__file__).resolve().parent.parent
SUITE = ROOT / "evals" / "golden" / "seeds.yaml"
QUESTIONS = 40
TOTAL, EMBEDDING = "the whole answer", "embedding the question, by itself"
BARE = "that and searching FAISS"
RETRIEVAL = ("of it: embed", "of it: retrieve")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Time warm answers, step by step.")
    parser.add_argument("--data", type=Path, help="a collection; default: the bundled articles")
    parser.add_argument("-n", "--turns", type=int, default=5)
    parser.add_argument("--no-reader", action="store_true", help="only answers without the reader")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    options = parser.parse_args(arguments)
    parts = []
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder, "data")
        if options.data is None:
            store = SqliteStore(data, create=True)
            build([ROOT / "seeds"], store, model)
            store.close()
        store = SqliteStore(data)
        embedder = model.for_asking(store.info().recipe.model)
        cases = [case for case in load_suite(SUITE).cases if not case.history]
        questions = [case.question for case in cases][:: max(1, len(cases) // QUESTIONS)]
        flat = flat_index(data)
        readers: dict[str, PassageReader | None] = {"without it": None}
        if not options.no_reader:
            readers = {"with the reader": bundled_reader(), **readers}
        for name, reader in readers.items():
            pipeline = Pipeline(store, embedder, reader)
            timed = [_turn(pipeline, flat, questions) for _ in range(options.turns + 1)][1:]
            parts.append(table((name, "p50", "p95"), [*_rows(timed)]))
        store.close()
    about = f"{len(questions)} questions, {options.turns} turns; {describe_machine()}."
    text = "\n\n".join([*parts, about])
    if options.write is not None:
        put(options.write, "warm", text)
    sys.stdout.write(text + "\n")
    return 0


def _turn(pipeline: Pipeline, flat: FlatIndex, questions: Iterable[str]) -> dict[str, list[float]]:
    """Ask each question once; return the milliseconds of each step, of all, and of embedding."""
    spent: dict[str, list[float]] = defaultdict(list)
    for question in questions:
        start = time.perf_counter()
        vector = pipeline.embedder.embed_query(question)
        embedded = time.perf_counter()
        flat.search(vector, SEARCHED)
        middle = time.perf_counter()
        answer = pipeline.ask(question)
        end = time.perf_counter()
        spent[EMBEDDING].append((embedded - start) * 1000)
        spent[BARE].append((middle - start) * 1000)
        spent[TOTAL].append((end - middle) * 1000)
        for step, milliseconds in answer.timings_ms.items():
            spent[f"of it: {step}"].append(milliseconds)
    return spent


def _rows(turns: Sequence[dict[str, list[float]]]) -> Iterable[tuple[str, str, str]]:
    steps = dict.fromkeys(step for turn in turns for step in turn)
    for step in steps:
        every = sorted(value for turn in turns for value in turn.get(step, ()))
        high = every[min(len(every) - 1, round(0.95 * len(every)))]
        yield step, f"{statistics.median(every):.1f} ms", f"{high:.1f} ms"
    yield _ratio("answer to embedding", turns, (TOTAL,), EMBEDDING)
    yield _ratio("retrieval to embedding and FAISS alone", turns, RETRIEVAL, BARE)


def _ratio(
    name: str, turns: Sequence[dict[str, list[float]]], parts: Sequence[str], to: str
) -> tuple[str, str, str]:
    ratios = sorted(
        sum(statistics.median(turn[part]) for part in parts) / statistics.median(turn[to])
        for turn in turns
    )
    middle = statistics.median(ratios)
    return f"ratio, {name}", f"{middle:.2f}", f"{ratios[0]:.2f} to {ratios[-1]:.2f}"


if __name__ == "__main__":
    sys.exit(main())
