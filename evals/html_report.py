"""Html report: a run as one page that needs nothing else, not even a network or a script.

Everything that comes from suites, articles and answers is data: it is escaped, and an address
becomes a link only if it is http or https. How the page looks is in `report.html.j2`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from evals.intervals import wilson
from evals.plots import plots
from evals.reading import (
    DASH,
    Json,
    figure,
    first_gold_rank,
    gold_of,
    is_gold,
    kinds,
    label,
    main_metrics,
    milliseconds,
    of_status,
    overall,
    percent,
    plural,
    provenance,
    status,
    why,
    xml_safe,
)

# How much of the surrounding text is shown on either side of a quotation, in characters.
CONTEXT = 200
STATUSES = (("failed", "Failed"), ("error", "Could not be run"), ("passed", "Passed"))

Texts = Mapping[str, str]


def html_report(run: dict[str, Any], texts: Mapping[str, str] | None = None) -> str:
    """Return a run as an HTML page. The same run and texts give the same page.

    Args:
        run: the run, as plain JSON values.
        texts: the articles' texts by id, so that quotations are shown in their surroundings; a
            quotation that does not stand at its place in the text is said to be wrong.
    """
    environment = Environment(
        loader=PackageLoader("evals", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: xml_safe(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "figure": figure,
        "label": label,
        "milliseconds": milliseconds,
        "lines": _lines,
        "percent": percent,
    }
    total = overall(run)
    every = kinds(run)
    number = {group.name: n for n, group in enumerate(every)}
    groups = [
        (name, title, [_case(record, number, texts or {}) for record in of_status(run, name)])
        for name, title in STATUSES
    ]
    return environment.get_template("report.html.j2").render(
        suite=run["suite"],
        started=run["provenance"].get("started") or "",
        headlines=_headlines(run),
        kinds=every,
        total=total,
        metrics=list(total.metrics),
        main=main_metrics(total),
        provenance=provenance(run),
        plots=plots(run),
        groups=[group for group in groups if group[2]],
    )


def quoted(citation: Json, texts: Texts) -> dict[str, Any]:
    """Return a quotation with what stands around it, to be shown.

    Returns:
        the citation, with `before` and `after`, which are empty where the text is not known, and
        `misplaced`: whether the text is known and is another at the quotation's place.
    """
    quote, start, end = citation["quote"], citation["start"], citation["end"]
    text = texts.get(citation["article"])
    if text is None or text[start:end] != quote:
        return {**citation, "before": "", "after": "", "misplaced": text is not None}
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    if start > CONTEXT:
        before = "… " + before.partition(" ")[2]
    if end + CONTEXT < len(text):
        after = after.rpartition(" ")[0] + " …"
    return {**citation, "before": before, "after": after, "misplaced": False}


def link(url: object) -> str | None:
    """Return an address that may be followed: http or https with a host; else None."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def _lines(text: str, limit: int | None = None) -> str:
    """Return a text without empty lines, cut to `limit` characters."""
    shown = re.sub(r"\s*\n\s*", "\n", text)
    return shown if limit is None or len(shown) <= limit else shown[:limit].rstrip() + " …"


def _headlines(run: Json) -> list[tuple[str, str, str]]:
    """Return the figures to begin with: name, value, and what it rests on."""
    total = overall(run)
    rests = "no case was run"
    if total.ran:
        low, high = wilson(total.passed, total.ran)
        rests = f"{total.passed:,} of {total.ran:,}; 95% interval {low:.0%} to {high:.0%}"
    found = [("passed", percent(total.share), rests)]
    errors = f"of {plural(total.cases, 'case')}"
    found.append(("could not be run", f"{total.errors:,}", errors))
    for metric in main_metrics(total, 3):
        counted = sum(record["scores"].get(metric) is not None for record in run["cases"])
        found.append((label(metric), figure(total.metrics[metric]), f"mean of {counted:,}"))
    found.append(("median time", milliseconds(total.p50), f"95% within {milliseconds(total.p95)}"))
    usage = (run["summary"].get("overall") or {}).get("usage") or {}
    if usage.get("cost_usd") is not None:
        tokens = (usage.get("input_tokens") or 0) + (usage.get("output_tokens") or 0)
        found.append(("cost", f"${usage['cost_usd']:,.4f}", f"{tokens:,.0f} tokens"))
    return found


def _case(record: Json, number: Mapping[str, int], texts: Texts) -> dict[str, Any]:
    answer = record["answer"]
    gold = gold_of(record)
    titles = _titles(answer or {})
    return {
        "record": record,
        "status": status(record),
        "kind_number": number[record["kind"]],
        "why": why(record),
        "expected": _expected(record["expect"]),
        "gold": gold,
        "rank": first_gold_rank(record) if gold else None,
        "retrieved": [
            (article, titles.get(article), is_gold(article, gold))
            for article in record["retrieved"]
        ],
        "scores": [
            (label(name), figure(value))
            for name, value in record["scores"].items()
            if value is not None and name != "passed"
        ],
        "answer": None if answer is None else _answer(answer, texts),
    }


def _answer(answer: Json, texts: Texts) -> dict[str, Any]:
    sources = answer.get("sources") or []
    by_number = {source["n"]: source for source in sources}
    sentences = [
        {
            **sentence,
            "quotes": [
                {**quoted(one, texts), "of": by_number.get(one["source"])}
                for one in sentence["citations"]
            ],
        }
        for sentence in answer.get("sentences") or []
    ]
    return {
        "abstained": answer.get("abstained"),
        "reason": answer.get("reason"),
        "standalone": answer.get("standalone_question"),
        "text": answer.get("text") or "",
        "sentences": sentences,
        "sources": [{**source, "link": link(source.get("url"))} for source in sources],
        "disagreements": answer.get("disagreements") or [],
        "nearest": answer.get("nearest") or [],
        "confidence": answer.get("confidence"),
    }


def _expected(expect: Json) -> list[tuple[str, Sequence[str]]]:
    """Return what a case expects, as names and values in words."""
    if expect.get("abstain"):
        return [("answer", ["none: the articles do not say"])]
    sides: dict[object, list[str]] = {True: ["at least one"], False: ["none"]}
    least = expect.get("min_sources")
    said: list[tuple[str, Sequence[str]]] = [
        ("says", [" or ".join(f"“{text}”" for text in any_) for any_ in expect["answer_all"]]),
        ("never says", [f"“{text}”" for text in expect["answer_none"]]),
        ("cites one of", expect["sources_any"]),
        ("cites all of", expect["sources_all"]),
        ("cites at least", [] if least is None else [plural(least, "article")]),
        ("disagreement", sides.get(expect.get("disagreement"), [])),
        ("reads like", [expect["reference"]] if expect.get("reference") else []),
    ]
    return [(name, values) for name, values in said if values] or [("answer", ["any"])]


def _titles(answer: Json) -> dict[str, str]:
    """Return the articles that an answer tells more of than the id, in words."""
    told = [*(answer.get("sources") or ()), *(answer.get("nearest") or ())]
    return {
        one["article"]: f"{one.get('outlet') or DASH}, {(one.get('published') or DASH)[:10]}"
        for one in told
        if one.get("outlet") or one.get("published")
    }
