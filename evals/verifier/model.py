"""Model: a claim and its evidence go through one encoder; the claim's tokens are held beside it.

Each token of the claim is held beside what it attends to in the evidence: itself, that, their
difference and their product (the enhanced inference of Chen et al. 2017, arXiv:1609.06038, section
3.2). The most and the mean of the tokens' features, with `[CLS]`, give the three labels; each
token's own, whether it is wrong. What it is fed is made by `rag.verify.claim_input`.
"""

from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedModel

from evals.reader.model import new_reader
from evals.weights import restored
from rag.network import TOKENIZER
from rag.verify.claim_input import ClaimBatch, ClaimEncoder
from rag.verify.entailment import LABELS

NOTHING = -1e4


class ClaimReader(nn.Module):
    """The encoder and its two heads."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.encoder = encoder
        self.features = nn.Sequential(nn.Linear(5 * size, size), nn.GELU())
        self.labels = nn.Linear(3 * size, len(LABELS))
        self.wrong = nn.Linear(size, 1)

    def heads(self) -> list[nn.Parameter]:
        """Return the weights that are not the encoder's."""
        parts = (self.features, self.labels, self.wrong)
        return [weight for part in parts for weight in part.parameters()]

    def forward(
        self,
        tokens: torch.Tensor,
        attention: torch.Tensor,
        types: torch.Tensor,
        claim: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits, for arguments as in `ClaimBatch`.

        Returns:
            Those of the labels, shape (claims, labels), and of each token to be wrong, shape
            (claims, tokens); what it says of a token that is not the claim's means nothing.
        """
        hidden = self.encoder(
            input_ids=tokens, attention_mask=attention, token_type_ids=types
        ).last_hidden_state
        told = (attention * types).unsqueeze(1)
        nearness = hidden @ hidden.transpose(1, 2) / hidden.shape[2] ** 0.5
        beside = torch.softmax(nearness + (1 - told) * NOTHING, dim=2) @ hidden
        whole = hidden[:, 0]
        around = whole.unsqueeze(1).expand_as(hidden)
        features = self.features(
            torch.cat([hidden, beside, hidden - beside, hidden * beside, around], dim=2)
        )
        mine = claim.unsqueeze(2).to(features.dtype)
        most = (features * mine + (1 - mine) * NOTHING).amax(dim=1)
        mean = (features * mine).sum(dim=1) / mine.sum(dim=1).clamp(min=1)
        return self.labels(torch.cat([most, mean, whole], dim=1)), self.wrong(features).squeeze(2)


def inputs(batch: ClaimBatch) -> tuple[torch.Tensor, ...]:
    """Return what the network is called with."""
    arrays = (batch.tokens, batch.attention, batch.types, batch.claim)
    return tuple(torch.from_numpy(array) for array in arrays)


def new_claim_reader(start: Path | None = None) -> tuple[ClaimReader, Path]:
    """Return a network to train, and the folder that its tokenizer comes from.

    Args:
        start: a reader (`evals.reader.restore`) whose encoder it begins with; None for that of the
            embedding model.

    Raises:
        ModelError: the model is not here.
        ValueError: it would begin with a close reader.
    """
    reader, folder = new_reader(start)
    if not reader.typed:
        raise ValueError(f"{start} is a close reader: the network begins with a small one")
    return ClaimReader(reader.encoder), folder


def trained_claim_reader(folder: Path) -> tuple[ClaimReader, Path]:
    """Return a network that has learnt already, to go on with, and its tokenizer's folder."""
    network, _ = load(folder)
    network.train()
    return network, folder


def load(folder: Path) -> tuple[ClaimReader, ClaimEncoder]:
    """Return what `evals.weights.save` wrote, ready to read."""
    return restored(ClaimReader, folder), ClaimEncoder(folder / TOKENIZER)
