"""Random reader: a reader with few and random weights is written as training writes one."""

from pathlib import Path
from typing import Any

from rag.network import CARD


def write_random_reader(
    kind: str, layers: int, tokenizer: Path, folder: Path, *, loudness: float = 1.0
) -> None:
    """Write one into a folder.

    Args:
        kind: what its encoder is, as transformers names it ("bert").
        layers: how many its encoder has.
        tokenizer: the folder that its tokenizer is in.
        folder: where it goes.
        loudness: how much larger than they begin the weights of its heads are.
    """
    import torch
    from transformers import AutoConfig, AutoModel

    from evals.reader.model import Reader
    from evals.weights import UNDROPPED, save

    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "hidden_size": 32,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        # Large, so that logits differ from text to text.
        "initializer_range": 0.3,
    }
    config = AutoConfig.for_model(kind, **sizes, **UNDROPPED)
    encoder = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call]
    reader = Reader(encoder)
    with torch.no_grad():
        for weight in reader.heads():
            weight.mul_(loudness)
    save(reader, tokenizer, folder)
    (folder / CARD).write_text('{"method": "none: its weights are random"}')
