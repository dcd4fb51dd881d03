"""txtai, with its texts kept (SQLite) and its FAISS index. Run as `measured` says."""

from pathlib import Path

from txtai import Embeddings

from evals.peers.measured import NEAREST, run


class Txtai:
    """An index as its documentation makes one."""

    def __init__(self, model: str, *, builds: bool) -> None:
        self._embeddings = Embeddings(path=model, content=True, gpu=False)
        if builds:
            self._embeddings.transform("a")  # loads the model, which opening does by itself

    def build(self, texts: list[str], folder: Path) -> None:
        """Embed the texts and save an index of them."""
        self._embeddings.index(enumerate(texts))
        self._embeddings.save(str(folder / "index"))

    def open(self, folder: Path) -> None:
        """Open what `build` saved."""
        self._embeddings.load(str(folder / "index"))

    def search(self, question: str) -> list[int]:
        """Return the places of the nearest passages, nearest first."""
        return [int(one["id"]) for one in self._embeddings.search(question, NEAREST)]


if __name__ == "__main__":
    run(Txtai)
