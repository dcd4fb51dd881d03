"""Dated words: how often relative words in news get their date rightly, and how often none.

    python -m evals.dated_words

Asks `rag.dates.resolve` about the sentences of `dated_words.jsonl`, which were written for this in
the manner of news. Each has a publication date, and the words in it whose date follows, with that
date; in nearly half of them nothing does. The rules were written with part `a` in view. Part `b`
was written after them; docs/quality.md has its figures from before a rule was mended for it.
Precision is the share of the resolved words whose date is right, recall the share of the words that
could be resolved and rightly were.

    python -m evals.dated_words --articles FOLDER...

lists instead what is resolved in articles, each with the words around it, for a person to judge.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.intervals import wilson
from evals.provenance import describe_machine
from index.load import Loaded, load_articles
from rag.dates.resolve import resolved_dates

DATA = Path(__file__).with_name("dated_words.jsonl")
PARTS = ("a", "b")
# How many characters are shown around the words of an article.
AROUND = 120


@dataclass(slots=True)
class Tally:
    """What came of one part.

    Attributes:
        right: words resolved to their date.
        wrong: words resolved to another date, or that have none.
        dated: words that have a date.
        silent, undated: sentences of which nothing should be said, and of which nothing was.
        mistakes: each mistake in words.
    """

    right: int = 0
    wrong: int = 0
    dated: int = 0
    silent: int = 0
    undated: int = 0
    mistakes: list[str] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        """Ask about one sentence."""
        found = resolved_dates(row["text"], row["published"], updated=row.get("updated"))
        got = {words.text: words.date for words in found}
        wanted: dict[str, str] = row["dates"]
        # A preposition more or less is the same phrase.
        right = [
            words
            for words, date in got.items()
            if any(date == day and (words in of or of in words) for of, day in wanted.items())
        ]
        self.right += len(right)
        self.wrong += len(got) - len(right)
        self.dated += len(wanted)
        self.undated += not wanted
        self.silent += not wanted and not got
        if len(right) != max(len(got), len(wanted)):
            self.mistakes.append(f"{row['published']}: {row['text']} {got}, not {wanted}")


def measure(rows: Sequence[dict[str, Any]]) -> dict[str, Tally]:
    """Return what came of each part."""
    tallies = {part: Tally() for part in PARTS}
    for row in rows:
        tallies[row["part"]].add(row)
    return tallies


def read_rows() -> list[dict[str, Any]]:
    """Return the sentences with their dates."""
    return [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]


def listed(paths: Sequence[Path]) -> Iterator[str]:
    """Yield a line for each word that is resolved in articles."""
    for loaded in load_articles(paths):
        if not isinstance(loaded, Loaded):
            continue
        article = loaded.article
        for words in resolved_dates(article.text, article.published, updated=article.updated):
            before = article.text[max(0, words.start - AROUND) : words.start]
            after = article.text[words.end : words.end + AROUND]
            around = " ".join(f"{before}[{words.text}]{after}".split())
            yield f"{article.published} {article.id}: {words.label}: {around}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Measure how relative words get their dates.")
    parser.add_argument("--articles", nargs="+", type=Path, help="list what is resolved in these")
    parser.add_argument("--part", choices=PARTS, help="measure, and show mistakes of, one part")
    options = parser.parse_args(arguments)
    if options.articles:
        for line in listed(options.articles):
            _print(line)
        return 0
    rows = [row for row in read_rows() if options.part in {None, row["part"]}]
    _print(describe_machine())
    for part, tally in measure(rows).items():
        if options.part in {None, part}:
            _show(part, tally)
    return 0


def _show(part: str, tally: Tally) -> None:
    _print(
        f"part {part}: precision {_share(tally.right, tally.right + tally.wrong)}, "
        f"recall {_share(tally.right, tally.dated)}, "
        f"silent where nothing follows {_share(tally.silent, tally.undated)}"
    )
    for mistake in tally.mistakes:
        _print(f"  {mistake}")


def _share(count: int, whole: int) -> str:
    if not whole:
        return "of nothing"
    low, high = wilson(count, whole)
    return f"{count / whole:.3f} ({low:.3f} to {high:.3f}; {count} of {whole})"


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
