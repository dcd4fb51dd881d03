"""LlamaIndex with FAISS: a vector index of text nodes. Run as `measured` says."""

from pathlib import Path

import faiss
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore

from evals.peers.measured import NEAREST, run


class LlamaIndex:
    """An index as its documentation makes one, with batches as large as everyone's."""

    def __init__(self, model: str, *, builds: bool) -> None:
        del builds  # one model for both
        self._model = HuggingFaceEmbedding(model_name=model, device="cpu", embed_batch_size=32)
        self._retriever = None

    def build(self, texts: list[str], folder: Path) -> None:
        """Embed the texts and save an index of them."""
        dimension = len(self._model.get_query_embedding("a"))
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(dimension))
        index = VectorStoreIndex(
            [TextNode(id_=str(place), text=text) for place, text in enumerate(texts)],
            storage_context=StorageContext.from_defaults(vector_store=store),
            embed_model=self._model,
        )
        index.storage_context.persist(str(folder))

    def open(self, folder: Path) -> None:
        """Open what `build` saved."""
        context = StorageContext.from_defaults(
            vector_store=FaissVectorStore.from_persist_dir(str(folder)), persist_dir=str(folder)
        )
        index = load_index_from_storage(context, embed_model=self._model)
        self._retriever = index.as_retriever(similarity_top_k=NEAREST)

    def search(self, question: str) -> list[int]:
        """Return the places of the nearest passages, nearest first."""
        assert self._retriever is not None  # noqa: S101 - it was opened
        return [int(one.node.node_id) for one in self._retriever.retrieve(question)]


if __name__ == "__main__":
    run(LlamaIndex)
