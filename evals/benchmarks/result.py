"""Results: what a benchmark measured, each figure with its interval, and what it rests on.

Plain values. Knows nothing of data sets, and nothing of how a page shows them.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evals.benchmarks.decide import Decided, Scores, auc, balanced_accuracy
from evals.intervals import bootstrap_mean, wilson


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure.

    Attributes:
        task: what was to be done, in a few words; the same wherever the same is to be done.
        name: what was measured.
        value: the figure; None where it is not defined, as a share of nothing.
        interval: its 95% interval, (low, high); None where there is none.
        n: how many questions, pairs or pages it is measured over.
        beat: the figures to beat and where they are from, or "".
    """

    task: str
    name: str
    value: float | None
    interval: tuple[float, float] | None
    n: int
    beat: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What one data set gave; `notes` are whole phrases that its figures must be read with."""

    metrics: tuple[Metric, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What running one benchmark gave.

    Attributes:
        name: the benchmark's name, which is its data's.
        metrics: the figures.
        notes: whole phrases that the figures must be read with.
        seconds: how long all of it took, the model's loading included.
        provenance: the commit, the machine and the versions, in one line.
        fingerprint: SHA-256, in hex, over the names and contents of the files read.
    """

    name: str
    metrics: tuple[Metric, ...]
    notes: tuple[str, ...]
    seconds: float
    provenance: str
    fingerprint: str

    @property
    def task(self) -> str:
        """What was to be done: the tasks of its figures, each once."""
        return ", ".join(dict.fromkeys(metric.task for metric in self.metrics))

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain JSON values."""
        return {"task": self.task, **asdict(self)}


def share(task: str, name: str, outcomes: Collection[bool], beat: str = "") -> Metric:
    """Return the share of outcomes that are true, with Wilson's interval."""
    if not outcomes:
        return Metric(task, name, None, None, 0, beat)
    count, n = sum(outcomes), len(outcomes)
    return Metric(task, name, count / n, wilson(count, n), n, beat)


def mean(task: str, name: str, values: Sequence[float], beat: str = "") -> Metric:
    """Return the mean over questions, with its bootstrap interval."""
    if not values:
        return Metric(task, name, None, None, 0, beat)
    return Metric(task, name, float(np.mean(values)), bootstrap_mean(values), len(values), beat)


def separation(task: str, name: str, scores: Scores, positive: Decided, beat: str = "") -> Metric:
    """Return the area under the ROC curve, with its bootstrap interval."""
    value, interval = auc(scores, positive)
    return Metric(task, name, value, interval, len(positive), beat)


def decision(task: str, name: str, decided: Decided, positive: Decided, beat: str = "") -> Metric:
    """Return the balanced accuracy of decisions, with its bootstrap interval."""
    value, interval = balanced_accuracy(decided, positive)
    return Metric(task, name, value, interval, len(positive), beat)
