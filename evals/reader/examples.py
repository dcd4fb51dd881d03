"""Examples: what a reader learns from, and is judged by while it learns.

From each question with a document that answers it: a passage that answers it; passages that do not,
since the answer was left out, or they are others on the same matter; and questions or passages
changed in one thing, which no longer fit each other (see `changes`).
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evals.benchmarks.data import holds_any
from evals.reader.changes import Change, Changer
from evals.reader.sources import Asked, Label

# How long passages are, in words; about as long as those of a collection.
SHORTEST, LONGEST = 20, 110
MAX_SENTENCES = 12
# How often each kind is made of one question, where it can be.
REMOVED, OTHER, CHANGED, CHANGED_ALIKE = 0.4, 0.6, 1.0, 0.5
TITLED = 0.5
# How many passages on the same matter are looked at.
NEAREST = 12
SEARCHED_AT_ONCE = 500
ANY_WORD = r"\w+"
VALIDATION_ONE_IN = 20


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a passage, and which of its sentences answer.

    Attributes:
        question, sentences: the two texts.
        labels: for each sentence whether it answers; None is not learnt from.
        answerable: whether the passage answers.
        kind: how it was made.
        answers: what the answer is, in the answering sentences' words; none where it is not known.
        title: the document's; empty where it is not shown.
    """

    question: str
    sentences: tuple[str, ...]
    labels: tuple[Label, ...]
    answerable: bool
    kind: str
    answers: tuple[str, ...] = ()
    title: str = ""


def split(asked: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """Return what to learn from and what to validate on; no group is on both sides."""
    sides: tuple[list[Asked], list[Asked]] = ([], [])
    for one in asked:
        sides[held_apart(one.group)].append(one)
    return sides


def held_apart(group: str, one_in: int = VALIDATION_ONE_IN) -> bool:
    """Tell whether what is made of a group is validated on, rather than learnt from."""
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:4], "big") % one_in == 0


def make_examples(asked: Sequence[Asked], changer: Changer, seed: int) -> list[Example]:
    """Make the examples of one side of the split, in random order."""
    random_ = random.Random(seed)  # noqa: S311 - nothing is secret here
    examples: list[Example] = []
    nearest = _nearest(asked)
    for one, others in zip(asked, nearest, strict=True):
        examples += _examples_of(one, [asked[other] for other in others], changer, random_)
    random_.shuffle(examples)
    return examples


def kinds(examples: Sequence[Example]) -> dict[str, int]:
    """Return how many examples there are of each kind."""
    return dict(sorted(Counter(example.kind for example in examples).items()))


def _examples_of(
    one: Asked, others: Sequence[Asked], changer: Changer, random_: random.Random
) -> Iterator[Example]:
    gold = _passage(one, random_.choice(_places(one)), random_, "gold")
    yield gold
    if random_.random() < REMOVED:
        yield from _removed(one, random_)
    if random_.random() < OTHER:
        yield from _other(one, others, random_)
    if random_.random() < CHANGED:
        yield from _changed(gold, changer, random_)


def _places(one: Asked) -> list[int]:
    return [place for place, label in enumerate(one.labels) if label]


def _passage(one: Asked, place: int, random_: random.Random, kind: str) -> Example:
    """Return sentences in a row around one, as many as fit a random length."""
    first, end = _window(one.sentences, place, random_)
    labels = one.labels[first:end]
    # A collection's articles mostly have titles, and a reader must do without.
    title = one.title if random_.random() < TITLED else ""
    answers = one.answers if any(labels) else ()
    return Example(
        one.question, one.sentences[first:end], labels, any(labels), kind, answers, title
    )


def _window(sentences: Sequence[str], place: int, random_: random.Random) -> tuple[int, int]:
    """Return where sentences around one begin and end, as many as fit a random length."""
    words = [len(sentence.split()) for sentence in sentences]
    room = random_.randint(SHORTEST, LONGEST)
    first, end = place, place + 1
    total = words[place]
    while end - first < MAX_SENTENCES:
        steps = [side for side in (first - 1, end) if 0 <= side < len(words)]
        steps = [side for side in steps if total + words[side] <= room]
        if not steps:
            break
        side = random_.choice(steps)
        total += words[side]
        first, end = min(first, side), max(end, side + 1)
    return first, end


def _removed(one: Asked, random_: random.Random) -> Iterator[Example]:
    """Yield what is left of a document around its answer when all that answers is left out."""
    left = [place for place, label in enumerate(one.labels) if label is False]
    if not left:
        return
    near = random_.choice(_places(one))
    place = min(range(len(left)), key=lambda index: abs(left[index] - near))
    rest = replace(
        one,
        sentences=tuple(one.sentences[index] for index in left),
        labels=tuple(False for _ in left),
    )
    yield _passage(rest, place, random_, "removed")


def _other(one: Asked, others: Sequence[Asked], random_: random.Random) -> Iterator[Example]:
    """Yield a passage on the same matter that does not answer."""
    right = {one.sentences[place] for place in _places(one)}
    for other in others:
        passage = _passage(other, random_.choice(_places(other)), random_, "other")
        text = " ".join(passage.sentences)
        if other.question == one.question or right.intersection(passage.sentences):
            continue
        if not holds_any(text, one.answers):
            none = tuple(False for _ in passage.sentences)
            yield replace(passage, question=one.question, labels=none, answerable=False, answers=())
            return


def _changed(gold: Example, changer: Changer, random_: random.Random) -> Iterator[Example]:
    """Yield a question or a passage changed in one thing, and perhaps both, changed alike."""
    passage = " ".join(gold.sentences)
    answering = " ".join(
        sentence
        for sentence, label in zip(gold.sentences, gold.labels, strict=True)
        if label is not False
    )
    changes = changer.changes(gold.question, passage, random_)
    # Put in place of the one, the other must not make a question that is answered all the same.
    changes = [change for change in changes if not holds_any(answering, [change.new])]
    if not changes:
        return
    change = random_.choice(changes)
    none = tuple(False for _ in gold.sentences)
    foreign = changer.elsewhere(change, gold.question, passage, random_)
    if foreign is None or random_.random() < 0.5:
        yield replace(
            gold,
            question=change.made_in(gold.question),
            labels=none,
            answerable=False,
            kind="question changed",
            answers=(),
        )
    else:
        yield replace(
            gold,
            sentences=_made(foreign, gold),
            labels=none,
            answerable=False,
            kind="passage changed",
            answers=(),
        )
    if foreign is not None and random_.random() < CHANGED_ALIKE:
        yield replace(
            gold,
            question=foreign.made_in(gold.question),
            sentences=_made(foreign, gold),
            kind="both changed",
            answers=tuple(foreign.made_in(answer) for answer in gold.answers),
        )


def _made(change: Change, gold: Example) -> tuple[str, ...]:
    return tuple(change.made_in(sentence) for sentence in gold.sentences)


def _nearest(asked: Sequence[Asked]) -> list[list[int]]:
    """Return for each question the documents that share most of its words, by TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - slow to import

    vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=ANY_WORD)
    documents = vectorizer.fit_transform(" ".join(one.sentences) for one in asked)
    questions = vectorizer.transform([one.question for one in asked])
    nearest: list[list[int]] = []
    for start in range(0, len(asked), SEARCHED_AT_ONCE):
        scores = (questions[start : start + SEARCHED_AT_ONCE] @ documents.T).toarray()
        nearest += np.argsort(-scores, axis=1)[:, :NEAREST].tolist()
    return nearest
