"""Graph: a trained network becomes an ONNX graph with its weights in eight bits.

Knows nothing of what the network reads.
"""

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch

from evals.outliers import FEW
from index.embed import quiet
from index.models import file_sha256
from rag.network import CARD, TOKENIZER

if TYPE_CHECKING:
    from onnx import ModelProto

TIMED = 30


def write_graph(  # noqa: PLR0913, PLR0917 - each is one thing, and none has a default
    network: torch.nn.Module,
    sample: tuple[torch.Tensor, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    shapes: Mapping[str, Mapping[int, Any]],
    path: Path,
) -> None:
    """Write a network as a quantised graph: weights in int8, a scale for each output channel.

    Args:
        network: ready to read.
        sample: what it may be called with.
        inputs: the names of what goes in, in order.
        outputs: the names of what comes out, in order.
        shapes: which dimensions of each input may vary.
        path: the file.
    """
    import onnx  # noqa: PLC0415 - here only
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    with TemporaryDirectory() as folder, quiet(), torch.no_grad():
        program = torch.onnx.export(
            network,
            sample,
            dynamo=True,
            verbose=False,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=dict(shapes),
        )
        whole = Path(folder, path.name)
        if program is None:
            raise RuntimeError("torch's exporter gave nothing")
        model = program.model_proto
        # The exporter's own notes on shapes contradict those that quantisation infers.
        del model.graph.value_info[:]
        # It notes besides which line of which file each operation comes from, on this machine.
        for node in model.graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
        onnx.save(model, whole)
        # Seven bits would not overflow on any processor, but tell worse (docs/quality.md).
        quantize_dynamic(
            whole,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            nodes_to_exclude=_of_outliers(model),
        )


def _of_outliers(model: "ModelProto") -> list[str]:
    """Return the products that `evals.outliers` took apart, which are to stay exact, by name."""
    rows = {one.name: one.dims[0] for one in model.graph.initializer if one.dims}
    gathered = {
        name for node in model.graph.node if node.op_type == "Gather" for name in node.output
    }
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[0] in gathered and rows.get(node.input[1]) == FEW
    ]


def write_card(trained: Path, out: Path, graph: str, exported: Mapping[str, float]) -> None:
    """Write the tokenizer beside an exported graph, and the card that says what both are.

    Args:
        trained: holds the network's tokenizer and card.
        out: holds the graph.
        graph: its file's name.
        exported: how it differs from the trained network, its size and its time.
    """
    (out / TOKENIZER).write_bytes((trained / TOKENIZER).read_bytes())
    card = json.loads((trained / CARD).read_text("utf-8"))
    card["exported"] = dict(exported)
    card["files"] = {name: file_sha256(out / name) for name in (graph, TOKENIZER)}
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")


def milliseconds(run: Callable[[], object]) -> float:
    """Return how long a call takes: the median of thirty."""
    times = []
    for _ in range(TIMED):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(times), 2)
