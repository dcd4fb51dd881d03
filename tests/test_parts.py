"""Parts: a question that asks for several things is asked as several, each able to stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.parts import MAX_PARTS, parts_of
from rag.plain import plainly
from rag.question import parse_question
from rag.words import content_words


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("When was the tariff set, and how high is it?", ["When", "how high"]),
        ("When was the tariff set and how high is the duty?", ["When", "how high"]),
        ("How many people died but how many were hurt?", ["How many", "how many"]),
        ("Who is Anna Berg? Where does she live?", ["Who", "Where"]),
        ("What tariff is on canola; when was it set?", ["What tariff", "When"]),
        ("When does the ferry sail, where does it land?", ["When", "Where"]),
        ("What did Ford say, what did Moe say, and who is right?", ["What", "what", "Who"]),
        ("Which mill burned, and will it be rebuilt?", ["Which", "Will"]),
        ("In which year was the mill built, and by whom was it built?", ["In which", "By whom"]),
        ("Which country taxed canola, and why?", ["Which", "Why"]),
        ("What burned; and also when did the mill open?", ["What", "When"]),
    ],
)
def test_a_question_for_several_things_is_asked_as_several(text: str, heads: list[str]) -> None:
    parts = parts_of(text)
    assert len(parts) == len(heads)
    for part, head in zip(parts, heads, strict=True):
        assert head.lower() in part.lower()
        assert part.endswith("?")
        assert part[0].isupper()


@pytest.mark.parametrize(
    "text",
    [
        "Who leads the harbour board?",
        "Who said that Canada and China are friends?",
        "What are the names and ages of the mayors?",
        "What did Carney say about why the deal failed?",
        "When and where was Anna Berg born?",
        "Why and how did the mill burn?",
        "Who and what caused the fire?",
        "Who won, when, and where?",
        "Who knows when, where and how the fire began?",
        "canola tariff and quota",
        "Why? And who?",
        # More than is answered well at once.
        "Who won? Who lost the game? Who paid the players? Who watched the game?",
        # What only says more of someone or something.
        "What did the mayor, who resigned, say?",
        "When will Anna Berg, who leads the board, resign?",
        "Where was the deal, which covers canola, signed?",
        "What did the town, where the mill stood, lose?",
        "What became of the fund, from which the mill was paid, in 1931?",
        "When did Berg, whose mill burned, move?",
    ],
)
def test_a_question_for_one_thing_is_asked_as_it_is(text: str) -> None:
    assert parts_of(text) == (text,)


def test_what_leans_on_the_part_before_it_is_completed() -> None:
    first, second = parts_of("When was the canola tariff set, and how high is it?")
    assert first == "When was the canola tariff set?"
    assert "canola" in second
    _, _, third = parts_of("Who is Anna Berg? Where does she live? When was she born?")
    assert "Anna Berg" in third


def test_no_part_repeats_another() -> None:
    parts = parts_of("Who is Anna Berg? Where does she live? When was she born?")
    assert all(part.count("Anna Berg") == 1 for part in parts)


WORDS = st.sampled_from(
    "Who what when where why how is does the mill Arden burn , and or but ? ; Berg who, it".split()
)


@given(st.lists(WORDS, max_size=30).map(" ".join) | st.text(max_size=200))
def test_any_text_has_parts_that_can_be_asked(text: str) -> None:
    parts = parts_of(text)
    assert 1 <= len(parts) <= MAX_PARTS
    if len(parts) == 1:
        assert parts == (plainly(text),)
    else:
        assert content_words(parts[0])
    assert all(parse_question(part).text for part in parts if _can_be_asked(part))


def _can_be_asked(text: str) -> bool:
    return text.isprintable() and any(map(str.isalnum, text))
