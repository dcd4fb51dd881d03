"""Report: what was measured of the compared tools, as tables. Knows nothing of how it was run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.page import table

MIB = 1024 * 1024
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


@dataclass(frozen=True, slots=True)
class Turn:
    """What was measured of every tool, by name, and what that rests on."""

    provenance: str
    tools: dict[str, dict[str, Any]]


def as_text(turns: Sequence[Turn]) -> str:
    """Return the tables, the ratios within each turn, and what they rest on."""
    built = ("dateline", "bare_loop", *PEERS)
    asked = ("dateline_vectors", *built)
    started = ("search", "ask", *built)
    count = turns[0].tools["dateline"]["built"]["passages"]
    questions = len(turns[0].tools["dateline"]["asked"]["milliseconds"])
    about = (
        f"{len(turns)} turns, {count} passages of New York Times articles, {questions} questions; "
        "medians of the turns' figures with their least and most."
    )
    parts = [
        table(
            ("building", "passages a second", "with start and loading", "memory"),
            [
                (
                    NAMES[tool],
                    _median(turns, lambda t, of=tool: _rate(t, of), "{:.0f}"),
                    _median(turns, lambda t, of=tool: t.tools[of]["whole"], "{:.1f} s"),
                    _median(turns, lambda t, of=tool: _mib(t, of, "built"), "{:,.0f} MiB"),
                )
                for tool in built
            ],
        ),
        table(
            ("a saved index, from nothing to the first result", "whole process"),
            [
                (NAMES[tool], _median(turns, lambda t, of=tool: t.tools[of]["first"], "{:.2f} s"))
                for tool in started
            ],
        ),
        table(
            ("searching, everything loaded", "p50", "p95", "memory", "same 10 as the bare loop"),
            [
                (
                    NAMES[tool],
                    _median(turns, lambda t, of=tool: _percentile(t, of, 50), "{:.1f} ms"),
                    _median(turns, lambda t, of=tool: _percentile(t, of, 95), "{:.1f} ms"),
                    _median(turns, lambda t, of=tool: _mib(t, of, "asked"), "{:,.0f} MiB"),
                    _median(turns, lambda t, of=tool: _shared(t, of), "{:.3f}"),
                )
                for tool in asked
            ],
        ),
        table(("ratio within each turn", "target", "median", "least to most"), _ratios(turns)),
        about,
        *(f"{line}." for line in dict.fromkeys(turn.provenance for turn in turns)),
    ]
    return "\n\n".join(parts)


def _ratios(turns: Sequence[Turn]) -> list[tuple[str, ...]]:
    wanted: list[tuple[str, str, Callable[[Turn], float]]] = [
        (
            "passages a second, to the bare loop in float32",
            "–",
            lambda t: _rate(t, "dateline") / _rate(t, "bare_loop"),
        ),
        (
            "passages a second, to the best peer",
            "≥ 3",
            lambda t: _rate(t, "dateline") / max(_rate(t, peer) for peer in PEERS),
        ),
        ("`dateline ask` from nothing, to the fastest peer's start", "≤ 0.1", _first_of("ask")),
        ("`dateline search` likewise", "–", _first_of("search")),
        (
            "search p50 by vectors alone, to the bare loop",
            "≤ 1.3",
            lambda t: _percentile(t, "dateline_vectors", 50) / _percentile(t, "bare_loop", 50),
        ),
        (
            "search p50 with words and all the ranking, to the fastest peer",
            "–",
            lambda t: (
                _percentile(t, "dateline", 50) / min(_percentile(t, peer, 50) for peer in PEERS)
            ),
        ),
    ]
    rows = []
    for name, target, ratio in wanted:
        values = [ratio(turn) for turn in turns]
        spread = f"{min(values):.2f} to {max(values):.2f}"
        rows.append((name, target, f"{np.median(values):.2f}", spread))
    return rows


def _first_of(command: str) -> Callable[[Turn], float]:
    return lambda t: t.tools[command]["first"] / min(t.tools[peer]["first"] for peer in PEERS)


def _rate(turn: Turn, tool: str) -> float:
    built = turn.tools[tool]["built"]
    return float(built["passages"] / built["seconds"])


def _mib(turn: Turn, tool: str, part: str) -> float:
    return float(turn.tools[tool][part]["bytes"] / MIB)


def _percentile(turn: Turn, tool: str, percent: int) -> float:
    return float(np.percentile(turn.tools[tool]["asked"]["milliseconds"], percent))


def _shared(turn: Turn, tool: str) -> float:
    """Return the share of what the bare loop finds that a tool finds too."""
    ours, theirs = (turn.tools[name]["asked"]["found"] for name in (tool, "bare_loop"))
    shares = [
        len(set(one) & set(other)) / len(other) for one, other in zip(ours, theirs, strict=True)
    ]
    return float(np.mean(shares))


def _median(turns: Sequence[Turn], value: Callable[[Turn], float], form: str) -> str:
    values = [value(turn) for turn in turns]
    if len(values) == 1:
        return form.format(values[0])
    low, high = (form.format(v).split(" ")[0] for v in (min(values), max(values)))
    return f"{form.format(float(np.median(values)))} ({low} to {high})"
