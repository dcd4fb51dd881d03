"""SQuAD and its kin: paragraphs, and questions that one of them answers or none does.

- squad2: SQuAD 2.0 (Rajpurkar, Jia and Liang 2018, arXiv:1806.03822), Wikipedia.
- nyt: the New York Times part of SQuADShifts (Miller et al. 2020, arXiv:2004.14444). It is measured
  on and never trained on.

Every paragraph is an article of the collection, so that a question is asked of all of them. A
sentence holds a gold answer wherever the answer stands in it as whole words, also in another
paragraph than the one that the question was written about.
"""

import re
from typing import Any

from evals.benchmarks.collection import Bench, Collection
from evals.benchmarks.data import holds_any, read_lines
from evals.benchmarks.result import Findings, Metric, decision, mean, separation, share
from evals.ranking import hit_at, reciprocal_rank
from index.types import Article

PASSAGES = "passage retrieval"
SENTENCES = "the answering sentence"
WHETHER = "answerable or not"
ABSTAINING = "abstaining by itself"
IN_SAMPLE = "in-sample"
NOTE = (
    f"{IN_SAMPLE}: the weights that ship were fitted on these very questions; "
    "`python -m evals.calibrate` gives the cross-validated figures"
)
DATE_IN_URL = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/")

Question = dict[str, Any]


def run_squad2(bench: Bench) -> Findings:
    """Measure retrieval, the sentences shown, and the decision whether to answer."""
    articles = [
        Article(id=row["id"], text=row["text"], title=row["title"])
        for row in read_lines(bench.folder / "passages.jsonl")
    ]
    found = _Found()
    confidences: list[float] = []
    answered: list[bool] = []
    answerable: list[bool] = []
    with bench.collection(articles) as collection:
        for question in bench.each(read_lines(bench.folder / "questions.jsonl")):
            answer = collection.ask(question["question"])
            confidences.append(answer.confidence)
            answered.append(not answer.abstained)
            answerable.append(question["answerable"])
            if question["answerable"]:
                found.add(collection, question)
    return Findings(
        (
            *found.retrieval(
                "dense 0.811, BM25 0.884, plain RRF 0.877; target 0.93",
                "dense 0.914, BM25 0.946, plain RRF 0.962; target 0.98",
            ),
            *found.shown(
                "nearest sentence 0.697; target 0.80",
                "nearest sentences 0.867; target 0.94",
                f", {IN_SAMPLE}",
            ),
            separation(
                WHETHER,
                f"AUC of the confidence, {IN_SAMPLE}",
                confidences,
                answerable,
                "best cosine 0.641; target 0.80, aim 0.88",
            ),
            decision(
                ABSTAINING,
                f"balanced accuracy, {IN_SAMPLE}",
                answered,
                answerable,
                "target 0.75",
            ),
        ),
        (NOTE,),
    )


def run_nyt(bench: Bench) -> Findings:
    """Measure retrieval and the sentences shown; every question has its answer."""
    articles = [_news(row) for row in read_lines(bench.folder / "passages.jsonl")]
    found = _Found()
    with bench.collection(articles) as collection:
        for question in bench.each(read_lines(bench.folder / "questions.jsonl")):
            found.add(collection, question)
    return Findings(
        (
            *found.retrieval(
                "dense 0.623, BM25 0.824, plain RRF 0.766; target 0.88",
                "dense 0.739, BM25 0.885, plain RRF 0.856; target 0.94",
            ),
            *found.shown(
                "nearest sentence 0.533; target 0.70",
                "nearest sentences 0.696; target 0.86",
            ),
        ),
    )


class _Found:
    """What was found for the answerable questions so far."""

    def __init__(self) -> None:
        self.ranks: list[float] = []
        self.hits: list[float] = []
        self.first: list[bool] = []
        self.three: list[bool] = []

    def add(self, collection: Collection, question: Question) -> None:
        """Ask one question and judge what is found."""
        ranked = collection.ranked(question["question"])
        self.ranks.append(reciprocal_rank(ranked, {question["passage"]}, 10))
        self.hits.append(hit_at(ranked, {question["passage"]}, 4))
        best = collection.sentences(question["question"])[:3]
        right = [holds_any(sentence.text, question["answers"]) for sentence in best]
        self.first.append(any(right[:1]))
        self.three.append(any(right))

    def retrieval(self, rank_to_beat: str, hits_to_beat: str) -> tuple[Metric, ...]:
        return (
            mean(PASSAGES, "MRR@10", self.ranks, rank_to_beat),
            share(PASSAGES, "Hits@4", [bool(hit) for hit in self.hits], hits_to_beat),
        )

    def shown(self, first: str, three: str, said: str = "") -> tuple[Metric, ...]:
        return (
            share(SENTENCES, f"the first holds a gold answer{said}", self.first, first),
            share(SENTENCES, f"the first three hold a gold answer{said}", self.three, three),
        )


def _news(row: dict[str, Any]) -> Article:
    date = DATE_IN_URL.search(row["url"])
    return Article(
        id=row["id"],
        text=row["text"],
        outlet="The New York Times",
        url=row["url"],
        published="-".join(date.groups()) if date else None,
    )
