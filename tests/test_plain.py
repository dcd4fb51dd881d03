"""Terse and oddly worded questions are put as one would ask them in full."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.plain import plainly
from rag.question import MAX_CHARS, AnswerKind, parse_question


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ferry fare?", "What is the ferry fare?"),
        ("Price of a stall at the Arden fair?", "What is the price of a stall at the Arden fair?"),
        ("Nia Tolland's trade?", "What is Nia Tolland's trade?"),
        ("bakers of Arden?", "What are the bakers of Arden?"),
        ("biggest loaf at the fair?", "What is the biggest loaf at the fair?"),
        ("years since the last flood in arden?", "How long is it since the last flood in arden?"),
        ("How many weeks since the strike?", "How long is it since the strike?"),
        ("peat's share of the fuel, percent?", "What is peat's share of the fuel?"),
        ("percent of the fuel that is peat", "What percentage of the fuel that is peat?"),
        ("What slice of the fuel is peat?", "What share of the fuel is peat?"),
        ("ABFC stands for what?", "What does ABFC stand for?"),
        ("Nia Tolland, who is she?", "Who is Nia Tolland?"),
        ("Where does Nia Tolland work?", "Who is Nia Tolland?"),
        ("which think tank is Nia Tolland with", "Who is Nia Tolland?"),
        ("What was Nia Tolland’s old job?", "Who is Nia Tolland?"),
        ("Full names of the two skippers, please.", "Who are the two skippers?"),
        ("Name of the ferry?", "What is the name of the ferry?"),
        ("List every stop of the ferry.", "What are the stops of the ferry?"),
        ("Give me all the fares.", "What are all the fares?"),
        ("Name the skipper who sank it.", "Who is the skipper who sank it?"),
        ("Name the two men who sank it.", "Who are the two men who sank it?"),
        ("Give me the three stops", "What are the three stops?"),
        ("Any survivors?", "Are there any survivors?"),
        ("any word on the bridge?", "Is there any word on the bridge?"),
        ("Every kind of loaf that was sold?", "What are the kinds of loaf that was sold?"),
        ("was it Pell or Orrin who sank the ferry", "Who sank the ferry, Pell or Orrin?"),
        ("Can you tell me who sank the ferry?", "Who sank the ferry?"),
        ("who spoke w/ Pell", "Who spoke with Pell?"),
        ("Who sank the ferry, according to each report?", "Who sank the ferry?"),
        ("Do the papers differ on who sank the ferry?", "Who sank the ferry?"),
        ("Does any other story give a different toll?", "What is the toll?"),
        (
            "Upland Post says nearly 40 drowned. Does any other report give a different toll?",
            "Nearly 40 drowned. What is the toll?",
        ),
        (
            "To which skipper do the reports attribute the phrase “cold tea”?",
            "Which skipper described it as “cold tea”?",
        ),
        ("To whom is the phrase “cold tea” attributed?", None),
        # What is whole, or is no question that a rule knows, stays.
        ("Who sank the ferry?", None),
        ("Every mill in Arden burned down?", None),
        ("Do all the outlets say the same?", None),
        ("Tell me about the ferry.", None),
        ("What is the ferry mentioned in the article?", None),
        ("Arden has a plan for the ferry, what is it?", None),
        ("Is it likely or unlikely that the ferry sinks?", None),
        ("Whats the fare?", None),
        ("Explain the ferry strike", None),
        ("Ferry sinks", None),
        ("Name the bus driver who sank it.", "Who is the bus driver who sank it?"),
        ("Give the men’s final score.", "What is the men’s final score?"),
        ("Mill fire kills five?", None),
        ("Storm hits the coast of Arden?", None),
        ("To what company did he attribute the loss?", None),
        ("after the fall of Arden the ferry sank", None),
        ("Which loaves may they bake as they please?", None),
        ("Nia Tolland", None),
        ("sailors rescued?", None),
        ("Who stands for the Greens in Arden?", None),
        ("Does the baker give a different loaf to each child?", None),
        ("Where do the bakers work?", None),
        ("What is the mayor’s job?", None),
        ("What is Canada’s position?", None),
        ("Where does NATO work?", None),
        ("Where do Arden bakers work?", None),
        ("What company is Arden Bread from?", None),
        ("Where did they work?", None),
        ("?", None),
    ],
)
def test_a_question_is_put_in_full(text: str, plain: str | None) -> None:
    assert plainly(text) == (plain or text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
def test_what_is_put_in_full_is_in_full(text: str) -> None:
    once = plainly(text)
    assert len(once) <= max(len(text), MAX_CHARS)
    assert plainly(once) == once


@pytest.mark.parametrize(
    "piece", ["a", "a ", "Ab, ", "the reports ", "was it a or ", "of the ", "“"]
)
@pytest.mark.parametrize("opening", ["", "where does ", "what is ", "which university is "])
def test_a_long_question_is_put_in_full_at_once(opening: str, piece: str) -> None:
    start = time.process_time()
    plainly((opening + piece * MAX_CHARS)[:MAX_CHARS])
    assert time.process_time() - start < 3.0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("years since the last flood?", AnswerKind.NUMBER),
        ("peat's share of the fuel, percent?", AnswerKind.NUMBER),
        ("bread price?", AnswerKind.NUMBER),
        ("Names of the two skippers?", AnswerKind.PERSON),
        ("date of the flood", AnswerKind.TIME),
        ("deadline for claims?", AnswerKind.TIME),
        ("was it Pell or Orrin who sank the ferry", AnswerKind.PERSON),
        ("peat tax rate?", AnswerKind.NUMBER),
        ("ferry fare in percent of the wage?", AnswerKind.NUMBER),
        ("What do they call the ferry?", AnswerKind.OTHER),
    ],
)
def test_the_kind_of_answer_is_known_of_what_is_put_in_full(text: str, kind: AnswerKind) -> None:
    assert parse_question(plainly(text)).kind is kind
