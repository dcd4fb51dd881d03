"""Plots: what a run's figures look like, each plot with its words.

Says what is drawn where; how that becomes SVG, and in which colours, is in `svg.py`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.intervals import wilson
from evals.reading import (
    Group,
    Json,
    first_gold_rank,
    gold_of,
    kinds,
    milliseconds,
    one_line,
    overall,
    percent,
    plural,
    status,
)
from evals.svg import BAD, HEIGHT, INK, LINE, MAIN, MUTED, PAPER, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 10
MAX_RANK = 10
MAX_LABEL = 22
LATENCY_BINS = 24


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot and what it says.

    Attributes:
        title: its heading.
        caption: what it shows, in a sentence or two.
        svg: an <svg> element for an HTML page; None when there is nothing to draw.
    """

    title: str
    caption: str
    svg: str | None


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases whose confidence lies in [low, low + 1 / BINS); the last bin holds 1 too.

    Attributes:
        low: where the bin starts.
        cases: how many cases it has.
        answerable: how many of them the articles answer.
        right: how many of them are answerable, and passed.
        confidence: the mean confidence.
    """

    low: float
    cases: int
    answerable: int
    right: int
    confidence: float


def plots(run: Json) -> list[Plot]:
    """Return the plots of a run, in the order to show them."""
    ran = [record for record in run["cases"] if status(record) != "error"]
    return [_scores(run), _ranks(ran), _reliability(ran), _latencies(ran, overall(run))]


def reliability(records: Sequence[Json]) -> list[Bin]:
    """Return the bins of confidence that hold any case, in order.

    A reliability diagram (Murphy and Winkler 1977, "Reliability of Subjective Probability
    Forecasts") sets the forecast against the share that came true. An answer to a question that the
    articles do not answer is not right, however sure it was.
    """
    binned: dict[int, list[Json]] = {}
    for record in records:
        if (sure := _confidence(record)) is not None:
            binned.setdefault(min(BINS - 1, int(sure * BINS)), []).append(record)
    return [
        Bin(
            low=n / BINS,
            cases=len(found),
            answerable=sum(not record["expect"].get("abstain") for record in found),
            right=sum(_right(record) for record in found),
            confidence=sum(_confidence(record) or 0.0 for record in found) / len(found),
        )
        for n, found in sorted(binned.items())
    ]


def _scores(run: Json) -> Plot:
    title = "Passed, by kind"
    groups = [group for group in [*kinds(run), overall(run)] if group.ran]
    if not groups:
        return Plot(title, "No case was run.", None)
    bounds = [wilson(group.passed, group.ran) for group in groups]
    said = "; ".join(
        f"{one_line(group.name)} {group.passed} of {group.ran}, {percent(low)} to {percent(high)}"
        for group, (low, high) in zip(groups, bounds, strict=True)
    )
    caption = (
        "The share that passed, with its 95% interval (Wilson 1927), and how many of how many."
    )

    def draw(axes: "Axes") -> None:
        for row, (group, (low, high)) in enumerate(zip(groups, bounds, strict=True)):
            share, last = group.share or 0.0, row == len(groups) - 1
            axes.plot([low, high], [row, row], color=MAIN, linewidth=2.2, alpha=0.55)
            axes.plot(
                [share], [row], "D" if last else "o", color=MAIN, markersize=6.5, clip_on=False
            )
            axes.text(1.04, row, f"{group.passed}/{group.ran}", va="center", color=MUTED)
        axes.set_yticks(range(len(groups)), [one_line(g.name, MAX_LABEL) for g in groups])
        axes.tick_params(axis="y", labelcolor=INK, pad=8)
        axes.axhline(len(groups) - 1.5, color=LINE, linewidth=0.7)
        axes.set_ylim(len(groups) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        _percent_axis(axes.set_xticks)
        axes.grid(axis="x")

    height = max(HEIGHT, 0.29 * len(groups) + 0.5)
    return Plot(title, caption, drawn("scores", f"{title}. {said}.", draw, height))


def _ranks(records: Sequence[Json]) -> Plot:
    title = "Rank of the first expected article"
    sought = [record for record in records if gold_of(record)]
    if not sought:
        return Plot(title, "No case names an article that is to be cited.", None)
    found = Counter(first_gold_rank(record) for record in sought)
    highest = max((rank for rank in found if rank is not None), default=1)
    shown = min(max(highest, 5), MAX_RANK)
    labels = [str(rank) for rank in range(1, shown + 1)]
    counts = [found[rank] for rank in range(1, shown + 1)]
    if highest > shown:
        labels[-1] += "+"
        counts[-1] += sum(n for rank, n in found.items() if rank is not None and rank > shown)
    labels.append("not\nretrieved")
    counts.append(found[None])
    caption = (
        f"Over the {plural(len(sought), 'case')} that name articles to be cited: "
        f"first in {percent(found[1] / len(sought))}, not retrieved in {found[None]:,}."
    )
    said = ", ".join(f"rank {name}: {n}" for name, n in zip(labels[:-1], counts[:-1], strict=True))

    def draw(axes: "Axes") -> None:
        for x, count in enumerate(counts):
            last = x == len(counts) - 1
            look = {"color": "none", "edgecolor": BAD, "hatch": "////"} if last else {"color": MAIN}
            axes.bar([x + 0.4 * last], [count], width=0.78, **look)  # type: ignore[arg-type]
            axes.text(x + 0.4 * last, count, f"{count:,}", ha="center", va="bottom", color=INK)
        axes.set_xticks([*range(shown), shown + 0.4], labels)
        axes.set_xlabel("rank")
        axes.set_yticks([])
        axes.margins(y=0.12)

    alternative = f"{title}. {said}, not retrieved: {found[None]}."
    return Plot(title, caption, drawn("ranks", alternative, draw))


def _reliability(records: Sequence[Json]) -> Plot:
    title = "Is its confidence right?"
    bins = reliability(records)
    if not bins:
        return Plot(title, "No answer states its confidence.", None)
    caption = (
        "Of the cases in each tenth of stated confidence (their number below): how many could be "
        "answered, and how many were, rightly. On the diagonal, confidence is the share that is "
        "right. Below one half it abstains, so nothing there can be right."
    )
    said = "; ".join(
        f"confidence {b.low:.1f} to {b.low + 1 / BINS:.1f}: {plural(b.cases, 'case')}, "
        f"{b.answerable} answerable, {b.right} answered rightly"
        for b in bins
    )

    def draw(axes: "Axes") -> None:
        xs = [b.confidence for b in bins]
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.axvline(0.5, color=LINE, linewidth=0.9)
        axes.plot(
            xs, [b.answerable / b.cases for b in bins], "s-", color=MUTED, markerfacecolor=PAPER,
            markersize=5.5, linewidth=1, label="could be answered",
        )  # fmt: skip
        axes.plot(
            xs, [b.right / b.cases for b in bins], "o-", color=MAIN, markersize=6, linewidth=1.8,
            label="answered rightly",
        )  # fmt: skip
        for b in bins:
            middle = b.low + 0.5 / BINS
            axes.text(middle, -0.09, f"{b.cases:,}", ha="center", va="center", color=MUTED)
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.15, 1.04)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
        _percent_axis(axes.set_yticks)
        axes.grid(axis="y")
        axes.set_xlabel("confidence")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 0.99), ncols=2, borderaxespad=0)

    return Plot(title, caption, drawn("reliability", f"{title} {said}.", draw))


def _latencies(records: Sequence[Json], total: Group) -> Plot:
    title = "Time to answer"
    times = sorted(r["latency_ms"] for r in records if r["latency_ms"] is not None)
    if not times:
        return Plot(title, "No time was measured.", None)
    # The run's own figures, so that no report contradicts another.
    marks = {"p50": total.p50 or times[0], "p95": total.p95 or times[-1]}
    said = f"half within {milliseconds(marks['p50'])}, 95% within {milliseconds(marks['p95'])}"
    caption = f"{plural(len(times), 'case')}: {said}, the slowest {milliseconds(times[-1])}."

    def draw(axes: "Axes") -> None:
        # A few slow answers would press all others into one bar: they are counted in the last.
        end = max(min(times[-1], 3 * marks["p95"]), 1e-3)
        step = end / LATENCY_BINS
        heights = Counter(min(LATENCY_BINS - 1, int(time / step)) for time in times)
        for n, count in heights.items():
            axes.bar([(n + 0.5) * step], [count], width=step * 0.86, color=MAIN)
        top = max(heights.values())
        for n, (name, time) in enumerate(marks.items()):
            axes.axvline(time, color=INK, linewidth=1, linestyle=("-", (0, (4, 3)))[n])
            # Beside its line, away from the other one where there is room.
            on_left = time > 0.75 * end or (name == "p50" and time > 0.25 * end)
            axes.text(
                time + end * (-0.012 if on_left else 0.012), top * (1.2 - 0.11 * n),
                f"{name} {milliseconds(time)}", ha="right" if on_left else "left", va="center",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
            )  # fmt: skip
        axes.set_xlim(0, end * 1.02)
        axes.set_ylim(0, top * 1.28)
        axes.set_xlabel("milliseconds" + (", slower ones in the last bar" * (times[-1] > end)))
        axes.set_ylabel("cases")
        axes.locator_params(axis="y", integer=True)
        axes.grid(axis="y")

    return Plot(title, caption, drawn("latency", f"{title}. {caption}", draw))


def _percent_axis(set_ticks: Callable[[list[float], list[str]], object]) -> None:
    shares = [0.0, 0.25, 0.5, 0.75, 1.0]
    set_ticks(shares, [f"{share:.0%}" for share in shares])


def _confidence(record: Json) -> float | None:
    value = (record["answer"] or {}).get("confidence")
    return float(value) if isinstance(value, (int, float)) and 0 <= value <= 1 else None


def _right(record: Json) -> bool:
    return record["passed"] is True and not record["expect"].get("abstain")
