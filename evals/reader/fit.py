"""Fit: a reader's weights follow examples, by the clock or by the count.

Pairs of about one length make a batch; the rate warms up and falls. Knows nothing of where the
examples come from.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from evals.reader.examples import Example
from evals.reader.model import Reader, inputs
from evals.reader.scores import validate
from rag.reader_input import Batch, Encoded, Encoder, collate

SEED = 0
RATE, DECAY, WARM_UP, LONGEST_GRADIENT = 1e-4, 0.01, 0.06, 1.0
# The heads begin with nothing, and learn faster.
HEAD_FACTOR = 5
ENDS_WEIGHT = 0.5
TOKENS_A_BATCH = 3000
# So many pairs are drawn at a time and put into batches by length.
DRAWN = 2000
VALIDATIONS = 6
REPORT_SECONDS = 60

Pair = tuple[Example, Encoded]


@dataclass(slots=True)
class Course:
    """How far the training has come; the rate follows it, by examples or by the clock.

    Attributes:
        examples: how many there are to go through, each counted once an epoch.
        seconds: how long it may take; None for as long as it takes.
    """

    examples: int
    seconds: float | None
    done: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self.began

    @property
    def share(self) -> float:
        """Return how much of it is over, from 0 to 1."""
        by_clock = self.elapsed / self.seconds if self.seconds else 0.0
        return min(1.0, max(self.done / self.examples, by_clock))

    @property
    def rate(self) -> float:
        """Return the share of the full learning rate: it warms up and falls, both linearly."""
        share = self.share
        return min(share / WARM_UP + 0.01, (1 - share) / (1 - WARM_UP))


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
    reader.train()
    optimizer = _optimizer(reader, rate)
    losses: list[float] = []
    reported, next_validation = 0.0, 1 / VALIDATIONS
    for batch in _batches(learnt):
        losses.append(_step(reader, optimizer, batch, course))
        if course.elapsed - reported > REPORT_SECONDS:
            reported = course.elapsed
            losses = losses[-100:]
            say(
                f"{course.share:6.1%} {course.done} examples, "
                f"{course.done / reported:.1f} a second, loss {sum(losses) / len(losses):.4f}"
            )
        if course.share >= 1:
            break
        if validated and course.share >= next_validation:
            next_validation += 1 / VALIDATIONS
            say(f"{course.share:6.1%} {measure(reader, validated)}")
            keep()
    return sum(losses) / len(losses)


def _step(
    reader: Reader, optimizer: torch.optim.Optimizer, batch: Sequence[Pair], course: Course
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = group["full_rate"] * course.rate
    loss = _loss(reader, batch)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(reader.parameters(), LONGEST_GRADIENT)
    optimizer.step()
    course.done += len(batch)
    return loss.item()


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


def _optimizer(reader: Reader, rate: float) -> torch.optim.Optimizer:
    # The vocabulary stays as it is: most of its words are not in the examples.
    reader.encoder.embeddings.requires_grad_(requires_grad=False)
    body = [weight for weight in reader.encoder.parameters() if weight.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": body, "full_rate": rate},
            {"params": reader.heads(), "full_rate": HEAD_FACTOR * rate},
        ],
        lr=rate,
        weight_decay=DECAY,
    )


def _batches(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Yield batches without end: pairs of about one length, in random order."""
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    while True:
        order = random_.sample(pairs, len(pairs))
        for start in range(0, len(order), DRAWN):
            drawn = sorted(order[start : start + DRAWN], key=lambda pair: len(pair[1].tokens))
            batches = list(_cut(drawn))
            random_.shuffle(batches)
            yield from batches


def _cut(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Yield pairs sorted by length in batches of at most so many tokens, padding included."""
    batch: list[Pair] = []
    for pair in pairs:
        if batch and (len(batch) + 1) * len(pair[1].tokens) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(pair)
    if batch:
        yield batch


def measure(reader: Reader, pairs: Sequence[Pair]) -> dict[str, float]:
    """Measure a reader on pairs; see `validate`."""
    return validate(reader, [example for example, _ in pairs], [read for _, read in pairs])


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
