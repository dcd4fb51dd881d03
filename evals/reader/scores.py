"""Scores: how well a reader tells answering sentences and answering passages from others."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score

from evals.reader.examples import Example
from evals.reader.model import Reader, inputs
from rag.reader import best_ends
from rag.reader_input import Encoded, collate

AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader makes of one pair.

    Attributes:
        sentences, passage: logits.
        answer: the first and the last token that the short answer most probably has.
    """

    sentences: tuple[float, ...]
    passage: float
    answer: tuple[int, int]


def read_all(reader: Reader, encoded: Sequence[Encoded]) -> list[Read]:
    """Return what a reader makes of pairs, in their order."""
    read: dict[int, Read] = {}
    order = sorted(range(len(encoded)), key=lambda place: len(encoded[place].tokens))
    was_training = reader.training
    reader.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), AT_ONCE):
            places = order[start : start + AT_ONCE]
            batch = collate([encoded[place] for place in places])
            sentences, passages, ends = reader(*inputs(batch))
            for row, place in enumerate(places):
                count = len(encoded[place].sentences)
                logits = tuple(sentences[row, :count].float().tolist())
                answer = _best_answer(ends[row].float().numpy(), encoded[place])
                read[place] = Read(logits, float(passages[row]), answer)
    reader.train(was_training)
    return [read[place] for place in range(len(encoded))]


def _best_answer(ends: npt.NDArray[np.float32], encoded: Encoded) -> tuple[int, int]:
    """Return the likeliest first and last token of all sentences; zeros where none has a token."""
    found = [(float("-inf"), (0, 0))]
    for start, end in encoded.sentences:
        if start == end:
            continue
        first, last = (start + place for place in best_ends(ends[start:end]))
        found.append((float(ends[first, 0] + ends[last, 1]), (first, last)))
    return max(found)[1]


def validate(
    reader: Reader, examples: Sequence[Example], encoded: Sequence[Encoded]
) -> dict[str, float]:
    """Measure a reader on examples.

    Returns:
        `answer_found`, the share of known short answers whose first and last token are found, and
        `sentence_auc` over the sentences of all passages, `passage_auc`, `top_sentence` (the share
        of answering passages whose best sentence answers), `mrr` of the first that answers, and for
        each kind of passage that does not answer `auc_KIND` of it against the plain ones that do.
    """
    read = read_all(reader, encoded)
    sentences = [
        (logit, label)
        for one, example in zip(read, examples, strict=True)
        for logit, label in zip(one.sentences, example.labels, strict=True)
        if label is not None
    ]
    ranks = [
        _rank(one, example)
        for one, example in zip(read, examples, strict=True)
        if any(example.labels) and len(example.labels) > 1
    ]
    by_kind: dict[str, list[float]] = defaultdict(list)
    for one, example in zip(read, examples, strict=True):
        answers = example.answerable and not example.kind.startswith("claim")
        by_kind["answers" if answers else example.kind].append(one.passage)
    scores = {
        "sentence_auc": _auc([logit for logit, _ in sentences], [label for _, label in sentences]),
        "passage_auc": _auc([one.passage for one in read], [e.answerable for e in examples]),
        "top_sentence": float(np.mean([rank == 1 for rank in ranks])),
        "mrr": float(np.mean([1 / rank for rank in ranks])),
    }
    right = by_kind.pop("answers")
    claims = by_kind.pop("claim not supported", [])
    borne_out = by_kind.pop("claim supported", [])
    if claims and borne_out:
        labels = [True] * len(borne_out) + [False] * len(claims)
        scores["auc_claims"] = _auc(borne_out + claims, labels)
    for kind, wrong in sorted(by_kind.items()):
        labels = [True] * len(right) + [False] * len(wrong)
        scores[f"auc_{kind.replace(' ', '_')}"] = _auc(right + wrong, labels)
    known = [(r, e) for r, e in zip(read, encoded, strict=True) if e.answer is not None]
    scores["answer_found"] = float(np.mean([r.answer == e.answer for r, e in known] or [False]))
    return {name: round(value, 4) for name, value in scores.items()}


def _auc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    return float(roc_auc_score(positive, scores))


def _rank(read: Read, example: Example) -> int:
    order = sorted(range(len(read.sentences)), key=lambda place: -read.sentences[place])
    return 1 + next(rank for rank, place in enumerate(order) if example.labels[place])
