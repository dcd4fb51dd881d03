"""Outliers: layers whose few large inputs are computed apart say the same, also in eight bits."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from evals.graph import write_graph
from evals.outliers import FEW, Parted, part_outliers

INPUTS, OUTPUTS = 64, 16
LARGE = (3, 40)


class Layered(nn.Module):
    """A network of two layers, of which only the first is given outliers."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(INPUTS, OUTPUTS)
        self.last = nn.Linear(OUTPUTS, 2)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.last(self.first(values))
        return found


@pytest.fixture
def network() -> Layered:
    torch.manual_seed(0)
    return Layered().eval()


@pytest.fixture
def sample() -> torch.Tensor:
    torch.manual_seed(1)
    values = torch.randn(20, INPUTS)
    values[:, LARGE] *= 200
    return values


def test_the_largest_inputs_of_the_named_layers_are_taken_apart(
    network: Layered, sample: torch.Tensor
) -> None:
    last = network.last
    expected = network(sample)
    part_outliers(network, lambda: network(sample), ("first",))
    assert isinstance(network.first, Parted)
    assert network.last is last
    few = network.first.few.tolist()
    assert len(few) == FEW
    assert few == sorted(few)
    assert set(LARGE) <= set(few)
    assert network(sample).detach().numpy() == pytest.approx(expected.detach().numpy(), abs=1e-3)


def test_in_eight_bits_outliers_cost_the_others_nothing(
    network: Layered, sample: torch.Tensor, tmp_path: Path
) -> None:
    # The large inputs say nothing, so that all that counts is in the small ones.
    with torch.no_grad():
        network.first.weight[:, LARGE] = 0
    expected = network(sample).detach().numpy()

    def error(name: str) -> float:
        path = tmp_path / name
        shapes = {"values": {0: torch.export.Dim("rows")}}
        write_graph(network, (sample,), ["values"], ["found"], shapes, path)
        session = onnxruntime.InferenceSession(str(path))
        (found,) = session.run(["found"], {"values": sample.numpy()})
        return float(np.abs(found - expected).mean())

    whole = error("whole.onnx")
    part_outliers(network, lambda: network(sample), ("first",))
    # The last layer's own steps are left.
    assert error("parted.onnx") < whole / 2
