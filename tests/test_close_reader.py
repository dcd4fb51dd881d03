"""The close reader: how it is begun, trained and exported, where that is unlike the small one."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from evals.outliers import FEW
from evals.reader.examples import Example
from index.errors import ModelError
from rag.network import CARD
from rag.reader import GRAPH, OnnxReader, ToRead
from rag.reader_input import collate
from tests.random_reader import write_random_reader

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "rag" / "close_reader_model"
QUESTION = "Who leads the harbour board?"
PASSAGE = (
    "The harbour board voted on Monday to build a second quay.",
    "Its chair, Ada Quist, promised that work would begin in the spring.",
)


@pytest.fixture(scope="module")
def close_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a close reader with few and random weights, as training writes it."""
    folder = tmp_path_factory.mktemp("close")
    write_random_reader("mpnet", 5, SHIPPED, folder)
    return folder


def test_it_is_begun_only_from_the_published_weights(close_reader: Path, tmp_path: Path) -> None:
    from evals.reader.model import CLOSE, new_reader
    from evals.reader.train import main

    for folder in (close_reader, tmp_path):
        with pytest.raises(ModelError, match=f"does not hold {CLOSE.model} as it was published"):
            new_reader(close=folder)
    with pytest.raises(ModelError):
        main(["--data", str(tmp_path), "--out", str(tmp_path), "--close", str(close_reader)])


def test_its_first_layers_and_its_vocabulary_learn_nothing(close_reader: Path) -> None:
    from evals.course import Course
    from evals.reader.fit import encoded, fit
    from evals.reader.model import CLOSE, new_reader
    from rag.reader_input import Encoder

    reader, folder = new_reader(close_reader)
    assert reader.base is CLOSE
    before = {name: weight.clone() for name, weight in reader.named_parameters()}
    example = Example(QUESTION, PASSAGE, (False, True), answerable=True, kind="gold")
    pairs = encoded([example] * 8, Encoder(folder / "tokenizer.json"))
    fit(reader, pairs, [], Course(80, None), lambda: None, 1e-3)
    changed = {name for name, weight in reader.named_parameters() if not weight.equal(before[name])}
    still = ["encoder.embeddings.", *(f"encoder.encoder.layer.{n}." for n in range(CLOSE.still))]
    assert not [name for name in changed if name.startswith(tuple(still))]
    learning = f"encoder.encoder.layer.{CLOSE.still}.output.dense.weight"
    assert {learning, "sentence.weight", "passage.weight"} <= changed


def test_what_is_exported_reads_as_what_was_trained(close_reader: Path, tmp_path: Path) -> None:
    from evals.reader.export import export_folder
    from evals.reader.model import inputs, load

    export_folder(close_reader, tmp_path)
    card = json.loads((tmp_path / CARD).read_text("utf-8"))
    assert card["method"] == "none: its weights are random"
    reader, encoder = load(close_reader)
    with torch.no_grad():
        sentences, passage, _ = reader(*inputs(collate([encoder.encode(QUESTION, PASSAGE)])))
    (reading,) = OnnxReader(tmp_path).read(QUESTION, [ToRead("", PASSAGE)])
    assert np.array(reading.sentences) == pytest.approx(sentences[0].numpy(), abs=0.2)
    assert reading.passage == pytest.approx(passage.item(), abs=0.2)
    # Each layer's outliers are computed in full.
    import onnx

    model = onnx.load(tmp_path / GRAPH)
    rows = {one.name: one.dims[0] for one in model.graph.initializer if one.dims}
    exact = [n for n in model.graph.node if n.op_type == "MatMul" and rows.get(n.input[1]) == FEW]
    assert len(exact) == 2 * reader.encoder.config.num_hidden_layers


def test_what_was_exported_can_be_gone_on_from(close_reader: Path, tmp_path: Path) -> None:
    from evals.reader.export import export_folder
    from evals.reader.model import load
    from evals.reader.restore import weights_of
    from evals.weights import save

    trained, _ = load(close_reader)
    # Biases begin as nothing, and what is all alike is stored once and under one name.
    for weight in trained.parameters():
        if weight.ndim == 1:
            torch.nn.init.normal_(weight)
    save(trained, close_reader, tmp_path)
    (tmp_path / CARD).write_text("{}", "utf-8")
    export_folder(tmp_path, tmp_path)
    reader, _ = load(close_reader)
    missing, unknown = reader.load_state_dict(weights_of(tmp_path / GRAPH), strict=False)
    assert unknown == []
    assert {name.rsplit(".", 2)[1] for name in missing} == {
        "word_embeddings",
        "position_embeddings",
    }
    before, after = trained.state_dict(), reader.state_dict()
    lost = {name: (after[name] - before[name]).abs().max().item() for name in before}
    largest = {name: weight.abs().max().item() for name, weight in before.items()}
    # A weight is at most half a step off, and those of each outlier not at all.
    assert not {name for name in lost if lost[name] > largest[name] / 127}
    exact = "encoder.encoder.layer.4.output.dense.weight"
    columns = (after[exact] == before[exact]).all(dim=0)
    assert columns.sum().item() == FEW
