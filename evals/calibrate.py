"""Calibrate: fit the weights by which evidence is turned into probabilities.

    python -m evals.calibrate ../shared/data/squad2 [--reader DIR] [--close DIR]

Fits logistic regressions on the development half of SQuAD 2.0 (CC BY-SA 4.0):

- which of the passages that were read answers a question;
- whether a sentence answers it, read closely, read once and not read;
- whether to answer at all, likewise: does the collection answer? It is learnt from SQuAD's
  answerable questions, from the same asked as if their own article were not in the collection
  ("absent"), from those on our own reports (`evals.reader.written`), and from our golden questions,
  with an answer and without. Ours are asked in words that the articles do not use, SQuAD's by
  people who had the paragraph before them; alone, they would set the bar for others too high. The
  questions that were made to resemble answerable ones ("unanswerable") are learnt from only where
  passages are read closely. Nothing else tells them from what people ask in other words, and both
  would be refused more often (docs/quality.md has the figures).

Only questions are put whose articles the reader did not learn from. All is cross-validated, by
article. Writes rag/calibration.json with where the weights
come from.
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from evals.asked import FOLDS, Example, Flags, of_golden, of_squad2, of_written
from evals.provenance import commit, machine
from evals.reader.written import FOLDER, read_reports
from rag.calibration import FILE, Logistic
from rag.candidates import FEATURES_OF_SENTENCES, Candidate, HowRead, sentence_rows
from rag.decision import FEATURES_OF_DECISIONS, decision_features
from rag.evidence import PASSAGE_FEATURES, passage_features
from rag.reader import OnnxReader

SEED = 0
Rows = npt.NDArray[np.float64]
# Whether to answer is learnt from these, and how much each kind of them counts in all.
ANSWERED = ("answerable", "written answerable", "golden answerable")
ABSENT = {"answerable": 1.0, "golden answerable": 1.0, "absent": 1.0, "golden unanswerable": 1.0}
# Half as much: questions that were made to tempt, and those that had to be worded otherwise.
MADE = {"unanswerable": 0.5, "written answerable": 0.5, "written unanswerable": 0.5}
COUNTS = {
    HowRead.NOT: ABSENT,
    HowRead.ONCE: ABSENT,
    HowRead.CLOSELY: ABSENT | MADE,
}
OURS = ("written", "golden")
MEASURED = {
    HowRead.NOT: "without",
    HowRead.ONCE: "with_reader",
    HowRead.CLOSELY: "with_close_reader",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit rag/calibration.json.")
    parser.add_argument("data", type=Path, help="a folder with passages.jsonl and questions.jsonl")
    parser.add_argument(
        "--reader",
        type=Path,
        default=Path("rag/reader_model"),
        help="what `evals.reader.tune` wrote, where it is not yet bundled",
    )
    parser.add_argument(
        "--close",
        type=Path,
        default=Path("rag/close_reader_model"),
        help="likewise the one that reads closely",
    )
    parser.add_argument("--written", type=Path, default=FOLDER, help="holds our reports")
    parser.add_argument("--out", type=Path, default=Path("rag") / FILE)
    options = parser.parse_args(arguments)
    closely = OnnxReader(options.close)
    reader = OnnxReader(options.reader, lambda: closely)
    reports = read_reports(options.written)
    with tempfile.TemporaryDirectory() as squad2, tempfile.TemporaryDirectory() as written:
        examples = [
            *of_squad2(options.data, reader, Path(squad2)),
            *of_written(reports, reader, Path(written)),
            *of_golden(reader),
        ]
    # Where nothing is retrieved the pipeline abstains by itself; there is nothing to learn.
    result = fit([example for example in examples if example.found])
    result["provenance"] |= {
        "data": options.data.name,
        "commit": commit(),
        "machine": machine(),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    sys.stdout.write(json.dumps(result["provenance"], indent=2) + "\n")
    return 0


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Fit all regressions and measure them by cross-validation over the folds."""
    kinds = np.array([example.kind for example in examples])
    # The passage with the gold answer is known to be read only where it was retrieved.
    # A report's few passages are all that its questions are put to: among them none is ranked.
    ranked = [
        example for example in examples if example.kind == "answerable" and example.gold.any()
    ]
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
    for at_most in HowRead:
        # Where no sentence was read so, other weights decide.
        decided = [e for e in examples if any(_as_read(c, at_most) is at_most for c in e.found)]
        rows, right, three = _sentences(decided, at_most)
        chances = _chances(decided, rows, COUNTS[at_most])
        kinds = np.array([example.kind for example in decided])
        result["provenance"][MEASURED[at_most]] = _measured(kinds, right, three, chances)
        result[f"{at_most}sentence"] = _sentence_model(decided, at_most)
        model = _decision_model(rows, kinds, COUNTS[at_most])
        result[f"{at_most}decision"] = _as_json(model, FEATURES_OF_DECISIONS[at_most])
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


def _sentences(examples: Sequence[Example], at_most: HowRead) -> tuple[Rows, Flags, Flags]:
    """Return what the decision rests on, as judged by weights that did not see the question.

    Args:
        examples: all questions.
        at_most: how their passages are read at most.

    Returns:
        The rows, and whether the first sentence, and whether one of the first three, is right.
    """
    names = FEATURES_OF_DECISIONS[at_most]
    rows = np.zeros((len(examples), len(names)))
    right, three = (np.zeros(len(examples), dtype=bool) for _ in range(2))
    for fold_ in range(FOLDS):
        others = [example for example in examples if example.fold != fold_]
        models = {
            way: Logistic.from_json(_sentence_model(others, way), FEATURES_OF_SENTENCES[way])
            for way in HowRead
        }
        for place, example in enumerate(examples):
            if example.fold != fold_:
                continue
            weighed = [_weighed(one, models[_as_read(one, at_most)]) for one in example.found]
            order = np.argsort([-one.probability for one in weighed], kind="stable")
            features = decision_features(weighed)
            rows[place] = [features[name] for name in names]
            right[place] = example.right[order[0]]
            three[place] = example.right[order[:3]].any()
    return rows, right, three


def _chances(examples: Sequence[Example], rows: Rows, counts: Mapping[str, float]) -> Rows:
    """Return for each question the chance that it is answered, by weights that did not see it."""
    folds = np.array([example.fold for example in examples])
    kinds = np.array([example.kind for example in examples])
    chances = np.zeros(len(examples))
    for fold_ in range(FOLDS):
        model = _decision_model(rows[folds != fold_], kinds[folds != fold_], counts)
        chances[folds == fold_] = model.predict_proba(rows[folds == fold_])[:, 1]
    return chances


def _measured(kinds: npt.NDArray[Any], right: Flags, three: Flags, chances: Rows) -> dict[str, Any]:
    answerable = kinds == "answerable"
    answered = {kind: _share(chances[kinds == kind] >= 0.5) for kind in sorted(set(kinds))}
    return {
        "first_sentence_right": _share(right[answerable]),
        "one_of_three_right": _share(three[answerable]),
        "answered": answered,
        "balanced_accuracy": _balanced(answered, "answerable", "unanswerable"),
        "auc_against_absent": _auc(chances, answerable, kinds == "absent"),
        "auc_against_unanswerable": _auc(chances, answerable, kinds == "unanswerable"),
    } | {
        f"{whose}_{name}": figure
        for whose in OURS
        for name, figure in _measured_of(whose, kinds, right, chances, answered).items()
    }


def _measured_of(
    whose: str,
    kinds: npt.NDArray[Any],
    right: Flags,
    chances: Rows,
    answered: Mapping[str, float],
) -> dict[str, float]:
    answerable, unanswerable = f"{whose} answerable", f"{whose} unanswerable"
    if not {answerable, unanswerable} <= set(kinds):
        return {}
    return {
        "first_sentence_right": _share(right[kinds == answerable]),
        "balanced_accuracy": _balanced(answered, answerable, unanswerable),
        "auc": _auc(chances, kinds == answerable, kinds == unanswerable),
    }


def _balanced(answered: Mapping[str, float], positive: str, negative: str) -> float:
    return round((answered[positive] + 1 - answered[negative]) / 2, 4)


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


def _sentence_model(examples: Iterable[Example], way: HowRead) -> dict[str, Any]:
    """Fit on the sentences, read so, of the questions whose answer was retrieved."""
    useful = [e for e in examples if e.kind == "answerable" and e.right.any()]
    learnt = [
        (one, right)
        for example in useful
        for one, right in zip(example.found, example.right, strict=True)
        if _as_read(one, way) is way
    ]
    names = FEATURES_OF_SENTENCES[way]
    rows = sentence_rows([one for one, _ in learnt], names)
    return _as_json(_logistic(rows, np.array([right for _, right in learnt])), names)


def _weighed(one: Candidate, model: Logistic) -> Candidate:
    [probability] = model.probabilities(sentence_rows([one], model.features))
    return replace(one, probability=float(probability))


def _as_read(one: Candidate, at_most: HowRead) -> HowRead:
    """Return how a sentence would have been read were nothing read better than so."""
    ways = list(HowRead)
    return min(one.how_read, at_most, key=ways.index)


def _decision_model(
    rows: Rows, kinds: npt.NDArray[Any], counts: Mapping[str, float]
) -> LogisticRegression:
    """Fit so that one half is the point of indifference, however many of each kind there are."""
    weights = np.zeros(len(kinds))
    for kind, count in counts.items():
        weights[kinds == kind] = count / max(1, (kinds == kind).sum())
    learnt = weights > 0
    scaled = weights[learnt] * learnt.sum() / weights.sum()
    return _logistic(rows[learnt], np.isin(kinds[learnt], ANSWERED), scaled)


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
