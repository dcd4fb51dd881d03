"""RAMDocs: questions whose documents disagree, mislead or are noise.

Wang et al. 2025, arXiv:2504.13079. A question's documents are its whole collection. It may have
several right answers, each about another thing of the same name, and wrong ones that misleading
documents give. An answer is present where it stands, as whole words, in the answer's sentences or
in a position of a disagreement. The strict measure is the authors' exact match: all right answers
and no wrong one.
"""

import itertools
from typing import Any

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import holds, read_lines
from evals.benchmarks.result import Findings, share
from index.types import Article
from rag.types import Answer

DISAGREEMENT = "disagreement"


def run(bench: Bench) -> Findings:
    """Measure which answers are given, and whether it is said that they differ."""
    questions = list(bench.each(read_lines(bench.folder / "questions.jsonl")))
    collections = [_articles(n, question) for n, question in enumerate(questions)]
    indexer = bench.indexer()
    embedded = indexer.embed([article for articles in collections for article in articles])
    given: list[Answer] = []
    for question, articles in zip(questions, collections, strict=True):
        with indexer.collection(itertools.islice(embedded, len(articles))) as collection:
            given.append(collection.ask(question["question"]))
    right = [_all_right(q, answer) for q, answer in zip(questions, given, strict=True)]
    wrong = [_any_wrong(q, answer) for q, answer in zip(questions, given, strict=True)]
    differ = [len(q["gold_answers"]) + len(q["wrong_answers"]) > 1 for q in questions]
    reported = [bool(answer.disagreements) for answer in given]
    return Findings(
        (
            share(DISAGREEMENT, "all right answers present", right),
            share(
                DISAGREEMENT,
                "all right answers present and no wrong one",
                [r and not w for r, w in zip(right, wrong, strict=True)],
                "Llama 3.3 70B 0.326 (arXiv:2504.13079, on the whole set)",
            ),
            share(
                DISAGREEMENT,
                "a wrong answer present, where a document gives one (lower is better)",
                [w for w, q in zip(wrong, questions, strict=True) if q["wrong_answers"]],
            ),
            share(
                DISAGREEMENT,
                "reported, where documents differ",
                [said for said, real in zip(reported, differ, strict=True) if real],
            ),
            share(
                DISAGREEMENT,
                "all right answers present and reported, where documents differ",
                [r and s for r, s, d in zip(right, reported, differ, strict=True) if d],
            ),
            share(
                DISAGREEMENT,
                "reported, where they do not (lower is better)",
                [said for said, real in zip(reported, differ, strict=True) if not real],
            ),
        ),
        (f"{sum(answer.abstained for answer in given)} of {len(given)} questions not answered",),
    )


def _articles(n: int, question: dict[str, Any]) -> list[Article]:
    documents = question["documents"]
    return [Article(id=f"{n}.{m}", text=row["text"]) for m, row in enumerate(documents)]


def _all_right(question: dict[str, Any], answer: Answer) -> bool:
    return all(_present(gold, answer) for gold in question["gold_answers"])


def _any_wrong(question: dict[str, Any], answer: Answer) -> bool:
    return any(_present(wrong, answer) for wrong in question["wrong_answers"])


def _present(wanted: str, answer: Answer) -> bool:
    texts = [sentence.text for sentence in answer.sentences]
    texts += [position.value for d in answer.disagreements for position in d.positions]
    return any(holds(text, wanted) for text in texts)
