"""Plan: what an evaluation is asked to do."""

from dataclasses import dataclass, field
from pathlib import Path

from evals.runner import Options


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    Attributes:
        suites: the files.
        data: a data folder to ask; None indexes each suite's own corpus.
        url: a running service to ask instead.
        key: what it is asked with, if it needs a key.
        filters: only cases whose id, kind or a tag matches any of these patterns.
        limit: only the first so many cases of each suite.
        options: how each case is run.
        out: the file that the run goes to, beside which it is kept while it runs.
        resume: go on with what was kept there.
        retry_errors: take what `out` holds and ask only what could not be asked.
        rescore: an earlier run whose answers are scored again.
        reader: whether the reader reads the passages.
        collections: the folder in which indexed corpora are kept; None indexes them anew.
    """

    suites: tuple[Path, ...]
    data: Path | None = None
    url: str | None = None
    key: str | None = field(default=None, repr=False)
    filters: tuple[str, ...] = ()
    limit: int | None = None
    options: Options = field(default_factory=Options)
    out: Path | None = None
    resume: bool = False
    retry_errors: bool = False
    rescore: Path | None = None
    reader: bool = True
    collections: Path | None = None
