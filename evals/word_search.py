"""Word search: what searching for words costs in a large collection, with and without a budget.

    python -m evals.word_search ../shared/data

Makes a full-text index of 100,000 passages. The first are the paragraphs of New York Times articles
(`nyt`). The others, of 80 to 200 words, are made up: a third of their words are drawn from one
paragraph, as texts keep to their subject, the rest at random with the frequencies that words have
in all paragraphs, which follow Zipf's law. Questions of the same set are searched for with a budget
and without, in turns, so that a slow moment of the machine falls on both alike. Prints the
milliseconds, and how often the paragraph that a question was written about is found.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.benchmarks.data import read_lines, sample
from evals.provenance import describe_machine
from index.sqlite.database import SqliteDatabase
from index.sqlite.words import BUDGET, SqliteWords
from rag.question import parse_question
from rag.retrieve import SEARCHED
from rag.words import words

PASSAGES = 100_000
LENGTH = (80, 200)
OWN_SHARE = 1 / 3
SEED = 0
UNBOUNDED = sys.maxsize


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Time searching for words.")
    parser.add_argument("data", type=Path, help="the folder that holds nyt/")
    parser.add_argument("-n", type=int, default=200, help="how many questions (default 200)")
    parser.add_argument("--passages", type=int, default=PASSAGES)
    options = parser.parse_args(arguments)
    rows = read_lines(options.data / "nyt" / "passages.jsonl")
    numbers = {row["id"]: number for number, row in enumerate(rows, start=1)}
    paragraphs = [row["text"] for row in rows]
    asked = [
        (row["question"], numbers[row["passage"]])
        for row in read_lines(options.data / "nyt" / "questions.jsonl")
    ]
    with tempfile.TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder), create=True)
        _fill(database, paragraphs, options.passages)
        bounded = SqliteWords(database, BUDGET)
        whole = SqliteWords(database, UNBOUNDED)
        _report(bounded, whole, sample(asked, options.n), options.passages)
        database.close()
    return 0


def _fill(database: SqliteDatabase, paragraphs: Sequence[str], count: int) -> None:
    """Index made-up passages; no more of a collection is needed to search for words."""
    random = np.random.default_rng(SEED)
    own = [words(text) for text in paragraphs]
    frequency = Counter(word for text in own for word in text)
    every = np.array(list(frequency))
    share = np.array(list(frequency.values())) / frequency.total()
    with database.transaction("IMMEDIATE"):
        for number in range(1, count + 1):
            if number <= len(paragraphs):
                text = paragraphs[number - 1]
            else:
                length = int(random.integers(*LENGTH))
                kept = int(length * OWN_SHARE)
                near = own[int(random.integers(len(own)))]
                drawn = [near[n] for n in random.integers(len(near), size=kept)]
                drawn += every[random.choice(len(every), length - kept, p=share)].tolist()
                text = " ".join(drawn)
            database.sql.execute(
                "INSERT INTO words (rowid, heading, body) VALUES (?, 'The New York Times', ?)",
                (number, text),
            )
        database.set_meta("generation", "1")


def _report(
    bounded: SqliteWords, whole: SqliteWords, asked: Sequence[tuple[str, int]], passages: int
) -> None:
    times: dict[str, list[float]] = {"without a budget": [], f"budget {BUDGET:,}": []}
    found: dict[str, list[bool]] = {name: [] for name in times}
    for text, gold in asked:
        looked_for = parse_question(text).words
        for name, index in zip(times, (whole, bounded), strict=True):
            start = time.perf_counter()
            matches = index.search(looked_for, SEARCHED, None, passages)
            times[name].append((time.perf_counter() - start) * 1000)
            found[name].append(gold in {match.passage for match in matches})
    _print(f"{len(asked)} questions, {passages:,} passages; {describe_machine()}")
    for name, taken in times.items():
        middle, late, longest = np.percentile(taken, [50, 95, 100])
        _print(
            f"{name}: p50 {middle:.1f} ms, p95 {late:.1f} ms, longest {longest:.1f} ms; "
            f"the right paragraph is in the first {SEARCHED} in {np.mean(found[name]):.3f}"
        )


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
