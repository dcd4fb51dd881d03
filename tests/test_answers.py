"""Answers from real articles: the right one cited, word for word, or an honest refusal."""

import json
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from api.render import show_answer
from index.build import build
from index.embedding import LocalModel
from index.sqlite.store import SqliteStore
from index.store import StoredPassage
from index.types import Article, Span, Vector
from rag.cite import check_citations, evidence_dates, quote
from rag.errors import CitationError, QuestionError
from rag.pipeline import Pipeline
from rag.reader import bundled_reader
from rag.retrieve import Scope
from rag.types import Answer, Source
from tests.fakes import WordEmbedder, WordModel

CLASH, COUNTRY, AP = "000_e1418f3ff0518dd0", "001_f477f016607da686", "002_5d454296d4e941c5"
RESET, POST = "003_12a2b155f1f98aa5", "004_3ca8fc2d3383d239"

ANSWERED = [
    ("What tariff does Canada put on Chinese electric vehicles?", CLASH, "100%"),
    ("Which two lawmakers cut short a visit to Taiwan?", CLASH, "Helena Jaczek"),
    ("Who is quoted on chewing gum?", RESET, "Roland Paris"),
    ("What is the anti-dumping rate on canola?", RESET, "75.8%"),
    ("Who cut short their visit to Taiwan?", CLASH, "Jaczek"),
    ("Where does Carney go next?", CLASH, "Qatar"),
    ("What did Michael Chong say?", CLASH, "kowtowing"),
]
REFUSED = [
    "Who is Canada's finance minister?",
    "What is the recipe for butter tarts?",
    "Who won the Stanley Cup in 2025?",
    "How do I reset my router?",
]


@pytest.fixture(scope="module")
def reading(seeds_data: Path, model: LocalModel) -> Pipeline:
    store = SqliteStore(seeds_data)
    return Pipeline(store, model.for_asking(store.info().recipe.model), bundled_reader())


@pytest.mark.parametrize(("question", "article", "words"), ANSWERED, ids=lambda v: v[:30])
def test_the_reader_answers_from_the_article_that_says_it(
    reading: Pipeline, question: str, article: str, words: str
) -> None:
    answer = reading.ask(question)
    assert_sound(reading, answer)
    cited = [c.quote for s in answer.sentences for c in s.citations if c.article == article]
    assert words in " ".join(cited), answer.text


@pytest.mark.parametrize("question", REFUSED)
def test_the_reader_does_not_answer_what_the_articles_do_not_say(
    reading: Pipeline, question: str
) -> None:
    answer = reading.ask(question)
    assert_sound(reading, answer)
    assert answer.abstained, answer.text


@pytest.fixture(scope="module", params=["seeds_data", "saved_data"])
def pipeline(request: pytest.FixtureRequest, model: LocalModel) -> Pipeline:
    data: Path = request.getfixturevalue(request.param)
    store = SqliteStore(data)
    return Pipeline(store, model.for_asking(store.info().recipe.model))


@pytest.mark.parametrize(("question", "article", "words"), ANSWERED, ids=lambda v: v[:30])
def test_a_question_is_answered_from_the_article_that_says_it(
    pipeline: Pipeline, question: str, article: str, words: str
) -> None:
    answer = pipeline.ask(question)
    assert not answer.abstained, answer.reason
    cited = [c.quote for s in answer.sentences for c in s.citations if c.article == article]
    assert words in " ".join(cited), answer.text
    assert_sound(pipeline, answer)


@pytest.mark.parametrize("question", REFUSED)
def test_what_the_articles_do_not_say_is_not_answered(pipeline: Pipeline, question: str) -> None:
    answer = pipeline.ask(question)
    assert answer.abstained, answer.text
    assert not answer.sentences
    assert not answer.sources
    assert answer.reason
    assert len(answer.nearest) == 3
    assert_sound(pipeline, answer)


def assert_sound(pipeline: Pipeline, answer: Answer) -> None:
    """Check everything that holds for every answer, after a round trip through JSON."""
    read = json.loads(json.dumps(answer.to_json()))
    sources = {source["n"]: source for source in read["sources"]}
    for sentence in read["sentences"]:
        assert sentence["verdict"] == "supported"
        assert sentence["citations"]
        for citation in sentence["citations"]:
            assert sources[citation["source"]]["article"] == citation["article"]
            assert_stands_there(pipeline, citation)
    for near in read["nearest"]:
        assert_stands_there(pipeline, near)
    assert [source["n"] for source in read["sources"]] == list(range(1, len(sources) + 1))
    assert read["abstained"] == (not read["sentences"])
    assert 0 <= read["confidence"] <= 1
    assert read["answerer"] == "extractive"


def assert_stands_there(pipeline: Pipeline, quoted: dict[str, str]) -> None:
    article = pipeline.store.article(quoted["article"])
    assert article is not None
    assert quoted["quote"] == article.text[int(quoted["start"]) : int(quoted["end"])] != ""


def test_the_answer_has_every_field_of_the_design(pipeline: Pipeline) -> None:
    answer = pipeline.ask(ANSWERED[0][0]).to_json()
    assert {
        *("id", "question", "standalone_question", "abstained", "reason", "text", "sentences"),
        *("sources", "disagreements", "as_of", "nearest", "answerer", "model", "usage"),
        "timings_ms",
    } <= answer.keys()
    assert set(answer["sentences"][0]) == {
        *("text", "verdict", "score", "reason", "citations", "dates")
    }
    assert {"source", "article", "quote", "start", "end"} == set(
        answer["sentences"][0]["citations"][0]
    )
    assert set(answer["sources"][0]) == {
        *("n", "article", "title", "outlet", "author", "published", "url", "origin")
    }


def test_the_same_question_gets_the_same_answer(pipeline: Pipeline) -> None:
    first, second = (pipeline.ask(ANSWERED[3][0]).to_json() for _ in range(2))
    for answer in (first, second):
        del answer["id"], answer["timings_ms"]
    assert first == second


def test_no_two_answers_share_an_id(pipeline: Pipeline) -> None:
    assert pipeline.ask("Who is Xi?").id != pipeline.ask("Who is Xi?").id


@pytest.mark.parametrize("question", ["", " \n\t", "?!…", "x" * 100_000, "a\x1b[31mb", "a\x00b"])
def test_what_is_no_question_is_refused_in_one_line(pipeline: Pipeline, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        pipeline.ask(question)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "question",
    [
        "the of and",
        "😀 who?",
        '"; DROP TABLE articles; --',
        "NEAR(a b) OR title:x*",
        "Qui est le premier ministre du Canada ?",
        "中国 关税",
        "e\u0301" * 900,
        "canola " * 280,
    ],
)
def test_odd_questions_get_an_answer_or_a_refusal_but_no_error(
    pipeline: Pipeline, question: str
) -> None:
    assert_sound(pipeline, pipeline.ask(question))


ARTICLE = Article(id="a", text="One 😀 e\u0301. Two.", title="T", published="2026-01-13")


@pytest.mark.parametrize("span", [Span(0, 0), Span(5, 3), Span(-1, 4), Span(0, 99)])
def test_a_span_outside_the_text_is_never_quoted(span: Span) -> None:
    with pytest.raises(CitationError):
        quote(ARTICLE, span, 1)


@pytest.mark.parametrize("shift", [(-1, 0), (0, 1), (1, 1), (-1, -1)])
def test_a_citation_shifted_by_one_character_never_leaves(
    seeds_data: Path, model: LocalModel, shift: tuple[int, int]
) -> None:
    store = SqliteStore(seeds_data)
    answer = Pipeline(store, model.for_asking(store.info().recipe.model)).ask(ANSWERED[3][0])
    [sentence, *_] = answer.sentences
    [citation] = sentence.citations
    moved = replace(citation, start=citation.start + shift[0], end=citation.end + shift[1])
    check_citations(store, [sentence])
    with pytest.raises(CitationError):
        check_citations(store, [replace(sentence, citations=(moved,))])
    with pytest.raises(CitationError, match="no longer in the collection"):
        check_citations(store, [replace(sentence, citations=(replace(citation, article="x"),))])
    with pytest.raises(CitationError, match="cites nothing"):
        check_citations(store, [replace(sentence, citations=())])


def test_an_answer_is_of_one_state_of_the_collection(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "fire.txt").write_text("The old mill burned down on Friday night.")
    (tmp_path / "in" / "rain.txt").write_text("Heavy rain fell on the village all week.")
    store = SqliteStore(tmp_path / "data", create=True)
    recipe = build([tmp_path / "in"], store, WordModel()).info.recipe

    class Removing(WordEmbedder):
        def embed_query(self, text: str) -> Vector:
            other = SqliteStore(tmp_path / "data")
            other.write(recipe, [], removals=["fire"])
            return super().embed_query(text)

    pipeline = Pipeline(store, Removing())
    for named in (True, False):
        answer = pipeline.ask("When did the old mill burn down?")
        told = {source.article for source in answer.sources}
        assert ("fire" in told | {near.article for near in answer.nearest}) == named


def test_no_answer_leaves_whose_quotation_does_not_stand(
    seeds_data: Path, model: LocalModel
) -> None:
    class Altering(SqliteStore):
        seen: tuple[str, ...] = ()

        def article(self, article_id: str) -> Article | None:
            """Give another text once the article was ranked and its sentences were weighed."""
            found = super().article(article_id)
            self.seen += (article_id,)
            if found is None or self.seen.count(article_id) <= 2:
                return found
            return replace(found, text=f"Corrected. {found.text}")

    store = Altering(seeds_data)
    with pytest.raises(CitationError, match="not what stands there"):
        Pipeline(store, model.for_asking(store.info().recipe.model)).ask(ANSWERED[3][0])


def test_an_article_replaced_while_it_is_read_is_quoted_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    story = tmp_path / "in" / "a.txt"
    story.write_text("The mayor of Arden, Anna Berg, will resign at noon on Friday.")
    store = SqliteStore(tmp_path / "data", create=True)
    build([tmp_path / "in"], store, WordModel())

    class Replacing(SqliteStore):
        def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
            """Build the collection anew after the spans have been read."""
            found = super().passages(ids)
            story.write_text(
                "It is said that Anna Berg was to go, but then she stayed on as mayor."
            )
            build([tmp_path / "in"], SqliteStore(tmp_path / "data"), WordModel())
            return found

    answer = Pipeline(Replacing(tmp_path / "data"), WordEmbedder()).ask(
        "When will the mayor of Arden, Anna Berg, resign?"
    )
    quotes = [c.quote for s in answer.sentences for c in s.citations]
    quotes += [near.quote for near in answer.nearest]
    assert set(quotes) == {"The mayor of Arden, Anna Berg, will resign at noon on Friday."}


@pytest.mark.parametrize(
    ("dates", "oldest", "newest"),
    [
        (["2026-01-14T01:00Z", "2026-01-13T23:00-05:00"], 0, 1),
        (["2026", "2025-12-31"], 1, 0),
        (["2026-01-13", "2026-01-13T12:01"], 0, 1),
        (["2026", "2026-01", "2026-01-01"], 2, 2),
        (["2026-01", "2026-01-14", "2025"], 2, 1),
        (["0001-01-01T00:00+02:00", "2026-01-13", "9999-12-31T23:00-05:00"], 0, 2),
    ],
)
def test_the_newest_evidence_is_the_newest_moment(
    dates: list[str], oldest: int, newest: int
) -> None:
    span = evidence_dates([Source(1, "a", None, None, None, d, None, "a") for d in dates])
    assert span is not None
    assert (span.oldest, span.newest) == (dates[oldest], dates[newest])


def test_relative_words_in_a_quotation_are_shown_with_their_date(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "Arden waits. The mayor, Anna Berg, will resign on Friday. “We vote soon,” she said."
    story = f"---\npublished: 2026-01-14\n---\n{text}"
    (tmp_path / "in" / "a.md").write_text(story)
    store = SqliteStore(tmp_path / "data", create=True)
    build([tmp_path / "in"], store, WordModel())
    answer = Pipeline(store, WordEmbedder()).ask("When will the mayor of Arden, Anna Berg, resign?")
    [sentence] = answer.sentences
    [citation] = sentence.citations
    assert sentence.text == citation.quote == "The mayor, Anna Berg, will resign on Friday."
    [words] = answer.to_json()["sentences"][0]["dates"]
    start = text.index("on Friday")
    assert words == {
        "text": "on Friday",
        "start": start,
        "end": start + len("on Friday"),
        "date": "2026-01-16",
        "precision": "day",
        "label": "Friday 16 January 2026",
    }
    console = Console(file=StringIO(), record=True, width=100)
    show_answer(console, answer)
    lines = [line.strip() for line in console.export_text().splitlines()]
    quoted = lines.index("“The mayor, Anna Berg, will resign on Friday.”")
    assert lines[quoted + 1] == "“on Friday”: Friday 16 January 2026"


def test_a_story_without_spaces_between_words_can_be_answered() -> None:
    from rag.candidates import is_prose

    assert is_prose("阿登市长安娜·贝里将于周五辞职。")
    assert is_prose("The mayor will resign on Friday.")
    assert not is_prose("Related news")
    assert not is_prose("北京")


def test_as_of_spans_the_dated_sources_only() -> None:
    def source(published: str | None) -> Source:
        return Source(1, "a", None, None, None, published, None, "a")

    assert evidence_dates([source(None)]) is None
    span = evidence_dates([source("2026-01-13T12:01"), source(None), source("2026-01-15")])
    assert span is not None
    assert (span.oldest, span.newest) == ("2026-01-13T12:01", "2026-01-15")


def test_a_day_shuts_out_what_was_published_later_or_nobody_knows_when(
    pipeline: Pipeline,
) -> None:
    question = "When does Carney meet Xi Jinping?"
    before = {
        item.article.id
        for item in pipeline.store.listed()
        if item.article.published and item.article.published[:10] <= "2026-01-14"
    }
    found = {r.article for r in pipeline.ask(question, scope=Scope(as_of="2026-01-14")).retrieved}
    assert found == before
    assert pipeline.ask(question, scope=Scope(as_of="2025-12-31")).abstained


def test_a_follow_up_is_asked_with_what_it_leans_on(pipeline: Pipeline) -> None:
    alone = pipeline.ask("And on steel?")
    followed = pipeline.ask("And on steel?", history=["What tariff is on Chinese EVs?"])
    assert followed.question == "And on steel?"
    assert followed.standalone_question == "What tariff is on steel?"
    assert alone.standalone_question == "And on steel?"
    assert followed.confidence > alone.confidence
    whole = "What did Michael Chong of the Conservatives say?"
    assert pipeline.ask(whole, history=["Who is Xi?"]).standalone_question == whole


@pytest.mark.parametrize(
    ("published", "known"),
    [
        (None, False),
        ("2026-01-14", True),
        ("2026-01-14T23:59", True),
        ("2026-01-15", False),
        ("2026-01", False),
        ("2025-12", True),
        ("2026", False),
        ("2025", True),
    ],
)
def test_an_imprecise_date_counts_from_its_end(published: str | None, *, known: bool) -> None:
    from rag.dates.publication import published_by

    assert published_by(published, "2026-01-14") is known
