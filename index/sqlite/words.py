"""SqliteWords: passages are found by their words, at a bounded cost however large the collection.

BM25 as SQLite's FTS5 ranks it. What a search costs grows with the passages that are scored, and a
frequent word brings most of them while it tells them apart the least. So passages are brought by
the rarest words, for as long as all that they bring together stays within a budget; the other words
only help to rank them. The rarest word always brings its passages, and in a small collection every
word does.

How many passages hold a frequent word is not counted in a large collection, but worked out from
parts of it.

Knows nothing of questions.
"""

import json
from collections.abc import Collection, Iterable

from index.sqlite.database import SqliteDatabase
from index.sqlite.kept import Kept
from index.store import Match

# So many passages are scored in about 5 ms on one core (`python -m evals.word_search`).
BUDGET = 3_000
# How many words' counts are kept in memory.
KEPT_COUNTS = 10_000
# Passages with a word are counted one by one up to here. Beyond that, those in so many stretches
# are, together this share of the collection; spread over it, as words come and go with the years.
COUNTED = 20_000
STRETCHES = 20
COUNTED_SHARE = 0.05


class SqliteWords:
    """The full-text index of one collection.

    Args:
        database: the collection's.
        budget: how many passages a search may score, unless its rarest word alone brings more.
        counted: up to how many passages those that hold a word are counted one by one.
    """

    def __init__(
        self,
        database: SqliteDatabase,
        budget: int = BUDGET,
        counted: int = COUNTED,
    ) -> None:
        self._db = database
        self._budget = budget
        self._counted = counted
        self._counts = Kept[str, int](database, KEPT_COUNTS)

    def search(
        self, words: Collection[str], limit: int, within: Collection[int] | None, passages: int
    ) -> list[Match]:
        """Return the passages that hold any of the words, best first, scored by BM25.

        Args:
            words: what is looked for; one of several parts is looked for as a phrase.
            limit: how many to return at most.
            within: the ids of the passages to search in; None is all.
            passages: how many the collection has.
        """
        held = {word: count for word in dict.fromkeys(words) if (count := self.count(word))}
        if not held or limit < 1 or (within is not None and not within):
            return []
        share = 1.0 if within is None else len(within) / max(1, passages)
        every = _any_of(held)
        rare = self._within_budget(held, share)
        if len(rare) == len(held):
            return self._ranked(every, limit, within)
        # FTS5 has no words that only rank. To demand a rare word beside any word has that effect:
        # the rare words then count twice, which they are worth.
        found = self._ranked(f"({_any_of(rare)}) AND ({every})", limit, within)
        # The rare words may all stand outside what is searched, and the others inside.
        return found or self._ranked(every, limit, within)

    def count(self, word: str) -> int:
        """Return how many passages hold a word, in themselves or in their article's heading.

        Exactly while they are few; a frequent word's are estimated.
        """
        counts = self._counts.now()
        if word not in counts:
            found = self._count(word)
            counts[word] = found if found <= self._counted else self._estimated(word)
        return counts[word]

    def _count(self, word: str) -> int:
        """Count the passages that hold a word, as far as to one more than is counted."""
        row = self._db.sql.execute(
            "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)",
            (_quoted(word), self._counted + 1),
        ).fetchone()
        return int(row[0])

    def _estimated(self, word: str) -> int:
        # Each by itself: asked for both at once, SQLite goes through all rows.
        first, last = (
            int(self._db.sql.execute(f"SELECT {end}(id) FROM words_docsize").fetchone()[0] or 0)  # noqa: S608
            for end in ("min", "max")
        )
        step = max(1, (last + 1 - first) // STRETCHES)
        length = max(1, round(step * COUNTED_SHARE))
        found = 0
        for start in range(first, last + 1, step):
            found += self._db.sql.execute(
                "SELECT count(*) FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?",
                (_quoted(word), start, start + length - 1),
            ).fetchone()[0]
        # There are no fewer than were counted.
        return max(self._counted + 1, round(found * step / length))

    def _within_budget(self, held: dict[str, int], share: float) -> list[str]:
        """Return the rarest words that bring at most as many passages as are to be scored.

        `share` is that of all passages which are searched.
        """
        taken: list[str] = []
        brought = 0.0
        for word in sorted(held, key=held.__getitem__):
            brought += held[word] * share
            if taken and brought > self._budget:
                break
            taken.append(word)
        return taken

    def _ranked(self, query: str, limit: int, within: Collection[int] | None) -> list[Match]:
        if within is None:
            rows = self._db.sql.execute(
                "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank, rowid LIMIT ?",
                (query, limit),
            )
        else:
            # The plus keeps SQLite from asking the full-text index once for each id, and bm25()
            # from being worked out for passages that are not searched.
            rows = self._db.sql.execute(
                "SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ? "
                "AND +rowid IN (SELECT value FROM json_each(?)) ORDER BY score DESC, rowid LIMIT ?",
                (query, json.dumps(list(within)), limit),
            )
        return [Match(*row) for row in rows]


def _any_of(words: Iterable[str]) -> str:
    return " OR ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    """Quote a word for FTS5, so that nothing in it is read as syntax."""
    return '"' + word.replace('"', '""').replace("\0", " ") + '"'
