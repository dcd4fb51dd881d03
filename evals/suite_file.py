"""Suite file: YAML, JSON or JSONL read as plain values, each with its line and column.

Scalars stay the texts that were written. Knows nothing of what a suite must hold.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from index.errors import DatelineError


class SuiteError(DatelineError):
    """A suite cannot be run; the message names file, line, column and field."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value, and how to say where it stands."""

    value: Any
    file: Path
    marks: dict[tuple[str | int, ...], tuple[int, int]]
    keys: tuple[str | int, ...] = ()

    def __getitem__(self, key: str | int) -> "Place":
        """Return the value under a key, with its place."""
        return Place(self.value[key], self.file, self.marks, (*self.keys, key))

    def __contains__(self, key: str | int) -> bool:
        """Tell whether there is a value under a key."""
        return key in self.value

    def within(self, *keys: str | int) -> "Place":
        """Return the same place further in, whether or not there is anything."""
        return replace(self, keys=(*self.keys, *keys))

    @property
    def where(self) -> str:
        """Where it stands, as FILE:LINE:COLUMN."""
        line, column = self._mark()
        return f"{self.file}:{line}:{column}"

    @property
    def line(self) -> str:
        """Where it stands, as FILE:LINE."""
        return f"{self.file}:{self._mark()[0]}"

    def _mark(self) -> tuple[int, int]:
        keys = self.keys
        while keys not in self.marks and keys:
            keys = keys[:-1]
        return self.marks.get(keys, (1, 1))

    def wrong(self, what: str) -> SuiteError:
        """Return the error that says what is wrong here."""
        name = ".".join(str(key) for key in self.keys if not isinstance(key, int))
        return SuiteError(f"{self.where}: {name or 'the suite'} {what}")


class _Texts(yaml.SafeLoader):
    """Reads scalars as the texts that were written: YAML would take 12:01 for 721, "no" for false.

    Only what is no text stays what it is: null, and the key that merges another mapping.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the base class has it
        first: [(tag, form) for tag, form in forms if tag.endswith((":null", ":merge"))]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml(path: Path, text: str) -> Place:
    """Read a suite as YAML; a bare list is a list of cases.

    Raises:
        SuiteError: it is not valid YAML, has a key twice, or is no mapping.
    """
    try:
        node = yaml.compose(text, Loader=_Texts)
        value = yaml.load(text, Loader=_Texts)  # noqa: S506 - a SafeLoader that knows less
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        if isinstance(error, yaml.reader.ReaderError):
            head = text[: error.position]
            where = f"{path}:{head.count(chr(10)) + 1}:{error.position - head.rfind(chr(10))}"
        reason = getattr(error, "problem", None) or " ".join(str(error).split())
        raise SuiteError(f"{where}: the suite is not valid YAML: {reason}") from error
    if node:
        _refuse_doubled_keys(path, node)
    bare = isinstance(value, list)
    marks = dict(_marks(node, ("cases",) if bare else ())) if node else {}
    place = Place({"cases": value} if bare else value, path, marks)
    if not isinstance(place.value, dict):
        raise place.wrong("is empty or no mapping: it needs `suite` and `cases`")
    return place


def read_jsonl(path: Path, text: str) -> Place:
    """Read a suite as JSON with one case a line.

    Raises:
        SuiteError: a line is not valid JSON.
    """
    cases: list[Any] = []
    marks: dict[tuple[str | int, ...], tuple[int, int]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        value = _parsed(path, line, number)
        marks["cases", len(cases)] = (number, 1)
        cases.append(value)
    return Place({"cases": cases}, path, marks)


def read_json(path: Path, text: str) -> Place:
    """Read a suite as JSON; a bare list is a list of cases.

    Raises:
        SuiteError: it is not valid JSON, or no object.
    """
    value = _parsed(path, text)
    bare = isinstance(value, list)
    place = Place({"cases": value} if bare else value, path, {})
    if not isinstance(place.value, dict):
        raise place.wrong("is no object: it needs `suite` and `cases`")
    return place


def _parsed(path: Path, text: str, first_line: int = 1) -> Any:  # noqa: ANN401 - any JSON
    try:
        # Numbers stay the texts that were written.
        return json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        where = f"{path}:{first_line + error.lineno - 1}:{error.colno}"
        raise SuiteError(f"{where}: not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise SuiteError(f"{path}:{first_line}:1: not valid JSON: nested too deeply") from error


def _refuse_doubled_keys(path: Path, node: yaml.Node) -> None:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, yaml.SequenceNode):
            pending += current.value
        elif isinstance(current, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in current.value:
                mark = key.start_mark
                if key.value in seen and key.value != "<<":
                    where = f"{path}:{mark.line + 1}:{mark.column + 1}"
                    raise SuiteError(f"{where}: {key.value!r} is there twice: keep one")
                seen.add(key.value)
                pending.append(value)


def _marks(
    node: yaml.Node, keys: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], tuple[int, int]]]:
    yield keys, (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _marks(value, (*keys, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _marks(value, (*keys, position))
