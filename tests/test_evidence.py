"""Evidence: what the reader's word does to the order of passages, sentences and the decision."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.benchmarks.collection import Indexer
from index.build import build, remove
from index.sqlite.store import SqliteStore
from index.types import Article
from rag.answer_kind import holds_kind
from rag.calibration import Logistic
from rag.candidates import (
    CLOSE_SENTENCE_FEATURES,
    READ_SENTENCE_FEATURES,
    SENTENCE_FEATURES,
    SURE,
    HowRead,
    candidates,
    read_closely,
    sentence_rows,
)
from rag.cite import check_citations
from rag.decision import (
    CLOSE_DECISION_FEATURES,
    DECISION_FEATURES,
    READ_DECISION_FEATURES,
    answerability,
    decision_features,
    how_read,
)
from rag.errors import QuestionError
from rag.events import CheckedSentence, Done, FoundDisagreement, Retrieval
from rag.evidence import (
    PASSAGE_FEATURES,
    Evidence,
    Inquiry,
    gather,
    in_order,
    passage_features,
    read,
    weigh,
)
from rag.look import READ
from rag.pipeline import Pipeline
from rag.question import parse_question
from rag.reader import Reading, ToRead
from rag.retrieve import KEPT, retrieve
from tests.fakes import WordEmbedder, WordModel, WordReader

STORIES = {
    "mill": "The old mill at Arden burned down on Friday night. Nobody was hurt in the fire.",
    "board": "The harbour board of Arden chose Ada Quist as its chair. She will serve two years.",
    "ferry": "The ferry to Tarn did not sail on Tuesday. A fault kept it in the harbour of Arden.",
    "school": "A school in Borva was closed for a week. Its heating had failed in the cold.",
    "canola": "Farmers near Cestrin sold no canola in March. A duty of 75.8% kept buyers away.",
    **{
        f"rain{n}": f"Rain fell on town number {n} of the county all week. The {n} roads were dry."
        for n in range(12)
    },
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    folder = tmp_path_factory.mktemp("stories")
    for name, text in STORIES.items():
        (folder / f"{name}.md").write_text(f"---\ntitle: {name.title()}\n---\n{text}", "utf-8")
    store = SqliteStore(folder / "data", create=True)
    build([folder], store, WordModel())
    return store


def inquire(store: SqliteStore, text: str) -> Inquiry:
    question = parse_question(text)
    return Inquiry(question, weigh(store, question), WordEmbedder().embed_query(text))


def gathered(store: SqliteStore, inquiry: Inquiry, kept: int = KEPT) -> list[Evidence]:
    return gather(store, retrieve(store, inquiry.question, inquiry.vector, kept=kept))


def named(evidence: Sequence[Evidence]) -> list[str]:
    return [one.article.id for one in evidence]


class ConstantReader(WordReader):
    """Sees in every passage the same answer."""

    def __init__(self, passage: float) -> None:
        super().__init__()
        self.passage = passage

    def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
        return [replace(one, passage=self.passage) for one in super().read(question, passages)]


QUESTION = "Who did the harbour board of Arden choose as its chair?"


def test_the_reader_gets_titles_and_sentences_as_they_stand(store: SqliteStore) -> None:
    class Keeping(WordReader):
        given: tuple[ToRead, ...] = ()

        def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
            self.given = (*self.given, *passages)
            return super().read(question, passages)

    keeping = Keeping()
    inquiry = inquire(store, QUESTION)
    evidence = read(keeping, inquiry.question, gathered(store, inquiry), 1)
    first, *_ = STORIES["board"].split(". ")
    assert keeping.given[0].title == "Board"
    assert keeping.given[0].sentences[0] == f"{first}."
    assert [one.reading is not None for one in evidence] == [True] + [False] * (len(evidence) - 1)
    assert keeping.asked == [(inquiry.question.text, 1)]


def test_what_was_read_is_ranked_by_it_and_what_was_not_comes_after(store: SqliteStore) -> None:
    inquiry = inquire(store, QUESTION)
    evidence = read(WordReader(), inquiry.question, gathered(store, inquiry), 4)
    ordered = in_order(inquiry, evidence)
    assert sorted(named(ordered)) == sorted(named(evidence))
    assert named(ordered)[4:] == named(evidence)[4:]
    scores = [one.hit.reader_score for one in ordered[:4]]
    assert None not in scores
    assert scores == sorted(scores, key=lambda score: -(score or 0.0))
    assert [one.hit.reader_score for one in ordered[4:]] == [None] * (len(ordered) - 4)
    assert [one.hit.rank for one in ordered] == list(range(1, len(ordered) + 1))


def test_without_a_reader_the_order_stays(store: SqliteStore) -> None:
    inquiry = inquire(store, QUESTION)
    evidence = gathered(store, inquiry)
    assert in_order(inquiry, evidence) == evidence
    with pytest.raises(ValueError, match="only a passage that was read"):
        passage_features(inquiry, evidence[0])


def test_each_model_is_given_the_features_that_it_names(store: SqliteStore) -> None:
    inquiry = inquire(store, QUESTION)
    plain = gathered(store, inquiry)
    reader = WordReader(closely=ConstantReader(SURE - 1))
    was_read = read(reader, inquiry.question, plain, READ)
    close = read_closely(reader, inquiry, was_read, READ)
    assert passage_features(inquiry, was_read[0]).shape == (len(PASSAGE_FEATURES),)
    for evidence, names, decision in (
        (plain, SENTENCE_FEATURES, DECISION_FEATURES),
        (was_read, READ_SENTENCE_FEATURES, READ_DECISION_FEATURES),
        (close, CLOSE_SENTENCE_FEATURES, CLOSE_DECISION_FEATURES),
    ):
        found = candidates(inquiry, evidence)
        assert all(set(one.features) == set(names) for one in found)
        assert sentence_rows(found, names).shape == (len(found), len(names))
        assert set(decision_features(found)) >= set(decision)
        assert 0 <= answerability(found) <= 1
        chances = [one.probability for one in found]
        assert chances == sorted(chances, reverse=True)
        assert all(0 <= chance <= 1 for chance in chances)


def test_nothing_found_is_not_answered() -> None:
    assert answerability([]) == 0.0


def test_sentences_of_read_and_unread_passages_stand_side_by_side(store: SqliteStore) -> None:
    inquiry = inquire(store, QUESTION)
    reader = WordReader(closely=WordReader())
    was_read = read(reader, inquiry.question, gathered(store, inquiry), 3)
    found = candidates(inquiry, read_closely(reader, inquiry, was_read, 1))
    assert {one.how_read for one in found} == set(HowRead)
    assert how_read(found) is HowRead.CLOSELY
    assert 0 <= answerability(found) <= 1


def test_the_passages_of_the_likeliest_sentences_are_read_closely(store: SqliteStore) -> None:
    inquiry = inquire(store, QUESTION)
    reader = WordReader(closely=WordReader())
    was_read = read(reader, inquiry.question, gathered(store, inquiry), 3)
    likeliest = list(dict.fromkeys(one.article.id for one in candidates(inquiry, was_read)))
    read_ones = {one.article.id for one in was_read if one.reading is not None}
    expected = [name for name in likeliest if name in read_ones]
    assert len(expected) == 3
    for most in (0, 1, 2):
        close = read_closely(reader, inquiry, was_read, most)
        assert named(close) == named(was_read)
        assert {one.article.id for one in close if one.close is not None} == set(expected[:most])
    assert read_closely(WordReader(), inquiry, was_read, 2) == was_read


@pytest.mark.parametrize(("logit", "asked"), [(SURE, [2]), (SURE - 0.1, [2, 1])])
def test_a_third_passage_is_read_closely_where_no_other_answers_for_sure(
    store: SqliteStore, logit: float, asked: list[int]
) -> None:
    inquiry = inquire(store, QUESTION)
    reader = WordReader(closely=ConstantReader(logit))
    was_read = read(reader, inquiry.question, gathered(store, inquiry), READ)
    close = read_closely(reader, inquiry, was_read, 3)
    assert reader.closely is not None
    assert [count for _, count in reader.closely.asked] == asked
    assert sum(one.close is not None for one in close) == sum(asked)


def test_a_passage_is_read_closely_before_its_sentence_is_told_beside_others(
    store: SqliteStore,
) -> None:
    class Doubting(WordReader):
        """Takes a passage for an answer, and none of its sentences."""

        def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
            return [
                replace(one, passage=SURE, sentences=tuple(-99.0 for _ in one.sentences))
                for one in super().read(question, passages)
            ]

    inquiry = inquire(store, QUESTION)
    reader = WordReader(closely=Doubting())
    was_read = read(reader, inquiry.question, gathered(store, inquiry), READ)
    close = read_closely(reader, inquiry, was_read, 3)
    assert reader.closely is not None
    assert [count for _, count in reader.closely.asked] == [2, 1]
    twice = {one.article.id for one in close if one.close is not None}
    once = [one for one in candidates(inquiry, close) if one.article.id not in twice]
    assert all(one.how_read is HowRead.ONCE for one in once)


def test_the_decision_rests_on_the_surest_close_reading(store: SqliteStore) -> None:
    class Sure(WordReader):
        """Is the surer the later a passage comes."""

        def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
            readings = super().read(question, passages)
            return [replace(one, passage=float(n)) for n, one in enumerate(readings)]

    inquiry = inquire(store, QUESTION)
    reader = WordReader(closely=Sure())
    was_read = read(reader, inquiry.question, gathered(store, inquiry), READ)
    found = candidates(inquiry, read_closely(reader, inquiry, was_read, 2))
    assert decision_features(found)["close_passage"] == 1.0


def test_a_short_answer_is_given_by_its_place_in_the_article(store: SqliteStore) -> None:
    inquiry = inquire(store, "Which sale of canola did a duty keep away?")
    evidence = read(WordReader(), inquiry.question, gathered(store, inquiry), READ)
    values = {
        one.text: one.value.of(one.article.text)
        for one in candidates(inquiry, evidence)
        if one.value is not None and one.article.id == "canola"
    }
    assert values == {
        "Farmers near Cestrin sold no canola in March.": "Cestrin",
        "A duty of 75.8% kept buyers away.": "75.8%",
    }


@pytest.mark.parametrize(
    ("question", "sentence", "holds"),
    [
        ("Where does Carney go next?", "He goes to Doha.", True),
        ("Who burned the mill?", "They say it was Quist.", True),
        ("Who burned the mill?", "It was the mill.", False),
        ("Where is the mill of Arden?", "It is in Arden.", False),
        ("When did the mill burn?", "It burned on Friday.", True),
        ("When did the mill burn?", "It burned in Arden.", False),
        ("How many sheep were lost?", "They lost 12.", True),
        ("What burned?", "The mill.", None),
    ],
)
def test_a_sentence_holds_the_kind_of_thing_that_is_asked_for(
    question: str, sentence: str, *, holds: bool | None
) -> None:
    assert holds_kind(parse_question(question), sentence) is holds


def test_the_first_word_of_a_sentence_is_no_name_for_its_capital_alone() -> None:
    question = parse_question("Who burned the mill?")
    assert holds_kind(question, "Nobody knows.") is False
    assert holds_kind(question, "Ada Quist knows.") is True
    assert holds_kind(question, "It was Quist.") is True


# The pipeline -----------------------------------------------------------------------------------


def test_an_answer_is_read_cited_and_timed(store: SqliteStore) -> None:
    reader = WordReader()
    answer = Pipeline(store, WordEmbedder(), reader).ask(QUESTION)
    assert reader.asked == [(QUESTION, READ)]
    assert {"embed", "retrieve", "read", "answer", "cite"} <= answer.timings_ms.keys()
    assert [one.rank for one in answer.retrieved] == list(range(1, len(answer.retrieved) + 1))
    assert all(one.reader_score is not None for one in answer.retrieved)
    check_citations(store, answer.sentences)
    without = Pipeline(store, WordEmbedder()).ask(QUESTION)
    assert "read" not in without.timings_ms
    assert all(one.reader_score is None for one in without.retrieved)


def test_a_stream_tells_beforehand_what_the_answer_holds(store: SqliteStore) -> None:
    pipeline = Pipeline(store, WordEmbedder(), WordReader())
    first, *middle, last = pipeline.stream(QUESTION)
    assert isinstance(last, Done)
    answer = last.answer
    assert first == Retrieval(answer.standalone_question, answer.retrieved)
    told = [event for event in middle if isinstance(event, CheckedSentence)]
    assert answer.sentences
    assert tuple(event.sentence for event in told) == answer.sentences
    assert tuple(source for event in told for source in event.sources) == answer.sources
    differing = [event for event in middle if isinstance(event, FoundDisagreement)]
    assert len(told) + len(differing) == len(middle)
    assert tuple(e.disagreement for e in differing if not e.updates) == answer.disagreements


def test_a_stream_that_is_closed_lets_go_of_the_collection(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (tmp_path / "mill.md").write_text(STORIES["mill"], "utf-8")
    store = SqliteStore(folder, create=True)
    build([tmp_path / "mill.md"], store, WordModel())
    events = Pipeline(store, WordEmbedder()).stream(QUESTION)
    next(events)
    assert isinstance(events, Generator)
    events.close()
    remove(["mill"], SqliteStore(folder))
    # A state that was still being read would show the article as it was.
    assert store.article("mill") is None


def test_a_question_that_cannot_be_asked_is_refused_before_a_stream_begins(
    store: SqliteStore,
) -> None:
    with pytest.raises(QuestionError):
        Pipeline(store, WordEmbedder()).stream(" ")


def test_each_part_of_a_question_is_read_by_itself(store: SqliteStore) -> None:
    reader = WordReader()
    both = f"{QUESTION[:-1]}, and when did the old mill of Arden burn down?"
    answer = Pipeline(store, WordEmbedder(), reader).ask(both)
    assert [count for _, count in reader.asked] == [READ // 2, READ // 2]
    assert reader.asked[0][0] == QUESTION
    assert "mill" in reader.asked[1][0]
    found = [(one.article, one.start) for one in answer.retrieved]
    assert len(found) == len(set(found))
    # The best passage of each part comes before the second of either.
    assert {name for name, _ in found[:2]} == {"board", "mill"}


@pytest.mark.parametrize("limit", [1, 3, KEPT, KEPT + 4])
def test_a_search_shows_the_first_of_the_same_ranking_however_many_it_shows(
    store: SqliteStore, limit: int
) -> None:
    found = Pipeline(store, WordEmbedder(), WordReader()).search(QUESTION, limit=limit)
    usual = Pipeline(store, WordEmbedder(), WordReader()).search(QUESTION, limit=KEPT)
    assert len(found) == limit
    assert [one.article for one in found[:KEPT]] == [one.article for one in usual[:limit]]
    assert [one.reader_score is not None for one in found] == [n < READ for n in range(limit)]


def test_the_sentences_of_a_question_are_those_that_its_answer_is_chosen_from(
    store: SqliteStore,
) -> None:
    pipeline = Pipeline(store, WordEmbedder(), WordReader())
    answer = pipeline.ask(QUESTION)
    offered = [one.text for one in pipeline.sentences(QUESTION)]
    assert len(offered) == len(set(offered)) >= READ
    for sentence in answer.sentences:
        assert sentence.text in offered


def test_a_benchmark_reads_a_passage_for_a_question_once() -> None:
    reader = WordReader()
    indexer = Indexer(WordModel(), reader, lambda *_: None)
    articles = [Article(name, text, name) for name, text in STORIES.items()]
    with indexer.collection(indexer.embed(articles)) as collection:
        first = [(one.text, one.probability) for one in collection.sentences(QUESTION)]
        collection.ask(QUESTION)
        again = [(one.text, one.probability) for one in collection.sentences(QUESTION)]
        assert again == first
        assert sum(count for _, count in reader.asked) == READ
        collection.sentences("When did the mill burn down?")
        assert sum(count for _, count in reader.asked) == 2 * READ


# The weights ------------------------------------------------------------------------------------


def test_a_logistic_regression_is_the_logistic_of_a_weighted_sum() -> None:
    model = Logistic.from_json({"intercept": 1, "weights": {"a": 2, "b": -1}}, ("a", "b"))
    rows = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert model.logits(rows) == pytest.approx([0, 3])
    assert model.probabilities(rows) == pytest.approx([0.5, 1 / (1 + np.exp(-3))])


@pytest.mark.parametrize("names", [("b", "a"), ("a",), ("a", "b", "c"), ()])
def test_weights_of_other_features_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"fitted on other features: run `python -m evals\.cal"):
        Logistic.from_json({"intercept": 1, "weights": {"a": 2, "b": -1}}, names)
