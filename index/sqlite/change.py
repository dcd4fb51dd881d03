"""Change: articles go into the tables of a collection and out of them, within one transaction."""

import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, fields

import numpy as np

from index.origin import fingerprint
from index.sqlite.database import SqliteDatabase
from index.sqlite.origins import SqliteOrigins
from index.sqlite.schema import recipe_to_json
from index.store import EmbeddedArticle, Known, Recipe
from index.types import Article

ARTICLE_FIELDS = tuple(field.name for field in fields(Article))
STORED_FIELDS = (
    *ARTICLE_FIELDS,
    *("digest", "source", "removed", "intake", "origin", "fingerprint"),
)


class Change:
    """One change to a collection, which makes its next generation.

    Args:
        database: in a transaction that writes.
        generation: the one that the change makes.
        known: what it was worked out from, see `index.store.Store.write`.
    """

    def __init__(
        self, database: SqliteDatabase, generation: int, known: Mapping[str, Known] | None
    ) -> None:
        self._db = database
        self._generation = generation
        self._known = known
        self._origins = SqliteOrigins(database)

    def remove(self, article_ids: Collection[str]) -> None:
        """Remove articles; those that are not there are ignored.

        Raises:
            ChangedError: one of them is not as it was known.
        """
        for article_id in article_ids:
            there = self._there(article_id)
            if there is not None:
                self._check(article_id, there)
                self._remove(article_id)

    def add(self, additions: Iterable[EmbeddedArticle]) -> None:
        """Add articles, each in the place of what has its id.

        Raises:
            ChangedError: what has the id of one of them is not as it was known.
        """
        for embedded in additions:
            article_id, there = embedded.article.id, self._there(embedded.article.id)
            if there == (embedded.article.digest, embedded.intake.digest):
                continue  # another process has put in the same
            self._check(article_id, there)
            self._remove(article_id)
            self._add(embedded)

    def finish(self, recipe: Recipe) -> None:
        """Settle what depends on the change as a whole, and make its generation the latest."""
        self._origins.settle()
        origins = self._db.sql.execute("SELECT count(*) FROM articles WHERE origin = id").fetchone()
        self._db.set_meta("origins", str(origins[0]))
        self._db.set_meta("generation", str(self._generation))
        self._db.set_meta("recipe", json.dumps(recipe_to_json(recipe)))
        self._db.sql.execute(
            "INSERT INTO generations VALUES (?, ?)", (self._generation, secrets.token_hex(16))
        )

    def _there(self, article_id: str) -> tuple[str, str] | None:
        row = self._db.sql.execute(
            "SELECT digest, intake FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        return row and (row[0], row[1])

    def _check(self, article_id: str, there: tuple[str, str] | None) -> None:
        if self._known is None:
            return
        known = self._known.get(article_id)
        if there != (known and (known.digest, known.intake)):
            raise self._db.changed()

    def _add(self, embedded: EmbeddedArticle) -> None:
        article, intake = embedded.article, embedded.intake
        shingles = fingerprint(article)
        values = (
            *(getattr(article, name) for name in ARTICLE_FIELDS),
            *(article.digest, intake.source),
            json.dumps([astuple(part) for part in intake.removed], ensure_ascii=False),
            *(intake.digest, article.id, np.array(shingles.hashes, dtype="<i8").tobytes()),
        )
        marks = ", ".join("?" * len(values))
        [key] = self._db.sql.execute(
            f"INSERT INTO articles ({', '.join(STORED_FIELDS)}) VALUES ({marks}) RETURNING key",  # noqa: S608
            values,
        ).fetchone()
        self._origins.add(key, article, shingles)
        heading = _heading(article.title, article.outlet, article.author)
        for passage, vectors in zip(embedded.passages, embedded.vectors, strict=True):
            sentences = np.array([(s.start, s.end) for s in passage.sentences], dtype="<i4")
            row = self._db.sql.execute(
                "INSERT INTO passages (article, start, end, sentences, vector, sentence_vectors) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(key, passage.span.start, passage.span.end, sentences.tobytes()),
                    vectors.passage.astype("<f4").tobytes(),
                    vectors.sentences.astype("<f2").tobytes(),
                ),
            ).lastrowid
            self._db.sql.execute(
                "INSERT INTO words (rowid, heading, body) VALUES (?, ?, ?)",
                (row, heading, passage.span.of(article.text)),
            )
        self._db.add_to_meta("articles", 1)
        self._db.add_to_meta("passages", len(embedded.passages))

    def _remove(self, article_id: str) -> None:
        article = self._db.sql.execute(
            "SELECT key, fingerprint, text, title, outlet, author FROM articles WHERE id = ?",
            (article_id,),
        ).fetchone()
        if article is None:
            return
        key, hashes, text, *named = article
        rows = self._db.sql.execute("SELECT id, start, end FROM passages WHERE article = ?", (key,))
        passages = rows.fetchall()
        # A contentless table forgets a row only when told again what the row said.
        self._db.sql.executemany(
            "INSERT INTO words (words, rowid, heading, body) VALUES ('delete', ?, ?, ?)",
            [(row, _heading(*named), text[start:end]) for row, start, end in passages],
        )
        self._db.sql.executemany(
            "INSERT INTO removed_passages VALUES (?, ?)",
            [(row[0], self._generation) for row in passages],
        )
        self._origins.remove(key, hashes)
        self._db.sql.execute("DELETE FROM passages WHERE article = ?", (key,))
        self._db.sql.execute("DELETE FROM articles WHERE key = ?", (key,))
        self._db.add_to_meta("articles", -1)
        self._db.add_to_meta("passages", -len(passages))


def _heading(*named: str | None) -> str:
    """Return what is searched beside a passage: its article's title, outlet and author."""
    return "\n".join(name for name in named if name)
