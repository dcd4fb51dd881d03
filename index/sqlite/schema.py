"""SQLite schema: the tables of a collection, and how its recipe is written down.

Raise FORMAT with any change here: a database of another format is refused, not guessed at.
"""

from typing import Any

from index.models import ModelIdentity
from index.store import Recipe

FORMAT = 3
APPLICATION_ID = 0x44_41_54_45  # "DATE", so that `file` and we know whose database this is
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    title TEXT, outlet TEXT, author TEXT, published TEXT, updated TEXT, url TEXT, language TEXT,
    digest TEXT NOT NULL,
    source TEXT,
    removed TEXT NOT NULL,     -- JSON: [[text, reason], ...]
    intake TEXT NOT NULL,      -- the digest of source and removed
    origin TEXT NOT NULL,
    fingerprint BLOB NOT NULL  -- int64, shape (hashes,)
);
-- All that tells whether an article has changed, so that its text need not be read for that. (What
-- an index alone adds or lacks is no other format.)
CREATE INDEX known ON articles (id, digest, intake, source, title);
-- One row for each origin: the article that names it.
CREATE INDEX origins ON articles (key) WHERE origin = id;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: a removed passage cannot return
    article INTEGER NOT NULL REFERENCES articles (key),
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    sentences BLOB NOT NULL,        -- int32, shape (sentences, 2): start, end
    vector BLOB NOT NULL,           -- float32, shape (dimension,)
    sentence_vectors BLOB NOT NULL  -- float16, shape (sentences, dimension)
);
CREATE INDEX passages_of_article ON passages (article);
-- Each change has a mark of its own, so that a vector index can tell this history from another.
CREATE TABLE generations (generation INTEGER PRIMARY KEY, mark TEXT NOT NULL);
-- Which passages went, so that a vector index of an earlier generation can follow.
CREATE TABLE removed_passages (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE INDEX removed_passages_by_generation ON removed_passages (generation);
-- Which articles hold which sampled shingle: candidates for the same reporting.
CREATE TABLE fingerprints (hash INTEGER, article INTEGER, PRIMARY KEY (hash, article))
    WITHOUT ROWID;
-- Pairs that carry the same reporting, both ways round.
CREATE TABLE kin (article INTEGER, other INTEGER, PRIMARY KEY (article, other)) WITHOUT ROWID;
-- Contentless: the words' places are kept, the text itself only in articles.
CREATE VIRTUAL TABLE words USING fts5 (
    heading, body, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);
"""


# Collections of this format that were made before it lack it until they are next written to.
OUTLETS = "CREATE INDEX IF NOT EXISTS outlets ON articles (outlet, id)"


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as plain JSON values."""
    return {
        "model": recipe.model.to_json(),
        "chunking": recipe.chunking,
        "precision": recipe.precision,
    }


def recipe_from_json(value: dict[str, Any]) -> Recipe:
    """Read what `recipe_to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    return Recipe(
        model=ModelIdentity.from_json(value["model"]),
        chunking=int(value["chunking"]),
        precision=str(value["precision"]),
    )
