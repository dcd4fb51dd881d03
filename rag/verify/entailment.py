"""Entailment: a small network reads a claim with its evidence, and says what that makes of it.

It is our own, made by `evals/verifier/` (its card is `rag/verify/claim_reader/README.md`),
quantised to eight bits, and run by onnxruntime; torch is not needed. Knows nothing of articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

import numpy as np

from index.types import Span
from rag.network import TOKENIZER, Network
from rag.verify.claim_input import ClaimEncoder, collate

GRAPH = "claim_reader.onnx"
LABELS = ("supported", "contradicted", "neutral")
OUTPUTS = ("label_logits", "wrong_logits")


@dataclass(frozen=True, slots=True)
class Entailment:
    """What the network makes of a claim and its evidence.

    Attributes:
        labels: the logit of each of `LABELS`; not calibrated.
        wrong: the logit that a piece of the claim is wrong, with where it stands, for each piece.
        whole: whether all of the claim was read.
    """

    labels: tuple[float, float, float]
    wrong: tuple[tuple[Span, float], ...]
    whole: bool


class ReadsClaims(Protocol):
    """Whatever reads claims."""

    def read(self, claim: str, evidence: Sequence[str]) -> Entailment:
        """Return what it makes of a claim.

        Args:
            claim: one sentence.
            evidence: the sentences that it is held against, in order.
        """
        ...


class OnnxClaimReader:
    """Reads with the exported network.

    Args:
        folder: what `python -m evals.verifier.export` wrote.

    Raises:
        ReaderError: a file is missing, or is not the one that was exported.
    """

    def __init__(self, folder: Path) -> None:
        self._network = Network(folder, GRAPH, "install Dateline again, or ask without a model")
        self._encoder = ClaimEncoder(folder / TOKENIZER)

    def read(self, claim: str, evidence: Sequence[str]) -> Entailment:
        """Return what it makes of a claim; of long evidence the nearest sentences are read."""
        encoded = self._encoder.encode(claim, evidence)
        batch = collate([encoded])
        feed = {
            "tokens": batch.tokens,
            "attention": batch.attention,
            "types": batch.types,
            "claim": batch.claim,
        }
        labels, wrong = self._network.run(OUTPUTS, feed)
        supported, contradicted, neutral = np.asarray(labels[0], dtype=float).tolist()
        pieces = tuple(
            (Span(start, end), float(logit))
            for (start, end), logit in zip(encoded.offsets, wrong[0][1:], strict=False)
        )
        return Entailment((supported, contradicted, neutral), pieces, encoded.whole)


@cache
def bundled_claim_reader() -> OnnxClaimReader:
    """Return the network that comes with Dateline, loaded once.

    Raises:
        ReaderError: it is damaged.
    """
    with as_file(files("rag.verify").joinpath("claim_reader")) as folder:
        return OnnxClaimReader(folder)
