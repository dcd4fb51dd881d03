import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.question import MAX_CHARS, AnswerKind, check, parse_question
from rag.words import stem


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "???", "— … “”", "？"])
def test_a_question_without_words_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match=r"^the question is empty: ask it in words$"):
        parse_question(text)


def test_a_question_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(
        QuestionError, match=r"^the question is 2,001 characters long: ask in at most 2,000$"
    ):
        parse_question("x" * (MAX_CHARS + 1))


def test_a_question_may_be_as_long_as_the_limit() -> None:
    assert parse_question("x" * MAX_CHARS).text == "x" * MAX_CHARS


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Who\x00 left?", r"U\+0000, at 4"),
        ("\x1b[31mWho left?", r"U\+001B, at 1"),
        ("Who left?\x7f", r"U\+007F, at 10"),
        ("Who\x85left?", r"U\+0085, at 4"),
        ("Who \ud83d left?", r"U\+D83D, at 5"),
    ],
)
def test_a_control_character_is_refused_with_its_place(text: str, named: str) -> None:
    message = rf"^the question holds a control character \({named}\): remove it$"
    with pytest.raises(QuestionError, match=message):
        parse_question(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_any_text_with_a_letter_or_digit_is_a_question(text: str) -> None:
    assume(any(character.isalnum() for character in text))
    check(text)
    assert parse_question(text).text == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "What are US tariffs worth in 2026?",
        "Is it The Hague or NATO?",
        "WHAT IS THE TARIFF ON CANOLA?",
        "WHO LEFT US IN THE END?",
    ],
)
def test_names_and_pairs_are_made_of_the_questions_own_stems(text: str) -> None:
    question = parse_question(text)
    assert question.names <= set(question.stems)
    assert {stemmed for pair in question.pairs for stemmed in pair} <= set(question.stems)


@given(st.text(max_size=300))
def test_a_text_is_taken_apart_or_refused_in_one_line(text: str) -> None:
    try:
        question = parse_question(text)
    except QuestionError as error:
        message = str(error)
    else:
        assert len(question.stems) == len(question.words) == len(set(question.words))
        return
    assert len(message.splitlines()) == 1


def test_white_space_in_a_question_is_evened_out() -> None:
    assert parse_question("  Who\r\n\tmet \n Carney? ").text == "Who met Carney?"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who met Carney?", AnswerKind.PERSON),
        ("To whom did he speak?", AnswerKind.PERSON),
        ("Whose idea was it?", AnswerKind.PERSON),
        ("Which person left?", AnswerKind.PERSON),
        ("When did Carney arrive?", AnswerKind.TIME),
        ("By when are exports to double?", AnswerKind.TIME),
        ("In which year did ties sour?", AnswerKind.TIME),
        ("What date was it?", AnswerKind.TIME),
        ("Which weekdays is it open?", AnswerKind.TIME),
        ("Which other countries bought canola?", AnswerKind.PLACE),
        ("What is the ferry fare?", AnswerKind.NUMBER),
        ("What is the budget of the mill?", AnswerKind.NUMBER),
        ("What is the budget committee?", AnswerKind.OTHER),
        ("How long ago was the last visit?", AnswerKind.TIME),
        ("How many lawmakers left?", AnswerKind.NUMBER),
        ("How much canola is sold?", AnswerKind.NUMBER),
        ("How long were they held?", AnswerKind.NUMBER),
        ("What rate does China charge on canola?", AnswerKind.NUMBER),
        ("At what rate is canola taxed?", AnswerKind.NUMBER),
        ("What share of exports does China buy?", AnswerKind.NUMBER),
        ("What is the tariff on canola?", AnswerKind.NUMBER),
        ("WHAT PERCENTAGE IS IT?", AnswerKind.NUMBER),
        ("Where is the forum held?", AnswerKind.PLACE),
        ("Which country bought most?", AnswerKind.PLACE),
        ("Why did China levy duties?", AnswerKind.REASON),
        ("What caused the rift?", AnswerKind.REASON),
        ("What led to the arrest?", AnswerKind.REASON),
        ("What happened in Beijing?", AnswerKind.OTHER),
        ("Tell me about canola.", AnswerKind.OTHER),
        ("Does whoever nowhere somewhere say so?", AnswerKind.OTHER),
    ],
)
def test_the_kind_of_answer_is_what_is_asked_for(text: str, kind: AnswerKind) -> None:
    assert parse_question(text).kind is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who raised the tariff on canola?", AnswerKind.PERSON),
        ("Who was prime minister when Meng was arrested?", AnswerKind.PERSON),
        ("Why did China raise the tariff on canola?", AnswerKind.REASON),
        ("Why was Meng detained when she landed?", AnswerKind.REASON),
        ("Where was the number of visitors announced?", AnswerKind.PLACE),
        ("Where was Carney when he spoke?", AnswerKind.PLACE),
        ("How many lawmakers left when Carney arrived?", AnswerKind.NUMBER),
    ],
)
def test_the_word_that_opens_a_question_decides_its_kind(text: str, kind: AnswerKind) -> None:
    assert parse_question(text).kind is kind


@pytest.mark.parametrize(
    ("text", "kind_words"),
    [
        ("What rate does China charge on canola?", ["rate"]),
        ("In which year did ties sour?", ["year"]),
        ("Which country bought most?", ["country"]),
        ("How long ago was the last visit?", ["long", "ago"]),
        ("Who met Carney?", []),
        ("What year-end report was it?", ["year"]),
        ("What is the country’s aim?", []),
    ],
)
def test_words_that_only_name_the_kind_are_set_apart(text: str, kind_words: list[str]) -> None:
    assert parse_question(text).kind_stems == {stem(word) for word in kind_words}


def test_words_are_the_content_words_in_order_each_once() -> None:
    question = parse_question("Which tariffs does China put on canola, and whose canola is it?")
    assert question.words == ("tariffs", "china", "canola")
    assert question.stems == ("tariff", "china", "canola")


def test_two_words_may_share_a_stem() -> None:
    question = parse_question("Does the tariff follow other tariffs?")
    assert question.words == ("tariff", "follow", "tariffs")
    assert question.stems == ("tariff", "follow", "tariff")


def test_a_question_of_stop_words_only_has_no_words() -> None:
    question = parse_question("Who is he?")
    assert question.words == question.stems == ()
    assert question.pairs == ()
    assert question.names == frozenset()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Whom did Meng Wanzhou sue?", ["meng", "wanzhou"]),
        ("Carney met whom?", []),
        ("NATO met whom?", ["nato"]),
        ("What did McCuaig-Johnston say?", ["mccuaig", "johnston"]),
        ("What did O’Brien say?", ["brien"]),
        ("What is Canada’s aim?", ["canada"]),
        ("Is it The Hague?", ["hague"]),
        ("How did the 75.8% tariff of 2024 work?", ["75.8", "2024"]),
        ("2024 saw what?", ["2024"]),
        ("What does “Elbows Up” mean?", ["elbows"]),
        ("What does ‘Elbows Up’ mean?", ["elbows"]),
        ("What does 'Elbows Up' mean?", ["elbows"]),
        ("What did the US buy?", ["america"]),
        ("what is canola?", []),
    ],
)
def test_names_are_the_words_with_capitals_inside_the_question_and_its_numbers(
    text: str, names: list[str]
) -> None:
    assert parse_question(text).names == {stem(name) for name in names}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("What are critical minerals worth?", [("critical", "minerals"), ("minerals", "worth")]),
        ("Who is Meng Wanzhou of Huawei?", [("meng", "wanzhou")]),
        ("What of canola and pork?", []),
        ("What are US tariffs?", [("america", "tariffs")]),
    ],
)
def test_pairs_are_content_words_that_stand_side_by_side(
    text: str, pairs: list[tuple[str, str]]
) -> None:
    expected = tuple((stem(first), stem(second)) for first, second in pairs)
    assert parse_question(text).pairs == expected
