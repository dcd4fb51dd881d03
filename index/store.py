"""Store: where a collection is kept and searched, as a protocol that engines can implement.

A store keeps articles, their passages and their vectors, and finds passages by vector and by word.
It knows nothing of how vectors are made or what they are searched for. `index.sqlite_store` is the
one that ships; tests/test_store_contract.py is what any other must pass.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from index.embed import PassageVectors, Vector, Vectors
from index.models import ModelIdentity
from index.types import Article, Passage


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


@dataclass(frozen=True, slots=True)
class EmbeddedArticle:
    """An article ready to be stored, with the vectors of each of its passages, in order."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: tuple[PassageVectors, ...]


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it was stored. `sentence_vectors` has a row for each of its sentences."""

    id: int
    passage: Passage
    sentence_vectors: Vectors


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that a search found; of two matches, the better has the higher score."""

    passage: int
    score: float


class Store(Protocol):
    """A collection of articles that can be searched.

    Every method raises StoreError when the storage underneath fails. `info`, `digests` and
    `search_vectors` raise NoCollectionError while nothing has been stored. A store is used by the
    thread that opened it.
    """

    def reading(self) -> AbstractContextManager[None]:
        """Return a context in which everything that is read belongs to one state.

        What others write meanwhile is seen after it.
        """

    def info(self) -> CollectionInfo:
        """Return what the collection holds."""

    def digests(self) -> dict[str, str]:
        """Return the digest of each article, by its id."""

    def write(
        self,
        recipe: Recipe,
        additions: Iterable[EmbeddedArticle],
        removals: Collection[str] = (),
        *,
        since: int | None = None,
    ) -> CollectionInfo:
        """Remove articles, then add or replace others, as one change: all of it or nothing.

        `additions` is consumed while the change is being made; an exception from it undoes the
        change and is raised on. Unknown ids in `removals` are ignored. `since` is the generation
        that the change was worked out from, 0 for an empty store.

        Raises:
            ChangedError: the store is no longer at the generation `since`.
            MismatchError: articles that stay were stored by a recipe that does not mix with this.
        """

    def article(self, article_id: str) -> Article | None:
        """Return one article exactly as it was stored, or None.

        Raises:
            StoreError: what is stored is no longer what was stored.
        """

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Return passages in the order of `ids`; those that are gone are left out."""

    def search_vectors(self, query: Vector, limit: int) -> list[Match]:
        """Return the passages nearest to a unit vector, best first, scored by cosine."""

    def search_words(self, words: Collection[str], limit: int) -> list[Match]:
        """Return the passages that hold any of the words, best first, scored by BM25.

        Words match by their stems, whatever their case and accents, in the passage or in its
        article's title, outlet or author.
        """

    def count_with_word(self, word: str) -> int:
        """Return how many passages hold a word, likewise."""

    def close(self) -> None:
        """Let go of files and connections. A closed store is not used again."""
