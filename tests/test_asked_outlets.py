"""A question that asks for one outlet's report is asked of that outlet alone, without its name."""

import sqlite3
import time
from pathlib import Path

import pytest

from index.build import add, build
from index.filters import Filter
from index.sqlite.store import SqliteStore
from rag.asked_outlets import asked_outlets, names_sources
from rag.pipeline import Pipeline
from rag.scope import Scope
from rag.types import Answer
from tests.fakes import WordEmbedder, WordModel

CNBC = "CNBC | World Business News"
OUTLETS = frozenset(
    {"The Tarn Courier", "Upland Post", "TIME", CNBC, "The Age", "BBC", "People", "The Atlantic"}
    | {"World Health Organization", "Fortune", "Istanbul Post"}
)
COURIER, POST = ("The Tarn Courier",), ("Upland Post",)


def found(question: str) -> tuple[str, tuple[str, ...]] | None:
    asked = asked_outlets(question, OUTLETS) if names_sources(question) else None
    return None if asked is None else (asked.text, asked.outlets)


@pytest.mark.parametrize(
    ("question", "asked", "outlets"),
    [
        ("According to the Tarn Courier, how many died?", "How many died?", COURIER),
        ("How many died, according to the Tarn Courier?", "How many died?", COURIER),
        ("how many died according to the tarn courier.", "How many died?", COURIER),
        ("How many, according to the Upland Post, died?", "How many died?", POST),
        ("According to the Tarn Courier: how many died?", "How many died?", COURIER),
        ("How many died (according to “The Tarn Courier”)?", "How many died?", COURIER),
        ("According to an Upland Post report, how many died?", "How many died?", POST),
        ("According to the Tarn Courier, did both agree to go?", "Did both agree to go?", COURIER),
        ("Per Upland Post, who won the race?", "Who won the race?", POST),
        ("In the Upland Post's account, who won the race?", "Who won the race?", POST),
        ("Who won the race by the Upland Post’s telling?", "Who won the race?", POST),
        ("In the Upland Post, who won the race?", "Who won the race?", POST),
        ("Which miller does the Upland Post quote?", "Which miller is quoted?", POST),
        ("Who did the Tarn Courier talk to about fires?", "Who is quoted about fires?", COURIER),
        ("How does the Upland Post describe the mill?", "How is the mill described?", POST),
        ("Who is quoted in TIME on the mill?", "Who is quoted on the mill?", ("TIME",)),
        ("What does CNBC say about flour?", "What is said about flour?", (CNBC,)),
        ("What does the Age say of flour?", "What is said of flour?", ("The Age",)),
        ("What toll does TIME give for the fire?", "What toll is given for the fire?", ("TIME",)),
        ("How many does Upland Post say died in it?", "How many died in it?", POST),
        ("Where does Upland Post say the mill is?", "Where is it that the mill is?", POST),
        ("Does Upland Post say that flour is dear?", "Is it said that flour is dear?", POST),
        (
            "According to the Upland Post, and the Tarn Courier, who won the race?",
            "Who won the race?",
            (*COURIER, *POST),
        ),
    ],
)
def test_whose_report_is_meant_is_taken_out_of_the_question(
    question: str, asked: str, outlets: tuple[str, ...]
) -> None:
    assert found(question) == (asked, outlets)


@pytest.mark.parametrize(
    "question",
    [
        "How many died?",
        "According to the mayor, how many died?",
        "Who owns the Upland Post?",
        "What happened at the Upland Post's office?",
        "At what time, according to the mayor, did it burn?",
        "What did the mayor tell the Upland Post?",
        # The name is part of another, or a word.
        "According to the Atlantic Council, who won?",
        "According to BBC News, who won?",
        "Who will buy it, according to people in the know?",
        "What is due according to the age of the child?",
        "Per Fortune 500 company, how many resigned?",
        "Who does the mayor say won?",
        "What does the İstanbul post say about flour?",
        # The outlet is what the news is about.
        "Who did the BBC name as its head?",
        "How many complaints were reported to the BBC?",
        "Who criticised the BBC's coverage of the mill?",
        "Why did the BBC report cause outrage?",
        "Who left, according to the BBC's Nia Tolland?",
        # The others are meant as well.
        "Upland Post says nearly 40 died. Does any other story give a different toll?",
        "Do the Upland Post and the Tarn Courier agree on what the mayor said?",
        "How does the Upland Post's account differ from the Tarn Courier's?",
    ],
)
def test_what_is_asked_of_everyone_stays_as_it_is(question: str) -> None:
    assert found(question) is None


def test_a_long_question_is_searched_at_once() -> None:
    for piece in ("according to ", "the Upland Post ", "Upland Post, and ", "who does TIME "):
        start = time.process_time()
        found(f"Who won, {piece * 200}")
        assert time.process_time() - start < 3.0


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


def test_every_part_is_asked_of_the_outlet(fire: SqliteStore) -> None:
    question = "When was the fire, and how many millers did it kill, according to Upland Post?"
    answer = ask(fire, question)
    assert {source.outlet for source in answer.sources} == {"Upland Post"}
    assert answer.explanation is not None
    understood = [part.understood for part in answer.explanation.parts]
    assert [one.outlets for one in understood] == [("Upland Post",)] * 2


def test_what_others_have_from_an_outlet_may_answer(fire: SqliteStore, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    said = "The bridge at Osterwick will open on 4 May 2027, the Upland Post reported."
    (more / "quay.md").write_text(f"---\noutlet: Quay Wire\n---\n{said}\n", "utf-8")
    add([more], fire, WordModel())
    answer = ask(fire, "According to the Upland Post, when will the bridge at Osterwick open?")
    assert {source.outlet for source in answer.sources} == {"Quay Wire"}
    assert ask(fire, "According to the Tarn Courier, when will the bridge open?").abstained


def test_an_earlier_question_leaves_its_outlet_behind(fire: SqliteStore) -> None:
    history = ["According to the Tarn Courier, how many died in the fire at the Osterwick mill?"]
    answer = Pipeline(fire, WordEmbedder()).ask("And when was it?", history=history)
    assert "Courier" not in answer.standalone_question
    assert "according" not in answer.standalone_question.casefold()


def test_outlets_are_found_by_an_index_that_older_collections_get_too(
    fire: SqliteStore, tmp_path: Path
) -> None:
    def indexed() -> bool:
        with sqlite3.connect(fire.folder / "dateline.db") as database:
            made = database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
            return ("outlets",) in made.fetchall()

    assert indexed()
    with sqlite3.connect(fire.folder / "dateline.db") as database:
        database.execute("DROP INDEX outlets")
    assert fire.outlets() == {"The Tarn Courier", "Upland Post"}
    (tmp_path / "late.md").write_text("The ferry is late.\n", "utf-8")
    add([tmp_path / "late.md"], fire, WordModel())
    assert indexed()


def test_a_filter_and_a_named_outlet_hold_both(fire: SqliteStore) -> None:
    theirs = Scope(outlets=("Upland Post",))
    assert theirs.articles(fire) == {"Post"}
    assert Scope(Filter(outlet="tarn"), outlets=("Upland Post",)).articles(fire) == set()
    assert Scope(Filter(outlet="post"), outlets=("Upland Post",)).articles(fire) == {"Post"}
    assert fire.outlets() == {"The Tarn Courier", "Upland Post"}
