"""Calibrate: fit the weights by which evidence is turned into probabilities.

    python -m evals.calibrate ../shared/data/squad2

Fits two logistic regressions on the development half of SQuAD 2.0 (CC BY-SA 4.0):

- whether a sentence answers a question, from the questions whose answer was retrieved;
- whether to answer at all: is the sentence that would be shown right? It is learnt from the
  answerable questions, and from the same questions asked as if their own article were not in the
  collection ("absent"), where nothing that could be shown is right. The questions that SQuAD's
  writers made to resemble answerable ones ("unanswerable") are measured and not learnt from: these
  features cannot tell them apart, and would only learn from them to doubt everything.

Both are cross-validated by article, so that no question is judged by weights that saw its article;
the second is fitted on the first's out-of-fold predictions. Writes rag/calibration.json with where
the weights come from.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from evals.provenance import commit
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.passages import CHUNKING, embed_articles
from index.sqlite.store import SqliteStore
from index.store import Recipe, Store
from index.types import Article
from rag.calibration import FILE
from rag.evidence import (
    DECISION_FEATURES,
    SENTENCE_FEATURES,
    Candidate,
    Inquiry,
    Weighted,
    decision_features,
    describe,
    weigh,
)
from rag.question import parse_question
from rag.retrieve import KEPT, SEARCHED, retrieve
from rag.words import fold

FOLDS = 5
SEED = 0
Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what was retrieved for it."""

    group: str
    kind: str
    """"answerable", "unanswerable", or "absent": its article was taken out."""
    weights: Weighted
    found: tuple[Candidate, ...]
    answers: npt.NDArray[np.bool_]
    """Which of `found` hold a gold answer and stand in the gold passage."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit rag/calibration.json.")
    parser.add_argument("data", type=Path, help="a folder with passages.jsonl and questions.jsonl")
    parser.add_argument("--out", type=Path, default=Path("rag") / FILE)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        # Where nothing is retrieved the pipeline abstains by itself; there is nothing to learn.
        examples = [e for e in _examples(options.data, Path(folder)) if e.found]
    result = fit(examples)
    result["provenance"] |= {"data": options.data.name, "commit": commit()}
    options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    sys.stdout.write(json.dumps(result["provenance"], indent=2) + "\n")
    return 0


def fit(examples: list[Example]) -> dict[str, Any]:
    """Fit both regressions and measure them by cross-validation over groups."""
    groups = np.array([example.group for example in examples])
    kinds = np.array([example.kind for example in examples])
    decision = np.zeros((len(examples), len(DECISION_FEATURES)))
    right = np.zeros(len(examples), dtype=bool)
    for train, test in GroupKFold(FOLDS).split(examples, groups=groups):
        sentence = _sentence_model([examples[i] for i in train])
        for i in test:
            ranked, right[i] = _ranked(examples[i], sentence)
            decision[i] = decision_features(examples[i].weights, ranked)
    learnt = kinds != "unanswerable"
    chances = np.zeros(len(examples))
    for train, test in GroupKFold(FOLDS).split(examples, groups=groups):
        chosen = train[learnt[train]]
        model = _decision_model(decision[chosen], right[chosen])
        chances[test] = model.predict_proba(decision[test])[:, 1]
    answerable = kinds == "answerable"
    return {
        "provenance": {
            "method": "python -m evals.calibrate",
            "questions": {kind: int((kinds == kind).sum()) for kind in sorted(set(kinds))},
            "first_sentence_right": _share(right[answerable]),
            "answered": {
                kind: _share(chances[kinds == kind] >= 0.5) for kind in sorted(set(kinds))
            },
            "auc_against_absent": _auc(chances, answerable, kinds == "absent"),
            "auc_against_unanswerable": _auc(chances, answerable, kinds == "unanswerable"),
        },
        "sentence": _as_json(_sentence_model(examples), SENTENCE_FEATURES),
        "decision": _as_json(_decision_model(decision[learnt], right[learnt]), DECISION_FEATURES),
    }


def _examples(data: Path, folder: Path) -> Iterator[Example]:
    passages = _read(data / "passages.jsonl")
    articles = [Article(id=p["id"], text=p["text"], title=p.get("title")) for p in passages]
    subjects = {article.id: article.title or article.id for article in articles}
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    builder = model.for_building(characters=sum(len(a.text) for a in articles))
    store = SqliteStore(folder, create=True)
    recipe = Recipe(builder.identity, CHUNKING, builder.precision)
    store.write(recipe, embed_articles(articles, builder))
    embedder = model.for_asking(builder.identity)
    for asked in _read(data / "questions.jsonl"):
        question = parse_question(asked["question"])
        weights = weigh(store, question)
        inquiry = Inquiry(question, weights, embedder.embed_query(question.text))
        group = subjects[asked["passage"]]
        found = _found(store, inquiry)
        if not asked["answerable"]:
            yield Example(group, "unanswerable", weights, found, np.zeros(len(found), dtype=bool))
            continue
        gold = [fold(answer) for answer in asked["answers"]]
        right = [
            c.article.id == asked["passage"] and any(g in fold(c.text) for g in gold) for c in found
        ]
        yield Example(group, "answerable", weights, found, np.array(right, dtype=bool))
        same = {article for article, subject in subjects.items() if subject == group}
        others = _found(store, inquiry, without=same)
        yield Example(group, "absent", weights, others, np.zeros(len(others), dtype=bool))
    store.close()


def _found(store: Store, inquiry: Inquiry, without: Collection[str] = ()) -> tuple[Candidate, ...]:
    """Return the candidates, as if the articles `without` were not in the collection."""
    hits = retrieve(store, inquiry.question, inquiry.vector, kept=2 * SEARCHED)
    stored = store.passages([hit.passage for hit in hits])
    gone = {passage.id for passage in stored if passage.passage.article in without}
    left = [hit for hit in hits if hit.passage not in gone][:KEPT]
    rows = describe(store, inquiry, left)
    return tuple(Candidate(*row, probability=0.0) for row in rows)


def _auc(chances: Rows, positive: npt.NDArray[np.bool_], negative: npt.NDArray[np.bool_]) -> float:
    chosen = positive | negative
    return round(float(roc_auc_score(positive[chosen], chances[chosen])), 4)


def _share(values: npt.NDArray[np.bool_]) -> float:
    return round(float(values.mean()), 4)


def _sentence_model(examples: Iterable[Example]) -> LogisticRegression:
    """Fit on the questions whose answer was retrieved, to tell which sentence it is."""
    useful = [example for example in examples if example.answers.any()]
    rows = np.concatenate([_features(example) for example in useful])
    return _logistic(rows, np.concatenate([example.answers for example in useful]))


def _ranked(example: Example, model: LogisticRegression) -> tuple[list[Candidate], bool]:
    chances = model.predict_proba(_features(example))[:, 1]
    order = np.argsort(-chances, kind="stable")
    ranked = [
        Candidate(c.article, c.passage, c.span, c.features, float(chances[i]))
        for i, c in ((i, example.found[i]) for i in order)
    ]
    return ranked, bool(example.answers[order[0]])


def _features(example: Example) -> Rows:
    return np.stack([candidate.features for candidate in example.found])


def _decision_model(rows: Rows, labels: npt.NDArray[np.bool_]) -> LogisticRegression:
    """Fit so that one half is the point of indifference, however many of each kind there are."""
    return _logistic(rows, labels, class_weight="balanced")


def _logistic(
    rows: Rows, labels: npt.NDArray[np.bool_], class_weight: str | None = None
) -> LogisticRegression:
    model = LogisticRegression(max_iter=1000, random_state=SEED, class_weight=class_weight)
    return model.fit(rows, labels)


def _as_json(model: LogisticRegression, features: tuple[str, ...]) -> dict[str, Any]:
    weights = (round(float(weight), 4) for weight in model.coef_[0])
    return {
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": dict(zip(features, weights, strict=True)),
    }


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main())
