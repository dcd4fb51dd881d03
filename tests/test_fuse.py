"""Fusion: questions and topics, the weights that ship, and how named outlets take turns."""

import numpy as np
import pytest

from evals.fit_fusion import Example, fit
from rag.fuse import as_row, fitted, in_turns, is_question, weights_for
from rag.relevance import ARTICLE_FEATURES, FEATURES, PASSAGE_FEATURES


@pytest.mark.parametrize(
    "text",
    [
        "What is the tariff",
        "in which year did it open",
        "Canola tariffs?",
        "And why was that",
        "was the plan dropped",
        "Tell me about the quay",
        "WHO BURNED THE MILL",
    ],
)
def test_a_question_is_told_by_its_mark_or_its_opening(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "canola tariffs",
        "PERSONS INVOLVED IN THE COUP .",
        "federation of Malaysia, which would unite five territories",
        "the showdown at the harbour board",
        "Howard Street fire",
    ],
)
def test_anything_else_is_a_topic(text: str) -> None:
    assert not is_question(text)


def test_a_whole_article_weighs_for_a_topic_only() -> None:
    question, topic = weights_for("Who burned the mill?"), weights_for("mill fire")
    differing = {name for name, a, b in zip(FEATURES, question, topic, strict=True) if a != b}
    assert differing == set(ARTICLE_FEATURES)


def test_everything_that_speaks_for_a_passage_weighs_in_its_favour() -> None:
    assert {
        name for name in FEATURES if weights_for("mill fire")[FEATURES.index(name)] <= 0
    } == set()
    assert set(fitted()["question"]["weights"]) == set(PASSAGE_FEATURES)
    assert fitted()["question"]["provenance"]["questions"] > 1000


def parts(*outlet: float) -> np.ndarray:
    return np.array([as_row({"outlet": given}) for given in outlet])


def test_without_named_outlets_the_score_decides_and_then_the_older_passage() -> None:
    scores = np.array([1.0, 3.0, 3.0])
    assert in_turns(scores, [1, 9, 4], ["A", "B", None], parts(0, 0, 0)) == [2, 1, 0]
    assert in_turns(np.zeros(0), [], [], np.zeros((0, len(FEATURES)))) == []


def test_each_passage_of_a_named_outlet_makes_the_next_one_wait() -> None:
    scores = np.array([10.0, 9.9, 9.8, 9.0])
    order = in_turns(scores, [1, 2, 3, 4], ["A", "A", "A", "B"], parts(5, 5, 5, 5))
    assert order == [0, 3, 1, 2]


def test_a_single_named_outlet_keeps_its_order_among_itself() -> None:
    scores = np.array([3.0, 2.0, 1.0])
    assert in_turns(scores, [1, 2, 3], ["A", "A", "A"], parts(5, 5, 5)) == [0, 1, 2]


def test_fitting_gives_weight_to_what_tells_the_right_passage() -> None:
    random = np.random.default_rng(0)
    examples = []
    for n in range(60):
        features = random.random((8, len(FEATURES)))
        best = int(np.argmax(features[:, FEATURES.index("pairs")]))
        gold = frozenset({f"p{best}"})
        examples.append(Example(f"g{n % 6}", tuple(f"p{i}" for i in range(8)), features, gold))
    weights = fit(examples, PASSAGE_FEATURES)
    others = [abs(weight) for name, weight in weights.items() if name != "pairs"]
    assert weights["pairs"] > 5 * max(others)
    ranked = examples[0].ranked(as_row(weights))
    assert ranked[0] in examples[0].gold
