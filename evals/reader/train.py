"""Train: fit the small reader on public questions, on this machine's processor.

    python -m evals.reader.train --data ../shared/data/train --out DIR [--epochs 2] [--minutes 60]

Writes the weights, the tokenizer and `card.json`, which says what they were learnt from and how
well they do on the pages kept apart. What has been learnt so far is saved at each validation.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from evals.provenance import commit, machine
from evals.reader.changes import Changer
from evals.reader.claims import CLAIMS, read_claims
from evals.reader.examples import Example, kinds, make_examples, split
from evals.reader.model import Batch, Encoded, Encoder, Reader, collate, new_reader, save
from evals.reader.scores import validate
from evals.reader.sources import SOURCES, file_of, read_sources
from index.models import DEFAULT_MODEL, DEFAULT_WEIGHTS, file_sha256

SEED = 0
RATE, DECAY, WARM_UP, LONGEST_GRADIENT = 1e-4, 0.01, 0.06, 1.0
# The heads begin with nothing, and learn faster.
HEAD_RATE = 5 * RATE
TOKENS_A_BATCH = 3000
# So many pairs are drawn at a time and put into batches by length.
DRAWN = 2000
VALIDATIONS, VALIDATED, VALIDATED_LAST = 6, 500, 3000
REPORT_SECONDS = 60
LICENCES = {
    "nq_open_oracle-dev": "CC BY-SA 3.0",
    "qed-dev": "CC BY-SA 3.0",
    "covid_qa-train": "Apache-2.0",
    "mlqa_en-dev": "CC BY-SA 3.0",
    "selqa-dev": "Apache-2.0",
    "selqa-test": "Apache-2.0",
    "squad_sentence_pairs-test": "CC BY-SA 4.0",
    "vitaminc-test_real": "CC BY-SA 3.0",
    "vitaminc-test_synthetic": "CC BY-SA 3.0",
    "fever_symmetric-dev": "CC BY-SA 3.0",
    "fever_symmetric-test": "CC BY-SA 3.0",
    "fool_me_twice-dev": "Apache-2.0",
    "fool_me_twice-test": "Apache-2.0",
}
# How many claims there are for each example with a question: they are shorter, and a help only.
CLAIMS_SHARE = 0.4
ENDS_WEIGHT = 0.5

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


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Train the small reader.")
    parser.add_argument("--data", type=Path, required=True, help="holds the sets as NAME.jsonl.gz")
    parser.add_argument("--out", type=Path, required=True, help="where the reader is written")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--limit", type=int, help="learn from so many examples only")
    parser.add_argument("--minutes", type=float, help="stop after so many, with a schedule to fit")
    options = parser.parse_args(arguments)
    torch.manual_seed(SEED)
    reader, start = new_reader()
    learnt, validated = _pairs(options.data, Encoder(start / "tokenizer.json"), options.limit)
    _say(f"{len(learnt)} examples {kinds([example for example, _ in learnt])}")
    seconds = options.minutes * 60 if options.minutes else None
    course = Course(len(learnt) * options.epochs, seconds)
    loss = _train(
        reader, learnt, validated[:VALIDATED], course, lambda: save(reader, start, options.out)
    )
    save(reader, start, options.out)
    card = {
        "method": "python -m evals.reader.train",
        "began_from": {"model": DEFAULT_MODEL, "sha256": DEFAULT_WEIGHTS},
        "data": [_described(options.data, name) for name in (*SOURCES, *CLAIMS)],
        "seed": SEED,
        "examples": kinds([example for example, _ in learnt]),
        "epochs": round(course.done / len(learnt), 3),
        "minutes": round(course.elapsed / 60, 1),
        "loss": round(loss, 4),
        "validation": _measure(reader, validated[:VALIDATED_LAST]),
        "commit": commit(),
        "machine": machine(),
    }
    (options.out / "card.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    _say(json.dumps(card, indent=2))
    return 0


def _pairs(data: Path, encoder: Encoder, limit: int | None) -> tuple[list[Pair], list[Pair]]:
    """Return what to learn from and what to validate on."""
    asked = read_sources(data)
    # Lower-cased sets would say that nothing is a name.
    changer = Changer(text for one in asked for text in one.sentences if not text.islower())
    sides = (make_examples(side, changer, SEED)[:limit] for side in split(asked))
    learnt, validated = (
        encoded(_with_claims(examples, claims), encoder)
        for examples, claims in zip(sides, read_claims(data), strict=True)
    )
    return learnt, validated


def _with_claims(examples: list[Example], claims: list[Example]) -> list[Example]:
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    count = min(len(claims), round(CLAIMS_SHARE * len(examples)))
    mixed = examples + random_.sample(claims, count)
    random_.shuffle(mixed)
    return mixed


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


def _train(
    reader: Reader,
    learnt: list[Pair],
    validated: list[Pair],
    course: Course,
    keep: Callable[[], None],
) -> float:
    """Go through the course, validating on the way; return the mean loss since the last report."""
    reader.train()
    optimizer = _optimizer(reader)
    losses: list[float] = []
    reported, next_validation = 0.0, 1 / VALIDATIONS
    for batch in _batches(learnt):
        losses.append(_step(reader, optimizer, batch, course))
        if course.elapsed - reported > REPORT_SECONDS:
            reported = course.elapsed
            losses = losses[-100:]
            _say(
                f"{course.share:6.1%} {course.done} examples, "
                f"{course.done / reported:.1f} a second, loss {sum(losses) / len(losses):.4f}"
            )
        if course.share >= 1:
            break
        if course.share >= next_validation:
            next_validation += 1 / VALIDATIONS
            _say(f"{course.share:6.1%} {_measure(reader, validated)}")
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
        sentences, passages, ends = reader(*padded.inputs())
    sentence_loss = cross_entropy(sentences.float(), labels, weight=known, reduction="sum")
    loss = sentence_loss / known.sum().clamp(min=1) + cross_entropy(passages.float(), answerable)
    return loss + ENDS_WEIGHT * _ends_loss(ends.float(), padded, batch)


def _ends_loss(ends: torch.Tensor, padded: Batch, batch: Sequence[Pair]) -> torch.Tensor:
    """Return the mean cross-entropy of the short answers' first and last tokens."""
    rows = [row for row, (_, read) in enumerate(batch) if read.answer is not None]
    if not rows:
        return ends.sum() * 0.0
    answers = torch.tensor([batch[row][1].answer for row in rows])
    told = (padded.sentences[rows].sum(dim=1) > 0).unsqueeze(2)
    logits = ends[rows].masked_fill(~told, float("-inf"))
    first_and_last = torch.nn.functional.cross_entropy(
        logits.transpose(1, 2).flatten(0, 1), answers.flatten()
    )
    return first_and_last


def _optimizer(reader: Reader) -> torch.optim.Optimizer:
    # The vocabulary stays as it is: most of its words are not in the examples.
    reader.encoder.embeddings.requires_grad_(requires_grad=False)
    body = [weight for weight in reader.encoder.parameters() if weight.requires_grad]
    return torch.optim.AdamW(
        [{"params": body, "full_rate": RATE}, {"params": reader.heads(), "full_rate": HEAD_RATE}],
        lr=RATE,
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


def _measure(reader: Reader, pairs: Sequence[Pair]) -> dict[str, float]:
    return validate(reader, [example for example, _ in pairs], [read for _, read in pairs])


def _described(data: Path, name: str) -> dict[str, Any]:
    path = file_of(data, name)
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": file_sha256(path),
        "licence": LICENCES[name],
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
