"""Measure: how well the tuned verifier tells edits of documents that it did not see.

    python -m evals.verifier.measure TUNED --data ../shared/data

Each pair of SummEdits' development half is judged as the benchmark `summedits` judges it, with the
network of the fold that its document was kept out of.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from evals.benchmarks.data import read_lines
from evals.benchmarks.summedits import PAIRS, by_verifier, measured
from evals.course import say
from evals.provenance import describe_machine
from evals.reader.tune import fold_name, folds_of
from evals.verifier.model import ClaimReader, inputs, load
from evals.verifier.tune import FOLDS, document_of
from index.types import Span
from rag.verify.claim_input import ClaimEncoder, collate
from rag.verify.entailment import Entailment
from rag.verify.verify import Verifier


class TrainedClaimReader:
    """Reads claims with a network as it was trained, in full precision."""

    def __init__(self, network: ClaimReader, encoder: ClaimEncoder) -> None:
        self._network, self._encoder = network, encoder

    def read(self, claim: str, evidence: Sequence[str]) -> Entailment:
        """Return what it makes of a claim."""
        encoded = self._encoder.encode(claim, evidence)
        with torch.inference_mode():
            labels, wrong = self._network(*inputs(collate([encoded])))
        supported, contradicted, neutral = labels[0].tolist()
        pieces = tuple(
            (Span(start, end), logit)
            for (start, end), logit in zip(encoded.offsets, wrong[0, 1:].tolist(), strict=False)
        )
        return Entailment((supported, contradicted, neutral), pieces, encoded.whole)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure the tuned verifier.")
    parser.add_argument("tuned", type=Path, help="what `python -m evals.verifier.tune` wrote")
    parser.add_argument("--data", type=Path, required=True, help="holds summedits/")
    parser.add_argument("--folds", type=int, default=FOLDS)
    options = parser.parse_args(arguments)
    pairs = read_lines(options.data / "summedits" / PAIRS)
    fold_of = folds_of(map(document_of, pairs), options.folds)
    folds = (load(options.tuned / fold_name(fold)) for fold in range(options.folds))
    judges = [by_verifier(Verifier(TrainedClaimReader(*fold))) for fold in folds]
    scores = [
        judges[fold_of[document_of(pair)]](pair["document"], pair["summary"]) for pair in pairs
    ]
    say(describe_machine())
    for metric in measured(pairs, scores, "the verifier"):
        low, high = metric.interval or (math.nan, math.nan)
        value = math.nan if metric.value is None else metric.value
        say(f"{metric.name}: {value:.3f} ({low:.3f} to {high:.3f}), {metric.n}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
