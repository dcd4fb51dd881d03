"""Follow-ups become questions that can be asked alone, without a language model."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.follow_ups import (
    DEVELOPMENT,
    KEPT_ASIDE,
    Pair,
    load,
    main,
    measured,
    problems,
    rewritten,
)
from index.build import build
from index.sqlite.store import SqliteStore
from rag.conversation import LOOK_BACK, standalone_question
from rag.pipeline import Pipeline
from rag.question import MAX_CHARS, AnswerKind, check, parse_question
from rag.retrieve import Scope
from tests.fakes import WordEmbedder, WordModel

TARIFF = "What tariff does Canada put on Chinese electric vehicles?"


@pytest.mark.parametrize(
    ("history", "question", "alone"),
    [
        ([TARIFF], "And on steel?", "What tariff does Canada put on steel?"),
        (
            [TARIFF],
            "What about Mexico?",
            "What tariff does Mexico put on Chinese electric vehicles?",
        ),
        (
            [TARIFF],
            "Since when?",
            "Since when does Canada put the tariff on Chinese electric vehicles?",
        ),
        (
            [TARIFF],
            "Is it higher than the American one?",
            (
                "Is the tariff that Canada puts on Chinese electric vehicles higher than the"
                " American tariff?"
            ),
        ),
        (
            ["Which lawmakers left Taiwan early?"],
            "How many of them were women?",
            "How many of the lawmakers that left Taiwan early were women?",
        ),
        (
            ["Did Hungary block the loan?"],
            "Why did they do that?",
            "Why did Hungary block the loan?",
        ),
        (["When did Carney meet Xi?"], "Where?", "Where did Carney meet Xi?"),
        (
            ["Did any passengers survive the crash?"],
            "How many?",
            "How many passengers survived the crash?",
        ),
        (
            ["What will the repairs cost?"],
            "Who said so?",
            "Who said what the repairs will cost?",
        ),
        (
            ["When did Carney arrive in Beijing?"],
            "Who did he meet there?",
            "Who did Carney meet in Beijing?",
        ),
    ],
)
def test_a_follow_up_is_one_well_formed_question(
    history: Sequence[str], question: str, alone: str
) -> None:
    assert standalone_question(question, history) == alone


@pytest.mark.parametrize("pair", load(DEVELOPMENT), ids=lambda pair: pair.id)
def test_the_development_pairs_become_what_was_meant(pair: Pair) -> None:
    assert problems(pair, rewritten(pair)) == []


def test_most_pairs_that_were_kept_aside_do_too() -> None:
    results = measured(KEPT_ASIDE)
    assert sum(not wrong for *_, wrong in results) / len(results) >= 0.85


@pytest.mark.parametrize(
    "question",
    [
        "Who is the prime minister of Japan?",
        "Why did Berlusconi sell his football club?",
        "Did Shell say whether it will leave Nigeria?",
        "How long does it take to fly from Oslo to Tromso?",
        "Which minister said that prices would fall?",
        "Why is there a shortage of eggs in America?",
        "what is the capital of moldova",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone_question(question, [TARIFF, "And on steel?"]) == question


def test_the_kind_of_answer_is_that_of_the_new_question() -> None:
    for question, kind in [
        ("When?", AnswerKind.TIME),
        ("Why?", AnswerKind.REASON),
        ("By how much?", AnswerKind.NUMBER),
        ("Who said so?", AnswerKind.PERSON),
        ("Where exactly?", AnswerKind.PLACE),
    ]:
        alone = standalone_question(question, ["Did the ministers raise the duty on peas?"])
        assert parse_question(alone).kind is kind, alone
        assert "duty on peas" in alone


def test_words_about_the_earlier_question_do_not_change_the_kind_of_answer() -> None:
    alone = standalone_question("Who pays?", ["Does the duty on peas hurt anyone in Alberta?"])
    assert "duty on peas" in alone
    assert parse_question(alone).kind is AnswerKind.PERSON


def test_follow_ups_of_follow_ups_are_resolved_in_order() -> None:
    history = ["How many troops does Italy have in Lebanon?", "And France?", "And in Kosovo?"]
    alone = standalone_question("Since when?", history)
    assert alone == "Since when does France have the troops in Kosovo?"


def test_an_earlier_shift_of_subject_is_not_gone_back_behind() -> None:
    history = ["Who won the Tour de France?", "Something else: where is the climate summit?"]
    assert standalone_question("When does it start?", history) == (
        "When does the climate summit start?"
    )


def test_a_pronoun_is_looked_for_in_the_turns_before_the_last() -> None:
    history = ["Who is Annie Ernaux?", "Where is the Seine?"]
    assert standalone_question("When was she born?", history) == "When was Annie Ernaux born?"


@pytest.mark.parametrize(
    ("question", "name"), [("How did he reply?", "Simon"), ("How did she reply?", "Mary")]
)
def test_a_first_name_tells_he_from_she(question: str, name: str) -> None:
    history = ["What did Mary Lou McDonald tell Simon Harris?"]
    assert name in standalone_question(question, history)


@pytest.mark.parametrize(("pronoun", "name"), [("he", "Rutte"), ("she", "Meloni")])
def test_articles_tell_he_from_she_where_names_do_not(pronoun: str, name: str) -> None:
    articles = ["Meloni met Rutte.", "Meloni said that she would wait.", "Rutte said he would not."]
    alone = standalone_question(
        f"What did {pronoun} want?", ["When did Rutte meet Meloni?"], lambda _: articles
    )
    assert alone == f"What did {name} want?"


def test_articles_name_whom_the_earlier_question_asked_after() -> None:
    asked: list[str] = []

    def evidence(question: str) -> list[str]:
        asked.append(question)
        return ["The weather was fine.", "Tom Brandt warned of a housing bubble on Monday."]

    history = ["Who warned of a housing bubble?"]
    assert standalone_question("Where does he work?", history, evidence) == (
        "Where does Tom Brandt work?"
    )
    assert standalone_question("Why?", history, evidence) == (
        "Why did Tom Brandt warn of a housing bubble?"
    )
    assert set(asked) == set(history)


def test_nobody_is_named_who_does_not_answer_the_earlier_question() -> None:
    articles = ["Tom Brandt likes Malmo.", "A housing bubble was warned of in Oslo."]
    alone = standalone_question(
        "Where does he work?", ["Who warned of a housing bubble?"], lambda _: articles
    )
    assert "Brandt" not in alone
    assert "housing bubble" in alone
    assert parse_question(alone).kind is AnswerKind.PLACE


def test_the_articles_are_not_asked_for_what_the_questions_tell() -> None:
    def evidence(question: str) -> list[str]:
        raise AssertionError(question)

    standalone_question("And on steel?", [TARIFF], evidence)
    standalone_question("Who is Xi?", ["Who warned of a housing bubble?"], evidence)
    standalone_question("What does he want?", ["Who is Stephen Nagy?"], evidence)


def test_only_the_nearest_turns_are_looked_at() -> None:
    asked: list[str] = []

    def evidence(question: str) -> list[str]:
        asked.append(question)
        return []

    history = [f"Who opened bridge {n}?" for n in range(1000)]
    standalone_question("Where does he live?", history, evidence)
    assert 0 < len(asked) <= LOOK_BACK
    assert "bridge 999" in asked[0]


def test_whether_sources_agree_is_asked_as_what_each_of_them_says() -> None:
    history = ["How many people marched in Belgrade?"]
    for question in ["Do all the papers say the same?", "Do the reports differ on that?"]:
        assert standalone_question(question, history) == (
            "How many people marched in Belgrade, according to each report?"
        )


def test_where_nothing_is_clear_the_earlier_subject_is_said_first() -> None:
    alone = standalone_question("Is there a vaccine?", ["What is dengue?"])
    assert alone == "About dengue: is there a vaccine?"


def test_a_question_that_would_grow_too_long_is_asked_by_itself() -> None:
    history = ["Did " + "very " * (MAX_CHARS // 5 - 10) + "old ships sink?"]
    question = "What did the insurers and the owners of it say to them about that then?"
    assert standalone_question(question, history) == question


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_any_conversation_has_a_question_that_can_be_asked(text: str, history: list[str]) -> None:
    if not any(map(str.isalnum, text)):
        return
    alone = standalone_question(text, history, lambda _: history)
    assert any(map(str.isalnum, alone))
    assert len(alone) <= MAX_CHARS


WORDS = st.sampled_from(
    (
        "what who when where why how many which did does is was the a of on in about that it he she"
        " they there then one Canada Xi Mr steel tariff lawmakers left put do so because than more"
        " 2024 year , : ' and not else Chinese ones his their"
    ).split()
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=2, max_size=4))
def test_any_order_of_words_can_be_followed_up(turns: list[str]) -> None:
    *history, question = turns
    if any(map(str.isalnum, question)):
        check(standalone_question(question, history, lambda _: turns))


def test_without_earlier_questions_a_question_is_left_as_it_is() -> None:
    assert standalone_question("And on steel?", []) == "And on steel?"
    assert standalone_question("And on steel?", ["", " ?"]) == "And on steel?"


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bubble.md").write_text(
        "---\ntitle: Flats\npublished: 2026-01-10\n---\n\n"
        "Tom Brandt warned of a housing bubble in Malmo on Monday. Flats are dear, he said.\n"
    )
    (folder / "harbour.md").write_text(
        "---\ntitle: Harbour\npublished: 2026-01-02\n---\n\n"
        "The harbour of Malmo is to be dredged in the spring, the port said on Friday.\n"
    )
    store = SqliteStore(tmp_path / "data", create=True)
    build([folder], store, WordModel(WordEmbedder()))
    return Pipeline(store, WordEmbedder())


def test_an_answer_shows_whom_the_articles_name(pipeline: Pipeline) -> None:
    history = ["Who warned of a housing bubble?"]
    answer = pipeline.ask("Why did he say that?", history=history)
    assert answer.question == "Why did he say that?"
    assert answer.standalone_question == "Why did Tom Brandt warn of a housing bubble?"


def test_articles_out_of_scope_name_nobody(pipeline: Pipeline) -> None:
    history = ["Who warned of a housing bubble?"]
    answer = pipeline.ask("Why did he say that?", history=history, scope=Scope(as_of="2026-01-05"))
    assert "Brandt" not in answer.standalone_question


def test_pairs_are_judged_by_what_must_and_must_not_be_said() -> None:
    pair = Pair(
        id="x",
        kind="x",
        history=("Who is Xi?",),
        question="When?",
        all=(("steel", "iron"), ("tariff",)),
        none=("canola",),
        answer=AnswerKind.TIME,
        same=False,
        evidence=(),
    )
    assert problems(pair, "When was the tariff on iron set?") == []
    assert problems(pair, "Who pays on canola?") == [
        "lacks steel or iron",
        "lacks tariff",
        "has canola",
        "asks for person",
    ]


def test_every_pair_has_a_name_of_its_own() -> None:
    names = [pair.id for path in (DEVELOPMENT, KEPT_ASIDE) for pair in load(path)]
    assert len(names) == len(set(names)) >= 80


def test_the_command_prints_the_share_of_both_halves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--failures"]) == 0
    printed = capsys.readouterr().out
    assert "development: " in printed
    assert "kept aside: " in printed
