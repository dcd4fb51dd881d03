"""What a close reading takes for the answers is compared, in whatever words they are told."""

from pathlib import Path

import pytest

from index.build import build
from index.sqlite.store import SqliteStore
from index.types import Article, Span
from rag.disagree import Statement, find_disagreements
from rag.evidence import gather, to_read
from rag.question import parse_question
from rag.retrieve import retrieve
from tests.fakes import WordEmbedder, WordModel

Told = tuple[str, str]
"""A sentence, and what of it a reader sees as the short answer."""


def differ(question: str, one: Told, other: Told, *, sure: bool = True) -> bool:
    statements = []
    for name, (text, value) in (("post", one), ("wire", other)):
        article = Article(id=name, text=text, outlet=name, published="2026-03-02")
        start = text.index(value)
        seen = Span(start, start + len(value))
        statements.append(Statement(article, name, Span(0, len(text)), text, 0.1, seen, sure=sure))
    return bool(find_disagreements(parse_question(question), statements))


LYNX = "How much money has Tarrow set aside for recalling the Lynx vans?"
PUT_BY = (
    "Tarrow Motors put by half a billion dollars for its Lynx vans.",
    "half a billion dollars",
)
PROVISION = ("The Lynx, for which Tarrow made a provision of $380m, was a failure.", "$380m")


def test_other_words_than_the_questions_do_where_a_reading_is_sure() -> None:
    assert differ(LYNX, PUT_BY, PROVISION)
    assert not differ(LYNX, PUT_BY, PROVISION, sure=False)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "How many people were hurt when the tram left the rails in Lorne?",
            ("Nineteen passengers were treated after a tram derailed in Lorne.", "Nineteen"),
            ("The derailment of a tram in Lorne left 31 people injured.", "31"),
        ),
        (
            "What prison term did the former mayor of Gresholm get?",
            ("A judge sent Gresholm's ex-mayor to jail for 30 months.", "30 months"),
            ("Gresholm's Anders Vik got four and a half years.", "four and a half years"),
        ),
        (
            "What share of patients on veltorine had their migraines halved?",
            ("Two in five on veltorine had half as many attacks.", "Two in five"),
            ("Attacks fell in 55 per cent of those who took veltorine.", "55 per cent"),
        ),
        (
            "How much forest did the Sierra Alta fire destroy?",
            ("The blaze in the Sierra Alta consumed 4,300 hectares of pine.", "4,300 hectares"),
            ("75 square kilometres were lost in the Sierra Alta.", "75 square kilometres"),
        ),
        (
            "How heavy was the wartime bomb found in Marlau?",
            ("Sappers in Marlau made safe a 250-kilogram bomb.", "250-kilogram"),
            ("The bomb dug up in Marlau, half a tonne of rust, was defused.", "half a tonne"),
        ),
        (
            "What did a tonne of copper cost on Friday?",
            ("Three-month copper traded at $9,840 a tonne on Friday.", "$9,840"),
            ("A tonne of copper went for $9,310 on Friday.", "$9,310"),
        ),
        (
            "What did Valk's harbour scene go for at auction?",
            ("The harbour scene by Valk fetched €3.8 million.", "€3.8 million"),
            ("The rediscovered Valk sold for €2.1 million.", "€2.1 million"),
        ),
        (
            "Whose goal won the cup for Riverton?",
            ("Riverton lifted the cup after a free kick by Callum Brodie.", "Callum Brodie"),
            ("Substitute Joao Teles headed in to settle it for Riverton.", "Joao Teles"),
        ),
        (
            "Which shipyard got the contract for the ferries?",
            ("The ministry has awarded the ferries to Hald Maritime.", "Hald Maritime"),
            ("Ostfjord Shipbuilders has won the order for the ferries.", "Ostfjord Shipbuilders"),
        ),
        (
            "Who described the budget as a fairy tale?",
            (
                "The laugh went to Simon Achterberg, whose word was 'fairy tale'.",
                "Simon Achterberg",
            ),
            ("Marta Lindqvist stole the show with her 'fairy tale'.", "Marta Lindqvist"),
        ),
        (
            "How old is the girl who was rescued from the well?",
            ("A girl of six was lifted from the well at Sant Perol.", "six"),
            ("At Sant Perol Mireia Soler, who turned nine last week, came up.", "nine"),
        ),
        (
            "How fast were prices rising in Selvania?",
            ("Inflation in Selvania quickened to 7.8 per cent.", "7.8 per cent"),
            ("Prices in Selvania rose by 6.4%, below the bank's rate of 8%.", "6.4%"),
        ),
        (
            "Who will run the central bank after Brill?",
            ("Ferro has chosen Adriana Voss to succeed Brill.", "Adriana Voss"),
            ("Brill will hand over to Henrik Salo, picked over Adriana Voss.", "Henrik Salo"),
        ),
        (
            "When will the exchange in Lorne close?",
            ("BT will close the exchange in Lorne on 5 May 2026.", "5 May 2026"),
            ("The exchange in Lorne shuts at 9 a.m. local time on 9 June 2027.", "9 June 2027"),
        ),
        (
            "From when do landlords in Cala Verde need a permit?",
            ("In Cala Verde a licence will be due from 1 July 2026.", "1 July 2026"),
            ("Cala Verde's law will not bite before January 2027.", "January 2027"),
        ),
    ],
)
def test_values_that_cannot_both_be_are_a_disagreement(
    question: str, one: Told, other: Told
) -> None:
    assert differ(question, one, other)
    assert not differ(question, one, one)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "What is the ransom for the crew?",
            ("Pirates want $5 million for the crew.", "$5 million"),
            ("The ransom for the crew is €4.6 million.", "€4.6 million"),
        ),
        (
            "How long will the Royal Theatre be closed?",
            ("The Royal Theatre will be dark for 18 months.", "18 months"),
            ("The Royal Theatre shuts for a year and a half.", "a year and a half"),
        ),
        (
            "How many seats did the Greens win?",
            ("The Greens won 46 seats on Sunday.", "46"),
            ("Twenty-four of the seats that the Greens won went to women.", "Twenty-four"),
        ),
        (
            "How many cars did Vantor sell?",
            ("Vantor sold 310,000 cars in the last quarter of 2025.", "310,000"),
            ("Vantor sold 1.2 million cars in 2025.", "1.2 million"),
        ),
        (
            "How did house prices in Arlen move?",
            ("Homes in Arlen were 3.1 per cent dearer than a year earlier.", "3.1 per cent"),
            ("Prices in Arlen slipped by 0.4 per cent from the month before.", "0.4 per cent"),
        ),
        (
            "How much will the opera house in Lunde cost?",
            ("The opera house in Lunde will cost €310 million.", "€310 million"),
            ("For Lunde taxpayers find €124 million, two-fifths of the bill.", "€124 million"),
        ),
        (
            "Who won the Gravel Tour?",
            ("Pieter Vlamink won the last stage of the Gravel Tour.", "Pieter Vlamink"),
            ("Marco Tessitore secured overall victory in the Gravel Tour.", "Marco Tessitore"),
        ),
        (
            "When do the bosses of Pharmadell go on trial?",
            ("The trial at Pharmadell will open on 9 March.", "9 March"),
            (
                "Pharmadell's bosses are in the dock from Monday of next week.",
                "Monday of next week",
            ),
        ),
        (
            "When did the Heron rocket lift off?",
            ("Heron lifted off at 9.12 p.m. local time on Saturday.", "Saturday"),
            ("The Heron was launched at 02:12 GMT on Sunday.", "Sunday"),
        ),
        (
            "Where did Thursday's earthquake strike?",
            ("An earthquake shook the north of Orvania on Thursday.", "Orvania"),
            ("The tremor was felt at Gelt, close to Orvania's border.", "Gelt"),
        ),
        (
            "How many people died in the bus crash near Karst?",
            ("Nine people died in the bus crash near Karst.", "Nine"),
            ("Fourteen people were hurt in the bus crash near Karst.", "Fourteen"),
        ),
        (
            "How many people died in the flood in Arden?",
            ("Nine people died in the flood in Arden.", "Nine"),
            ("The flood in Morvia killed fourteen people.", "fourteen"),
        ),
        (
            "How many people died in the bus crash?",
            ("Nine died near Karst when a coach overturned.", "Nine"),
            ("Fourteen perished as a minibus fell into a ravine in Morvia.", "Fourteen"),
        ),
        (
            "How many people died in the Lorne fire?",
            ("Fourteen people died in the Lorne fire.", "Fourteen"),
            ("Nine workers died in the Lorne fire, and five residents.", "Nine"),
        ),
        (
            "What is the mayor of Lorne paid?",
            ("The mayor of Lorne gets $120,000 a year.", "$120,000"),
            ("Lorne's mayor gets $10,000 a month, more than last year.", "$10,000"),
        ),
        (
            "Who was arrested over the Lorne theft?",
            ("Anna Berg was arrested over the theft in Lorne.", "Anna Berg"),
            ("Police in Lorne have detained Viktor Hahn.", "Viktor Hahn"),
        ),
        (
            "When did the fire in Lorne break out?",
            ("The fire in Lorne broke out on Monday.", "Monday"),
            ("Fire broke out overnight in Lorne, police said on Tuesday.", "Tuesday"),
        ),
        # What is offered as yes or no is no value.
        (
            "Did the nurses in Carrow take the offer?",
            ("The nurses in Carrow took the 6.5 per cent.", "6.5 per cent"),
            ("In Carrow the nurses turned down 5 per cent.", "5 per cent"),
        ),
    ],
)
def test_values_of_different_things_or_in_other_words_are_none(
    question: str, one: Told, other: Told
) -> None:
    assert not differ(question, one, other)


def test_a_title_that_is_a_sentence_of_the_text_is_not_read_twice(tmp_path: Path) -> None:
    text = "The ferry to Lorne sank on Monday."
    other = "On Monday a ferry went down near Lorne, and nobody was hurt when it sank."
    (tmp_path / "untitled.txt").write_text(f"{text}\n", "utf-8")
    (tmp_path / "titled.md").write_text(f"---\ntitle: Ferry sinks\n---\n{other}\n", "utf-8")
    store = SqliteStore(tmp_path / "data", create=True)
    build([tmp_path], store, WordModel())
    hits = retrieve(store, parse_question("Which ferry sank?"), WordEmbedder().embed_query(text))
    titles = {one.article.id: to_read(one).title for one in gather(store, hits)}
    assert titles == {"titled": "Ferry sinks", "untitled": ""}


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        # A report calls people by their surnames.
        (
            "How long is the sentence of the dentist Ruth Okwele?",
            ("Ruth Okwele, who pulled sound teeth, was jailed for six years.", "six years"),
            ("The court in Harl gave Okwele nine years in prison.", "nine years"),
        ),
        # It need not name what is asked about, where it plainly tells of the same event.
        (
            "How many people were aboard the Lady Ines?",
            (
                "The Lady Ines had 112 people aboard as it left Calvan harbour, coast guards said.",
                "112",
            ),
            ("Coast guards at Calvan said 87 had boarded before it left the harbour.", "87"),
        ),
        # The words that a question quotes tie two sentences together.
        (
            "Who called the tax “a toll on breathing”?",
            ("Minister Ada Quist called it “a toll on breathing” in Velm.", "Ada Quist"),
            ("It was Bram Holt whose “toll on breathing” drew jeers.", "Bram Holt"),
        ),
        (
            "What time of day was the Velm bank robbed?",
            ("Robbers entered the Velm bank at 11.15 on Monday morning.", "11.15"),
            ("The Velm bank was robbed at 4.40pm on Monday.", "4.40pm"),
        ),
    ],
)
def test_sentences_of_one_event_are_compared_however_they_name_it(
    question: str, one: Told, other: Told
) -> None:
    assert differ(question, one, other)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "How hot was it in Velm?",
            ("Velm reached 115 degrees Fahrenheit.", "115 degrees"),
            ("It was 46.1 degrees Celsius in Velm.", "46.1 degrees"),
        ),
        (
            "What profit did Corvel make?",
            (
                "Corvel earned $310m in the three months to May, twice that of a year before.",
                "$310m",
            ),
            ("For 2025 as a whole Corvel reported a profit of $870m.", "$870m"),
        ),
        (
            "How many people were aboard the Lady Ines?",
            ("The Lady Ines had 112 people aboard when it left Calvan harbour.", "112"),
            ("The night bus to Calvan carried 87 people.", "87"),
        ),
    ],
)
def test_scales_spans_and_events_that_are_others_are_not_compared(
    question: str, one: Told, other: Told
) -> None:
    assert not differ(question, one, other)
