"""Restore: a shipped reader's weights, as its eight bits hold them, to go on training from.

    python -m evals.reader.restore rag/reader_model --out DIR
    python -m evals.reader.restore rag/close_reader_model --out DIR --close MODEL

Writes what `evals.reader.train --start` and `evals.reader.tune` go on from. A close reader needs
the folder of the model that it began from, as its makers publish it. A weight comes back within
half a step of its scale. The vectors of words and places are those of the model that the reader
began from, which training leaves as they are.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper

from evals.reader.model import SMALL, new_reader
from evals.weights import save
from rag.network import CARD
from rag.reader import GRAPH

QUANTIZED = "_quantized"
# How far apart two tokens are; learnt, unlike the vectors of words and places.
PLACES = "relative_attention_bias.weight"
BIAS, MANY = ".bias", ".many"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Restore the weights of an exported reader.")
    parser.add_argument("reader", type=Path, help="what `python -m evals.reader.export` wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--close", type=Path, help="the model that a close reader began from")
    options = parser.parse_args(arguments)
    restore(options.reader, options.out, options.close)
    return 0


def restore(exported: Path, out: Path, close: Path | None = None) -> None:
    """Write the weights of an exported reader into a folder.

    Args:
        exported: what `evals.reader.export` wrote.
        out: where they are written.
        close: the folder of the model that a close reader began from; None for a small reader.

    Raises:
        ModelError: the model that the reader began from is not here.
        ValueError: what was exported began from another one.
    """
    reader, _ = new_reader(close=close)
    began = json.loads((exported / CARD).read_text("utf-8")).get("began_from", {})
    if began.get("model", SMALL.model) != reader.base.model:
        raise ValueError(f"{exported} began from {began.get('model', SMALL.model)}")
    weights = weights_of(exported / GRAPH)
    missing, unknown = reader.load_state_dict(weights, strict=False)
    frozen = [name for name in missing if not name.endswith("embeddings.weight")]
    if frozen or unknown:
        raise ValueError(f"{exported / GRAPH} is not an export of this reader: {frozen or unknown}")
    save(reader, exported, out)
    (out / CARD).write_bytes((exported / CARD).read_bytes())


def weights_of(graph: Path) -> dict[str, torch.Tensor]:
    """Return the weights of an exported reader but the vectors of words, by their names in it.

    What was reckoned apart in full (`evals.outliers`) comes back in full.
    """
    model = onnx.load(graph)
    held = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    makers = {name: node for node in model.graph.node for name in node.output}
    followers = {name: node for node in model.graph.node for name in node.input}
    weights: dict[str, npt.NDArray[Any]] = {}
    for name, value in held.items():
        if name.endswith((BIAS, "LayerNorm.weight")):
            weights[name.replace(f"{MANY}{BIAS}", BIAS)] = value.copy()
        elif name.endswith(f"{PLACES}{QUANTIZED}"):
            places = name.removesuffix(QUANTIZED)
            weights[places] = _exact(places, held)
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            name = _bias_after(node, followers, held).removesuffix(BIAS).removesuffix(MANY)
            weights[f"{name}.weight"] = _exact(node.input[1].removesuffix(QUANTIZED), held).T.copy()
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in held:
            few = held[makers[node.input[0]].input[1]]
            (many,) = set(followers[node.output[0]].input) - set(node.output)
            name = _bias_after(makers[many], followers, held).removesuffix(f"{MANY}{BIAS}")
            weights[f"{name}.weight"][:, few] = held[node.input[1]].T
    return {name: torch.from_numpy(weight) for name, weight in weights.items()}


def _exact(matrix: str, held: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
    steps = held[f"{matrix}{QUANTIZED}"].astype(np.float32) - held[f"{matrix}_zero_point"]
    return np.asarray(steps * held[f"{matrix}_scale"], dtype=np.float32)


def _bias_after(
    node: onnx.NodeProto, followers: dict[str, onnx.NodeProto], held: dict[str, npt.NDArray[Any]]
) -> str:
    """Return the name of the bias that is added to a product; it tells whose product it is."""
    while node.op_type != "Add":
        node = followers[node.output[0]]
    return str(next(name for name in node.input if name in held))


if __name__ == "__main__":
    sys.exit(main())
