"""Outliers: the few features that are far larger than a network's others are reckoned with in full.

In eight bits, a product's steps are as coarse as the largest number that goes into it. Transformers
have a few features in each layer that are some fifty times the others, and always the same ones
(Dettmers et al. 2022, "LLM.int8()", arXiv:2208.07339); they would leave the others a bit or two.
Here which ones they are is seen on a sample, once, and their share of the product is taken apart.
Knows nothing of what the network reads.
"""

from collections.abc import Callable

import torch
from torch import nn

# How many features of each product are taken apart.
FEW = 8


class Parted(nn.Module):
    """A linear layer that computes a few of its inputs apart from the many.

    Args:
        layer: the layer as it was trained; used as it is for the many.
        few: which inputs, shape (count,).
    """

    few: torch.Tensor
    others: torch.Tensor

    def __init__(self, layer: nn.Linear, few: torch.Tensor) -> None:
        super().__init__()
        self.many = layer
        self.apart = nn.Linear(len(few), layer.out_features, bias=False)
        others = torch.ones(layer.in_features)
        others[few] = 0.0
        self.register_buffer("few", few)
        self.register_buffer("others", others)
        with torch.no_grad():
            self.apart.weight.copy_(layer.weight[:, few])

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return what the layer itself would, for values of shape (…, inputs)."""
        apart: torch.Tensor = self.apart(values.index_select(-1, self.few))
        many: torch.Tensor = self.many(values * self.others)
        return apart + many


def part_outliers(network: nn.Module, run: Callable[[], object], names: tuple[str, ...]) -> None:
    """Take the largest inputs of some layers apart, in place.

    Args:
        network: ready to read.
        run: has it read a sample.
        names: what the names of those layers end with; each has at least `FEW` inputs.
    """
    layers = {
        name: layer
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Linear) and name.endswith(names)
    }
    largest: dict[str, torch.Tensor] = {}

    def noted(name: str) -> Callable[[nn.Module, tuple[torch.Tensor, ...]], None]:
        def note(_layer: nn.Module, values: tuple[torch.Tensor, ...]) -> None:
            found = values[0].detach().abs().flatten(0, -2).amax(dim=0)
            largest[name] = torch.maximum(largest.get(name, found), found)

        return note

    hooks = [layer.register_forward_pre_hook(noted(name)) for name, layer in layers.items()]
    with torch.no_grad():
        run()
    for hook in hooks:
        hook.remove()
    for name, found in largest.items():
        parent, _, own = name.rpartition(".")
        few = found.topk(FEW).indices.sort().values
        setattr(network.get_submodule(parent), own, Parted(layers[name], few))
