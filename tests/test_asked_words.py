"""What only says how a question is put is no word that its answer's article has to hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.asked_words import asked_words, without_signs
from rag.question import parse_question
from rag.words import content_words


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Which mills use 40 percent peat?", "mills use 40 peat"),
        ("Which mills use 40 per cent peat?", "mills use 40 peat"),
        ("What percentage of peat is burned?", "peat burned"),
        ("How many million dollars did Arden pay?", "million arden pay"),
        ("How many pounds did Arden pay?", "arden pay"),
        ("Did the ferry cost 3 million euros?", "ferry cost 3 million"),
        ("Why did the dollar fall?", "dollar fall"),
        ("Who keeps the dog pound?", "keeps dog pound"),
        ("Do all the outlets say the same about the ferry?", "ferry"),
        ("Does any other story give a different toll for the ferry?", "toll ferry"),
        ("To whom do the reports attribute the phrase “cold tea”?", "cold tea"),
        ("Orrin vs. Tolland on the ferry?", "orrin tolland ferry"),
        ("What is the ferry to the mayor's mind?", "ferry mayor"),
        ("How big is it by the engineers’ reckoning?", "big engineers"),
        ("In Orrin's view, who sank the ferry?", "orrin sank ferry"),
        ("Upland Post says the ferry sank. Did it?", "ferry sank"),
        ("Which skipper does the Upland Post quote?", "skipper"),
        ("What party is Orrin of, per Arden Courier?", "party orrin"),
        ("List every stop of the ferry.", "stop ferry"),
        ("Full names of the skippers, please", "skippers"),
        ("ABCO stands for what?", "abco"),
        # Where these are what the question is about, they stay.
        ("Which story did the author write first?", "author write first"),
        ("Which post did the mayor take up?", "post mayor"),
        ("What did the Post Office sell?", "post office sell"),
        ("Which account should rent be paid into?", "account rent paid"),
        ("What is different in the new ferry?", "different new ferry"),
        ("Who agreed to sell the ferry?", "agreed sell ferry"),
        ("percent", "percent"),
    ],
)
def test_an_article_has_to_hold_what_a_question_is_about(text: str, held: str) -> None:
    assert asked_words(text) == held.split()
    assert list(parse_question(text).words) == held.split()


@given(st.text(max_size=200))
def test_what_is_held_are_words_of_the_question(text: str) -> None:
    held = asked_words(text)
    assert set(held) <= set(content_words(text))
    assert bool(held) == bool(content_words(text))


def test_a_search_leaves_out_words_that_articles_write_as_signs() -> None:
    assert content_words(without_signs("Is it 40 per cent or 3 million dollars?")) == [
        "40",
        "3",
        "million",
    ]
