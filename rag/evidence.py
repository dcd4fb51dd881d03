"""Evidence: which sentences of the retrieved passages answer the question, and how surely.

Each sentence is described by a few numbers (how near its vector is, which of the question's words
and names it holds, whether it holds the kind of thing that was asked for); a logistic regression
makes one probability of them. A second one estimates whether the best of them is right, or whether
the collection does not answer the question at all. Knows nothing of how an answer is written.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.chunk import ENDS_SENTENCE
from index.store import Store, StoredPassage
from index.types import Article, Span, Vector
from rag.calibration import Logistic, fitted
from rag.question import AnswerKind, Question
from rag.types import Hit
from rag.words import STOP_WORDS, fold, stem, words

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
    "bm25_share",
    "length",
)
DECISION_FEATURES = (
    "best_logit",
    "second_logit",
    "best_cosine",
    "best_passage_cosine",
    "words_in_sentence",
    "words_in_passage",
    "pairs_in_sentence",
    "names_in_passage",
    "unknown_words",
    "wrong_kind",
)

# Shorter than this, a line is a heading, a date or a link; the second is for scripts that put no
# spaces between words.
MIN_WORDS = 4
MIN_LETTERS = 8
TIME = re.compile(
    r"\b(?:1[0-9]{3}|20[0-9]{2}|january|february|march|april|may|june|july|august|september"
    r"|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday"
    r"|tomorrow|century|centuries|decades?|years?|months?|weeks?|days?|hours?)\b"
)
NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|half|third|quarter|twice|double)\b"
)
REASON = re.compile(
    r"\b(?:because|since|due to|owing to|in order to|so that|so as to|to|for|after|amid|over"
    r"|citing|as a result|led to|caused|response|aim|retaliation|reason)\b"
)
NAME = re.compile(r"\b[A-Z][\w’'-]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question.

    Attributes:
        article: the article it stands in.
        passage: the passage it stands in.
        span: its place in the article's text.
        features: shape (len(SENTENCE_FEATURES),).
        probability: how probably it answers the question.
    """

    article: Article
    passage: StoredPassage
    span: Span
    features: npt.NDArray[np.float64]
    probability: float

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.span.of(self.article.text)

    def feature(self, name: str) -> float:
        """Return one of the features by its name."""
        return float(self.features[SENTENCE_FEATURES.index(name)])


@dataclass(frozen=True, slots=True)
class Weighted:
    """The question's stems with their weights in this collection: rare words weigh more.

    The weight is the inverse document frequency of BM25 (Robertson and Zaragoza 2009, section
    3.2), as a share of the largest that there can be. `unheard` are the words whose stems the
    collection does not hold at all.
    """

    weights: dict[str, float]
    unheard: tuple[str, ...]

    @property
    def unknown(self) -> float:
        """The share of the weight that belongs to unheard words."""
        return self.share(frozenset(stem(word) for word in self.unheard))

    def share(self, present: frozenset[str], among: frozenset[str] | None = None) -> float:
        """Return the share of the weight of the stems, or of some of them, that are present."""
        chosen = {s: w for s, w in self.weights.items() if among is None or s in among}
        total = sum(chosen.values())
        return sum(w for s, w in chosen.items() if s in present) / total if total else 0.0


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
        count = store.count_with_word(word)
        weight = math.log(1 + (passages - count + 0.5) / (count + 0.5)) / largest
        weights[stemmed] = max(weights.get(stemmed, 0.0), weight)
        if count == 0:
            unheard.append(word)
    return Weighted(weights, tuple(unheard))


def candidates(store: Store, inquiry: Inquiry, hits: Sequence[Hit]) -> list[Candidate]:
    """Return the sentences of the hits, most probable first."""
    described = describe(store, inquiry, hits)
    if not described:
        return []
    model = Logistic.from_json(fitted()["sentence"], SENTENCE_FEATURES)
    chances = model.probabilities(np.stack([row for *_, row in described]))
    found = [
        Candidate(article, passage, span, row, float(chance))
        for (article, passage, span, row), chance in zip(described, chances, strict=True)
    ]
    return sorted(found, key=lambda c: (-c.probability, c.article.id, c.span))


def answerability(question_weights: Weighted, found: Sequence[Candidate]) -> float:
    """Return the estimated probability that the best sentence answers the question.

    It is calibrated for a collection that answers every other question, see `evals.calibrate`.
    """
    if not found:
        return 0.0
    model = Logistic.from_json(fitted()["decision"], DECISION_FEATURES)
    return float(model.probabilities(decision_features(question_weights, found)[np.newaxis])[0])


def decision_features(
    question_weights: Weighted, found: Sequence[Candidate]
) -> npt.NDArray[np.float64]:
    """Return what the decision rests on, shape (len(DECISION_FEATURES),)."""
    best, second = found[0], found[min(1, len(found) - 1)]
    from_best = (
        "sentence_cosine",
        "passage_cosine",
        "words_in_sentence",
        "words_in_passage",
        "pairs_in_sentence",
        "names_in_passage",
    )
    return np.array(
        [
            _logit(best.probability),
            _logit(second.probability),
            *(best.feature(name) for name in from_best),
            question_weights.unknown,
            best.feature("wrong_kind"),
        ]
    )


def describe(
    store: Store, inquiry: Inquiry, hits: Sequence[Hit]
) -> list[tuple[Article, StoredPassage, Span, npt.NDArray[np.float64]]]:
    """Return each whole sentence of the hits with its features."""
    scores = {hit.passage: hit for hit in hits}
    best_bm25 = max((hit.bm25_score or 0.0 for hit in hits), default=0.0)
    articles: dict[str, Article | None] = {}
    rows = []
    for stored in store.passages([hit.passage for hit in hits]):
        name = stored.passage.article
        if name not in articles:
            articles[name] = store.article(name)
        article = articles[name]
        if article is None:  # removed since the search
            continue
        hit = scores[stored.id]
        bm25 = (hit.bm25_score or 0.0) / best_bm25 if best_bm25 else 0.0
        rows += _describe_passage(inquiry, article, stored, bm25)
    return rows


def _describe_passage(
    inquiry: Inquiry, article: Article, stored: StoredPassage, bm25: float
) -> list[tuple[Article, StoredPassage, Span, npt.NDArray[np.float64]]]:
    question, weighted = inquiry.question, inquiry.weighted
    spans = stored.passage.sentences
    tokens = [words(span.of(article.text)) for span in spans]
    stems = [[stem(word) for word in row] for row in tokens]
    matches = [holds_kind(question, span.of(article.text)) for span in spans]
    present = [
        frozenset(row) | (question.kind_stems if match else frozenset())
        for row, match in zip(stems, matches, strict=True)
    ]
    in_passage = frozenset[str]().union(*present)
    title = frozenset(stem(word) for word in words(article.title or ""))
    cosines = stored.sentence_vectors @ inquiry.vector
    passage_cosine = float(cosines.mean())
    known_names = frozenset(question.names & frozenset(question.stems))
    rows = []
    for i, span in enumerate(spans):
        text = span.of(article.text)
        if not is_prose(text):
            continue
        around = present[i].union(*present[max(0, i - 1) : i + 2]) | title
        row = [
            float(cosines[i]),
            passage_cosine,
            weighted.share(present[i]),
            weighted.share(around),
            weighted.share(in_passage | title),
            _share_of_pairs(question, stems[i]),
            weighted.share(present[i], known_names) if known_names else 0.5,
            weighted.share(in_passage | title, known_names) if known_names else 0.5,
            float(matches[i] is True),
            float(matches[i] is False),
            bm25,
            min(1.0, len(tokens[i]) / 50),
        ]
        rows.append((article, stored, span, np.array(row)))
    return rows


def is_prose(text: str) -> bool:
    """Tell whether a stretch of text is a whole sentence rather than a heading or a link."""
    long_enough = len(text.split()) >= MIN_WORDS or (
        not text.isascii() and sum(map(str.isalpha, text)) >= MIN_LETTERS and " " not in text
    )
    return long_enough and ENDS_SENTENCE.search(text) is not None


def holds_kind(question: Question, text: str) -> bool | None:
    """Tell whether a sentence holds the kind of thing that was asked for; None: any would do."""
    asked = frozenset(question.stems)
    folded = fold(text)
    match question.kind:
        case AnswerKind.TIME:
            return any(stem(found) not in asked for found in TIME.findall(folded))
        case AnswerKind.NUMBER:
            return NUMBER.search(folded) is not None
        case AnswerKind.PERSON | AnswerKind.PLACE:
            return any(_is_new_name(name, asked, text) for name in NAME.finditer(text))
        case AnswerKind.REASON:
            return REASON.search(folded) is not None
        case AnswerKind.OTHER:
            return None


def _is_new_name(found: re.Match[str], asked: frozenset[str], text: str) -> bool:
    parts = words(found.group())
    if not parts or any(stem(part) in asked or part in STOP_WORDS for part in parts):
        return False
    # A sentence's first word has a capital anyway; it is a name if another follows it.
    return found.start() > 1 or NAME.match(text, found.end() + 1) is not None


def _share_of_pairs(question: Question, stems: Sequence[str]) -> float:
    if not question.pairs:
        return 0.5
    places: dict[str, list[int]] = {}
    for place, stemmed in enumerate(stems):
        places.setdefault(stemmed, []).append(place)
    held = sum(
        any(0 < abs(j - i) <= 3 for i in places.get(first, ()) for j in places.get(second, ()))
        for first, second in question.pairs
    )
    return held / len(question.pairs)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
