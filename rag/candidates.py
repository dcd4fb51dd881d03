"""Candidates: which sentences of the passages answer the question, and how surely.

Each sentence is described by a few numbers (how near its vector is, which of the question's words
and names it holds, whether it holds the kind of thing that was asked for, what the readers make of
it); a logistic regression makes one probability of them. The passages of those that most probably
answer are read once more, closely. Whether the collection answers at all is `rag.decision`'s.
"""

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from index.chunk import ENDS_SENTENCE
from index.store import StoredPassage
from index.types import Article, Span
from rag.answer_kind import holds_kind
from rag.calibration import Logistic, fitted, logit
from rag.dates.freshness import freshness
from rag.evidence import Evidence, Inquiry, Place, to_read
from rag.exact_kind import exact_kind
from rag.question import Question
from rag.reader import PassageReader
from rag.term_sets import TermSets
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
# Shorter than this, a line is a heading, a date or a link; the second is for scripts that put no
# spaces between words.
MIN_WORDS = 4
MIN_LETTERS = 8
# How many passages are read closely at first, and the logit from which on one answers so surely
# that no further one is.
READ_FIRST = 2
SURE = 1.0
# A further sentence is told when it answers nearly as probably as the first.
FURTHER_SHARE = 0.75
# What being the newest is worth where a question asks how things stand now.
FRESH_LOGIT = 1.0


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
    def surely(self) -> bool:
        """Whether a close reading takes it for an answer rather than for none."""
        return self.features.get("close_sentence", 0.0) > 0

    @property
    def how_read(self) -> HowRead:
        """How it was read."""
        if "close_sentence" in self.features:
            return HowRead.CLOSELY
        return HowRead.ONCE if "read_sentence" in self.features else HowRead.NOT


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


def read_closely(
    reader: PassageReader, inquiry: Inquiry, evidence: Sequence[Evidence], most: int
) -> list[Evidence]:
    """Return the evidence with what a close reading makes of the best passages that were read.

    They are those whose sentences most probably answer so far, first of those that hold what the
    question names: two, and up to `most` where neither answers for sure, or where another one's
    sentence would be told beside theirs. Each costs as much as all that was done before.
    """
    closely = reader.closely
    if closely is None:
        return list(evidence)
    by_id = {one.passage.id: one for one in evidence if one.reading is not None}
    offered = candidates(inquiry, list(by_id.values()))
    needed = exact_kind(inquiry.question.text)
    if needed is not None:
        offered.sort(key=lambda one: not needed.is_in(one.text))
    chosen = list(dict.fromkeys(one.passage.id for one in offered))
    seen = dict(by_id)

    def look_at(places: Sequence[int]) -> None:
        texts = [to_read(by_id[n]) for n in places]
        for n, made in zip(places, closely.read(inquiry.question.text, texts), strict=True):
            seen[n] = replace(by_id[n], close=made)

    following = chosen[: min(READ_FIRST, most)]
    while following:
        look_at(following)
        following = _read_next(inquiry, chosen, seen)[: most - _read_so(seen)]
    return [seen.get(one.passage.id, one) for one in evidence]


def _read_so(seen: Mapping[int, Evidence]) -> int:
    return sum(one.close is not None for one in seen.values())


def _read_next(inquiry: Inquiry, chosen: Sequence[int], seen: Mapping[int, Evidence]) -> list[int]:
    """Return the passage to read closely after others, if one is worth it."""
    close = [one.close for one in seen.values() if one.close is not None]
    unread = [n for n in chosen if seen[n].close is None]
    if all(reading.passage < SURE for reading in close):
        return unread[:1]
    found = candidates(inquiry, list(seen.values()))
    bar = least_further(found[0])
    told = [one.passage.id for one in found if one.probability >= bar]
    return [n for n in told if seen[n].close is None][:1]


def least_further(first: Candidate) -> float:
    """Return how probable a further sentence must be to be told beside the first."""
    return FURTHER_SHARE * first.probability


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
