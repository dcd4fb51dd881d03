"""Model: a question and a passage go through one encoder, once; each sentence gets a score.

What it is fed is made by `rag.reader_input`. A sentence is scored on the mean of its tokens'
vectors, that of the question's, their product (the encoder that it starts from puts what is alike
close together) and the vector of `[CLS]`; the passage on the most that any sentence has of each
feature, and `[CLS]`. Each token is scored as the first and as the last of the short answer (Devlin
et al. 2019, arXiv:1810.04805, section 4.2). A title is read and not scored.

The encoder is one of two: the small reader's is that which embeds articles, the close reader's the
larger one of the same makers.
"""

import inspect
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from transformers import AutoModel, PreTrainedModel

from evals.weights import UNDROPPED, restored
from index.errors import ModelError
from index.models import DEFAULT_MODEL, DEFAULT_WEIGHTS, file_sha256, locate
from rag.network import TOKENIZER
from rag.reader_input import Batch, Encoder


@dataclass(frozen=True, slots=True)
class Base:
    """What a reader begins from.

    Attributes:
        model: its name.
        sha256: that of its weights as its makers publish them.
        layers: how many of its layers are taken, from the first.
        still: how many of them learn nothing.
        rate: the largest learning rate of the encoder.
        claims: how many claims are learnt from for each example with a question.
        tuned: how often it goes through what it is tuned on.
    """

    model: str
    sha256: str
    layers: int
    still: int
    rate: float
    claims: float
    tuned: int


SMALL = Base(DEFAULT_MODEL, DEFAULT_WEIGHTS, layers=6, still=0, rate=1e-4, claims=0.4, tuned=3)
# The last layers of a network that was trained to embed serve that end, and cost as much as others;
# those closest to the words are good as they are, and cost most to train (Sajjad et al. 2023, "On
# the effect of dropping layers of pre-trained transformer models", arXiv:2004.03844).
CLOSE = Base(
    "all-mpnet-base-v2",
    "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    layers=10,
    still=3,
    rate=4e-5,
    claims=0.15,
    tuned=2,
)


class Reader(nn.Module):
    """The encoder and its three heads."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        # Some encoders tell a question from a passage by a type of each token, others by `</s>`.
        self.typed = "token_type_ids" in inspect.signature(encoder.forward).parameters
        size = encoder.config.hidden_size
        self.encoder = encoder
        self.features = nn.Sequential(nn.Dropout(0.1), nn.Linear(4 * size, size), nn.GELU())
        self.sentence = nn.Linear(size, 1)
        self.passage = nn.Linear(2 * size, 1)
        self.ends = nn.Linear(size, 2)

    @property
    def base(self) -> Base:
        """What it began from."""
        return SMALL if self.typed else CLOSE

    def heads(self) -> list[nn.Parameter]:
        """Return the weights that are not the encoder's."""
        parts = (self.features, self.sentence, self.passage, self.ends)
        return [weight for part in parts for weight in part.parameters()]

    def forward(
        self,
        tokens: torch.Tensor,
        attention: torch.Tensor,
        types: torch.Tensor,
        question: torch.Tensor,
        sentences: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return logits, for arguments as in `Batch`.

        Returns:
            Those of the sentences, shape (pairs, sentences), of the passages, shape (pairs,), and
            of each token to be the answer's first and last, shape (pairs, tokens, 2).
        """
        typed = {"token_type_ids": types} if self.typed else {}
        hidden = self.encoder(input_ids=tokens, attention_mask=attention, **typed).last_hidden_state
        whole = hidden[:, 0]
        told = sentences.to(hidden.dtype) @ hidden
        asked = (question.to(hidden.dtype).unsqueeze(1) @ hidden).expand_as(told)
        around = whole.unsqueeze(1).expand_as(told)
        features = self.features(torch.cat([told, asked, told * asked, around], dim=2))
        absent = sentences.sum(dim=2, keepdim=True) == 0
        most = features.masked_fill(absent, -1.0).amax(dim=1)
        passage = self.passage(torch.cat([most, whole], dim=1))
        return self.sentence(features).squeeze(2), passage.squeeze(1), self.ends(hidden)


def inputs(batch: Batch) -> tuple[torch.Tensor, ...]:
    """Return what a reader is called with."""
    arrays = (batch.tokens, batch.attention, batch.types, batch.question, batch.sentences)
    return tuple(torch.from_numpy(array) for array in arrays)


def new_reader(start: Path | None = None, close: Path | None = None) -> tuple[Reader, Path]:
    """Return a reader to train, and the folder that its tokenizer is in.

    Args:
        start: a reader to go on from; None for one that has learnt nothing yet.
        close: the folder of the model that a close reader begins from; None for a small reader.

    Raises:
        ModelError: the model is not here, or not as it was published.
    """
    if start is not None:
        reader = load(start)[0].train()
        _keep_still(reader)
        return reader, start
    base, folder = (SMALL, locate(DEFAULT_MODEL)) if close is None else (CLOSE, close)
    weights = folder / "model.safetensors"
    if not weights.is_file() or file_sha256(weights) != base.sha256:
        raise ModelError(f"{weights} does not hold {base.model} as it was published")
    encoder = AutoModel.from_pretrained(
        folder, add_pooling_layer=False, num_hidden_layers=base.layers, **UNDROPPED
    )
    reader = Reader(encoder)
    _keep_still(reader)
    return reader, folder


def _keep_still(reader: Reader) -> None:
    layers = list(reader.encoder.get_submodule("encoder.layer").children())
    for layer in layers[: reader.base.still]:
        layer.requires_grad_(requires_grad=False)


def load(folder: Path) -> tuple[Reader, Encoder]:
    """Return what `evals.weights.save` wrote, ready to read."""
    return restored(Reader, folder), Encoder(folder / TOKENIZER)
