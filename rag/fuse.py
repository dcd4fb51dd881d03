"""Fuse: one score from all that speaks for a passage.

A sum of the numbers of `rag.relevance`, each times its weight. The weights are data, in
fusion.json, with where they come from (`python -m evals.fit_fusion`). Knows nothing of passages.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.relevance import FEATURES
from rag.words import fold

FILE = "fusion.json"
# What being of a named outlet still says of the next passage of that outlet.
NEXT_OF_OUTLET = 0.8

Rows = npt.NDArray[np.float64]

# What opens a question, besides a preposition: "in which year", "was it".
ASKS = re.compile(
    r"(?:(?:and|but|so|then|now|please)\W+)*"
    r"(?:(?:of|in|on|at|by|for|with|about|against|from|to|under|after|before|since|until)\s+)?"
    r"(?:what|who|whom|whose|when|where|which|why|how"
    r"|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
    r"|tell|name|list|give|explain|describe|show|say|summari[sz]e|compare)\b"
)


def weights_for(text: str) -> Rows:
    """Return what each feature weighs for a question, or for a topic; shape (len(FEATURES),).

    A question is answered by a sentence. A topic ("canola tariffs"), as people type it into a
    search box, has whole articles to it, so that more of its article speaks for a passage.
    """
    content = fitted()
    weights: dict[str, float] = content["question"]["weights"] | content["source"]["weights"]
    if not is_question(text):
        weights |= content["topic"]["weights"]
    return as_row(weights)


def is_question(text: str) -> bool:
    """Tell a question from a topic."""
    return "?" in text or ASKS.match(fold(text).lstrip()) is not None


def in_turns(
    scores: Rows, passages: Sequence[int], outlets: Sequence[str | None], parts: Rows
) -> list[int]:
    """Return the order of passages, best first, in which the outlets that are named take turns.

    A question that names several outlets asks for what each of them says. For each passage of an
    outlet that was taken, being of that outlet speaks less for the next.

    Args:
        scores: shape (n,).
        passages: their ids; of equal scores the lower comes first.
        outlets: the outlet of each.
        parts: what each feature gives to the score, shape (n, len(FEATURES)).
    """
    given = parts[:, FEATURES.index("outlet")] if len(parts) else scores
    queues: dict[str | None, list[int]] = {}
    for n in sorted(range(len(scores)), key=lambda n: (-scores[n], passages[n])):
        queues.setdefault(outlets[n] if given[n] else None, []).append(n)
    if len(queues) < 2:
        return [n for queue in queues.values() for n in queue]
    left = {outlet: iter(queue) for outlet, queue in queues.items()}
    heads = {outlet: next(queue) for outlet, queue in left.items()}
    taken = dict.fromkeys(queues, 0)
    order = []

    def standing(outlet: str | None) -> tuple[float, int]:
        n = heads[outlet]
        lost = given[n] * (1 - NEXT_OF_OUTLET ** taken[outlet])
        return scores[n] - lost, -passages[n]

    while heads:
        best = max(heads, key=standing)
        order.append(heads.pop(best))
        taken[best] += 1
        following = next(left[best], None)
        if following is not None:
            heads[best] = following
    return order


def as_row(weights: Mapping[str, float], features: Sequence[str] = FEATURES) -> Rows:
    """Return weights in the order of the features; one without weight has none to it."""
    return np.array([weights.get(name, 0.0) for name in features])


@cache
def fitted() -> dict[str, Any]:
    """Return the contents of fusion.json.

    Raises:
        ValueError: it weighs what is no feature.
    """
    content: dict[str, Any] = json.loads(files("rag").joinpath(FILE).read_text("utf-8"))
    unknown = {
        name for part in ("question", "topic", "source") for name in content[part]["weights"]
    }.difference(FEATURES)
    if unknown:
        raise ValueError(f"{FILE} weighs {sorted(unknown)}: run `python -m evals.fit_fusion`")
    return content
