"""What a question says of time: the period that it names, whether it asks for the present."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates.asked import asked_period, prefers_newest
from rag.dates.freshness import freshness

TODAY = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened in January 2026?", "2026-01-01", "2026-01-31"),
        ("What did Carney do last week?", "2026-01-05", "2026-01-11"),
        ("What was said on 14 January?", "2026-01-14", "2026-01-14"),
        ("How have exports changed since 2024?", "2024-01-01", "2026-01-15"),
        ("What changed after January 10, 2026?", "2026-01-11", "2026-01-15"),
        ("Which tariffs existed before 2018?", "0001-01-01", "2017-12-31"),
        ("What did Canada sell between 2020 and 2022?", "2020-01-01", "2022-12-31"),
        ("What will happen next week?", "2026-01-19", "2026-01-25"),
        ("What did Trump say on Tuesday?", "2026-01-13", "2026-01-13"),
        ("Who won the 2025 election?", "2025-01-01", "2025-12-31"),
        ("What did Xi say in October?", "2025-10-01", "2025-10-31"),
        ("Which countries met yesterday?", "2026-01-14", "2026-01-14"),
    ],
)
def test_a_question_names_a_period(question: str, first: str, last: str) -> None:
    period = asked_period(question, TODAY)
    assert period is not None
    assert (str(period.first), str(period.last)) == (first, last)


@pytest.mark.parametrize(
    "question",
    [
        "What did he say before the election?",
        "What tariff is there on canola?",
        "Did exports fall in 2023 or 2024?",
        "What happened from March to May 2025?",
        "How far should exports grow by 2035?",
        "What will have changed since 2100?",
        "Which 2030 lamps were sold?",
    ],
)
def test_no_period_is_made_up(question: str) -> None:
    assert asked_period(question, TODAY) is None


@pytest.mark.parametrize(
    "question",
    [
        "What tariff does Canada put on Chinese cars now?",
        "What is the latest on the talks?",
        "What was the most recent visit?",
        "Is Canada still taxing Chinese cars?",
        "Who is the prime minister of Canada?",
        "Who’s France's finance minister?",
        "What is the current rate?",
        "Who leads the Liberals?",
        "What is the unemployment rate at present?",
        "How many have died as of today?",
        "What happened this week?",
    ],
)
def test_a_question_for_the_present_prefers_what_is_new(question: str) -> None:
    assert prefers_newest(question)
    assert prefers_newest(question, TODAY)


@pytest.mark.parametrize(
    "question",
    [
        "Who was the prime minister in 2019?",
        "Who is Michael Kovrig?",
        "What did China detain them for?",
        "Was Canada still taxing Chinese cars in 2024?",
        "What did Carney say?",
        "Who presented the report?",
    ],
)
def test_other_questions_prefer_nothing(question: str) -> None:
    assert not prefers_newest(question)


def test_the_latest_of_a_period_that_is_over_is_not_the_newest() -> None:
    assert not prefers_newest("What was the latest rate in 2019?", TODAY)


@given(st.text(max_size=200), st.dates())
def test_any_question_is_read_without_complaint(question: str, today: date) -> None:
    period = asked_period(question, today)
    assert period is None or period.first <= period.last
    assert prefers_newest(question) in {True, False}


def test_freshness_falls_with_age_and_an_unknown_date_is_not_fresh() -> None:
    values = freshness(["2026-01-14", "2026-01-13", "2025-12-15", "2026", "2020-01-14", None])
    assert values[0] == 1.0
    assert values[1] == pytest.approx(30 / 31)
    assert values[2] == pytest.approx(0.5)
    assert values[1] > values[3] > values[2] > values[4] > 0
    assert values[5] == 0.0


def test_nothing_dated_is_not_fresh_and_nothing_is_nothing() -> None:
    assert freshness([None, None]) == (0.0, 0.0)
    assert freshness([]) == ()


@given(st.lists(st.one_of(st.none(), st.dates().map(str)), max_size=8))
def test_freshness_is_graded_and_never_prefers_the_older(dates: list[str | None]) -> None:
    values = freshness(dates)
    assert all(0 <= value <= 1 for value in values)
    known = sorted((day, value) for day, value in zip(dates, values, strict=True) if day)
    assert [value for _, value in known] == sorted(value for _, value in known)
    assert not known or max(values) == 1.0
