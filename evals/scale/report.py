"""Report: what was measured of each size, as tables and plots of a page.

Knows nothing of how it was measured. Every target is beside its figure, met or not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals.intervals import bootstrap_mean
from evals.page import put
from evals.scale.made import MOVED, spread
from evals.scale.measure import Measured
from evals.scale.real import Real
from evals.svg import BAD, INK, LINE, MAIN, MUTED, PAPER, drawn
from index.vectors import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MIB = 1024 * 1024
# What a file by itself is drawn in, where no page gives its own colours.
COLOURS = {INK: "#1c1c1e", MUTED: "#62666d", LINE: "#d5d7db", MAIN: "#2b5c9e", BAD: "#a33"}
COLOURS |= {PAPER: "#ffffff"}
NAMES = {INK: "ink", MUTED: "muted", LINE: "line", MAIN: "accent", BAD: "bad", PAPER: "paper"}


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of a size, and the commit, machine and versions that each part rests on."""

    sources: dict[str, str]
    measured: Measured


def write_report(reports: Sequence[Report], real: Real, page: Path) -> None:
    """Put the tables into a page, between its markers, and the plots beside it.

    Raises:
        BenchmarkError: the page cannot be read or written, or has no markers.
    """
    drawings = plots([report.measured for report in reports])
    images = [f"![{alternative}]({name}.svg)" for name, (alternative, _) in drawings.items()]
    put(page, "scale", "\n\n".join([as_text(reports, real), *images]))
    for name, (_, svg) in drawings.items():
        write_atomically(page.with_name(f"{name}.svg"), _by_itself(svg).encode())


def as_text(reports: Sequence[Report], real: Real) -> str:
    """Return the tables and what they rest on."""
    sizes = [report.measured for report in reports]
    rows: list[tuple[str, str, Callable[[Measured], str]]] = [
        ("index", "", _index),
        ("a question's nearest passages, p50 / p95", "p50 ≤ 5 ms", lambda m: _times(m, "vectors")),
        ("the same in a flat index", "", lambda m: _times(m, "flat")),
        ("recall@10 against it (95% interval)", "≥ 0.98", _recall),
        ("a question's words (BM25), p50 / p95", "p50 < 20 ms", lambda m: _times(m, "words")),
        ("both, with all the ranking, p50 / p95", "", lambda m: _times(m, "retrieved")),
        ("a process that opens it and searches once", "< 1.5 s", lambda m: _seconds(m, "opened")),
        ("memory of the vectors", "≤ 1/3 of flat", _memory),
        ("storing ten embedded articles", "", lambda m: _quartiles(m.changed, "s")),
        ("`dateline add` of ten articles", "< 2 s", lambda m: _seconds(m, "added")),
        ("storing all of it", "", _built),
        ("database, vector file", "", lambda m: f"{_size(m.database)}, {_size(m.file)}"),
    ]
    head = "| | target | " + " | ".join(f"{m.passages:,} passages" for m in sizes) + " |"
    lines = [head, "|---" * (len(sizes) + 2) + "|"]
    for name, target, write in rows:
        lines.append(f"| {name} | {target or '–'} | {' | '.join(map(write, sizes))} |")
    return "\n".join(
        [*lines, "", _how(sizes[-1]), "", _what(sizes[-1], real), "", *_sources(reports)]
    )


def _how(largest: Measured) -> str:
    return (
        "Milliseconds and seconds by the clock; in brackets the processor's own, which is what "
        "they would be on a core that does nothing else. Seconds are medians with their quartiles "
        f"over {len(largest.opened)} turns, what is searched for are {len(largest.vectors):,} real "
        "questions, and the two kinds of index take turns; recall is that of as many others, which "
        "had no part in choosing how it is tuned. Memory is what searching for all of "
        "them adds to a process, its own and the file's pages."
    )


def _what(largest: Measured, real: Real) -> str:
    lies = spread(real.vectors)
    return (
        f"Real are the first {len(real.texts):,} passages and all questions (squad2, nyt, time and "
        "the paragraphs of train). The other passages are made: the middle of two real neighbours, "
        f"moved by {MOVED} of the difference of two others. Of the largest collection, as many as "
        f"the real ones lie so: local intrinsic dimension {largest.dimension:.1f} (real "
        f"{lies.dimension:.1f}), cosine to the nearest {largest.nearest:.2f} (real "
        f"{lies.nearest:.2f}). Made words are drawn by the real ones' frequency."
    )


def plots(sizes: Sequence[Measured]) -> dict[str, tuple[str, str]]:
    """Return the plots by their names, each as its words and an <svg> element."""
    xs = [m.passages for m in sizes]
    times = {
        "vectors": [float(np.median(m.vectors_cpu)) for m in sizes],
        "flat index": [float(np.median(m.flat_cpu)) for m in sizes],
        "words": [float(np.median(m.words_cpu)) for m in sizes],
    }
    memory = {
        "vectors": [m.memory / MIB for m in sizes],
        "flat index": [m.flat_memory / MIB for m in sizes],
    }
    said = {
        "scale-time": ("Time to search", "milliseconds of one core, p50", times),
        "scale-memory": ("Memory of the vectors", "MiB", memory),
    }
    return {
        name: _plot(name, f"{title} against size", unit, xs, series)
        for name, (title, unit, series) in said.items()
    }


def _plot(
    name: str, title: str, unit: str, xs: Sequence[int], series: dict[str, list[float]]
) -> tuple[str, str]:
    looks = {"vectors": (MAIN, "o-"), "flat index": (MUTED, "s--"), "words": (INK, "^-")}
    said = "; ".join(
        f"{what} {', '.join(f'{y:.2g} at {x:,}' for x, y in zip(xs, ys, strict=True))}"
        for what, ys in series.items()
    )

    def draw(axes: "Axes") -> None:
        for what, ys in series.items():
            colour, look = looks[what]
            axes.plot(xs, ys, look, color=colour, markersize=6, linewidth=1.6, label=what)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(xs, [f"{x:,}" for x in xs])
        axes.minorticks_off()
        axes.set_xlabel("passages")
        axes.set_ylabel(unit)
        axes.grid(axis="y")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 0.99), ncols=3, borderaxespad=0)

    alternative = f"{title} ({unit}): {said}"
    return alternative, drawn(name.replace("-", ""), alternative, draw)


def _by_itself(svg: str) -> str:
    """Return an element as a file that needs no page around it."""
    colours = "".join(f"--{NAMES[key]}:{colour};" for key, colour in COLOURS.items())
    style = f"<style>svg{{{colours}background:#fff;font-family:sans-serif}}</style>"
    head, _, rest = svg.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'


def _index(m: Measured) -> str:
    return f"{m.cells:,} cells, {m.probes} looked into" if m.cells else "flat"


def _times(m: Measured, name: str) -> str:
    clock, processor = getattr(m, name), getattr(m, f"{name}_cpu")
    return (
        f"{np.median(clock):.1f} / {np.percentile(clock, 95):.1f} ms "
        f"({np.median(processor):.1f} / {np.percentile(processor, 95):.1f})"
    )


def _recall(m: Measured) -> str:
    low, high = bootstrap_mean(m.recall)
    return f"{np.mean(m.recall):.3f} ({low:.3f} to {high:.3f})"


def _seconds(m: Measured, name: str) -> str:
    return f"{_quartiles(getattr(m, name), 's')} ({np.median(getattr(m, f'{name}_cpu')):.2f})"


def _quartiles(values: Sequence[float], unit: str) -> str:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"{middle:.2f} {unit}, {low:.2f} to {high:.2f}"


def _memory(m: Measured) -> str:
    share = m.memory / m.flat_memory
    return (
        f"{_size(m.memory)}, {_size(m.own_memory)} without the file; flat {_size(m.flat_memory)}: "
        f"{share:.2f}"
    )


def _built(m: Measured) -> str:
    trained = f", {sum(m.trained):.0f} s of it for cells, {len(m.trained)} times"
    return f"{m.built:.0f} s{trained if m.trained else ''}"


def _size(count: float) -> str:
    return f"{count / MIB:,.0f} MiB"


def _sources(reports: Sequence[Report]) -> list[str]:
    resting: dict[str, dict[str, list[str]]] = {}
    for report in reports:
        for part, source in report.sources.items():
            sizes = resting.setdefault(source, {}).setdefault(part, [])
            sizes.append(f"{report.measured.passages:,}")
    if len(resting) == 1:
        return [f"{source}." for source in resting]
    return [
        f"{source}: "
        + ", ".join(
            part if len(sizes) == len(reports) else f"{part} ({' and '.join(sizes)})"
            for part, sizes in parts.items()
        )
        + "."
        for source, parts in resting.items()
    ]
