"""The words that every part of Dateline shares: Article, Passage, Span, Story.

These are plain values. They know nothing of files, models or databases. Every offset is a
half-open range of Unicode code points into an article's text.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""Shape (dimension,), length 1."""
Vectors = npt.NDArray[np.float32]
"""Shape (n, dimension), every row of length 1."""
Ids = npt.NDArray[np.int64]
"""Shape (n,)."""
Sums = npt.NDArray[np.uint32]
"""Shape (n,): checksums."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of Unicode code points in an article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the part of `text` that the span covers."""
        return text[self.start : self.end]

    def __len__(self) -> int:
        """Return how many code points it covers."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was loaded.

    `text` is what quotations are checked against, character for character. `published` and
    `updated` are ISO 8601 with the precision that the source gave (a year, a day, a minute, with
    or without an offset); what the source does not say is None, never a guess.
    """

    id: str
    text: str
    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    url: str | None = None
    language: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over every field, in hex: equal digests mean an equal article."""
        fields = (
            *(self.id, self.text, self.title, self.outlet, self.author),
            *(self.published, self.updated, self.url, self.language),
        )
        return hashlib.sha256(repr(fields).encode("utf-8", "backslashreplace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one article: the unit that is embedded and retrieved.

    `sentences` are the spans of the sentences in it, in order, within `span` and not overlapping.
    Only whole sentences are ever quoted.
    """

    article: str
    span: Span
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """A passage's own vector and one for each of its sentences."""

    passage: Vector
    sentences: Vectors


@dataclass(frozen=True, slots=True)
class Removed:
    """A stretch of a document that is not part of the story, and what it was taken for."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Story:
    """One story as a document told it: an article that has no id of its own yet.

    Fields are as in Article. `id` is the name that the document itself gives it, if any. `removed`
    is what stood around the story, in the document's order.
    """

    text: str
    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    url: str | None = None
    language: str | None = None
    id: str | None = None
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A part of a document that should have been a story and could not be read as one."""

    reason: str
