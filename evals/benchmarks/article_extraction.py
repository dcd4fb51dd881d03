"""Article extraction: how much of a news page's story is loaded, and how little else.

Pages and method of scrapinghub's article-extraction-benchmark
(https://github.com/scrapinghub/article-extraction-benchmark, evaluate.py). A text is the multiset
of its shingles, four words in a row, a shorter text being one shingle. Shingles in both texts, only
in the loaded one and only in the true one are counted and divided by their sum, so that every page
weighs the same. Precision and recall are averaged over the pages on which they are defined; F1 is
that of the two averages.

A page goes through `index.load` like any file that a user points at. One that is refused counts as
empty text; of one that is split into several articles, the first is the story.
"""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import read_json
from evals.benchmarks.decide import measured
from evals.benchmarks.result import Findings, Metric
from evals.intervals import Rows
from index.files import Skipped
from index.load import Loaded, load_articles

EXTRACTION = "article text extraction"
SHINGLE = 4
WORD = re.compile(r"\w+")
F1_TO_BEAT = "trafilatura 0.958, go-trafilatura 0.960, AutoExtract 0.970 (published); target 0.958"
Counts = npt.NDArray[np.float64]
"""Shape (pages, 3): the shares of shingles in both texts, only loaded, only true."""


def run(bench: Bench) -> Findings:
    """Measure the text that is loaded from each page."""
    truth = read_json(bench.folder / "ground-truth.json")
    counts: list[tuple[float, float, float]] = []
    reasons: Counter[str] = Counter()
    for name in bench.each(sorted(truth)):
        text, reason = load_text(bench.folder / "html" / f"{name}.html.gz")
        if reason is not None:
            reasons[reason] += 1
        counts.append(compare(truth[name]["articleBody"], text))
    table = np.array(counts).reshape(-1, 3)
    f1, f1_interval = measured(lambda rows: _f1(table, rows), len(table))
    precision = _mean_share(table, np.arange(len(table))[np.newaxis], other=1)[0]
    recall = _mean_share(table, np.arange(len(table))[np.newaxis], other=2)[0]
    notes = [
        f"{count} of {len(table)} pages refused, which counts as empty text: {reason}"
        for reason, count in reasons.most_common()
    ]
    return Findings(
        (
            Metric(EXTRACTION, "F1 of shingles", f1, f1_interval, len(table), F1_TO_BEAT),
            Metric(EXTRACTION, "precision", _known(precision), None, len(table)),
            Metric(EXTRACTION, "recall", _known(recall), None, len(table)),
        ),
        tuple(notes),
    )


def load_text(path: Path) -> tuple[str, str | None]:
    """Return the text that a file gives, or "" and the reason why it gives none."""
    for item in load_articles([path]):
        match item:
            case Loaded():
                return item.article.text, None
            case Skipped():
                return "", item.reason
    return "", "nothing was loaded"


def compare(true: str, loaded: str) -> tuple[float, float, float]:
    """Return the shares of shingles in both texts, only in the loaded, and only in the true one."""
    wanted, found = _shingles(true), _shingles(loaded)
    parts = ((wanted & found).total(), (found - wanted).total(), (wanted - found).total())
    total = sum(parts) or 1
    both, extra, missing = (part / total for part in parts)
    return both, extra, missing


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    found = WORD.findall(text)
    starts = range(max(1, len(found) - SHINGLE + 1)) if found else range(0)
    return Counter(tuple(found[start : start + SHINGLE]) for start in starts)


def _f1(table: Counts, rows: Rows) -> npt.NDArray[np.float64]:
    """Return the F1 of resampled pages; 0 where nothing was loaded or nothing of it is true."""
    precision = np.nan_to_num(_mean_share(table, rows, other=1))
    recall = np.nan_to_num(_mean_share(table, rows, other=2))
    total = precision + recall
    return np.asarray(2 * precision * recall / np.where(total > 0, total, 1), dtype=np.float64)


def _mean_share(table: Counts, rows: Rows, other: int) -> npt.NDArray[np.float64]:
    """Return the mean over pages of both / (both + other), where there is any; else NaN."""
    both, total = table[:, 0], table[:, 0] + table[:, other]
    shares = np.divide(both, total, out=np.zeros_like(both), where=total > 0)
    with np.errstate(invalid="ignore"):
        means = shares[rows].sum(axis=1) / (total > 0)[rows].sum(axis=1)
    return np.asarray(means, dtype=np.float64)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
