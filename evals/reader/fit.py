"""Fit: a reader's weights follow examples. Knows nothing of where the examples come from."""

from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from evals.course import Course, follow, say
from evals.reader.examples import Example
from evals.reader.model import Reader, inputs
from evals.reader.scores import validate
from rag.reader_input import Batch, Encoded, Encoder, collate

ENDS_WEIGHT = 0.5

Pair = tuple[Example, Encoded]


def encoded(examples: Sequence[Example], encoder: Encoder) -> list[Pair]:
    """Return examples with their tokens, but none that is too long to be read whole."""
    pairs = []
    for example in examples:
        answering = [place for place, label in enumerate(example.labels) if label]
        read = encoder.encode(
            example.question, example.sentences, example.title, example.answers, answering
        )
        if all(end > start for start, end in read.sentences):
            pairs.append((example, read))
    return pairs


def fit(  # noqa: PLR0913, PLR0917 - each is one thing, and none has a default
    reader: Reader,
    learnt: list[Pair],
    validated: list[Pair],
    course: Course,
    keep: Callable[[], None],
    rate: float,
) -> float:
    """Go through the course, validating on the way; return the mean loss since the last report.

    Args:
        reader: is changed in place.
        learnt: what it follows.
        validated: what it is measured on meanwhile; nothing, for no measure.
        course: how long.
        keep: called at each validation.
        rate: the largest learning rate of the encoder.
    """

    def checked() -> None:
        if validated:
            say(f"{course.share:6.1%} {measure(reader, validated)}")
            keep()

    return follow(reader, learnt, course, rate, lambda batch: _loss(reader, batch), checked)


def _loss(reader: Reader, batch: Sequence[Pair]) -> torch.Tensor:
    """Return the mean cross-entropy of the sentences plus that of the passages."""
    padded = collate([read for _, read in batch])
    labels = torch.zeros(padded.sentences.shape[:2])
    known = torch.zeros(padded.sentences.shape[:2])
    for row, (example, _) in enumerate(batch):
        for place, label in enumerate(example.labels):
            labels[row, place] = float(label is True)
            known[row, place] = float(label is not None)
    answerable = torch.tensor([float(example.answerable) for example, _ in batch])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        sentences, passages, ends = reader(*inputs(padded))
    sentence_loss = binary_cross_entropy_with_logits(
        sentences.float(), labels, weight=known, reduction="sum"
    )
    loss = sentence_loss / known.sum().clamp(min=1) + binary_cross_entropy_with_logits(
        passages.float(), answerable
    )
    return loss + ENDS_WEIGHT * _ends_loss(ends.float(), padded, batch)


def _ends_loss(ends: torch.Tensor, padded: Batch, batch: Sequence[Pair]) -> torch.Tensor:
    """Return the mean cross-entropy of the short answers' first and last tokens."""
    rows = [row for row, (_, read) in enumerate(batch) if read.answer is not None]
    if not rows:
        return ends.sum() * 0.0
    answers = torch.tensor([batch[row][1].answer for row in rows])
    told = torch.from_numpy(padded.sentences[rows].sum(axis=1) > 0).unsqueeze(2)
    logits = ends[rows].masked_fill(~told, float("-inf"))
    return cross_entropy(logits.transpose(1, 2).flatten(0, 1), answers.flatten())


def measure(reader: Reader, pairs: Sequence[Pair]) -> dict[str, float]:
    """Measure a reader on pairs; see `validate`."""
    return validate(reader, [example for example, _ in pairs], [read for _, read in pairs])
