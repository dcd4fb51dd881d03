"""SqliteStore: a collection in one folder, with SQLite as its only source of truth.

The database holds articles, passages, vectors and the full-text index (FTS5), and survives a kill
at any point. The FAISS file beside it is derived from it (`index.sqlite.vectors`).
"""

import contextlib
import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from index.errors import MismatchError
from index.sqlite.change import ARTICLE_FIELDS, Change
from index.sqlite.database import SqliteDatabase
from index.sqlite.kept import Kept
from index.sqlite.schema import OUTLETS, recipe_from_json
from index.sqlite.sizing import Sizing
from index.sqlite.training import train_apart
from index.sqlite.vectors import SqliteVectors, Training
from index.sqlite.words import SqliteWords
from index.store import (
    CollectionInfo,
    EmbeddedArticle,
    Intake,
    Known,
    Listed,
    Match,
    Place,
    Recipe,
    StoredPassage,
)
from index.types import Article, Ids, Passage, PassageVectors, Removed, Span, Vector

T = TypeVar("T")
PASSAGES_OF = (
    "SELECT p.id FROM passages AS p JOIN articles AS a ON a.key = p.article "
    "WHERE a.id IN (SELECT value FROM json_each(?))"
)
COLUMNS = ", ".join(ARTICLE_FIELDS)
COLUMNS_BUT_TEXT = ", ".join("''" if name == "text" else name for name in ARTICLE_FIELDS)
# How many values SQLite surely takes in one statement.
MAX_MARKS = 500
# What questions read again and again stays in memory: some ten megabytes of it at most.
KEPT_ARTICLES = 200
KEPT_PASSAGES = 500


class SqliteStore:
    """A store in a folder on this machine.

    Args:
        folder: the data folder.
        create: make the folder and the database with the first change, where there is none.
        sizing: which vector index is used from which size on, see `index.sqlite.sizing`.
        training: sees to it that the cells of a large collection are worked out; by default that
            is started in a process of its own.

    Raises:
        NoCollectionError: there is no collection and `create` is false.
        MismatchError: the database was made by another version of Dateline, or is not ours.
        StoreError: the folder or the database cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        *,
        create: bool = False,
        sizing: Sizing | None = None,
        training: Training = train_apart,
    ) -> None:
        self.folder = folder
        self._db = SqliteDatabase(folder, create=create)
        self._vectors = SqliteVectors(self._db, sizing, training)
        self._words = SqliteWords(self._db)
        self._infos = Kept[None, CollectionInfo](self._db, 2)
        self._outlets = Kept[None, frozenset[str]](self._db, 2)
        self._articles = Kept[str, Article | None](self._db, KEPT_ARTICLES)
        self._passages = Kept[int, StoredPassage](self._db, KEPT_PASSAGES)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Return a context in which everything that is read belongs to one state."""
        with self._db.reporting(), self._db.transaction():
            yield

    def info(self) -> CollectionInfo:
        """Return what the collection holds."""
        with self.reading():
            infos = self._infos.now()
            if None not in infos:
                infos[None] = self._info()
            return infos[None]

    def known(self) -> dict[str, Known]:
        """Return what tells whether an article has changed, by its id."""
        with self.reading():
            self._info()
            rows = self._db.sql.execute("SELECT id, digest, intake, source, title FROM articles")
            return {row[0]: Known(*row[1:]) for row in rows}

    def listed(self) -> Iterator[Listed]:
        """Return every article without its text, in the order of their ids."""
        counted = "(SELECT count(*) FROM passages WHERE article = key)"
        with self.reading():
            self._info()
            rows = self._db.sql.execute(
                f"SELECT {COLUMNS_BUT_TEXT}, origin, source, {counted} FROM articles ORDER BY id"  # noqa: S608
            ).fetchall()
        for *values, origin, source, passages in rows:
            yield Listed(Article(*values), origin, source, passages)

    def write(
        self,
        recipe: Recipe,
        additions: Iterable[EmbeddedArticle],
        removals: Collection[str] = (),
        *,
        since: int | None = None,
        known: Mapping[str, Known] | None = None,
    ) -> CollectionInfo:
        """Remove articles, then add or replace others, as one change: all of it or nothing."""
        with self._db.reporting(), self._forgetting():
            with self._db.transaction("IMMEDIATE"):
                generation = int(self._db.meta("generation") or 0)
                if since not in {None, generation}:
                    raise self._db.changed()
                self._db.sql.execute(OUTLETS)
                change = Change(self._db, generation + 1, known)
                change.remove(removals)
                self._refuse_to_mix(recipe)
                change.add(additions)
                change.finish(recipe)
                info = self._info()
            with self._db.transaction():
                # What another has written since is part of the file, too.
                self._vectors.checkpoint()
        return info

    def article(self, article_id: str) -> Article | None:
        """Return one article exactly as it was stored, or None."""
        with self.reading():
            articles = self._articles.now()
            if article_id not in articles:
                articles[article_id] = self._article(article_id)
            return articles[article_id]

    def _article(self, article_id: str) -> Article | None:
        row = self._db.sql.execute(
            f"SELECT {COLUMNS}, digest FROM articles WHERE id = ?",  # noqa: S608 - our names
            (article_id,),
        ).fetchone()
        if row is None:
            return None
        article = Article(*row[:-1])
        if article.digest != row[-1]:
            raise self._db.damaged(f"article {article_id} is not what was stored")
        return article

    def intake(self, article_id: str) -> Intake | None:
        """Return how an article came in, or None where there is no such article."""
        with self._db.reporting():
            row = self._db.sql.execute(
                "SELECT source, removed FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
        if row is None:
            return None
        try:
            return Intake(row[0], tuple(Removed(*part) for part in json.loads(row[1])))
        except (TypeError, ValueError) as error:
            raise self._db.damaged(f"what {article_id} was cleaned of cannot be read") from error

    def embedded(self, article_id: str) -> EmbeddedArticle | None:
        """Return one article with its passages and vectors as they were stored, or None."""
        with self.reading():
            article, intake = self.article(article_id), self.intake(article_id)
            if article is None or intake is None:
                return None
            rows = self._db.sql.execute(
                "SELECT p.id, p.vector FROM passages AS p JOIN articles AS a ON a.key = p.article "
                "WHERE a.id = ? ORDER BY p.start",
                (article_id,),
            ).fetchall()
            stored = self.passages([row[0] for row in rows])
        vectors = [np.frombuffer(row[1], dtype="<f4") for row in rows]
        return EmbeddedArticle(
            article,
            tuple(s.passage for s in stored),
            tuple(
                PassageVectors(*pair)
                for pair in zip(vectors, (s.sentence_vectors for s in stored), strict=True)
            ),
            intake,
        )

    def outlets(self) -> frozenset[str]:
        """Return the names of all outlets, as their articles give them."""
        with self.reading():
            kept = self._outlets.now()
            if None not in kept:
                rows = self._db.sql.execute(
                    "SELECT DISTINCT outlet FROM articles WHERE outlet IS NOT NULL"
                )
                kept[None] = frozenset(row[0] for row in rows)
            return kept[None]

    def articles_of(self, outlets: Collection[str]) -> set[str]:
        """Return the ids of the articles whose outlet is one of these, by its whole name."""
        found: set[str] = set()
        with self._db.reporting():
            for names in _batches(outlets):
                rows = self._db.sql.execute(
                    f"SELECT id FROM articles WHERE outlet IN ({_marks(names)})",  # noqa: S608
                    names,
                )
                found.update(row[0] for row in rows)
        return found

    def origins(self, article_ids: Collection[str]) -> dict[str, str]:
        """Return the origin of each article that is there."""
        found: dict[str, str] = {}
        with self._db.reporting():
            for ids in _batches(article_ids):
                found |= self._db.sql.execute(
                    f"SELECT id, origin FROM articles WHERE id IN ({_marks(ids)})",  # noqa: S608
                    ids,
                ).fetchall()
        return found

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Return passages in the order of `ids`; those that are gone are left out."""
        with self.reading():
            found = self._passages.now()
            for batch in _batches([i for i in ids if i not in found]):
                rows = self._db.sql.execute(
                    "SELECT p.id, a.id, p.start, p.end, p.sentences, p.sentence_vectors "  # noqa: S608
                    "FROM passages AS p JOIN articles AS a ON a.key = p.article "
                    f"WHERE p.id IN ({_marks(batch)})",
                    batch,
                )
                found.update((row[0], self._stored_passage(*row)) for row in rows)
            return [found[i] for i in ids if i in found]

    def places(self, passages: Collection[int]) -> dict[int, Place]:
        """Return where passages stand; those that are gone are left out."""
        found: dict[int, Place] = {}
        with self._db.reporting():
            for batch in _batches(passages):
                rows = self._db.sql.execute(
                    "SELECT p.id, a.id, a.origin FROM passages AS p "  # noqa: S608
                    f"JOIN articles AS a ON a.key = p.article WHERE p.id IN ({_marks(batch)})",
                    batch,
                )
                found |= {row[0]: Place(row[1], row[2]) for row in rows}
        return found

    def search_vectors(
        self, query: Vector, limit: int, articles: Collection[str] | None = None
    ) -> list[Match]:
        """Return the passages nearest to a unit vector, best first, scored by cosine."""
        with self.reading():
            info = self._info()
            within = None if articles is None else self._passages_of(articles)
            if info.passages == 0 or limit < 1 or (within is not None and not len(within)):
                return []
            found = self._vectors.search(query, limit, within)
            return [Match(i, score) for i, score in found]

    def search_words(
        self, words: Collection[str], limit: int, articles: Collection[str] | None = None
    ) -> list[Match]:
        """Return the passages that hold any of the words, best first, scored by BM25."""
        with self.reading():
            within = None if articles is None else self._passages_of(articles).tolist()
            passages = int(self._db.meta("passages") or 0)
            return self._words.search(words, limit, within, passages)

    def count_with_word(self, word: str) -> int:
        """Return how many passages hold a word, in themselves or in their article's heading."""
        with self.reading():
            return self._words.count(word)

    def close(self) -> None:
        """Let go of files and connections. A closed store is not used again."""
        self._db.close()

    @contextlib.contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Keep nothing that was read meanwhile: it may be undone with the change."""
        try:
            yield
        finally:
            self._infos.forget()
            self._outlets.forget()
            self._articles.forget()
            self._passages.forget()

    # What follows runs inside `reporting`, and the writing parts inside a transaction.

    def _info(self) -> CollectionInfo:
        generation, recipe = self._db.meta("generation"), self._db.meta("recipe")
        if generation is None or recipe is None:
            raise self._db.nothing_here()
        try:
            read = recipe_from_json(json.loads(recipe))
            counts = [int(self._db.meta(key) or 0) for key in ("articles", "passages", "origins")]
            return CollectionInfo(int(generation), read, *counts)
        except (KeyError, TypeError, ValueError) as error:
            raise self._db.damaged("its record of the model cannot be read") from error

    def _passages_of(self, articles: Collection[str]) -> Ids:
        rows = self._db.sql.execute(PASSAGES_OF, (json.dumps(sorted(articles)),))
        return np.array([row[0] for row in rows], dtype=np.int64)

    def _refuse_to_mix(self, recipe: Recipe) -> None:
        if self._db.sql.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is None:
            return
        current = self._info().recipe
        if not current.mixes_with(recipe):
            raise MismatchError(
                f"the collection in {self.folder} was built with {current.model.key}, not "
                f"{recipe.model.key}: run `dateline build` to build it anew"
            )

    def _stored_passage(  # noqa: PLR0913, PLR0917 - one argument for each column
        self, row: int, article: str, start: int, end: int, sentences: bytes, vectors: bytes
    ) -> StoredPassage:
        try:
            spans = np.frombuffer(sentences, dtype="<i4").reshape(-1, 2).tolist()
            rows = np.frombuffer(vectors, dtype="<f2").reshape(len(spans), -1).astype(np.float32)
            rows.flags.writeable = False  # it is kept, and given to whoever asks
        except ValueError as error:
            raise self._db.damaged(f"passage {row} of {article} cannot be read") from error
        passage = Passage(article, Span(start, end), tuple(itertools.starmap(Span, spans)))
        return StoredPassage(row, passage, rows)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _batches(values: Collection[T]) -> Iterator[tuple[T, ...]]:
    every = tuple(values)
    for start in range(0, len(every), MAX_MARKS):
        yield every[start : start + MAX_MARKS]
