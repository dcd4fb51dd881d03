"""State: at which point of its history a collection is, as vector files name it."""

import json
from dataclasses import dataclass
from pathlib import Path

from index.sqlite.database import SqliteDatabase
from index.sqlite.schema import recipe_from_json
from index.vectors import Checkpoint, Record


@dataclass(frozen=True, slots=True)
class State:
    """The state that is being read.

    Attributes:
        generation, mark: the change that made it.
        model: the digest of its model.
        dimension: the length of its vectors.
        passages: how many there are.
        last_id: the highest id of a passage, 0 where there is none.
    """

    generation: int
    mark: str
    model: str
    dimension: int
    passages: int
    last_id: int

    @classmethod
    def of(cls, database: SqliteDatabase) -> "State":
        """Return the state of a collection.

        Raises:
            NoCollectionError: nothing was stored in it yet.
        """
        with database.transaction():
            generation, recipe = database.meta("generation"), database.meta("recipe")
            if generation is None or recipe is None:
                raise database.nothing_here()
            model = recipe_from_json(json.loads(recipe)).model
            mark = database.sql.execute(
                "SELECT mark FROM generations WHERE generation = ?", (int(generation),)
            ).fetchone()
            last = database.sql.execute("SELECT max(id) FROM passages").fetchone()
            return cls(
                *(int(generation), str(mark[0]), model.digest, model.dimension),
                *(int(database.meta("passages") or 0), int(last[0] or 0)),
            )

    def checkpoint(self, count: int) -> Checkpoint:
        """Return what an index of so many vectors, made in this state, holds."""
        return Checkpoint(self.generation, self.mark, self.model, self.dimension, count)

    def follows(self, at: Checkpoint, database: SqliteDatabase) -> bool:
        """Tell whether this state is that of a checkpoint or came of it by changes alone."""
        row = database.sql.execute(
            "SELECT 1 FROM generations WHERE generation = ? AND mark = ?", (at.generation, at.mark)
        ).fetchone()
        return row is not None and at.model == self.model


def record_of(folder: Path, state: State, database: SqliteDatabase) -> Record | None:
    """Return the record of a vector file that the state follows from, None where there is none."""
    record = Record.of(folder)
    return record if record is not None and state.follows(record.at, database) else None
