"""Dateline itself, run as its peers are (see `measured`), by Dateline's own Python.

Building does what `dateline build` does with articles that were read: sentences' vectors, the
full-text index and origins come besides the passages' vectors. Searching is by vectors and by
words, with all the ranking but for the reader, as `dateline search --no-reader` does.
"""

import os
from pathlib import Path

from evals.peers.measured import NEAREST, run
from index.embedding import LocalModel
from index.models import cache_folder
from index.passages import CHUNKING, embed_windows
from index.sqlite.store import SqliteStore
from index.store import Recipe
from index.types import Article
from rag.question import parse_question
from rag.retrieve import retrieve


class Dateline:
    """Dateline's own steps."""

    def __init__(self, model: str, *, builds: bool) -> None:
        self._model = LocalModel(model, cache_folder(os.environ) / "models")
        self._embedder = self._model.for_building() if builds else None

    def build(self, texts: list[str], folder: Path) -> None:
        """Embed the texts and save a collection of them."""
        embedder = self._embedder
        assert embedder is not None  # noqa: S101 - it was loaded to build
        articles = [Article(id=str(place), text=text) for place, text in enumerate(texts)]
        store = SqliteStore(folder, create=True)
        recipe = Recipe(embedder.identity, CHUNKING, embedder.precision)
        for window in embed_windows(articles, embedder):
            store.write(recipe, window)
        if store.info().passages != len(texts):
            raise ValueError("a text is no single passage")
        store.close()

    def open(self, folder: Path) -> None:
        """Open what `build` saved."""
        self._store = SqliteStore(folder)
        self._asking = self._model.for_asking(self._store.info().recipe.model)

    def search(self, question: str) -> list[int]:
        """Return the places of the nearest passages, nearest first."""
        parsed = parse_question(question)
        with self._store.reading():
            vector = self._asking.embed_query(question)
            found = retrieve(self._store, parsed, vector, kept=NEAREST)
            return self._places([hit.passage for hit in found])

    def _places(self, passages: list[int]) -> list[int]:
        articles = self._store.places(passages)
        return [int(articles[passage].article) for passage in passages]


if __name__ == "__main__":
    run(Dateline)
