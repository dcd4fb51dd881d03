"""TIME: articles of TIME magazine of 1963, all in capitals, with queries and judgements.

One of the SMART collections. TIME.ALL has the articles, each after a line that begins "*TEXT";
TIME.QUE the queries, each after "*FIND"; a line of TIME.REL is a query's number and the relevant
articles, which it counts from 1 in the order of TIME.ALL.
"""

import re
from collections.abc import Iterator

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import read_text
from evals.benchmarks.result import Findings, mean
from evals.ranking import average_precision, ndcg_at
from index.types import Article

ARTICLES = "article retrieval"
HEADING = re.compile(r"^\*(?:TEXT|FIND)\b(.*)$", re.MULTILINE)
DATE = re.compile(r"(\d\d)/(\d\d)/(\d\d)\b")


def run(bench: Bench) -> Findings:
    """Measure how well articles are ranked, each by its best passage."""
    articles = parse_articles(read_text(bench.folder / "TIME.ALL"))
    queries = parse_queries(read_text(bench.folder / "TIME.QUE"))
    relevant = parse_judgements(read_text(bench.folder / "TIME.REL"))
    precisions: list[float] = []
    gains: list[float] = []
    listed: list[int] = []
    with bench.collection(articles) as collection:
        judged = [number for number in queries if relevant.get(number)]
        for number in bench.each(judged):
            ranked = collection.ranked_whole(queries[number])
            listed.append(len(ranked))
            precisions.append(average_precision(ranked, relevant[number]))
            gains.append(ndcg_at(ranked, relevant[number], 10))
    return Findings(
        (
            mean(ARTICLES, "MAP", precisions, "BM25 0.559; target 0.65"),
            mean(ARTICLES, "nDCG@10", gains, "BM25 0.623; target 0.72"),
        ),
        (
            f"left out: {len(queries) - len(judged)} queries without a relevant article",
            _depth_note(listed, len(articles)),
        ),
    )


def _depth_note(listed: list[int], articles: int) -> str:
    return (
        f"all that a search gives is ranked, at the least {min(listed, default=0)} of {articles} "
        "articles; relevant ones beyond that count 0"
    )


def parse_articles(text: str) -> list[Article]:
    """Read TIME.ALL: ids are "1", "2", … as the judgements count them.

    Every line is followed by an empty one, and lines are wrapped: they are joined.
    """
    return [
        Article(id=str(n), text=body, outlet="TIME", published=_date(heading))
        for n, (heading, body) in enumerate(_parts(text), start=1)
    ]


def parse_queries(text: str) -> dict[str, str]:
    """Read TIME.QUE: the queries by their numbers."""
    return {heading.strip(): body for heading, body in _parts(text)}


def parse_judgements(text: str) -> dict[str, set[str]]:
    """Read TIME.REL: the ids of the relevant articles by the query's number."""
    rows = (line.split() for line in text.splitlines() if line.strip())
    return {row[0]: set(row[1:]) for row in rows}


def _parts(text: str) -> Iterator[tuple[str, str]]:
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        yield heading.group(1), " ".join(text[heading.end() : end].split())


def _date(heading: str) -> str | None:
    found = DATE.search(heading)
    return f"19{found[3]}-{found[1]}-{found[2]}" if found else None
