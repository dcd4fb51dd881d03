"""Follow-ups: how many become the question that was meant.

    python -m evals.follow_ups [--failures]

Asks `rag.conversation` for the standalone question of each pair in evals/conversations and judges
it by rule: every required text is there, no forbidden one is, and the kind of answer is the one
that was asked for. The rules were written with the development pairs; of those kept aside, only the
share is printed.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.intervals import wilson
from rag.conversation import standalone_question
from rag.question import AnswerKind, parse_question

FOLDER = Path(__file__).parent / "conversations"
DEVELOPMENT, KEPT_ASIDE = FOLDER / "development.yaml", FOLDER / "kept_aside.yaml"


@dataclass(frozen=True, slots=True)
class Pair:
    """A follow-up and what is expected of its standalone question; see the data file.

    Attributes:
        id: its name.
        kind: the kind of follow-up.
        history: the earlier questions, oldest first.
        question: the follow-up.
        all: groups of texts, of each of which one must be in the standalone question.
        none: texts that must not be in it.
        answer: the kind of answer asked for; None where that does not matter.
        same: whether it must be left as it is.
        evidence: what a collection says on the earlier questions.
    """

    id: str
    kind: str
    history: tuple[str, ...]
    question: str
    all: tuple[tuple[str, ...], ...]
    none: tuple[str, ...]
    answer: AnswerKind | None
    same: bool
    evidence: tuple[str, ...]


Result = tuple[Pair, str, list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure how follow-ups are rewritten.")
    parser.add_argument(
        "--failures", action="store_true", help="print the development pairs that fail"
    )
    show = parser.parse_args(arguments).failures
    results = {"development": measured(DEVELOPMENT), "kept aside": measured(KEPT_ASIDE)}
    for pair, said, wrong in results["development"] if show else ():
        if wrong:
            _print(f"{pair.id}: {' / '.join((*pair.history, pair.question))}")
            _print(f"    {said}\n    {'; '.join(wrong)}")
    _print(f"{'kind':<20}" + "".join(f"{half:>14}" for half in results))
    for kind in dict.fromkeys(pair.kind for found in results.values() for pair, *_ in found):
        shares = [_share([r for r in found if r[0].kind == kind]) for found in results.values()]
        _print(f"{kind:<20}" + "".join(f"{right} of {total}".rjust(14) for right, total in shares))
    for half, found in results.items():
        right, total = _share(found)
        low, high = wilson(right, total)
        _print(f"{half}: {right} of {total}, {right / total:.3f} ({low:.3f} to {high:.3f})")
    return 0


def measured(path: Path) -> list[Result]:
    """Return each pair of a file with its standalone question and what is wrong with that."""
    said = [(pair, rewritten(pair)) for pair in load(path)]
    return [(pair, text, problems(pair, text)) for pair, text in said]


def load(path: Path) -> list[Pair]:
    """Read the pairs of a file."""
    groups = yaml.safe_load(path.read_text("utf-8"))
    return [_pair(group["kind"], case) for group in groups for case in group["cases"]]


def rewritten(pair: Pair) -> str:
    """Return the standalone question of a pair."""
    return standalone_question(pair.question, pair.history, lambda _: pair.evidence)


def problems(pair: Pair, said: str) -> list[str]:
    """Return what is wrong with a standalone question, in words; empty where nothing is."""
    found = []
    if pair.same and said != pair.question:
        found.append("was changed")
    found += [f"lacks {' or '.join(group)}" for group in pair.all if not _any_in(group, said)]
    found += [f"has {text}" for text in pair.none if _any_in([text], said)]
    kind = parse_question(said).kind
    if pair.answer is not None and kind is not pair.answer:
        found.append(f"asks for {kind.value}")
    return found


def _any_in(texts: Sequence[str], said: str) -> bool:
    plain = said.replace("’", "'")
    return any(re.search(rf"\b{re.escape(text)}", plain, re.IGNORECASE) for text in texts)


def _share(results: Sequence[Result]) -> tuple[int, int]:
    return sum(not wrong for *_, wrong in results), len(results)


def _pair(kind: str, case: dict[str, Any]) -> Pair:
    return Pair(
        id=case["id"],
        kind=kind,
        history=tuple(case["history"]),
        question=case["question"],
        all=tuple((t,) if isinstance(t, str) else tuple(t) for t in case.get("all", ())),
        none=tuple(case.get("none", ())),
        answer=AnswerKind(case["answer"]) if "answer" in case else None,
        same=case.get("same", False),
        evidence=tuple(case.get("evidence", ())),
    )


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
