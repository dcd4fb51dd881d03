"""Deterministic stand-ins whose output depends on the text, so that rankings mean something."""

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np

from index.embed import PassageText, unit
from index.models import ModelIdentity
from index.types import PassageVectors, Span, Vector
from rag.reader import UNREAD, Reading, ShortAnswer, ToRead
from rag.words import STOP_WORDS, content_words, stem, words

DIMENSION = 64


class WordEmbedder:
    """Embeds a text as the bag of its words: texts that share words are near each other."""

    precision = "float32"

    def __init__(self, name: str = "words", max_tokens: int = 256) -> None:
        self.identity = ModelIdentity(name, f"digest of {name}", DIMENSION, max_tokens)
        self.embedded: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed_query(self, text: str) -> Vector:
        vector = np.full(DIMENSION, 1e-6, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % DIMENSION] += 1
        return unit(vector)

    def embed_passages(self, passages: Sequence[PassageText]) -> Iterator[PassageVectors]:
        for passage in passages:
            self.embedded.append(passage.text)
            sentences = [self.embed_query(span.of(passage.text)) for span in passage.sentences]
            yield PassageVectors(
                self.embed_query(passage.prefix + passage.text), np.stack(sentences)
            )


class WordModel:
    """The embedding model of WordEmbedder, in both its roles."""

    def __init__(self, embedder: WordEmbedder | None = None) -> None:
        self.embedder = embedder or WordEmbedder()

    def digest(self) -> str:
        return self.embedder.identity.digest

    def for_building(self, *, characters: int | None = None) -> WordEmbedder:
        assert characters is None or characters >= 0
        return self.embedder

    def for_asking(self, identity: ModelIdentity) -> WordEmbedder:
        assert identity == self.embedder.identity
        return self.embedder


class WordReader:
    """Reads by words: a sentence answers the more surely, the more of the question's it holds.

    The short answer is the first word that the question does not hold: it is what is told of them.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
        self.asked.append((question, len(passages)))
        wanted = frozenset(stem(word) for word in content_words(question))
        return [self._reading(wanted, passage) for passage in passages]

    def _reading(self, wanted: frozenset[str], passage: ToRead) -> Reading:
        logits = tuple(self._logit(wanted, sentence) for sentence in passage.sentences)
        answers = tuple(self._answer(wanted, sentence) for sentence in passage.sentences)
        return Reading(max(logits, default=UNREAD), logits, answers)

    @staticmethod
    def _logit(wanted: frozenset[str], sentence: str) -> float:
        held = wanted.intersection(stem(word) for word in words(sentence))
        return 10 * len(held) / max(1, len(wanted)) - 5 - len(sentence) / 10_000

    @staticmethod
    def _answer(wanted: frozenset[str], sentence: str) -> ShortAnswer | None:
        for found in re.finditer(r"[\w.]*\w%?", sentence):
            parts = words(found.group())
            if parts and not any(part in STOP_WORDS or stem(part) in wanted for part in parts):
                return ShortAnswer(Span(*found.span()), 1.0)
        return None
