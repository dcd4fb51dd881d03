"""Evaluate: suites in, a Run out; with what an interrupted or failing run needs to be gone on with.

One call does what `dateline eval` does between reading its options and judging its gates.
"""

import datetime as dt
import hashlib
import json
import re
import threading
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evals.askers import LocalAsker, RecordedAsker, ServiceAsker
from evals.plan import Plan
from evals.provenance import commit, machine
from evals.resume import Keeper, asked_the_same, records_before, still_good
from evals.runner import Asker, run_suite, summary
from evals.saved import write_file
from evals.suite import load_suite, refuse_unknown_articles
from evals.suite_file import SuiteError
from evals.types import Case, Record, Run, Suite
from index.build import build
from index.embedding import EmbeddingModel
from index.errors import ChangedError
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.reader import PassageReader, bundled_reader

Progress = Callable[[str, int, int], None]
"""Called with the suite's name, how many cases are done, and of how many."""


def evaluate(
    plan: Plan,
    model: EmbeddingModel,
    scratch: Path,
    progress: Progress = lambda _suite, _done, _of: None,
    texts: MutableMapping[str, str] | None = None,
) -> Run:
    """Run the plan.

    Args:
        plan: what to run.
        model: the embedding model to index and ask with.
        scratch: an empty folder for collections that are not kept.
        progress: called as cases are done.
        texts: filled with the texts of the articles that the answers quote, by their ids.

    Raises:
        SuiteError: a suite cannot be run as it stands; nothing has been asked then.
        DatelineError: a corpus or collection cannot be read.
    """
    _refuse_bad_plan(plan)
    suites = [_chosen(load_suite(path), plan) for path in plan.suites]
    _refuse_shared_names(suites)
    before = records_before(plan)
    askers = [_asker(suite, plan, model, scratch, before) for suite in suites]
    for suite, asker in zip(suites, askers, strict=True):
        if not isinstance(asker, ServiceAsker):
            refuse_unknown_articles(suite, asker.articles())
    keeper = Keeper(plan.out, keep=plan.resume)
    records: list[Record] = []
    for suite, asker in zip(suites, askers, strict=True):
        done = still_good(suite, before) if plan.rescore is None else []
        if plan.retry_errors and not asked_the_same(plan.out, suite, asker):
            done = []
        told = _told(suite, len(done), keeper, progress)
        records += run_suite(suite, asker, plan.options, done, told)
    if plan.rescore is not None:
        records = _with_measured_latency(records, before)
    if texts is not None:
        for suite, asker in zip(suites, askers, strict=True):
            texts.update(_quoted_texts(suite, asker, records))
    run = Run(
        suite=", ".join(suite.name for suite in suites),
        provenance=_provenance(plan, askers[0], len(records)),
        corpus={s.name: a.corpus() for s, a in zip(suites, askers, strict=True)},
        summary=summary(records),
        cases=tuple(records),
    )
    if plan.out is not None:
        text = json.dumps(run.to_json(), indent=1) + "\n"
        write_file(plan.out, text, "; go on with --resume once it can")
    keeper.done()
    return run


def _quoted_texts(suite: Suite, asker: Asker, records: Sequence[Record]) -> dict[str, str]:
    answers = [r.answer for r in records if r.suite == suite.name and r.answer is not None]
    quoted = {c["article"] for a in answers for s in a["sentences"] for c in s["citations"]}
    quoted |= {near["article"] for a in answers for near in a.get("nearest") or ()}
    return {name: text for name in quoted if (text := asker.text(name)) is not None}


def without_answers(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run as a baseline needs it: every score and no answer, small enough to commit."""
    return run | {"cases": [case | {"answer": None} for case in run["cases"]]}


def _told(suite: Suite, done: int, keeper: Keeper, progress: Progress) -> Callable[[Record], None]:
    """Return what keeps and counts each new record; it is called from several threads."""
    count = done
    lock = threading.Lock()
    progress(suite.name, count, len(suite.cases))

    def one_more(record: Record) -> None:
        nonlocal count
        with lock:
            count += 1
            keeper.keep(record)
            progress(suite.name, count, len(suite.cases))

    return one_more


def _chosen(suite: Suite, plan: Plan) -> Suite:
    cases = [case for case in suite.cases if _matches(case, plan.filters)][: plan.limit]
    if not cases:
        raise SuiteError(f"{suite.path}: no case is left to run: check --filter and -n")
    return replace(suite, cases=tuple(cases))


def _matches(case: Case, filters: Sequence[str]) -> bool:
    texts = (case.id, case.kind, *case.tags)
    return not filters or any(re.search(f, text) for f in filters for text in texts)


def _refuse_shared_names(suites: Sequence[Suite]) -> None:
    first: dict[str, Suite] = {}
    for suite in suites:
        if suite.name in first:
            raise SuiteError(
                f"{suite.path}: the suite's name {suite.name!r} is that of "
                f"{first[suite.name].path} too: give one another"
            )
        first[suite.name] = suite


def _asker(
    suite: Suite, plan: Plan, model: EmbeddingModel, scratch: Path, before: Sequence[Record]
) -> LocalAsker | ServiceAsker | RecordedAsker:
    if plan.url is not None:
        return ServiceAsker(plan.url, plan.key)
    local = LocalAsker(plan.data or _indexed(suite, plan, model, scratch), model, _reader(plan))
    if plan.rescore is None:
        return local
    return RecordedAsker([record for record in before if record.suite == suite.name], local)


def _indexed(suite: Suite, plan: Plan, model: EmbeddingModel, scratch: Path) -> Path:
    if suite.corpus is None:
        none = f"{suite.path}: the suite names no corpus: say what to ask with --data"
        raise SuiteError(suite.corpus_problem or none)
    name = hashlib.sha256(str(suite.corpus.resolve()).encode()).hexdigest()[:16]
    folder = (plan.collections or scratch) / name
    store = SqliteStore(folder, create=True)
    try:
        try:
            build([suite.corpus], store, model)
        except ChangedError:  # another evaluation keeps the same corpus, and was first
            build([suite.corpus], store, model)
    finally:
        store.close()
    return folder


def _refuse_bad_plan(plan: Plan) -> None:
    """Refuse what would fail only after every question was asked."""
    if plan.url is not None and (plan.data is not None or plan.rescore is not None):
        raise SuiteError("--url asks a service: leave out --data and --rescore")
    for pattern in plan.filters:
        try:
            re.compile(pattern)
        except re.error as error:
            raise SuiteError(f"--filter {pattern!r} is no regular expression: {error}") from error
    if plan.out is not None:
        if plan.out.is_dir():
            raise SuiteError(f"{plan.out} is a folder: name a file for the run")
        try:
            plan.out.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SuiteError(f"{plan.out} cannot be written: {error.strerror}") from error


def _with_measured_latency(records: list[Record], before: Sequence[Record]) -> list[Record]:
    """Scoring again takes no time; what was measured is how long the answers took."""
    measured = {(record.suite, record.id): record.latency_ms for record in before}
    return [replace(r, latency_ms=measured.get((r.suite, r.id))) for r in records]


def open_corpus(suite: Suite, plan: Plan, model: EmbeddingModel) -> Pipeline:
    """Return the pipeline over a suite's own corpus, indexed where the plan keeps collections.

    Raises:
        SuiteError: the suite names no corpus.
        DatelineError: it cannot be indexed.
    """
    if plan.collections is None:
        raise ValueError("the plan keeps no collections")
    store = SqliteStore(_indexed(suite, plan, model, plan.collections))
    embedder = model.for_asking(store.info().recipe.model)
    return Pipeline(store, embedder, _reader(plan))


def _reader(plan: Plan) -> PassageReader | None:
    return bundled_reader() if plan.reader else None


def _provenance(plan: Plan, asker: Asker, cases: int) -> dict[str, Any]:
    return {
        **asker.describe(),
        "commit": commit(),
        "version": version("dateline"),
        "machine": machine(),
        "started": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "cases": cases,
        "settings": {
            "suites": [path.name for path in plan.suites],
            "filters": list(plan.filters),
            "limit": plan.limit,
            "repeat": plan.options.repeat,
            "min_pass": plan.options.min_pass,
        },
    }
