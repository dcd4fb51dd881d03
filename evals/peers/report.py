"""Report: what was measured of the compared tools, as tables. Knows nothing of how it was run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.page import table

MIB = 1024 * 1024
CLOCK, PROCESSOR = "clock", "processor"
NAMES = {
    "dateline": "Dateline",
    "dateline_vectors": "Dateline, by vectors alone",
    "search": "`dateline search --no-reader`",
    "ask": "`dateline ask`",
    "bare_loop": "bare loop: sentence-transformers, FAISS",
    "txtai": "txtai",
    "llama_index": "LlamaIndex, FAISS",
    "haystack": "Haystack",
}
PEERS = ("txtai", "llama_index", "haystack")
BUILT = ("dateline", "bare_loop", *PEERS)


@dataclass(frozen=True, slots=True)
class Turn:
    """What was measured of every tool, by name, and what that rests on."""

    provenance: str
    tools: dict[str, dict[str, Any]]

    def rate(self, tool: str, by: str) -> float:
        """Return how many passages a second a tool embeds and stores."""
        built = self.tools[tool]["built"]
        return float(built["passages"] / built[by])

    def whole(self, tool: str, by: str) -> float:
        """Return the seconds of a whole process that builds."""
        return float(self.tools[tool]["whole"][by])

    def first(self, tool: str, by: str) -> float:
        """Return the seconds of a whole process that searches once."""
        return float(self.tools[tool]["first"][by])

    def asked(self, tool: str, by: str, percent: int) -> float:
        """Return a percentile of the milliseconds of a search."""
        return float(np.percentile(self.tools[tool]["asked"][by], percent)) * 1000

    def memory(self, tool: str, part: str) -> float:
        """Return the most MiB that a process had in memory."""
        return float(self.tools[tool][part]["bytes"] / MIB)

    def shared(self, tool: str) -> float:
        """Return the share of what the bare loop finds that a tool finds too."""
        ours, theirs = (self.tools[name]["asked"]["found"] for name in (tool, "bare_loop"))
        shares = [
            len(set(one) & set(other)) / len(other) for one, other in zip(ours, theirs, strict=True)
        ]
        return float(np.mean(shares))


def as_text(turns: Sequence[Turn]) -> str:
    """Return the tables, the ratios within each turn, and what they rest on."""
    count = turns[0].tools["dateline"]["built"]["passages"]
    questions = len(turns[0].tools["dateline"]["asked"][CLOCK])
    about = (
        f"{len(turns)} turns, {count} passages of New York Times articles, {questions} questions. "
        "Medians of the turns, with the least and the most, by the clock; in brackets of the "
        "processor's time, that of all cores added up."
    )
    parts = [
        table(
            ("building", "passages a second", "whole process", "memory"),
            [
                (
                    NAMES[tool],
                    _both(turns, Turn.rate, tool, ""),
                    _both(turns, Turn.whole, tool, "s"),
                    _middle([t.memory(tool, "built") for t in turns], "MiB"),
                )
                for tool in BUILT
            ],
        ),
        table(
            ("a saved index, from nothing to the first result", "whole process"),
            [(NAMES[one], _both(turns, Turn.first, one, "s")) for one in ("search", "ask", *BUILT)],
        ),
        table(
            ("searching, everything loaded", "p50", "p95", "memory", "same 10 as the bare loop"),
            [
                (
                    NAMES[tool],
                    *(_both(turns, _asked(percent), tool, "ms") for percent in (50, 95)),
                    _middle([t.memory(tool, "asked") for t in turns], "MiB"),
                    _middle([t.shared(tool) for t in turns], ""),
                )
                for tool in ("dateline_vectors", *BUILT)
            ],
        ),
        table(("ratio within each turn", "target", "by the clock", "processor"), _ratios(turns)),
        about,
        *(f"{line}." for line in dict.fromkeys(turn.provenance for turn in turns)),
    ]
    return "\n\n".join(parts)


def _ratios(turns: Sequence[Turn]) -> list[tuple[str, ...]]:
    wanted: list[tuple[str, str, Callable[[Turn, str], float]]] = [
        (
            "passages a second, to the bare loop in float32",
            "–",
            lambda t, by: t.rate("dateline", by) / t.rate("bare_loop", by),
        ),
        (
            "passages a second, to the best peer",
            "≥ 3",
            lambda t, by: t.rate("dateline", by) / max(t.rate(peer, by) for peer in PEERS),
        ),
        *(
            (
                f"{NAMES[command]} from nothing, to the fastest peer's start",
                "≤ 0.1",
                _start_of(command),
            )
            for command in ("ask", "search")
        ),
        (
            "search p50 by vectors alone, to the bare loop",
            "≤ 1.3",
            lambda t, by: t.asked("dateline_vectors", by, 50) / t.asked("bare_loop", by, 50),
        ),
        (
            "search p50 with words and all the ranking, to the fastest peer",
            "–",
            lambda t, by: (
                t.asked("dateline", by, 50) / min(t.asked(peer, by, 50) for peer in PEERS)
            ),
        ),
    ]
    return [
        (name, target, *(_spread([ratio(turn, by) for turn in turns]) for by in (CLOCK, PROCESSOR)))
        for name, target, ratio in wanted
    ]


def _start_of(command: str) -> Callable[[Turn, str], float]:
    """Return the ratio of a command's start to that of the fastest peer."""
    return lambda turn, by: turn.first(command, by) / min(turn.first(peer, by) for peer in PEERS)


def _asked(percent: int) -> Callable[[Turn, str, str], float]:
    return lambda turn, tool, by: turn.asked(tool, by, percent)


def _spread(ratios: Sequence[float]) -> str:
    return f"{np.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}"


def _both(
    turns: Sequence[Turn], value: Callable[[Turn, str, str], float], tool: str, unit: str
) -> str:
    """Return a value by the clock, and in brackets of the processor's time."""
    clock, processor = ([value(turn, tool, by) for turn in turns] for by in (CLOCK, PROCESSOR))
    return f"{_middle(clock, unit)} ({_written(float(np.median(processor)))})"


def _middle(values: Sequence[float], unit: str) -> str:
    low, high = _written(min(values)), _written(max(values))
    middle = f"{_written(float(np.median(values)))} {unit}".strip()
    return middle if low == high else f"{middle}, {low} to {high}"


def _written(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
