"""Tune: a trained reader learns from questions that were written to be mistaken for answerable.

    python -m evals.reader.tune START --data ../shared/data --out DIR [--folds 3] [--only NAME]

SQuAD 2.0's development half (CC BY-SA 4.0) holds them, and they are its point. Writes `DIR/whole`,
tuned on all of it, which is what ships; and `DIR/fold-0`, `DIR/fold-1` and so on, each tuned
without the articles of its fold, so that every question can be judged by a reader that has not seen
its article: `python -m evals.calibrate` fits and measures with those. Each is exported too.

Such questions teach a reader to doubt whatever is worded otherwise, which people's questions are.
So some of what START learnt from is gone through again, and the tuned weights are averaged with
those of START (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", arXiv:2109.01903).
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch

from evals.benchmarks.data import fingerprint, read_lines
from evals.course import SEED, Course, say
from evals.provenance import commit, machine
from evals.reader.changes import Changer
from evals.reader.claims import read_claims
from evals.reader.examples import Example, cut, kinds, make_examples, split
from evals.reader.export import export_folder
from evals.reader.fit import Pair, encoded, fit, measure
from evals.reader.model import new_reader
from evals.reader.sources import Asked, as_written, read_found, read_sources
from evals.weights import save
from index.chunk import sentences_of
from rag.network import CARD, TOKENIZER
from rag.reader_input import Encoder

FOLDS = 3
WHOLE = "whole"
EPOCHS = 2
# It has learnt most of what it can; a smaller rate keeps it.
RATE = 5e-5
# Of what it learnt from before, so many examples for each new one.
AGAIN = 0.4
# How much of the averaged weights is tuned.
TUNED_SHARE = 0.5
FILES = ("passages.jsonl", "questions.jsonl")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Tune a trained reader.")
    parser.add_argument("start", type=Path, help="what `python -m evals.reader.train` wrote")
    parser.add_argument("--data", type=Path, required=True, help="holds squad2/ and train/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--only", help="make this one only: whole, or fold-N")
    options = parser.parse_args(arguments)
    questions = list(read_squad2(options.data / "squad2"))
    again = _learnt_before(options.data / "train")
    names = [WHOLE, *(fold_name(fold) for fold in range(options.folds))]
    for name in names:
        if options.only in {None, name}:
            _tune(options, name, questions, again)
    return 0


def fold_name(fold: int) -> str:
    """Return the name of the reader that was tuned without a fold."""
    return f"fold-{fold}"


def folds_of(titles: Iterable[str], folds: int = FOLDS) -> dict[str, int]:
    """Return the fold of each article: the folds get about as many questions each.

    Args:
        titles: the article of each question.
        folds: how many there are.
    """
    sizes = [0] * folds
    placed = {}
    for title, count in sorted(Counter(titles).items(), key=lambda pair: (-pair[1], pair[0])):
        placed[title] = sizes.index(min(sizes))
        sizes[placed[title]] += count
    return placed


def titles_of(folder: Path) -> list[str]:
    """Return the article of each question of SQuAD 2.0, by its title.

    Raises:
        BenchmarkError: the data cannot be read.
    """
    titles = {row["id"]: row["title"] for row in read_lines(folder / FILES[0])}
    return [titles[row["passage"]] for row in read_lines(folder / FILES[1])]


def read_squad2(folder: Path) -> Iterator[Asked | Example]:
    """Yield the questions: those that are answered, and those that only seem to be.

    Raises:
        BenchmarkError: the data cannot be read.
    """
    passages = {row["id"]: row for row in read_lines(folder / FILES[0])}
    for row in read_lines(folder / FILES[1]):
        passage = passages[row["passage"]]
        if row["answerable"]:
            yield from read_found([row | {"context": passage["text"], "title": passage["title"]}])
            continue
        sentences = tuple(
            as_written(span.of(passage["text"])) for span in sentences_of(passage["text"])
        )
        none = tuple(False for _ in sentences)
        yield Example(
            row["question"],
            sentences,
            none,
            answerable=False,
            kind="unanswerable",
            title=passage["title"],
        )


def _learnt_before(data: Path) -> list[Example]:
    asked, _ = split(read_sources(data))
    changer = Changer(text for one in asked for text in one.sentences if not text.islower())
    claims, _ = read_claims(data)
    return make_examples(asked, changer, SEED + 1) + claims


def _tune(
    options: argparse.Namespace,
    name: str,
    questions: Sequence[Asked | Example],
    again: Sequence[Example],
) -> None:
    torch.manual_seed(SEED)
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    reader, start = new_reader(options.start)
    encoder = Encoder(start / TOKENIZER)
    sides: tuple[list[Asked | Example], list[Asked | Example]] = ([], [])
    fold_of = folds_of(titles_of(options.data / "squad2"), options.folds)
    for question in questions:
        sides[fold_name(fold_of[question.title]) == name].append(question)
    new = _examples(sides[0])
    learnt = [*new, *random_.sample(again, round(AGAIN * len(new)))]
    validated = encoded(_examples(sides[1]), encoder)
    pairs: list[Pair] = encoded(learnt, encoder)
    say(f"{name}: {len(pairs)} examples {kinds(learnt)}")
    course = Course(len(pairs) * EPOCHS, None)
    before = {name: weight.clone() for name, weight in reader.state_dict().items()}
    loss = fit(reader, pairs, [], course, lambda: None, RATE)
    after = reader.state_dict()
    reader.load_state_dict(
        {name: torch.lerp(before[name], after[name], TUNED_SHARE) for name in after}
    )
    out = options.out / name
    save(reader, start, out)
    squad2 = options.data / "squad2"
    card = json.loads((options.start / CARD).read_text("utf-8"))
    card["tuned"] = {
        "method": "python -m evals.reader.tune",
        "data": {
            "name": "squad2",
            "sha256": fingerprint(squad2, [squad2 / file for file in FILES]),
            "licence": "CC BY-SA 4.0",
        },
        "tuned_share": TUNED_SHARE,
        "seed": SEED,
        "examples": kinds(learnt),
        "epochs": EPOCHS,
        "minutes": round(course.elapsed / 60, 1),
        "loss": round(loss, 4),
        "validation": measure(reader, validated) if validated else None,
        "commit": commit(),
        "machine": machine(),
    }
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    say(f"{name}: {json.dumps(card['tuned'])}")
    say(f"{name}: {export_folder(out, out)}")


def _examples(questions: Sequence[Asked | Example]) -> list[Example]:
    """Return the passages that answer, others that do not, and those that only seem to.

    All are cut to lengths of one distribution, so that a length tells nothing.
    """
    asked = [question for question in questions if isinstance(question, Asked)]
    # Real questions of the kind are there: none is made up by changing words.
    made = make_examples(asked, Changer(()), SEED) if asked else []
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    seeming = (question for question in questions if isinstance(question, Example))
    return made + [cut(question, random_) for question in seeming]


if __name__ == "__main__":
    sys.exit(main())
