"""Reader: a network reads a question with a passage, and says which sentences answer.

There are two, both our own and made by `evals/reader/`, quantised to eight bits, and run by
onnxruntime; torch is not needed. A small one reads all passages, a larger one the best of them once
more, closely. Their cards are `rag/reader_model/README.md` and `rag/close_reader_model/README.md`.
Knows nothing of where passages come from.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.types import Span
from rag.network import TOKENIZER, Network
from rag.reader_input import Encoded, Encoder, collate

GRAPH = "reader.onnx"
OUTPUTS = ("sentence_logits", "passage_logits", "end_logits")
# Passages that are read together; they are padded to the longest.
AT_ONCE = 4
# An answer's tokens at most.
LONGEST_ANSWER = 24
# What a sentence gets that could not be read: less than any that was.
UNREAD = -12.0


@dataclass(frozen=True, slots=True)
class ToRead:
    """A passage as it is put to the reader: its sentences in order, and its article's title."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """Where in a sentence the answer may be, in characters of it; `score` is a logit."""

    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a passage.

    Attributes:
        passage: the logit that the passage answers.
        sentences: for each sentence the logit that it answers.
        answers: for each sentence its likeliest short answer; None where it could not be read.
    """

    passage: float
    sentences: tuple[float, ...]
    answers: tuple[ShortAnswer | None, ...]


class PassageReader(Protocol):
    """Whatever reads passages for a question."""

    @property
    def closely(self) -> "PassageReader | None":
        """What reads the best of them once more, and better; None where nothing does."""
        ...

    def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
        """Return what it makes of each passage, in order."""
        ...


class OnnxReader:
    """Reads with the exported network.

    Args:
        folder: what `python -m evals.reader.export` wrote.
        closely: gives what reads the best passages once more, when it is first needed.

    Raises:
        ReaderError: a file is missing, or is not the one that was exported.
    """

    def __init__(self, folder: Path, closely: "Callable[[], OnnxReader] | None" = None) -> None:
        self._closely = closely
        self._network = Network(folder, GRAPH, "install Dateline again, or ask with --no-reader")
        self._encoder = Encoder(folder / TOKENIZER)

    @property
    def closely(self) -> "OnnxReader | None":
        """What reads the best of them once more, and better; None where nothing does.

        Raises:
            ReaderError: it is damaged.
        """
        return None if self._closely is None else self._closely()

    def loaded(self) -> "OnnxReader":
        """Return it once what reads closely is loaded, too.

        Raises:
            ReaderError: that is damaged.
        """
        if self._closely is not None:
            self._closely()
        return self

    def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
        """Return what it makes of each passage, in order.

        What is too long to be read at once is read in parts, and counts as its best part.
        """
        parts = [
            (place, first, encoded)
            for place, passage in enumerate(passages)
            for first, encoded in self._parts(question, passage)
        ]
        readings = [
            _Joined([UNREAD] * len(p.sentences), [None] * len(p.sentences)) for p in passages
        ]
        # Pairs of a length go together, so that little of the work is spent on padding.
        parts.sort(key=lambda part: len(part[2].tokens))
        for start in range(0, len(parts), AT_ONCE):
            group = parts[start : start + AT_ONCE]
            outputs = self._run([encoded for *_, encoded in group])
            for (place, first, encoded), *logits in zip(group, *outputs, strict=True):
                readings[place].add(first, encoded, *logits)
        return [joined.reading() for joined in readings]

    def _parts(self, question: str, passage: ToRead) -> list[tuple[int, Encoded]]:
        """Return the passage as pairs, each with the place of its first sentence."""
        parts = []
        first, sentences = 0, passage.sentences
        while first < len(sentences):
            encoded = self._encoder.encode(question, sentences[first:], passage.title)
            parts.append((first, encoded))
            if encoded.whole:
                break
            # A sentence that was cut off begins the next part; one that no part can hold is cut.
            first += max(1, encoded.read)
        return parts

    def _run(self, encoded: Sequence[Encoded]) -> list[npt.NDArray[np.float32]]:
        batch = collate(encoded)
        feed = {
            "tokens": batch.tokens,
            "attention": batch.attention,
            "types": batch.types,
            "question": batch.question,
            "sentences": batch.sentences,
        }
        return self._network.run(OUTPUTS, feed)


class _Joined:
    """What was made of a passage's parts so far."""

    def __init__(self, sentences: list[float], answers: list[ShortAnswer | None]) -> None:
        self._sentences = sentences
        self._answers = answers
        self._passage = UNREAD

    def add(
        self,
        first: int,
        encoded: Encoded,
        sentences: npt.NDArray[np.float32],
        passage: npt.NDArray[np.float32],
        ends: npt.NDArray[np.float32],
    ) -> None:
        self._passage = max(self._passage, float(passage))
        for place, ((start, end), offsets) in enumerate(
            zip(encoded.sentences, encoded.offsets, strict=True)
        ):
            if start < end and float(sentences[place]) > self._sentences[first + place]:
                self._sentences[first + place] = float(sentences[place])
                self._answers[first + place] = short_answer(ends[start:end], offsets)

    def reading(self) -> Reading:
        return Reading(self._passage, tuple(self._sentences), tuple(self._answers))


def short_answer(ends: npt.NDArray[np.float32], offsets: Sequence[tuple[int, int]]) -> ShortAnswer:
    """Return the likeliest short answer of a sentence.

    Args:
        ends: the logits of each token to be the answer's first and last, shape (tokens, 2).
        offsets: where in the sentence each token stands.
    """
    first, last = best_ends(ends)
    return ShortAnswer(
        Span(offsets[first][0], offsets[last][1]), float(ends[first, 0] + ends[last, 1])
    )


def best_ends(ends: npt.NDArray[np.float32]) -> tuple[int, int]:
    """Return the likeliest first and last token, in this order and not too far apart."""
    count = len(ends)
    scores = ends[:, 0][:, np.newaxis] + ends[:, 1][np.newaxis, :]
    near = np.tri(count, count, LONGEST_ANSWER - 1, dtype=bool) & ~np.tri(count, k=-1, dtype=bool)
    place = int(np.where(near, scores, -np.inf).argmax())
    return place // count, place % count


@cache
def bundled_reader() -> OnnxReader:
    """Return the reader that comes with Dateline, loaded once.

    The one that reads closely is loaded meanwhile: who asks for it waits until it is there.

    Raises:
        ReaderError: it is damaged.
    """
    pool = ThreadPoolExecutor(1)
    loading = pool.submit(_bundled, "close_reader_model")
    pool.shutdown(wait=False)
    return _bundled("reader_model", loading.result)


def _bundled(name: str, closely: Callable[[], OnnxReader] | None = None) -> OnnxReader:
    with as_file(files("rag").joinpath(name)) as folder:
        return OnnxReader(folder, closely)
