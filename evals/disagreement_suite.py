"""Disagreement on golden questions: found in the candidate sentences, whatever becomes the answer.

    python -m evals.disagreement_suite evals/golden/seeds.yaml

Indexes the suite's corpus, takes the best candidate sentences of each question, and gives them to
`rag.disagree`. Prints in how many of the cases that expect a disagreement one is found that holds a
string of at least two of the groups that the answer must hold, and in how many of the answerable
cases that expect none one is reported all the same. Exit code 0: measured; 2: it could not be.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.benchmarks.data import holds_any
from evals.intervals import wilson
from evals.suite import load_suite
from evals.types import Case
from index.build import build
from index.embed import QueryEmbedder
from index.embedding import LocalModel
from index.errors import DatelineError
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.store import SqliteStore
from index.store import Store
from rag.candidates import Candidate, candidates
from rag.conversation import standalone_question
from rag.disagree import Conflict, Statement, find_disagreements
from rag.evidence import Inquiry, gather, weigh
from rag.question import parse_question
from rag.retrieve import Scope, retrieve

BEST = 20


def statements_of(store: Store, found: Sequence[Candidate]) -> tuple[Statement, ...]:
    """Return candidate sentences as statements, with the origins of their articles."""
    origins = store.origins([candidate.article.id for candidate in found])
    return tuple(
        Statement(
            article=c.article,
            origin=origins.get(c.article.id, c.article.id),
            span=c.span,
            text=c.text,
            probability=c.probability,
        )
        for c in found
    )


def conflicts_of(
    store: Store, embedder: QueryEmbedder, case: Case
) -> tuple[tuple[Conflict, ...], tuple[Statement, ...]]:
    """Return what is found to differ among a case's candidates, and the candidates."""
    question = parse_question(standalone_question(case.question, case.history))
    vector = embedder.embed_query(question.text)
    scope = Scope(as_of=case.as_of) if case.as_of else None
    with store.reading():
        hits = retrieve(store, question, vector, scope=scope)
        inquiry = Inquiry(question, weigh(store, question), vector)
        statements = statements_of(store, candidates(inquiry, gather(store, hits))[:BEST])
    return find_disagreements(question, statements), statements


def holds_sides(case: Case, conflict: Conflict, statements: Sequence[Statement]) -> bool:
    """Tell whether two positions are those that the case expects."""
    met = 0
    for group in case.expect.answer_all:
        met += any(
            holds_any(statements[n].text, group)
            for side in conflict.positions
            for n in side.statements
        )
    return met >= 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.disagreement_suite", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("suites", nargs="+", type=Path, metavar="SUITE")
    options = parser.parse_args(arguments)
    try:
        for suite in options.suites:
            with tempfile.TemporaryDirectory() as folder:
                _measure(suite, Path(folder))
    except (DatelineError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _measure(path: Path, folder: Path) -> None:
    suite = load_suite(path)
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    store = SqliteStore(folder, create=True)
    build([suite.corpus or path.parent], store, model)
    embedder = model.for_asking(store.info().recipe.model)
    real, false = [], []
    for case in suite.cases:
        if case.expect.abstain:
            continue
        conflicts, statements = conflicts_of(store, embedder, case)
        if case.expect.disagreement:
            right = any(holds_sides(case, c, statements) for c in conflicts)
            real.append(right)
        else:
            right = not conflicts
            false.append(not right)
        if not right or case.expect.disagreement:
            _show(case, conflicts, right=right)
    store.close()
    _share("expected disagreements found", real)
    _share("reported where none is expected", false)


def _show(case: Case, conflicts: Sequence[Conflict], *, right: bool) -> None:
    sys.stdout.write(f"{'right' if right else 'WRONG'} {case.id}: {case.question}\n")
    for conflict in conflicts:
        sides = " | ".join(f"{s.value} {list(s.statements)}" for s in conflict.positions)
        sys.stdout.write(f"    {conflict.about}: {sides}\n")


def _share(name: str, outcomes: Sequence[bool]) -> None:
    if outcomes:
        low, high = wilson(sum(outcomes), len(outcomes))
        count = f"{sum(outcomes)} of {len(outcomes)}"
        sys.stdout.write(
            f"{name}: {sum(outcomes) / len(outcomes):.3f} ({low:.3f} to {high:.3f}), {count}\n"
        )


if __name__ == "__main__":
    sys.exit(main())
