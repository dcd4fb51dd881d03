"""Deterministic stand-ins whose output depends on the text, so that rankings mean something."""

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np

from index.embed import PassageText, unit
from index.models import ModelIdentity
from index.types import PassageVectors, Span, Vector
from rag.reader import Reading, ShortAnswer, ToRead
from rag.words import content_words, words

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
    """Reads by counting the question's words; the short answer is the first number or name.

    `asked` are the questions that it was given, each with how many passages.
    """

    def __init__(self, closely: "WordReader | None" = None) -> None:
        self.closely = closely
        self.asked: list[tuple[str, int]] = []

    def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
        self.asked.append((question, len(passages)))
        asked = set(content_words(question))

        def held(text: str) -> float:
            return 4.0 * len(asked & set(words(text))) / max(1, len(asked)) - 2.0

        return [
            Reading(
                held(" ".join((passage.title, *passage.sentences))),
                tuple(held(sentence) for sentence in passage.sentences),
                tuple(self._short(sentence) for sentence in passage.sentences),
            )
            for passage in passages
        ]

    @staticmethod
    def _short(sentence: str) -> ShortAnswer | None:
        found = re.search(r"\d[\d.,]*%?|(?<=\s)[A-Z]\w+", sentence)
        return ShortAnswer(Span(*found.span()), len(found.group()) / 10) if found else None
