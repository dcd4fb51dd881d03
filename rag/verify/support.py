"""Support: what the network and the words make of a sentence, as one calibrated probability.

The weights are data, in calibration.json, with where they come from and how precise the threshold
was found to be; `python -m evals.verifier.calibrate` fits them. Decides no verdict.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from index.types import Span
from rag.calibration import Logistic
from rag.verify.entailment import Entailment
from rag.words import content_words, stem, stem_set_of

FILE = "calibration.json"
FEATURES = ("supported", "contradicted", "wrongest", "missing")
# A logit from which on a piece of a sentence counts as wrong.
WRONG = 0.0
# Pieces that stand so near, in characters, are shown as one stretch.
NEAR = 1


@dataclass(frozen=True, slots=True)
class Support:
    """How far a source supports a sentence.

    Attributes:
        probability: that it is supported.
        contradicts: whether, if it is not, it is contradicted rather than said nowhere.
        wrong: the stretch of the sentence that most probably is not borne out; None where no word
            stands out.
    """

    probability: float
    contradicts: bool
    wrong: Span | None


def support(sentence: str, source: str, entailment: Entailment) -> Support:
    """Return how far a source supports a sentence.

    Args:
        sentence: what was written.
        source: what it is held against.
        entailment: what the network makes of both.
    """
    row = np.array([features(sentence, source, entailment)])
    probability = float(weights().probabilities(row)[0])
    _, contradicted, neutral = entailment.labels
    return Support(probability, contradicted > neutral, _wrong(entailment))


def features(sentence: str, source: str, entailment: Entailment) -> list[float]:
    """Return a sentence's evidence, in the order of `FEATURES`."""
    supported, contradicted, neutral = entailment.labels
    return [
        supported - _joined(contradicted, neutral),
        contradicted - _joined(supported, neutral),
        max((logit for _, logit in entailment.wrong), default=0.0),
        len(missing_words(sentence, source)) / max(1, len(content_words(sentence))),
    ]


def missing_words(sentence: str, source: str) -> list[str]:
    """Return a sentence's topic words that its source lacks, in any form; figures left out."""
    held = stem_set_of(source)
    return [
        word
        for word in content_words(sentence)
        if stem(word) not in held and not any(character.isdigit() for character in word)
    ]


@cache
def weights() -> Logistic:
    """Return the fitted weights."""
    return Logistic.from_json(fitted(), FEATURES)


@cache
def fitted() -> dict[str, Any]:
    """Return the contents of calibration.json; `threshold` is the least supported probability."""
    text = files("rag.verify").joinpath(FILE).read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _joined(*logits: float) -> float:
    """Return the logit of any of several labels."""
    return math.log(math.fsum(math.exp(logit) for logit in logits))


def _wrong(entailment: Entailment) -> Span | None:
    """Return the stretch around the likeliest wrong piece whose pieces are all wrong."""
    pieces: Sequence[tuple[Span, float]] = entailment.wrong
    if not pieces or max(logit for _, logit in pieces) <= WRONG:
        return None
    best = max(range(len(pieces)), key=lambda place: pieces[place][1])
    first = last = best

    def joins(place: int, other: int) -> bool:
        near = pieces[max(place, other)][0].start - pieces[min(place, other)][0].end <= NEAR
        return near and pieces[other][1] > WRONG

    while first > 0 and joins(first, first - 1):
        first -= 1
    while last + 1 < len(pieces) and joins(last, last + 1):
        last += 1
    return Span(pieces[first][0].start, pieces[last][0].end)
