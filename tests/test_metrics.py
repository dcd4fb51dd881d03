"""Metrics: hand-made answers against values computed by hand."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest

from evals.metrics import METRICS, cited, failures, retrieved, scores, summarise
from evals.ranking import average_precision, hit_at, ndcg_at, recall_at, reciprocal_rank
from evals.types import Case, Expectation, Record

TEXTS = {
    "fire": "The mill at Arden burned down on Friday. Two people were hurt in the fire.",
    "fire.2": "The mill at Arden was built in 1906 and employed 75.8% of the town.",
    "fire.3": "The mill at Arden had no sprinklers.",
    "inquest": "Bob Marsh lit the stove at the mill. He was not charged.",
}
Json = dict[str, Any]


def cite(article: str, quote: str, shift: int = 0) -> Json:
    start = TEXTS[article].index(quote) + shift
    end = start + len(quote)
    return {"source": 1, "article": article, "quote": quote, "start": start, "end": end}


def sentence(text: str, *citations: Json) -> Json:
    verdict = {"verdict": "supported", "score": 1.0, "reason": None}
    return {"text": text, **verdict, "citations": list(citations)}


BURNED = sentence(
    "The mill at Arden burned down on Friday.",
    cite("fire", "The mill at Arden burned down on Friday."),
)
STOVE = sentence(
    "Bob Marsh lit the stove at the mill.",
    cite("inquest", "Bob Marsh lit the stove at the mill."),
)
SIDES = {
    "about": "the number hurt",
    "positions": [{"value": "Two hurt", "sources": [1]}, {"value": "THREE hurt", "sources": [2]}],
}


def answer(
    *sentences: Json, sides: Sequence[Json] = (), ranked: Sequence[str] = (), usage: object = None
) -> Json:
    return {
        "abstained": not sentences,
        "reason": None if sentences else "nothing is known of it",
        "text": " ".join(f"{s['text']} [1]" for s in sentences) or "The articles do not answer.",
        "sentences": list(sentences),
        "disagreements": list(sides),
        "retrieved": [{"article": article} for article in ranked],
        "usage": usage,
    }


def expecting(**fields: Any) -> Expectation:  # noqa: ANN401 - whatever its fields are
    return Expectation(**fields)


def scored(expect: Expectation, given: Json) -> dict[str, float | None]:
    found = scores(Case("c", "fact", "What happened?", expect), given, TEXTS.get)
    assert set(found) == set(METRICS) - {"passed"}
    for value in found.values():
        assert value is None or 0 <= value <= 1
    return found


# ---- expectations


@pytest.mark.parametrize(
    ("expect", "given", "words"),
    [
        pytest.param(*row[1:], id=row[0])
        for row in [
            ("nothing expected", expecting(), answer(BURNED), []),
            ("met", expecting(answer_all=(("arden",), ("friday", "saturday"))), answer(BURNED), []),
            ("other case", expecting(answer_all=(("MILL AT ARDEN",),)), answer(BURNED), []),
            ("sharp s", expecting(answer_all=(("STRASSE",),)), answer(sentence("Straße.")), []),
            ("not met", expecting(answer_all=(("Sunday", "3"),)), answer(BURNED), ["'Sunday'"]),
            (
                "each unmet group",
                expecting(answer_all=(("Sunday",), ("Friday",), ("noon",))),
                answer(BURNED),
                ["'Sunday'", "'noon'"],
            ),
            (
                "met by a position",
                expecting(answer_all=(("three HURT",),)),
                answer(BURNED, sides=[SIDES]),
                [],
            ),
            (
                "not met by what a disagreement is about",
                expecting(answer_all=(("number",),)),
                answer(BURNED, sides=[SIDES]),
                ["'number'"],
            ),
            ("forbidden", expecting(answer_none=("friday", "x")), answer(BURNED), ["'friday'"]),
            (
                "forbidden position",
                expecting(answer_none=("three",)),
                answer(BURNED, sides=[SIDES]),
                ["'three'"],
            ),
            ("any source", expecting(sources_any=("x", "fire")), answer(BURNED), []),
            ("no source", expecting(sources_any=("x", "y")), answer(BURNED), ["x, y"]),
            ("all sources", expecting(sources_all=("fire", "inquest")), answer(BURNED, STOVE), []),
            (
                "a source is missing",
                expecting(sources_all=("fire", "inquest")),
                answer(BURNED),
                ["cite inquest"],
            ),
            (
                "a part for its file",
                expecting(sources_all=("fire",)),
                answer(sentence("It was built in 1906.", cite("fire.2", "built in 1906"))),
                [],
            ),
            (
                "a file is not its part",
                expecting(sources_any=("fire.2",)),
                answer(BURNED),
                ["fire.2"],
            ),
            ("enough sources", expecting(min_sources=2), answer(BURNED, STOVE), []),
            ("too few sources", expecting(min_sources=2), answer(BURNED, BURNED), ["1 articles"]),
            ("sides", expecting(disagreement=True), answer(BURNED, sides=[SIDES]), []),
            ("no sides", expecting(disagreement=True), answer(BURNED), ["no disagreement"]),
            ("sides unasked", expecting(), answer(BURNED, sides=[SIDES]), []),
            (
                "sides unwanted",
                expecting(disagreement=False),
                answer(BURNED, sides=[SIDES]),
                ["a disagreement where there is none"],
            ),
            ("abstains", expecting(abstain=True), answer(), []),
            ("answers", expecting(abstain=True), answer(BURNED), ["it answers"]),
            (
                "abstains wrongly",
                expecting(answer_all=(("Friday",),), sources_any=("fire",)),
                answer(),
                ["nothing is known of it"],
            ),
            ("abstains where all would do", expecting(), answer(), ["it abstains"]),
            ("a reference decides nothing", expecting(reference="Sunday"), answer(BURNED), []),
        ]
    ],
)
def test_what_an_answer_does_not_meet_is_said_in_words(
    expect: Expectation, given: Json, words: Sequence[str]
) -> None:
    found = failures(expect, given)
    assert len(found) == len(words), found
    for failure, word in zip(found, words, strict=True):
        assert word in failure


def test_articles_are_cited_once_each_in_order() -> None:
    both = sentence("Both.", STOVE["citations"][0], BURNED["citations"][0])
    assert cited(answer(both, BURNED, STOVE)) == ("inquest", "fire")
    assert cited(answer()) == ()


def test_articles_are_retrieved_once_each_in_rank_order() -> None:
    assert retrieved(answer(ranked=["b", "a", "b", "c", "a"])) == ("b", "a", "c")
    without = answer()
    del without["retrieved"]
    assert retrieved(without) == ()


# ---- retrieval


def test_retrieval_is_measured_against_all_articles_that_are_expected() -> None:
    expect = expecting(sources_any=("a",), sources_all=("b",))
    found = scored(expect, answer(BURNED, ranked=["x", "a", "y", "x", "b"]))
    assert found["recall@1"] == 0
    assert found["recall@5"] == 1
    assert found["recall@10"] == 1
    assert found["mrr"] == 1 / 2
    best = 1 / math.log2(2) + 1 / math.log2(3)
    gained = 1 / math.log2(3) + 1 / math.log2(5)
    assert found["ndcg@10"] == pytest.approx(gained / best, abs=1e-12)


def test_retrieval_is_cut_at_its_depth() -> None:
    ranked = [f"x{n}" for n in range(9)]
    expect = expecting(sources_any=("gold",))
    tenth = scored(expect, answer(BURNED, ranked=[*ranked, "gold"]))
    assert (tenth["recall@5"], tenth["recall@10"], tenth["mrr"]) == (0, 1, 1 / 10)
    assert tenth["ndcg@10"] == pytest.approx(1 / math.log2(11), abs=1e-12)
    eleventh = scored(expect, answer(BURNED, ranked=[*ranked, "y", "gold"]))
    assert (eleventh["recall@10"], eleventh["mrr"], eleventh["ndcg@10"]) == (0, 1 / 11, 0)


def test_a_part_is_retrieved_for_its_file_and_counts_once() -> None:
    expect = expecting(sources_any=("fire", "inquest"))
    found = scored(expect, answer(BURNED, ranked=["fire.2", "fire.3", "fire", "inquest"]))
    assert (found["recall@1"], found["recall@5"], found["mrr"]) == (1 / 2, 1, 1)
    best = 1 + 1 / math.log2(3)
    assert found["ndcg@10"] == pytest.approx(best / best, abs=1e-12)


def test_a_part_that_is_expected_by_name_is_not_taken_for_its_file() -> None:
    # Strings hash differently in each process: over many names any order of a set would show.
    for n in range(30):
        expect = expecting(sources_all=(f"page{n}", f"page{n}.2"))
        found = scored(expect, answer(BURNED, ranked=[f"page{n}.2", f"page{n}"]))
        assert found["recall@5"] == 1, n
        assert found["ndcg@10"] == 1, n


def test_retrieval_is_measured_also_when_the_answer_abstains() -> None:
    found = scored(expecting(sources_any=("fire",)), answer(ranked=["x", "fire"]))
    assert found["mrr"] == 1 / 2


@pytest.mark.parametrize("expect", [expecting(), expecting(abstain=True), expecting(min_sources=1)])
def test_retrieval_does_not_apply_where_no_article_is_expected(expect: Expectation) -> None:
    found = scored(expect, answer(BURNED, ranked=["fire"]))
    names = ("recall@1", "recall@5", "recall@10", "mrr", "ndcg@10")
    assert [found[name] for name in names] == [None] * 5


def test_rankings_have_the_textbook_values() -> None:
    ranked, gold = ["x", "a", "a", "y", "b", "z"], {"a", "b", "c"}
    assert recall_at(ranked, gold, 2) == 1 / 3
    assert recall_at(ranked, gold, 4) == 2 / 3
    assert hit_at(ranked, gold, 1) == 0
    assert hit_at(ranked, gold, 2) == 1
    assert reciprocal_rank(ranked, gold) == 1 / 2
    assert reciprocal_rank(ranked, gold, depth=1) == 0
    assert average_precision(ranked, gold) == pytest.approx((1 / 2 + 2 / 4 + 0) / 3, abs=1e-12)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    gained = 1 / math.log2(3) + 1 / math.log2(5)
    assert ndcg_at(ranked, gold, 10) == pytest.approx(gained / best, abs=1e-12)
    assert ndcg_at(ranked, gold, 1) == 0
    assert ndcg_at(["a"], gold, 1) == 1
    assert [recall_at([], gold, 5), reciprocal_rank([], gold), ndcg_at([], gold, 5)] == [0, 0, 0]


def test_a_ranking_with_nothing_right_to_find_is_refused() -> None:
    for measure in (recall_at, hit_at, ndcg_at):
        with pytest.raises(ValueError, match="nothing is right"):
            measure(["a"], set(), 5)
    for measure_all in (reciprocal_rank, average_precision):
        with pytest.raises(ValueError, match="nothing is right"):
            measure_all(["a"], set())


# ---- correctness


@pytest.mark.parametrize(
    ("expect", "given", "correct", "sources"),
    [
        (expecting(), answer(BURNED), None, None),
        (expecting(answer_all=(("Friday",),)), answer(BURNED), 1, None),
        (expecting(answer_all=(("Sunday",),)), answer(BURNED), 0, None),
        (expecting(answer_none=("Friday",)), answer(BURNED), 0, None),
        (expecting(answer_all=(("Friday",),)), answer(), 0, None),
        (expecting(answer_none=("Friday",)), answer(), 0, None),
        (expecting(sources_any=("fire",)), answer(BURNED), None, 1),
        (expecting(sources_all=("x",)), answer(BURNED), None, 0),
        (expecting(min_sources=1), answer(), None, 0),
        (expecting(answer_all=(("Sunday",),), sources_any=("fire",)), answer(BURNED), 0, 1),
        (expecting(abstain=True, answer_none=("x",)), answer(), None, None),
        (expecting(abstain=True, answer_none=("x",)), answer(BURNED), None, None),
    ],
)
def test_text_and_sources_are_scored_apart(
    expect: Expectation, given: Json, correct: float | None, sources: float | None
) -> None:
    found = scored(expect, given)
    assert (found["answer_correct"], found["sources_correct"]) == (correct, sources)


def test_a_reference_is_measured_by_the_words_of_it_that_are_there() -> None:
    expect = expecting(reference="The mills of Arden burned on Sunday")
    assert scored(expect, answer(BURNED))["reference_recall"] == 3 / 4
    assert scored(expect, answer())["reference_recall"] is None
    assert scored(expecting(), answer(BURNED))["reference_recall"] is None
    assert scored(expecting(reference="of the"), answer(BURNED))["reference_recall"] is None


# ---- abstention and disagreement


@pytest.mark.parametrize(
    ("wanted", "given", "precision", "recall"),
    [
        (True, answer(), 1, 1),
        (True, answer(BURNED), None, 0),
        (False, answer(), 0, None),
        (False, answer(BURNED), None, None),
    ],
)
def test_abstention_is_scored_where_it_is_due_or_done(
    wanted: bool,  # noqa: FBT001
    given: Json,
    precision: float | None,
    recall: float | None,
) -> None:
    found = scored(expecting(abstain=wanted), given)
    assert (found["abstention_precision"], found["abstention_recall"]) == (precision, recall)


@pytest.mark.parametrize(
    ("wanted", "sides", "precision", "recall"),
    [
        (True, [SIDES], 1, 1),
        (True, [], None, 0),
        (False, [SIDES], 0, None),
        (False, [], None, None),
        (None, [SIDES], None, None),
    ],
)
def test_disagreement_is_scored_where_something_is_expected_of_it(
    wanted: bool | None,  # noqa: FBT001
    sides: list[Json],
    precision: float | None,
    recall: float | None,
) -> None:
    found = scored(expecting(disagreement=wanted), answer(BURNED, sides=sides))
    assert (found["disagreement_precision"], found["disagreement_recall"]) == (precision, recall)


# ---- citations

HURT_FRIDAY = "Two people were hurt at Arden on Friday."
WHOLE = cite("fire", "The mill at Arden burned down on Friday.")
HURT = cite("fire", "Two people were hurt in the fire.")
IRRELEVANT = cite("inquest", "He was not charged.")
BUILT = cite("fire.2", "built in 1906")


@pytest.mark.parametrize(
    ("given", "precision", "recall"),
    [
        pytest.param(answer(BURNED), 1, 1, id="one that supports"),
        pytest.param(
            answer(sentence(BURNED["text"], WHOLE, IRRELEVANT)), 1 / 2, 1, id="second irrelevant"
        ),
        pytest.param(
            answer(sentence(BURNED["text"], IRRELEVANT, WHOLE)), 1 / 2, 1, id="first irrelevant"
        ),
        pytest.param(answer(sentence(HURT_FRIDAY, WHOLE, HURT)), 1, 1, id="two are needed"),
        pytest.param(answer(sentence(HURT_FRIDAY, HURT)), 0, 0, id="one of two is missing"),
        pytest.param(
            answer(sentence(HURT_FRIDAY, WHOLE, HURT, IRRELEVANT)), 2 / 3, 1, id="third irrelevant"
        ),
        pytest.param(answer(sentence(BURNED["text"], WHOLE, WHOLE)), 1, 1, id="either would do"),
        pytest.param(answer(sentence("It was built in 1907.", BUILT)), 0, 0, id="wrong number"),
        pytest.param(answer(sentence("It was built in 1906.", BUILT)), 1, 1, id="right number"),
        pytest.param(
            answer(
                sentence(TEXTS["fire.2"].replace("1906", "1907"), cite("fire.2", TEXTS["fire.2"]))
            ),
            *(0, 0),
            id="a wrong number among many right words",
        ),
        pytest.param(
            answer(
                sentence(
                    "The mill employed 75% of the town.",
                    cite("fire.2", "The mill at Arden was built in 1906 and employed 75.8%"),
                )
            ),
            *(0, 0),
            id="a number cut short",
        ),
        pytest.param(answer(sentence("Rain fell.", WHOLE)), 0, 0, id="unsupported"),
        pytest.param(answer(sentence(BURNED["text"])), None, 0, id="uncited"),
        pytest.param(answer(BURNED, sentence(BURNED["text"])), 1, 1 / 2, id="one of two cited"),
        pytest.param(
            answer(BURNED, sentence("Rain fell.", WHOLE, IRRELEVANT)), 1 / 3, 1 / 2, id="pooled"
        ),
        pytest.param(answer(), None, None, id="abstained"),
    ],
)
def test_citations_have_the_precision_and_recall_that_alce_defines(
    given: Json, precision: float | None, recall: float | None
) -> None:
    found = scored(expecting(), given)
    assert (found["citation_precision"], found["citation_recall"]) == (precision, recall)


@pytest.mark.parametrize(
    ("citation", "valid"),
    [
        pytest.param(WHOLE, 1, id="there"),
        pytest.param(cite("fire", "mill at Arden", shift=1), 0, id="one too far"),
        pytest.param(cite("fire", "mill at Arden", shift=-1), 0, id="one too early"),
        pytest.param({**WHOLE, "end": WHOLE["end"] - 1}, 0, id="one too short"),
        pytest.param({**WHOLE, "article": "gone"}, 0, id="no such article"),
        pytest.param({**WHOLE, "article": "inquest"}, 0, id="another article"),
        pytest.param({**WHOLE, "quote": "", "end": 0}, 0, id="empty"),
        pytest.param({**WHOLE, "quote": WHOLE["quote"].upper()}, 0, id="other letters"),
        pytest.param(
            {**HURT, "start": -len(HURT["quote"]), "end": len(TEXTS["fire"])}, 0, id="from the end"
        ),
    ],
)
def test_a_quotation_is_valid_where_it_stands_and_nowhere_else(
    citation: Json, valid: float
) -> None:
    found = scored(expecting(), answer(sentence(citation["quote"] or "x", citation)))
    assert found["citation_validity"] == valid


def test_validity_is_the_share_of_all_citations() -> None:
    bad = cite("fire", "mill at Arden", shift=1)
    found = scored(expecting(), answer(BURNED, sentence("Mill.", WHOLE, bad, HURT)))
    assert found["citation_validity"] == 3 / 4
    assert scored(expecting(), answer())["citation_validity"] is None


# ---- groups


def record(
    latency: float | None = None,
    error: str | None = None,
    usage: Json | None = None,
    **values: float | None,
) -> Record:
    return Record(
        suite="s",
        id="c",
        kind="fact",
        question="What?",
        history=(),
        as_of=None,
        tags=(),
        expect=asdict(Expectation()),
        passed=None if error else True,
        failures=(),
        error=error,
        answer=None if error else answer(BURNED, usage=usage),
        cited=(),
        abstained=None if error else False,
        disagreements=(),
        retrieved=(),
        latency_ms=latency,
        attempts=(),
        scores=values,
    )


@pytest.mark.parametrize(
    ("latencies", "p50", "p95", "p99"),
    [
        ([7.5], 7.5, 7.5, 7.5),
        ([2, 1], 1, 2, 2),
        ([3, 1, 2], 2, 3, 3),
        ([4, 3, 2, 1], 2, 4, 4),
        (list(range(20, 0, -1)), 10, 19, 20),
        (list(range(1, 101)), 50, 95, 99),
        (list(range(1, 201)), 100, 190, 198),
        ([], None, None, None),
    ],
)
def test_latencies_have_nearest_rank_percentiles(
    latencies: Sequence[float], p50: float | None, p95: float | None, p99: float | None
) -> None:
    found = summarise([record(latency) for latency in latencies])
    assert found["latency_ms"] == {"p50": p50, "p95": p95, "p99": p99}


def test_a_mean_is_over_the_cases_that_a_metric_is_about() -> None:
    found = summarise(
        [
            record(1, passed=1.0, mrr=0.5),
            record(2, passed=0.0, mrr=None),
            record(3, passed=1.0, mrr=0.25),
            record(error="an outage"),
        ]
    )
    assert (found["cases"], found["errors"]) == (4, 1)
    assert found["passed"] == pytest.approx(2 / 3)
    assert found["mrr"] == 0.375
    assert found["disagreement_recall"] is None


@pytest.mark.parametrize("records", [[], [record(error="an outage")]])
def test_a_group_of_which_nothing_ran_has_no_figures_and_no_nan(records: list[Record]) -> None:
    found = summarise(records)
    assert (found["cases"], found["errors"]) == (len(records), len(records))
    assert {found[metric] for metric in METRICS} == {None}
    assert set(found["latency_ms"].values()) == {None}
    assert set(found["usage"].values()) == {None}
    json.dumps(found, allow_nan=False)


def test_tokens_and_cost_are_added_up() -> None:
    first = {"input_tokens": 100, "output_tokens": 20, "cost_usd": 0.1}
    second = {"input_tokens": 50, "output_tokens": 5, "cost_usd": 0.2}
    found = summarise([record(1, usage=first), record(1), record(1, usage=second)])
    assert found["usage"] == {
        "input_tokens": 150,
        "output_tokens": 25,
        "cost_usd": pytest.approx(0.3, abs=1e-12),
    }
    assert set(summarise([record(1)])["usage"].values()) == {None}


def test_a_cost_that_nobody_gave_is_not_nothing() -> None:
    unpriced = {"input_tokens": 100, "output_tokens": 20, "cost_usd": None}
    found = summarise([record(1, usage=unpriced)])["usage"]
    assert found == {"input_tokens": 100, "output_tokens": 20, "cost_usd": None}
