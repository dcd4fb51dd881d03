"""Dateline's search by vectors alone, which is all that its peers do. Run as `measured` says."""

from evals.peers.measured import NEAREST, run
from evals.peers.with_dateline import Dateline


class Vectors(Dateline):
    """Dateline without words and ranking; its collection is the same."""

    def search(self, question: str) -> list[int]:
        """Return the places of the nearest passages, nearest first."""
        with self._store.reading():
            found = self._store.search_vectors(self._asking.embed_query(question), NEAREST)
            return self._places([match.passage for match in found])


if __name__ == "__main__":
    run(Vectors)
