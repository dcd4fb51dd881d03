"""Sources: labelled questions are read from public sets, each in its own format.

What comes out is one kind of thing: a question, the sentences of a document in order, and which of
them answer it. Knows nothing of what is made of them.
"""

import gzip
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.benchmarks.data import BenchmarkError, holds_any
from index.chunk import sentences_of
from index.types import Span
from rag.words import content_words

Row = dict[str, Any]
Label = bool | None

# Neighbouring rows of a set without documents are of one page, more or less.
BLOCK_ROWS = 200
NEIGHBOURS = 6
# Rows of a set whose contexts are cut from long papers come paper by paper.
PAPER_ROWS = 50

# In a tokenised text a mark stands apart from the word before it.
TOKENISED = re.compile(r"\S [.,;:?!)](?: |$)")
# A tokenised text's marks and what a writer would have put, in this order.
WRITTEN = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"-lrb-", "("),
        (r"-rrb-", ")"),
        (r"-lsb-", "["),
        (r"-rsb-", "]"),
        (r"`` ?| ?''", '"'),
        (r" (?=[.,;:!?%)\]’])| (?='(?:s|re|ve|ll|d|m)\b)| (?=n't\b)|(?<=[(\[$£€]) ", ""),
        (r"(?<=\w) ([-–]) (?=\w)", r"\1"),
        (r'" ([^"]+?) "', r'"\1"'),
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and a document that answers it.

    Attributes:
        question: as it was asked.
        sentences: the document, or some of it, in order.
        labels: for each sentence whether it answers; None where that is not known.
        answers: what the set gives as the answer; none where it names whole sentences only.
        group: names the page or paper; all that is made of one group stays on one side of a split.
        title: the document's; empty where the set gives none.
    """

    question: str
    sentences: tuple[str, ...]
    labels: tuple[Label, ...]
    answers: tuple[str, ...]
    group: str
    title: str = ""


def read_sources(folder: Path) -> list[Asked]:
    """Read every set that is used.

    Args:
        folder: holds `NAME.jsonl.gz` for each name in `SOURCES`.

    Raises:
        BenchmarkError: one cannot be read.
    """
    return [asked for name, read in SOURCES.items() for asked in read(rows_of(folder, name))]


def file_of(folder: Path, name: str) -> Path:
    """Return where a set is."""
    return folder / f"{name}.jsonl.gz"


def as_written(text: str) -> str:
    """Return a tokenised text as a writer would have put it: "( Bill 's )" becomes "(Bill's)"."""
    text = " ".join(text.split())
    if not TOKENISED.search(text):
        return text
    for pattern, written in WRITTEN:
        text = pattern.sub(written, text)
    return text


def rows_of(folder: Path, name: str) -> list[Row]:
    """Return the rows of a set.

    Raises:
        BenchmarkError: it cannot be read.
    """
    path = file_of(folder, name)
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    except (OSError, EOFError, ValueError) as error:
        raise BenchmarkError(f"{path} cannot be read: {error}") from error


def _read_marked(rows: Sequence[Row]) -> Iterator[Asked]:
    """Read rows in which somebody marked the answer's place."""
    for number, row in enumerate(rows):
        if not row.get("span_ok", True):
            continue
        group = f"wiki:{row['title']}" if row["title"] else f"paper:{number // PAPER_ROWS}"
        spans = sentences_of(row["context"])
        # A span may run over the end of a sentence: where it begins is where the answer is.
        marked = [
            any(span.start <= start < span.end for start in row["answer_starts"]) for span in spans
        ]
        yield from _asked(row, spans, marked, group)


def read_found(rows: Sequence[Row]) -> Iterator[Asked]:
    """Read rows in which the answer was merely found: in the sentence most like the question.

    Args:
        rows: each has a question, its context, its answers and the context's title.
    """
    for row in rows:
        spans = sentences_of(row["context"])
        wanted = set(content_words(row["question"]))
        shared = [
            len(wanted.intersection(content_words(text))) if holds_any(text, row["answers"]) else -1
            for text in (span.of(row["context"]) for span in spans)
        ]
        best = max(shared, default=-1)
        marked = [best >= 0 and count == best for count in shared]
        yield from _asked(row, spans, marked, f"wiki:{row['title']}")


def _asked(row: Row, spans: Sequence[Span], marked: Sequence[bool], group: str) -> Iterator[Asked]:
    """Yield a question whose answer was marked; other sentences that hold it are left open."""
    if not any(marked):
        return
    texts = [span.of(row["context"]) for span in spans]
    yield Asked(
        as_written(row["question"]),
        tuple(as_written(text) for text in texts),
        tuple(
            True if is_marked else (None if holds_any(text, row["answers"]) else False)
            for text, is_marked in zip(texts, marked, strict=True)
        ),
        tuple(as_written(answer) for answer in row["answers"]),
        group,
        as_written(row["title"]),
    )


def _read_sections(rows: Sequence[Row]) -> Iterator[Asked]:
    """Read rows that are the sentences of a section, one after the other, for each question."""
    for question, run in itertools.groupby(rows, key=lambda row: str(row["question"])):
        section = list(run)
        labels = tuple(bool(row["label"]) for row in section)
        if any(labels):
            sentences = tuple(as_written(row["sentence"]) for row in section)
            group = f"section:{sentences[0]}"
            yield Asked(as_written(question), sentences, labels, (), group)


def _read_pairs(rows: Sequence[Row]) -> Iterator[Asked]:
    """Read rows of a question and its sentence; the rows around make up the document."""
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        sentences = list(dict.fromkeys(as_written(row["sentence"]) for row in block))
        places = {sentence: place for place, sentence in enumerate(sentences)}
        answering: dict[str, set[int]] = {}
        for row in block:
            answering.setdefault(row["question"], set()).add(places[as_written(row["sentence"])])
        for question, right in answering.items():
            first = max(0, min(right) - NEIGHBOURS)
            around = range(first, min(len(sentences), min(right) + NEIGHBOURS + 1))
            yield Asked(
                as_written(question),
                tuple(sentences[place] for place in around),
                tuple(place in right for place in around),
                (),
                f"block:{start}",
            )


SOURCES: dict[str, Callable[[Sequence[Row]], Iterator[Asked]]] = {
    "nq_open_oracle-dev": read_found,
    "qed-dev": _read_marked,
    "covid_qa-train": _read_marked,
    "mlqa_en-dev": _read_marked,
    "selqa-dev": _read_sections,
    "selqa-test": _read_sections,
    "squad_sentence_pairs-test": _read_pairs,
}
