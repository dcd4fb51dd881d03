"""Intervals: how far a measured figure may lie from the one that more questions would give."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SEED = 0
LEVEL = 0.95
# Resamples drawn at once; bounds the memory.
CHUNK = 100

Rows = npt.NDArray[np.int64]


def bootstrap_mean(
    values: Sequence[float], *, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> tuple[float, float]:
    """Return the interval of a mean by the percentile bootstrap over its values.

    Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3. The same values
    and seed give the same interval.

    Raises:
        ValueError: there are no values.
    """
    array = np.asarray(values, dtype=np.float64)
    return bootstrap(
        lambda rows: array[rows].mean(axis=1),
        len(array),
        resamples=resamples,
        seed=seed,
        level=level,
    )


def bootstrap(
    statistic: Callable[[Rows], npt.NDArray[np.float64]],
    count: int,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> tuple[float, float]:
    """Return the interval of any statistic of `count` questions by the percentile bootstrap.

    Args:
        statistic: takes the indices of resampled questions, shape (n, count), and returns the
            statistic of each resample, shape (n,). NaN, for a resample on which it is not defined,
            is left out.
        count: how many questions there are.
        resamples: how many resamples to draw.
        seed: where the random numbers start.
        level: the share of resamples within the interval.

    Raises:
        ValueError: there are no questions, or the statistic was defined on no resample.
    """
    if count < 1:
        raise ValueError("there is nothing to resample")
    random = np.random.default_rng(seed)
    drawn = [
        statistic(random.integers(count, size=(min(CHUNK, resamples - start), count)))
        for start in range(0, resamples, CHUNK)
    ]
    found = np.concatenate(drawn)
    found = found[~np.isnan(found)]
    if not found.size:
        raise ValueError("the statistic is not defined on any resample")
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def share_of(part: int, whole: int, *, decimals: int = 0) -> str:
    """Return a share with its score interval, for a person to read."""
    if not whole:
        return "none"
    low, high = (f"{bound:.{decimals}%}" for bound in wilson(part, whole))
    return f"{part} of {whole} ({part / whole:.{decimals}%}, 95% interval {low} to {high})"


def wilson(successes: int, count: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the score interval of a share: `successes` of `count`.

    Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference". Unlike the
    bootstrap, it has a width when all or none succeed.

    Raises:
        ValueError: `count` is not positive, or `successes` is not within it.
    """
    if not 0 <= successes <= count or count < 1:
        raise ValueError(f"{successes} of {count} is no share")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / count
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    middle = share + z * z / (2 * count)
    scale = 1 + z * z / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
