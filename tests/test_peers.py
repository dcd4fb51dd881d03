"""Peers: what was measured is told whole, each tool by itself and as ratios within a turn."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.benchmarks.data import BenchmarkError
from evals.page import put, table
from evals.peers.report import Turn, as_text
from tests.conftest import ROOT

TOOLS = ("dateline", "bare_loop", "txtai", "llama_index", "haystack")


def measured(slower: float) -> dict[str, Any]:
    """Return what one turn gives where a tool takes its place in seconds, so much slower."""
    found: dict[str, Any] = {}
    for place, tool in enumerate(TOOLS, start=1):
        taken = {"clock": place * slower, "processor": float(place)}
        asked = {name: [seconds / 1000] * 3 for name, seconds in taken.items()}
        found[tool] = {
            "built": {**taken, "passages": 60, "bytes": 2**20 * place},
            "whole": taken,
            "first": taken,
            "asked": {**asked, "found": [[1, 2], [3, 4], [5, 6]], "bytes": 2**20},
        }
    alone = found["dateline"]["asked"] | {"found": [[1, 2], [3, 9], [8, 9]]}
    found["dateline_vectors"] = {"asked": alone}
    for command in ("search", "ask"):
        found[command] = {"first": {"clock": 0.3 * slower, "processor": 0.6}}
    return found


def test_ratios_are_taken_within_each_turn_and_to_the_best_peer() -> None:
    text = as_text([Turn("commit a", measured(1)), Turn("commit b", measured(7))])
    rows = {line.split(" | ")[0].lstrip("| "): line for line in text.splitlines()}
    # The machine was seven times slower in one of the turns, which no ratio shows.
    assert "| 3.00, 3.00 to 3.00 | 3.00" in rows["passages a second, to the best peer"]
    ask = rows["`dateline ask` from nothing, to the fastest peer's start"]
    assert "| ≤ 0.1 | 0.10, 0.10 to 0.10 | 0.20, 0.20 to 0.20 |" in ask
    assert "| 0.50, 0.50 to 0.50 | 0.50" in rows["search p50 by vectors alone, to the bare loop"]
    assert "commit a." in text
    assert "commit b." in text


def test_each_tool_has_its_median_and_spread_by_the_clock_and_the_processors_time() -> None:
    text = as_text([Turn("x", measured(1)), Turn("x", measured(3))])
    rows = {line.split(" | ")[0].lstrip("| "): line for line in text.splitlines()}
    # By vectors alone, half of what the bare loop finds was found.
    assert (
        "2 ms, 1 to 3 (1) | 2 ms, 1 to 3 (1) | 1 MiB | 0.5 |" in rows["Dateline, by vectors alone"]
    )
    assert "| Haystack | 8 (12), " not in text
    assert "| txtai | 13.3, 6.67 to 20 (20) | 6 s, 3 to 9 (3) | 3 MiB |" in text


def test_dateline_is_run_as_its_peers_are(cache: Path, tmp_path: Path) -> None:
    from index.models import DEFAULT_MODEL, locate

    texts = ["The harbour opened on Tuesday.", "A library was sold.", "Rain fell on the market."]
    passages, questions = tmp_path / "passages.json", tmp_path / "questions.json"
    passages.write_text(json.dumps(texts))
    questions.write_text(json.dumps(["When did the harbour open?", "What fell?"]))
    folder = tmp_path / "index"
    folder.mkdir()

    def run(tool: str, *arguments: object) -> dict[str, Any]:
        command = [sys.executable, "-m", f"evals.peers.with_{tool}", *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={"DATELINE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    model = locate(DEFAULT_MODEL)
    built = run("dateline", "build", model, passages, folder)
    assert built["passages"] == 3
    assert built["clock"] > 0
    assert built["processor"] > 0
    for tool in ("dateline", "dateline_vectors"):
        asked = run(tool, "ask", model, folder, questions)
        assert [found[0] for found in asked["found"]] == [0, 2]
        assert len(asked["clock"]) == len(asked["processor"]) == 2


def test_a_place_in_a_page_is_filled_and_the_rest_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A\n<!-- one -->\nold\n<!-- /one -->\nB\n<!-- two --><!-- /two -->\n")
    put(page, "one", table(("a", "b"), [("1", "2")]))
    expected = "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert page.read_text() == (
        f"A\n<!-- one -->\n\n{expected}\n\n<!-- /one -->\nB\n<!-- two --><!-- /two -->\n"
    )
    with pytest.raises(BenchmarkError, match="has no <!-- three -->"):
        put(page, "three", "x")
