"""Train: fit the verifier's network on public claims, on this machine's processor.

    python -m evals.reader.restore rag/reader_model --out READER
    python -m evals.verifier.train --data ../shared/data/train --start READER --out DIR
    python -m evals.verifier.train --data ../shared/data/train --go-on DIR --out FURTHER

Writes the weights, the tokenizer and `card.json`, which says what they were learnt from and how
well they do on the pages kept apart. What has been learnt so far is saved at each validation.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

import torch

from evals.course import SEED, Course, say
from evals.provenance import commit, machine
from evals.reader.sources import file_of
from evals.verifier.claims import CLAIMS, LICENCES, TEXTS, read_claims
from evals.verifier.fit import encoded, fit
from evals.verifier.model import new_claim_reader, trained_claim_reader
from evals.verifier.scores import validate
from evals.weights import save
from index.models import DEFAULT_MODEL, file_sha256
from rag.network import CARD, TOKENIZER
from rag.verify.claim_input import ClaimEncoder

VALIDATED = 600


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Train the verifier's network.")
    parser.add_argument("--data", type=Path, required=True, help="holds the sets as NAME.jsonl.gz")
    parser.add_argument("--out", type=Path, required=True, help="where the network is written")
    origin = parser.add_mutually_exclusive_group()
    origin.add_argument("--start", type=Path, help="begin with this reader's encoder")
    origin.add_argument("--go-on", type=Path, help="go on with what this command wrote before")
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--limit", type=int, help="learn from so many claims only")
    parser.add_argument("--minutes", type=float, help="stop after so many, with a schedule to fit")
    options = parser.parse_args(arguments)
    torch.manual_seed(SEED)
    network, start = (
        trained_claim_reader(options.go_on) if options.go_on else new_claim_reader(options.start)
    )
    sides = read_claims(options.data, SEED)
    encoder = ClaimEncoder(start / TOKENIZER)
    learnt, validated = (encoded(side, encoder) for side in (sides[0][: options.limit], sides[1]))
    sources = dict(sorted(Counter(claim.source for claim, _ in learnt).items()))
    say(f"{len(learnt)} claims {sources}")
    seconds = options.minutes * 60 if options.minutes else None
    course = Course(round(len(learnt) * options.epochs), seconds)
    loss = fit(
        network,
        learnt,
        validated[:VALIDATED],
        course,
        lambda: save(network, start, options.out),
    )
    save(network, start, options.out)
    card = {
        "method": "python -m evals.verifier.train",
        "began_from": _origin(options.start, options.go_on),
        "data": [
            {
                "file": file_of(options.data, name).name,
                "sha256": file_sha256(file_of(options.data, name)),
                "licence": LICENCES[name.split("-")[0]],
            }
            for name in (*CLAIMS, *TEXTS)
        ],
        "seed": SEED,
        "claims": sources,
        "epochs": round(course.done / len(learnt), 3),
        "minutes": round(course.elapsed / 60, 1),
        "loss": round(loss, 4),
        "validation": validate(network, validated),
        "commit": commit(),
        "machine": machine(),
    }
    (options.out / CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    say(json.dumps(card, indent=2))
    return 0


def _origin(start: Path | None, before: Path | None) -> object:
    """Return what of a card says where a network comes from."""
    if before is not None:
        card = json.loads((before / CARD).read_text("utf-8"))
        kept = ("method", "began_from", "seed", "epochs", "minutes", "commit", "machine")
        return {key: card[key] for key in kept}
    if start is not None:
        return json.loads((start / CARD).read_text("utf-8"))["files"]
    return DEFAULT_MODEL


if __name__ == "__main__":
    sys.exit(main())
