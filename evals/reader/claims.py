"""Claims: sentences and the evidence that bears them out, or does not.

A claim is read as a question is: which sentence of the evidence answers it, and does any? That
teaches a reader to mind a number, a name or a "not" that differs in one word. Knows nothing of
questions.
"""

from collections.abc import Iterator
from pathlib import Path

from evals.reader.examples import Example, held_apart
from evals.reader.sources import Label, as_written, rows_of
from index.chunk import sentences_of

# The sets of claims that are used, all on numbers, dates and names that were changed minimally.
CLAIMS = (
    "vitaminc-test_real",
    "vitaminc-test_synthetic",
    "fever_symmetric-dev",
    "fever_symmetric-test",
    "fool_me_twice-dev",
    "fool_me_twice-test",
)
# What a decoder could not read: a lost dash or space.
LOST = "\N{REPLACEMENT CHARACTER}"
MAX_SENTENCES = 8


def read_claims(folder: Path) -> tuple[list[Example], list[Example]]:
    """Read every set; return what to learn from and what to validate on.

    Raises:
        BenchmarkError: one cannot be read.
    """
    sides: tuple[list[Example], list[Example]] = ([], [])
    for name in CLAIMS:
        for group, example in _read(folder, name):
            sides[held_apart(group)].append(example)
    return sides


def _read(folder: Path, name: str) -> Iterator[tuple[str, Example]]:
    for row in rows_of(folder, name):
        if LOST in row["premise"] + row["hypothesis"]:
            continue
        evidence = as_written(row["premise"])
        sentences = tuple(span.of(evidence) for span in sentences_of(evidence))[:MAX_SENTENCES]
        supported = row["label"] == "supported"
        # Of several sentences it is not known which one bears the claim out.
        label: Label = supported if len(sentences) == 1 or not supported else None
        kind = "claim supported" if supported else "claim not supported"
        claim = as_written(row["hypothesis"])
        yield (
            f"claim:{row.get('page') or evidence}",
            Example(claim, sentences, (label,) * len(sentences), supported, kind),
        )
