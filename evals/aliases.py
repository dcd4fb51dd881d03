"""Aliases: data sets made for other tools, read as golden questions.

Known are the field names of ragas, deepeval, promptfoo and inspect. What they hold beyond a
question and its expected answer (contexts, a recorded response) is left aside. A short expected
answer must stand in the answer; a longer one is a whole sentence that no other writer would repeat,
so it is kept as `reference` and only measured.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.suite import _Place

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
CONTAINS_NOT = frozenset({"not-contains", "not-icontains"})


def to_golden(suite: dict[str, Any], place: _Place) -> _Place:
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
    if not isinstance(case, dict) or ("question" in case and not _foreign(case)):
        return case
    if "vars" in case:
        return _promptfoo(case, position)
    question = next((case[name] for name in QUESTION if case.get(name)), None)
    if question is None:
        return case
    metadata = case.get("metadata") or case.get("additional_metadata") or {}
    kind = metadata.get("kind") if isinstance(metadata, dict) else None
    return _golden(
        case.get("id") or case.get("name") or f"case-{position}",
        _last_turn(question),
        _expected(next((case[name] for name in ANSWER if case.get(name)), None)),
        kind=case.get("kind") or kind,
        tags=case.get("tags"),
    )


def _foreign(case: dict[str, Any]) -> bool:
    return not GOLDEN_ONLY & case.keys() and any(name in case for name in ANSWER)


def _promptfoo(case: dict[str, Any], position: int) -> dict[str, Any]:
    variables = case["vars"] if isinstance(case["vars"], dict) else {}
    question = next((variables[name] for name in QUESTION if variables.get(name)), None)
    if question is None and len(variables) == 1:
        question = next(iter(variables.values()))
    expect: dict[str, Any] = {"answer_all": [], "answer_none": []}
    for check in case.get("assert") or []:
        kind, value = check.get("type"), check.get("value")
        values = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        if kind in CONTAINS_ONE | CONTAINS_ANY:
            expect["answer_all"].append(values)
        elif kind in CONTAINS_ALL:
            expect["answer_all"] += [[v] for v in values]
        elif kind in CONTAINS_NOT:
            expect["answer_none"] += values
        elif kind in {"llm-rubric", "similar", "factuality", "answer-relevance"} and value:
            expect["reference"] = str(value)
    metadata = case.get("metadata") or {}
    return _golden(
        case.get("id") or f"case-{position}",
        question,
        {name: value for name, value in expect.items() if value},
        kind=metadata.get("kind"),
        tags=None,
    )


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
    turns = [t for t in question if isinstance(t, dict) and t.get("role", t.get("type")) != "ai"]
    return turns[-1].get("content") if turns else None
