"""Calibrate: fit the weights by which evidence is turned into probabilities.

    python -m evals.calibrate ../shared/data/squad2 [--readers DIR]

Fits logistic regressions on the development half of SQuAD 2.0 (CC BY-SA 4.0):

- which of the passages that were read answers a question;
- whether a sentence answers it, with the reader's word and without;
- whether to answer at all, likewise: is the sentence that would be shown right? It is learnt from
  the answerable questions, and from the same questions asked as if their own article were not in
  the collection ("absent"), where nothing that could be shown is right. The questions that SQuAD's
  writers made to resemble answerable ones ("unanswerable") are measured and not learnt from: what
  cannot tell them apart learns from them to doubt whatever is asked in other words than the
  articles'. Learnt from too, they raise the balanced accuracy on themselves from 0.60 to 0.64, and
  lower that on CLAP NQ, which nothing here is fitted on, from 0.82 to 0.77.

All is cross-validated by article, in the folds of `evals.reader.tune`: no question is judged by
weights that saw its article. The bundled reader saw none of them; DIR holds a reader for each fold
that did not see the fold's articles, where a tuned one is to be calibrated. Writes
rag/calibration.json with where the weights come from.
"""

import argparse
import json
import math
import os
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from evals.benchmarks.data import read_lines
from evals.provenance import commit, machine
from evals.reader.tune import FOLDS, fold_name, folds_of, titles_of
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.passages import CHUNKING, embed_articles
from index.sqlite.store import SqliteStore
from index.store import Recipe, Store
from index.types import Article
from rag.calibration import FILE, Logistic
from rag.evidence import (
    DECISION_FEATURES,
    PASSAGE_FEATURES,
    READ_DECISION_FEATURES,
    READ_SENTENCE_FEATURES,
    SENTENCE_FEATURES,
    Candidate,
    Evidence,
    Inquiry,
    decision_features,
    describe,
    gather,
    passage_features,
    read,
    sentence_rows,
    weigh,
)
from rag.look import READ
from rag.question import parse_question
from rag.reader import OnnxReader, PassageReader, bundled_reader
from rag.retrieve import KEPT, SEARCHED, retrieve
from rag.words import fold

SEED = 0
Rows = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what was retrieved and read for it.

    Attributes:
        fold: the fold that its article is in.
        kind: "answerable", "unanswerable", or "absent": its article was taken out.
        inquiry: what was asked.
        evidence: the passages, in the order of retrieval.
        gold: which of them is the one that the question was written about, if it answers.
        found: their sentences.
        right: which of those hold a gold answer and stand in the gold passage.
    """

    fold: int
    kind: str
    inquiry: Inquiry
    evidence: tuple[Evidence, ...]
    gold: Flags
    found: tuple[Candidate, ...]
    right: Flags


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit rag/calibration.json.")
    parser.add_argument("data", type=Path, help="a folder with passages.jsonl and questions.jsonl")
    parser.add_argument("--readers", type=Path, help="of `evals.reader.tune`, one for each fold")
    parser.add_argument("--out", type=Path, default=Path("rag") / FILE)
    options = parser.parse_args(arguments)
    if options.readers is None:
        readers = [bundled_reader()] * FOLDS
    else:
        readers = [OnnxReader(options.readers / fold_name(fold)) for fold in range(FOLDS)]
    with tempfile.TemporaryDirectory() as folder:
        # Where nothing is retrieved the pipeline abstains by itself; there is nothing to learn.
        examples = [e for e in make(options.data, readers, Path(folder)) if e.found]
    result = fit(examples)
    result["provenance"] |= {
        "data": options.data.name,
        "commit": commit(),
        "machine": machine(),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    sys.stdout.write(json.dumps(result["provenance"], indent=2) + "\n")
    return 0


def make(data: Path, readers: Sequence[PassageReader], folder: Path) -> Iterator[Example]:
    """Ask every question of a collection of all passages; see the module's docstring.

    Args:
        data: holds the questions and the passages.
        readers: one for each fold, which has not seen its articles.
        folder: an empty one for the collection.
    """
    passages = read_lines(data / "passages.jsonl")
    articles = [Article(id=p["id"], text=p["text"], title=p.get("title")) for p in passages]
    titles = {article.id: article.title or article.id for article in articles}
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    builder = model.for_building(characters=sum(len(a.text) for a in articles))
    store = SqliteStore(folder, create=True)
    store.write(
        Recipe(builder.identity, CHUNKING, builder.precision), embed_articles(articles, builder)
    )
    embedder = model.for_asking(builder.identity)
    fold_of = folds_of(titles_of(data))
    for asked in read_lines(data / "questions.jsonl"):
        question = parse_question(asked["question"])
        vector = embedder.embed_query(question.text)
        inquiry = Inquiry(question, weigh(store, question), vector)
        title = titles[asked["passage"]]
        place = fold_of[title]
        evidence = _evidence(store, readers[place], inquiry)
        if not asked["answerable"]:
            yield _example(place, "unanswerable", inquiry, evidence, None, ())
            continue
        yield _example(place, "answerable", inquiry, evidence, asked["passage"], asked["answers"])
        same = {article for article, subject in titles.items() if subject == title}
        others = _evidence(store, readers[place], inquiry, without=same)
        yield _example(place, "absent", inquiry, others, None, ())
    store.close()


def _evidence(
    store: Store, reader: PassageReader, inquiry: Inquiry, without: Collection[str] = ()
) -> list[Evidence]:
    """Return what is read, as if the articles `without` were not in the collection."""
    hits = retrieve(store, inquiry.question, inquiry.vector, kept=2 * SEARCHED)
    left = [one for one in gather(store, hits) if one.article.id not in without][:KEPT]
    return read(reader, inquiry.question, left, READ)


def _example(  # noqa: PLR0913, PLR0917 - each is one thing
    fold_: int,
    kind: str,
    inquiry: Inquiry,
    evidence: Sequence[Evidence],
    passage: str | None,
    answers: Sequence[str],
) -> Example:
    gold = [fold(answer) for answer in answers]
    found = [candidate for one in evidence for candidate in describe(inquiry, one)]
    right = [c.article.id == passage and any(g in fold(c.text) for g in gold) for c in found]
    return Example(
        fold_,
        kind,
        inquiry,
        tuple(evidence),
        np.array([one.article.id == passage for one in evidence], dtype=bool),
        tuple(found),
        np.array(right, dtype=bool),
    )


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Fit all regressions and measure them by cross-validation over the folds."""
    kinds = np.array([example.kind for example in examples])
    # The passage with the gold answer is known to be read only where it was retrieved.
    ranked = [example for example in examples if example.gold.any()]
    answerable = [example for example in examples if example.kind == "answerable"]
    ranks = _ranks(answerable, ranked)
    result: dict[str, Any] = {
        "provenance": {
            "method": "python -m evals.calibrate",
            "questions": {kind: int((kinds == kind).sum()) for kind in sorted(set(kinds))},
            "folds": FOLDS,
            "mrr_at_10": round(float(np.mean([1 / r if r <= 10 else 0.0 for r in ranks])), 4),
            "hits_at_4": _share(np.array([rank <= 4 for rank in ranks])),
        },
        "passage": _as_json(_passage_model(ranked), PASSAGE_FEATURES),
    }
    learnt = kinds != "unanswerable"
    for prefix, sentence_names, decision_names in (
        ("read_", READ_SENTENCE_FEATURES, READ_DECISION_FEATURES),
        ("", SENTENCE_FEATURES, DECISION_FEATURES),
    ):
        rows, right, three = _sentences(examples, sentence_names, decision_names)
        chances = _chances(examples, rows, right, learnt)
        measured = _measured(kinds, right, three, chances)
        result["provenance"]["with_reader" if prefix else "without"] = measured
        sentence = _sentence_model(examples, sentence_names)
        result[f"{prefix}sentence"] = _as_json(sentence, sentence_names)
        decision = _decision_model(rows[learnt], right[learnt], kinds[learnt])
        result[f"{prefix}decision"] = _as_json(decision, decision_names)
    return result


def _ranks(answerable: Sequence[Example], ranked: Sequence[Example]) -> list[float]:
    """Return the place of each answerable question's gold passage; infinite where it is missing."""
    ranks = []
    for fold_ in range(FOLDS):
        model = _passage_model([example for example in ranked if example.fold != fold_])
        for example in answerable:
            if example.fold == fold_:
                rows = _passage_rows(example)
                order = np.argsort(-model.decision_function(rows), kind="stable")
                gold = [*example.gold[: len(rows)][order], *example.gold[len(rows) :]]
                ranks.append(next((n for n, one in enumerate(gold, start=1) if one), math.inf))
    return ranks


def _sentences(
    examples: Sequence[Example], names: Sequence[str], decision_names: Sequence[str]
) -> tuple[Rows, Flags, Flags]:
    """Return what the decision rests on, as judged by weights that did not see the question.

    Returns:
        The rows, and whether the first sentence, and whether one of the first three, is right.
    """
    rows = np.zeros((len(examples), len(decision_names)))
    right, three = (np.zeros(len(examples), dtype=bool) for _ in range(2))
    for fold_ in range(FOLDS):
        model = _sentence_model([e for e in examples if e.fold != fold_], names)
        logistic = Logistic.from_json(_as_json(model, names), names)
        for place, example in enumerate(examples):
            if example.fold != fold_:
                continue
            chances = logistic.probabilities(sentence_rows(example.found, names))
            order = np.argsort(-chances, kind="stable")
            found = [replace(example.found[i], probability=float(chances[i])) for i in order]
            features = decision_features(example.inquiry, found)
            rows[place] = [features[name] for name in decision_names]
            right[place] = example.right[order[0]]
            three[place] = example.right[order[:3]].any()
    return rows, right, three


def _chances(examples: Sequence[Example], rows: Rows, right: Flags, learnt: Flags) -> Rows:
    """Return for each question the chance that its first sentence is right, likewise."""
    folds = np.array([example.fold for example in examples])
    kinds = np.array([example.kind for example in examples])
    chances = np.zeros(len(examples))
    for fold_ in range(FOLDS):
        chosen = learnt & (folds != fold_)
        model = _decision_model(rows[chosen], right[chosen], kinds[chosen])
        chances[folds == fold_] = model.predict_proba(rows[folds == fold_])[:, 1]
    return chances


def _measured(kinds: npt.NDArray[Any], right: Flags, three: Flags, chances: Rows) -> dict[str, Any]:
    answerable = kinds == "answerable"
    answered = {kind: _share(chances[kinds == kind] >= 0.5) for kind in sorted(set(kinds))}
    balanced = (answered["answerable"] + 1 - answered["unanswerable"]) / 2
    return {
        "first_sentence_right": _share(right[answerable]),
        "one_of_three_right": _share(three[answerable]),
        "answered": answered,
        "balanced_accuracy": round(balanced, 4),
        "auc_against_absent": _auc(chances, answerable, kinds == "absent"),
        "auc_against_unanswerable": _auc(chances, answerable, kinds == "unanswerable"),
    }


def _auc(chances: Rows, positive: Flags, negative: Flags) -> float:
    chosen = positive | negative
    return round(float(roc_auc_score(positive[chosen], chances[chosen])), 4)


def _share(values: Flags) -> float:
    return round(float(values.mean()), 4)


def _passage_rows(example: Example) -> Rows:
    was_read = [one for one in example.evidence if one.reading is not None]
    return np.stack([passage_features(example.inquiry, one) for one in was_read])


def _passage_model(examples: Iterable[Example]) -> LogisticRegression:
    rows, labels = [], []
    for example in examples:
        of_one = _passage_rows(example)
        rows.append(of_one)
        labels.append(example.gold[: len(of_one)])
    return _logistic(np.concatenate(rows), np.concatenate(labels))


def _sentence_model(examples: Iterable[Example], names: Sequence[str]) -> LogisticRegression:
    """Fit on the questions whose answer was retrieved, to tell which sentence it is."""
    useful = [example for example in examples if example.right.any()]
    rows = np.concatenate([sentence_rows(example.found, names) for example in useful])
    return _logistic(rows, np.concatenate([example.right for example in useful]))


def _decision_model(rows: Rows, labels: Flags, kinds: npt.NDArray[Any]) -> LogisticRegression:
    """Fit so that one half is the point of indifference, however many of each kind there are."""
    answerable = kinds == "answerable"
    weights = np.where(answerable, 0.5 / answerable.sum(), 0.0)
    others = [kind for kind in set(kinds) if kind != "answerable"]
    for kind in others:
        weights[kinds == kind] = 0.5 / len(others) / (kinds == kind).sum()
    return _logistic(rows, labels, weights * len(labels))


def _logistic(rows: Rows, labels: Flags, weights: Rows | None = None) -> LogisticRegression:
    model = LogisticRegression(max_iter=2000, random_state=SEED, C=10.0)
    return model.fit(rows, labels, sample_weight=weights)


def _as_json(model: LogisticRegression, features: Sequence[str]) -> dict[str, Any]:
    weights = (round(float(weight), 4) for weight in model.coef_[0])
    return {
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": dict(zip(features, weights, strict=True)),
    }


if __name__ == "__main__":
    sys.exit(main())
