"""Making suites: a file is started, and cases are put in it one by one.

A case is recorded from an answer that its reader agreed with. What it then expects is what was
agreed to: that it abstains, or what it cites and what its reader said it must hold.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.suite import SuiteError
from evals.types import Suite
from index.vectors import write_atomically
from rag.types import Answer
from rag.words import content_words

MAX_ID_WORDS = 6


def start_suite(path: Path, corpus: Path) -> None:
    """Write a suite without cases.

    Raises:
        SuiteError: the file is there already, cannot be written, or the corpus is no folder.
    """
    if not corpus.is_dir():
        raise SuiteError(f"{corpus} is no folder of articles")
    if path.exists():
        raise SuiteError(f"{path} is there already: choose another name")
    _write(
        path,
        _as_yaml({"suite": path.stem, "corpus": os.path.relpath(corpus, path.parent)})
        + "cases: []\n",
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader says of a case beside its question.

    Attributes:
        must: what the answer must hold; in each, "a|b" means either.
        kind: the kind of the case, if it is answered.
        identifier: its id; None makes one of the question.
    """

    must: tuple[str, ...] = ()
    kind: str = "fact"
    identifier: str | None = None


def drafted_case(suite: Suite, question: str, answer: Answer, wish: Wish) -> dict[str, Any]:
    """Return the case that an answer, once agreed with, stands for.

    Raises:
        SuiteError: the id is taken, or the answer does not hold what it must.
    """
    taken = {case.id for case in suite.cases}
    if wish.identifier in taken:
        raise SuiteError(f"the id {wish.identifier!r} is taken in {suite.path}: choose another")
    groups = [group.split("|") for group in wish.must]
    for group in groups:
        if not any(text.casefold() in answer.text.casefold() for text in group):
            raise SuiteError(f"the answer does not hold {' or '.join(group)!r}: nothing to record")
    expect: dict[str, Any] = {"abstain": True}
    if not answer.abstained:
        expect = {"sources_any": [source.article for source in answer.sources]}
        expect = ({"answer_all": groups} if groups else {}) | expect
    return {
        "id": wish.identifier or _free_id(question, taken),
        "kind": "unanswerable" if answer.abstained else wish.kind,
        "question": question,
        "expect": expect,
    }


def add_case(path: Path, case: dict[str, Any]) -> None:
    """Put a case at the end of a suite; comments and order in the file stay as they are.

    Raises:
        SuiteError: the file cannot be read or written.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path} cannot be read: {error}") from error
    block = "  - " + _as_yaml(case).rstrip("\n").replace("\n", "\n    ") + "\n"
    if re.search(r"^cases: \[\]\s*$", text, re.MULTILINE):
        text = re.sub(r"^cases: \[\]\s*$", "cases:\n", text, flags=re.MULTILINE)
    _write(path, text.rstrip("\n") + "\n" + block)


def _as_yaml(value: dict[str, Any]) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)


def _free_id(question: str, taken: set[str]) -> str:
    base = "-".join(re.sub(r"[^a-z0-9]+", "", w) for w in content_words(question)[:MAX_ID_WORDS])
    base = re.sub(r"-+", "-", base).strip("-") or "case"
    names = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())
    except OSError as error:
        raise SuiteError(f"{path} cannot be written: {error.strerror}") from error
