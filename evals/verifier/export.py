"""Export: a trained network becomes one ONNX file, in int8, that onnxruntime reads with.

    python -m evals.verifier.export DIR --out rag/verify/claim_reader

Writes `claim_reader.onnx`, `tokenizer.json` and the network's card, and prints how far the
quantised network's logits are from the trained one's, how large it is, and how long it takes for a
claim with three sentences of evidence.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from evals.graph import milliseconds, write_card, write_graph
from evals.verifier.model import inputs, load
from rag.verify.claim_input import collate
from rag.verify.entailment import GRAPH, OUTPUTS, OnnxClaimReader

INPUTS = ("tokens", "attention", "types", "claim")
SAMPLE = (
    ("The mill burned down in 1931.", ("The mill burned down in 1931.", "It was never rebuilt.")),
    (
        "Ada Quist promised that work would begin in the autumn.",
        (
            "The harbour board voted on Monday to build a second quay.",
            "Nine members were in favour and four against.",
            "Its chair, Ada Quist, promised that work would begin in the spring.",
        ),
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Export the verifier's network.")
    parser.add_argument("network", type=Path, help="what `python -m evals.verifier.train` wrote")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(export_folder(options.network, options.out), indent=2) + "\n")
    return 0


def export_folder(trained: Path, out: Path) -> dict[str, float]:
    """Export what `evals.verifier.train` wrote; return how it differs."""
    network, encoder = load(trained)
    out.mkdir(parents=True, exist_ok=True)
    batch = collate([encoder.encode(*pair) for pair in SAMPLE])
    shape = {0: torch.export.Dim("claims"), 1: torch.export.Dim("tokens")}
    shapes = dict.fromkeys(INPUTS, shape)
    write_graph(network, inputs(batch), INPUTS, OUTPUTS, shapes, out / GRAPH)
    # It is read only with a card beside it.
    write_card(trained, out, GRAPH, {})
    reader = OnnxClaimReader(out)
    with torch.no_grad():
        true = [network(*inputs(collate([encoder.encode(*one)])))[0][0].numpy() for one in SAMPLE]
    differences = [
        np.abs(mine - np.array(reader.read(*one).labels))
        for mine, one in zip(true, SAMPLE, strict=True)
    ]
    exported = {
        "largest_difference": round(float(np.max(differences)), 4),
        "megabytes": round((out / GRAPH).stat().st_size / 1e6, 1),
        "milliseconds": milliseconds(lambda: reader.read(*SAMPLE[1])),
    }
    write_card(trained, out, GRAPH, exported)
    return exported


if __name__ == "__main__":
    sys.exit(main())
