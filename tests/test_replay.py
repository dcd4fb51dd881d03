"""A kept answer is compared with the collection as it is: corrections, removals, newer evidence."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from index.build import build, remove
from index.sqlite.store import SqliteStore
from rag.errors import CitationError
from rag.pipeline import Pipeline
from rag.records.record import AnswerRecord, record_of
from rag.replay.changes import Replay
from rag.replay.replay import replay
from rag.types import Sentence
from rag.verify.verification import Cited, Verification
from rag.words import content_words
from tests.conftest import Run
from tests.fakes import WordEmbedder, WordModel, WordReader

QUESTION = "How many people did the old mill fire at Arden injure?"
STORIES = {
    "mill": "The old mill at Arden burned on Friday night. The fire at the old mill injured 25 "
    "people in Arden. Nobody knows the cause.",
    "ferry": "The ferry to Tarn did not sail on Tuesday. A fault kept it in the harbour.",
    **{f"rain{n}": f"Rain fell on town number {n} all week. The roads were dry." for n in range(9)},
}
INJURED = "The fire at the old mill injured 25 people in Arden."


class Newsroom:
    """A folder of articles that can be changed, with its collection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = SqliteStore(folder / "data", create=True)
        for name, text in STORIES.items():
            self._write(name, text)
        self._build()
        self.pipeline = Pipeline(self.store, WordEmbedder(), WordReader())

    def _write(
        self, name: str, text: str, *, title: str = "", published: str = "2026-01-14"
    ) -> None:
        front = f"---\ntitle: {title or name.title()}\npublished: {published}\n---\n"
        (self.folder / f"{name}.md").write_text(front + text, "utf-8")

    def _build(self) -> None:
        build([self.folder], self.store, WordModel())

    def publish(self, name: str, text: str, **fields: str) -> None:
        self._write(name, text, **fields)
        self._build()

    def remove(self, name: str) -> None:
        remove([name], self.store)

    def asked(self, question: str = QUESTION) -> AnswerRecord:
        answer = self.pipeline.ask(question)
        return record_of(answer, self.store, self.store.info().generation)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


class WordVerifier:
    """Supports a sentence by the share of its words that stand in what is cited."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def verify(self, sentence: str, cited: Sequence[Cited]) -> Verification:
        self.asked.append((sentence, [one.text for one in cited]))
        wanted = set(content_words(sentence))
        missing = wanted - {word for one in cited for word in content_words(one.text)}
        score = 1 - len(missing) / len(wanted)
        if not missing:
            return Verification("supported", score, None)
        return Verification("contradicted", score, f"the source does not say {sorted(missing)}")


def test_an_answer_whose_evidence_is_as_it_was_stands(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    done = replay(record, newsroom.pipeline, WordVerifier())
    assert INJURED in record.answer.text
    assert done.is_unchanged
    assert done.record is record
    assert [article.state for article in done.articles] == ["unchanged"]
    [sentence] = done.sentences
    assert (sentence.verdict, sentence.score, sentence.reason) == ("supported", 1.0, None)
    [citation] = sentence.citations
    assert citation.standing == "stands"
    assert "burned on Friday night" in citation.around
    assert done.again is not None
    assert done.again.same
    assert done.newer == ()


def test_a_correction_elsewhere_in_an_article_moves_the_quotation(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.publish("mill", f"It was a cold night.\n\n{STORIES['mill']}", title="Old mill")
    done = replay(record, newsroom.pipeline, WordVerifier())
    [article] = done.articles
    assert article.state == "corrected"
    assert article.text_changed
    assert [(c.field, c.before, c.now) for c in article.changes] == [("title", "Mill", "Old mill")]
    [citation] = done.sentences[0].citations
    assert citation.standing == "moved"
    text = newsroom.store.article("mill")
    assert text is not None
    assert text.text[citation.start : citation.end] == citation.citation.quote
    assert done.sentences[0].verdict == "supported"
    assert not done.is_unchanged
    # The article is evidence anew, since it is not what was found then.
    assert {(one.article, one.why) for one in done.newer} == {("mill", "changed")}


def test_a_change_of_the_heading_alone_leaves_the_words_where_they_stood(
    newsroom: Newsroom,
) -> None:
    record = newsroom.asked()
    newsroom.publish("mill", STORIES["mill"], title="Old mill")
    [article] = (done := replay(record, newsroom.pipeline, WordVerifier())).articles
    assert (article.state, article.text_changed) == ("corrected", False)
    assert done.sentences[0].citations[0].standing == "stands"


def test_words_that_were_corrected_are_shown_with_what_stands_in_their_place(
    newsroom: Newsroom,
) -> None:
    record = newsroom.asked()
    newsroom.publish("mill", STORIES["mill"].replace("25 people", "52 people"))
    done = replay(record, newsroom.pipeline, WordVerifier())
    [citation] = done.sentences[0].citations
    assert citation.standing == "gone"
    assert citation.instead == INJURED.replace("25", "52")
    assert done.again is not None
    assert not done.again.same
    assert "52 people" in done.again.answer.text


def test_a_verifier_sees_what_stands_in_the_place_of_the_words(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.publish("mill", STORIES["mill"].replace("25 people", "52 people"))
    verifier = WordVerifier()
    [sentence] = replay(record, newsroom.pipeline, verifier).sentences
    assert verifier.asked == [(INJURED, [INJURED.replace("25", "52")])]
    assert sentence.verdict == "contradicted"
    assert sentence.reason == "the source does not say ['25']"


def test_words_that_are_gone_altogether_have_nothing_in_their_place(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.publish("mill", "This article was withdrawn.")
    verifier = WordVerifier()
    [sentence] = replay(record, newsroom.pipeline, verifier).sentences
    assert sentence.citations[0].standing == "gone"
    assert sentence.citations[0].instead is None
    assert (sentence.verdict, sentence.score) == ("unsupported", 0.0)
    assert verifier.asked == []


def test_a_removed_article_supports_nothing(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.remove("mill")
    done = replay(record, newsroom.pipeline, WordVerifier())
    [article] = done.articles
    assert (article.title, article.state) == ("Mill", "removed")
    [sentence] = done.sentences
    assert sentence.citations[0].standing == "removed"
    assert INJURED in sentence.citations[0].around
    assert (sentence.verdict, sentence.reason) == ("unsupported", "article mill was removed")
    assert done.again is not None
    assert not done.again.same


def test_newer_evidence_is_named_with_what_makes_it_new(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    fire = "The old mill fire at Arden injured {} people, the mayor of Arden said."
    newsroom.publish("late", fire.format(40), published="2031-01-01")
    newsroom.publish("next", fire.format(31), published="2026-01-16")
    newsroom.publish("old", fire.format(20), published="2026-01-13")
    done = replay(record, newsroom.pipeline, WordVerifier())
    why = {one.article: one.why for one in done.newer}
    assert why == {
        "late": "published since",
        "next": "newer than the evidence",
        "old": "not found then",
    }
    assert done.again is not None
    cited = {source.article for source in done.again.answer.sources}
    assert {one.article for one in done.newer if one.cited} == cited & set(why)
    for one in done.newer:
        article = newsroom.store.article(one.article)
        assert article is not None
        assert article.text[one.start : one.end] == one.text


def test_newer_evidence_is_a_change_even_where_the_answer_is_the_same(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.publish("walks", "People of Arden walk by the old mill on Sundays.")
    done = replay(record, newsroom.pipeline, WordVerifier())
    assert [one.article for one in done.newer] == ["walks"]
    assert done.again is not None
    assert done.again.same
    assert not done.is_unchanged


def test_another_disagreement_makes_another_answer(newsroom: Newsroom) -> None:
    newsroom.publish("other", "The fire at the old mill injured 31 people in Arden.")
    record = newsroom.asked()
    again = replay(record, newsroom.pipeline, WordVerifier()).again
    assert again is not None
    assert again.same
    record = replace(record, answer=replace(record.answer, disagreements=()))
    again = replay(record, newsroom.pipeline, WordVerifier()).again
    assert again is not None
    assert not again.same


def test_a_question_that_was_not_answered_may_be_now(newsroom: Newsroom) -> None:
    record = newsroom.asked("Who is the mayor of Cestrin?")
    assert record.answer.abstained
    assert replay(record, newsroom.pipeline, WordVerifier()).is_unchanged
    newsroom.publish("mayor", "The mayor of Cestrin is Ada Quist. She was chosen in May.")
    done = replay(record, newsroom.pipeline, WordVerifier())
    assert done.again is not None
    assert not done.again.answer.abstained
    assert not done.again.same


def test_what_was_written_is_verified_again_against_what_it_cites(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    written = Sentence(
        "Twenty-five people in Arden were injured.",
        "supported",
        0.9,
        None,
        record.answer.sentences[0].citations,
    )
    record = replace(record, answer=replace(record.answer, sentences=(written,)))
    verifier = WordVerifier()
    [sentence] = replay(record, newsroom.pipeline, verifier).sentences
    assert verifier.asked == [(written.text, [INJURED])]
    assert sentence.verdict == "contradicted"


def test_spaces_are_not_what_makes_a_quotation(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.publish("mill", STORIES["mill"].replace("The fire at", "The  fire\nat"))
    [citation] = replay(record, newsroom.pipeline, WordVerifier()).sentences[0].citations
    assert citation.standing == "moved"


def test_of_two_places_the_nearer_one_is_taken(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.publish("mill", f"Rain. {STORIES['mill']} It was said again. {INJURED}")
    [citation] = replay(record, newsroom.pipeline, WordVerifier()).sentences[0].citations
    assert citation.start == record.answer.sentences[0].citations[0].start + len("Rain. ")


def test_without_asking_again_newer_evidence_is_still_looked_for(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.publish("late", "The old mill fire at Arden injured 40.", published="2031-01-01")
    done = replay(record, newsroom.pipeline, WordVerifier(), asks_again=False)
    assert (done.again, done.not_asked) == (None, "it was not asked again")
    assert [one.article for one in done.newer] == ["late"]


def test_asking_again_may_fail_without_costing_the_replay(newsroom: Newsroom) -> None:
    class Failing(Pipeline):
        def _draft(self, *_: object, **__: object) -> NoReturn:
            raise CitationError("a quotation does not stand")

    record = newsroom.asked()
    done = replay(record, Failing(newsroom.store, WordEmbedder()), WordVerifier())
    assert done.not_asked == "asking again failed: a quotation does not stand"
    assert done.sentences[0].verdict == "supported"


def test_what_sources_differ_on_is_looked_up_too(newsroom: Newsroom) -> None:
    newsroom.publish("other", "The fire at the old mill injured 31 people in Arden.")
    record = newsroom.asked()
    answer = record.answer
    assert answer.disagreements
    record = replace(record, answer=replace(answer, sentences=answer.sentences[:1]))
    newsroom.remove("other")
    done = replay(record, newsroom.pipeline, WordVerifier())
    assert [one.standing for one in done.differing] == ["removed"]


def test_a_replay_is_plain_json(newsroom: Newsroom) -> None:
    record = newsroom.asked()
    newsroom.remove("mill")
    done: Replay = replay(record, newsroom.pipeline, WordVerifier())
    shown = json.loads(json.dumps(done.to_json()))
    assert shown["answer"]["id"] == record.answer.id
    assert shown["evidence"][0]["texts"][0]["text"].startswith("The old mill")
    assert shown["now"]["unchanged"] is False
    assert shown["now"]["sentences"][0]["citations"][0]["standing"] == "removed"
    assert shown["now"]["again"]["answer"]["abstained"] is True


def test_the_command_shows_an_answer_again_and_what_has_changed(
    dateline: Run, tmp_path: Path
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, text in STORIES.items():
        (articles / f"{name}.md").write_text(f"---\noutlet: The Quay\n---\n{text}", "utf-8")
    assert dateline("build", articles).returncode == 0
    assert "no answer has been kept yet" in dateline("replay").stdout
    asked = json.loads(dateline("ask", QUESTION, "--json").stdout)
    listed = dateline("replay").stdout
    assert asked["id"][:12] in listed
    assert QUESTION in listed
    [line] = json.loads(dateline("replay", "--json").stdout)
    assert (line["id"], line["abstained"]) == (asked["id"], False)

    same = dateline("replay", asked["id"][:6])
    assert same.returncode == 0, same.stderr
    assert same.stderr == ""
    assert "Nothing that this answer rests on has changed." in same.stdout
    assert "Asking again gives the same answer." in same.stdout
    read = json.loads(dateline("replay", asked["id"], "--json", "--no-ask").stdout)
    assert read["answer"] == asked
    assert read["now"]["not_asked"] == "it was not asked again"

    mill = articles / "mill.md"
    mill.write_text(mill.read_text("utf-8").replace("25 people", "52 people"), "utf-8")
    assert dateline("add", mill).returncode == 0
    changed = dateline("replay", asked["id"]).stdout
    assert "[1] The Quay: its text was changed" in changed
    assert f"“{INJURED}”: no longer stands" in changed
    assert f"It now reads: “{INJURED.replace('25', '52')}”" in changed
    assert "Sentence 1 was supported, now contradicted: the source says 52" in changed
    assert "Asking again gives another answer" in changed
    # A replay is no new answer.
    assert len(json.loads(dateline("replay", "--json").stdout)) == 1


def test_an_answer_outlives_the_last_article_of_its_collection(
    dateline: Run, tmp_path: Path
) -> None:
    (tmp_path / "mill.txt").write_text(STORIES["mill"])
    assert dateline("build", "mill.txt").returncode == 0
    asked = json.loads(dateline("ask", QUESTION, "--json").stdout)
    assert dateline("remove", "mill").returncode == 0
    done = dateline("replay", asked["id"])
    assert done.returncode == 0, done.stderr
    assert "article mill was removed" in done.stdout
    assert "The articles do not answer this." in done.stdout


def test_an_unknown_answer_is_one_line(dateline: Run, seeds_data: Path) -> None:
    done = dateline("replay", "ffffffffffff", "--data", seeds_data)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "no answer 'ffffffffffff' is kept" in done.stderr


def test_a_collection_that_has_gone_is_not_replaced_by_another(
    dateline: Run, tmp_path: Path
) -> None:
    (tmp_path / "mill.txt").write_text(STORIES["mill"])
    assert dateline("build", "mill.txt").returncode == 0
    asked = json.loads(dateline("ask", QUESTION, "--json").stdout)
    for path in (tmp_path / ".dateline").glob("dateline.db*"):
        path.unlink()
    done = dateline("replay", asked["id"])
    assert done.returncode == 2
    assert "nothing is indexed in .dateline: run `dateline build` first" in done.stderr
