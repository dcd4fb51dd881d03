"""Course: a small network's weights follow examples, by the clock or by the count.

Examples of about one length make a batch; the rate warms up and falls. Knows nothing of what the
network is, or of what it learns.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SEED = 0
DECAY, WARM_UP, LONGEST_GRADIENT = 0.01, 0.06, 1.0
# The heads begin with nothing, and learn faster.
HEAD_FACTOR = 5
TOKENS_A_BATCH = 3000
# So many examples are drawn at a time and put into batches by length.
DRAWN = 2000
VALIDATIONS = 6
REPORT_SECONDS = 60


class Headed(Protocol):
    """A network that is an encoder and heads upon it."""

    @property
    def encoder(self) -> "PreTrainedModel":
        """What it reads with."""
        ...

    def heads(self) -> list[torch.nn.Parameter]:
        """Return the weights that are not the encoder's."""
        ...

    def train(self, mode: bool = True) -> object:  # noqa: FBT001, FBT002 - as torch has it
        """Make it learn."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Return its weights by their names."""
        ...

    def parameters(self) -> Iterator[torch.nn.Parameter]:
        """Return all its weights."""
        ...


class Tokens(Protocol):
    """Whatever has tokens."""

    @property
    def tokens(self) -> Sequence[int]:
        """Their ids."""
        ...


Example = TypeVar("Example")
Encoded = TypeVar("Encoded", bound=Tokens)


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


def follow(  # noqa: PLR0913, PLR0917 - each is one thing, and none has a default
    network: Headed,
    learnt: Sequence[tuple[Example, Encoded]],
    course: Course,
    rate: float,
    loss_of: Callable[[Sequence[tuple[Example, Encoded]]], torch.Tensor],
    validate: Callable[[], None],
) -> float:
    """Go through the course, validating on the way; return the mean loss since the last report.

    Args:
        network: is changed in place.
        learnt: what it follows, each with its tokens.
        course: how long.
        rate: the largest learning rate of the encoder.
        loss_of: the loss of a batch.
        validate: called now and then.
    """
    network.train()
    optimizer = _optimizer(network, rate)
    losses: list[float] = []
    reported, next_validation = 0.0, 1 / VALIDATIONS
    for batch in _batches(learnt):
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * course.rate
        loss = loss_of(batch)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST_GRADIENT)
        optimizer.step()
        course.done += len(batch)
        losses.append(loss.item())
        if course.elapsed - reported > REPORT_SECONDS:
            reported = course.elapsed
            losses = losses[-100:]
            say(
                f"{course.share:6.1%} {course.done} examples, "
                f"{course.done / reported:.1f} a second, loss {sum(losses) / len(losses):.4f}"
            )
        if course.share >= 1:
            break
        if course.share >= next_validation:
            next_validation += 1 / VALIDATIONS
            validate()
    return sum(losses) / len(losses)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _optimizer(network: Headed, rate: float) -> torch.optim.Optimizer:
    # The vocabulary stays as it is: most of its words are not in the examples.
    vectors = network.encoder.get_submodule("embeddings")
    vectors.requires_grad_(requires_grad=False)
    body = [weight for weight in network.encoder.parameters() if weight.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": body, "full_rate": rate},
            {"params": network.heads(), "full_rate": HEAD_FACTOR * rate},
        ],
        lr=rate,
        weight_decay=DECAY,
    )


def _batches(
    pairs: Sequence[tuple[Example, Encoded]],
) -> Iterator[list[tuple[Example, Encoded]]]:
    """Yield batches without end: pairs of about one length, in random order."""
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    while True:
        order = random_.sample(pairs, len(pairs))
        for start in range(0, len(order), DRAWN):
            drawn = sorted(order[start : start + DRAWN], key=lambda pair: len(pair[1].tokens))
            batches = list(_cut(drawn))
            random_.shuffle(batches)
            yield from batches


def _cut(
    pairs: Sequence[tuple[Example, Encoded]],
) -> Iterator[list[tuple[Example, Encoded]]]:
    """Yield pairs sorted by length in batches of at most so many tokens, padding included."""
    batch: list[tuple[Example, Encoded]] = []
    for pair in pairs:
        if batch and (len(batch) + 1) * len(pair[1].tokens) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(pair)
    if batch:
        yield batch
