"""Relevance: what speaks for a passage, in a few numbers that can be read.

Words are compared in the passage itself and not in the full-text index, so that a passage that only
the vectors found is judged by its words too, and by those of its best sentence. Knows nothing of
what the numbers weigh (`rag.fuse`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.store import Store, StoredPassage
from index.types import Article, Vector
from rag.mentions import Mentions
from rag.term_sets import TermSets
from rag.terms import QuestionTerms, terms_of

PASSAGE_FEATURES = (
    "words",
    "nearest_sentence",
    "words_in_sentence",
    "words_around_sentence",
    "pairs",
)
ARTICLE_FEATURES = ("article_words", "article_nearness")
SOURCE_FEATURES = ("outlet", "author", "date")
FEATURES = (*PASSAGE_FEATURES, *ARTICLE_FEATURES, *SOURCE_FEATURES)

# BM25's usual constants: how soon repeating a word stops to count, and how much length counts.
SATURATION = 1.2
LENGTH_SHARE = 0.75
# Two words stand together where at most one other is between them.
TOGETHER = 2

Rows = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Relevance:
    """What speaks for some passages.

    Attributes:
        passages: their ids.
        articles: the article of each.
        features: shape (passages, len(FEATURES)), see `relevance`.
    """

    passages: tuple[int, ...]
    articles: tuple[Article, ...]
    features: Rows


@dataclass(frozen=True, slots=True)
class _Read:
    """What a passage holds of a question; sets of its terms are as in `rag.term_sets`.

    Attributes:
        counts: how often it and its heading hold each of the question's terms.
        sentences: which of them each sentence holds.
        title: which of them its article's title holds.
        together: the share of the question's pairs that stand together in it, by weight.
        length: the number of all its terms and its heading's.
    """

    counts: list[int]
    sentences: list[int]
    title: int
    together: float
    length: int


def relevance(
    store: Store,
    terms: QuestionTerms,
    mentions: Mentions,
    vector: Vector,
    passages: Sequence[int],
) -> Relevance:
    """Describe passages; those that are gone are left out.

    The features, each from 0 to 1 but for cosines:

    - words: its BM25 score (Robertson and Zaragoza 2009), its heading included, as a share of the
      best among these passages;
    - nearest_sentence: the highest cosine of a sentence's vector and the question's;
    - words_in_sentence: the weight of the question's words that one sentence holds, as a share of
      all, in the sentence that holds most;
    - words_around_sentence: likewise in a sentence, those beside it, and the title;
    - pairs: likewise of the question's words that stand side by side, here too;
    - article_words, article_nearness: the BM25 share, and the cosine of the mean sentence, of all
      these passages of one article taken together;
    - outlet, author, date: how well its article is that which the question mentions.

    Args:
        store: the collection.
        terms: the question's.
        mentions: what it says of the articles that it is about.
        vector: its unit vector, shape (dimension,).
        passages: their ids.
    """
    found, articles = _with_articles(store, passages)
    if not found:
        return Relevance((), (), np.zeros((0, len(FEATURES))))
    sets = TermSets(terms.weights)
    read = [_read(terms, sets.bits, *pair) for pair in zip(found, articles, strict=True)]
    places = {name: n for n, name in enumerate(dict.fromkeys(a.id for a in articles))}
    of_article = np.array([places[article.id] for article in articles])
    counts = np.array([one.counts for one in read], dtype=float)
    lengths = np.array([one.length for one in read], dtype=float)
    total = terms.total or 1.0
    columns = [
        _bm25(terms, counts, lengths),
        _nearest(found, vector),
        np.array([sets.heaviest(one.sentences) / total for one in read]),
        np.array([sets.heaviest(_around(one)) / total for one in read]),
        np.array([one.together for one in read]),
        _bm25(terms, _summed(counts, of_article), _summed(lengths, of_article))[of_article],
        _nearness(found, of_article, vector)[of_article],
        *_mentioned(mentions, articles),
    ]
    ids = tuple(stored.id for stored in found)
    return Relevance(ids, tuple(articles), np.stack(columns, axis=1))


def _with_articles(
    store: Store, passages: Sequence[int]
) -> tuple[list[StoredPassage], list[Article]]:
    known: dict[str, Article | None] = {}
    found, articles = [], []
    for stored in store.passages(passages):
        name = stored.passage.article
        if name not in known:
            known[name] = store.article(name)
        article = known[name]
        if article is not None:
            found.append(stored)
            articles.append(article)
    return found, articles


def _read(
    terms: QuestionTerms, bits: Mapping[str, int], stored: StoredPassage, article: Article
) -> _Read:
    places: dict[str, list[int]] = {}
    held = []
    start = length = 0
    # The title is a line of its own: nothing stands beside its last word.
    for text in (article.title or "", "", *(s.of(article.text) for s in stored.passage.sentences)):
        every = terms_of(text)
        mine = 0
        for place, term in enumerate(every, start):
            if term in bits:
                mine |= bits[term]
                places.setdefault(term, []).append(place)
        held.append(mine)
        length += len(every)
        start += len(every) or TOGETHER
    named = [t for name in (article.outlet, article.author) if name for t in terms_of(name)]
    counts = [len(places.get(term, ())) + named.count(term) for term in bits]
    return _Read(counts, held[2:], held[0], _together(terms, places), length + len(named))


def _together(terms: QuestionTerms, places: Mapping[str, Sequence[int]]) -> float:
    """Return the share of the pairs' weight that stands together; one half where none is asked."""
    total = sum(terms.weight(pair) for pair in terms.pairs)
    if not total:
        return 0.5
    held = sum(
        terms.weight((first, second))
        for first, second in terms.pairs
        if first in places
        and second in places
        and any(0 < abs(a - b) <= TOGETHER for a in places[first] for b in places[second])
    )
    return held / total


def _bm25(terms: QuestionTerms, counts: Rows, lengths: Rows) -> Rows:
    """Return BM25 scores as shares of the best, shape (n,), for counts of shape (n, terms)."""
    weights = np.array([*terms.weights.values()], dtype=float)
    norm = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths / max(float(lengths.mean()), 1.0)
    scores: Rows = (counts / (counts + SATURATION * norm[:, np.newaxis] + 1e-9)) @ weights
    best = float(scores.max())
    return scores / best if best > 0 else scores


def _around(one: _Read) -> list[int]:
    """Return what each sentence, those beside it and the title hold together."""
    sentences = [0, *one.sentences, 0]
    return [
        one.title | before | held | after
        for before, held, after in zip(sentences, sentences[1:], sentences[2:], strict=False)
    ]


def _nearest(found: Sequence[StoredPassage], vector: Vector) -> Rows:
    cosines = _products(np.concatenate([one.sentence_vectors for one in found]), vector)
    ends = np.cumsum([len(one.sentence_vectors) for one in found])[:-1]
    return np.array([float(part.max()) if len(part) else 0.0 for part in np.split(cosines, ends)])


def _nearness(found: Sequence[StoredPassage], of_article: Places, vector: Vector) -> Rows:
    sums = _summed(
        np.array([one.sentence_vectors.sum(axis=0) for one in found], dtype=float), of_article
    )
    cosines: Rows = _products(sums, vector) / np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
    return cosines


def _products(rows: Rows, vector: Vector) -> Rows:
    """Return the dot product of each row and a vector.

    Not by `@`, for which a second thread would be woken, and then wait for more by spinning.
    """
    products: Rows = np.einsum("ij,j->i", rows, vector)
    return products


def _summed(rows: Rows, of_article: Places) -> Rows:
    """Add up the rows of each article, shape (articles, …)."""
    sums = np.zeros((int(of_article.max()) + 1, *rows.shape[1:]))
    np.add.at(sums, of_article, rows)
    return sums


def _mentioned(mentions: Mentions, articles: Sequence[Article]) -> tuple[Rows, Rows, Rows]:
    known: dict[str, tuple[float, float, float]] = {}
    for one in articles:
        if one.id not in known:
            known[one.id] = (
                float(mentions.outlet(one)),
                float(mentions.author(one)),
                mentions.date(one),
            )
    rows = np.array([known[one.id] for one in articles], dtype=float)
    return rows[:, 0], rows[:, 1], rows[:, 2]
