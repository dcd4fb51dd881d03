"""Aliases: data sets made for other tools, read as golden questions.

Known are the field names of ragas, deepeval, promptfoo and inspect. What they hold beyond a
question and its expected answer (contexts, a recorded response) is left aside. A short expected
answer must stand in the answer; a longer one is a whole sentence that no other writer would repeat,
so it is kept as `reference` and only measured.
"""

import re
from dataclasses import replace
from typing import Any

from evals.suite_file import Place

QUESTION = ("question", "user_input", "input", "query", "prompt")
ANSWER = (
    *("reference", "ground_truth", "ground_truths", "expected_output", "target", "ideal"),
    *("expected", "answers", "answer"),
)
GOLDEN_ONLY = frozenset({"expect", "history", "as_of"})
MAX_SHORT_WORDS = 8
CONTAINS_ONE = frozenset({"contains", "icontains", "equals"})
CONTAINS_ANY = frozenset({"contains-any", "icontains-any"})
CONTAINS_ALL = frozenset({"contains-all", "icontains-all"})
CONTAINS_NOT = frozenset({"not-contains", "not-icontains", "not-contains-any", "not-icontains-any"})
MEASURED = frozenset({"llm-rubric", "similar", "factuality", "answer-relevance"})
# Where contexts were recorded, so was a response: "answer" is what a system said, not what it
# should have said.
RECORDED = frozenset({"contexts", "retrieved_contexts", "retrieval_context", "actual_output"})
ASKING_ROLES = frozenset({"user", "human"})
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class AliasError(ValueError):
    """A case of another tool's data set cannot be read. `position` counts cases from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def to_golden(suite: dict[str, Any], place: Place) -> Place:
    """Return the suite with every case in the golden form; golden cases stay as they are."""
    key = "cases" if "cases" in suite else "tests" if "tests" in suite else None
    cases = suite.get(key) if key else None
    if not isinstance(cases, list):
        return place
    translated = [_case(case, position) for position, case in enumerate(cases, start=1)]
    if key == "cases" and translated == cases:
        return place
    named = suite.get("suite") or suite.get("description")
    golden = {"suite": named, "corpus": suite.get("corpus"), "cases": translated}
    marks = {
        ("cases", *keys[1:]) if keys[:1] == (key,) else keys: mark
        for keys, mark in place.marks.items()
    }
    return replace(place, value={k: v for k, v in golden.items() if v is not None}, marks=marks)


def _case(case: Any, position: int) -> Any:  # noqa: ANN401 - whatever stood in the file
    if not isinstance(case, dict):
        return case
    asked = next((name for name in QUESTION if case.get(name)), None)
    if "vars" in case:
        return _promptfoo(case, position)
    if GOLDEN_ONLY & case.keys():
        # A golden case whose question goes by another name.
        renamed = {"question": case[asked]} if asked not in {None, "question"} else {}
        return {
            name: value for name, value in case.items() if name != asked or not renamed
        } | renamed
    recorded = {"answer", "answers"} if RECORDED & case.keys() else set()
    answer = next((n for n in ANSWER if n not in recorded and _is_answer(case.get(n))), None)
    if asked is None or (asked == "question" and answer is None and not recorded):
        return case
    metadata = case.get("metadata") or case.get("additional_metadata") or {}
    kind = metadata.get("kind") if isinstance(metadata, dict) else None
    return _golden(
        case.get("id") or case.get("name") or f"case-{position}",
        _last_turn(case[asked]),
        _expected(case[answer]) if answer else {},
        kind=case.get("kind") or kind,
        tags=case.get("tags"),
    )


def _is_answer(value: object) -> bool:
    texts = value if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(text, str) and text.strip() for text in texts)


def _promptfoo(case: dict[str, Any], position: int) -> dict[str, Any]:
    variables = case["vars"] if isinstance(case["vars"], dict) else {}
    question = next((variables[name] for name in QUESTION if variables.get(name)), None)
    if question is None and len(variables) == 1:
        question = next(iter(variables.values()))
    expect: dict[str, Any] = {"answer_all": [], "answer_none": []}
    checks = case.get("assert") or []
    if not isinstance(checks, list) or not all(isinstance(check, dict) for check in checks):
        raise AliasError("assert must be a list of mappings with `type` and `value`", position)
    for check in checks:
        _expect_assertion(expect, check, variables, position)
    metadata = case.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise AliasError("metadata must be a mapping", position)
    return _golden(
        case.get("id") or f"case-{position}",
        question,
        {name: value for name, value in expect.items() if value},
        kind=metadata.get("kind"),
        tags=None,
    )


def _expect_assertion(
    expect: dict[str, Any], check: dict[str, Any], variables: dict[str, Any], position: int
) -> None:
    """Add what one assertion expects; those that only a program or a model can judge are left."""
    kind = check.get("type")
    if not isinstance(kind, str):
        raise AliasError("assert has no `type`, or one that is no text", position)
    values = _filled(check.get("value"), variables)
    if kind in CONTAINS_ONE | CONTAINS_ANY | CONTAINS_ALL | CONTAINS_NOT and not values:
        raise AliasError(f"assert of type {kind!r} has no `value`", position)
    if kind in CONTAINS_ONE | CONTAINS_ANY:
        expect["answer_all"].append(values)
    elif kind in CONTAINS_ALL:
        expect["answer_all"] += [[value] for value in values]
    elif kind in CONTAINS_NOT:
        expect["answer_none"] += values
    elif kind in MEASURED and values:
        expect["reference"] = values[0]


def _filled(value: object, variables: dict[str, Any]) -> list[str]:
    """Return an assertion's values as texts, with the test's variables in their places."""
    values = value if isinstance(value, list) else [value]
    return [
        VARIABLE.sub(lambda found: str(variables.get(found[1], found[0])), str(text))
        for text in values
        if text not in (None, "")
    ]


def _golden(
    identifier: object, question: object, expect: dict[str, Any], *, kind: object, tags: object
) -> dict[str, Any]:
    golden = {"id": identifier, "kind": kind, "question": question, "expect": expect, "tags": tags}
    return {name: value for name, value in golden.items() if value not in (None, [], {})}


def _expected(answer: object) -> dict[str, Any]:
    answers = [str(a) for a in answer if a] if isinstance(answer, list) else [str(answer or "")]
    answers = [text for text in answers if text.strip()]
    short = [text for text in answers if len(text.split()) <= MAX_SHORT_WORDS]
    if not answers:
        return {}
    # Several answers are alternatives; when one is long, any of them may come in other words.
    return {"answer_all": [answers]} if len(short) == len(answers) else {"reference": answers[0]}


def _last_turn(question: object) -> object:
    """Return the last user turn of a chat, as inspect and ragas may hold it."""
    if not isinstance(question, list):
        return question
    turns = [
        turn
        for turn in question
        if isinstance(turn, dict) and turn.get("role", turn.get("type")) in ASKING_ROLES
    ]
    return turns[-1].get("content") if turns else None
