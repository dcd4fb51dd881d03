"""Fit: the network's weights follow claims, by the count. Knows nothing of where they come from."""

from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax

from evals.course import Course, follow, say
from evals.verifier.claims import Claim
from evals.verifier.model import ClaimReader, inputs
from evals.verifier.scores import validate
from rag.verify.claim_input import ClaimEncoder, EncodedClaim, collate
from rag.verify.entailment import LABELS

Pair = tuple[Claim, EncodedClaim]
RATE = 1e-4
WRONG_WEIGHT = 0.5


def encoded(claims: Sequence[Claim], encoder: ClaimEncoder) -> list[Pair]:
    """Return claims with their tokens, but none that is too long to be read whole."""
    pairs = [(claim, encoder.encode(claim.text, claim.evidence)) for claim in claims]
    return [(claim, read) for claim, read in pairs if read.whole]


def fit(
    network: ClaimReader,
    learnt: Sequence[Pair],
    validated: Sequence[Pair],
    course: Course,
    keep: Callable[[], None],
) -> float:
    """Go through the course, validating on the way; return the mean loss since the last report.

    Args:
        network: is changed in place.
        learnt: what it follows.
        validated: what it is measured on meanwhile.
        course: how long.
        keep: called at each validation.
    """

    def checked() -> None:
        say(f"{course.share:6.1%} {validate(network, validated)}")
        keep()

    return follow(network, learnt, course, RATE, lambda batch: _loss(network, batch), checked)


def _loss(network: ClaimReader, batch: Sequence[Pair]) -> torch.Tensor:
    """Return the mean cross-entropy of the labels plus that of the wrong words, where known."""
    padded = collate([encoded for _, encoded in batch])
    allowed = torch.tensor([_allowed(claim) for claim, _ in batch])
    wrong = torch.zeros(padded.tokens.shape)
    known = torch.zeros(padded.tokens.shape)
    for row, (claim, encoded) in enumerate(batch):
        if claim.wrong is None:
            continue
        for place, (start, end) in enumerate(encoded.offsets, 1):
            known[row, place] = 1.0
            wrong[row, place] = float(any(start < b and end > a for a, b in claim.wrong))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        labels, tokens = network(*inputs(padded))
    chances = log_softmax(labels.float(), dim=1).masked_fill(~allowed, float("-inf"))
    loss = -torch.logsumexp(chances, dim=1).mean()
    each = binary_cross_entropy_with_logits(tokens.float(), wrong, reduction="none")
    return loss + WRONG_WEIGHT * (each * known).sum() / known.sum().clamp(min=1)


def _allowed(claim: Claim) -> list[bool]:
    if claim.label == "not_supported":
        return [label != "supported" for label in LABELS]
    return [label == claim.label for label in LABELS]
