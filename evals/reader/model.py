"""Model: a question and a passage go through one encoder, once; each sentence gets a score.

`[CLS] question [SEP] title passage [SEP]`, token types 0 and 1. A sentence is scored on the mean of
its tokens' vectors, that of the question's, their product (the encoder that it starts from puts what
is alike close together) and the vector of `[CLS]`; the passage on the most that any sentence has of
each feature, and `[CLS]`. Each token is scored as the first and as the last of the short answer
(Devlin et al. 2019, arXiv:1810.04805, section 4.2). A title is read and not scored.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertConfig, BertModel

from index.models import DEFAULT_MODEL, locate

MAX_TOKENS = 256
MAX_QUESTION = 64
MAX_TITLE = 32
WEIGHTS, TOKENIZER, CONFIG = "model.safetensors", "tokenizer.json", "config.json"


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder reads.

    Attributes:
        tokens: the ids, special ones included.
        question: how many of them are the question's, `[CLS]` and the first `[SEP]` included.
        sentences: for each sentence where its tokens start and end; equal where none was read.
        answer: the first and the last token of the short answer; None where it is not known.
    """

    tokens: tuple[int, ...]
    question: int
    sentences: tuple[tuple[int, int], ...]
    answer: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Encoded pairs, padded to one size.

    Attributes:
        tokens, attention, types: shape (pairs, tokens).
        question: the share that each token has in the mean of the question, shape (pairs, tokens).
        sentences: likewise in the mean of each sentence, shape (pairs, sentences, tokens); all
            zero where a pair has no such sentence.
    """

    tokens: torch.Tensor
    attention: torch.Tensor
    types: torch.Tensor
    question: torch.Tensor
    sentences: torch.Tensor

    def inputs(self) -> tuple[torch.Tensor, ...]:
        """Return what a reader is called with."""
        return self.tokens, self.attention, self.types, self.question, self.sentences


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
        """Return the logits of the sentences, shape (pairs, sentences), of the passages, shape
        (pairs,), and of each token to be the answer's first and last, shape (pairs, tokens, 2).
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


class Encoder:
    """Turns texts into what a reader reads.

    Args:
        file: the model's `tokenizer.json`.
    """

    def __init__(self, file: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._first, self._last = self._tokenizer.encode("").ids

    def encode(
        self,
        question: str,
        sentences: Sequence[str],
        title: str = "",
        answers: Collection[str] = (),
        answering: Collection[int] = (),
    ) -> Encoded:
        """Return a pair's tokens; a question and a passage that are too long lose their ends.

        Args:
            question, sentences, title: the texts.
            answers: what the short answer may be.
            answering: the places of the sentences that it may stand in.
        """
        encodings = self._tokenizer.encode_batch(
            [question, title, *sentences], add_special_tokens=False
        )
        asked, titled, *told = encodings
        tokens = [self._first, *asked.ids[:MAX_QUESTION], self._last]
        before = len(tokens)
        tokens += titled.ids[:MAX_TITLE]
        spans = []
        answer = None
        for place, (sentence, encoding) in enumerate(zip(sentences, told, strict=True)):
            start = len(tokens)
            tokens += encoding.ids[: MAX_TOKENS - 1 - start]
            spans.append((start, len(tokens)))
            if answer is None and place in answering:
                found = _found(sentence, encoding.offsets, answers)
                if found is not None and start + found[1] < len(tokens):
                    answer = (start + found[0], start + found[1])
        return Encoded((*tokens, self._last), before, tuple(spans), answer)


def _found(
    sentence: str, offsets: Sequence[tuple[int, int]], answers: Collection[str]
) -> tuple[int, int] | None:
    """Return the first and the last token of an answer in a sentence, if it holds one."""
    for answer in answers:
        match = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", sentence, re.IGNORECASE)
        if match is None:
            continue
        inside = [
            place
            for place, (start, end) in enumerate(offsets)
            if start < match.end() and end > match.start()
        ]
        if inside:
            return inside[0], inside[-1]
    return None


def collate(encoded: Sequence[Encoded]) -> Batch:
    """Return a batch of pairs."""
    width = max(len(one.tokens) for one in encoded)
    height = max(len(one.sentences) for one in encoded)
    tokens, attention, types = (np.zeros((len(encoded), width), dtype=np.int64) for _ in range(3))
    question = np.zeros((len(encoded), width), dtype=np.float32)
    sentences = np.zeros((len(encoded), height, width), dtype=np.float32)
    for row, one in enumerate(encoded):
        tokens[row, : len(one.tokens)] = one.tokens
        attention[row, : len(one.tokens)] = 1
        types[row, one.question : len(one.tokens)] = 1
        question[row, 1 : one.question - 1] = 1 / max(1, one.question - 2)
        for place, (start, end) in enumerate(one.sentences):
            sentences[row, place, start:end] = 1 / max(1, end - start)
    arrays: list[npt.NDArray[np.generic]] = [tokens, attention, types, question, sentences]
    return Batch(*(torch.from_numpy(array) for array in arrays))


def new_reader() -> tuple[Reader, Path]:
    """Return a reader that has learnt nothing yet, and the folder of the model it starts from.

    Raises:
        ModelError: the model is not here.
    """
    folder = locate(DEFAULT_MODEL)
    encoder = BertModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        # On a processor, dropout and fused attention cost a third of the time; an epoch or two over
        # many examples do without.
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return Reader(encoder), folder


def save(reader: Reader, tokenizer: Path, folder: Path) -> None:
    """Write a reader into a folder; a kill leaves the one before it."""
    from safetensors.torch import save_file  # noqa: PLC0415 - not needed for asking

    folder.mkdir(parents=True, exist_ok=True)
    (folder / TOKENIZER).write_bytes((tokenizer / TOKENIZER).read_bytes())
    (folder / CONFIG).write_text(json.dumps(reader.encoder.config.to_dict(), indent=2), "utf-8")
    temporary = folder / f".{WEIGHTS}"
    save_file(reader.state_dict(), temporary)
    temporary.replace(folder / WEIGHTS)


def load(folder: Path) -> tuple[Reader, Encoder]:
    """Return what `save` wrote, ready to read."""
    from safetensors.torch import load_file  # noqa: PLC0415 - as in `save`

    reader = Reader(BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False))
    reader.load_state_dict(load_file(folder / WEIGHTS))
    return reader.eval(), Encoder(folder / TOKENIZER)
