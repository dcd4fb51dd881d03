"""Saved runs: read from a file, and what two of them have in common.

Works on runs as plain JSON (`evals.types.Run.to_json`). Knows nothing of gates or of what is shown.
"""

import json
import math
import operator
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.errors import DatelineError
from index.vectors import write_atomically

# Sums of floats differ from the decimals that people write by less than this.
ROUNDING = 1e-9
MAX_NAMED = 10
Json = dict[str, Any]
Key = tuple[str, str]
"""A case's suite and id."""
Pair = tuple[Key, Json, Json]
"""A case that two runs have: its key, the first run's record and the second's."""
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "an object": (dict,),
    "a list": (list,),
    "true, false or null": (bool, type(None)),
    "text or null": (str, type(None)),
    "an object or null": (dict, type(None)),
    "a number or null": (int, float, type(None)),
}
RUN_FIELDS = {
    "suite": "text",
    "provenance": "an object",
    "corpus": "an object",
    "summary": "an object",
    "cases": "a list",
}
CASE_FIELDS = {
    **dict.fromkeys(("suite", "id", "kind", "question"), "text"),
    "expect": "an object",
    "passed": "true, false or null",
    "failures": "a list",
    "error": "text or null",
    "answer": "an object or null",
    "retrieved": "a list",
    "latency_ms": "a number or null",
    "scores": "an object",
}


class GateError(DatelineError):
    """A gate cannot be understood, or these runs cannot be compared."""


def load_run(path: Path) -> Json:
    """Read a saved run.

    Raises:
        GateError: there is no such file, or it is no run; the message names the field.
    """
    try:
        run = json.loads(path.read_text("utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise GateError(f"cannot read run {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise GateError(f"{path} is no JSON: {error}") from error
    wrong = next(_wrong(run), None)
    if wrong:
        raise GateError(f"{path} is no run of dateline eval: {wrong}")
    return dict(run)


def write_file(path: Path, text: str, advice: str = "") -> None:
    """Write a file, complete or not at all, and the folders that it needs.

    Raises:
        GateError: it cannot be written; `advice` says what then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())
    except OSError as error:
        raise GateError(f"{path} cannot be written: {error.strerror}{advice}") from error


def case_names(*runs: Json) -> dict[Key, str]:
    """Return what to call each case: its id, with its suite if there are several suites."""
    keys = [key_of(case) for run in runs for case in run["cases"]]
    several = len({suite for suite, _ in keys}) > 1
    return {key: "/".join(key) if several else key[1] for key in keys}


def pairs(a: Json, b: Json) -> list[Pair]:
    """Return the records of the cases that both runs have and could run, sorted by their keys."""
    first, second = ({key_of(c): c for c in run["cases"] if c["error"] is None} for run in (a, b))
    return [(key, first[key], second[key]) for key in sorted(first.keys() & second.keys())]


def check_same_corpus(a: Json, b: Json) -> None:
    """Make sure that two runs are over the same suites and collections.

    Raises:
        GateError: they are not, or it cannot be known.
    """
    anyway = "ask the same articles, or compare with 'dateline eval diff --other-corpus'"
    first, second = ({*run["corpus"], *(case["suite"] for case in run["cases"])} for run in (a, b))
    if first != second:
        named = "; ".join(", ".join(sorted(suites)) or "none" for suites in (first, second))
        raise GateError(f"the runs are over other suites ({named}): {anyway}")
    for suite in sorted(first):
        old, new = (run["corpus"].get(suite, {}).get("fingerprint") for run in (a, b))
        if old is None or new is None:
            raise GateError(f"suite {suite!r}: its collection is not recorded: {anyway}")
        if old != new:
            digests = f"{str(old)[:12]}; {str(new)[:12]}"
            raise GateError(f"suite {suite!r}: the collections differ ({digests}): {anyway}")


def score(record: Json, metric: str) -> float | None:
    """Return a case's score, None where the metric does not apply.

    Raises:
        GateError: it is no finite number.
    """
    value = record["scores"].get(metric)
    if value is not None and not is_number(value):
        raise GateError(f"case {record['id']!r}: {metric} is {value!r}, no number: run it again")
    return None if value is None else float(value)


def mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of the values that are there, None when there is none."""
    there = [value for value in values if value is not None]
    return math.fsum(there) / len(there) if there else None


def is_number(value: object) -> bool:
    """Return whether a value is a finite number, fit for a float."""
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f", and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def key_of(record: Json) -> Key:
    """Return the suite and id of a case."""
    return record["suite"], record["id"]


def _wrong(run: Any) -> Iterator[str]:  # noqa: ANN401 - it may be anything that JSON can say
    """Say what is wrong with the shape of a run, the outermost first."""
    yield from _misshapen(run, RUN_FIELDS, "")
    for name, corpus in run["corpus"].items():
        yield from _misshapen(corpus, {}, f"corpus[{name!r}]")
    yield from _misshapen(run["summary"], {"overall": "an object", "kinds": "an object"}, "summary")
    for kind, group in run["summary"]["kinds"].items():
        yield from _misshapen(group, {}, f"summary.kinds[{kind!r}]")
    seen = set()
    for place, case in enumerate(run["cases"]):
        where = f"cases[{place}]"
        yield from _misshapen(case, CASE_FIELDS, where)
        if (case["suite"], case["id"]) in seen:
            yield f"{where}.id repeats {case['id']!r}"
        seen.add((case["suite"], case["id"]))
        if (case["passed"] is None) != (case["error"] is not None):
            yield f"{where}.passed is {json.dumps(case['passed'])} beside its error"
        for metric, value in case["scores"].items():
            if value is not None and not is_number(value):
                yield f"{where}.scores[{metric!r}] is not a number or null"
        try:
            _read_through(case)
        except (KeyError, TypeError, AttributeError) as error:
            yield f"{where}.answer, .expect or .retrieved: {type(error).__name__} {error}"


def _read_through(case: Json) -> None:
    """Read every value that a comparison or a report will read, as they read it.

    Raises:
        KeyError, TypeError, AttributeError: one is missing or of another kind.
    """
    names = [*case["retrieved"], *case["expect"].get("sources_any", ())]
    names += case["expect"].get("sources_all", ())
    "".join(names)
    answer = case["answer"] or {}
    (answer.get("usage") or {}).get("cost_usd")
    citations = [c for s in answer.get("sentences") or () for c in s["citations"]]
    for place in (*citations, *(answer.get("retrieved") or ())):
        "".join((place["article"],))
        operator.index(place["start"])
        operator.index(place["end"])


def _misshapen(value: Any, fields: dict[str, str], where: str) -> Iterator[str]:  # noqa: ANN401 - likewise
    if not isinstance(value, dict):
        yield f"{where or 'the whole'} is not an object"
        return
    for field, wanted in fields.items():
        name = f"{where}.{field}".lstrip(".")
        if field not in value:
            yield f"{name} is missing"
        elif not isinstance(value[field], TYPES[wanted]):
            yield f"{name} is not {wanted}"


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}")
