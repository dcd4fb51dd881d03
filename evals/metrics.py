"""Metrics: what one answer is worth against what its case expects.

Everything here is deterministic; docs/evals.md defines each metric with its source. A metric that
does not apply to a case is None there, so that a mean is always over the cases it is about and
never NaN. Knows nothing of how an answer was had.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evals.ranking import ndcg_at, recall_at, reciprocal_rank
from evals.suite import same_article
from evals.types import Case, Expectation, Record
from rag.words import STOP_WORDS, content_words, stem, words

RECALL_DEPTHS = (1, 5, 10)
NDCG_DEPTH = 10
PERCENTILES = (50, 95, 99)
# A sentence is supported by quotations that hold all its numbers and this share of its other words.
SUPPORTED_SHARE = 0.8

METRICS = (
    *("passed", "recall@1", "recall@5", "recall@10", "mrr", "ndcg@10"),
    *("answer_correct", "sources_correct", "reference_recall"),
    *("citation_validity", "citation_precision", "citation_recall"),
    *("abstention_precision", "abstention_recall"),
    *("disagreement_precision", "disagreement_recall"),
)

MARKER = re.compile(r" ?\[\d+\]")

Text = Callable[[str], str | None]
"""Gives an article's text by its id; None when there is no such article."""


def failures(expect: Expectation, answer: dict[str, Any]) -> list[str]:
    """Return each expectation that an answer does not meet, in words."""
    if expect.abstain:
        if answer["abstained"]:
            return []
        return ["it answers; the articles do not say", *_wrong_text(expect, answer)]
    if answer["abstained"]:
        return [f"it abstains: {answer.get('reason') or 'no reason given'}"]
    return [
        *_wrong_text(expect, answer),
        *_wrong_sources(expect, answer),
        *_wrong_sides(expect, answer),
    ]


def scores(case: Case, answer: dict[str, Any], text: Text) -> dict[str, float | None]:
    """Return every metric of one answer but `passed`, each from 0 to 1 or None."""
    expect = case.expect
    answered = not expect.abstain and not answer["abstained"]
    reports = bool(answer["disagreements"])
    sentences = [_Sentence(sentence, text) for sentence in answer["sentences"]]
    checks_text = bool(expect.answer_all or expect.answer_none)
    checks_sources = bool(expect.sources_any or expect.sources_all or expect.min_sources)
    wrong_text = not answered or bool(_wrong_text(expect, answer))
    wrong_sources = not answered or bool(_wrong_sources(expect, answer))
    return {
        **_ranking(expect, retrieved(answer)),
        "answer_correct": _flag(not wrong_text, checks_text and not expect.abstain),
        "sources_correct": _flag(not wrong_sources, checks_sources and not expect.abstain),
        "reference_recall": _reference_recall(expect, answer) if answered else None,
        "citation_validity": _mean(v for s in sentences for v in s.validity),
        "citation_precision": _mean(v for s in sentences for v in s.precision),
        "citation_recall": _mean(float(s.supported) for s in sentences),
        "abstention_precision": _flag(expect.abstain, answer["abstained"]),
        "abstention_recall": _flag(answer["abstained"], expect.abstain),
        "disagreement_precision": _flag(
            expect.disagreement is True, reports and expect.disagreement is not None
        ),
        "disagreement_recall": _flag(reports, expect.disagreement is True),
    }


def cited(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return the ids of the articles that an answer cites, each once, in order."""
    ids = (c["article"] for s in answer["sentences"] for c in s["citations"])
    return tuple(dict.fromkeys(ids))


def retrieved(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return the ids of the articles that were retrieved, each once, in rank order."""
    return tuple(dict.fromkeys(hit["article"] for hit in answer.get("retrieved") or ()))


def summarise(records: Sequence[Record]) -> dict[str, Any]:
    """Return the means of a group of records, as in Run.summary."""
    ran = [record for record in records if record.error is None]
    latencies = sorted(r.latency_ms for r in ran if r.latency_ms is not None)
    return {
        "cases": len(records),
        "errors": len(records) - len(ran),
        **{name: _mean(r.scores.get(name) for r in ran) for name in METRICS},
        "latency_ms": {f"p{p}": _percentile(latencies, p) for p in PERCENTILES},
        "usage": _usage(ran),
    }


class _Sentence:
    """One sentence of an answer against its citations (ALCE: Gao et al. 2023, arXiv:2305.14627).

    ALCE asks a model whether citations entail a sentence. Here a sentence is entailed when the
    cited words, taken together, hold its numbers and nearly all its other content words.
    """

    def __init__(self, sentence: dict[str, Any], text: Text) -> None:
        citations = sentence["citations"]
        quotes = [citation["quote"] for citation in citations]
        self.validity = [
            float(c["start"] >= 0 and c["quote"] == _at(c, text) != "") for c in citations
        ]
        self.supported = bool(quotes) and _holds(sentence["text"], quotes)
        self.precision = [
            float(self.supported and self._needed(sentence["text"], quotes, n))
            for n in range(len(quotes))
        ]

    @staticmethod
    def _needed(sentence: str, quotes: list[str], n: int) -> bool:
        """Tell whether a citation supports the sentence alone, or the others fail without it."""
        others = quotes[:n] + quotes[n + 1 :]
        return _holds(sentence, [quotes[n]]) or not _holds(sentence, others)


def _at(citation: dict[str, Any], text: Text) -> str:
    return (text(citation["article"]) or "")[citation["start"] : citation["end"]]


def _holds(sentence: str, quotes: Sequence[str]) -> bool:
    there = {stem(word) for quote in quotes for word in words(quote)}
    wanted = [word for word in words(sentence) if word not in STOP_WORDS]
    numbers = {word for word in wanted if any(c.isdigit() for c in word)}
    if not all(stem(number) in there for number in numbers):
        return False
    held = sum(stem(word) in there for word in wanted)
    return held >= SUPPORTED_SHARE * len(wanted)


def _wrong_text(expect: Expectation, answer: dict[str, Any]) -> list[str]:
    said = _said(answer)
    missing = [
        "the answer holds none of " + ", ".join(repr(text) for text in group)
        for group in expect.answer_all
        if not any(text.casefold() in said for text in group)
    ]
    wrong = [f"the answer holds {text!r}" for text in expect.answer_none if text.casefold() in said]
    return missing + wrong


def _wrong_sources(expect: Expectation, answer: dict[str, Any]) -> list[str]:
    found = cited(answer)

    def has(wanted: str) -> bool:
        return any(same_article(wanted, article) for article in found)

    wrong = []
    if expect.sources_any and not any(has(wanted) for wanted in expect.sources_any):
        wrong.append("it cites none of " + ", ".join(expect.sources_any))
    missing = [wanted for wanted in expect.sources_all if not has(wanted)]
    if missing:
        wrong.append("it does not cite " + ", ".join(missing))
    if expect.min_sources is not None and len(found) < expect.min_sources:
        wrong.append(f"it cites {len(found)} articles, not {expect.min_sources}")
    return wrong


def _wrong_sides(expect: Expectation, answer: dict[str, Any]) -> list[str]:
    reports = bool(answer["disagreements"])
    if expect.disagreement is True and not reports:
        return ["it reports no disagreement"]
    if expect.disagreement is False and reports:
        return ["it reports a disagreement where there is none"]
    return []


def _said(answer: dict[str, Any]) -> str:
    positions = (p["value"] for d in answer["disagreements"] for p in d["positions"])
    # The numbers of sources are no part of what is said.
    return "\n".join((MARKER.sub("", answer["text"]), *positions)).casefold()


def _ranking(expect: Expectation, found: Sequence[str]) -> dict[str, float | None]:
    gold = set(expect.sources_any) | set(expect.sources_all)
    names = [*(f"recall@{depth}" for depth in RECALL_DEPTHS), "mrr", f"ndcg@{NDCG_DEPTH}"]
    if not gold or expect.abstain:
        return dict.fromkeys(names)
    ranked = [_gold_named(gold, article) for article in found]
    values = [recall_at(ranked, gold, depth) for depth in RECALL_DEPTHS]
    values += [reciprocal_rank(ranked, gold), ndcg_at(ranked, gold, NDCG_DEPTH)]
    return dict(zip(names, values, strict=True))


def _gold_named(gold: set[str], article: str) -> str:
    """Return the gold id that an article goes by: its own, else its file's."""
    if article in gold:
        return article
    return next((wanted for wanted in sorted(gold) if same_article(wanted, article)), article)


def _reference_recall(expect: Expectation, answer: dict[str, Any]) -> float | None:
    if expect.reference is None:
        return None
    wanted = {stem(word) for word in content_words(expect.reference)}
    there = {stem(word) for word in words(_said(answer))}
    return len(wanted & there) / len(wanted) if wanted else None


def _flag(value: bool, applies: bool) -> float | None:  # noqa: FBT001 - both are plain answers
    return float(value) if applies else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the nearest-rank percentile."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def _usage(ran: Sequence[Record]) -> dict[str, float | None]:
    used = [r.answer["usage"] for r in ran if r.answer and r.answer.get("usage")]
    names = ("input_tokens", "output_tokens", "cost_usd")
    if not used:
        return dict.fromkeys(names)
    known = {name: [u[name] for u in used if u.get(name) is not None] for name in names}
    return {name: math.fsum(values) if values else None for name, values in known.items()}
