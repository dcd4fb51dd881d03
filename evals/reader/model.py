"""Model: a question and a passage go through one encoder, once; each sentence gets a score.

What it is fed is made by `rag.reader_input`. A sentence is scored on the mean of its tokens'
vectors, that of the question's, their product (the encoder that it starts from puts what is alike
close together) and the vector of `[CLS]`; the passage on the most that any sentence has of each
feature, and `[CLS]`. Each token is scored as the first and as the last of the short answer (Devlin
et al. 2019, arXiv:1810.04805, section 4.2). A title is read and not scored.
"""

from pathlib import Path

import torch
from torch import nn
from transformers import BertModel

from evals.weights import UNDROPPED, restored
from index.models import DEFAULT_MODEL, locate
from rag.network import TOKENIZER
from rag.reader_input import Batch, Encoder


class Reader(nn.Module):
    """The encoder and its three heads."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.encoder = encoder
        self.features = nn.Sequential(nn.Dropout(0.1), nn.Linear(4 * size, size), nn.GELU())
        self.sentence = nn.Linear(size, 1)
        self.passage = nn.Linear(2 * size, 1)
        self.ends = nn.Linear(size, 2)

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
        hidden = self.encoder(
            input_ids=tokens, attention_mask=attention, token_type_ids=types
        ).last_hidden_state
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


def new_reader(start: Path | None = None) -> tuple[Reader, Path]:
    """Return a reader to train, and the folder of the model that its tokenizer comes from.

    Args:
        start: a reader to go on from; None for one that has learnt nothing yet.

    Raises:
        ModelError: the model is not here.
    """
    folder = locate(DEFAULT_MODEL)
    if start is not None:
        return load(start)[0].train(), folder
    return Reader(BertModel.from_pretrained(folder, add_pooling_layer=False, **UNDROPPED)), folder


def load(folder: Path) -> tuple[Reader, Encoder]:
    """Return what `evals.weights.save` wrote, ready to read."""
    return restored(Reader, folder), Encoder(folder / TOKENIZER)
