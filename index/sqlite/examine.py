"""Examine: is what a collection holds whole, and does it belong together?

Reads everything and changes nothing. Knows nothing of questions.
"""

from collections.abc import Iterator
from pathlib import Path

from index.errors import StoreError
from index.sqlite.database import SqliteDatabase
from index.sqlite.store import SqliteStore
from index.vectors import load

MOST_NAMED = 3


def faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong with a collection, a line for each fault.

    Raises:
        NoCollectionError: there is none.
        StoreError: it cannot be opened at all.
    """
    database = SqliteDatabase(folder, create=False)
    try:
        with database.reporting():
            rows = database.sql.execute("PRAGMA quick_check").fetchall()
            lone = database.sql.execute(
                "SELECT count(*) FROM passages WHERE article NOT IN (SELECT key FROM articles)"
            ).fetchone()[0]
            words = database.sql.execute("SELECT count(*) FROM words").fetchone()[0]
            passages = database.sql.execute("SELECT count(*) FROM passages").fetchone()[0]
        if rows != [("ok",)]:
            yield f"the database is damaged ({rows[0][0]})"
        if lone:
            yield f"{lone:,} passages belong to no article"
        if words != passages:
            yield f"{passages:,} passages are stored and {words:,} can be found by their words"
    finally:
        database.close()
    store = SqliteStore(folder)
    try:
        bad = list(_bad_articles(store))
    finally:
        store.close()
    if bad:
        more = f" and {len(bad) - MOST_NAMED:,} more" if len(bad) > MOST_NAMED else ""
        yield f"not what was stored: {'; '.join(bad[:MOST_NAMED])}{more}"


def vector_fault(folder: Path) -> str | None:
    """Return why the file of vectors cannot be used, None where it can.

    It is made again from the database by the next question: nothing is lost with it.
    """
    loaded = load(folder)
    return loaded if isinstance(loaded, str) else None


def _bad_articles(store: SqliteStore) -> Iterator[str]:
    dimension = store.info().recipe.model.dimension
    for listed in store.listed():
        try:
            held = store.embedded(listed.article.id)
        except (StoreError, ValueError):
            yield listed.article.id
            continue
        if held is None:  # another process has removed it meanwhile
            continue
        end = len(held.article.text)
        for passage, vectors in zip(held.passages, held.vectors, strict=True):
            spans = (passage.span, *passage.sentences)
            within = all(0 <= span.start < span.end <= end for span in spans)
            if not within or len(vectors.passage) != dimension:
                yield listed.article.id
                break
