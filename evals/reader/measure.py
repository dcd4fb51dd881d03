"""Measure: what a trained reader makes of questions that it has not seen.

    python -m evals.reader.measure DIR --data ../shared/data

Of SQuAD 2.0 and of our own reports only those count that `evals.reader.tune` held apart.

Each question is put to the passage that it was written about: does the reader tell the passages
that answer from those that do not, and is its best sentence one that answers? A passage longer than
the reader's limit is read in parts, and counts as its best part.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from evals.benchmarks.data import holds_any, read_lines
from evals.reader.model import Reader, load
from evals.reader.scores import Read, read_all
from evals.reader.sources import as_written
from evals.reader.tune import held_apart, titles_of
from evals.reader.written import FOLDER, passages_of, read_reports
from index.chunk import sentences_of
from rag.reader_input import Encoded, Encoder

Row = dict[str, Any]
SEED = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A question and its passage.

    Attributes:
        question, sentences: the two texts.
        right: for each sentence whether it answers.
        answerable: whether the passage does, by the set's own word.
    """

    question: str
    sentences: tuple[str, ...]
    right: tuple[bool, ...]
    answerable: bool


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure a trained reader.")
    parser.add_argument("reader", type=Path, help="what `python -m evals.reader.train` wrote")
    parser.add_argument("--data", type=Path, required=True, help="holds squad2/, clapnq/ and nyt/")
    parser.add_argument("--written", type=Path, default=FOLDER, help="holds our reports")
    parser.add_argument("--limit", type=int, help="ask so many questions of each set, at random")
    options = parser.parse_args(arguments)
    reader, encoder = load(options.reader)
    folders = {name: options.data / name for name in SETS} | {"written": options.written}
    for name, cases_in in (SETS | {"written": _written}).items():
        cases = list(cases_in(folders[name]))
        if options.limit is not None and options.limit < len(cases):
            cases = random.Random(SEED).sample(cases, options.limit)  # noqa: S311 - no secret
        for line in measure(reader, encoder, cases):
            sys.stdout.write(f"{name}: {line}\n")
    return 0


def measure(reader: Reader, encoder: Encoder, cases: Sequence[Case]) -> Iterator[str]:
    """Yield the figures of one set, a line each."""
    parts = [_parts(encoder, case) for case in cases]
    read = iter(read_all(reader, [part for of_case in parts for part in of_case]))
    results = [_joined([next(read) for _ in of_case]) for of_case in parts]
    answerable = [case.answerable for case in cases]
    count = sum(answerable)
    yield f"{len(cases)} questions, {count} answerable"
    if 0 < count < len(cases):
        best = [max(result.sentences) for result in results]
        passages = [result.passage for result in results]
        yield f"AUC of the passage {roc_auc_score(answerable, passages):.4f}"
        yield f"AUC of the best sentence {roc_auc_score(answerable, best):.4f}"
        both = np.add(passages, best)
        yield f"AUC of their sum {roc_auc_score(answerable, both):.4f}"
    ranks = [
        _right_in_order(case, result)
        for case, result in zip(cases, results, strict=True)
        if case.answerable
    ]
    yield f"the best sentence answers {np.mean([rank[0] for rank in ranks]):.4f}"
    yield f"one of the best three does {np.mean([any(rank[:3]) for rank in ranks]):.4f}"


def _parts(encoder: Encoder, case: Case) -> list[Encoded]:
    """Return a passage in as many parts as it takes, each of whole sentences where they fit."""
    parts: list[list[str]] = [[]]
    for sentence in case.sentences:
        if parts[-1] and not encoder.encode(case.question, [*parts[-1], sentence]).whole:
            parts.append([])
        parts[-1].append(sentence)
    return [encoder.encode(case.question, part) for part in parts]


def _joined(parts: Sequence[Read]) -> Read:
    sentences = tuple(logit for part in parts for logit in part.sentences)
    return Read(sentences, max(part.passage for part in parts), (0, 0))


def _right_in_order(case: Case, result: Read) -> list[bool]:
    """Return for each sentence whether it answers, the best first."""
    order = sorted(range(len(case.right)), key=lambda place: -result.sentences[place])
    return [case.right[place] for place in order]


def _squad2(folder: Path) -> Iterator[Case]:
    """Yield the questions of SQuAD 2.0 whose articles the reader was not tuned on."""
    asked_of = titles_of(folder)
    apart = held_apart(asked_of)
    for case, title in zip(_squad(folder), asked_of, strict=True):
        if title in apart:
            yield case


def _squad(folder: Path) -> Iterator[Case]:
    """Yield the questions of a set in SQuAD's form; see `evals.benchmarks.squad`."""
    passages = {
        row["id"]: tuple(span.of(row["text"]) for span in sentences_of(row["text"]))
        for row in read_lines(folder / "passages.jsonl")
    }
    for row in read_lines(folder / "questions.jsonl"):
        sentences = passages[row["passage"]]
        right = tuple(holds_any(sentence, row["answers"]) for sentence in sentences)
        yield Case(row["question"], sentences, right, row.get("answerable", True))


def _clapnq(folder: Path) -> Iterator[Case]:
    """Yield the questions of CLAP NQ; the sentences that its annotators chose answer."""
    for row in read_lines(folder / "questions.jsonl"):
        chosen = {text for output in row["output"] for text in output["selected_sentences"] or ()}
        sentences = tuple(text for passage in row["passages"] for text in passage["sentences"])
        yield Case(
            row["question"],
            tuple(as_written(text) for text in sentences),
            tuple(text in chosen for text in sentences),
            row["answerable"],
        )


def _written(folder: Path) -> Iterator[Case]:
    """Yield the questions on our own reports that no reader learnt from."""
    for report in read_reports(folder):
        if not report.apart:
            continue
        text = report.article.text
        spans = [span for passage in passages_of(report.article) for span in passage]
        for question in report.questions:
            right = tuple(question.answered_in(span) for span in spans)
            sentences = tuple(span.of(text) for span in spans)
            yield Case(question.text, sentences, right, any(right))


SETS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "squad2": _squad2,
    "clapnq": _clapnq,
    "nyt": _squad,
}


if __name__ == "__main__":
    sys.exit(main())
