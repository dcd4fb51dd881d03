"""Times of day, and ages by the year of birth, are compared as they are written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Article, Span
from rag.comparing.births import find_births
from rag.comparing.clocks import coincide, find_clocks
from rag.disagree import Statement, find_disagreements
from rag.question import parse_question


@pytest.mark.parametrize(
    ("text", "written", "minute"),
    [
        ("The alarm was raised at 6.40am on Friday.", "6.40am", 400),
        ("Doors opened at 18:40.", "18:40", 1120),
        ("It was 12.15 a.m. when they landed.", "12.15 a.m.", 15),
        ("The line was cut at 0630 GMT.", "0630", 390),
        ("Polls close at 7 p.m. there.", "7 p.m.", 1140),
        ("Guns fell silent at midnight.", "midnight", 0),
        ("The ferry left at half past six in the evening.", "half past six in the evening", 1110),
        ("It struck a quarter to nine at night.", "quarter to nine at night", 1245),
        ("They met at two in the morning.", "two in the morning", 120),
        ("They met at 12.30 in the afternoon.", "12.30 in the afternoon", 750),
        ("It broke down at 9.05 on Monday evening.", "9.05 on Monday evening", 1265),
        ("They met at seven o’clock.", "seven o’clock", 420),
    ],
)
def test_a_time_of_day_is_read_as_it_is_written(text: str, written: str, minute: int) -> None:
    (clock,) = find_clocks(text)
    assert clock.span.of(text) == written
    assert clock.first <= minute <= clock.last


@pytest.mark.parametrize(
    "text",
    [
        "The runner finished in 2:04:11.",
        "It rose by 10.30 metres in 1984 hours.",
        "They won 3-2 on 5 May.",
        "It will be over by 9pm.",
        "Nobody came before 8.",
        "It cost £6.40.",
    ],
)
def test_what_is_no_time_of_day_or_leaves_it_open_is_not_read(text: str) -> None:
    assert find_clocks(text) == ()


def together(one: str, other: str) -> bool:
    return coincide(find_clocks(one)[0], find_clocks(other)[0])


def test_times_of_day_coincide_where_some_minute_fits_both() -> None:
    assert together("at 6.40am", "at 06:40")
    assert together("at 7pm", "at seven o’clock")
    assert together("shortly before midnight", "at 11.50pm")
    assert together("about 9am", "at 9.20am")
    assert together("shortly after 7pm", "at 7.10pm")
    assert not together("at 6.40am", "at 6.40pm")
    assert not together("at 6.40am", "at 6.55am")
    assert not together("shortly after 7pm", "at 6.50pm")
    assert not together("at seven o’clock", "at half past eight")


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_is_itself_in_both_ways_of_writing(hour: int, minute: int) -> None:
    half = f"{(hour + 11) % 12 + 1}.{minute:02}{'pm' if hour >= 12 else 'am'}"
    assert together(f"at {hour:02}:{minute:02} sharp", f"at {half} sharp")


def said(text: str, outlet: str, day: str = "2026-03-03") -> Statement:
    article = Article(outlet, text, outlet=outlet, published=day)
    return Statement(article, outlet, Span(0, len(text)), text, 0.5)


WHEN = "What time did the Velm market fire start?"


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (
            "The Velm market fire started at 4.10am on Monday.",
            "The fire at the Velm market started at 2.30am on Monday.",
            True,
        ),
        (
            "The Velm market fire started at 4.10am on Monday.",
            "The fire at the Velm market started shortly after four in the morning on Monday.",
            False,
        ),
        (
            "The Velm market fire started at 04:10 GMT.",
            "The fire at the Velm market started at 6.10am on Monday.",
            False,
        ),
        (
            "The Velm market fire started at 04:10 GMT.",
            "The fire at the Velm market started at 06:10 GMT.",
            True,
        ),
    ],
)
def test_outlets_differ_on_the_hour(one: str, other: str, differ: bool) -> None:  # noqa: FBT001
    found = find_disagreements(parse_question(WHEN), (said(one, "Post"), said(other, "Echo")))
    assert [conflict.about.partition(" (")[0] for conflict in found] == ["time of day"] * differ


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("Born in June 1934, she wrote nine books.", (91, 92)),
        ("The singer, born on 3 May 1960 in Velm, has died.", (65, 66)),
        ("He was born to a railwayman in 1934.", (91, 92)),
    ],
)
def test_a_year_of_birth_is_one_of_two_ages(text: str, ages: tuple[int, int]) -> None:
    (age,) = find_births(text, date(2026, 2, 21))
    assert (round(age.low / 365), round(age.high / 365)) == ages
    assert find_births(text, None) == ()


AGE = "How old was the poet Irena Kallas?"


@pytest.mark.parametrize(
    ("other", "differ"),
    [
        ("Born in 1934, the poet Irena Kallas died on Thursday.", False),
        ("Born in 1938, the poet Irena Kallas died on Thursday.", True),
    ],
)
def test_an_age_is_held_against_a_year_of_birth(other: str, differ: bool) -> None:  # noqa: FBT001
    one = said("The poet Irena Kallas died at the age of 91.", "Post")
    assert bool(find_disagreements(parse_question(AGE), (one, said(other, "Echo")))) is differ
