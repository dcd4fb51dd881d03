"""Decision: does the collection answer the question?

A calibrated probability, from what is known of the most probable sentence. Knows nothing of the
question beside it, and of how an answer or an abstention is worded.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from rag.calibration import Logistic, fitted, logit
from rag.candidates import Candidate, HowRead

# Below this the collection more probably does not answer the question than that it does.
MIN_CONFIDENCE = 0.5
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
# Beside a close reading, cosines and shared words tell nothing more (docs/quality.md).
CLOSE_DECISION_FEATURES = ("best_logit", "close_passage")
FEATURES_OF_DECISIONS: Mapping[HowRead, tuple[str, ...]] = MappingProxyType(
    {
        HowRead.NOT: DECISION_FEATURES,
        HowRead.ONCE: READ_DECISION_FEATURES,
        HowRead.CLOSELY: CLOSE_DECISION_FEATURES,
    }
)


def answerability(found: Sequence[Candidate]) -> float:
    """Return the estimated probability that the collection answers the question.

    It is calibrated for a collection that answers every other question, see `evals.calibrate`.

    Args:
        found: candidate sentences, in any order.
    """
    if not found:
        return 0.0
    model = decision_model(how_read(found))
    features = decision_features(found)
    row = np.array([[features[name] for name in model.features]])
    return float(model.probabilities(row)[0])


def most_probable(found: Sequence[Candidate]) -> Candidate:
    """Return the candidate that the decision rests on, which need not be the newest."""
    return max(found, key=lambda one: one.probability)


def how_read(found: Sequence[Candidate]) -> HowRead:
    """Return how those were read that were read best."""
    ways = {one.how_read for one in found}
    return [way for way in HowRead if way in ways][-1]


def decision_model(way: HowRead) -> Logistic:
    """Return what tells whether the collection answers, where some passages were read so."""
    return Logistic.from_json(fitted()[f"{way}decision"], FEATURES_OF_DECISIONS[way])


def decision_features(found: Sequence[Candidate]) -> dict[str, float]:
    """Return what the decision whether to answer rests on, by name.

    All is the most probable sentence's, but for what close reading makes of the passages: that is
    the most that it says of any, as is what reading makes of them where that sentence was not read.

    Args:
        found: candidate sentences, at least one.
    """
    best = most_probable(found)
    features = {
        "best_logit": logit(best.probability),
        "best_cosine": best.features["sentence_cosine"],
        "best_passage_cosine": best.features["passage_cosine"],
        "words_in_sentence": best.features["words_in_sentence"],
        "names_in_passage": best.features["names_in_passage"],
    }
    read = [c.features["read_passage"] for c in found if c.how_read is not HowRead.NOT]
    if read:
        features["read_passage"] = best.features.get("read_passage", max(read))
    close = [c.features["close_passage"] for c in found if c.how_read is HowRead.CLOSELY]
    if close:
        features["close_passage"] = max(close)
    return features
