"""The bare loop: sentence-transformers and a flat FAISS index, and nothing besides.

The limit that a tool on the same two libraries can come near. Run as `measured` says, by the peers'
Python.
"""

import json
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer

from evals.peers.measured import NEAREST, run


class BareLoop:
    """The loop that anyone would write first."""

    def __init__(self, model: str, *, builds: bool) -> None:
        del builds  # one model for both
        self._model = SentenceTransformer(model, device="cpu", local_files_only=True)
        self._index: faiss.Index | None = None
        self._texts: list[str] = []

    def build(self, texts: list[str], folder: Path) -> None:
        """Embed the texts, which the library sorts by length, and save an index of them."""
        vectors = self._model.encode_document(
            texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / "index.faiss"))
        (folder / "texts.json").write_text(json.dumps(texts), "utf-8")

    def open(self, folder: Path) -> None:
        """Open what `build` saved."""
        self._index = faiss.read_index(str(folder / "index.faiss"))
        self._texts = json.loads((folder / "texts.json").read_text("utf-8"))

    def search(self, question: str) -> list[int]:
        """Return the places of the nearest passages, nearest first."""
        vectors = self._model.encode_query(
            [question], normalize_embeddings=True, show_progress_bar=False
        )
        assert self._index is not None  # noqa: S101 - it was opened
        places: list[int] = self._index.search(vectors, NEAREST)[1][0].tolist()
        assert all(self._texts[place] for place in places)  # noqa: S101 - as whoever asks reads them
        return places


if __name__ == "__main__":
    run(BareLoop)
