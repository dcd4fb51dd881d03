"""Compare Dateline with other tools that search by vectors: python -m evals.peers.

    evals/peers/setup DIR
    python -m evals.peers DIR --data ../shared/data --kept FILE [--write docs/performance.md]

All embed the same passages with the same weights, on the processor: txtai, LlamaIndex with FAISS,
Haystack, and a bare loop of sentence-transformers with FAISS. In each turn each of them builds an
index, is started anew to search it once, and then searches it for many questions, one tool after
the other, so that a slow moment of the machine falls on all alike; what is compared is given as a
ratio within each turn. Turns are added to those in FILE, so that they need not be run at once.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.benchmarks.data import read_lines, sample
from evals.page import put
from evals.peers.report import Turn, as_text
from evals.provenance import ROOT, describe_machine
from index.chunk import chunk
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder, locate
from index.onnx import OnnxEmbedder
from index.passages import PASSAGE_TOKENS
from index.types import Article
from index.vectors import write_atomically

PEERS = ("bare_loop", "txtai", "llama_index", "haystack")
PACKAGES = "txtai llama-index-core haystack-ai sentence-transformers transformers torch faiss-cpu"
COLD = "Who won the election?"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m evals.peers", description=__doc__)
    parser.add_argument("peers", type=Path, help="the folder that evals/peers/setup made")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--kept", type=Path, required=True, help="the file of the turns")
    parser.add_argument("-n", type=int, default=400, help="how many passages (default 400)")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--turns", type=int, default=1, help="how many to add (default 1)")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    options = parser.parse_args(arguments)
    python = options.peers / "bin" / "python"
    if options.turns and not python.is_file():
        parser.error(f"there is no {python}: run `evals/peers/setup {options.peers}`")
    kept = json.loads(options.kept.read_text("utf-8")) if options.kept.is_file() else []
    with tempfile.TemporaryDirectory() as folder:
        passages, questions = Path(folder, "passages.json"), Path(folder, "questions.json")
        passages.write_text(json.dumps(_passages(options.data, options.n)), "utf-8")
        questions.write_text(json.dumps(_questions(options.data, options.questions)), "utf-8")
        for turn in range(options.turns):
            place = Path(folder, f"turn-{turn}")
            place.mkdir()
            measured = _turn(python, place, passages, questions)
            about = f"{describe_machine()}; peers: {_versions(python)}"
            kept.append({"provenance": about, "measured": measured})
            write_atomically(options.kept, json.dumps(kept).encode())
    text = as_text([Turn(one["provenance"], one["measured"]) for one in kept])
    if options.write is not None:
        put(options.write, "peers", text)
    sys.stdout.write(text + "\n")
    return 0


def _turn(python: Path, place: Path, passages: Path, questions: Path) -> dict[str, Any]:
    """Run every tool once; return what was measured of each, by name."""
    model = str(locate(DEFAULT_MODEL))
    # None is always the first.
    tools = random.sample((*PEERS, "dateline"), len(PEERS) + 1)
    found: dict[str, Any] = {}
    for tool in tools:
        sys.stderr.write(f"{tool}\n")
        folder = place / tool
        folder.mkdir()
        with_tool = [
            str(python if tool in PEERS else sys.executable),
            "-m",
            f"evals.peers.with_{tool}",
        ]
        built, whole = _run([*with_tool, "build", model, str(passages), str(folder)])
        if tool == "dateline":
            found |= _commands(folder)
        _, first = _run([*with_tool, "first", model, str(folder), COLD])
        asked, _ = _run([*with_tool, "ask", model, str(folder), str(questions)])
        found[tool] = {"built": built, "whole": whole, "first": first, "asked": asked}
    folder = place / "dateline"
    alone = [sys.executable, "-m", "evals.peers.with_dateline_vectors"]
    asked, _ = _run([*alone, "ask", model, str(folder), str(questions)])
    found["dateline_vectors"] = {"asked": asked}
    return found


def _commands(folder: Path) -> dict[str, Any]:
    """Return the seconds of whole commands, as people run them."""
    command = [sys.executable, "-m", "api"]
    search = [*command, "search", COLD, "--data", str(folder), "--json", "--no-reader"]
    ask = [*command, "ask", COLD, "--data", str(folder), "--json"]
    return {"search": {"first": _run(search)[1]}, "ask": {"first": _run(ask)[1]}}


def _run(command: Sequence[str]) -> tuple[Any, dict[str, float]]:
    """Return what a command prints, read as JSON, and the seconds that all of it took."""
    environment = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "PYTHONPATH": str(ROOT),
    }
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    clock, after = time.perf_counter() - start, os.times()
    user = after.children_user - before.children_user
    processor = user + after.children_system - before.children_system
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout), {"clock": clock, "processor": processor}


def _passages(data: Path, count: int) -> list[str]:
    """Return passages as Dateline cuts them, so that each stays one."""
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    counter = model.for_building(characters=0)
    assert isinstance(counter, OnnxEmbedder)  # noqa: S101 - so little is embedded by the export
    articles = [
        Article(id=row["id"], text=row["text"])
        for row in read_lines(data / "nyt" / "passages.jsonl")
    ]
    texts = [
        passage.span.of(article.text)
        for article in articles
        for passage in chunk(article, counter.count_tokens, PASSAGE_TOKENS)
    ]
    return sample(list(dict.fromkeys(texts)), count)


def _questions(data: Path, count: int) -> list[str]:
    rows = read_lines(data / "nyt" / "questions.jsonl")
    return sample([row["question"] for row in rows], count)


def _versions(python: Path) -> str:
    """Return the versions of the peers' environment."""
    script = (
        "from importlib.metadata import version; "
        f"print(', '.join(f'{{name}} {{version(name)}}' for name in {PACKAGES.split()!r}))"
    )
    done = subprocess.run(  # noqa: S603 - our own
        [str(python), "-c", script], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
