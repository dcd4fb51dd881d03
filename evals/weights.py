"""Weights: a trained network is kept in a folder with its tokenizer, and read from there again.

Knows nothing of what a network reads.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from torch import nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from evals.course import Headed
from rag.network import TOKENIZER

# On a processor, dropout and fused attention cost a third of the time; an epoch or two over many
# examples do without.
UNDROPPED: dict[str, Any] = {
    "attn_implementation": "eager",
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
WEIGHTS, CONFIG = "model.safetensors", "config.json"

Network = TypeVar("Network", bound=nn.Module)


def save(network: Headed, tokenizer: Path, folder: Path) -> None:
    """Write a network into a folder; a kill leaves the one before it."""
    from safetensors.torch import save_file  # noqa: PLC0415 - not needed for asking

    folder.mkdir(parents=True, exist_ok=True)
    (folder / TOKENIZER).write_bytes((tokenizer / TOKENIZER).read_bytes())
    (folder / CONFIG).write_text(json.dumps(network.encoder.config.to_dict(), indent=2), "utf-8")
    temporary = folder / f".{WEIGHTS}"
    save_file(network.state_dict(), temporary)
    temporary.replace(folder / WEIGHTS)


def restored(made: Callable[[PreTrainedModel], Network], folder: Path) -> Network:
    """Return what `save` wrote, ready to read.

    Args:
        made: makes the network around an encoder.
        folder: where it was written.
    """
    from safetensors.torch import load_file  # noqa: PLC0415 - as in `save`

    config = AutoConfig.from_pretrained(folder, **UNDROPPED)
    encoder = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call]
    network = made(encoder)
    network.load_state_dict(load_file(folder / WEIGHTS))
    network.eval()
    return network
