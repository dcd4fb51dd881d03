"""Decision: does the collection answer the question?

A calibrated probability, from what is known of the most probable sentence. Knows nothing of the
question beside it, and of how an answer or an abstention is worded.
"""

from collections.abc import Sequence

import numpy as np

from rag.calibration import Logistic, fitted, logit
from rag.evidence import Candidate

DECISION_FEATURES = (
    "best_logit",
    "best_cosine",
    "best_passage_cosine",
    "words_in_sentence",
    "names_in_passage",
)
READ_DECISION_FEATURES = (
    "best_logit",
    "best_cosine",
    "words_in_sentence",
    "read_passage",
    "names_in_passage",
)


def answerability(found: Sequence[Candidate]) -> float:
    """Return the estimated probability that the collection answers the question.

    It is calibrated for a collection that answers every other question, see `evals.calibrate`.

    Args:
        found: candidate sentences, in any order.
    """
    if not found:
        return 0.0
    best = most_probable(found)
    model = decision_model(best)
    features = decision_features(best)
    row = np.array([[features[name] for name in model.features]])
    return float(model.probabilities(row)[0])


def most_probable(found: Sequence[Candidate]) -> Candidate:
    """Return the candidate that the decision rests on, which need not be the newest."""
    return max(found, key=lambda one: one.probability)


def decision_model(best: Candidate) -> Logistic:
    """Return what tells, by the most probable sentence, whether the collection answers."""
    if best.was_read:
        return Logistic.from_json(fitted()["read_decision"], READ_DECISION_FEATURES)
    return Logistic.from_json(fitted()["decision"], DECISION_FEATURES)


def decision_features(best: Candidate) -> dict[str, float]:
    """Return what the decision whether to answer rests on, by name."""
    features = {
        "best_logit": logit(best.probability),
        "best_cosine": best.features["sentence_cosine"],
        "best_passage_cosine": best.features["passage_cosine"],
        "words_in_sentence": best.features["words_in_sentence"],
        "names_in_passage": best.features["names_in_passage"],
    }
    if best.was_read:
        features["read_passage"] = best.features["read_passage"]
    return features
