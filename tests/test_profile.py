"""Profiles: whose time a sample of a stack is counted as."""

import pytest

from evals.profile import place_of, shares
from evals.provenance import ROOT

ASK = f"ask ({ROOT}/rag/pipeline.py:71)"
EMBED = "embed_query (index/onnx.py:114)"
RUN = "run (/usr/lib/python3/site-packages/onnxruntime/capi/session.py:9)"


@pytest.mark.parametrize(
    ("stack", "place"),
    [
        ([ASK], "rag/pipeline.py: ask"),
        ([ASK, EMBED, RUN], "index/onnx.py: embed_query (onnxruntime)"),
        ([ASK, "<module> (index/onnx.py:3)", RUN], "index/onnx.py: importing (onnxruntime)"),
        (["main (/usr/lib/python3/runpy.py:8)", RUN], "before ours (onnxruntime)"),
        (["main (/usr/lib/python3/runpy.py:8)"], "before ours"),
        ([f"read.<locals>.<listcomp> ({ROOT}/rag/reader.py:9)"], "rag/reader.py: read"),
        ([ASK, "process 12", "sleep (time.py)"], "rag/pipeline.py: ask"),
    ],
)
def test_a_sample_belongs_to_the_innermost_place_of_ours(stack: list[str], place: str) -> None:
    assert place_of(stack) == place


def test_shares_are_of_what_happens_inside_a_function() -> None:
    samples = [([ASK], 3), ([ASK, EMBED, RUN], 1), ([RUN], 6)]
    assert dict(shares(samples, "ask")) == {
        "rag/pipeline.py: ask": 0.75,
        "index/onnx.py: embed_query (onnxruntime)": 0.25,
    }
    assert dict(shares(samples))["before ours (onnxruntime)"] == 0.6
