"""Relative words in articles: their date where it is sure, and silence where it is not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.dated_words import main, measure, read_rows
from index.load import Loaded, load_articles
from index.types import Span
from rag.dates.period import Period, a_day, a_month, a_season, a_week, days, years
from rag.dates.publication import period_of, publication, published_by
from rag.dates.resolve import resolved_dates
from rag.dates.tense import Tense, tense_of
from tests.conftest import ROOT, SHARED

WEDNESDAY = "2026-01-14"


def dated(
    text: str, published: str | None = WEDNESDAY, updated: str | None = None
) -> dict[str, str]:
    return {words.text: words.date for words in resolved_dates(text, published, updated=updated)}


@pytest.mark.parametrize(
    ("text", "words", "iso", "label"),
    [
        ("He will meet Xi on Friday.", "on Friday", "2026-01-16", "Friday 16 January 2026"),
        ("They met on Friday.", "on Friday", "2026-01-09", "Friday 9 January 2026"),
        (
            "He goes to Davos next week.",
            "next week",
            "2026-01-19/2026-01-25",
            "19 to 25 January 2026",
        ),
        ("It grew this year.", "this year", "2026", "2026"),
        ("Prices fell last month.", "last month", "2025-12", "December 2025"),
        ("She quit yesterday.", "yesterday", "2026-01-13", "Tuesday 13 January 2026"),
        ("It was signed two years ago.", "two years ago", "2024", "about 2024"),
        (
            "The road will open in the spring.",
            "in the spring",
            "2026-03/2026-05",
            "spring 2026",
        ),
        (
            "The firm will cut jobs by the end of the year.",
            "by the end of the year",
            "2026",
            "the end of 2026",
        ),
        (
            "Rents doubled over the past decade.",
            "over the past decade",
            "2016/2026",
            "about 2016 to 2026",
        ),
        (
            "A storm is due tomorrow night.",
            "tomorrow night",
            "2026-01-15",
            "Thursday 15 January 2026",
        ),
        ("He died on Jan. 9 at home.", "on Jan. 9", "2026-01-09", "Friday 9 January 2026"),
        ("It took office in November.", "in November", "2025-11", "November 2025"),
        ("The trial will begin in early May.", "in early May", "2026-05", "early May 2026"),
    ],
)
def test_words_get_the_date_that_follows_as_precisely_as_it_does(
    text: str, words: str, iso: str, label: str
) -> None:
    [found] = resolved_dates(text, WEDNESDAY)
    assert (found.text, found.date, found.label) == (words, iso, label)
    assert text[found.start : found.end] == words


@pytest.mark.parametrize(
    "text",
    [
        "“We leave on Friday,” he said.",
        'He said: "We leave next week."',
        "‘I quit last year,’ she told them.",
        "“We leave next week. We always do.",
        "The town had fallen a day earlier.",
        "The following week the price rose.",
        "That Friday the crowd came back.",
        "In 1989 they struck on Monday.",
        "In 2019 he said that he would retire next year.",
        "In 1990, he left. They met on Friday.",
        "The shop is shut every Friday.",
        "They meet on Fridays.",
        "The Friday deadline has passed.",
        "The Mail on Sunday broke the story.",
        "They agreed to meet on Friday.",
        "The vote was scheduled for Friday.",
        "Shares fell ahead of a meeting on Friday.",
        "It was his last year of school.",
        "More than two years ago it closed.",
        "Today, most people read on their telephones.",
        "The attacks on Sept. 11 changed the law.",
        "She was born on Jan. 3.",
        "Ministers meet Monday to Friday.",
        "The law may change in May or June.",
    ],
)
def test_nothing_is_said_where_no_date_surely_follows(text: str) -> None:
    assert dated(text) == {}


def test_a_verb_of_the_past_looks_back_and_one_of_the_future_ahead() -> None:
    both = "The envoy arrived on Monday and will leave on Monday."
    found = resolved_dates(both, WEDNESDAY)
    assert [words.date for words in found] == ["2026-01-12", "2026-01-19"]


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2026", {"last year": "2025"}),
        ("2026-01", {"last year": "2025", "last month": "2025-12"}),
        ("2026-01-14", {"last year": "2025", "last month": "2025-12", "yesterday": "2026-01-13"}),
        (
            "2026-01-14T23:30:00-05:00",
            {"last year": "2025", "last month": "2025-12", "yesterday": "2026-01-13"},
        ),
        # In Sydney it is already the next day, and in Vancouver still this one.
        ("2026-01-14T23:30:00Z", {"last year": "2025", "last month": "2025-12"}),
        (None, {}),
        ("January 2026", {}),
    ],
)
def test_a_date_is_no_surer_than_that_of_the_publication(
    published: str | None, expected: dict[str, str]
) -> None:
    text = "Sales fell last year. Sales fell last month. The chief quit yesterday."
    assert dated(text, published) == expected


def test_an_article_that_was_updated_speaks_from_either_day() -> None:
    text = "He was arrested on Friday. Crime fell last year."
    both = {"on Friday": "2026-01-09", "last year": "2025"}
    assert dated(text, "2026-01-14", "2026-01-14T20:00") == both
    assert dated(text, "2026-01-14", "2026-01-17") == {"last year": "2025"}


def test_what_was_said_on_a_named_day_is_understood_from_that_day_too() -> None:
    text = "He said on Friday that the talks would resume tomorrow."
    assert dated(text, "2026-01-14") == {"on Friday": "2026-01-09"}


def test_a_weekday_decides_the_year_of_a_date() -> None:
    assert dated("It closes Friday, 31 October.", "2025-10-22") == {
        "Friday, 31 October": "2025-10-31"
    }
    assert dated("It closes Monday, 31 October.", "2025-10-22") == {}


def test_a_leap_day_is_found_in_its_year() -> None:
    assert dated("It was launched on Feb. 29.", "2024-03-20") == {"on Feb. 29": "2024-02-29"}
    assert dated("It was launched on Feb. 29.", "2026-03-20") == {}


def test_on_a_sunday_nobody_knows_which_week_is_next() -> None:
    assert dated("They meet next week.", "2026-01-17") == {"next week": "2026-01-19/2026-01-25"}
    assert dated("They meet next week.", "2026-01-18") == {}


def test_summer_is_not_told_where_the_article_speaks_of_the_south() -> None:
    assert dated("Rain is likely this summer.") == {"this summer": "2026-06/2026-08"}
    assert dated("Rain is likely this summer. Farmers in New Zealand are glad.") == {}


def test_only_the_span_that_is_asked_about_is_read_and_its_surroundings_are_heeded() -> None:
    text = "He spoke last week. “We go. We meet next week.” She left last year."
    asked = Span(text.index("We meet"), text.index("She"))
    assert resolved_dates(text, WEDNESDAY, span=asked) == ()
    rest = Span(text.index("She"), len(text))
    [found] = resolved_dates(text, WEDNESDAY, span=rest)
    assert (found.text, text[found.start : found.end]) == ("last year", "last year")


def test_a_quotation_that_was_broken_at_a_margin_is_still_one() -> None:
    lines = [
        "The mayor said in the crowded hall on Tuesday evening “that all of us here in",
        "Arden will have to vote once more next week, and that nobody in the town can",
        "tell how it ends” before she left the hall to the sound of the brass band, as",
        "she had done so often.",
    ]
    assert dated("\n".join(lines)) == {"on Tuesday evening": "2026-01-13"}


WORDS = st.sampled_from(
    "on Friday next week last year this March Jan. 9 31 Feb. in by since until the end of ago two "
    "years past decade spring tomorrow today said will met “ ” \" ' ‘ ’ , . ; In 1999 2026 that "
    "Sunday 10,000 May ( ) — Sydney over\nthey".split(" ")
)
MOMENTS = st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes"))
PUBLISHED = st.one_of(
    st.none(),
    st.dates().map(str),
    st.dates().map(lambda day: str(day)[:7]),
    st.dates().map(lambda day: str(day)[:4]),
    st.builds(str.__add__, MOMENTS, st.sampled_from(["", "Z", "+00:00", "-11:30", "+14:00"])),
)


@given(
    text=st.one_of(st.text(), st.lists(WORDS).map(" ".join)),
    published=st.one_of(PUBLISHED, st.text(max_size=12)),
    updated=PUBLISHED,
    bounds=st.tuples(st.integers(0, 80), st.integers(0, 80)),
)
def test_whatever_the_text_says_every_find_stands_in_it_and_in_the_span(
    text: str, published: str | None, updated: str | None, bounds: tuple[int, int]
) -> None:
    start, end = (min(bound, len(text)) for bound in sorted(bounds))
    within = resolved_dates(text, published, span=Span(start, end), updated=updated)
    everywhere = resolved_dates(text, published, updated=updated)
    assert set(within) <= set(everywhere)
    ends = [0, *(place for words in everywhere for place in (words.start, words.end))]
    assert ends == sorted(ends)
    for words in everywhere:
        assert text[words.start : words.end] == words.text != ""
        parts = words.date.split("/")
        assert parts == sorted(parts)
        assert {len(part) for part in parts} == {
            {"day": 10, "month": 7, "year": 4}[words.precision]
        }
    for words in within:
        assert start <= words.start < words.end <= end


@given(day=st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_periods_hold_their_day_and_are_ordered(day: date) -> None:
    held = [a_day(day), a_week(day), a_month(day.year, day.month), years(day.year, day.year)]
    assert all(period.holds(day) for period in held)
    assert all(period.first <= period.last for period in held)
    assert a_week(day).first.weekday() == 0
    assert (a_week(day).last - a_week(day).first).days == 6


@pytest.mark.parametrize(
    ("period", "iso", "label"),
    [
        (
            days(date(2025, 12, 29), date(2026, 1, 4)),
            "2025-12-29/2026-01-04",
            "29 December 2025 to 4 January 2026",
        ),
        (
            days(date(2026, 1, 26), date(2026, 2, 1)),
            "2026-01-26/2026-02-01",
            "26 January to 1 February 2026",
        ),
        (a_season(2025, "winter"), "2025-12/2026-02", "winter 2025–26"),
        (a_month(2025, 13), "2026-01", "January 2026"),
    ],
)
def test_a_period_is_written_for_machines_and_for_people(
    period: Period, iso: str, label: str
) -> None:
    assert (period.iso, period.label) == (iso, label)


def test_a_period_that_ends_before_it_begins_is_none() -> None:
    with pytest.raises(ValueError, match="is after"):
        days(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-01-14", "2026-01-14", "2026-01-14"),
        ("2026-01-14T23:59-11:00", "2026-01-14", "2026-01-14"),
        ("2026-01-14T12:00Z", "2026-01-14", "2026-01-14"),
        ("2026-01-14T02:00Z", "2026-01-13", "2026-01-14"),
        ("0001-01-01T00:00:00Z", "0001-01-01", "0001-01-01"),
    ],
)
def test_a_moment_in_utc_may_be_another_day_where_it_was_written(
    written: str, first: str, last: str
) -> None:
    period = period_of(written)
    assert period is not None
    assert (str(period.first), str(period.last)) == (first, last)


def test_no_publication_no_days() -> None:
    assert publication(None) is None
    assert publication(None, "2026-01-14") is None
    assert publication("some day") is None


@pytest.mark.parametrize(
    ("published", "as_of", "by_then"),
    [
        ("2026-01-14", "2026-01-14", True),
        ("2026-01-15", "2026-01-14", False),
        ("2026-01-14T23:00-05:00", "2026-01-14", True),
        ("2026-01", "2026-01-30", False),
        ("2026-01", "2026-01-31", True),
        ("2025", "2025-12-31", True),
        ("2026-01-14", "2026-01", True),
        ("2026-01", "2026-01", True),
        ("2026", "2026-01", False),
        ("2026-02-01", "2026-01", False),
        ("2026-01-14", "2026", True),
        (None, "2026", False),
    ],
)
def test_a_month_is_published_by_its_last_day(
    published: str | None, as_of: str, *, by_then: bool
) -> None:
    assert published_by(published, as_of) == by_then


@pytest.mark.parametrize(
    ("sentence", "phrase", "tense"),
    [
        ("He is expected to speak on Friday.", "on Friday", Tense.FUTURE),
        ("He said he would speak on Friday.", "on Friday", Tense.LATER),
        ("He could not be reached on Friday.", "on Friday", Tense.PAST),
        ("The band’s set on Friday pleased them.", "on Friday", Tense.PAST),
        ("Prices are likely to have risen in May.", "in May", Tense.PAST),
        ("The man accused of lying on Friday smiled.", "on Friday", None),
        ("On Friday, the minister, who will retire, spoke.", "On Friday", None),
        ("It opens in Davos, Switzerland, on Monday.", "on Monday", Tense.FUTURE),
        ("It is on Monday.", "on Monday", None),
    ],
)
def test_a_tense_is_told_where_the_clause_is_clear(
    sentence: str, phrase: str, tense: Tense | None
) -> None:
    start = sentence.index(phrase)
    assert tense_of(sentence, start, start + len(phrase)) is tense


def test_the_sentences_written_for_it_are_understood() -> None:
    rows = read_rows()
    tallies = measure(rows)
    assert len(rows) >= 120
    assert sum(not row["dates"] for row in rows) * 3 >= len(rows)
    for tally in tallies.values():
        assert tally.right >= 0.98 * (tally.right + tally.wrong), tally.mistakes
        assert tally.right >= 0.9 * tally.dated, tally.mistakes


def test_the_measure_sees_a_wrong_date_and_a_missed_one() -> None:
    row = {"part": "a", "published": WEDNESDAY, "text": "They met on Friday."}
    wrong = measure([{**row, "dates": {"on Friday": "2026-01-16"}}])["a"]
    assert (wrong.right, wrong.wrong, wrong.dated) == (0, 1, 1)
    none = measure([{**row, "dates": {}}])["a"]
    assert (none.wrong, none.silent, none.undated) == (1, 0, 1)
    missed = measure([{**row, "text": "They meet.", "dates": {"meet": "2026"}}])["a"]
    assert (missed.right, missed.wrong, missed.dated) == (0, 0, 1)


def test_the_command_prints_both_parts_or_lists_articles(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert "part a: precision" in shown
    assert "part b: precision" in shown
    assert main(["--articles", str(ROOT / "seeds")]) == 0
    assert "Friday 16 January 2026" in capsys.readouterr().out


def test_the_saved_articles_speak_of_the_right_days() -> None:
    if not (SHARED / "seeds").is_dir():
        pytest.skip("the saved articles are not beside this checkout (../shared/seeds)")
    found = {
        (loaded.article.id, words.text): words.date
        for loaded in load_articles([SHARED / "seeds"])
        if isinstance(loaded, Loaded)
        for words in resolved_dates(loaded.article.text, loaded.article.published)
    }
    assert found["000_e1418f3ff0518dd0", "on Friday"] == "2026-01-16"
    assert found["000_e1418f3ff0518dd0", "next week"] == "2026-01-19/2026-01-25"
    assert found["002_5d454296d4e941c5", "Wednesday"] == "2026-01-14"
    assert found["004_3ca8fc2d3383d239", "on Tuesday"] == "2026-01-13"
    assert found["004_3ca8fc2d3383d239", "last year"] == "2025"
