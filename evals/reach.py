"""Reach: where the golden questions lie whose answer is left to a language model.

    python -m evals.reach

For bands of the confidence with which the extractive answerer answers or abstains, prints how many
golden questions have an answer and how many have none: what `DATELINE_MODEL_REACH` lets a model
try. And among how many of the most probable sentences one is that holds the expected words: what a
written answer has to rest on (`rag.write.task.LIKELY`).
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from evals.provenance import describe_machine
from evals.suite import load_suite
from evals.types import Case
from index.build import build
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.reader import bundled_reader

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "evals" / "golden"
CORPORA = {"seeds": ROOT / "seeds", "noise": GOLDEN / "noise", "hostile": GOLDEN / "hostile"}
BANDS = (0.0, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 1.01)
RANKS = (1, 3, 5, 8, 10, 15, 20)


@dataclass(frozen=True, slots=True)
class Asked:
    """A golden question: whether it has an answer, with what confidence it was answered.

    `rank` is that of the first sentence that holds the expected words; None where none does, or
    where none are expected.
    """

    answerable: bool
    confidence: float
    expects: bool
    rank: int | None


def main() -> int:
    """Run the command; see the module's docstring."""
    asked = []
    for name, folder in CORPORA.items():
        with _opened(folder) as pipeline:
            asked += [_asked(pipeline, case) for case in load_suite(GOLDEN / f"{name}.yaml").cases]
    sys.stdout.writelines(f"{line}\n" for line in _lines(asked))
    sys.stdout.write(f"{describe_machine()}\n")
    return 0


@contextmanager
def _opened(articles: Path) -> Iterator[Pipeline]:
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder), create=True)
        build([articles], store, model)
        embedder = model.for_asking(store.info().recipe.model)
        yield Pipeline(store, embedder, bundled_reader())
        store.close()


def _asked(pipeline: Pipeline, case: Case) -> Asked:
    answer = pipeline.ask(case.question, history=case.history)
    expects = bool(case.expect.answer_all) and not case.expect.abstain
    rank = None
    if expects:
        wanted = [words.casefold() for words in case.expect.answer_all[0]]
        for place, one in enumerate(pipeline.sentences(answer.standalone_question), start=1):
            if any(words in one.text.casefold() for words in wanted):
                rank = place
                break
    return Asked(not case.expect.abstain, answer.confidence, expects, rank)


def _lines(asked: Sequence[Asked]) -> Iterator[str]:
    yield f"{len(asked)} golden questions; confidence: with an answer, without one"
    for low, high in pairwise(BANDS):
        there = [one for one in asked if low <= one.confidence < high]
        answerable = sum(one.answerable for one in there)
        yield f"  {low:.2f} to {min(high, 1.0):.2f}: {answerable}, {len(there) - answerable}"
    expecting = [one for one in asked if one.expects]
    yield f"of {len(expecting)} with expected words, these stand in one of the most probable"
    for most in RANKS:
        held = sum(one.rank is not None and one.rank <= most for one in expecting)
        yield f"  {most:>2} sentences: {held / len(expecting):.2f}"


if __name__ == "__main__":
    sys.exit(main())
