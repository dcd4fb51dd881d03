"""Data: third-party sets are read where they are, fingerprinted, and never copied.

Knows file formats and nothing of what is measured.
"""

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar

from index.errors import DatelineError
from index.models import file_sha256
from rag.words import fold

Item = TypeVar("Item")


class BenchmarkError(DatelineError):
    """A benchmark cannot be run; the message is one line that says why."""


def files_of(folder: Path, patterns: Collection[str]) -> list[Path]:
    """Return the files of a data set, sorted.

    Raises:
        BenchmarkError: a pattern matches nothing.
    """
    found: set[Path] = set()
    for pattern in patterns:
        matching = [path for path in folder.glob(pattern) if path.is_file()]
        if not matching:
            raise BenchmarkError(
                f"there is no {pattern} in {folder}: point --data at the folder that holds "
                f"{folder.name}/"
            )
        found.update(matching)
    return sorted(found)


def fingerprint(folder: Path, files: Collection[Path]) -> str:
    """Return the SHA-256, in hex, over the names and contents of files.

    Raises:
        BenchmarkError: one cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        try:
            content = file_sha256(path)
        except OSError as error:
            raise BenchmarkError(f"{path} cannot be read: {error.strerror}") from error
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a JSONL file.

    Raises:
        BenchmarkError: it cannot be read, or a line is not JSON.
    """
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise BenchmarkError(f"{path}:{number} is not JSON: {error}") from error
    return rows


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read a JSON file.

    Raises:
        BenchmarkError: it cannot be read, or is not JSON.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise BenchmarkError(f"{path} is not JSON: {error}") from error


def read_text(path: Path) -> str:
    """Read a text file.

    Raises:
        BenchmarkError: it cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise BenchmarkError(f"{path} cannot be read: {error}") from error


def sample(items: Sequence[Item], limit: int | None) -> list[Item]:
    """Return at most `limit` items, evenly spaced, so that no topic is all of them."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[i * len(items) // limit] for i in range(limit)]


def holds(text: str, answer: str) -> bool:
    """Tell whether a text holds an answer as whole words, whatever their case and accents."""
    wanted = fold(" ".join(answer.split()))
    found = fold(" ".join(text.split()))
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", found) is not None


def holds_any(text: str, answers: Collection[str]) -> bool:
    """Tell whether a text holds one of the answers."""
    return any(holds(text, answer) for answer in answers)
