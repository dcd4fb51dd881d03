"""Questions that name what an answer holds are answered by sentences that hold it."""

from pathlib import Path

import pytest

from index.build import build
from index.sqlite.store import SqliteStore
from rag.exact_kind import exact_kind, spells_out
from rag.pipeline import Pipeline
from tests.fakes import WordModel


@pytest.mark.parametrize(
    ("question", "meets", "does_not"),
    [
        ("In which year did the mill open?", "It opened in 1931.", "It opened after the war."),
        ("In what calendar year did it burn?", "It burnt last year.", "It burnt a decade on."),
        ("On what date did it burn?", "It burnt on 3 May.", "It burnt in 1931."),
        ("Which day was the vote?", "They voted on Friday.", "They voted in haste."),
        ("What day was the vote?", "They voted on May 3.", "They voted in May."),
        ("Which day was it?", "It was 3 May.", "It was in May 1931."),
        ("What was the date of it?", "It was in May.", "It was in 1931."),
        ("Which weekday is the vote?", "They vote on Friday.", "They vote on 3 May."),
        ("How long is the mayor away?", "She is away until Friday.", "She is far from the quay."),
        ("How long is the quay?", "It runs to 200 m.", "It runs to the weir."),
        ("What percentage is exported?", "A third is exported.", "Barley is exported."),
        ("What's Arden's tax rate on flour?", "Flour is taxed at 5 per cent.", "Flour is taxed."),
        ("At what rate?", "Flour is taxed at 4.50 a sack.", "Most millers say the rate is high."),
        ("What is the bank’s key interest rate?", "It is zero.", "In 2019 it raised the rate."),
        ("What was the inflation rate in May?", "It was ten in the hundred.", "It was high."),
        ("What's the website of the mill?", "See mill.example.org.", "The mill has a site."),
        ("What is their e-mail address?", "Write to a@mill.org.", "Write to the mill."),
        ("What is the mill's phone number?", "Ring 0161 496 0000.", "Ring the mill."),
        (
            "What does MGO stand for?",
            "The MGO, the Millers' Guild of Osterwick, met.",
            "The Millers' Guild of Osterwick met.",
        ),
        (
            "What does M.G.O. stand for?",
            "The MGO, the Millers' Guild of Osterwick, met.",
            "Millers met.",
        ),
        (
            "MGOs stand for what?",
            "Millers' Growth Orders (MGOs) lapse.",
            "MGOs are orders that lapse.",
        ),
    ],
)
def test_what_is_needed_is_told_from_what_is_not(question: str, meets: str, does_not: str) -> None:
    kind = exact_kind(question)
    assert kind is not None
    assert kind.is_in(meets)
    assert not kind.is_in(does_not)


@pytest.mark.parametrize(
    "question",
    [
        "When did the mill open?",
        "What happened a year ago?",
        "What does the mayor stand for?",
        "What does the UN stand for in this dispute?",
        "Who rules the day-to-day business?",
        "What share of barley is exported?",
        "What did the bank say of the interest rate?",
        "Which tax rate payers object?",
        "What is the interest rate’s effect on millers?",
        "What is the effect of the interest rate?",
        "What is driving the inflation rate?",
        "What was the unemployment rate in May blamed on?",
        "What is the inflation rate in Arden linked to?",
        "Which tariff rate at issue did the millers quarrel about?",
        "What tax rates on flour do millers want abolished?",
        "What year-end target did it set?",
        "What is the day job of the miller?",
        "What day care do millers pay for?",
        "What was the day like?",
        "What was the year’s biggest export?",
        "What is the email scandal about?",
        "Which website published the report?",
    ],
)
def test_most_questions_need_nothing_exactly(question: str) -> None:
    assert exact_kind(question) is None


def test_an_acronym_is_spelt_out_by_words_in_a_row() -> None:
    assert spells_out("CUSMA, the Canada-U.S.-Mexico Agreement, holds.", "CUSMA")
    assert spells_out("The Bank of Wend (BW) lends.", "BW")
    assert spells_out("Electric vehicles (EVs) sell.", "EV")
    assert not spells_out("That underscores a stark fact for US allies.", "US")
    assert not spells_out("Canada, the United States and Mexico agreed on CUSMA.", "CUSMA")


def test_an_answer_holds_what_was_asked_for_or_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text(
        "The mill at Osterwick\n\n"
        "The old mill at Osterwick burnt down in a storm. "
        "The mill was built in 1931 by the millers' guild.\n",
        "utf-8",
    )
    store = SqliteStore(tmp_path / "data", create=True)
    model = WordModel()
    build([tmp_path / "mill.txt"], store, model)
    pipeline = Pipeline(store, model.for_asking(store.info().recipe.model))
    when = pipeline.ask("In which year was the mill at Osterwick built?")
    assert [one.text for one in when.sentences] == [
        "The mill was built in 1931 by the millers' guild."
    ]
    which = pipeline.ask("On which weekday did the old mill at Osterwick burn down in a storm?")
    assert which.abstained
    assert which.reason == "no sentence that was found gives a day of the week"
    assert [one.quote for one in which.nearest]
    store.close()
