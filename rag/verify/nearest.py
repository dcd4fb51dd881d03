"""Nearest: the sentences of an evidence that share most with a claim, when not all can be read.

Knows words only, and nothing of whether they bear the claim out.
"""

import math
from collections import Counter
from collections.abc import Sequence

from rag.words import content_words, stem


def nearest_first(claim: str, sentences: Sequence[str]) -> list[int]:
    """Return the places of sentences, those that add most of the claim's words first.

    Rare words weigh more: inverse document frequency over the sentences. A word that an earlier one
    holds already counts a quarter, so that what is gathered covers the whole of the claim.
    """
    held = [frozenset(stem(word) for word in content_words(text)) for text in sentences]
    counts = Counter(word for words in held for word in words)
    weights = {
        word: math.log(1 + len(held) / counts[word])
        for word in map(stem, content_words(claim))
        if counts[word]
    }
    left = list(range(len(sentences)))
    order: list[int] = []
    while left:
        best = max(left, key=lambda place: math.fsum(weights.get(w, 0.0) for w in held[place]))
        left.remove(best)
        order.append(best)
        weights |= {w: weights[w] / 4 for w in held[best] if w in weights}
    return order
