"""SummEdits: does a document support a summary that may have been edited to say something else?

Laban et al. 2023, arXiv:2305.14540. Five domains; as there, balanced accuracy in each.

A judge gives a score to a document and a summary. Its threshold in a domain is the one that does
best, by the mean of balanced accuracies, in the four others, so that no domain chooses its own.
Judged by the verifier that ships, as it judges what a model wrote, and by `word_overlap`, a
baseline. Neither learnt from these documents.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import read_lines
from evals.benchmarks.decide import balanced_accuracy
from evals.benchmarks.result import Findings, Metric, decision
from index.chunk import sentences_of
from index.types import Article, Span
from rag.verify.verification import Cited, Verifies
from rag.verify.verify import bundled_verifier
from rag.words import content_words, stem

PAIRS = "pairs.jsonl"
SUPPORT = "supported or not"
NEWS = "news"
TO_BEAT = "SummaC 0.619, QAFactEval 0.744, GPT-4 0.833, people 0.900 (published); target 0.74"
# A summary's sentence may gather what these many sentences of the document say.
NEAREST = 3

Judge = Callable[[str, str], float]
"""Takes a document and a summary; the higher its score, the surer that all is supported."""


def word_overlap(document: str, summary: str) -> float:
    """Return how far a summary's words, names and numbers stand in its document, from 0 to 1.

    Each sentence of the summary is held beside the sentences of the document that share most of its
    words, by weight; the share of the weight that they hold together is its support. Rare words
    weigh more (inverse document frequency over the document's sentences). The least supported
    sentence decides.
    """
    held = _stems_by_sentence(document)
    counts = Counter(word for sentence in held for word in sentence)
    wanted = [sentence for sentence in _stems_by_sentence(summary) if sentence]
    return min((_support(sentence, held, counts) for sentence in wanted), default=0.0)


def by_verifier(verifier: Verifies) -> Judge:
    """Return a judge: the score of the sentence that a document supports least."""

    def judge(document: str, summary: str) -> float:
        article = Article(id="document", text=document)
        whole = [Cited(article, Span(0, len(document)))]
        spans = sentences_of(summary)
        scores = (verifier.verify(span.of(summary), whole).score for span in spans)
        return min(scores, default=0.0)

    return judge


def run(bench: Bench) -> Findings:
    """Measure the verifier that ships, and word overlap, in every domain."""
    pairs = []
    judges = {"the verifier": by_verifier(bundled_verifier()), "word overlap": word_overlap}
    scores: dict[str, list[float]] = {name: [] for name in judges}
    for pair in bench.each(read_lines(bench.folder / PAIRS)):
        pairs.append(pair)
        for name, judge in judges.items():
            scores[name].append(judge(pair["document"], pair["summary"]))
    note = "each domain's threshold is chosen on the four others"
    metrics = tuple(m for name in judges for m in measured(pairs, scores[name], name))
    return Findings(metrics, (note,))


def measured(pairs: Sequence[Mapping[str, Any]], scores: Sequence[float], by: str) -> list[Metric]:
    """Return the balanced accuracies in each domain, for the scores of pairs in order."""
    domains = [pair["domain"] for pair in pairs]
    labels = [pair["supported"] for pair in pairs]
    thresholds = {name: _threshold(name, domains, scores, labels) for name in set(domains)}
    decided = [score >= thresholds[domain] for score, domain in zip(scores, domains, strict=True)]
    metrics: list[Metric] = []
    for domain in sorted(thresholds, key=lambda name: (name != NEWS, name)):
        chosen = [i for i, name in enumerate(domains) if name == domain]
        name = f"balanced accuracy, {domain}, by {by}"
        mine, theirs = [decided[i] for i in chosen], [labels[i] for i in chosen]
        metrics.append(decision(SUPPORT, name, mine, theirs, TO_BEAT if domain == NEWS else ""))
    value, interval = balanced_accuracy(decided, labels, domains)
    name = f"balanced accuracy, mean of the domains, by {by}"
    metrics.append(Metric(SUPPORT, name, value, interval, len(labels)))
    return metrics


def _threshold(
    domain: str, domains: Sequence[str], scores: Sequence[float], labels: Sequence[bool]
) -> float:
    """Return the threshold that does best in all domains but one; the lowest of equals.

    "Best" is by the mean of the domains' balanced accuracies. At each score that occurs, the share
    of supported pairs that reach it less the share of others that do tells the two apart.
    """
    rows = [i for i, name in enumerate(domains) if name != domain]
    found = np.array([scores[i] for i in rows])
    levels = np.unique(found)
    gains = np.zeros(len(levels))
    names = np.array([domains[i] for i in rows])
    truth = np.array([labels[i] for i in rows], dtype=bool)
    for name in np.unique(names):
        for side, sign in ((truth, 1), (~truth, -1)):
            chosen = np.sort(found[(names == name) & side])
            reaching = len(chosen) - np.searchsorted(chosen, levels, side="left")
            gains += sign * reaching / max(1, len(chosen))
    return float(levels[np.argmax(gains)]) if len(levels) else 0.0


def _support(
    sentence: frozenset[str], held: Sequence[frozenset[str]], counts: Counter[str]
) -> float:
    total = len(held)
    weights = {
        word: math.log(1 + (total - counts[word] + 0.5) / (counts[word] + 0.5)) for word in sentence
    }

    def weight(words: frozenset[str]) -> float:
        return math.fsum(weights[word] for word in sentence & words)

    nearest = sorted(held, key=weight, reverse=True)[:NEAREST]
    return weight(frozenset[str]().union(*nearest)) / weight(sentence)


def _stems_by_sentence(text: str) -> list[frozenset[str]]:
    told = (span.of(text) for span in sentences_of(text))
    return [frozenset(stem(word) for word in content_words(sentence)) for sentence in told]
