"""Restore: the shipped reader's weights, as its eight bits hold them, to go on training from.

    python -m evals.reader.restore rag/reader_model --out DIR

Writes what `python -m evals.reader.tune` starts from, so that the reader can be tuned on other
questions without the hour that training it takes. A weight comes back within half a step of its
scale. The vectors of words and places are those of the model that the reader began from, which
training leaves as they are.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
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

BIAS = ".bias"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Restore the weights of an exported reader.")
    parser.add_argument("reader", type=Path, help="what `python -m evals.reader.export` wrote")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    restore(options.reader, options.out)
    return 0


def restore(exported: Path, out: Path) -> None:
    """Write the weights of an exported reader into a folder.

    Raises:
        ModelError: the model that readers begin from is not here.
        ValueError: what was exported is no small reader.
    """
    began = json.loads((exported / CARD).read_text("utf-8")).get("began_from", {})
    if began.get("model", SMALL.model) != SMALL.model:
        raise ValueError(f"{exported} began from {began['model']}: only a small reader is restored")
    reader, _ = new_reader()
    weights = dict(_weights(onnx.load(exported / GRAPH)))
    missing, unknown = reader.load_state_dict(weights, strict=False)
    frozen = [name for name in missing if not name.endswith("embeddings.weight")]
    if frozen or unknown:
        raise ValueError(f"{exported / GRAPH} is not an export of this reader: {frozen or unknown}")
    save(reader, exported, out)
    (out / CARD).write_bytes((exported / CARD).read_bytes())


def _weights(model: onnx.ModelProto) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield each weight of the reader but the vectors of words, by its name there."""
    held = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    followers = {name: node for node in model.graph.node for name in node.input}
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            matrix = node.input[1].removesuffix("_quantized")
            steps = held[f"{matrix}_quantized"].astype(np.float32) - held[f"{matrix}_zero_point"]
            name = _bias_after(node, followers, held).removesuffix(BIAS)
            weight = (steps * held[f"{matrix}_scale"]).T
            yield f"{name}.weight", torch.from_numpy(np.ascontiguousarray(weight))
    for name, value in held.items():
        if name.endswith((BIAS, "LayerNorm.weight")):
            yield name, torch.from_numpy(value.copy())


def _bias_after(
    node: onnx.NodeProto, followers: dict[str, onnx.NodeProto], held: dict[str, npt.NDArray[Any]]
) -> str:
    """Return the name of the bias that is added to a product; it tells whose product it is."""
    while node.op_type != "Add":
        node = followers[node.output[0]]
    return str(next(name for name in node.input if name in held))


if __name__ == "__main__":
    sys.exit(main())
