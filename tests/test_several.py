"""What is asked of each of several is asked of each, in whole questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.parts import parts_of
from rag.several import asked_of_each


@pytest.mark.parametrize(
    ("text", "each"),
    [
        (
            "How do Nia Pell and Ola McRae-Brandt each see the ferry?",
            ["How does Nia Pell see the ferry?", "How does Ola McRae-Brandt see the ferry?"],
        ),
        (
            "Which cakes do Arden and New Upland bake?",
            ["Which cake does Arden bake?", "Which cake does New Upland bake?"],
        ),
        (
            "At which breweries do Pell and Orrin work?",
            ["At which brewery does Pell work?", "At which brewery does Orrin work?"],
        ),
        (
            "Which churches do Pell, Orrin and Tolland belong to?",
            [
                "Which church does Pell belong to?",
                "Which church does Orrin belong to?",
                "Which church does Tolland belong to?",
            ],
        ),
        (
            "Where were Pell and Orrin born, respectively?",
            ["Where was Pell born?", "Where was Orrin born?"],
        ),
        ("How old are Nia Pell and Orrin?", ["How old is Nia Pell?", "How old is Orrin?"]),
        (
            "What have the Upland Post and the Arden Courier each said?",
            ["What has the Upland Post said?", "What has the Arden Courier said?"],
        ),
        (
            "Pell vs. Orrin on the ferry fare?",
            [
                "What does Pell say about the ferry fare?",
                "What does Orrin say about the ferry fare?",
            ],
        ),
        (
            "What’s Nia Pell’s view on trams, and Brandt’s on ferries?",
            ["What’s Nia Pell’s view on trams?", "What’s Brandt’s view on ferries?"],
        ),
        (
            "The mayor's main worries versus the ones bakers voiced: what are they?",
            ["What are The mayor's main worries?", "What are the worries bakers voiced?"],
        ),
        (
            "The fares in Arden vs. those in Pell: what are they?",
            ["What are The fares in Arden?", "What are the fares in Pell?"],
        ),
        (
            "Give me all the fares in summer: Pell's to the mill, Orrin’s to the weir.",
            [
                "What is Pell’s fare to the mill in summer?",
                "What is Orrin’s fare to the weir in summer?",
            ],
        ),
        (
            "Which days did Nia Pell leave, was she to land, and is she seeing Orrin?",
            [
                "Which day did Nia Pell leave?",
                "Which day was Nia Pell to land?",
                "Which day is Nia Pell seeing Orrin?",
            ],
        ),
    ],
)
def test_a_question_about_several_is_asked_of_each(text: str, each: list[str]) -> None:
    assert list(asked_of_each(text)) == each
    assert len(parts_of(text)) == len(each)


@pytest.mark.parametrize(
    "text",
    [
        "What did Pell and Orrin discuss?",
        "When did Pell and Orrin meet?",
        "Why do Pell and Orrin oppose the ferry?",
        "Which rivers do Arden and Upland share?",
        "Which towns did Pell and Orrin visit together?",
        "Who are the bakers and brewers of Arden?",
        "Which press does Pell work for?",
        "Arden vs. Upland",
        "Which mills does the Wool Board own?",
        "Which mills do the Wool and Peat Board own?",
        "Which mills are near Arden, and are also for sale?",
        "Which days is the mill open?",
        "The rules: no dogs on the ferry.",
        "Which currencies do Bosnia and Herzegovina use?",
        "At which mills did Mary and John Orrin work?",
        "Which days did she leave, was he to land, and is she back?",
        # More than is answered well at once.
        "Which mills do Pell, Orrin, Tolland and Brandt own?",
    ],
)
def test_what_is_one_thing_of_several_is_asked_once(text: str) -> None:
    assert asked_of_each(text) == (text,)


def test_each_part_of_a_question_may_be_asked_of_each() -> None:
    assert parts_of("Who sank the ferry, and which mills do Pell and Orrin own?") == (
        "Who sank the ferry?",
        "Which mill does Pell own?",
        "Which mill does Orrin own?",
    )


WORDS = st.sampled_from(
    "Which what mills do are did Pell Orrin and each both , vs. on the work born : they".split()
)


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.text(max_size=200))
def test_any_text_is_asked_of_somebody(text: str) -> None:
    each = asked_of_each(text)
    assert each == (text,) or len(each) > 1
