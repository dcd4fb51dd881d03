"""A question that asks for one outlet's report is asked of that outlet alone, without its name."""

from pathlib import Path

import pytest

from index.build import build
from index.filters import Filter
from index.sqlite.store import SqliteStore
from rag.asked_outlets import asked_outlets, names_sources
from rag.pipeline import Pipeline
from rag.scope import Scope
from rag.types import Answer
from tests.fakes import WordEmbedder, WordModel

OUTLETS = ("The Tarn Courier", "Upland Post", "TIME", "CNBC | World Business News", "The Age")
COURIER, POST = ("The Tarn Courier",), ("Upland Post",)


@pytest.mark.parametrize(
    ("question", "asked", "outlets"),
    [
        ("According to the Tarn Courier, how many died?", "How many died?", COURIER),
        ("How many died, according to the Tarn Courier?", "How many died?", COURIER),
        ("how many died according to the tarn courier", "How many died?", COURIER),
        ("How many, according to the Upland Post, died?", "How many died?", POST),
        ("Per Upland Post, who won?", "Who won?", POST),
        ("In the Upland Post's account, who won?", "Who won?", POST),
        ("Who won by the Upland Post’s telling?", "Who won?", POST),
        ("In the Upland Post, who won?", "Who won?", POST),
        ("Which miller does the Upland Post quote?", "Which miller is quoted?", POST),
        ("Who did the Tarn Courier talk to about fires?", "Who is quoted about fires?", COURIER),
        ("Who is named in the Upland Post as the heir?", "Who is named as the heir?", POST),
        ("How does the Upland Post describe the mill?", "How is the mill described?", POST),
        ("What does CNBC say about flour?", "What is said about flour?", (OUTLETS[3],)),
        ("What does the Age say of flour?", "What is said of flour?", ("The Age",)),
        ("What toll does TIME give for the fire?", "What toll is given for the fire?", ("TIME",)),
        ("How many does Upland Post say died in it?", "How many died in it?", POST),
        ("Where does Upland Post say the mill is?", "Where is it that the mill is?", POST),
        ("Does Upland Post say that flour is dear?", "Do they say that flour is dear?", POST),
        ("What do the Upland Post's experts expect?", "What do the experts expect?", POST),
        (
            "According to the Upland Post and the Tarn Courier, who won?",
            "Who won?",
            (*COURIER, *POST),
        ),
        # Nothing is left to be looked for.
        ("What does the Upland Post say?", None, None),
        (
            "What is said in the Upland Post's report?",
            "What is said in the Upland Post's report?",
            POST,
        ),
    ],
)
def test_whose_report_is_meant_is_taken_out_of_the_question(
    question: str, asked: str | None, outlets: tuple[str, ...] | None
) -> None:
    found = asked_outlets(question, OUTLETS) if names_sources(question) else None
    assert (found and found.text, found and found.outlets) == (asked, outlets)


@pytest.mark.parametrize(
    "question",
    [
        "How many died?",
        "According to the mayor, how many died?",
        "Who owns the Upland Post?",
        "What happened at the Upland Post's office?",
        "At what time, according to the mayor, did it burn?",
        "What did the mayor tell the Upland Post?",
        "At what age can one vote, and what does the mayor say about it?",
        # The others are meant as well.
        "Upland Post says nearly 40 died. Does any other story give a different toll?",
        "Do the Upland Post and the Tarn Courier agree on what the mayor said?",
        "How does the Upland Post's account differ from the Tarn Courier's?",
    ],
)
def test_what_is_asked_of_everyone_stays_as_it_is(question: str) -> None:
    assert not names_sources(question) or asked_outlets(question, OUTLETS) is None


@pytest.fixture
def fire(tmp_path: Path) -> SqliteStore:
    told = {
        "The Tarn Courier": "The fire at the Osterwick mill killed nine millers, the mayor said.",
        "Upland Post": "Seven millers were killed when fire swept the Osterwick mill on Monday.",
        "": "Orrin Pell painted the town hall of Osterwick blue in a single night.",
    }
    for outlet, text in told.items():
        fields = f"outlet: {outlet}\n" if outlet else ""
        name = outlet.split()[-1] if outlet else "nobody"
        (tmp_path / f"{name}.md").write_text(f"---\n{fields}published: 2026-01-05\n---\n{text}\n")
    store = SqliteStore(tmp_path / "data", create=True)
    build([tmp_path], store, WordModel())
    return store


def ask(store: SqliteStore, question: str) -> Answer:
    return Pipeline(store, WordEmbedder()).ask(question, explain=True)


def test_only_the_outlet_that_is_named_answers(fire: SqliteStore) -> None:
    everyone = ask(fire, "How many millers did the fire at the Osterwick mill kill?")
    assert {source.outlet for source in everyone.sources} == {"The Tarn Courier", "Upland Post"}
    assert everyone.disagreements
    question = "How many millers did the fire at the Osterwick mill kill, according to Upland Post?"
    answer = ask(fire, question)
    assert answer.standalone_question == question
    assert {source.outlet for source in answer.sources} == {"Upland Post"}
    assert "Seven" in answer.text
    assert not answer.disagreements
    assert answer.explanation is not None
    assert answer.explanation.parts[0].understood.outlets == ("Upland Post",)


def test_what_the_outlet_does_not_say_is_not_answered_by_others(fire: SqliteStore) -> None:
    assert "blue" in ask(fire, "Who painted the town hall of Osterwick?").text
    answer = ask(fire, "According to the Tarn Courier, who painted the town hall of Osterwick?")
    assert answer.abstained
    assert answer.reason is not None
    assert answer.reason.endswith("; only The Tarn Courier was asked")
    assert {one.outlet for one in answer.nearest} == {"The Tarn Courier"}


def test_a_filter_and_a_named_outlet_hold_both(fire: SqliteStore) -> None:
    theirs = Scope(outlets=("Upland Post",))
    assert theirs.articles(fire) == {"Post"}
    assert Scope(Filter(outlet="tarn"), outlets=("Upland Post",)).articles(fire) == set()
    assert Scope(Filter(outlet="post"), outlets=("Upland Post",)).articles(fire) == {"Post"}
    assert fire.outlets() == {"The Tarn Courier", "Upland Post"}
