"""Evidence: which sentences of the retrieved passages answer the question, and how surely.

Each sentence is described by a few numbers (how near its vector is, which of the question's words
and names it holds, whether it holds the kind of thing that was asked for, what the reader makes of
it); a logistic regression makes one probability of them. Another puts the passages in order, and a
third estimates whether the best sentence is right, or whether the collection does not answer the
question at all. Knows nothing of how an answer is written.
"""

import functools
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from index.chunk import ENDS_SENTENCE
from index.store import Store, StoredPassage
from index.types import Article, Span, Vector
from rag.answer_kind import holds_kind
from rag.calibration import Logistic, fitted, logit
from rag.dates.freshness import freshness
from rag.question import Question
from rag.reader import PassageReader, Reading, ToRead
from rag.term_sets import TermSets
from rag.types import Hit
from rag.word_forms import forms_of
from rag.words import KEPT_TEXTS, stem_set_of, stems_of, words_of

SENTENCE_FEATURES = (
    "sentence_cosine",
    "passage_cosine",
    "words_in_sentence",
    "words_around",
    "words_in_passage",
    "pairs_in_sentence",
    "names_in_sentence",
    "names_in_passage",
    "right_kind",
    "wrong_kind",
    "first_stage",
    "length",
)
READ_SENTENCE_FEATURES = (*SENTENCE_FEATURES, "read_sentence", "read_passage", "read_answer")
CLOSE_SENTENCE_FEATURES = (
    *READ_SENTENCE_FEATURES,
    "close_sentence",
    "close_passage",
    "close_answer",
)
PASSAGE_FEATURES = (
    "first_stage",
    "passage_cosine",
    "words_in_passage",
    "read_passage",
    "read_best_sentence",
    "read_best_answer",
)

# Shorter than this, a line is a heading, a date or a link; the second is for scripts that put no
# spaces between words.
MIN_WORDS = 4
MIN_LETTERS = 8
# How many passages are read closely at first, and the logit from which on one answers so surely
# that no further one is.
READ_FIRST = 2
SURE = 1.0
# What being the newest is worth where a question asks how things stand now.
FRESH_LOGIT = 1.0

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


class HowRead(StrEnum):
    """How a sentence's passage was read; each is what the names of its weights begin with."""

    NOT = ""
    ONCE = "read_"
    CLOSELY = "close_"


FEATURES_OF_SENTENCES: Mapping[HowRead, tuple[str, ...]] = MappingProxyType(
    {
        HowRead.NOT: SENTENCE_FEATURES,
        HowRead.ONCE: READ_SENTENCE_FEATURES,
        HowRead.CLOSELY: CLOSE_SENTENCE_FEATURES,
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question.

    Attributes:
        article: the article it stands in.
        passage: the passage it stands in.
        span: its place in the article's text.
        features: what speaks for it, by name.
        value: where in the article's text the short answer may be; None where it was not read.
        probability: how probably it answers the question.
    """

    article: Article
    passage: StoredPassage
    span: Span
    features: dict[str, float]
    value: Span | None = None
    probability: float = 0.0

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.span.of(self.article.text)

    @property
    def place(self) -> Place:
        """Which sentence it is."""
        return self.article.id, self.span

    @property
    def how_read(self) -> HowRead:
        """How it was read."""
        if "close_sentence" in self.features:
            return HowRead.CLOSELY
        return HowRead.ONCE if "read_sentence" in self.features else HowRead.NOT


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

    `vector` is the question's unit vector, shape (dimension,).
    """

    question: Question
    weighted: Weighted
    vector: Vector


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
    readings = reader.read(question.text, [_to_read(one) for one in evidence[:most]])
    told = [replace(one, reading=r) for one, r in zip(evidence[:most], readings, strict=True)]
    return [*told, *evidence[most:]]


def read_closely(
    reader: PassageReader, inquiry: Inquiry, evidence: Sequence[Evidence], most: int
) -> list[Evidence]:
    """Return the evidence with what a close reading makes of the best passages that were read.

    They are those whose sentences most probably answer so far: two, and up to `most` where neither
    answers for sure, since each costs as much as all that was done before.
    """
    if reader.closely is None:
        return list(evidence)
    by_id = {one.passage.id: one for one in evidence if one.reading is not None}
    likeliest = dict.fromkeys(one.passage.id for one in candidates(inquiry, evidence))
    chosen = [by_id[passage] for passage in likeliest if passage in by_id][:most]
    close: dict[int, Reading] = {}
    for some in (chosen[:READ_FIRST], chosen[READ_FIRST:]):
        if some and all(reading.passage < SURE for reading in close.values()):
            texts = [_to_read(one) for one in some]
            readings = reader.closely.read(inquiry.question.text, texts)
            close |= {one.passage.id: made for one, made in zip(some, readings, strict=True)}
    return [replace(one, close=close.get(one.passage.id)) for one in evidence]


def _to_read(one: Evidence) -> ToRead:
    sentences = tuple(span.of(one.article.text) for span in one.passage.passage.sentences)
    return ToRead(one.article.title or "", sentences)


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


def candidates(inquiry: Inquiry, evidence: Sequence[Evidence]) -> list[Candidate]:
    """Return the sentences of the evidence, most probable first."""
    found: list[Candidate] = []
    every = described(inquiry, evidence)
    for how_read in HowRead:
        chosen = [one for one in every if one.how_read is how_read]
        if chosen:
            model = sentence_model(how_read)
            chances = model.probabilities(sentence_rows(chosen, model.features))
            found += [
                replace(one, probability=float(chance))
                for one, chance in zip(chosen, chances, strict=True)
            ]
    return sorted(found, key=lambda c: (-c.probability, c.article.id, c.span))


def newest_first(found: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates with newer ones before older ones that answer about as probably.

    The newest gains what separates a probability of one half from one of 0.73; what answers much
    better still comes first.
    """
    fresh = freshness([one.article.published for one in found])
    order = sorted(
        range(len(found)), key=lambda i: -(logit(found[i].probability) + FRESH_LOGIT * fresh[i])
    )
    return [found[i] for i in order]


def sentence_model(how_read: HowRead) -> Logistic:
    """Return what tells how probably a sentence answers that was read so."""
    return Logistic.from_json(fitted()[f"{how_read}sentence"], FEATURES_OF_SENTENCES[how_read])


def sentence_rows(found: Sequence[Candidate], features: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the candidates' features, shape (candidates, features)."""
    return np.array([[one.features[name] for name in features] for one in found])


def described(inquiry: Inquiry, evidence: Iterable[Evidence]) -> list[Candidate]:
    """Return each whole sentence of some passages with its features, in order."""
    sets = TermSets(inquiry.weighted.weights)
    return [candidate for one in evidence for candidate in _describe(inquiry, one, sets)]


def _describe(inquiry: Inquiry, one: Evidence, sets: TermSets) -> list[Candidate]:
    question = inquiry.question
    article, spans = one.article, one.passage.passage.sentences
    texts = [span.of(article.text) for span in spans]
    matches = [holds_kind(question, text) for text in texts]
    of_kind = sets.of(question.kind_stems)
    present = [
        sets.of(stem_set_of(text)) | (of_kind if match else 0)
        for text, match in zip(texts, matches, strict=True)
    ]
    title = sets.of(stem_set_of(article.title or ""))
    in_passage = functools.reduce(operator.or_, present, title)
    cosines = (one.passage.sentence_vectors @ inquiry.vector).tolist()
    names = sets.of(question.names)
    shared = {
        "passage_cosine": sum(cosines) / max(1, len(cosines)),
        "words_in_passage": sets.share(in_passage),
        "names_in_passage": sets.share(in_passage, names) if names else 0.5,
        "first_stage": one.hit.score,
    }
    found = []
    for i, span in enumerate(spans):
        if not is_prose(texts[i]):
            continue
        around = functools.reduce(operator.or_, present[max(0, i - 1) : i + 2], title)
        features = shared | {
            "sentence_cosine": cosines[i],
            "words_in_sentence": sets.share(present[i]),
            "words_around": sets.share(around),
            "pairs_in_sentence": _share_of_pairs(question, texts[i]),
            "names_in_sentence": sets.share(present[i], names) if names else 0.5,
            "right_kind": float(matches[i] is True),
            "wrong_kind": float(matches[i] is False),
            "length": min(1.0, len(words_of(texts[i])) / 50),
        }
        value = None
        for how_read, reading in ((HowRead.ONCE, one.reading), (HowRead.CLOSELY, one.close)):
            if reading is None:
                continue
            answer = reading.answers[i]
            features |= {
                f"{how_read}sentence": reading.sentences[i],
                f"{how_read}passage": reading.passage,
                f"{how_read}answer": answer.score if answer is not None else 0.0,
            }
            if answer is not None:
                value = Span(span.start + answer.span.start, span.start + answer.span.end)
        found.append(Candidate(article, one.passage, span, features, value))
    return found


@functools.lru_cache(maxsize=KEPT_TEXTS)
def is_prose(text: str) -> bool:
    """Tell whether a stretch of text is a whole sentence rather than a heading or a link."""
    long_enough = len(text.split()) >= MIN_WORDS or (
        not text.isascii() and sum(map(str.isalpha, text)) >= MIN_LETTERS and " " not in text
    )
    return long_enough and ENDS_SENTENCE.search(text) is not None


def _share_of_pairs(question: Question, text: str) -> float:
    if not question.pairs:
        return 0.5
    held = stem_set_of(text)
    pairs = [pair for pair in question.pairs if held.issuperset(pair)]
    if not pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, stemmed in enumerate(stems_of(text)):
        places.setdefault(stemmed, []).append(place)
    near = sum(
        any(0 < abs(j - i) <= 3 for i in places[first] for j in places[second])
        for first, second in pairs
    )
    return near / len(question.pairs)
