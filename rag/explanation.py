"""Explanation: why an answer is as it is, in plain values.

The same in the code and the JSON. `rag.explain` makes it. Knows nothing of how it is shown.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of the question and its weight in this collection: 1 is the rarest there can be."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Understood:
    """The question as it was understood.

    Attributes:
        question: this part of the question, able to stand alone.
        kind: the kind of thing that would answer it, see `rag.question.AnswerKind`.
        words: what is looked for, the weightiest first.
        names: those of the words that name someone or something, or are numbers.
        unheard: those that no article holds.
        outlets: whose articles alone it is asked of; none for everyone's.
    """

    question: str
    kind: str
    words: tuple[AskedWord, ...]
    names: tuple[str, ...]
    unheard: tuple[str, ...]
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """What one search, or the reader, makes of a passage.

    A search ranks, and has neither rank nor score for what it did not find; the reader only scores.
    """

    name: str
    rank: int | None
    score: float | None


@dataclass(frozen=True, slots=True)
class LookedIn:
    """A passage that the answer was looked for in. `score` is fused of what its searches say."""

    rank: int
    score: float
    components: tuple[Component, ...]
    article: str
    title: str | None
    outlet: str | None
    published: str | None
    origin: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What one feature does to a probability.

    Attributes:
        feature: its name in calibration.json.
        meaning: the same in words.
        value: its value.
        effect: what that adds to the logit of the probability.
    """

    feature: str
    meaning: str
    value: float
    effect: float


@dataclass(frozen=True, slots=True)
class Considered:
    """A sentence that may answer, and what became of it.

    Attributes:
        rank: its place among all of this part, from 1.
        passage: the rank of the passage that it stands in.
        text: the sentence, the article's text[start:end].
        probability: how probably it answers.
        short_answer: what the reader takes for the answer in it; None where it was not read.
        effects: what sets it apart from the mean sentence that was described as it was, the
            strongest first. Their sum is the difference of the two logits.
        fate: what became of it, see `rag.answer.Fate`.
        sentence: the number of the answer's sentence that tells or cites it.
    """

    rank: int
    article: str
    outlet: str | None
    passage: int | None
    start: int
    end: int
    text: str
    probability: float
    short_answer: str | None
    effects: tuple[Effect, ...]
    fate: str
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether this part is answered, and what decided.

    Attributes:
        answered: whether it is.
        confidence: the probability that the first sentence answers it.
        bar: below this it is not answered.
        reason: why it is not answered.
        estimate: the probability by the effects alone, before any rule; None without a sentence.
        base: the logit that every question starts from, to which the effects are added.
        effects: the strongest first. With `base` they sum to the logit of `estimate`.
        further: how probable a further sentence must be to be told; None where nothing is.
    """

    answered: bool
    confidence: float
    bar: float
    reason: str | None
    estimate: float | None
    base: float
    effects: tuple[Effect, ...]
    further: float | None


@dataclass(frozen=True, slots=True)
class PartExplained:
    """Why one part of a question is answered as it is, or is not."""

    understood: Understood
    passages: tuple[LookedIn, ...]
    sentences: tuple[Considered, ...]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an answer is as it is: one part for each question that was asked at once."""

    parts: tuple[PartExplained, ...]
