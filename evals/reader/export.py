"""Export: a trained reader becomes one ONNX file, in int8, that onnxruntime reads with.

    python -m evals.reader.export DIR --out DIR

Writes `reader.onnx`, `tokenizer.json` and the reader's card, and prints how far the quantised
reader's logits are from the trained one's, how large it is, and how long it takes for a passage of
a usual length.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from evals.graph import milliseconds, write_card, write_graph
from evals.outliers import part_outliers
from evals.reader.model import CLOSE, Reader, inputs, load
from evals.suite import load_suite
from index.chunk import sentences_of
from rag.network import exact_options
from rag.reader import GRAPH, OUTPUTS
from rag.reader_input import Encoder, collate

ROOT = Path(__file__).resolve().parents[2]
SEEDS, SUITE = ROOT / "seeds", ROOT / "evals" / "golden" / "seeds.yaml"
# The layers whose inputs hold outliers, and how many sentences are read together to see them.
FEED_FORWARD = (".intermediate.dense", ".output.dense")
AT_ONCE = 6
INPUTS = ("tokens", "attention", "types", "question", "sentences")
SAMPLE = (
    ("When did the mill burn down?", ("The mill burned down in 1931.", "It was never rebuilt.")),
    (
        "Who leads the harbour board?",
        (
            "The harbour board voted on Monday to build a second quay.",
            "Nine members were in favour and four against.",
            "Its chair, Ada Quist, promised that work would begin in the spring.",
        ),
    ),
    ("How much did the ferry cost?", ("Nobody would say what the new ferry had cost.",)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Export a trained reader.")
    parser.add_argument("reader", type=Path, help="what `python -m evals.reader.train` wrote")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(export_folder(options.reader, options.out), indent=2) + "\n")
    return 0


def export_folder(trained: Path, out: Path) -> dict[str, float]:
    """Export what `evals.reader.train` or `evals.reader.tune` wrote; return how it differs."""
    reader, encoder = load(trained)
    out.mkdir(parents=True, exist_ok=True)
    if reader.base is CLOSE:
        part_outliers(reader.encoder, lambda: _read_seeds(reader, encoder), FEED_FORWARD)
    export(reader, encoder, out / GRAPH)
    exported = compared(reader, encoder, out / GRAPH)
    write_card(trained, out, GRAPH, exported)
    return exported


def export(reader: Reader, encoder: Encoder, path: Path) -> None:
    """Write a reader as a quantised graph: weights in int8, a scale for each output channel."""
    batch = collate([encoder.encode(*pair) for pair in SAMPLE])
    pairs, tokens, sentences = (torch.export.Dim(name) for name in ("pairs", "tokens", "sentences"))
    flat = {0: pairs, 1: tokens}
    shapes = dict.fromkeys(INPUTS, flat) | {"sentences": {0: pairs, 1: sentences, 2: tokens}}
    write_graph(reader, inputs(batch), INPUTS, OUTPUTS, shapes, path)


def _read_seeds(reader: Reader, encoder: Encoder) -> None:
    """Read the bundled articles with golden questions, so that what is usual in it is seen."""
    questions = itertools.cycle(case.question for case in load_suite(SUITE).cases)
    for path in sorted(SEEDS.glob("[0-9]*.md")):
        text = path.read_text("utf-8")
        sentences = [span.of(text) for span in sentences_of(text)]
        pairs = [
            encoder.encode(question, sentences[start : start + AT_ONCE])
            for start, question in zip(range(0, len(sentences), AT_ONCE), questions, strict=False)
        ]
        reader(*inputs(collate(pairs)))


def compared(reader: Reader, encoder: Encoder, path: Path) -> dict[str, float]:
    """Return how a quantised reader differs from the trained one, in logits, MB and ms."""
    import onnxruntime  # noqa: PLC0415 - here only

    options = exact_options()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(path), options)
    batch = collate([encoder.encode(*pair) for pair in SAMPLE])
    feed = {name: value.numpy() for name, value in zip(INPUTS, inputs(batch), strict=True)}
    with torch.no_grad():
        true = [output.numpy() for output in reader(*inputs(batch))]
    found = session.run(list(OUTPUTS), feed)
    there = batch.sentences.sum(axis=2) > 0
    difference = np.abs(np.concatenate([(true[0] - found[0])[there], true[1] - found[1]]))
    question, sentences = SAMPLE[1]
    long = collate([encoder.encode(question, sentences * 4)])
    feed = {name: value.numpy() for name, value in zip(INPUTS, inputs(long), strict=True)}
    return {
        "mean_difference": round(float(difference.mean()), 4),
        "largest_difference": round(float(difference.max()), 4),
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "tokens": float(long.tokens.shape[1]),
        "milliseconds": milliseconds(lambda: session.run(list(OUTPUTS), feed)),
    }


if __name__ == "__main__":
    sys.exit(main())
