"""Reader input: a question and a passage become what the reader's network is fed.

`[CLS] question [SEP] title passage [SEP]`, token types 0 and 1. Which tokens are a sentence's is
told by a matrix of shares, so that the network takes means without knowing words. The same code
makes the input where the reader is trained. Knows nothing of what the reader says.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.network import open_tokenizer

MAX_TOKENS = 320
MAX_QUESTION = 64
MAX_TITLE = 32


@dataclass(frozen=True, slots=True)
class Encoded:
    """A question and a passage as tokens.

    Attributes:
        tokens: the ids, special ones included.
        question: how many of them are the question's, `[CLS]` and the first `[SEP]` included.
        sentences: for each sentence where its tokens start and end; equal where none was read.
        offsets: for each sentence where in it its tokens stand, in characters.
        answer: the first and the last token of the short answer; None where it is not known.
    """

    tokens: tuple[int, ...]
    question: int
    sentences: tuple[tuple[int, int], ...]
    offsets: tuple[tuple[tuple[int, int], ...], ...]
    answer: tuple[int, int] | None = None

    @property
    def whole(self) -> bool:
        """Whether every sentence was read to its end."""
        return self.read == len(self.sentences)

    @property
    def read(self) -> int:
        """How many sentences were read to their ends, before the first that was not."""
        return next(
            (
                place
                for place, ((start, end), offsets) in enumerate(
                    zip(self.sentences, self.offsets, strict=True)
                )
                if end - start < len(offsets)
            ),
            len(self.sentences),
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Encoded pairs, padded to one size.

    Attributes:
        tokens, attention, types: shape (pairs, tokens).
        question: the share that each token has in the mean of the question, shape (pairs, tokens).
        sentences: likewise in the mean of each sentence, shape (pairs, sentences, tokens); all
            zero where a pair has no such sentence.
    """

    tokens: npt.NDArray[np.int64]
    attention: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    question: npt.NDArray[np.float32]
    sentences: npt.NDArray[np.float32]


class Encoder:
    """Turns texts into tokens.

    Args:
        file: the model's `tokenizer.json`.
    """

    def __init__(self, file: Path) -> None:
        self._tokenizer, self._first, self._last = open_tokenizer(file)

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
            question: what is asked.
            sentences: the passage.
            title: its article's, or nothing.
            answers: what the short answer may be.
            answering: the places of the sentences that it may stand in.
        """
        asked, titled, *told = self._tokenizer.encode_batch(
            [question, title, *sentences], add_special_tokens=False
        )
        tokens = [self._first, *asked.ids[:MAX_QUESTION], self._last]
        before = len(tokens)
        tokens += titled.ids[:MAX_TITLE]
        spans = []
        answer = None
        for place, (sentence, encoding) in enumerate(zip(sentences, told, strict=True)):
            start = len(tokens)
            tokens += encoding.ids[: max(0, MAX_TOKENS - 1 - start)]
            spans.append((start, len(tokens)))
            if answer is None and place in answering:
                found = _found(sentence, encoding.offsets, answers)
                if found is not None and start + found[1] < len(tokens):
                    answer = (start + found[0], start + found[1])
        offsets = tuple(tuple(encoding.offsets) for encoding in told)
        return Encoded((*tokens, self._last), before, tuple(spans), offsets, answer)


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
    return Batch(tokens, attention, types, question, sentences)


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
