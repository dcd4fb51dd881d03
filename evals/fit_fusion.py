"""Fit fusion: what each thing that speaks for a passage weighs in the ranking.

    python -m evals.fit_fusion ../shared/data

Writes rag/fusion.json, with where each weight comes from:

- question: fitted on the answerable questions of SQuAD 2.0's development half (CC BY-SA 4.0). For
  each question the passages that the searches find compete; the weights are those of a conditional
  logit model (McFadden 1974, "Conditional logit analysis of qualitative choice behavior"), which
  make the passage of the answer the most probable one. Measured by cross-validation over articles,
  so that no question is ranked by weights that saw its article.
- topic: how much an article as a whole weighs when a topic is searched for, the best of a small
  grid by mean average precision on TIME, which has topics. Measured by choosing on one half of them
  and ranking the other.
- source: set by hand. SQuAD names no sources; docs/quality.md has what they bring on MultiHop-RAG.
"""

import argparse
import itertools
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import read_lines, read_text
from evals.benchmarks.time_magazine import parse_articles, parse_judgements, parse_queries
from evals.provenance import commit
from evals.ranking import average_precision, hit_at, reciprocal_rank
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.types import Article
from rag.fuse import FILE, as_row
from rag.relevance import FEATURES, PASSAGE_FEATURES, Relevance

FOLDS = 5
# Of the squared weights, of features that were scaled to unit variance: keeps them finite.
PENALTY = 1e-3
SOURCE = {"outlet": 4.0, "author": 4.0, "date": 3.0}
# What an article's words and its nearness may weigh for a topic.
TOPIC_GRID = tuple(itertools.product((0.0, 2.0, 4.0, 8.0), (0.0, 5.0, 10.0, 15.0, 20.0)))

Rows = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """One question with the passages that compete for it.

    Attributes:
        group: examples of one group are never divided between fitting and measuring.
        articles: the article of each passage.
        features: shape (passages, len(FEATURES)).
        gold: the ids of the articles that are right.
    """

    group: str
    articles: tuple[str, ...]
    features: Rows
    gold: frozenset[str]

    @property
    def right(self) -> Labels:
        """Which of the passages are of a right article."""
        return np.array([article in self.gold for article in self.articles])

    def ranked(self, weights: Rows) -> list[str]:
        """Return the articles, best first, each once."""
        order = np.argsort(-(self.features @ weights), kind="stable")
        return list(dict.fromkeys(self.articles[n] for n in order))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit rag/fusion.json.")
    parser.add_argument("data", type=Path, help="the folder that holds squad2/ and time/")
    parser.add_argument("--out", type=Path, default=Path("rag") / FILE)
    options = parser.parse_args(arguments)
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")

    def bench(name: str) -> Bench:
        return Bench(options.data / name, model, None, None, lambda *_: None)

    question = fit_question([*squad_examples(bench("squad2"))])
    result = {
        "question": question,
        "topic": fit_topic([*time_examples(bench("time"))], as_row(question["weights"])),
        "source": {"provenance": {"method": "set by hand"}, "weights": SOURCE},
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    sys.stdout.write(options.out.read_text("utf-8"))
    return 0


def fit_question(examples: Sequence[Example]) -> dict[str, Any]:
    """Fit the weights for questions, and measure them by cross-validation over groups."""
    groups = [example.group for example in examples]
    ranks, hits = [], []
    for train, test in GroupKFold(FOLDS).split(examples, groups=groups):
        weights = as_row(fit([examples[n] for n in train], PASSAGE_FEATURES))
        for n in test:
            ranked = examples[n].ranked(weights)
            ranks.append(reciprocal_rank(ranked, examples[n].gold, 10))
            hits.append(hit_at(ranked, examples[n].gold, 4))
    provenance = {
        "method": "python -m evals.fit_fusion",
        "data": "squad2",
        "questions": len(examples),
        "cross_validated": {"MRR@10": _mean(ranks), "Hits@4": _mean(hits)},
        "commit": commit(),
    }
    return {"provenance": provenance, "weights": fit(examples, PASSAGE_FEATURES)}


def fit(examples: Sequence[Example], features: Sequence[str]) -> dict[str, float]:
    """Fit a conditional logit model.

    Args:
        examples: those of which no passage or every passage is right teach nothing.
        features: the names of the features that may weigh something.
    """
    columns = [FEATURES.index(name) for name in features]
    useful = [e for e in examples if e.right.any() and not e.right.all()]
    rows = np.concatenate([example.features[:, columns] for example in useful])
    right = np.concatenate([example.right for example in useful]).astype(float)
    sizes = [len(example.articles) for example in useful]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    of = np.repeat(np.arange(len(useful)), sizes)
    scale = rows.std(axis=0) + 1e-9
    scaled = (rows - rows.mean(axis=0)) / scale

    def loss(weights: Rows) -> tuple[float, Rows]:
        scores = scaled @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[of])
        every = np.add.reduceat(odds, starts)
        gold = np.maximum(np.add.reduceat(odds * right, starts), 1e-300)
        value = -np.log(gold / every).mean() + PENALTY * weights @ weights
        pull = odds * right / gold[of] - odds / every[of]
        slope = -scaled.T @ pull / len(useful) + 2 * PENALTY * weights
        return float(value), slope

    found = minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B")
    return {
        name: round(float(weight), 4)
        for name, weight in zip(features, found.x / scale, strict=True)
    }


def fit_topic(examples: Sequence[Example], question: Rows) -> dict[str, Any]:
    """Choose what an article weighs for topics, besides what its passages weigh for questions."""

    def precision(chosen: Sequence[Example], pair: tuple[float, float]) -> float:
        weights = question + _article(pair)
        ranked = [(example.ranked(weights), example.gold) for example in chosen]
        return float(np.mean([average_precision(*one) for one in ranked]))

    halves = examples[::2], examples[1::2]
    measured = [
        precision([example], max(TOPIC_GRID, key=lambda pair: precision(halves[1 - n], pair)))
        for n, half in enumerate(halves)
        for example in half
    ]
    best = max(TOPIC_GRID, key=lambda pair: precision(examples, pair))
    provenance = {
        "method": "python -m evals.fit_fusion",
        "data": "time",
        "topics": len(examples),
        "MAP": {
            "without": round(precision(examples, (0.0, 0.0)), 4),
            "with": round(precision(examples, best), 4),
            "chosen_on_the_other_half": _mean(measured),
        },
        "commit": commit(),
    }
    weights = dict(zip(("article_words", "article_nearness"), best, strict=True))
    return {"provenance": provenance, "weights": weights}


def squad_examples(bench: Bench) -> Iterator[Example]:
    """Yield the answerable questions of SQuAD 2.0, grouped by the article they are about."""
    articles = [
        Article(id=row["id"], text=row["text"], title=row["title"])
        for row in read_lines(bench.folder / "passages.jsonl")
    ]
    with bench.collection(articles) as collection:
        for row in read_lines(bench.folder / "questions.jsonl"):
            if row["answerable"]:
                found = collection.described(row["question"])
                yield _example(found, row["title"], {row["passage"]})


def time_examples(bench: Bench) -> Iterator[Example]:
    """Yield the topics of TIME with all of its articles."""
    queries = parse_queries(read_text(bench.folder / "TIME.QUE"))
    relevant = parse_judgements(read_text(bench.folder / "TIME.REL"))
    with bench.collection(parse_articles(read_text(bench.folder / "TIME.ALL"))) as collection:
        for number, query in queries.items():
            if relevant.get(number):
                found = collection.described(query, collection.passages)
                yield _example(found, number, relevant[number])


def _example(found: Relevance, group: str, gold: set[str]) -> Example:
    articles = tuple(article.id for article in found.articles)
    return Example(group, articles, found.features, frozenset(gold))


def _article(pair: tuple[float, float]) -> Rows:
    return as_row(dict(zip(("article_words", "article_nearness"), pair, strict=True)))


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)


if __name__ == "__main__":
    sys.exit(main())
