"""Answers: every answer is kept with its evidence, in a file of the data folder.

The newest are kept and the older ones go. What cannot be kept is said in one line and costs nobody
an answer. Knows nothing of how an answer is made, nor of how it is shown.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.errors import DatelineError, StoreError
from rag.as_read import HasArticles
from rag.errors import UnknownAnswerError
from rag.records.kept_file import KeptFile
from rag.records.record import AnswerRecord, record_from_bytes, record_of
from rag.redact import Redactor
from rag.scope import Scope
from rag.types import Answer

log = logging.getLogger(__name__)

ANSWERS = "answers.db"
# Fewer characters of an id are no name of it.
MIN_PREFIX = 6
# What an id must share with another to be offered instead of it.
MIN_SHARED = 4
MAX_NEAR = 5
MAX_BYTES = 256_000_000
# What was deleted leaves pages that are free to be written again.
BYTES_USED = (
    "SELECT (c.page_count - f.freelist_count) * s.page_size FROM pragma_page_count AS c, "
    "pragma_freelist_count AS f, pragma_page_size AS s"
)
# A tenth and two more, so that a few large ones go as well, and never the newest.
DELETE_OLDEST = (
    "DELETE FROM answers WHERE number < (SELECT max(number) FROM answers) AND number IN (SELECT "
    "number FROM answers ORDER BY number LIMIT (SELECT count(*) / 10 + 2 FROM answers))"
)
APPLICATION_ID = 0x44_41_4E_53  # "DANS"
VERSION = 1
SCHEMA = """
CREATE TABLE answers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which they were given
    id TEXT NOT NULL UNIQUE,
    asked TEXT NOT NULL,
    question TEXT NOT NULL,
    abstained INTEGER NOT NULL,
    record BLOB NOT NULL                       -- JSON, see rag/records/record.py
)
"""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer in a list: its id, when it was given, the question, whether it abstained."""

    id: str
    asked: str
    question: str
    abstained: bool


class KeepsAnswers(Protocol):
    """Whatever keeps answers."""

    def keep(
        self,
        answer: Answer,
        articles: HasArticles,
        generation: int,
        *,
        history: Sequence[str],
        scope: Scope | None,
    ) -> None:
        """Keep an answer with its evidence; never raise for what cannot be kept.

        Args:
            answer: the answer.
            articles: those that it was made from, in the state in which they were read.
            generation: the collection's in that state.
            history: the earlier questions of its conversation.
            scope: which articles it was asked of; None is all.
        """


class AnswerRecords:
    """The answers of a data folder. Threads may share one, and processes the file.

    Args:
        folder: the data folder; the file is made there with the first answer.
        limit: how many are kept, at least one; the oldest go.
        max_bytes: how large the file may grow; the oldest tenth goes when it is larger.
        redactor: knows what must not be stored, should a question or an answer hold it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limit: int = 10_000,
        max_bytes: int = MAX_BYTES,
        redactor: Redactor | None = None,
    ) -> None:
        self._file = KeptFile(
            folder / ANSWERS, application=APPLICATION_ID, version=VERSION, schema=SCHEMA
        )
        self._limit = limit
        self._max_bytes = max_bytes
        self._redactor = redactor or Redactor()
        self._said: set[str] = set()

    def keep(
        self,
        answer: Answer,
        articles: HasArticles,
        generation: int,
        *,
        history: Sequence[str],
        scope: Scope | None,
    ) -> None:
        """Keep an answer with its evidence, or say once why that cannot be done."""
        try:
            record = record_of(answer, articles, generation, history=history, scope=scope)
            question = self._redactor.text(answer.question)
            content = record.to_bytes(self._redactor)
            with self._file.writing() as sql:
                added = sql.execute(
                    "INSERT INTO answers (id, asked, question, abstained, record) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (answer.id, record.asked, question, answer.abstained, content),
                )
                oldest = int(added.lastrowid or 0) - self._limit
                sql.execute("DELETE FROM answers WHERE number <= ?", (oldest,))
                if sql.execute(BYTES_USED).fetchone()[0] > self._max_bytes:
                    sql.execute(DELETE_OLDEST)
        except (DatelineError, ValueError, OverflowError) as error:
            if str(error) not in self._said:
                self._said.add(str(error))
                log.warning("the answer was not kept: %s", error)

    def get(self, answer_id: str) -> AnswerRecord | None:
        """Return the answer with an id, or None where it is not kept.

        Raises:
            StoreError: the file cannot be read, or holds what was never written to it.
        """
        with self._file.reading() as sql:
            if sql is None:
                return None
            found = sql.execute("SELECT record FROM answers WHERE id = ?", (answer_id,)).fetchone()
        if found is None:
            return None
        try:
            return record_from_bytes(found[0])
        except (AttributeError, KeyError, TypeError, ValueError, DatelineError) as error:
            raise StoreError(
                f"answer {answer_id} in {self._file.path} cannot be read ({error}): ask again"
            ) from error

    def find(self, start: str) -> AnswerRecord:
        """Return the one answer whose id is, or begins with, what is given.

        Args:
            start: at least MIN_PREFIX characters of the id, in any case.

        Raises:
            UnknownAnswerError: there is none, or there are several; names those that come near.
            StoreError: the file cannot be read, or holds what was never written to it.
        """
        # An id is hex; what is no character at all could not even be looked for.
        wanted = start.strip().casefold().encode("ascii", "replace").decode()
        found = self._beginning_with(wanted) if len(wanted) >= MIN_PREFIX else []
        record = self.get(found[0]) if len(found) == 1 else None
        if record is not None:
            return record
        near = found
        for length in range(len(wanted), MIN_SHARED - 1, -1):
            near = near or self._beginning_with(wanted[:length])
        raise UnknownAnswerError(start, near[:MAX_NEAR], several=len(found) > 1)

    def latest(self, count: int) -> tuple[AnswerLine, ...]:
        """Return the last answers, the newest first.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._file.reading() as sql:
            rows = (
                sql.execute(
                    "SELECT id, asked, question, abstained FROM answers "
                    "ORDER BY number DESC LIMIT ?",
                    (count,),
                ).fetchall()
                if sql
                else []
            )
        return tuple(
            AnswerLine(answer_id, asked, question, abstained=bool(abstained))
            for answer_id, asked, question, abstained in rows
        )

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _beginning_with(self, start: str) -> list[str]:
        """Return some ids that begin with a text, the newest first; more than one tells enough."""
        with self._file.reading() as sql:
            rows = (
                sql.execute(
                    "SELECT id FROM answers WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) "
                    "ORDER BY number DESC LIMIT ?2",
                    (start, MAX_NEAR + 1),
                ).fetchall()
                if sql
                else []
            )
        return [row[0] for row in rows]
