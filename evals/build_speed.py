"""Build speed: how many passages are embedded a second, beside a bare loop over the same model.

    python -m evals.build_speed ../shared/data [-n PARAGRAPHS] [--turns TURNS]
        [--write docs/performance.md]

The bare loop is the limit: sentence-transformers given the very texts, sorted by their length, in
the same precision, for passages' vectors alone. What we do besides is to cut articles into
sentences and passages and to pool a vector for each sentence. Both run in turns in one process on
paragraphs of New York Times articles (`nyt`); what is compared is given as a ratio within each
turn. Prints also how near the vectors are to those computed in float32.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.benchmarks.data import read_lines, sample
from evals.cold_start import summary
from evals.page import put, table
from evals.provenance import describe_machine
from index.embed import BATCH_SIZE, SentenceTransformerEmbedder
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.passages import embed_articles
from index.store import EmbeddedArticle
from index.types import Article, Vectors


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Time embedding beside a bare loop.")
    parser.add_argument("data", type=Path, help="the folder that holds nyt/")
    parser.add_argument("-n", type=int, default=512, help="how many paragraphs (default 512)")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    options = parser.parse_args(arguments)
    rows = sample(read_lines(options.data / "nyt" / "passages.jsonl"), options.n)
    articles = [Article(id=row["id"], text=row["text"]) for row in rows]
    embedder = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models").for_building()
    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise TypeError("a build of any size is run by sentence-transformers")
    ours: list[npt.NDArray[np.float64]] = []
    bare: list[npt.NDArray[np.float64]] = []
    embedded: list[EmbeddedArticle] = []
    texts: list[str] = []
    for turn in range(options.turns + 1):
        start = _now()
        embedded = list(embed_articles(articles, embedder))
        middle = _now()
        texts = [p.span.of(one.article.text) for one in embedded for p in one.passages]
        ordered = sorted(texts, key=len)
        embedder.model.encode_document(ordered, batch_size=BATCH_SIZE, show_progress_bar=False)
        end = _now()
        if turn:  # the first warms up
            ours.append(len(texts) / (middle - start))
            bare.append(len(texts) / (end - middle))
    exact = SentenceTransformerEmbedder(DEFAULT_MODEL)
    nearness = (_vectors(embedded) * _vectors(embed_articles(articles, exact))).sum(axis=1)
    ratios = np.array(ours) / np.array(bare)
    figures = [
        (f"cut, embedded and pooled, {embedder.precision}", *_both(np.array(ours))),
        (f"bare loop, {embedder.precision}", *_both(np.array(bare))),
        ("ratio within each turn", *_both(ratios, "{:.3f}")),
    ]
    head = ("passages a second", "by the clock", "by the processor's time")
    about = (
        f"{len(texts)} passages, {options.turns} turns; cosine of a passage's vector to that in "
        f"float32: mean {nearness.mean():.5f}, least {nearness.min():.5f}; {describe_machine()}."
    )
    text = f"{table(head, figures)}\n\n{about}"
    if options.write is not None:
        put(options.write, "build", text)
    sys.stdout.write(text + "\n")
    return 0


def _now() -> npt.NDArray[np.float64]:
    """Return the clock's seconds and the processor's, that of all cores added up."""
    return np.array([time.perf_counter(), time.process_time()])


def _both(turns: npt.NDArray[np.float64], form: str = "{:.1f}") -> tuple[str, str]:
    """Return the medians and quartiles of the two columns of turns."""
    clock, processor = (summary([*map(float, column)], form.format) for column in turns.T)
    return clock, processor


def _vectors(embedded: Iterable[EmbeddedArticle]) -> Vectors:
    return np.stack([pair.passage for one in embedded for pair in one.vectors])


if __name__ == "__main__":
    sys.exit(main())
