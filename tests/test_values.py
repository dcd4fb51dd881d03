"""What news sentences state, and when two statements of it contradict each other."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from rag.comparing.moments import concur, find_moments
from rag.comparing.names import doers, find_speakers, label_of, places, same_name
from rag.comparing.number_reading import find_quantities
from rag.comparing.polarity import LIKELY, polarities
from rag.comparing.quantities import Measure, Quantity, agree, same_unit
from rag.comparing.topics import nation_of, topic_stems

TODAY = date(2026, 1, 14)


def quantity(text: str) -> Quantity:
    (found,) = find_quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "written", "measure", "low", "high"),
    [
        ("It rose 75.8%.", "75.8%", Measure.PERCENT, 75.8, 75.8),
        ("It rose 100 per cent.", "100 per cent", Measure.PERCENT, 100, 100),
        ("bought less than 4%", "less than 4%", Measure.PERCENT, 2.8, 4),
        ("a third of voters", "a third", Measure.PERCENT, 100 / 3, 100 / 3),
        ("one in five voters", "one in five", Measure.PERCENT, 20, 20),
        ("worth $4.5bn now", "$4.5bn", Measure.MONEY, 4.5e9, 4.5e9),
        ("worth 45 million pounds", "45 million pounds", Measure.MONEY, 4.5e7, 4.5e7),
        ("in eight years", "eight years", Measure.DURATION, 2922, 2922),
        ("a seven-year term", "seven-year", Measure.DURATION, 2556.75, 2556.75),
        ("She was 91.", "91", Measure.AGE, 33237.75, 33237.75),
        ("dead at the age of 89", "89", Measure.AGE, 32507.25, 32507.25),
        ("passed it 54-46", "54-46", Measure.SCORE, 46, 54),
        ("won the vote by 112 votes to 108", "112 votes to 108", Measure.SCORE, 108, 112),
        ("a 6.8-magnitude quake", "6.8-magnitude", Measure.SIZE, 6.8, 6.8),
        ("a magnitude of 7.3", "7.3", Measure.SIZE, 7.3, 7.3),
        ("14 years old", "14 years old", Measure.AGE, 5113.5, 5113.5),
        ("an 18-kilometre tunnel", "18-kilometre", Measure.SIZE, 18e3, 18e3),
        ("twenty-five homes", "twenty-five", Measure.COUNT, 25, 25),
        ("half a million people", "half a million", Measure.COUNT, 5e5, 5e5),
        ("10 to 15 people", "10 to 15", Measure.COUNT, 10, 15),
        ("dozens of people", "dozens", Measure.COUNT, 20, 120),
        ("It beat Selby 3-1.", "3-1", Measure.SCORE, 1, 3),
        ("by 0.25 percentage points", "0.25 percentage points", Measure.POINTS, 0.25, 0.25),
    ],
)
def test_a_quantity_is_read_with_its_hedge_and_unit(
    text: str, written: str, measure: Measure, low: float, high: float
) -> None:
    found = quantity(text)
    assert found.span.of(text) == written
    assert found.measure is measure
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    "text",
    [
        *("in 2024", "on 14 January", "January 14", "at 5 p.m.", "at 5:30", "the 51st state"),
        *("No. 10", "the G7", "one of them", "COP28", "flight 370", "the 1990s", "call 555-0100"),
    ],
)
def test_dates_times_ordinals_and_labels_are_no_quantities(text: str) -> None:
    assert not find_quantities(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("100%", "100 per cent"), ("$4.5bn", "4.5 billion dollars"), ("about 76%", "75.8%")),
        *(("£294.6m", "nearly £300 million"), ("more than 300 homes", "312 homes")),
        *(("up to 2,000 jobs", "1,900 jobs"), ("some 48,000 people", "47,812 people")),
        *(("three weeks", "21 days"), ("more than 1,000 days", "almost three years")),
        *(("a decade", "ten years"), ("18 kilometres", "11 miles"), ("half of it", "50%")),
        *(("fourteen seats", "14 seats"), ("at least 30 people", "112 people")),
        *(("dozens of people", "46 people"), ("nearly a decade", "nine years")),
    ],
)
def test_other_words_for_one_quantity_agree(one: str, other: str) -> None:
    first, second = quantity(one), quantity(other)
    assert same_unit(first, second)
    assert agree(first, second)
    assert agree(second, first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("approximately 75%", "76%"), ("less than 4%", "only 4%"), ("3-1 win", "2-1 win")),
        *(("eight years", "nearly a decade"), ("12 people", "15 people")),
        *(("$420 million", "$510 million"), ("1,200 jobs", "2,000 jobs")),
        *(("more than 300 homes", "180 homes"), ("magnitude of 6.3", "magnitude of 5.8")),
    ],
)
def test_quantities_that_no_number_fits_contradict_each_other(one: str, other: str) -> None:
    first, second = quantity(one), quantity(other)
    assert same_unit(first, second)
    assert not agree(first, second)
    assert not agree(second, first)


@pytest.mark.parametrize(
    ("one", "other"),
    [("12%", "$12"), ("£3 million", "$3 million"), ("12 people", "12 barrels"), ("3 km", "3 kg")],
)
def test_quantities_of_different_units_are_not_compared(one: str, other: str) -> None:
    assert not same_unit(quantity(one), quantity(other))


HEDGED = ("", "about ", "nearly ", "more than ", "at least ", "less than ", "up to ")
UNITS = ("%", " people", " million euros", " years", " km")


@given(st.integers(2, 9_999), st.sampled_from(HEDGED), st.sampled_from(UNITS))
def test_every_quantity_agrees_with_itself_in_other_digits(
    number: int, hedge: str, unit: str
) -> None:
    plain, grouped = (quantity(f"It was {hedge}{n}{unit}.") for n in (number, f"{number:,}"))
    assert agree(plain, grouped)
    assert same_unit(plain, grouped)


@given(st.integers(2, 900), st.integers(2, 900), st.sampled_from(HEDGED), st.sampled_from(UNITS))
def test_agreement_does_not_depend_on_the_order(
    one: int, other: int, hedge: str, unit: str
) -> None:
    first, second = quantity(f"It was {one}{unit}."), quantity(f"It was {hedge}{other}{unit}.")
    assert agree(first, second) == agree(second, first)


@given(st.integers(1, 998), st.integers(1, 998))
def test_two_exact_counts_agree_only_when_they_are_equal(one: int, other: int) -> None:
    first, second = quantity(f"{one + 1} people"), quantity(f"{other + 1} people")
    assert agree(first, second) == (one == other)


@given(st.text(max_size=200))
def test_any_text_is_read_within_its_bounds(text: str) -> None:
    spans = [quantity.span for quantity in find_quantities(text)]
    spans += [moment.span for moment in find_moments(text, TODAY)]
    spans += [name.span for name in find_speakers(text)]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    polarities(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("It opened on 14 June 2024.", "2024-06-14", "2024-06-14"),
        ("In September 2025 he met her.", "2025-09-01", "2025-09-30"),
        ("It was founded in 1908.", "1908-01-01", "1908-12-31"),
        ("He was arrested on Tuesday.", "2026-01-13", "2026-01-13"),
        ("He was freed yesterday.", "2026-01-13", "2026-01-13"),
        ("It was banned last year.", "2025-01-01", "2025-12-31"),
        ("She was released in October.", "2025-10-01", "2025-10-31"),
        ("It is to close by 2035.", "2035-07-01", "2035-12-31"),
    ],
)
def test_a_moment_is_worked_out_against_the_day_of_publication(
    text: str, first: str, last: str
) -> None:
    (found,) = find_moments(text, TODAY)
    assert found.days is not None
    assert tuple(date.fromordinal(day).isoformat() for day in found.days) == (first, last)


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("by 2035", "over the next ten years", True),
        ("by 2030", "within ten years", False),
        ("in 2016", "ten years ago", True),
        ("in June 2024", "on 14 June 2024", True),
        ("on 12 April", "on 3 May", False),
        ("in March 2025", "in September 2025", False),
        ("on Wednesday", "on 14 January", True),
        ("last week", "in October", False),
    ],
)
def test_moments_fit_when_one_day_could_be_both(one: str, other: str, fit: bool) -> None:  # noqa: FBT001
    (first,), (second,) = find_moments(one, TODAY), find_moments(other, TODAY)
    assert concur(first, second) is concur(second, first) is fit


def test_without_a_day_of_publication_only_what_is_written_is_compared() -> None:
    (april,), (may,), (friday,) = (
        find_moments(text, None) for text in ("on 12 April", "on 3 May", "on Friday")
    )
    assert concur(april, may) is False
    assert concur(april, friday) is None
    assert not find_moments("last week", None)


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)))
def test_a_day_fits_its_own_month_and_year(day: date) -> None:
    written = f"{day.day} {day:%B %Y}"
    (exact,), (month,), (year,) = (
        find_moments(f"in {text}", TODAY) for text in (written, f"{day:%B %Y}", str(day.year))
    )
    assert concur(exact, month)
    assert concur(exact, year)
    (other,) = find_moments(f"on {day + timedelta(1):%d %B %Y}", TODAY)
    assert concur(exact, other) is False


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("The turning point, Xi noted, came when he met Carney.", ["xi"]),
        ("That was a “turning point,” in Carney’s description.", ["carney"]),
        ("Prime Minister Sato called the treaty a watershed.", ["sato"]),
        ("The merger was reckless, according to Lindqvist.", ["lindqvist"]),
        ("In the words of Labour Minister Paul Stein, a new dawn.", ["paul stein"]),
        ("“This is a watershed,” said Kenji Sato.", ["kenji sato"]),
        ("The truce was first announced by General Oumar.", ["oumar"]),
        ("The treaty is a watershed.", []),
    ],
)
def test_a_speaker_is_told_from_those_who_are_only_named(text: str, speakers: list[str]) -> None:
    assert [" ".join(name.words) for name in find_speakers(text)] == speakers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mr. Carney", "Mark Carney", True),
        ("Prime Minister Carney", "Carney", True),
        ("U.N.", "United Nations", True),
        ("Lena Park", "Ruth Adeyemi", False),
        ("Ana Holt", "Amy Holt", False),
    ],
)
def test_names_are_one_by_their_words_or_initials(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    (first,), (second,) = (find_speakers(f"{name} said so.") for name in (one, other))
    assert same_name(first, second) is same_name(second, first) is same


def test_who_did_something_is_read_from_either_voice() -> None:
    (active,) = doers("Lena Park, a baker, won the race.", ["won"], frozenset())
    (passive,) = doers("The race was won by Ruth Adeyemi.", ["won"], frozenset())
    assert (active.words, passive.words) == (("lena", "park"), ("ruth", "adeyemi"))
    assert not doers("Lena Park watched as the race was won.", ["won"], frozenset())


def test_a_place_stands_behind_its_preposition() -> None:
    assert [name.words for name in places("Talks in Geneva ended near Lake Como.")] == [
        ("geneva",),
        ("lake", "como"),
    ]
    assert nation_of("Swiss") == nation_of("Switzerland") == "switzerland"


def test_a_label_is_any_stretch_with_a_word_in_it() -> None:
    text = "It is a caper film."
    label = label_of(text, Span(8, 18))
    assert label is not None
    assert label.words == ("caper", "film")
    assert label_of("— …", Span(0, 3)) is None


@pytest.mark.parametrize(
    ("text", "word", "sign"),
    [
        ("He came with no real leverage.", "leverag", -1),
        ("He has considerable leverage.", "leverag", 1),
        ("It denied that it had paid a ransom.", "pay", -1),
        ("It paid a ransom.", "pay", 1),
        ("The water is not safe to drink.", "safe", -1),
        ("The water is unsafe.", "safe", -1),
        ("The union rejected the offer.", "accept", -1),
        ("A deal is out of reach.", LIKELY, -1),
        ("A deal is unlikely.", LIKELY, -1),
        ("A deal is possible.", LIKELY, 1),
        ("It protects not only the young.", "young", 1),
        ("He has no plan to raise the price.", "price", 1),
    ],
)
def test_what_is_denied_is_told_from_what_is_affirmed(text: str, word: str, sign: int) -> None:
    assert polarities(text)[word].value == sign


def test_what_is_both_affirmed_and_denied_has_no_sign() -> None:
    assert "pay" not in polarities("Norlink did not pay; others paid.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Canadian exports", "Canada’s exports"),
        ("U.S. buyers", "United States buyers"),
        ("Beijing", "the Chinese"),
        ("people died", "people were killed"),
        ("the Tarvian border", "Tarvia's border"),
        ("cars sold", "vehicles bought"),
    ],
)
def test_two_wordings_of_one_topic_compare_equal(one: str, other: str) -> None:
    assert topic_stems(one) == topic_stems(other)


def test_a_pronoun_is_no_country() -> None:
    assert topic_stems("They told us to turn") == topic_stems("They told to turn")
    assert "nation us" in topic_stems("They told the US to turn")
