"""Decide: how well yes is told from no, by a score or by decisions already made.

Both measures weigh the two sides alike, however many there are of each. Where one side is missing
neither is defined, and both are None. Intervals are bootstrapped over questions.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from evals.intervals import Rows, bootstrap

Scores = Sequence[float]
Decided = Sequence[bool]
Measured = tuple[float, tuple[float, float]] | tuple[None, None]
Statistic = Callable[[Rows], npt.NDArray[np.float64]]


def auc(scores: Scores, positive: Decided) -> Measured:
    """Return the area under the ROC curve, and its 95% interval.

    It is the chance that a positive scores higher than a negative, ties counting half (Hanley and
    McNeil 1982, "The Meaning and Use of the Area under a ROC Curve").
    """
    levels = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)[1]
    labels = np.asarray(positive, dtype=np.float64)
    count = int(levels.max(initial=-1)) + 1

    def one(row: npt.NDArray[np.int64]) -> float:
        every = np.bincount(levels[row], minlength=count)
        high = np.bincount(levels[row], weights=labels[row], minlength=count)
        low = every - high
        pairs = high.sum() * low.sum()
        below = np.cumsum(low) - low
        return float((high * (below + low / 2)).sum() / pairs) if pairs else np.nan

    return measured(lambda rows: np.array([one(row) for row in rows]), len(labels))


def balanced_accuracy(
    decided: Decided, positive: Decided, groups: Sequence[str] | None = None
) -> Measured:
    """Return the balanced accuracy of decisions, and its 95% interval.

    It is the mean of the shares of positives and of negatives decided rightly (Brodersen et al.
    2010, "The Balanced Accuracy and Its Posterior Distribution"); with `groups`, one for each
    decision, the mean of the groups' balanced accuracies.
    """
    labels = np.asarray(positive, dtype=bool)
    right = np.asarray(decided, dtype=bool) == labels
    names = np.asarray(groups if groups is not None else [""] * len(labels))
    sides = [(names == name) & side for name in np.unique(names) for side in (labels, ~labels)]

    def statistic(rows: Rows) -> npt.NDArray[np.float64]:
        with np.errstate(invalid="ignore"):
            rates = [(right & side)[rows].sum(axis=1) / side[rows].sum(axis=1) for side in sides]
        return np.asarray(np.mean(rates, axis=0), dtype=np.float64)

    return measured(statistic, len(labels))


def measured(statistic: Statistic, count: int) -> Measured:
    """Return a statistic of all questions, and its 95% interval."""
    if not count:
        return None, None
    value = float(statistic(np.arange(count)[np.newaxis])[0])
    return (None, None) if np.isnan(value) else (value, bootstrap(statistic, count))
