"""Evidence: the retrieved passages with their texts, read and put in order.

A logistic regression puts those that were read in order. Knows nothing of which of their sentences
answer (`rag.candidates`), and of how an answer is written.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index.store import Store, StoredPassage
from index.types import Article, Span, Vector
from rag.calibration import Logistic, fitted
from rag.orders import orders_among
from rag.question import Question
from rag.reader import PassageReader, Reading, ToRead
from rag.term_sets import TermSets
from rag.types import Hit
from rag.word_forms import forms_of
from rag.words import stems_of

PASSAGE_FEATURES = (
    "first_stage",
    "passage_cosine",
    "words_in_passage",
    "read_passage",
    "read_best_sentence",
    "read_best_answer",
)


Place = tuple[str, Span]
"""An article's id and a stretch of its text."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit with its texts.

    Attributes:
        hit: what found it.
        article: the article that it is of.
        passage: the passage itself.
        reading: what the reader makes of it; None where it was not read.
        close: what the one that reads closely makes of it; None likewise.
    """

    hit: Hit
    article: Article
    passage: StoredPassage
    reading: Reading | None = None
    close: Reading | None = None


@dataclass(frozen=True, slots=True)
class Weighted:
    """The question's stems with their weights in this collection: rare words weigh more.

    The weight is the inverse document frequency of BM25 (Robertson and Zaragoza 2009, section
    3.2), as a share of the largest that there can be. `unheard` are the words whose stems the
    collection does not hold at all.
    """

    weights: dict[str, float]
    unheard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question with all that is needed to recognise its answer.

    Attributes:
        question: what is asked.
        weighted: its words.
        vector: its unit vector, shape (dimension,).
        outlets: whose articles alone it is asked of; none for everyone's.
    """

    question: Question
    weighted: Weighted
    vector: Vector
    outlets: tuple[str, ...] = ()


def weigh(store: Store, question: Question) -> Weighted:
    """Weigh the question's words by how rare they are in the collection."""
    passages = store.info().passages
    largest = math.log(1 + (passages + 0.5) / 0.5)
    weights: dict[str, float] = {}
    unheard: list[str] = []
    for word, stemmed in zip(question.words, question.stems, strict=True):
        count = min(passages, sum(map(store.count_with_word, forms_of(word))))
        weight = math.log(1 + (passages - count + 0.5) / (count + 0.5)) / largest
        weights[stemmed] = max(weights.get(stemmed, 0.0), weight)
        if count == 0:
            unheard.append(word)
    return Weighted(weights, tuple(unheard))


def gather(store: Store, hits: Sequence[Hit]) -> list[Evidence]:
    """Return the hits with their texts, in order; those removed since the search are left out."""
    by_id = {hit.passage: hit for hit in hits}
    articles: dict[str, Article | None] = {}
    gathered = []
    for stored in store.passages(list(by_id)):
        name = stored.passage.article
        if name not in articles:
            articles[name] = store.article(name)
        article = articles[name]
        if article is not None:
            gathered.append(Evidence(by_id[stored.id], article, stored))
    return gathered


def read(
    reader: PassageReader, question: Question, evidence: Sequence[Evidence], most: int
) -> list[Evidence]:
    """Return the evidence with what the reader makes of the first `most`."""
    readings = reader.read(question.text, [to_read(one) for one in evidence[:most]])
    told = [replace(one, reading=r) for one, r in zip(evidence[:most], readings, strict=True)]
    return [*told, *evidence[most:]]


def to_read(one: Evidence) -> ToRead:
    """Return a passage as a reader is given it: without what orders whoever answers what to say.

    Such a sentence could answer any question, and would speak for those beside it. It is left
    empty, and so not read. A title that one of the sentences is (as of what was pasted without one)
    is no title: what is said twice is read as said beside the point.
    """
    text, spans = one.article.text, one.passage.passage.sentences
    orders = orders_among(text, spans)
    sentences = tuple("" if span in orders else span.of(text) for span in spans)
    title = one.article.title or ""
    return ToRead("" if title in sentences else title, sentences)


def in_order(inquiry: Inquiry, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence best first: what was read by all that is known of it, then the rest."""
    was_read = [one for one in evidence if one.reading is not None]
    if not was_read:
        return list(evidence)
    model = Logistic.from_json(fitted()["passage"], PASSAGE_FEATURES)
    logits = model.logits(np.stack([passage_features(inquiry, one) for one in was_read]))
    scored = [
        replace(one, hit=replace(one.hit, reader_score=float(logit)))
        for one, logit in zip(was_read, logits, strict=True)
    ]
    scored.sort(key=lambda one: -(one.hit.reader_score or 0.0))
    ordered = [*scored, *(one for one in evidence if one.reading is None)]
    return [
        replace(one, hit=replace(one.hit, rank=rank)) for rank, one in enumerate(ordered, start=1)
    ]


def passage_features(inquiry: Inquiry, one: Evidence) -> npt.NDArray[np.float64]:
    """Return what a read passage's rank rests on, shape (len(PASSAGE_FEATURES),).

    Raises:
        ValueError: it was not read.
    """
    if one.reading is None:
        raise ValueError("only a passage that was read has these features")
    text = f"{one.article.title or ''} {one.passage.passage.span.of(one.article.text)}"
    held = frozenset(stems_of(text))
    sets = TermSets(inquiry.weighted.weights)
    answers = [answer.score for answer in one.reading.answers if answer is not None]
    return np.array(
        [
            one.hit.score,
            float((one.passage.sentence_vectors @ inquiry.vector).mean()),
            sets.share(sets.of(held)),
            one.reading.passage,
            max(one.reading.sentences),
            max(answers, default=0.0),
        ]
    )
