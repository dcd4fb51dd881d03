"""Haystack: its embedders and its document store in memory. Run as `measured` says."""

from pathlib import Path
from typing import Any

from haystack import Document
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from evals.peers.measured import NEAREST, run


class Haystack:
    """An index as its documentation makes one; cosines are scalar products here."""

    def __init__(self, model: str, *, builds: bool) -> None:
        settings: dict[str, Any] = {
            "model": model,
            "device": ComponentDevice.from_str("cpu"),
            "local_files_only": True,
            "normalize_embeddings": True,
            "progress_bar": False,
        }
        embedder = (
            SentenceTransformersDocumentEmbedder if builds else SentenceTransformersTextEmbedder
        )
        self._embedder = embedder(**settings)
        self._embedder.warm_up()
        self._retriever: InMemoryEmbeddingRetriever | None = None

    def build(self, texts: list[str], folder: Path) -> None:
        """Embed the texts and save an index of them."""
        store = InMemoryDocumentStore()
        documents = [Document(id=str(place), content=text) for place, text in enumerate(texts)]
        store.write_documents(self._embedder.run(documents)["documents"])
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path) -> None:
        """Open what `build` saved."""
        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        self._retriever = InMemoryEmbeddingRetriever(store, top_k=NEAREST)

    def search(self, question: str) -> list[int]:
        """Return the places of the nearest passages, nearest first."""
        assert self._retriever is not None  # noqa: S101 - it was opened
        vector = self._embedder.run(question)["embedding"]
        return [int(one.id) for one in self._retriever.run(vector)["documents"]]


if __name__ == "__main__":
    run(Haystack)
