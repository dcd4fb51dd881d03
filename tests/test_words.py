import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.words import STOP_WORDS, content_words, fold, stem, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Carney met Xi.", ["carney", "met", "xi"]),
        ("75.8% of exports", ["75.8%", "of", "exports"]),
        ("over 1,000 days", ["over", "1,000", "days"]),
        ("5,000,000.50 dollars", ["5,000,000.50", "dollars"]),
        ("in 2026, 2027.", ["in", "2026", "2027"]),
        ("$4.5bn", ["4.5", "bn"]),
        ("Canada’s and Trump's", ["canada", "and", "trump"]),
        ("KOVRIG'S", ["kovrig"]),
        ("O'Sullivan", ["o", "sullivan"]),
        ("Canada-U.S.-Mexico", ["canada", "u", "s", "mexico"]),
        ("Côte d’Ivoire", ["cote", "d", "ivoire"]),
        ("２０２６", ["2026"]),
        ("", []),
        ("— … “”", []),
    ],
)
def test_words_are_folded_and_numbers_keep_their_point_and_percent_sign(
    text: str, found: list[str]
) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ZOË", "zoe"),
        ("naïveté", "naivete"),
        ("e\u0301te\u0301", "ete"),
        ("Straße", "strasse"),
        ("ﬁnance", "finance"),
        ("Ångström", "angstrom"),
        ("İzmir", "izmir"),
        ("Кремль", "кремль"),
    ],
)
def test_folding_drops_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(codec="latin-1")))
def test_case_makes_no_difference_to_words(text: str) -> None:
    assert words(text.upper().replace("Μ", "µ")) == words(text.lower())


@given(st.text(st.characters(exclude_characters="'’")))
def test_words_are_found_in_the_folded_text_in_order(text: str) -> None:
    folded = fold(text)
    place = 0
    for word in words(text):
        place = folded.index(word, place) + len(word)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tariff", "tariffs"),
        ("export", "exported"),
        ("relation", "relations"),
        ("diversify", "diversifying"),
        ("75.8", "75.8%"),
    ],
)
def test_forms_of_one_word_share_a_stem(first: str, second: str) -> None:
    assert stem(first) == stem(second)


@pytest.mark.parametrize(
    ("first", "second"), [("canada", "china"), ("75", "76"), ("75.8", "758"), ("port", "export")]
)
def test_different_words_have_different_stems(first: str, second: str) -> None:
    assert stem(first) != stem(second)


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("generously", "gener"), ("skies", "ski"), ("dying", "dy"), ("electricity", "electr")],
)
def test_stems_are_those_of_porters_first_algorithm(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_content_words_come_in_order_and_once_without_stop_words() -> None:
    text = "What did the tariffs on canola do, and who put tariffs on Canola and the pork?"
    assert content_words(text) == ["tariffs", "canola", "pork"]


@pytest.mark.parametrize("text", ["Who is he?", "Tell me about it, please.", "By how much?"])
def test_a_text_of_stop_words_has_no_content(text: str) -> None:
    assert content_words(text) == []


@given(st.text().map(str.lower))
def test_small_words_are_content_unless_they_are_stop_words(text: str) -> None:
    assert set(content_words(text)) == set(words(text)) - STOP_WORDS


@given(st.text())
def test_content_words_are_words_of_the_text(text: str) -> None:
    content = content_words(text)
    assert set(words(text)) - STOP_WORDS <= set(content) <= set(words(text))
    assert len(content) == len(set(content))


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("What did the US buy?", ["america", "buy"]),
        ("Who told us?", ["told"]),
        ("What does the WHO say?", ["who"]),
        ("WHO TOLD US THAT?", ["told"]),
    ],
)
def test_an_acronym_is_no_stop_word(text: str, content: list[str]) -> None:
    assert content_words(text) == content


def test_stop_words_are_such_as_a_text_is_cut_into() -> None:
    assert {word for word in STOP_WORDS if words(word) != [word]} == set()
