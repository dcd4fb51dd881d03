"""Train: fit a reader on public questions, on this machine's processor.

    python -m evals.reader.train --data ../shared/data/train --out DIR [--epochs 2] [--minutes 60]
    python -m evals.reader.train --data ../shared/data/train --out DIR --close MODEL [--minutes 42]

The second trains the close reader, from a folder with all-mpnet-base-v2 as its makers publish it.
Writes the weights, the tokenizer and `card.json`, which says what they were learnt from and how
well they do on the pages kept apart. What has been learnt so far is saved at each validation.
"""

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

import torch

from evals.course import SEED, Course, say
from evals.provenance import commit, machine
from evals.reader.changes import Changer
from evals.reader.claims import CLAIMS, read_claims
from evals.reader.examples import Example, kinds, make_examples, split
from evals.reader.fit import Pair, encoded, fit, measure
from evals.reader.model import Base, new_reader
from evals.reader.sources import SOURCES, file_of, read_sources
from evals.weights import save
from index.models import file_sha256
from rag.network import CARD, TOKENIZER
from rag.reader_input import Encoder

VALIDATED, VALIDATED_LAST = 500, 3000
LICENCES = {
    "nq_open_oracle-dev": "CC BY-SA 3.0",
    "qed-dev": "CC BY-SA 3.0",
    "covid_qa-train": "Apache-2.0",
    "mlqa_en-dev": "CC BY-SA 3.0",
    "selqa-dev": "Apache-2.0",
    "selqa-test": "Apache-2.0",
    "squad_sentence_pairs-test": "CC BY-SA 4.0",
    "vitaminc-test_real": "CC BY-SA 3.0",
    "vitaminc-test_synthetic": "CC BY-SA 3.0",
    "fever_symmetric-dev": "CC BY-SA 3.0",
    "fever_symmetric-test": "CC BY-SA 3.0",
    "fool_me_twice-dev": "Apache-2.0",
    "fool_me_twice-test": "Apache-2.0",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Train a reader.")
    parser.add_argument("--data", type=Path, required=True, help="holds the sets as NAME.jsonl.gz")
    parser.add_argument("--out", type=Path, required=True, help="where the reader is written")
    begun = parser.add_mutually_exclusive_group()
    begun.add_argument("--start", type=Path, help="go on from this reader instead of from nothing")
    begun.add_argument("--close", type=Path, help="begin a close reader from this model")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--limit", type=int, help="learn from so many examples only")
    parser.add_argument("--minutes", type=float, help="stop after so many, with a schedule to fit")
    parser.add_argument("--seed", type=int, default=SEED, help="another makes and orders others")
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    reader, start = new_reader(options.start, options.close)
    base = reader.base
    encoder = Encoder(start / TOKENIZER)
    before = json.loads((start / CARD).read_text("utf-8")) if options.start is not None else None
    learnt, validated = _pairs(options, encoder, base)
    say(f"{len(learnt)} examples {kinds([example for example, _ in learnt])}")
    seconds = options.minutes * 60 if options.minutes else None
    course = Course(len(learnt) * options.epochs, seconds)
    loss = fit(
        reader,
        learnt,
        validated[:VALIDATED],
        course,
        lambda: save(reader, start, options.out),
        base.rate,
    )
    save(reader, start, options.out)
    card = {
        "method": "python -m evals.reader.train",
        "began_from": {"model": base.model, "sha256": base.sha256, "layers": base.layers},
        "data": [_described(options.data, name) for name in (*SOURCES, *CLAIMS)],
        "seed": options.seed,
        "examples": kinds([example for example, _ in learnt]),
        "epochs": round(course.done / len(learnt), 3),
        "minutes": round(course.elapsed / 60, 1),
        "loss": round(loss, 4),
        "validation": measure(reader, validated[:VALIDATED_LAST]),
        "commit": commit(),
        "machine": machine(),
    }
    if before is not None:
        card["went_on_from"] = before
    (options.out / CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    say(json.dumps(card, indent=2))
    return 0


def _pairs(
    options: argparse.Namespace, encoder: Encoder, base: Base
) -> tuple[list[Pair], list[Pair]]:
    """Return what to learn from and what to validate on.

    Claims are shorter than questions with passages, and a help only: of them there is a share.
    """
    asked = read_sources(options.data)
    # Lower-cased sets would say that nothing is a name.
    changer = Changer(text for one in asked for text in one.sentences if not text.islower())
    learnt, validated = (
        encoded(_with_claims(made[: options.limit], claims, base, options.seed), encoder)
        for made, claims in zip(
            (make_examples(side, changer, options.seed) for side in split(asked)),
            read_claims(options.data),
            strict=True,
        )
    )
    return learnt, validated


def _with_claims(
    examples: list[Example], claims: list[Example], base: Base, seed: int
) -> list[Example]:
    random_ = random.Random(seed)  # noqa: S311 - nothing is secret here
    count = min(len(claims), round(base.claims * len(examples)))
    mixed = examples + random_.sample(claims, count)
    random_.shuffle(mixed)
    return mixed


def _described(data: Path, name: str) -> dict[str, Any]:
    path = file_of(data, name)
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": file_sha256(path),
        "licence": LICENCES[name],
    }


if __name__ == "__main__":
    sys.exit(main())
