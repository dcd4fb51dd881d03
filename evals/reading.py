"""Reading: what every report says of a run, in the same words and figures.

Takes a run as the plain JSON values of `Run.to_json()`, so that a saved file reads like a new
one. Computes no metric again; knows nothing of terminals, XML or HTML.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.suite import same_article

DASH = "–"
# What the reports show first where there is no room for everything.
MAIN_METRICS = (
    *("answer_correct", "recall@5", "mrr", "citation_precision"),
    *("abstention_recall", "abstention_precision", "disagreement_recall"),
)
NOT_METRICS = {"cases", "errors", "passed", "latency_ms", "usage"}
# XML 1.0, section 2.2: every character but these may stand in a document.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DIGITS_OF_A_DIGEST = 12

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one kind, or all of them.

    Attributes:
        name: the kind.
        cases, passed, errors: how many there are, passed, and could not be run.
        metrics: the mean of each metric, from 0 to 1; None where it applies to no case.
        p50, p95: latency in milliseconds; None when nothing ran.
    """

    name: str
    cases: int
    passed: int
    errors: int
    metrics: dict[str, float | None]
    p50: float | None
    p95: float | None

    @property
    def ran(self) -> int:
        """How many cases were run, right or wrong."""
        return self.cases - self.errors

    @property
    def share(self) -> float | None:
        """The share of the cases run that passed, None when none was run."""
        return self.passed / self.ran if self.ran else None


def overall(run: Json) -> Group:
    """Return the group of all cases."""
    return _group("all", run["cases"], run["summary"].get("overall") or {})


def kinds(run: Json) -> list[Group]:
    """Return a group for each kind, in the order of the run's summary."""
    summaries = run["summary"].get("kinds") or {}
    records: dict[str, list[Json]] = {name: [] for name in summaries}
    for record in run["cases"]:
        records.setdefault(record["kind"], []).append(record)
    return [_group(name, found, summaries.get(name) or {}) for name, found in records.items()]


def main_metrics(group: Group, most: int = 5) -> list[str]:
    """Return the metrics to show where there is room for few, at most `most`."""
    first = [name for name in MAIN_METRICS if name in group.metrics]
    return list(dict.fromkeys([*first, *group.metrics]))[:most]


def status(record: Json) -> str:
    """Return "passed", "failed", or "error" for a case that could not be run."""
    return {True: "passed", False: "failed", None: "error"}[record["passed"]]


def of_status(run: Json, wanted: str) -> list[Json]:
    """Return the records with a status, in the run's order."""
    return [record for record in run["cases"] if status(record) == wanted]


def why(record: Json) -> list[str]:
    """Return why a case did not pass, each reason in words; of repeated tries, how many passed."""
    if status(record) == "error":
        return [f"could not be run: {record['error'] or 'no reason is recorded'}"]
    tries = record.get("attempts") or []
    repeated = [f"passed {sum(tries)} of {len(tries)} tries"] if len(tries) > 1 else []
    if status(record) == "passed":
        return [] if all(tries) else repeated
    return [*record["failures"], *repeated] or ["no reason is recorded"]


def name_of(record: Json, run: Json) -> str:
    """Return a case's id, with its suite before it where the run has several."""
    several = len({other["suite"] for other in run["cases"]}) > 1
    return f"{record['suite']}/{record['id']}" if several else str(record["id"])


def gold_of(record: Json) -> list[str]:
    """Return the articles that the case expects to be cited, each once."""
    expect = record["expect"]
    both = [*(expect.get("sources_any") or ()), *(expect.get("sources_all") or ())]
    return list(dict.fromkeys(both))


def is_gold(article: str, gold: Iterable[str]) -> bool:
    """Tell whether an article is expected, by its own id or as a part ("ID.2") of that file."""
    return any(same_article(name, article) for name in gold)


def first_gold_rank(record: Json) -> int | None:
    """Return the rank, from 1, of the first expected article retrieved; None if none was."""
    gold = gold_of(record)
    ranked = enumerate(record["retrieved"], start=1)
    return next((rank for rank, article in ranked if is_gold(article, gold)), None)


def provenance(run: Json) -> list[tuple[str, str]]:
    """Return what the figures depend on, as names and values in words."""
    said = dict(run["provenance"])
    settings = said.pop("settings", None)
    corpora = [
        f"{name}: {plural(corpus.get('articles'), 'article')}, sha256 {corpus.get('fingerprint')}"
        for name, corpus in run["corpus"].items()
    ]
    pairs = [
        ("commit", said.pop("commit", None)),
        ("Dateline", said.pop("version", None)),
        ("answerer", said.pop("answerer", None)),
        ("model", said.pop("model", None) or "none"),
        ("embedder", said.pop("embedder", None)),
        ("corpus", "\n".join(corpora)),
        ("sample", plural(said.pop("cases", None), "case")),
        ("started", said.pop("started", None)),
        ("machine", said.pop("machine", None)),
        *said.items(),
        ("settings", _settings(settings)),
    ]
    return [(name, str(value or "unknown")) for name, value in pairs]


def provenance_line(run: Json) -> str:
    """Return what the figures depend on in one line, its digests shortened."""
    line = " · ".join(f"{name} {value}".replace("\n", "; ") for name, value in provenance(run))
    return one_line(re.sub(r"[0-9a-f]{32,}", _shortened, line))


def one_line(text: str, limit: int | None = None) -> str:
    """Return a text in one line, without control characters, cut to `limit` characters."""
    shown = "".join(c if c.isprintable() or c == "\u200d" else "\ufffd" for c in _spaced(text))
    return shown if limit is None or len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def xml_safe(text: str) -> str:
    """Return a text with U+FFFD in place of each character that XML 1.0 forbids."""
    return _FORBIDDEN.sub("\ufffd", text)


def label(metric: str) -> str:
    """Return a metric's name as a reader writes it: "citation_recall" is "citation recall"."""
    return metric.replace("_", " ")


def percent(share: float | None) -> str:
    """Return a share, from 0 to 1, in percent."""
    return DASH if share is None else f"{share:.1%}"


def figure(value: float | None) -> str:
    """Return a metric's value with three digits."""
    return DASH if value is None else f"{value:.3f}"


def milliseconds(value: float | None) -> str:
    """Return a time in milliseconds, in seconds from ten seconds on."""
    if value is None:
        return DASH
    return f"{value / 1000:,.1f} s" if value >= 10_000 else f"{value:,.0f} ms"


def plural(count: object, word: str) -> str:
    """Return a count with its word."""
    if not isinstance(count, int):
        return f"unknown {word}s"
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _group(name: str, records: Sequence[Json], summary: Mapping[str, Any]) -> Group:
    latency = summary.get("latency_ms") or {}
    return Group(
        name=name,
        cases=len(records),
        passed=sum(record["passed"] is True for record in records),
        errors=sum(record["passed"] is None for record in records),
        metrics={
            metric: value
            for metric, value in summary.items()
            if metric not in NOT_METRICS and (value is None or isinstance(value, (int, float)))
        },
        p50=latency.get("p50"),
        p95=latency.get("p95"),
    )


def _settings(settings: object) -> str:
    if isinstance(settings, Mapping):
        return ", ".join(f"{name}={value}" for name, value in settings.items()) or "defaults"
    return str(settings) if settings else "defaults"


def _shortened(digest: re.Match[str]) -> str:
    return digest.group()[:DIGITS_OF_A_DIGEST]


def _spaced(text: str) -> str:
    return " ".join(text.split())
