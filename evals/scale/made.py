"""Made: as many articles as are wanted, of which the first hold what is real.

A made passage's vector is the middle of two real neighbours, moved by the difference of two other
neighbours: it lies where real ones do, as near to its neighbours and in as many directions
(`spread` measures both, beside the real ones). A question's true neighbours are then real passages
and made ones alike. A third of its words are those of the real passage that it lies at, as texts
keep to their subject; the rest are drawn with the frequencies of all the real words, which follow
Zipf's law.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evals.scale.real import Real
from index.embed import unit
from index.flat import FlatIndex
from index.store import EmbeddedArticle
from index.types import Article, Passage, PassageVectors, Span, Vector, Vectors
from rag.words import words

SEED = 0
NEIGHBOURS = 10
# How far a passage is moved: so that the made ones have the `spread` of the real ones.
MOVED = 0.6
LENGTH = (80, 200)
OWN_SHARE = 1 / 3
DRAWN = 5_000_000
PASSAGES = 8
SENTENCES = 4
# How far a sentence lies from its passage: at a cosine of 0.85.
SENTENCE_NOISE = 0.6
OUTLETS = 50


@dataclass(frozen=True, slots=True)
class Spread:
    """How vectors lie to each other.

    Attributes:
        dimension: the local intrinsic dimension, the median of Levina and Bickel 2004, "Maximum
            Likelihood Estimation of Intrinsic Dimension", over 20 neighbours.
        nearest, tenth: the mean cosine to the nearest and to the tenth nearest.
    """

    dimension: float
    nearest: float
    tenth: float


class Maker:
    """Makes articles without end, the same ones each time.

    Args:
        real: what they are made of.
    """

    def __init__(self, real: Real) -> None:
        self._real = real
        self._random = np.random.default_rng(SEED)
        index = FlatIndex.of(np.arange(len(real.vectors)), real.vectors)
        self._near = np.array(
            [[i for i, _ in index.search(row, NEIGHBOURS + 1)][1:] for row in real.vectors]
        )
        # A line of points has no words.
        self._own = [words(text) or ["nothing"] for text in real.texts]
        # Drawing from all the words as they stand is drawing by their frequency.
        every = [*itertools.chain.from_iterable(self._own)]
        self._drawn = [every[n] for n in self._random.integers(len(every), size=DRAWN)]

    def articles(self, start: int, passages: int) -> Iterator[EmbeddedArticle]:
        """Yield articles that together have so many passages, the first of them number `start`."""
        for first in range(start, start + passages, PASSAGES):
            yield self._article(first, min(PASSAGES, start + passages - first))

    def vectors(self, count: int) -> Vectors:
        """Return made vectors, shape (count, dimension)."""
        return self._made(count)[0]

    def _made(self, count: int) -> tuple[Vectors, list[int]]:
        real, random, near = self._real.vectors, self._random, self._near
        places, others = random.integers(len(real), size=(2, count))
        beside = near[places, random.integers(near.shape[1], size=count)]
        away = near[others, random.integers(near.shape[1], size=count)]
        middle = (real[places] + real[beside]) / 2
        return unit(middle + MOVED * (real[others] - real[away])), places.tolist()

    def _article(self, first: int, count: int) -> EmbeddedArticle:
        made, places = self._made(count)
        texts = [self._text(place) for place in places]
        for n in range(count):
            if first + n < len(self._real.texts):
                made[n] = self._real.vectors[first + n]
                texts[n] = [self._real.texts[first + n]]
        passages, rows, start = [], [], 0
        name = f"made-{first}"
        for vector, sentences in zip(made, texts, strict=True):
            spans = []
            for sentence in sentences:
                spans.append(Span(start, start + len(sentence)))
                start += len(sentence) + 1
            passages.append(Passage(name, Span(spans[0].start, spans[-1].end), tuple(spans)))
            rows.append(PassageVectors(vector, self._sentences(vector, len(spans))))
        text = " ".join(itertools.chain.from_iterable(texts))
        article = Article(
            id=name, text=text, title=f"Report {first}", outlet=f"Outlet {first % OUTLETS}"
        )
        return EmbeddedArticle(article, tuple(passages), tuple(rows))

    def _sentences(self, vector: Vector, count: int) -> Vectors:
        noise = unit(self._random.standard_normal((count, len(vector))))
        return unit(vector + SENTENCE_NOISE * noise)

    def _text(self, place: int) -> list[str]:
        length = int(self._random.integers(*LENGTH))
        own = self._own[place]
        kept = [own[n] for n in self._random.integers(len(own), size=int(length * OWN_SHARE))]
        at = int(self._random.integers(DRAWN - length))
        drawn = kept + self._drawn[at : at + length - len(kept)]
        self._random.shuffle(drawn)
        size = -(-len(drawn) // SENTENCES)
        return [
            " ".join(drawn[n : n + size]).capitalize() + "." for n in range(0, len(drawn), size)
        ]


def spread(vectors: Vectors, tried: int = 1_000, neighbours: int = 20) -> Spread:
    """Return how vectors lie to each other, seen from some of them."""
    index = FlatIndex.of(np.arange(len(vectors)), vectors)
    found = [
        [score for _, score in index.search(row, neighbours + 1)][1:]
        for row in vectors[:: max(1, len(vectors) // tried)]
    ]
    cosines = np.array(found)
    distances = np.sqrt(np.maximum(2 - 2 * cosines, 1e-9))
    logs = np.log(distances[:, -1:] / distances[:, :-1]).sum(axis=1)
    dimension = (neighbours - 2) / np.maximum(logs, 1e-9)
    return Spread(
        *(float(np.median(dimension)), float(cosines[:, 0].mean()), float(cosines[:, 9].mean()))
    )
