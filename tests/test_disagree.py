"""Where sources differ: contradictions are found, and differences that are none are not."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from api.render import show_answer
from evals.disagreement_pairs import HALVES, find, main, measure, read_pairs
from evals.disagreement_suite import statements_of
from index.build import build
from index.embedding import LocalModel
from index.sqlite.store import SqliteStore
from index.types import Article, Span
from rag.candidates import candidates
from rag.cite import check_disagreements, cite_disagreements
from rag.disagree import (
    Conflict,
    Statement,
    find_differences,
    find_disagreements,
    gives_value,
    joined,
    names_more,
)
from rag.errors import CitationError
from rag.evidence import Inquiry, gather, weigh
from rag.pipeline import Pipeline
from rag.question import parse_question
from rag.retrieve import retrieve
from rag.types import Answer
from tests.conftest import ROOT

DEAD = "How many people died in the Camden mill fire?"


def said(  # noqa: PLR0913 - every field of a statement can be what a test is about
    text: str,
    article: str,
    *,
    outlet: str | None = None,
    day: str | None = "2026-03-02",
    origin: str | None = None,
    value: str | None = None,
    probability: float = 0.5,
) -> Statement:
    whole = Article(id=article, text=text, outlet=outlet or article, published=day)
    start = text.index(value) if value else 0
    seen = Span(start, start + len(value)) if value else None
    return Statement(whole, origin or article, Span(0, len(text)), text, probability, seen)


def differing(question: str, *statements: Statement) -> tuple[Conflict, ...]:
    return find_disagreements(parse_question(question), statements)


TWELVE = said("Twelve people died in the Camden mill fire.", "post")
FIFTEEN = said("The Camden mill fire killed 15 people, the coroner said.", "ledger")


@pytest.mark.parametrize("half", HALVES)
def test_contradictions_are_told_from_other_differences(half: str) -> None:
    pairs = [pair for pair in read_pairs() if pair.half == half]
    assert len(pairs) >= 60
    for name, (count, of) in measure(pairs, [bool(find(pair)) for pair in pairs]).items():
        assert count / of >= 0.8, name


@pytest.mark.parametrize(
    ("question", "one", "other", "differ"),
    [
        (
            "At what price did Vantor's shares close?",
            "Vantor's shares closed at €42.10 on Tuesday.",
            "Vantor's shares closed at €47.55 on Wednesday.",
            False,
        ),
        (
            "At what price did Vantor's shares close on Tuesday?",
            "Vantor's shares closed at €42.10 on Tuesday.",
            "Vantor's shares closed at €47.55 on Tuesday.",
            True,
        ),
        (
            "How much profit did Petrolux make?",
            "Petrolux made a profit of $3.1 billion in the fourth quarter.",
            "For the whole of the year Petrolux made a profit of $11.8 billion.",
            False,
        ),
        (
            "How much will the Calder tunnel cost?",
            "The Calder tunnel will cost €6.4 billion.",
            "The first section of the Calder tunnel will cost €900 million.",
            False,
        ),
        (
            "When did the talks in Larkhill collapse?",
            "The talks in Larkhill collapsed on 9 January.",
            "The talks in Larkhill collapsed, a mediator said on Tuesday.",
            False,
        ),
        (
            "Where was the accord signed?",
            "The accord was signed in Doha.",
            "The accord was signed in Muscat.",
            True,
        ),
        (
            "Where was the accord signed?",
            "The accord was signed in Qatar.",
            "The accord was signed in Lusail.",
            False,
        ),
        (
            "Was the envoy freed?",
            "The envoy was freed in the night.",
            "None of the envoy's captors has freed him.",
            True,
        ),
    ],
)
def test_a_value_belongs_to_its_day_part_period_and_place(
    question: str,
    one: str,
    other: str,
    differ: bool,  # noqa: FBT001
) -> None:
    assert bool(differing(question, said(one, "a"), said(other, "b"))) is differ


def test_the_pairs_have_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--half", "in view"]) == 0
    assert "precision" in capsys.readouterr().out


def test_each_position_has_its_value_as_written_and_its_statements() -> None:
    agreeing = said("A dozen people died in the fire at the Camden mill.", "echo")
    (conflict,) = differing(DEAD, TWELVE, FIFTEEN, agreeing)
    assert [(side.value, side.statements) for side in conflict.positions] == [
        ("Twelve", (0, 2)),
        ("15", (1,)),
    ]
    assert conflict.about == "number (people, died, Camden, mill, fire)"


def test_three_positions_are_three() -> None:
    third = said("Some 30 people died in the Camden mill fire, a witness said.", "sun")
    (conflict,) = differing(DEAD, TWELVE, FIFTEEN, third)
    assert len(conflict.positions) == 3


def test_reprints_of_one_story_never_disagree() -> None:
    assert not differing(DEAD, replace(TWELVE, origin="agency"), replace(FIFTEEN, origin="agency"))


def test_an_article_does_not_disagree_with_itself() -> None:
    assert not differing(DEAD, TWELVE, replace(FIFTEEN, article=TWELVE.article))


def test_who_gives_the_others_value_takes_no_side_with_another_of_its_own() -> None:
    same = said("The Camden mill fire killed twelve people.", "echo")
    more = said("Some 30 people died in a Camden mill fire in its grandfather’s time.", "echo")
    (conflict,) = differing(DEAD, TWELVE, same, FIFTEEN, replace(more, article=same.article))
    assert [(side.value, side.statements) for side in conflict.positions] == [
        ("Twelve", (0, 1)),
        ("15", (2,)),
    ]
    quoted = said("Pell Orrin said some 30 people died in the Camden mill fire.", "echo")
    (conflict,) = differing(DEAD, TWELVE, same, FIFTEEN, replace(quoted, article=same.article))
    assert len(conflict.positions) == 3


def test_the_order_of_the_statements_does_not_matter() -> None:
    for order in ((TWELVE, FIFTEEN), (FIFTEEN, TWELVE)):
        assert len(differing(DEAD, *order)) == 1


def test_a_sentence_that_tells_both_accounts_contradicts_neither() -> None:
    both = said(
        "Police said 8,000 people marched in Brasko, and the organisers put them at 25,000.", "star"
    )
    one = said("About 25,000 people marched in Brasko, the organisers said.", "voice")
    assert not differing("How many people marched in Brasko?", both, one)


def test_a_later_figure_of_the_same_outlet_is_an_update() -> None:
    later = said(
        "Fifteen people died in the Camden mill fire.", "new", outlet="post", day="2026-03-04"
    )
    question = parse_question(DEAD)
    assert not find_disagreements(question, (later, TWELVE))
    _, (update,) = find_differences(question, (later, TWELVE))
    assert [side.value for side in update.positions] == ["Twelve", "Fifteen"]
    _, updates = find_differences(question, (TWELVE, FIFTEEN))
    assert not updates


def test_an_event_now_going_on_contradicts_an_earlier_date_though_its_day_is_unknown() -> None:
    text = "On this trip Premier Dahl met the Tarvian president. They last spoke in November 2025."
    undated = said(text, "star", day=None)
    now = replace(undated, span=Span(0, 52), text=text[:52])
    before = said("Premier Dahl met the Tarvian president in May 2025.", "report", day=None)
    question = "When did Premier Dahl meet the Tarvian president?"
    assert len(differing(question, now, before)) == 1
    later = said("Premier Dahl met the Tarvian president in December 2025.", "report", day=None)
    assert not differing(question, now, later)


def test_a_readers_short_answer_says_what_no_pattern_knows() -> None:
    question = "What is the genre of “The Hot Rock”?"
    film = "“The Hot Rock” is a caper film of 1972."
    music = "“The Hot Rock” was praised by lovers of indie rock."
    values = (
        said(film, "a", value="caper film", probability=0.9),
        said(music, "b", value="indie rock", probability=0.9),
    )
    (conflict,) = differing(question, *values)
    assert [side.value for side in conflict.positions] == ["caper film", "indie rock"]
    assert not differing(question, *(replace(s, value=None) for s in values))


def test_a_value_hardly_believed_by_the_reader_takes_no_side() -> None:
    question = "Which sport is Arne Vold associated with?"
    cricket = said("Arne Vold made his name in cricket.", "a", value="cricket", probability=0.7)
    sailing = said("Arne Vold took to sailing.", "b", value="sailing", probability=0.3)
    assert differing(question, cricket, sailing)
    unsure = replace(sailing, probability=0.05)
    assert not differing(question, cricket, unsure)


def test_what_is_told_joins_the_position_whose_value_it_gives() -> None:
    question = parse_question("How long had it been since a mayor of Arden last visited Upland?")
    told = said("Nearly a decade has passed since anyone went.", "echo")
    seven = said("It was the first visit by a mayor of Arden to Upland in seven years.", "post")
    decade = said("No mayor of Arden had visited Upland for nearly a decade.", "ledger")
    statements = (told, seven, decade)
    (conflict,) = find_disagreements(question, statements)
    assert {n for side in conflict.positions for n in side.statements} == {1, 2}
    widened = joined(question, conflict, statements, [0])
    assert widened is not None
    (side,) = [side for side in widened.positions if 0 in side.statements]
    assert set(side.statements) == {0, 2}
    other = said("The ferry took three years to build.", "echo")
    assert joined(question, conflict, (other, seven, decade), [0]) is None


def test_positions_that_name_more_of_what_is_asked_stand_beside_what_is_told() -> None:
    question = parse_question("How much of its wool does Norway sell to Iceland?")
    told = said("Most of it, 76%, goes to Denmark from Norway.", "echo")
    four = said("Norway sells 4% of its wool to Iceland.", "post")
    nine = said("Of its wool, Norway sells 9% to Iceland.", "ledger")
    statements = (told, four, nine)
    (conflict,) = find_disagreements(question, statements)
    assert names_more(question, conflict, statements, [0])
    assert not names_more(question, conflict, (four, four, nine), [0])
    bare = said("It sells 9% of its wool.", "ledger")
    assert not names_more(question, conflict, (told, four, bare), [0])


def test_whether_a_sentence_gives_the_kind_of_value_that_is_asked_for() -> None:
    assert gives_value(parse_question(DEAD), TWELVE)
    assert not gives_value(parse_question("When did the Camden mill fire start?"), TWELVE)


def test_a_readers_span_that_misses_the_sentence_is_not_used() -> None:
    assert differing(DEAD, replace(TWELVE, value=Span(900, 903)), FIFTEEN)


def test_a_seen_value_is_taken_before_a_nearer_one() -> None:
    text = "Of the 40 people in the Camden mill, twelve people died in the fire."
    forty = said(text, "sun", value="40")
    (conflict,) = differing(DEAD, forty, FIFTEEN)
    assert conflict.positions[0].value == "40"


def test_no_statements_no_disagreement() -> None:
    assert not differing(DEAD)
    assert not differing(DEAD, TWELVE)


def test_positions_are_tied_to_numbered_sources() -> None:
    statements = (TWELVE, FIFTEEN)
    conflicts = differing(DEAD, *statements)
    (found,) = cite_disagreements(conflicts, statements, {"post": 2, "ledger": 1})
    assert [(p.value, p.sources) for p in found.positions] == [("Twelve", (2,)), ("15", (1,))]
    assert [c.quote for p in found.positions for c in p.citations] == [s.text for s in statements]


def test_a_position_without_a_cited_source_is_left_out() -> None:
    statements = (TWELVE, FIFTEEN)
    assert not cite_disagreements(differing(DEAD, *statements), statements, {"post": 1})


@pytest.fixture(scope="module")
def seeds(model: LocalModel, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    store = SqliteStore(tmp_path_factory.mktemp("seeds"), create=True)
    build([ROOT / "seeds"], store, model)
    return Pipeline(store, model.for_asking(store.info().recipe.model))


def found_in_seeds(
    pipeline: Pipeline, text: str
) -> tuple[tuple[Conflict, ...], Sequence[Statement]]:
    question = parse_question(text)
    vector = pipeline.embedder.embed_query(question.text)
    hits = retrieve(pipeline.store, question, vector)
    inquiry = Inquiry(question, weigh(pipeline.store, question), vector)
    found = candidates(inquiry, gather(pipeline.store, hits))
    statements = statements_of(pipeline.store, found[:20])
    return find_disagreements(question, statements), statements


@pytest.mark.parametrize(
    ("question", "values"),
    [
        (
            "How long had it been since a Canadian leader last went to Beijing?",
            {"nearly a decade", "eight years"},
        ),
        ("What percentage of Canadian exports did the US buy?", {"approximately 75%", "76%"}),
        ("What share of Canadian exports goes to China?", {"less than 4%", "only 4%"}),
        ("Who called the meeting in October 2025 a turning point?", {"Xi", "Carney"}),
        ("When did Carney meet Premier Li Qiang?", {"trip, during which", "In September 2025"}),
    ],
)
def test_the_bundled_articles_disagree_where_they_do(
    seeds: Pipeline, question: str, values: set[str]
) -> None:
    conflicts, _ = found_in_seeds(seeds, question)
    assert [{side.value for side in c.positions} for c in conflicts] == [values]


@pytest.mark.parametrize(
    "question",
    [
        "By when does Carney want to double non-U.S. exports?",
        "What tariff does Canada put on Chinese electric vehicles?",
        "When was Meng Wanzhou detained?",
        "Who warned that China is not our friend?",
        "Where does Carney go after China?",
        "What is the anti-dumping rate on canola?",
    ],
)
def test_the_bundled_articles_do_not_disagree_where_they_do_not(
    seeds: Pipeline, question: str
) -> None:
    assert found_in_seeds(seeds, question)[0] == ()


def shown(answer: Answer) -> str:
    console = Console(file=io.StringIO(), width=400)
    show_answer(console, answer)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_answer_shows_who_says_what_and_when(seeds: Pipeline) -> None:
    question = "How long had it been since a Canadian leader last went to Beijing?"
    answer = seeds.ask("What tariff does Canada put on Chinese electric vehicles?")
    conflicts, statements = found_in_seeds(seeds, question)
    sources = tuple(
        replace(
            answer.sources[0],
            n=n,
            article=article.id,
            title=article.title,
            outlet=article.outlet,
            published=article.published,
        )
        for n, article in enumerate({s.article.id: s.article for s in statements}.values(), 1)
    )
    numbers = {source.article: source.n for source in sources}
    found = cite_disagreements(conflicts, statements, numbers)
    check_disagreements(seeds.store, found)
    text = shown(replace(answer, sources=sources, disagreements=found))
    line = next(line for line in text.splitlines() if line.startswith("Sources differ on"))
    # Which one comes first hangs on how probable each is.
    assert sorted(re.findall(r"(?:: | · )(nearly a decade|eight years) \(", line)) == [
        "eight years",
        "nearly a decade",
    ]
    assert "National Post, 15 January 2026" in line
    assert "Brought up to date" not in text
    updated = shown(replace(answer, sources=sources, updates=found))
    assert re.search(r" → (?:eight years|nearly a decade) \(", updated)
    assert answer.to_json()["updates"] == ()


def test_a_position_whose_quotation_is_not_in_the_article_does_not_leave(seeds: Pipeline) -> None:
    statements = (TWELVE, FIFTEEN)
    found = cite_disagreements(differing(DEAD, *statements), statements, {"post": 1, "ledger": 2})
    with pytest.raises(CitationError):
        check_disagreements(seeds.store, found)


def test_control_characters_of_a_position_never_reach_the_terminal(seeds: Pipeline) -> None:
    answer = seeds.ask("What tariff does Canada put on Chinese electric vehicles?")
    statements = (
        said("The Camden mill fire was set by Lena \x1bPark.", "post", value="Lena \x1bPark"),
        said("The Camden mill fire was set by Ruth Adeyemi.", "ledger", value="Ruth Adeyemi"),
    )
    found = cite_disagreements(
        differing("Who set the Camden mill fire?", *statements),
        statements,
        {"post": 1, "ledger": 2},
    )
    evil = replace(found[0], about="number\x1b[2J")
    assert "\x1b" not in shown(replace(answer, disagreements=(evil,)))


def test_the_pairs_are_ours_and_each_is_named_once() -> None:
    ids = [pair.id for pair in read_pairs()]
    assert len(ids) == len(set(ids)) >= 120
    assert (Path(ROOT) / "evals" / "disagreement_pairs.yaml").is_file()


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "Which town is Arden's biggest market?",
            ("Hollin remains by far Arden's largest market, while Wend ranks second.", "Hollin"),
            ("Wend was called Arden's biggest danger by the mayor.", "Wend"),
        ),
        (
            "Which town is Arden's largest market?",
            ("Hollin remains by far Arden's largest market.", "Hollin"),
            ("Wend is Arden's second-largest market.", "Wend"),
        ),
        (
            "Who is Arden's mayor?",
            ("Arden's mayor, Ines Corran, sailed on Friday.", "Ines Corran"),
            ("Nearly a decade has passed since a mayor of Arden was in Wend.", "Wend"),
        ),
    ],
)
def test_a_name_that_the_reader_sees_in_another_matter_takes_no_side(
    question: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    statements = (
        said(one[0], "a", value=one[1], probability=0.9),
        said(other[0], "b", value=other[1], probability=0.6),
    )
    assert not differing(question, *statements)


def test_a_time_that_the_reader_sees_in_what_came_of_it_takes_no_side() -> None:
    question = "When was the miller Jan Corran arrested?"
    arrested = "The miller Jan Corran was arrested in Arden in 2018."
    one = said("In 2018 Arden arrested the miller Jan Corran.", "a", value="2018", probability=0.9)

    def later(sentence: str) -> Statement:
        article = Article(id="b", text=f"{arrested} {sentence}")
        span = Span(len(arrested) + 1, len(article.text))
        year = Span(article.text.index("2021"), article.text.index("2021") + 4)
        return Statement(article, "b", span, sentence, 0.6, year)

    assert not differing(question, one, later("In 2021 he was freed."))
    assert differing(question, one, later("It was in 2021 that Jan Corran was arrested."))
