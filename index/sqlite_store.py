"""SqliteStore: a collection in one folder, with SQLite as its only source of truth.

The database holds articles, passages, vectors and the full-text index (FTS5), and survives a kill
at any point. The FAISS file beside it is derived: when it is missing, stale or damaged it is made
again from the database.
"""

import contextlib
import json
import logging
import sqlite3
import urllib.parse
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from index.embed import Vector
from index.errors import ChangedError, MismatchError, NoCollectionError, StoreError
from index.sqlite_schema import APPLICATION_ID, FORMAT, SCHEMA, recipe_from_json, recipe_to_json
from index.store import CollectionInfo, EmbeddedArticle, Match, Recipe, StoredPassage
from index.types import Article, Passage, Span
from index.vectors import VectorIndex

log = logging.getLogger(__name__)
DATABASE = "dateline.db"
READ_WRITE = "mode=rwc"
AS_IT_LIES = "mode=ro&immutable=1"
BUSY_SECONDS = 10
UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
ARTICLE_FIELDS = tuple(field.name for field in fields(Article))


class SqliteStore:
    """A store in a folder on this machine.

    Args:
        folder: the data folder.
        create: make the folder and an empty database where there is none.

    Raises:
        NoCollectionError: there is no collection and `create` is false.
        MismatchError: the database was made by another version of Dateline, or is not ours.
        StoreError: the folder or the database cannot be opened.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self._vectors: tuple[int, VectorIndex] | None = None
        self._made_here = False
        try:
            there = (folder / DATABASE).is_file()
        except OSError as error:
            raise StoreError(
                f"the data folder {folder} cannot be read: {error.strerror}; "
                "choose another with --data"
            ) from error
        if not create and not there:
            raise self._nothing_here()
        if create:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"the data folder {folder} cannot be made: {error.strerror}; "
                    "choose another with --data"
                ) from error
        with self._reporting():
            self._db = self._connected(READ_WRITE) if create else self._connected_as_allowed()
        try:
            with self._reporting():
                self._open(create=create)
        except BaseException:
            self._db.close()
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Return a context in which everything that is read belongs to one state."""
        with self._reporting(), self._transaction():
            yield

    def info(self) -> CollectionInfo:
        """Return what the collection holds."""
        with self._reporting(), self._transaction():
            return self._info()

    def digests(self) -> dict[str, str]:
        """Return the digest of each article, by its id."""
        with self._reporting(), self._transaction():
            self._info()
            return dict(self._db.execute("SELECT id, digest FROM articles ORDER BY id"))

    def write(
        self,
        recipe: Recipe,
        additions: Iterable[EmbeddedArticle],
        removals: Collection[str] = (),
        *,
        since: int | None = None,
    ) -> CollectionInfo:
        """Remove articles, then add or replace others, as one change: all of it or nothing."""
        with self._reporting(), self._transaction("IMMEDIATE"):
            if since is not None and since != int(self._meta("generation") or 0):
                raise ChangedError(
                    f"another process changed the collection in {self.folder} meanwhile: "
                    "run this again"
                )
            for article_id in removals:
                self._remove(article_id)
            self._refuse_to_mix(recipe)
            for embedded in additions:
                self._remove(embedded.article.id)
                self._add(embedded)
            generation = int(self._meta("generation") or 0) + 1
            self._set_meta("generation", str(generation))
            self._set_meta("recipe", json.dumps(recipe_to_json(recipe)))
            info = self._info()
        try:
            self._rebuilt_vectors(info).save(self.folder, generation, recipe.model.digest)
        except OSError as error:
            raise StoreError(
                f"the articles are stored, but not their vector file: {error.strerror}; free some "
                f"space in {self.folder}, it is then made again by itself"
            ) from error
        return info

    def article(self, article_id: str) -> Article | None:
        """Return one article exactly as it was stored, or None."""
        columns = ", ".join(ARTICLE_FIELDS)
        with self._reporting():
            row = self._db.execute(
                f"SELECT {columns}, digest FROM articles WHERE id = ?",  # noqa: S608 - our own names
                (article_id,),
            ).fetchone()
        if row is None:
            return None
        article = Article(**dict(zip(ARTICLE_FIELDS, row[:-1], strict=True)))
        if article.digest != row[-1]:
            raise self._damaged(f"article {article_id} is not what was stored")
        return article

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Return passages in the order of `ids`; those that are gone are left out."""
        marks = ", ".join("?" * len(ids))
        with self._reporting():
            rows = self._db.execute(
                "SELECT p.id, a.id, p.start, p.end, p.sentences, p.sentence_vectors "  # noqa: S608
                "FROM passages AS p JOIN articles AS a ON a.key = p.article "
                f"WHERE p.id IN ({marks})",
                tuple(ids),
            ).fetchall()
        found = {row[0]: self._stored_passage(*row) for row in rows}
        return [found[i] for i in ids if i in found]

    def search_vectors(self, query: Vector, limit: int) -> list[Match]:
        """Return the passages nearest to a unit vector, best first, scored by cosine."""
        info = self.info()
        if info.passages == 0 or limit < 1:
            return []
        if self._vectors is None or self._vectors[0] != info.generation:
            self._vectors = info.generation, self._trusted_vectors(info)
        return [Match(i, score) for i, score in self._vectors[1].search(query, limit)]

    def search_words(self, words: Collection[str], limit: int) -> list[Match]:
        """Return the passages that hold any of the words, best first, scored by BM25."""
        query = " OR ".join(_quoted(word) for word in words)
        if not query:
            return []
        with self._reporting():
            rows = self._db.execute(
                "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank, rowid LIMIT ?",
                (query, limit),
            )
            return [Match(*row) for row in rows]

    def count_with_word(self, word: str) -> int:
        """Return how many passages hold a word, in themselves or in their article's heading."""
        with self._reporting():
            row = self._db.execute(
                "SELECT count(*) FROM words WHERE words MATCH ?", (_quoted(word),)
            ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Let go of the database. One that was made and never written to leaves nothing behind."""
        unused = self._made_here and self._meta("generation") is None
        self._db.close()
        if unused:
            with contextlib.suppress(OSError):
                for file in self.folder.glob(f"{DATABASE}*"):
                    file.unlink()
                self.folder.rmdir()

    # What follows runs inside `_reporting`, and the writing parts inside a transaction.

    def _connected(self, mode: str) -> sqlite3.Connection:
        path = urllib.parse.quote(str((self.folder / DATABASE).absolute()))
        database = sqlite3.connect(
            f"file:{path}?{mode}", timeout=BUSY_SECONDS, isolation_level=None, uri=True
        )
        try:
            database.execute("PRAGMA synchronous = FULL")
            database.execute("SELECT count(*) FROM sqlite_schema")
        except BaseException:
            database.close()
            raise
        self._mode = mode
        return database

    def _connected_as_allowed(self) -> sqlite3.Connection:
        try:
            return self._connected(READ_WRITE)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in UNWRITABLE:
                raise
            # A folder that this process may only read is taken as it lies.
            return self._connected(AS_IT_LIES)

    def _open(self, *, create: bool) -> None:
        found = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found == APPLICATION_ID and version == FORMAT:
            return
        tables = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if found or version or tables:
            raise MismatchError(
                f"{self.folder / DATABASE} was not made by this version of Dateline: "
                "choose another data folder with --data, or delete that file and build again"
            )
        if not create:
            raise self._nothing_here()
        self._db.execute("PRAGMA journal_mode = WAL")
        with self._transaction("IMMEDIATE"):
            if self._db.execute("PRAGMA user_version").fetchone()[0] == FORMAT:
                return  # another process was first
            for statement in SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {FORMAT}")
        self._made_here = True

    def _info(self) -> CollectionInfo:
        generation, recipe = self._meta("generation"), self._meta("recipe")
        if generation is None or recipe is None:
            raise self._nothing_here()
        counts = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        articles, passages = self._db.execute(counts).fetchone()
        try:
            read = recipe_from_json(json.loads(recipe))
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged("its record of the model cannot be read") from error
        return CollectionInfo(int(generation), read, articles, passages)

    def _meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def _set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _refuse_to_mix(self, recipe: Recipe) -> None:
        if self._db.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is None:
            return
        current = self._info().recipe
        if not current.mixes_with(recipe):
            raise MismatchError(
                f"the collection in {self.folder} was built with {current.model.key}, not "
                f"{recipe.model.key}: run `dateline build` to build it anew"
            )

    def _add(self, embedded: EmbeddedArticle) -> None:
        article = embedded.article
        values = [getattr(article, name) for name in ARTICLE_FIELDS]
        columns, marks = ", ".join(ARTICLE_FIELDS), ", ".join("?" * len(ARTICLE_FIELDS))
        key = self._db.execute(
            f"INSERT INTO articles ({columns}, digest) VALUES ({marks}, ?)",  # noqa: S608
            (*values, article.digest),
        ).lastrowid
        for passage, vectors in zip(embedded.passages, embedded.vectors, strict=True):
            sentences = np.array([(s.start, s.end) for s in passage.sentences], dtype="<i4")
            row = self._db.execute(
                "INSERT INTO passages (article, start, end, sentences, vector, sentence_vectors) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(key, passage.span.start, passage.span.end, sentences.tobytes()),
                    vectors.passage.astype("<f4").tobytes(),
                    vectors.sentences.astype("<f2").tobytes(),
                ),
            ).lastrowid
            body = passage.span.of(article.text)
            self._db.execute(
                "INSERT INTO words (rowid, heading, body) VALUES (?, ?, ?)",
                (row, _heading(article.title, article.outlet, article.author), body),
            )

    def _remove(self, article_id: str) -> None:
        article = self._db.execute(
            "SELECT key, text, title, outlet, author FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        if article is None:
            return
        key, text, *named = article
        spans = self._db.execute("SELECT id, start, end FROM passages WHERE article = ?", (key,))
        for row, start, end in spans.fetchall():
            # A contentless table forgets a row only when told again what the row said.
            self._db.execute(
                "INSERT INTO words (words, rowid, heading, body) VALUES ('delete', ?, ?, ?)",
                (row, _heading(*named), text[start:end]),
            )
        self._db.execute("DELETE FROM passages WHERE article = ?", (key,))
        self._db.execute("DELETE FROM articles WHERE key = ?", (key,))

    def _stored_passage(  # noqa: PLR0913, PLR0917 - one argument for each column
        self, row: int, article: str, start: int, end: int, sentences: bytes, vectors: bytes
    ) -> StoredPassage:
        try:
            spans = np.frombuffer(sentences, dtype="<i4").reshape(-1, 2).tolist()
            rows = np.frombuffer(vectors, dtype="<f2").reshape(len(spans), -1).astype(np.float32)
        except ValueError as error:
            raise self._damaged(f"passage {row} of {article} cannot be read") from error
        passage = Passage(article, Span(start, end), tuple(Span(*pair) for pair in spans))
        return StoredPassage(row, passage, rows)

    def _trusted_vectors(self, info: CollectionInfo) -> VectorIndex:
        digest = info.recipe.model.digest
        loaded = VectorIndex.load(self.folder, info.generation, digest)
        if isinstance(loaded, VectorIndex):
            return loaded
        rebuilt = self._rebuilt_vectors(info)
        if self._latest_generation() != info.generation:
            return rebuilt  # a newer state was written since this one was read
        log.warning("the vector file in %s is made again: %s", self.folder, loaded)
        # Where the folder cannot be written, the collection can still be searched.
        with contextlib.suppress(OSError):
            rebuilt.save(self.folder, info.generation, digest)
        return rebuilt

    def _latest_generation(self) -> int:
        """Return the generation that is stored now, whatever state is being read."""
        if self._mode == AS_IT_LIES:
            return int(self._meta("generation") or 0)
        latest = self._connected(READ_WRITE)
        try:
            row = latest.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        finally:
            latest.close()
        return int(row[0])

    def _rebuilt_vectors(self, info: CollectionInfo) -> VectorIndex:
        dimension = info.recipe.model.dimension
        with self._reporting():
            rows = self._db.execute("SELECT id, vector FROM passages ORDER BY id").fetchall()
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        data = b"".join(row[1] for row in rows)
        try:
            vectors = np.frombuffer(data, dtype="<f4").reshape(len(rows), dimension)
        except ValueError as error:
            raise self._damaged("its vectors do not have the model's length") from error
        return VectorIndex.of(ids, vectors)

    @contextlib.contextmanager
    def _transaction(self, kind: str = "DEFERRED") -> Iterator[None]:
        if self._db.in_transaction:  # what is inside belongs to what is outside
            yield
            return
        self._db.execute(f"BEGIN {kind}")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            # A failed COMMIT or a full disk may have rolled back already.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn SQLite's errors into one line that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._store_error(error) from error

    def _store_error(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return StoreError(
                f"another process is writing to {self.folder}: try again when it has finished"
            )
        if code == sqlite3.SQLITE_FULL:
            return StoreError(
                f"the disk is full: free some space for {self.folder}; nothing was changed"
            )
        if code in UNWRITABLE:
            return StoreError(
                f"the data folder {self.folder} cannot be written: check its permissions, "
                "or choose another with --data"
            )
        if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            return self._damaged(str(error))
        return StoreError(f"the database in {self.folder} failed: {error}; nothing was changed")

    def _damaged(self, what: str) -> StoreError:
        return StoreError(
            f"the collection in {self.folder} is damaged ({what}): "
            f"delete {self.folder / DATABASE} and build it again"
        )

    def _nothing_here(self) -> NoCollectionError:
        return NoCollectionError(f"nothing is indexed in {self.folder}: run `dateline build` first")


def _heading(*named: str | None) -> str:
    """Return what is searched beside a passage: its article's title, outlet and author."""
    return "\n".join(name for name in named if name)


def _quoted(word: str) -> str:
    """Quote a word for FTS5, so that nothing in it is read as syntax."""
    return '"' + word.replace('"', '""').replace("\0", " ") + '"'
