"""Claim input: a claim and its evidence become what the verifier's network is fed.

`[CLS] claim [SEP] evidence [SEP]`, token types 0 and 1. Evidence that is too long loses the
sentences that share least with the claim. The same code makes the input where the network is
trained. Knows nothing of what the network says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.network import open_tokenizer
from rag.verify.nearest import nearest_first

MAX_TOKENS = 320
MAX_CLAIM = 96


@dataclass(frozen=True, slots=True)
class EncodedClaim:
    """A claim and its evidence as tokens.

    Attributes:
        tokens: the ids, special ones included.
        offsets: where in the claim each of its tokens stands, in characters; they begin at 1.
        whole: whether all of the claim was read.
    """

    tokens: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class ClaimBatch:
    """Encoded claims, padded to one length; every array has shape (claims, tokens).

    Attributes:
        tokens, attention, types: as the encoder takes them.
        claim: 1 where a token is the claim's, special ones left out.
    """

    tokens: npt.NDArray[np.int64]
    attention: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    claim: npt.NDArray[np.int64]


class ClaimEncoder:
    """Turns claims into tokens.

    Args:
        file: the model's `tokenizer.json`.
    """

    def __init__(self, file: Path) -> None:
        self._tokenizer, self._first, self._last = open_tokenizer(file)

    def encode(self, claim: str, evidence: Sequence[str]) -> EncodedClaim:
        """Return a claim's tokens.

        Args:
            claim: what is claimed; its end is lost where it is too long.
            evidence: sentences, in order.
        """
        claimed, *told = self._tokenizer.encode_batch([claim, *evidence], add_special_tokens=False)
        ids = claimed.ids[:MAX_CLAIM]
        lengths = [len(one.ids) for one in told]
        kept = _kept(claim, evidence, lengths, MAX_TOKENS - 3 - len(ids))
        tokens = [self._first, *ids, self._last]
        for place in kept:
            tokens += told[place].ids
        tokens = [*tokens[: MAX_TOKENS - 1], self._last]
        return EncodedClaim(
            tuple(tokens), tuple(claimed.offsets[: len(ids)]), len(ids) == len(claimed.ids)
        )


def collate(encoded: Sequence[EncodedClaim]) -> ClaimBatch:
    """Return a batch of claims."""
    width = max(len(one.tokens) for one in encoded)
    arrays = [np.zeros((len(encoded), width), dtype=np.int64) for _ in range(4)]
    tokens, attention, types, claim = arrays
    for row, one in enumerate(encoded):
        tokens[row, : len(one.tokens)] = one.tokens
        attention[row, : len(one.tokens)] = 1
        types[row, len(one.offsets) + 2 : len(one.tokens)] = 1
        claim[row, 1 : len(one.offsets) + 1] = 1
    return ClaimBatch(tokens, attention, types, claim)


def _kept(claim: str, evidence: Sequence[str], lengths: Sequence[int], room: int) -> list[int]:
    """Return the places of the sentences that are read, in order; at least one."""
    if sum(lengths) <= room:
        return list(range(len(evidence)))
    kept: list[int] = []
    for place in nearest_first(claim, evidence):
        if lengths[place] <= room or not kept:
            kept.append(place)
            room -= lengths[place]
    return sorted(kept)
