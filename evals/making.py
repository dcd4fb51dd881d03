"""Making suites: a file is started, and cases are put in it one by one.

A case is recorded from an answer that its reader agreed with. What it then expects is what was
agreed to: that it abstains, or what it cites and what its reader said it must hold.
"""

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.saved import write_file
from evals.suite import load_suite
from evals.suite_file import SuiteError
from evals.types import Suite
from rag.types import Answer
from rag.words import content_words

MAX_ID_WORDS = 6


def start_suite(path: Path, corpus: Path) -> None:
    """Write a suite without cases.

    Raises:
        SuiteError: the file is there already, cannot be written, or the corpus is no folder.
    """
    if path.suffix in {".json", ".jsonl", ".ndjson"}:
        raise SuiteError(f"{path}: a new suite is YAML: name it {path.with_suffix('.yaml')}")
    if not corpus.is_dir():
        raise SuiteError(f"{corpus} is no folder of articles")
    if path.exists():
        raise SuiteError(f"{path} is there already: choose another name")
    write_file(
        path,
        _as_yaml({"suite": path.stem, "corpus": os.path.relpath(corpus, path.parent)})
        + "cases: []\n",
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader says of a case beside its question.

    Attributes:
        must: what the answer must hold; in each, "a|b" means either.
        never: what it must not hold.
        kind: the kind of the case, if it is answered.
        identifier: its id; None makes one of the question.
        history: the earlier questions of the conversation.
        as_of: the day by which its evidence was published.
        tags: its tags.
    """

    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    kind: str = "fact"
    identifier: str | None = None
    history: tuple[str, ...] = ()
    as_of: str | None = None
    tags: tuple[str, ...] = ()


def drafted_case(suite: Suite, question: str, answer: Answer, wish: Wish) -> dict[str, Any]:
    """Return the case that an answer, once agreed with, stands for.

    Raises:
        SuiteError: the id is taken, or the answer does not hold what it must.
    """
    taken = {case.id for case in suite.cases}
    if wish.identifier in taken:
        raise SuiteError(f"the id {wish.identifier!r} is taken in {suite.path}: choose another")
    groups = [[text.strip() for text in group.split("|")] for group in wish.must]
    for group in groups:
        if not all(group):
            raise SuiteError("--must has an empty text: write what the answer must hold")
        if not any(text.casefold() in answer.text.casefold() for text in group):
            raise SuiteError(f"the answer does not hold {' or '.join(group)!r}: nothing to record")
    expect: dict[str, Any] = {"abstain": True}
    if not answer.abstained:
        expect = {"sources_any": [source.article for source in answer.sources]}
        expect = ({"answer_all": groups} if groups else {}) | expect
        if answer.disagreements:
            expect["disagreement"] = True
    if wish.never:
        expect["answer_none"] = list(wish.never)
    case = {
        "id": wish.identifier or _free_id(question, taken),
        "kind": "unanswerable" if answer.abstained else wish.kind,
        "question": question,
        "history": list(wish.history),
        "as_of": wish.as_of,
        "expect": expect,
        "tags": list(wish.tags),
    }
    return {name: value for name, value in case.items() if value}


def add_case(path: Path, case: dict[str, Any]) -> None:
    """Put a case at the end of a suite; comments and order in the file stay as they are.

    Raises:
        SuiteError: the file cannot be read or written.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path} cannot be read: {error}") from error
    text = re.sub(r"^cases: *\[\] *$", "cases:", text, flags=re.MULTILINE)
    indent = _indent(path)
    block = _as_yaml(case).rstrip("\n").replace("\n", f"\n{indent}  ")
    text = f"{text.rstrip(chr(10))}\n{indent}- {block}\n"
    _refuse_unless_added(path, text, case)
    write_file(path, text)


def _indent(path: Path) -> str:
    """Return the white space before the dashes of a suite's cases."""
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except yaml.YAMLError:  # said where the result is read
        node = None
    cases = next((v for k, v in node.value if k.value == "cases"), None) if node else None
    block = isinstance(cases, yaml.SequenceNode) and not cases.flow_style and cases.value
    return " " * cases.start_mark.column if cases is not None and block else "  "


def _refuse_unless_added(path: Path, text: str, case: dict[str, Any]) -> None:
    """Refuse to write what would not read as the suite with one case more."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder, path.name)
        trial.write_text(text, "utf-8")
        try:
            added = load_suite(trial).cases[-1].id == case["id"]
        except SuiteError:
            added = False
    if not added:
        raise SuiteError(f"{path} cannot be added to: put `cases` last in it, as a list of blocks")


def _as_yaml(value: dict[str, Any]) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)


def _free_id(question: str, taken: set[str]) -> str:
    base = "-".join(re.sub(r"[^a-z0-9]+", "", w) for w in content_words(question)[:MAX_ID_WORDS])
    base = re.sub(r"-+", "-", base).strip("-") or "case"
    names = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
