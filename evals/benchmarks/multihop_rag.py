"""MultiHop-RAG: questions that need the facts of several news articles, or that none answers.

Tang and Yang 2024, arXiv:2401.15391. The bodies of the articles are not in the sample, so each fact
is an article of one sentence, with its outlet, author, address and date.
"""

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import read_json, read_lines
from evals.benchmarks.result import Findings, mean, share
from evals.benchmarks.squad import ABSTAINING
from evals.ranking import recall_at
from index.types import Article

FACTS = "facts from many articles"


def run(bench: Bench) -> Findings:
    """Measure how many of a query's facts are found, and what is refused."""
    facts = read_json(bench.folder / "facts.json")
    names = {(fact["url"], fact["fact"]): str(n) for n, fact in enumerate(facts, start=1)}
    articles = [
        Article(
            id=names[fact["url"], fact["fact"]],
            text=fact["fact"],
            title=fact["title"],
            outlet=fact["source"],
            author=fact["author"],
            published=fact["published_at"],
            url=fact["url"],
        )
        for fact in facts
    ]
    recalls: list[float] = []
    answered: list[bool] = []
    refused: list[bool] = []
    with bench.collection(articles) as collection:
        for query in bench.each(read_lines(bench.folder / "queries.jsonl")):
            abstained = collection.ask(query["query"]).abstained
            if not query["evidence_list"]:
                refused.append(abstained)
                continue
            answered.append(not abstained)
            gold = {names[fact["url"], fact["fact"]] for fact in query["evidence_list"]}
            recalls.append(recall_at(collection.ranked(query["query"]), gold, 10))
    return Findings(
        (
            mean(
                FACTS,
                "share of a query's gold facts in the top 10",
                recalls,
                "BM25 0.859, dense 0.817, plain RRF 0.896; target 0.94",
            ),
            share(ABSTAINING, "null queries refused", refused),
            share(ABSTAINING, "answerable queries answered", answered),
        )
    )
