"""Answers that a language model words: what leaves, what is caught, and who steps in."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.build import build
from index.sqlite.store import SqliteStore
from index.types import Article
from rag.as_read import AsRead
from rag.cite import check_citations
from rag.events import CheckedSentence, Done, Event, FoundDisagreement
from rag.pipeline import ABSTENTION, Pipeline
from rag.types import Answer
from rag.verify.verification import Cited, Verification
from rag.verify.verify import bundled_verifier
from rag.write.rules import Rules
from rag.write.writer import Writer
from tests import scripted_models as scripts
from tests.fakes import WordEmbedder, WordModel, WordReader
from tests.scripted_models import Script, ScriptedModel, Shown, Unreachable

STORIES = {
    "mill": "The old mill at Arden was burned down on Friday night. Nobody was hurt in the fire.",
    "board": "The harbour board of Arden chose Ada Quist as its chair. She will serve two years.",
    "canola": "Farmers near Cestrin sold no canola in March. A duty of 75.8% was put on canola.",
    "canola2": "A duty of 62% was put on canola from Cestrin. Buyers stayed away.",
    **{
        f"rain{n}": f"Rain fell on town number {n} of the county all week. The {n} roads were dry."
        for n in range(12)
    },
}
WHO = "Who did the harbour board of Arden choose as its chair?"
DUTY = "What duty was put on canola?"
CHOSE = "The harbour board of Arden chose Ada Quist as its chair."


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    return collection(tmp_path_factory.mktemp("stories"))


def collection(folder: Path) -> SqliteStore:
    for name, text in STORIES.items():
        head = f"---\ntitle: {name.title()}\noutlet: The {name.title()}\n---\n"
        (folder / f"{name}.md").write_text(head + text, "utf-8")
    store = SqliteStore(folder / "data", create=True)
    build([folder], store, WordModel())
    return store


def pipeline(store: SqliteStore, model: ScriptedModel | Unreachable, rules: Rules) -> Pipeline:
    writer = Writer(model, bundled_verifier(), rules)
    return Pipeline(store, WordEmbedder(), WordReader(), writer=writer)


def ask(
    store: SqliteStore,
    script: Script | ScriptedModel,
    question: str = WHO,
    *,
    flag: bool = False,
    rules: Rules | None = None,
) -> Answer:
    model = script if isinstance(script, ScriptedModel) else ScriptedModel(script)
    answer = pipeline(store, model, rules or Rules(flag=flag)).ask(question)
    check_citations(store, answer.sentences)
    return answer


def extractive(store: SqliteStore, question: str = WHO) -> Answer:
    return Pipeline(store, WordEmbedder(), WordReader()).ask(question)


def steps_in(answer: Answer, store: SqliteStore, question: str = WHO) -> bool:
    """Tell whether an answer is the extractive one, and says that it stepped in."""
    quoted = extractive(store, question)
    assert not quoted.abstained
    return (
        answer.answerer == "extractive"
        and answer.stepped_in is not None
        and (answer.sentences, answer.sources) == (quoted.sentences, quoted.sources)
    )


# What a model does well ---------------------------------------------------------------------------


def test_a_supported_sentence_leaves_with_its_citation_model_and_usage(store: SqliteStore) -> None:
    answer = ask(store, scripts.quotes)
    (sentence,) = answer.sentences
    assert (sentence.text, sentence.verdict) == (CHOSE, "supported")
    assert sentence.citations[0].quote == CHOSE
    assert (answer.answerer, answer.model, answer.stepped_in) == ("model", "scripted/model", None)
    assert answer.usage is not None
    assert answer.usage["calls"] == 1
    assert answer.diagnostics is not None
    assert (answer.diagnostics.written, answer.diagnostics.supported) == (1, 1)
    assert {"write", "verify"} <= answer.timings_ms.keys()


def test_sentences_leave_one_by_one_before_the_model_is_done(store: SqliteStore) -> None:
    def script(told: Shown, turn: int) -> str:
        return scripts.quotes(told, turn) + " " + "And so on and on. " * 10

    model = ScriptedModel(script)
    events = pipeline(store, model, Rules()).stream(WHO)
    first = next(event for event in events if isinstance(event, CheckedSentence))
    assert first.sentence.text == CHOSE
    assert not model.writings[0].exhausted
    events.close()


def test_closing_the_events_stops_the_call(store: SqliteStore) -> None:
    model = ScriptedModel(lambda told, turn: scripts.quotes(told, turn) + " Then more came." * 50)
    events = pipeline(store, model, Rules()).stream(WHO)
    next(event for event in events if isinstance(event, CheckedSentence))
    assert not model.writings[0].closed
    events.close()
    assert model.writings[0].closed
    assert len(model.writings) == 1


def test_a_stream_tells_beforehand_what_the_answer_holds(store: SqliteStore) -> None:
    events = list(pipeline(store, ScriptedModel(scripts.quotes), Rules()).stream(DUTY))
    last = events[-1]
    assert isinstance(last, Done)
    told = [event for event in events if isinstance(event, CheckedSentence)]
    assert tuple(event.sentence for event in told) == last.answer.sentences
    named = [event for event in events if isinstance(event, CheckedSentence | FoundDisagreement)]
    assert tuple(source for event in named for source in event.sources) == last.answer.sources
    assert any(isinstance(event, FoundDisagreement) for event in named)


def test_disagreements_are_shown_whatever_the_model_wrote(store: SqliteStore) -> None:
    quoted, written = extractive(store, DUTY), ask(store, scripts.quotes, DUTY)
    assert quoted.disagreements
    assert written.answerer == "model"
    sides = [{position.value for position in one.positions} for one in written.disagreements]
    assert sides == [{position.value for position in one.positions} for one in quoted.disagreements]
    named = {source.n for source in written.sources}
    assert all(
        set(position.sources) <= named
        for one in written.disagreements
        for position in one.positions
    )


# What a model does badly --------------------------------------------------------------------------


def test_wrong_ids_are_counted_and_support_nothing(store: SqliteStore) -> None:
    answer = ask(store, scripts.cites_wrong_ids)
    assert steps_in(answer, store)
    diagnostics = answer.diagnostics
    assert diagnostics is not None
    assert (diagnostics.unknown_ids, diagnostics.malformed_ids, diagnostics.uncited) == (2, 2, 6)


@pytest.mark.parametrize(
    ("script", "question"),
    [
        (scripts.cites_another_line, WHO),
        (scripts.invents_numbers, DUTY),
        (scripts.swaps_names, WHO),
        (scripts.negates, DUTY),
        (scripts.misquotes, WHO),
        (scripts.rambles, WHO),
        (scripts.links, WHO),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
@pytest.mark.parametrize("flag", [False, True])
def test_what_is_not_supported_is_caught(
    store: SqliteStore, script: Script, question: str, *, flag: bool
) -> None:
    model = ScriptedModel(script)
    answer = ask(store, model, question, flag=flag)
    supported = tuple(one for one in answer.sentences if one.verdict == "supported")
    assert supported == extractive(store, question).sentences
    assert answer.stepped_in == "scripted/model wrote nothing that its sources support"
    assert "evil.example" not in str(answer.to_json())
    flagged = [one for one in answer.sentences if one.verdict != "supported"]
    assert bool(flagged) == (flag and script not in {scripts.rambles, scripts.links})
    assert all(one.reason for one in flagged)
    assert model.writings[0].closed


def test_a_flagged_sentence_has_its_verdict_and_reason(store: SqliteStore) -> None:
    answer = ask(store, scripts.invents_numbers, DUTY, flag=True)
    flagged = answer.sentences[-1]
    assert flagged.verdict == "contradicted"
    assert flagged.reason is not None
    assert "the source says" in flagged.reason
    assert answer.text.endswith("(not supported by its sources)")
    assert answer.diagnostics is not None
    assert answer.diagnostics.flagged == 1


def test_rambling_is_cut_short(store: SqliteStore) -> None:
    model = ScriptedModel(scripts.rambles)
    ask(store, model)
    assert all(writing.closed and not writing.exhausted for writing in model.writings)


def test_a_sentence_is_mended_once_with_the_reason_in_words(store: SqliteStore) -> None:
    model = ScriptedModel(scripts.mends_its_number)
    answer = ask(store, model, DUTY)
    assert (answer.answerer, answer.stepped_in) == ("model", None)
    assert answer.diagnostics is not None
    assert (answer.diagnostics.repaired, answer.diagnostics.turns) == (1, 2)
    assert "the source says" in model.asked[1][-1].content
    assert [message.role for message in model.asked[1]] == [
        *("system", "user", "assistant", "user"),
        *("assistant", "user"),
    ]


def test_what_is_true_and_does_not_answer_is_no_answer(store: SqliteStore) -> None:
    question = "What burned down at Arden on Friday night?"
    answer = ask(store, scripts.quotes_beside, question, rules=Rules(passages=20))
    assert steps_in(answer, store, question)
    assert answer.stepped_in == "scripted/model wrote nothing that answers the question"
    assert answer.diagnostics is not None
    assert (answer.diagnostics.beside, answer.diagnostics.supported) == (1, 0)


def test_what_comes_before_the_point_leaves_with_it_in_order(store: SqliteStore) -> None:
    def script(told: Shown, turn: int) -> str:
        return f"{scripts.quotes_beside(told, turn)} {scripts.quotes(told, turn)}"

    question = "What burned down at Arden on Friday night?"
    answer = ask(store, script, question, rules=Rules(passages=20))
    assert (answer.answerer, len(answer.sentences)) == ("model", 2)
    assert "burned down" not in answer.sentences[0].text
    assert "burned down" in answer.sentences[1].text


def test_an_unfinished_sentence_is_dropped_counted_and_completed_by_quotations(
    store: SqliteStore,
) -> None:
    def script(told: Shown, turn: int) -> str:
        return scripts.quotes(told, turn) + " The board of Arden also decided that"

    answer = ask(store, ScriptedModel(script, finishes=False))
    assert answer.sentences[0].text == CHOSE
    assert answer.stepped_in == "scripted/model was cut off"
    assert answer.diagnostics is not None
    assert answer.diagnostics.unfinished == 1
    assert "also decided" not in answer.text


@pytest.mark.parametrize("before", [0, 40])
def test_a_provider_that_fails_is_stepped_in_for(store: SqliteStore, before: int) -> None:
    def script(told: Shown, turn: int) -> str:
        return scripts.invents_numbers(told, turn)[:before]

    answer = ask(store, ScriptedModel(script, fails="scripted/model broke off"))
    assert steps_in(answer, store)
    assert answer.stepped_in == "scripted/model broke off"


def test_a_model_that_cannot_be_reached_is_stepped_in_for(store: SqliteStore) -> None:
    answer = pipeline(store, Unreachable(), Rules()).ask(WHO)
    assert steps_in(answer, store)
    assert "cannot be reached" in (answer.stepped_in or "")


def test_a_model_that_finds_no_answer_is_stepped_in_for(store: SqliteStore) -> None:
    model = ScriptedModel(scripts.declines)
    answer = ask(store, model)
    assert steps_in(answer, store)
    assert answer.stepped_in == "scripted/model found no answer in the articles"
    assert len(model.asked) == 1


def test_a_sentence_that_leans_on_one_that_was_dropped_does_not_leave(store: SqliteStore) -> None:
    def script(told: Shown, _: int) -> str:
        serve = next((name, text) for name, text in told.citable if "serve two" in text)
        return f"Olaf Brandt was chosen as chair. [{serve[0]}] {serve[1]} [{serve[0]}]"

    answer = ask(store, script, flag=True)
    leaning = next(one for one in answer.sentences if one.text == "She will serve two years.")
    assert leaning.verdict == "unsupported"
    assert "leans on" in (leaning.reason or "")


def test_no_second_turn_is_begun_that_the_budget_may_not_cover(store: SqliteStore) -> None:
    model = ScriptedModel(scripts.mends_its_number)
    answer = ask(store, model, DUTY, rules=Rules(budget_usd=0.0015))
    assert len(model.asked) == 1
    assert steps_in(answer, store, DUTY)
    model = ScriptedModel(scripts.quotes)
    answer = ask(store, model, rules=Rules(budget_tokens=500))
    assert model.asked == []
    assert answer.stepped_in == "the answer would take more tokens than its budget"


# Whether to answer at all -------------------------------------------------------------------------


def near_miss(store: SqliteStore) -> tuple[str, float]:
    """Return a question that the extractive answerer abstains from, with its confidence."""
    question = "Which insurer paid for the fire?"
    answer = extractive(store, question)
    assert answer.abstained
    return question, answer.confidence


def test_a_model_is_asked_below_even_odds_only_within_its_reach(store: SqliteStore) -> None:
    question, confidence = near_miss(store)
    within, beyond = ScriptedModel(scripts.quotes), ScriptedModel(scripts.quotes)
    reached = ask(store, within, question, rules=Rules(reach=confidence - 1e-3))
    refused = ask(store, beyond, question, rules=Rules(reach=confidence + 1e-3))
    assert (reached.abstained, reached.answerer) == (False, "model")
    assert reached.confidence == pytest.approx(confidence)
    assert (refused.abstained, refused.model, refused.text) == (True, None, ABSTENTION)
    assert (len(within.asked), len(beyond.asked)) == (1, 0)


def test_what_a_model_cannot_support_below_even_odds_is_not_answered(store: SqliteStore) -> None:
    question, confidence = near_miss(store)
    answer = ask(store, scripts.misquotes, question, rules=Rules(reach=0.0, flag=True))
    assert confidence > 0
    assert answer.abstained
    assert (answer.reason, answer.nearest) == (
        extractive(store, question).reason,
        extractive(store, question).nearest,
    )
    assert answer.model == "scripted/model"
    assert answer.stepped_in is not None


def test_a_model_is_never_asked_about_someone_whom_no_article_names(store: SqliteStore) -> None:
    model = ScriptedModel(scripts.quotes)
    question = "Did the harbour board of Arden choose Wilhelmina Krause?"
    answer = ask(store, model, question, rules=Rules(reach=0.0))
    assert answer.abstained
    assert model.asked == []


# The collection meanwhile -------------------------------------------------------------------------


def test_an_article_that_is_changed_while_a_model_writes_is_answered_as_it_was_read(
    tmp_path: Path,
) -> None:
    store = collection(tmp_path)

    def script(told: Shown, turn: int) -> str:
        changed = STORIES["board"].replace("Ada Quist", "Olaf Brandt")
        (tmp_path / "board.md").write_text(changed, "utf-8")
        other = SqliteStore(tmp_path / "data")
        build([tmp_path], other, WordModel())
        other.close()
        return scripts.quotes(told, turn)

    answer = pipeline(store, ScriptedModel(script), Rules()).ask(WHO)
    assert answer.sentences[0].text == CHOSE
    assert answer.answerer == "model"
    board = store.article("board")
    assert board is not None
    assert "Olaf Brandt" in board.text
    store.close()


class Agreeing:
    """A verifier that believes everything."""

    def verify(self, sentence: str, cited: Sequence[Cited]) -> Verification:
        assert sentence
        assert cited
        return Verification("supported", 1.0, None)


def test_even_a_credulous_verifier_lets_out_no_link_and_nothing_uncited(store: SqliteStore) -> None:
    for script in (scripts.links, scripts.rambles, scripts.cites_wrong_ids):
        writer = Writer(ScriptedModel(script), Agreeing(), Rules(flag=True))
        pipe = Pipeline(store, WordEmbedder(), WordReader(), writer=writer)
        events: list[Event] = list(pipe.stream(WHO))
        told = " ".join(e.sentence.text for e in events if isinstance(e, CheckedSentence))
        assert told == " ".join(one.text for one in extractive(store).sentences)
        assert not re.search(r"evil|<|\]\(", told)


def test_what_was_read_knows_only_its_own_articles() -> None:
    article = Article("a", "Text.")
    assert (AsRead([article]).article("a"), AsRead([article]).article("b")) == (article, None)
