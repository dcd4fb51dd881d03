"""Real: articles, questions and their vectors, as far as real ones go.

News paragraphs and articles (`nyt`, `time`) and encyclopaedic ones (`squad2`, `train`), cut and
embedded as any collection is, and people's own questions about the first two kinds. Embedding takes
minutes, so it is done once and kept in a file beside what is measured. Knows nothing of sizes.
"""

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.benchmarks.data import read_lines, read_text, sample
from evals.benchmarks.time_magazine import parse_articles
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, ModelIdentity, cache_folder
from index.passages import embed_articles
from index.types import Article, Vectors

FILE = "real.npz"
UNSEEN = "unseen.npz"
# What the local files hold of Wikipedia's paragraphs, each once.
PARAGRAPHS = ("nq_open_oracle-dev", "mlqa_en-dev", "qed-dev")
TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Real:
    """Real passages and questions.

    Attributes:
        texts: a passage each.
        vectors: theirs, shape (passages, dimension).
        sentences: one sentence's of each, likewise.
        questions: what people ask.
        asked: the questions' vectors, shape (questions, dimension).
        identity: the model that embedded all of it.
        precision: the number format that it was computed in.
    """

    texts: tuple[str, ...]
    vectors: Vectors
    sentences: Vectors
    questions: tuple[str, ...]
    asked: Vectors
    identity: ModelIdentity
    precision: str


def real(data: Path, folder: Path, questions: int) -> Real:
    """Return the real part, embedded where `folder` does not keep it yet.

    Args:
        data: the folder that holds the data sets.
        folder: where it is kept.
        questions: how many questions there are to be.
    """
    kept = folder / FILE
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _embed(data, kept, questions)
    with np.load(kept) as read:
        about = json.loads(str(read["about"]))
        return Real(
            texts=tuple(about["texts"]),
            vectors=read["vectors"],
            sentences=read["sentences"],
            questions=tuple(about["questions"]),
            asked=read["asked"],
            identity=ModelIdentity.from_json(about["model"]),
            precision=about["precision"],
        )


def unseen(real: Real, data: Path, folder: Path) -> Vectors:
    """Return the vectors of as many further questions, shape (questions, dimension).

    How recall is tuned was chosen by some of those of `real`, so it is measured on these.
    """
    kept = folder / UNSEEN
    if not kept.is_file():
        seen = frozenset(real.questions)
        others = [text for text in dict.fromkeys(_questions(data)) if text not in seen]
        model = LocalModel(real.identity.reference, cache_folder(os.environ) / "models")
        asking = model.for_asking(real.identity)
        chosen = sample(others, len(real.questions))
        np.savez(kept, asked=np.stack([asking.embed_query(text) for text in chosen]))
    with np.load(kept) as read:
        vectors: Vectors = read["asked"]
    return vectors


def _embed(data: Path, kept: Path, questions: int) -> None:
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    embedder = model.for_building()
    embedded = list(embed_articles([*_articles(data)], embedder))
    asking = model.for_asking(embedder.identity)
    asked = sample(_questions(data), questions)
    about = {
        "texts": [p.span.of(one.article.text) for one in embedded for p in one.passages],
        "questions": asked,
        "model": embedder.identity.to_json(),
        "precision": embedder.precision,
    }
    pairs = [pair for one in embedded for pair in one.vectors]
    np.savez(
        kept,
        about=np.array(json.dumps(about)),
        vectors=np.stack([pair.passage for pair in pairs]),
        # Neither always the first sentence nor always the last.
        sentences=np.stack([p.sentences[n % len(p.sentences)] for n, p in enumerate(pairs)]),
        asked=np.stack([asking.embed_query(text) for text in asked]),
    )


def _articles(data: Path) -> Iterator[Article]:
    for name in ("nyt", "squad2"):
        for row in read_lines(data / name / "passages.jsonl"):
            yield Article(id=f"{name}-{row['id']}", text=row["text"])
    for article in parse_articles(read_text(data / "time" / "TIME.ALL")):
        yield Article(id=f"time-{article.id}", text=article.text)
    seen: set[str] = set()
    for name in PARAGRAPHS:
        for text in _contexts(data / TRAIN / f"{name}.jsonl.gz"):
            if text[:80] not in seen:
                seen.add(text[:80])
                yield Article(id=f"{name}-{len(seen)}", text=text)


def _contexts(file: Path) -> Iterator[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["context"]


def _questions(data: Path) -> Sequence[str]:
    return [
        row["question"]
        for name in ("nyt", "squad2")
        for row in read_lines(data / name / "questions.jsonl")
    ]
