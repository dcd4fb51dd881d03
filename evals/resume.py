"""Resume: what an interrupted or failing run leaves behind, and what the next may take of it.

Records are kept beside the output as soon as they are there. They are taken again only for the
same question, judged in the same way.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.plan import Plan
from evals.runner import Asker
from evals.saved import GateError, load_run
from evals.suite_file import SuiteError
from evals.types import Record, Suite

PARTIAL_SUFFIX = ".partial"


def record_from_json(value: dict[str, Any]) -> Record:
    """Read a record that was written as JSON.

    Raises:
        KeyError, TypeError: it is no record.
    """
    tuples = (
        *("history", "tags", "failures", "cited", "disagreements", "retrieved"),
        "attempts",
    )
    return Record(**{**value, **{name: tuple(value[name]) for name in tuples}})


class Keeper:
    """Keeps each record beside the output as soon as it is there, so that a run can be resumed."""

    def __init__(self, out: Path | None, *, keep: bool) -> None:
        self._path = None if out is None else _partial(out)
        if self._path is not None:
            if not keep:
                self._path.unlink(missing_ok=True)
            elif self._path.is_file() and not self._path.read_bytes().endswith(b"\n"):
                self._append("\n")  # a kill left the last line half written

    def keep(self, record: Record) -> None:
        """Keep one record."""
        self._append(json.dumps(asdict(record)) + "\n")

    def _append(self, text: str) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)

    def done(self) -> None:
        """Let go of what was kept: the whole run is written."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _partial(out: Path) -> Path:
    return out.with_name(out.name + PARTIAL_SUFFIX)


def records_before(plan: Plan) -> list[Record]:
    """Return what earlier runs recorded and this one starts from."""
    if plan.rescore is not None:
        return _read_run(plan.rescore)
    if plan.out is None or not (plan.resume or plan.retry_errors):
        return []
    records: list[Record] = []
    if plan.retry_errors:
        records += [record for record in _read_run(plan.out) if record.error is None]
    if plan.resume and _partial(plan.out).is_file():
        lines = _partial(plan.out).read_text("utf-8").splitlines()
        # A kill can leave the last line half written.
        whole = (line for line in lines if line.endswith("}"))
        records += [record for line in whole if (record := _read_line(line)) is not None]
    return [record for record in records if record.error is None]


def _read_line(line: str) -> Record | None:
    try:
        return record_from_json(json.loads(line))
    except (KeyError, TypeError, ValueError):
        return None


def _read_run(path: Path) -> list[Record]:
    try:
        return [record_from_json(case) for case in load_run(path)["cases"]]
    except GateError as error:
        raise SuiteError(str(error)) from error


def still_good(suite: Suite, before: Iterable[Record]) -> list[Record]:
    """Return the records of cases that are asked and judged now as they were then."""
    cases = {case.id: case for case in suite.cases}
    good = []
    for record in before:
        case = cases.get(record.id)
        if case is None or record.suite != suite.name:
            continue
        now = (case.question, case.history, case.as_of, json.dumps(asdict(case.expect)))
        then = (record.question, record.history, record.as_of, json.dumps(record.expect))
        if now == then:
            good.append(record)
    return good


def asked_the_same(out: Path | None, suite: Suite, asker: Asker) -> bool:
    """Tell whether an earlier run asked the very articles that are asked now."""
    if out is None or not out.is_file():
        return True
    earlier = load_run(out)["corpus"].get(suite.name)
    return bool(earlier == json.loads(json.dumps(asker.corpus())))
