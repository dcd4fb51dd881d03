"""Tune: the trained network learns from summaries that were edited to say something else.

    python -m evals.verifier.tune START --data ../shared/data --out DIR [--folds 3] [--only NAME]

SummEdits' development half (Apache-2.0; Laban et al. 2023, arXiv:2305.14540) holds edits that keep
a summary's meaning and edits that change it by a word, which is what a language model's sentence is
to be held to. Writes `DIR/whole`, tuned on all of it, which is what ships; and `DIR/fold-0`,
`DIR/fold-1` and so on, each tuned without the documents of its fold, by which
`evals.verifier.measure` judges those.

Some of what START learnt from is gone through again, and the tuned weights are averaged with those
of START (Wortsman et al. 2022, arXiv:2109.01903), as in `evals.reader.tune`.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from evals.benchmarks.data import read_lines
from evals.benchmarks.summedits import PAIRS
from evals.course import SEED, Course, say
from evals.provenance import commit, machine
from evals.reader.sources import sentences_of
from evals.reader.tune import TUNED_SHARE, WHOLE, fold_name, folds_of
from evals.verifier.claims import WORD, Claim, Label, Words, read_claims
from evals.verifier.fit import encoded, fit
from evals.verifier.model import load, save
from index.models import file_sha256
from rag.network import CARD
from rag.words import stem

FOLDS = 3
EPOCHS = 2
# It has learnt most of what it can; a smaller rate keeps it.
RATE = 5e-5
# Of what it learnt from before, so many claims for each new one.
AGAIN = 0.5


@dataclass(frozen=True, slots=True)
class Edited:
    """A summary that was edited, as a claim.

    Attributes:
        document: names its document.
        claim: the summary against the document's sentences.
    """

    document: str
    claim: Claim


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Tune the verifier's network.")
    parser.add_argument("start", type=Path, help="what `python -m evals.verifier.train` wrote")
    parser.add_argument("--data", type=Path, required=True, help="holds summedits/ and train/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--only", help="make this one only: whole, or fold-N")
    options = parser.parse_args(arguments)
    edited = list(read_edited(options.data / "summedits"))
    again, _ = read_claims(options.data / "train", SEED)
    for name in [*(fold_name(fold) for fold in range(options.folds)), WHOLE]:
        if options.only in {None, name}:
            _tune(options, name, edited, again)
    return 0


def read_edited(folder: Path) -> Iterator[Edited]:
    """Yield the pairs of SummEdits, in order.

    Raises:
        BenchmarkError: the data cannot be read.
    """
    rows = read_lines(folder / PAIRS)
    kept: dict[str, set[str]] = {}
    for row in rows:
        if row["supported"]:
            stems = kept.setdefault(row["document"], set())
            stems |= {stem(word) for word in WORD.findall(row["summary"].lower())}
    for row in rows:
        text, document = row["summary"], row["document"]
        evidence = tuple(span.of(document) for span in sentences_of(document))
        wrong = () if row["supported"] else _wrong(text, kept.get(document, set()))
        label: Label = "supported" if row["supported"] else "not_supported"
        name = document_of(row)
        yield Edited(name, Claim(text, evidence, label, name, row["domain"], wrong))


def document_of(row: Mapping[str, Any]) -> str:
    """Return the name of a pair's document; its edits are numbered after it."""
    return str(row["id"]).rsplit("_", 1)[0]


def _wrong(text: str, kept: set[str]) -> Words | None:
    """Return where the words stand that no summary has which kept its meaning."""
    places = tuple(m.span() for m in WORD.finditer(text) if stem(m.group().lower()) not in kept)
    return places or None


def _tune(options: argparse.Namespace, name: str, edited: list[Edited], again: list[Claim]) -> None:
    torch.manual_seed(SEED)
    random_ = random.Random(SEED)  # noqa: S311 - nothing is secret here
    network, encoder = load(options.start)
    before = {name: weights.clone() for name, weights in network.state_dict().items()}
    fold_of = folds_of((one.document for one in edited), options.folds)
    kept_out = [one for one in edited if fold_name(fold_of[one.document]) == name]
    claims = [one.claim for one in edited if fold_name(fold_of[one.document]) != name]
    learnt = encoded([*claims, *random_.sample(again, round(AGAIN * len(claims)))], encoder)
    validated = encoded([one.claim for one in kept_out], encoder)
    say(f"{name}: {len(learnt)} claims, {len(validated)} kept out")
    course = Course(len(learnt) * EPOCHS, None)
    out = options.out / name

    def keep() -> None:
        save(network, options.start, out)

    loss = fit(network, learnt, validated, course, keep, RATE)
    after = network.state_dict()
    network.load_state_dict(
        {name: torch.lerp(before[name], after[name], TUNED_SHARE) for name in after}
    )
    keep()
    card: dict[str, Any] = json.loads((options.start / CARD).read_text("utf-8"))
    card["tuned"] = {
        "method": "python -m evals.verifier.tune",
        "data": {
            "file": f"summedits/{PAIRS}",
            "sha256": file_sha256(options.data / "summedits" / PAIRS),
            "licence": "Apache-2.0",
        },
        "claims": dict(sorted(Counter(claim.source for claim, _ in learnt).items())),
        "tuned_share": TUNED_SHARE,
        "epochs": EPOCHS,
        "minutes": round(course.elapsed / 60, 1),
        "loss": round(loss, 4),
        "commit": commit(),
        "machine": machine(),
    }
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
