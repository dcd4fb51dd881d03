"""Kept: the answers of each collection that a worker serves, so that they can be read again.

Knows nothing of requests, nor of how answers are made.
"""

import threading
from pathlib import Path

from rag.records.answers import AnswerRecords
from rag.redact import Redactor

# Files that are open at a time; of more collections the one that was used longest ago is closed.
OPEN = 16


class KeptAnswers:
    """The kept answers, by the folders of their collections. Threads share it, workers the files.

    Args:
        limit: how many are kept of each collection; 0 keeps none.
        redactor: knows what must not be stored.
    """

    def __init__(self, limit: int, redactor: Redactor) -> None:
        self._limit = limit
        self._redactor = redactor
        self._records: dict[Path, AnswerRecords] = {}
        self._lock = threading.Lock()

    def of(self, folder: Path) -> AnswerRecords | None:
        """Return the answers of a collection; None where none are kept."""
        if not self._limit:
            return None
        with self._lock:
            records = self._records.pop(folder, None)
            if records is None:
                records = AnswerRecords(folder, limit=self._limit, redactor=self._redactor)
            self._records[folder] = records
            if len(self._records) > OPEN:
                # Whoever uses it at this moment opens it again.
                self._records.pop(next(iter(self._records))).close()
            return records

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            for records in self._records.values():
                records.close()
            self._records.clear()
