"""Questions of the same moment are embedded in one run, and a lone one waits for nothing."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from api.http.batching import MOST, BatchingEmbedder
from index.types import Vector, Vectors
from tests.fakes import WordEmbedder

WORDS = [f"word{number}" for number in range(40)]


class HeldEmbedder(WordEmbedder):
    """An embedder whose first run lasts until it is let go, and that trips over one text."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[list[str]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def embed_query(self, text: str) -> Vector:
        self.runs.append([text])
        self.begun.set()
        assert self.go_on.wait(10)
        if text == "trips":
            raise ValueError(text)
        return super().embed_query(text)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.runs.append(list(texts))
        if "trips" in texts:
            raise ValueError("trips")
        return np.stack([WordEmbedder.embed_query(self, text) for text in texts])


def asked_while_one_runs(held: HeldEmbedder, texts: Sequence[str]) -> list[Vector | Exception]:
    """Ask one text after another, all while the first run lasts; return what each was given."""
    batching = BatchingEmbedder(held)

    def ask(text: str) -> Vector | Exception:
        try:
            return batching.embed_query(text)
        except ValueError as error:
            return error

    with ThreadPoolExecutor(len(texts) + 1) as threads:
        first = threads.submit(ask, "first")
        assert held.begun.wait(10)
        waiting = [threads.submit(ask, text) for text in texts]
        while len(batching._waiting) < len(texts):
            assert not first.done()
        held.go_on.set()
        assert isinstance(first.result(10), np.ndarray)
        return [one.result(10) for one in waiting]


def test_a_lone_question_is_embedded_at_once_and_by_itself() -> None:
    held = HeldEmbedder()
    held.go_on.set()
    batching = BatchingEmbedder(held)
    for text in WORDS[:3]:
        np.testing.assert_array_equal(batching.embed_query(text), WordEmbedder().embed_query(text))
    assert held.runs == [[text] for text in WORDS[:3]]


def test_what_comes_while_one_is_embedded_is_embedded_together_and_each_gets_its_own() -> None:
    held = HeldEmbedder()
    given = asked_while_one_runs(held, WORDS)
    for text, vector in zip(WORDS, given, strict=True):
        np.testing.assert_array_equal(vector, WordEmbedder().embed_query(text))
    first, *together = held.runs
    assert first == ["first"]
    assert sorted(text for run in together for text in run) == sorted(WORDS)
    assert [len(run) for run in together] == [MOST, MOST, len(WORDS) - 2 * MOST]


def test_a_text_that_cannot_be_embedded_costs_no_other_its_vector() -> None:
    given = asked_while_one_runs(HeldEmbedder(), ["one", "trips", "two"])
    assert isinstance(given[1], ValueError)
    np.testing.assert_array_equal(given[0], WordEmbedder().embed_query("one"))
    np.testing.assert_array_equal(given[2], WordEmbedder().embed_query("two"))


def test_after_an_error_the_next_question_is_embedded() -> None:
    held = HeldEmbedder()
    held.go_on.set()
    batching = BatchingEmbedder(held)
    with pytest.raises(ValueError, match="trips"):
        batching.embed_query("trips")
    assert batching.embed_query("fine").any()
