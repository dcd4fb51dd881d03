"""Store: where a collection is kept and searched, as a protocol that engines can implement.

A store keeps articles, their passages and their vectors, and finds passages by vector and by word.
It knows nothing of how vectors are made or what they are searched for. `index.sqlite.store` is the
one that ships; tests/test_store_contract.py is what any other must pass.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from index.models import ModelIdentity
from index.types import Article, Passage, PassageVectors, Removed, Vector, Vectors


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a collection's passages and vectors are made; those of two recipes never mix.

    Attributes:
        model: the embedding model.
        chunking: the version of the rules that cut articles into passages.
        precision: the number format the vectors were computed in. It may differ between articles.
    """

    model: ModelIdentity
    chunking: int
    precision: str

    def mixes_with(self, other: "Recipe") -> bool:
        """Tell whether vectors made by both can be searched together."""
        return (self.model.digest, self.chunking) == (other.model.digest, other.chunking)


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """What a collection holds. `generation` grows by one with each change."""

    generation: int
    recipe: Recipe
    articles: int
    passages: int
    origins: int


@dataclass(frozen=True, slots=True)
class Intake:
    """How an article came in.

    Attributes:
        source: the file or address it was read from, with a part of it after "#" where that holds
            several; None for one that came from neither.
        removed: what stood around the story there and is not part of it.
    """

    source: str | None = None
    removed: tuple[Removed, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over all of it, in hex."""
        parts = (self.source, *((part.text, part.reason) for part in self.removed))
        return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()


@dataclass(frozen=True, slots=True)
class EmbeddedArticle:
    """An article ready to be stored, with the vectors of each of its passages, in order."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: tuple[PassageVectors, ...]
    intake: Intake = Intake()


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether a stored article is another, or has changed.

    Attributes:
        digest, intake: the digests of the article and of how it came in.
        source, title: its own.
    """

    digest: str
    intake: str
    source: str | None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in a collection's list. `text` is empty there; `origin` names its origin."""

    article: Article
    origin: str
    source: str | None
    passages: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it was stored. `sentence_vectors` has a row for each of its sentences."""

    id: int
    passage: Passage
    sentence_vectors: Vectors


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands: the ids of its article and of that one's origin."""

    article: str
    origin: str


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that a search found; of two matches, the better has the higher score."""

    passage: int
    score: float


class Store(Protocol):
    """A collection of articles that can be searched.

    Every method raises StoreError when the storage underneath fails. While nothing has
    been stored, everything but `write` and `close` raises NoCollectionError. A store is used by the
    thread that opened it.
    """

    def reading(self) -> AbstractContextManager[None]:
        """Return a context in which everything that is read belongs to one state.

        What others write meanwhile is seen after it.
        """

    def info(self) -> CollectionInfo:
        """Return what the collection holds."""

    def known(self) -> dict[str, Known]:
        """Return what tells whether an article has changed, by its id."""

    def listed(self) -> Iterator[Listed]:
        """Return every article without its text, in the order of their ids."""

    def write(
        self,
        recipe: Recipe,
        additions: Iterable[EmbeddedArticle],
        removals: Collection[str] = (),
        *,
        since: int | None = None,
        known: Mapping[str, Known] | None = None,
    ) -> CollectionInfo:
        """Remove articles, then add or replace others, as one change: all of it or nothing.

        `additions` is consumed while the change is being made; an exception from it undoes the
        change and is raised on. Unknown ids in `removals` are ignored.

        Args:
            recipe: how the additions were made.
            additions: what to add, or to put in the place of what has its id.
            removals: ids.
            since: the generation that the change was worked out from, 0 for an empty store.
            known: the articles that the change was worked out from; one that it replaces or
                removes must still be as it was known, and one that it adds still be absent.

        Raises:
            ChangedError: the store is no longer at the generation `since`, or an article is not
                as it was `known`.
            MismatchError: articles that stay were stored by a recipe that does not mix with this.
        """

    def article(self, article_id: str) -> Article | None:
        """Return one article exactly as it was stored, or None.

        Raises:
            StoreError: what is stored is no longer what was stored.
        """

    def intake(self, article_id: str) -> Intake | None:
        """Return how an article came in, or None where there is no such article."""

    def embedded(self, article_id: str) -> EmbeddedArticle | None:
        """Return one article with its passages and vectors as they were stored, or None."""

    def outlets(self) -> frozenset[str]:
        """Return the names of all outlets, as their articles give them."""

    def articles_of(self, outlets: Collection[str]) -> set[str]:
        """Return the ids of the articles whose outlet is one of these, by its whole name."""

    def origins(self, article_ids: Collection[str]) -> dict[str, str]:
        """Return the origin of each article that is there.

        Articles that carry the same reporting (`index.origin`) share one. It is named by the id of
        the earliest of them, so its name may change as articles come and go.
        """

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Return passages in the order of `ids`; those that are gone are left out."""

    def places(self, passages: Collection[int]) -> dict[int, Place]:
        """Return where passages stand; those that are gone are left out."""

    def search_vectors(
        self, query: Vector, limit: int, articles: Collection[str] | None = None
    ) -> list[Match]:
        """Return the passages nearest to a unit vector, best first, scored by cosine.

        `articles` are the ids of those to search in; None is all.
        """

    def search_words(
        self, words: Collection[str], limit: int, articles: Collection[str] | None = None
    ) -> list[Match]:
        """Return the passages that hold any of the words, best first, scored by BM25.

        `articles` are the ids of those to search in; None is all. Words match by their stems,
        whatever their case and accents, in the passage or in its article's title, outlet or author.
        So that a search stays fast in a large collection, its most frequent words may only help to
        rank there what the rarer ones find, but never where that would leave nothing to be found.
        """

    def count_with_word(self, word: str) -> int:
        """Return how many passages hold a word, likewise."""

    def close(self) -> None:
        """Let go of files and connections. A closed store is not used again."""
