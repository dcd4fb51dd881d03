"""Calibration: the fitted weights that turn evidence into probabilities.

They are data, in calibration.json, with where they come from; `python -m evals.calibrate` fits
them. Knows nothing of what the features mean.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over named features.

    `weights` and `intercept` apply to the features as they are, unscaled.
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float

    def probabilities(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the probability of each row, shape (n,), for features of shape (n, features)."""
        result: npt.NDArray[np.float64] = 1 / (1 + np.exp(-self.logits(rows)))
        return result

    def logits(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the logit of each row, likewise."""
        result: npt.NDArray[np.float64] = rows @ np.array(self.weights) + self.intercept
        return result

    @classmethod
    def from_json(cls, value: Mapping[str, Any], features: Sequence[str]) -> "Logistic":
        """Read fitted weights for exactly these features, in this order.

        Raises:
            ValueError: they were fitted on other features.
        """
        if list(value["weights"]) != list(features):
            raise ValueError(
                f"{FILE} was fitted on other features: run `python -m evals.calibrate`"
            )
        weights = tuple(float(weight) for weight in value["weights"].values())
        return cls(tuple(features), weights, float(value["intercept"]))


@cache
def fitted() -> dict[str, Any]:
    """Return the contents of calibration.json."""
    content: dict[str, Any] = json.loads(files("rag").joinpath(FILE).read_text("utf-8"))
    return content


def logit(probability: float) -> float:
    """Return the logit of a probability, which is kept off 0 and 1."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
