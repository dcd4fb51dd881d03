"""Calibrate: fit the weights that turn what the network and the words say into a probability.

    python -m evals.verifier.calibrate --data ../shared/data/train

Fits a logistic regression on the claims that `evals.verifier.train` kept apart, as the exported
network reads them, and finds the least probability from which on a sentence counts as supported:
the lowest at which, cross-validated by page, `PRECISION` of what reaches it is supported. Writes
rag/verify/calibration.json with where the weights come from, how precise the threshold was found to
be, how much of what is supported reaches it, and how far the probabilities are from the shares
found (expected calibration error, Naeini et al. 2015, over ten equal bins).
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from evals.course import SEED, say
from evals.provenance import commit, machine
from evals.verifier.claims import Claim, read_claims
from rag.verify.entailment import ReadsClaims, bundled_claim_reader
from rag.verify.support import FEATURES, FILE, features

# What is shown as supported must be; what is supported and does not reach it is worded again, or
# its source is quoted instead.
PRECISION = 0.95
FOLDS = 5
BINS = 10
STRENGTH = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit rag/verify/calibration.json.")
    parser.add_argument("--data", type=Path, required=True, help="holds the sets as NAME.jsonl.gz")
    parser.add_argument("--out", type=Path, default=Path("rag/verify") / FILE)
    options = parser.parse_args(arguments)
    _, kept_apart = read_claims(options.data, SEED)
    result = fit(bundled_claim_reader(), kept_apart)
    result["provenance"] |= {"commit": commit(), "machine": machine()}
    options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    say(json.dumps(result, indent=2))
    return 0


def fit(reader: ReadsClaims, claims: list[Claim]) -> dict[str, Any]:
    """Return the contents of calibration.json, fitted on claims."""
    rows = np.array([_features(reader, claim) for claim in claims])
    truth = np.array([claim.label == "supported" for claim in claims])
    groups = [claim.group for claim in claims]
    model = LogisticRegression(C=STRENGTH, max_iter=1000)
    judged: npt.NDArray[np.float64] = cross_val_predict(
        model, rows, truth, groups=groups, cv=GroupKFold(FOLDS), method="predict_proba"
    )[:, 1]
    threshold = least_precise(judged, truth, PRECISION)
    reached = judged >= threshold
    by_source: dict[str, list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        by_source[claim.source].append(place)
    model.fit(rows, truth)
    return {
        "provenance": {
            "method": "python -m evals.verifier.calibrate",
            "claims": len(claims),
            "supported": int(truth.sum()),
            "auc": round(float(roc_auc_score(truth, judged)), 4),
            "precision": round(float(truth[reached].mean()), 4),
            "recall": round(float(reached[truth].mean()), 4),
            "calibration_error": round(calibration_error(judged, truth), 4),
            "by_source": {
                source: {
                    "claims": len(places),
                    "let_through_wrongly": round(_share(reached[places], ~truth[places]), 4),
                    "let_through_rightly": round(_share(reached[places], truth[places]), 4),
                }
                for source, places in sorted(by_source.items())
            },
        },
        "threshold": round(threshold, 4),
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": {
            name: round(float(weight), 4)
            for name, weight in zip(FEATURES, model.coef_[0], strict=True)
        },
    }


def least_precise(
    judged: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_], precision: float
) -> float:
    """Return the lowest threshold at which what reaches it is precise enough; 1.0 if none is."""
    order = np.argsort(-judged)
    share = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= precision)
    return float(judged[order[good[-1]]]) if len(good) else 1.0


def calibration_error(judged: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_]) -> float:
    """Return how far probabilities are from the shares found, on average over ten bins."""
    bins = np.minimum((judged * BINS).astype(int), BINS - 1)
    return float(
        sum(
            abs(judged[bins == one].mean() - truth[bins == one].mean()) * (bins == one).mean()
            for one in np.unique(bins)
        )
    )


def _features(reader: ReadsClaims, claim: Claim) -> list[float]:
    return features(claim.text, " ".join(claim.evidence), reader.read(claim.text, claim.evidence))


def _share(reached: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    return float(reached[among].mean()) if among.any() else 0.0


if __name__ == "__main__":
    sys.exit(main())
