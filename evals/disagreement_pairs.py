"""Disagreement on pairs: is a contradiction between two news sentences told from a difference?

    python -m evals.disagreement_pairs [--asked]

Reads evals/disagreement_pairs.yaml. Each pair goes to `rag.disagree` as two statements of two
articles that hold nothing else, both as probable as not; or, with `--asked`, the two articles are
made a collection and Dateline is asked, readers and all. Prints precision and recall for the half
of the pairs that the rules were written with, the half that they were not, and each later set, and
what is wrong. Exit code 0: measured; 2: it could not be.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from evals.intervals import wilson
from index.build import build
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.store import SqliteStore
from index.types import Article, Span
from rag.disagree import Conflict, Statement, find_disagreements
from rag.pipeline import Pipeline
from rag.question import parse_question
from rag.reader import bundled_reader

PAIRS = Path(__file__).with_name("disagreement_pairs.yaml")
HALVES = ("in view", "unseen")
SETS = (*HALVES, "longer", "last", "wire", "second", "third", "fourth", "fifth", "sixth")
Finds = Callable[["Pair"], bool]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences and a question; `differ` says whether they contradict each other on it."""

    id: str
    half: str
    why: str
    question: str
    statements: tuple[Statement, Statement]
    differ: bool


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    """Return the pairs of a file, in its order.

    Raises:
        OSError: it cannot be read.
    """
    content: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text("utf-8"))
    return [
        Pair(
            id=row["id"],
            half=row.get("set") or HALVES[place % 2],
            why=row["why"],
            question=row["question"],
            statements=(_statement(row["a"], "a"), _statement(row["b"], "b")),
            differ=kind == "differ",
        )
        for kind in ("differ", "agree")
        for place, row in enumerate(content[kind])
    ]


def find(pair: Pair) -> tuple[Conflict, ...]:
    """Return what is found to differ in a pair."""
    return find_disagreements(parse_question(pair.question), pair.statements)


def measure(pairs: Sequence[Pair], found: Sequence[bool]) -> dict[str, tuple[int, int]]:
    """Return precision and recall, each as how many of how many.

    Args:
        pairs: what was judged.
        found: of each, whether it was taken for a contradiction.
    """
    judged = [(pair.differ, told) for pair, told in zip(pairs, found, strict=True)]
    right = sum(real and found for real, found in judged)
    return {
        "precision": (right, sum(found for _, found in judged)),
        "recall": (right, sum(real for real, _ in judged)),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.disagreement_pairs", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--half", choices=SETS, help="only this half")
    parser.add_argument("--asked", action="store_true", help="ask Dateline, readers and all")
    parser.add_argument("--errors", action="store_true", help="name the pairs that are wrong")
    options = parser.parse_args(arguments)
    try:
        pairs = read_pairs()
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finds = _asking() if options.asked else _told
    for half in SETS:
        if options.half in {None, half}:
            ours = [pair for pair in pairs if pair.half == half]
            _report(half, ours, [finds(pair) for pair in ours], errors=options.errors)
    return 0


def _told(pair: Pair) -> bool:
    return bool(find(pair))


def _asking() -> Finds:
    """Return what asks Dateline about a pair, and tells whether the answer shows a disagreement."""
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    reader = bundled_reader().loaded()

    def finds(pair: Pair) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            said = Path(folder, "said")
            said.mkdir()
            for one in (statement.article for statement in pair.statements):
                fields = f"outlet: {one.outlet}\npublished: {one.published}\n"
                (said / f"{one.id}.md").write_text(f"---\n{fields}---\n{one.text}\n", "utf-8")
            store = SqliteStore(Path(folder, "data"), create=True)
            build([said], store, model)
            embedder = model.for_asking(store.info().recipe.model)
            answer = Pipeline(store, embedder, reader).ask(pair.question)
            store.close()
        return bool(answer.disagreements)

    return finds


def _report(half: str, pairs: Sequence[Pair], found: Sequence[bool], *, errors: bool) -> None:
    sys.stdout.write(f"{half}: {len(pairs)} pairs\n")
    for name, (count, of) in measure(pairs, found).items():
        low, high = wilson(count, of) if of else (0.0, 1.0)
        shown = f"{count / of:.3f}" if of else "undefined"
        sys.stdout.write(f"  {name} {shown} ({low:.3f} to {high:.3f}), {count} of {of}\n")
    for pair, told in zip(pairs, found, strict=True):
        if errors and told != pair.differ:
            wrong = "missed" if pair.differ else "false alarm"
            sys.stdout.write(f"  {wrong}: {pair.id} ({pair.why})\n")


def _statement(row: Sequence[Any], name: str) -> Statement:
    outlet, published, text = row
    day = published.isoformat() if isinstance(published, date) else str(published)
    article = Article(id=name, text=text, outlet=outlet, published=day)
    return Statement(article, name, Span(0, len(text)), text, probability=0.5)


if __name__ == "__main__":
    sys.exit(main())
