"""Tune: a trained reader learns from questions that were written to be mistaken for answerable.

    python -m evals.reader.tune START --data ../shared/data --out DIR

SQuAD 2.0's development half (CC BY-SA 4.0) holds them, and they are its point; our own reports
(`evals.reader.written`) hold more, beside questions that are answered in other words. Two thirds of
SQuAD's articles and four fifths of the reports are learnt from; the others are held apart, for the
validation here and for all that `python -m evals.calibrate` fits and measures. What comes out can
be asked and is exported too.

What tempts in their passages is often one sentence, which a passage cut short may lack: both kinds
are read whole, so that neither the length nor what was cut away tells them apart.

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
from dataclasses import replace
from pathlib import Path

import torch

from evals.benchmarks.data import fingerprint, read_lines
from evals.course import SEED, Course, say
from evals.provenance import commit, machine
from evals.reader.changes import Changer
from evals.reader.claims import read_claims
from evals.reader.examples import TITLED, Example, kinds, make_examples, split
from evals.reader.export import export_folder
from evals.reader.fit import Pair, encoded, fit, measure
from evals.reader.model import new_reader
from evals.reader.sources import Asked, as_written, read_found, read_sources
from evals.reader.written import FOLDER, examples_of, files, read_reports
from evals.weights import save
from index.chunk import sentences_of
from rag.network import CARD, TOKENIZER
from rag.reader_input import Encoder

# One part in so many of the articles is held apart.
PARTS = 3
# Of what it learnt from before, so many examples for each new one.
AGAIN = 0.4
# How much of the averaged weights is tuned.
TUNED_SHARE = 0.75
# Passages on the same matter that do not answer, for each that is read whole.
OTHERS = 0.3
FILES = ("passages.jsonl", "questions.jsonl")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Tune a trained reader.")
    parser.add_argument("start", type=Path, help="what `python -m evals.reader.train` wrote")
    parser.add_argument("--data", type=Path, required=True, help="holds squad2/ and train/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--written", type=Path, default=FOLDER, help="holds the reports")
    options = parser.parse_args(arguments)
    _tune(options)
    return 0


def held_apart(titles: Iterable[str]) -> frozenset[str]:
    """Return the articles that are not learnt from, with about a third of the questions."""
    return frozenset(title for title, fold in folds_of(titles, PARTS).items() if fold == 0)


def folds_of(titles: Iterable[str], folds: int) -> dict[str, int]:
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


def _tune(options: argparse.Namespace) -> None:
    torch.manual_seed(SEED)
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    reader, start = new_reader(options.start)
    encoder = Encoder(start / TOKENIZER)
    squad2 = options.data / "squad2"
    apart = held_apart(titles_of(squad2))
    sides: tuple[list[Asked | Example], list[Asked | Example]] = ([], [])
    for question in read_squad2(squad2):
        sides[question.title in apart].append(question)
    reports = read_reports(options.written)
    learnt_from = files(options.written)
    written_card = {
        "files": [file.name for file in learnt_from],
        "sha256": fingerprint(options.written, learnt_from),
        "reports": len(reports),
    }
    new = _examples(sides[0])
    new += examples_of((report for report in reports if not report.apart), SEED)
    again = _learnt_before(options.data / "train")
    learnt = [*new, *random_.sample(again, round(AGAIN * len(new)))]
    validated = encoded(_examples(sides[1]), encoder)
    written = encoded(examples_of((one for one in reports if one.apart), SEED), encoder)
    pairs: list[Pair] = encoded(learnt, encoder)
    say(f"{len(pairs)} examples {kinds(learnt)}")
    course = Course(len(pairs) * reader.base.tuned, None)
    before = {name: weight.clone() for name, weight in reader.state_dict().items()}
    loss = fit(reader, pairs, [], course, lambda: None, reader.base.rate)
    after = reader.state_dict()
    reader.load_state_dict(
        {name: torch.lerp(before[name], after[name], TUNED_SHARE) for name in after}
    )
    save(reader, start, options.out)
    card = json.loads((options.start / CARD).read_text("utf-8"))
    card["tuned"] = {
        "method": "python -m evals.reader.tune",
        "data": {
            "name": "squad2",
            "sha256": fingerprint(squad2, [squad2 / file for file in FILES]),
            "licence": "CC BY-SA 4.0",
        },
        "written": written_card | {"validation": measure(reader, written) if written else None},
        "tuned_share": TUNED_SHARE,
        "seed": SEED,
        "examples": kinds(learnt),
        "epochs": reader.base.tuned,
        "minutes": round(course.elapsed / 60, 1),
        "loss": round(loss, 4),
        "validation": measure(reader, validated),
        "held_apart": sorted(apart),
        "commit": commit(),
        "machine": machine(),
    }
    (options.out / CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    say(json.dumps(card["tuned"]))
    say(str(export_folder(options.out, options.out)))


def _examples(questions: Sequence[Asked | Example]) -> list[Example]:
    """Return passages read whole, which answer or only seem to, and others on the same matter."""
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    whole = [_whole(question, random_) for question in questions]
    asked = [question for question in questions if isinstance(question, Asked)]
    # Real questions of the kind are there: none is made up by changing words.
    made = make_examples(asked, Changer(()), SEED) if asked else []
    others = [example for example in made if not example.answerable]
    return whole + random_.sample(others, min(len(others), round(OTHERS * len(whole))))


def _whole(question: Asked | Example, random_: random.Random) -> Example:
    title = question.title if random_.random() < TITLED else ""
    if isinstance(question, Example):
        return replace(question, title=title)
    return Example(
        question.question,
        question.sentences,
        question.labels,
        answerable=True,
        kind="whole",
        answers=question.answers,
        title=title,
    )


if __name__ == "__main__":
    sys.exit(main())
