"""Benchmarks: public data sets, asked of the pipeline as it is.

Each data set, or family of them, has its module, which knows its format and its tasks. What they
share: `data` (reading), `collection` (indexing and asking), `decide` and `result` (figures with
their intervals), `tables` (a page of them). The data are never part of the repository; what they
are and where they come from is in the README beside them.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evals.benchmarks import (
    article_extraction,
    clapnq,
    multihop_rag,
    near_duplicates,
    ramdocs,
    squad,
    summedits,
    time_magazine,
)
from evals.benchmarks.collection import Bench
from evals.benchmarks.data import BenchmarkError, files_of, fingerprint
from evals.benchmarks.result import Findings, Metric, Result
from evals.benchmarks.tables import as_text, write_tables
from evals.provenance import describe_machine
from index.embedding import EmbeddingModel, LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.passages import Progress
from rag.reader import bundled_reader

__all__ = [
    "BENCHMARKS",
    "Benchmark",
    "BenchmarkError",
    "Metric",
    "Result",
    "as_text",
    "run_benchmark",
    "write_tables",
]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A data set that can be measured on.

    Attributes:
        files: patterns of the files that are read, in the benchmark's folder.
        run: measures the pipeline on it.
        folder: its folder among the data; None is the benchmark's name.
    """

    files: tuple[str, ...]
    run: Callable[[Bench], Findings]
    folder: str | None = None


PARAGRAPHS = ("passages.jsonl", "questions.jsonl")
BENCHMARKS = {
    "squad2": Benchmark(PARAGRAPHS, squad.run_squad2),
    "nyt": Benchmark(PARAGRAPHS, squad.run_nyt),
    "clapnq": Benchmark(("questions.jsonl",), clapnq.run),
    "multihop_rag": Benchmark(("facts.json", "queries.jsonl"), multihop_rag.run),
    "time": Benchmark(("TIME.ALL", "TIME.QUE", "TIME.REL"), time_magazine.run),
    "ramdocs": Benchmark(("questions.jsonl",), ramdocs.run),
    "summedits": Benchmark(("pairs.jsonl",), summedits.run),
    "article_extraction": Benchmark(
        ("ground-truth.json", "html/*.html.gz"), article_extraction.run
    ),
    "near_duplicates": Benchmark(
        (
            *("article_extraction/ground-truth.json", "nyt/passages.jsonl"),
            *("squad2/passages.jsonl", "time/TIME.ALL"),
        ),
        near_duplicates.run,
        folder=".",
    ),
}


def run_benchmark(  # noqa: PLR0913 - each is one thing, and but two have a default
    name: str,
    data: Path,
    *,
    limit: int | None = None,
    progress: Progress = lambda _what, _done, _of: None,
    model: EmbeddingModel | None = None,
    reads: bool = True,
) -> Result:
    """Measure the pipeline on one data set.

    Args:
        name: one of BENCHMARKS.
        data: the folder that holds the data sets' folders.
        limit: ask at most so many questions, evenly spaced; None asks all. What is asked of stays
            whole.
        progress: told what is being done, how many are done, and of how many.
        model: the embedding model; None is the default one.
        reads: whether the reader reads the passages.

    Raises:
        BenchmarkError: there is no such benchmark, or its data are not there or cannot be read.
        DatelineError: the pipeline failed.
    """
    benchmark = BENCHMARKS.get(name)
    if benchmark is None:
        raise BenchmarkError(f"there is no benchmark {name!r}: choose of {', '.join(BENCHMARKS)}")
    if limit is not None and limit < 1:
        raise BenchmarkError(f"a limit of {limit} leaves nothing to measure: give at least 1")
    folder = data / (benchmark.folder or name)
    files = files_of(folder, benchmark.files)
    provenance = _provenance()
    start = time.perf_counter()
    reader = bundled_reader() if reads else None
    found = benchmark.run(Bench(folder, model or _default_model(), reader, limit, progress))
    seconds = time.perf_counter() - start
    unread = () if reads else ("without the reader",)
    sampled = () if limit is None else (f"a sample: at most {limit:,} questions, pairs or pages",)
    return Result(
        name=name,
        metrics=found.metrics,
        notes=(*sampled, *unread, *found.notes),
        seconds=round(seconds, 1),
        provenance=provenance,
        fingerprint=fingerprint(folder, files),
    )


@cache
def _provenance() -> str:
    """Say it once a process: a later commit is not the code that this one runs."""
    return describe_machine()


def _default_model() -> EmbeddingModel:
    # Beside the exports that every collection on this machine shares.
    return LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
