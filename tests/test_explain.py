"""Explanations: what they say is what was done, and adds up; and they can be read."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import rag.candidates
import rag.decision
import rag.evidence
import rag.look
import rag.pipeline
from api.cli import app
from api.render import show_found
from api.render_explanation import show_explanation
from index.build import build
from index.sqlite.store import SqliteStore
from index.store import StoredPassage
from index.types import Article, Passage, Span
from rag.answer import MAX_CITED, OF_ONE_THING, Draft, Fate, draft_answer
from rag.asked import Asked
from rag.candidates import (
    CLOSE_SENTENCE_FEATURES,
    READ_SENTENCE_FEATURES,
    SENTENCE_FEATURES,
    SURE,
    Candidate,
)
from rag.decision import (
    CLOSE_DECISION_FEATURES,
    DECISION_FEATURES,
    MIN_CONFIDENCE,
    READ_DECISION_FEATURES,
)
from rag.evidence import PASSAGE_FEATURES, Inquiry, Weighted
from rag.explain import EXPLAINED, MEANINGS, components, explanation_of
from rag.explanation import Considered, Effect, Explanation, PartExplained
from rag.look import READ
from rag.pipeline import Pipeline
from rag.question import parse_question
from rag.reader import Reading, ToRead
from rag.types import Hit
from tests.fakes import WordEmbedder, WordModel, WordReader

TELLING = {
    "sentence_cosine": 4.0,
    "words_in_sentence": 3.0,
    "wrong_kind": -1.5,
    "length": -0.5,
    "read_sentence": 0.5,
    "read_passage": 0.25,
    "close_sentence": 0.25,
    "close_passage": 0.25,
    "best_logit": 1.0,
    "best_cosine": 3.0,
    "words_in_passage": 1.0,
}


def weighed(features: Sequence[str], intercept: float) -> dict[str, Any]:
    return {"intercept": intercept, "weights": {name: TELLING.get(name, 0.0) for name in features}}


WEIGHTS = {
    "passage": weighed(PASSAGE_FEATURES, -1.0),
    "sentence": weighed(SENTENCE_FEATURES, -3.0),
    "read_sentence": weighed(READ_SENTENCE_FEATURES, -3.0),
    "decision": weighed(DECISION_FEATURES, -2.0),
    "read_decision": weighed(READ_DECISION_FEATURES, -2.0),
    "close_sentence": weighed(CLOSE_SENTENCE_FEATURES, -3.0),
    "close_decision": weighed(CLOSE_DECISION_FEATURES, -2.0),
}


@pytest.fixture(autouse=True)
def _weights_of_these_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decide by weights that no fitting changes."""
    for module in (rag.candidates, rag.evidence, rag.decision):
        monkeypatch.setattr(module, "fitted", lambda: WEIGHTS)


TOWN = {
    "courier": ("Arden Courier", "2026-01-14", "The mayor of Arden, Anna Berg, will resign."),
    "post": ("Tarn Post", "2026-01-15", "Anna Berg, the mayor of Arden, will resign this week."),
    "quay": ("Tarn Post", "2026-01-12", "The new quay at Tarn opened in 2025. It cost 4 million."),
    "rain": (None, None, "Heavy rain fell on the village of Holm all through the week."),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    folder = tmp_path_factory.mktemp("town")
    for name, (outlet, published, text) in TOWN.items():
        title = (
            f"{name.title()} news, as the {'people of many a ' * 3}village tell it to each other"
        )
        fields = {"title": title, "outlet": outlet, "published": published}
        lines = [f"{key}: {value}" for key, value in fields.items() if value]
        (folder / f"{name}.md").write_text("\n".join(["---", *lines, "---", text]), "utf-8")
    store = SqliteStore(folder / "data", create=True)
    build([folder], store, WordModel())
    return store


class UnsureReader(WordReader):
    """Never sees for sure that a passage answers, so that all are read closely."""

    def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
        return [replace(one, passage=SURE - 1) for one in super().read(question, passages)]


READERS = {"closely": WordReader(closely=UnsureReader()), "read": WordReader(), "unread": None}


@pytest.fixture(params=READERS)
def pipeline(
    store: SqliteStore, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Pipeline:
    monkeypatch.setattr(rag.look, "READ_CLOSELY", READ)
    return Pipeline(store, WordEmbedder(), READERS[request.param])


RESIGNS = "When will Anna Berg, the mayor of Arden, resign?"
BOTH = "When will Anna Berg, the mayor of Arden, resign, and when did the quay at Tarn open?"


def explained(pipeline: Pipeline, question: str) -> Explanation:
    explanation = pipeline.ask(question, explain=True).explanation
    assert explanation is not None
    return explanation


def only_part(pipeline: Pipeline, question: str) -> PartExplained:
    [part] = explained(pipeline, question).parts
    return part


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def summed(effects: Sequence[Effect]) -> float:
    return math.fsum(one.effect for one in effects)


def test_nothing_is_explained_unless_asked_for(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = pipeline.ask(RESIGNS, explain=True).to_json()

    def refuse(*_: object) -> Explanation:
        raise AssertionError("an explanation was made that nobody asked for")

    monkeypatch.setattr(rag.pipeline, "explanation_of", refuse)
    plain = pipeline.ask(RESIGNS).to_json()
    assert plain["explanation"] is None
    assert "explain" not in plain["timings_ms"]
    assert asked_for["explanation"] is not None
    for answer in (plain, asked_for):
        del answer["id"], answer["timings_ms"], answer["explanation"]
    assert plain == asked_for


def test_the_question_is_shown_as_it_was_understood(pipeline: Pipeline) -> None:
    understood = only_part(pipeline, "When will Zorblax resign as mayor of Arden?").understood
    assert understood.kind == "time"
    first, *others = [one.word for one in understood.words]
    assert first == "zorblax"
    assert set(others) == {"resign", "mayor", "arden"}
    weights = [one.weight for one in understood.words]
    assert weights == sorted(weights, reverse=True)
    assert understood.names == ("zorblax", "arden")
    assert understood.unheard == ("zorblax",)


def test_the_passages_are_those_of_a_search_with_all_their_ranks(pipeline: Pipeline) -> None:
    passages = only_part(pipeline, RESIGNS).passages
    found = pipeline.search(RESIGNS)[: len(passages)]
    assert [(p.rank, p.article, p.start, p.score, p.origin, p.outlet) for p in passages] == [
        (f.rank, f.article, f.start, f.score, f.origin, f.outlet) for f in found
    ]
    assert [p.components for p in passages] == [components(one) for one in found]
    names = [one.name for one in passages[0].components]
    assert names == ["vectors", "words", *(["reader"] if pipeline.reader else [])]


def test_components_are_whatever_ranks_and_scores_a_hit_has() -> None:
    found = components(Hit(1, 1, 0.5, None, None, 2, 7.5, reader_score=-1.0))
    assert [(one.name, one.rank, one.score) for one in found] == [
        ("vectors", None, None),
        ("words", 2, 7.5),
        ("reader", None, -1.0),
    ]
    assert len(components(Hit(1, 1, 0.5, 1, 0.7, None, None))) == 2


@pytest.mark.parametrize("question", [RESIGNS, "How much did the quay cost?", "Why did it rain?"])
def test_what_decided_adds_up_to_the_confidence(pipeline: Pipeline, question: str) -> None:
    answer = pipeline.ask(question, explain=True)
    assert answer.explanation is not None
    decision = answer.explanation.parts[0].decision
    assert decision.estimate == pytest.approx(answer.confidence, abs=1e-3)
    total = decision.base + summed(decision.effects)
    assert 1 / (1 + math.exp(-total)) == pytest.approx(decision.estimate, abs=1e-3)
    assert decision.answered == (not answer.abstained)
    sizes = [abs(one.effect) for one in decision.effects]
    assert sizes == sorted(sizes, reverse=True)
    assert all(
        one.effect == pytest.approx(TELLING[one.feature] * one.value, abs=1e-3)
        for one in decision.effects
    )


def test_what_speaks_for_a_sentence_tells_it_from_the_others(pipeline: Pipeline) -> None:
    sentences = only_part(pipeline, RESIGNS).sentences
    assert 3 <= len(sentences) < EXPLAINED
    first, *others = sentences
    assert all(one.effects for one in sentences)
    for other in others:
        apart = summed(first.effects) - summed(other.effects)
        expected = logit(first.probability) - logit(other.probability)
        assert apart == pytest.approx(expected, abs=0.05)
    # They are all there are, so that what sets them apart from their mean cancels out.
    assert math.fsum(summed(one.effects) for one in sentences) == pytest.approx(0.0, abs=0.05)
    assert [one.rank for one in sentences] == list(range(1, len(sentences) + 1))


def test_a_short_answer_and_a_passage_are_where_the_sentence_is(
    store: SqliteStore, pipeline: Pipeline
) -> None:
    part = only_part(pipeline, "When did the new quay at Tarn open?")
    first = part.sentences[0]
    assert first.text == "The new quay at Tarn opened in 2025."
    assert first.short_answer == ("Tarn" if pipeline.reader else None)
    article = store.article(first.article)
    assert article is not None
    assert article.text[first.start : first.end] == first.text
    assert first.passage is not None
    passage = part.passages[first.passage - 1]
    assert passage.article == first.article
    assert passage.start <= first.start < first.end <= passage.end


def test_someone_whom_no_article_names_decides_by_a_rule(pipeline: Pipeline) -> None:
    part = only_part(pipeline, "When will Ulla Zorblax, the mayor of Arden, resign?")
    assert not part.decision.answered
    assert part.decision.reason is not None
    assert "zorblax" in part.decision.reason
    assert part.decision.estimate is not None
    assert part.decision.confidence == min(part.decision.estimate, MIN_CONFIDENCE)
    assert {one.fate for one in part.sentences} == {Fate.UNANSWERED.value}
    assert all(one.sentence is None for one in part.sentences)


def test_each_part_of_a_question_is_explained(pipeline: Pipeline) -> None:
    answer = pipeline.ask(BOTH, explain=True)
    assert answer.explanation is not None
    first, second = answer.explanation.parts
    assert "resign" in first.understood.question
    assert "quay" in second.understood.question
    assert all(part.decision.answered for part in (first, second))
    for part in (first, second):
        told = [one for one in part.sentences if one.fate == Fate.TOLD.value]
        assert told
        for one in told:
            assert one.sentence is not None
            assert one.text in answer.sentences[one.sentence - 1].text


def test_an_explanation_survives_json(pipeline: Pipeline) -> None:
    answer = pipeline.ask(RESIGNS, explain=True).to_json()
    read = json.loads(json.dumps(answer))["explanation"]
    [part] = read["parts"]
    assert set(part) == {"understood", "passages", "sentences", "decision"}
    assert part["sentences"][0]["fate"] == "told"
    assert {"feature", "meaning", "value", "effect"} == set(part["decision"]["effects"][0])


def test_every_feature_has_a_meaning_in_words_of_its_own() -> None:
    weighted = {*CLOSE_SENTENCE_FEATURES, *CLOSE_DECISION_FEATURES}
    assert weighted <= MEANINGS.keys()
    assert all("_" not in meaning for meaning in MEANINGS.values())


def sentence_of(article: Article, text: str, probability: float, passage: int) -> Candidate:
    """Return a candidate in a passage that is its whole article, split at full stops."""
    spans, start = [], 0
    for piece in article.text.split(". "):
        end = min(len(article.text), start + len(piece) + 1)
        spans.append(Span(start, end))
        start = end + 1
    [span] = [one for one in spans if one.of(article.text) == text]
    vectors = np.ones((len(spans), 1), dtype=np.float32)
    whole = Passage(article.id, Span(0, len(article.text)), tuple(spans))
    features = dict.fromkeys(SENTENCE_FEATURES, probability)
    return Candidate(
        article, StoredPassage(passage, whole, vectors), span, features, None, probability
    )


def asked(found: Sequence[tuple[str, str, str, float]], question: str = "Who sang?") -> Asked:
    """Return a question with candidates: article, its text, the sentence, its probability."""
    ids = {name: number for number, name in enumerate(dict.fromkeys(name for name, *_ in found))}
    parsed = parse_question(question)
    weighted = Weighted(dict.fromkeys(parsed.stems, 1.0), ())
    inquiry = Inquiry(parsed, weighted, np.ones(1, dtype=np.float32))
    return Asked(
        inquiry,
        tuple(
            sentence_of(Article(id=name, text=text), sentence, probability, ids[name])
            for name, text, sentence, probability in found
        ),
        {},
    )


def considered(parts: Sequence[Asked]) -> list[tuple[Considered, ...]]:
    draft = draft_answer(parts)
    explanation = explanation_of(parts, [()] * len(parts), draft)
    return [part.sentences for part in explanation.parts]


CHOIR = "The choir of Arden sang two old hymns at the harbour."
CHOIR_TOO = "At the harbour the choir of Arden sang two hymns."
HE = "He brought along a borrowed violin for everyone."
CARL = "Carl Dahl came last of all that evening."
BAKER = "A baker closed her shop early on Monday."


def test_what_became_of_each_sentence_is_said() -> None:
    players = f"{CARL} {HE}"
    long = f"{CHOIR} {CHOIR_TOO}"
    [sentences] = considered(
        [
            asked(
                [
                    ("a", long, CHOIR, 0.95),
                    ("b", CHOIR_TOO, CHOIR_TOO, 0.9),
                    ("a", long, CHOIR_TOO, 0.85),
                    ("c", players, HE, 0.8),
                    ("c", players, CARL, 0.75),
                    ("d", BAKER, BAKER, 0.6),
                ]
            )
        ]
    )
    assert [(one.fate, one.sentence) for one in sentences] == [
        (Fate.TOLD.value, 1),
        (Fate.SUPPORT.value, 1),
        (Fate.REPEATS.value, None),
        (Fate.TOLD.value, 2),
        (Fate.OVERLAPS.value, None),
        (Fate.IMPROBABLE.value, None),
    ]


SUNG = "ballads carols chorales hymns madrigals psalms rounds serenades shanties".split()


def test_more_than_enough_is_left_out_as_that() -> None:
    told = [f"Singers number{n} performed {song} at place{n}." for n, song in enumerate(SUNG)]
    [sentences] = considered([asked([(f"x{n}", t, t, 0.9) for n, t in enumerate(told)])])
    assert [one.fate for one in sentences] == [
        *[Fate.TOLD.value] * OF_ONE_THING,
        *[Fate.ENOUGH.value] * (EXPLAINED - OF_ONE_THING),
    ]


def test_support_is_shown_however_improbable_it_is() -> None:
    others = [
        (f"x{n}", f"Nobody{n} heard {song} near place{n}.", 0.5 - n / 100)
        for n, song in enumerate(SUNG)
    ]
    found = [
        ("a", CHOIR, CHOIR, 0.95),
        *((name, text, text, chance) for name, text, chance in others),
        ("b", CHOIR_TOO, CHOIR_TOO, 0.01),
    ]
    [sentences] = considered([asked(found)])
    assert len(sentences) == EXPLAINED + 1
    assert (sentences[-1].article, sentences[-1].rank) == ("b", len(found))
    assert (sentences[-1].fate, sentences[-1].sentence) == (Fate.SUPPORT.value, 1)


def test_a_sentence_beyond_the_most_that_are_cited_is_said_already() -> None:
    found = [(f"x{n}", CHOIR, CHOIR, 0.9) for n in range(MAX_CITED + 1)]
    [sentences] = considered([asked(found)])
    fates = [one.fate for one in sentences]
    assert fates == [
        Fate.TOLD.value,
        *[Fate.SUPPORT.value] * (MAX_CITED - 1),
        Fate.REPEATS.value,
    ]


def test_what_another_part_has_told_is_not_said_to_be_told_twice() -> None:
    players = f"{CARL} {HE}"
    first = asked([("c", players, HE, 0.9)], "Who played?")
    second = asked([("c", players, CARL, 0.9), ("d", BAKER, BAKER, 0.8)], "Who came?")
    of_first, of_second = considered([first, second])
    assert [(one.fate, one.sentence) for one in of_first] == [(Fate.TOLD.value, 1)]
    assert [(one.fate, one.sentence) for one in of_second] == [
        (Fate.OVERLAPS.value, None),
        (Fate.TOLD.value, 2),
    ]


def test_a_part_without_sentences_is_explained_too() -> None:
    part = asked([])
    draft = draft_answer([part])
    assert draft.parts == (Draft((), 0.0, draft.reason),)
    [explanation] = explanation_of([part], [()], draft).parts
    assert explanation.sentences == ()
    assert (explanation.decision.estimate, explanation.decision.effects) == (None, ())
    assert "Decision\n    not answered: nothing in the collection" in shown(
        Explanation((explanation,))
    )


def shown(explanation: Explanation, width: int | None = None) -> str:
    console = Console(
        file=StringIO(), record=True, highlight=False, width=width, force_terminal=width is not None
    )
    show_explanation(console, explanation)
    return console.export_text()


SECTIONS = ["Understood", "Passages", "Sentences", "Decision"]


@pytest.mark.parametrize("width", [60, 80, 100, 120, None])
@pytest.mark.parametrize(("question", "parts"), [(RESIGNS, 1), (BOTH, 2), ("Who is Zorblax?", 1)])
def test_an_explanation_fits_the_terminal(
    pipeline: Pipeline, question: str, parts: int, width: int | None
) -> None:
    lines = shown(explained(pipeline, question), width).splitlines()
    assert [line for line in lines if line in SECTIONS] == SECTIONS * parts
    assert all(line == line.rstrip() for line in lines)
    assert width is None or max(len(line) for line in lines) <= width


def test_in_a_pipe_a_passage_has_one_line_with_all_of_its_numbers(pipeline: Pipeline) -> None:
    part = only_part(pipeline, RESIGNS)
    lines = shown(Explanation((part,))).splitlines()
    start = lines.index("Passages") + 2
    for line, row in zip(lines[start : start + len(part.passages)], part.passages, strict=True):
        assert line.split()[0] == f"{row.rank}."
        assert line.endswith(row.title or row.article)
        scores = [one.score for one in row.components if one.score is not None]
        assert all(f"{score:.2f}" in line or f"{score:.3f}" in line for score in scores)


def test_what_an_article_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    told = "The mayor of Arden is \x1b[31mAnna\x1b[0m \u202eBerg of [bold]Sweden[/bold]."
    text = f"---\ntitle: Mayor \u202e[red]now[/red]\noutlet: Post [link=x]\u2066\n---\n{told}"
    (tmp_path / "a.md").write_text(text, "utf-8")
    store = SqliteStore(tmp_path / "data", create=True)
    build([tmp_path / "a.md"], store, WordModel())
    explanation = explained(
        Pipeline(store, WordEmbedder(), WordReader()), "Who is the mayor of Arden?"
    )
    file = StringIO()
    console = Console(file=file, force_terminal=True, color_system=None, width=200)
    show_explanation(console, explanation)
    output = file.getvalue()
    assert not {"\x1b", "\u202e", "\u2066"} & set(output)
    assert "[bold]Sweden[/bold]" in output
    assert "Post [link=x]" in output
    assert "[red]now[/red]" in output


def test_the_command_shows_what_decided_after_the_answer(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(store, WordEmbedder(), WordReader())
    monkeypatch.setattr(
        "api.cli.open_pipeline", lambda _settings, *, reads: pipeline if reads else None
    )
    command = CliRunner()
    plain = command.invoke(app, ["ask", RESIGNS]).stdout
    assert "Decision" not in plain
    explained = command.invoke(app, ["ask", RESIGNS, "--explain"]).stdout
    assert explained.startswith(plain)
    assert "Decision\n    answered: confidence" in explained
    as_json = json.loads(command.invoke(app, ["ask", RESIGNS, "--explain", "--json"]).stdout)
    assert as_json["explanation"]["parts"][0]["decision"]["answered"]
    assert json.loads(command.invoke(app, ["ask", RESIGNS, "--json"]).stdout)["explanation"] is None


def test_a_search_shows_what_the_reader_made_of_each_passage(pipeline: Pipeline) -> None:
    console = Console(file=StringIO(), record=True, width=200)
    show_found(console, pipeline.search(RESIGNS))
    lines = [line for line in console.export_text().splitlines() if "vectors: " in line]
    assert len(lines) == len(TOWN)
    for line, hit in zip(lines, pipeline.search(RESIGNS), strict=True):
        if hit.reader_score is None:
            assert "reader" not in line
        else:
            assert f"reader: {hit.reader_score:+.2f}" in line
    assert any("reader: " in line for line in lines) == (pipeline.reader is not None)
