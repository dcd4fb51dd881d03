"""CLAP NQ: natural questions whose answer is long, or is not in their passage.

Rosenthal et al. 2024, arXiv:2404.02103. The passages of all questions are one collection, so that a
question must find its own among the others'.
"""

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import read_lines
from evals.benchmarks.result import Findings, decision, mean, separation
from evals.benchmarks.squad import ABSTAINING, PASSAGES, WHETHER
from evals.ranking import reciprocal_rank
from index.types import Article


def run(bench: Bench) -> Findings:
    """Measure retrieval, and the decision whether to answer."""
    questions = read_lines(bench.folder / "questions.jsonl")
    gold = {
        question["id"]: [f"{question['id']}.{n}" for n in range(len(question["passages"]))]
        for question in questions
    }
    articles = [
        Article(id=name, text=passage["text"], title=passage["title"])
        for question in questions
        for name, passage in zip(gold[question["id"]], question["passages"], strict=True)
    ]
    ranks: list[float] = []
    confidences: list[float] = []
    answered: list[bool] = []
    answerable: list[bool] = []
    with bench.collection(articles) as collection:
        for question in bench.each(questions):
            answer = collection.ask(question["question"])
            confidences.append(answer.confidence)
            answered.append(not answer.abstained)
            answerable.append(question["answerable"])
            if question["answerable"]:
                ranked = collection.ranked(question["question"])
                ranks.append(reciprocal_rank(ranked, gold[question["id"]], 10))
    return Findings(
        (
            mean(PASSAGES, "MRR@10", ranks),
            separation(WHETHER, "AUC of the confidence", confidences, answerable),
            decision(ABSTAINING, "balanced accuracy", answered, answerable, "target 0.75"),
        )
    )
