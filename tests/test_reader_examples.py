"""Making a reader: what it learns from, how it learns, and what is fitted on its word."""

import gzip
import json
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from evals.benchmarks.data import BenchmarkError
from evals.reader.changes import Changer
from evals.reader.claims import CLAIMS, read_claims
from evals.reader.examples import LONGEST, Example, make_examples, split
from evals.reader.sources import SOURCES, Asked, as_written, file_of, read_sources
from index.models import DEFAULT_MODEL, locate
from rag.network import CARD, TOKENIZER
from rag.reader_input import MAX_QUESTION, MAX_TOKENS, Encoder, collate

TOWNS = "Arlen Borva Cestrin Dolmar Everan Fontel Garvik Hestia Ivory Jarnow".split()
RANDOM = random.Random(0)  # noqa: S311 - nothing is secret here
NAMES = [f"The mayor of {town} met the mayor of {town} in {town}." for town in TOWNS]


def write_sources(folder: Path, **rows: Sequence[dict[str, Any]]) -> Path:
    for name in SOURCES:
        with gzip.open(file_of(folder, name), "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows.get(name.replace("-", "_"), []))
    return folder


def marked(context: str, answer: str, **fields: object) -> dict[str, Any]:
    return {
        "question": "who opened the bridge",
        "context": context,
        "answers": [answer],
        "answer_starts": [context.index(answer)],
        "title": "Bridge",
        **fields,
    }


def asked(
    question: str = "When did Arlen open its bridge?",
    sentences: Sequence[str] = (
        "The river is wide.",
        "Arlen opened its bridge in 1931.",
        "Borva has none.",
    ),
    right: Sequence[int] = (1,),
    group: str = "bridges",
) -> Asked:
    labels = tuple(place in right for place in range(len(sentences)))
    return Asked(question, tuple(sentences), labels, (), group)


def many(count: int) -> list[Asked]:
    return [
        asked(
            f"When did {town} open bridge {number}?",
            (
                f"The river at {town} is {number} feet wide.",
                f"{town} opened bridge {number} in {1900 + number}.",
                f"{TOWNS[(number + 1) % 10]} paid for it.",
                "Nobody was hurt.",
            ),
            group=f"bridge {number}",
        )
        for number, town in ((number, TOWNS[number % 10]) for number in range(count))
    ]


def made_of(kind: str) -> list[Example]:
    made = [one for one in make_examples(BRIDGES, Changer(NAMES), 0) if one.kind == kind]
    assert made
    return made


BRIDGES = many(60)
BRIDGE_OF = {one.question: one for one in BRIDGES}


@pytest.mark.parametrize(
    ("tokenised", "written"),
    [
        ("Bill 's dog , aged 3 , bit him .", "Bill's dog, aged 3, bit him."),
        ("The firm ( a bank ) failed .", "The firm (a bank) failed."),
        ("he paid -lrb- twice -rrb- .", "he paid (twice)."),
        ("She said `` no '' , then left .", 'She said "no", then left.'),
        ("A bomb - related scare .", "A bomb-related scare."),
        ("They do n't know .", "They don't know."),
    ],
)
def test_a_tokenised_text_is_put_as_it_was_written(tokenised: str, written: str) -> None:
    assert as_written(tokenised) == written


@pytest.mark.parametrize("text", ["He left - she stayed.", "He said 'no' to it.", "Costs (net)."])
def test_a_text_that_is_not_tokenised_stays_as_it_is(text: str) -> None:
    assert as_written(text) == text


def test_the_sentence_with_the_marked_answer_is_the_one_that_answers(tmp_path: Path) -> None:
    context = "It was cold. Ann Lee cut the tape. Then Ann Lee went home."
    (one,) = read_sources(write_sources(tmp_path, qed_dev=[marked(context, "Ann Lee")]))
    assert one.sentences == ("It was cold.", "Ann Lee cut the tape.", "Then Ann Lee went home.")
    # The last one holds the answer too, and nobody said whether it answers.
    assert one.labels == (False, True, None)


def test_where_the_answer_was_merely_found_the_sentence_most_like_the_question_answers(
    tmp_path: Path,
) -> None:
    context = "Ann Lee was born here. The bridge was opened by Ann Lee. It is red."
    rows = [marked(context, "Ann Lee", question="who opened the bridge")]
    (one,) = read_sources(write_sources(tmp_path, nq_open_oracle_dev=rows))
    assert one.labels == (None, True, False)


def test_a_row_whose_answer_is_not_where_it_is_said_to_be_is_left_out(tmp_path: Path) -> None:
    rows = [marked("Ann Lee cut the tape.", "Ann Lee", span_ok=False)]
    assert read_sources(write_sources(tmp_path, covid_qa_train=rows)) == []


def test_rows_of_one_question_are_the_sentences_of_a_section(tmp_path: Path) -> None:
    rows = [
        {"question": "Who won ?", "sentence": "It rained .", "label": 0},
        {"question": "Who won ?", "sentence": "Ann won .", "label": 1},
        {"question": "Who lost ?", "sentence": "It rained .", "label": 0},
    ]
    (one,) = read_sources(write_sources(tmp_path, selqa_dev=rows))
    assert (one.question, one.sentences) == ("Who won?", ("It rained.", "Ann won."))
    assert one.labels == (False, True)


def test_pairs_get_the_sentences_of_the_rows_around_as_their_document(tmp_path: Path) -> None:
    rows = [
        {"question": f"what is {n} ?", "sentence": f"this is number {n // 2} . ", "label": 1}
        for n in range(60)
    ]
    read = read_sources(write_sources(tmp_path, squad_sentence_pairs_test=rows))
    assert len(read) == 60
    middle = read[30]
    assert middle.question == "what is 30?"
    assert middle.sentences == tuple(f"this is number {n}." for n in range(9, 22))
    assert [place for place, label in enumerate(middle.labels) if label] == [6]


def test_a_file_that_is_no_data_set_is_refused_by_name(tmp_path: Path) -> None:
    write_sources(tmp_path)
    file_of(tmp_path, "qed-dev").write_bytes(b"not gzip")
    with pytest.raises(BenchmarkError, match=r"qed-dev\.jsonl\.gz cannot be read"):
        read_sources(tmp_path)


@given(st.lists(st.text(max_size=5), max_size=60))
def test_a_group_is_never_on_both_sides_of_the_split(groups: list[str]) -> None:
    learnt, validated = split([asked(group=group) for group in groups])
    assert len(learnt) + len(validated) == len(groups)
    assert not {one.group for one in learnt} & {one.group for one in validated}


def test_about_one_group_in_twenty_is_for_validation() -> None:
    _, validated = split([asked(group=str(number)) for number in range(4000)])
    assert 140 <= len(validated) <= 260


def test_the_same_seed_makes_the_same_examples() -> None:
    changer = Changer(NAMES)
    assert make_examples(many(30), changer, 1) == make_examples(many(30), changer, 1)
    assert make_examples(many(30), changer, 1) != make_examples(many(30), changer, 2)


def test_each_question_has_a_passage_that_answers_it() -> None:
    assert {one.question for one in made_of("gold")} == set(BRIDGE_OF)
    for one in made_of("gold"):
        assert one.answerable
        answering = [
            sentence for sentence, label in zip(one.sentences, one.labels, strict=True) if label
        ]
        assert answering == [BRIDGE_OF[one.question].sentences[1]]


def test_what_is_left_out_of_a_document_is_all_that_answers() -> None:
    for one in made_of("removed"):
        source = BRIDGE_OF[one.question]
        assert not one.answerable
        assert source.sentences[1] not in one.sentences
        assert set(one.sentences) <= set(source.sentences)


def test_a_passage_on_the_same_matter_does_not_hold_the_answer() -> None:
    for one in made_of("other"):
        assert not one.answerable
        assert BRIDGE_OF[one.question].sentences[1] not in one.sentences


def test_a_changed_question_is_put_to_an_unchanged_passage() -> None:
    for one in made_of("question changed"):
        assert not one.answerable
        (source,) = (s for s in BRIDGES if set(one.sentences) <= set(s.sentences))
        assert one.question != source.question


def test_a_changed_passage_is_asked_an_unchanged_question() -> None:
    for one in made_of("passage changed"):
        assert not one.answerable
        assert not set(one.sentences) <= set(BRIDGE_OF[one.question].sentences)


def test_changed_alike_they_answer_again() -> None:
    for one in made_of("both changed"):
        assert one.answerable
        (answering,) = (s for s, label in zip(one.sentences, one.labels, strict=True) if label)
        assert not any(set(one.sentences) <= set(source.sentences) for source in BRIDGES)
        _, _, town, _, _, number = one.question.rstrip("?").split()
        assert answering.startswith(f"{town} opened bridge {number} ")


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_what_does_not_answer_has_no_sentence_that_does(data: st.DataObject) -> None:
    word = st.sampled_from("Arlen Borva opened closed first last in 1931 1940 April May 7".split())
    sentence = st.lists(word, min_size=1, max_size=60).map(" ".join)
    made = []
    for number in range(data.draw(st.integers(1, 6))):
        sentences = data.draw(st.lists(sentence, min_size=1, max_size=20, unique=True))
        right = data.draw(st.sets(st.integers(0, len(sentences) - 1), min_size=1))
        made.append(asked(data.draw(sentence), sentences, sorted(right), str(number)))
    for one in make_examples(made, Changer(NAMES), 0):
        assert len(one.labels) == len(one.sentences) >= 1
        assert one.answerable == any(one.labels)
        words = sum(len(sentence.split()) for sentence in one.sentences)
        assert words <= LONGEST + 2 or len(one.sentences) == 1


def test_a_thing_is_changed_for_another_of_its_kind_in_the_passage() -> None:
    changer = Changer(NAMES)
    question = "When did Arlen open its first bridge in April 1931?"
    passage = "In April 1931 and in June 1950 Arlen opened its first bridge, and Borva in Cestrin."
    made = {change.kind: change for change in changer.changes(question, passage, RANDOM)}
    assert (made["month"].old, made["month"].new) == ("april", "june")
    assert (made["year"].old, made["year"].new) == ("1931", "1950")
    assert (made["opposite"].old, made["opposite"].new) == ("first", "last")
    assert made["name"].old == "arlen"
    assert made["name"].new in {town.lower() for town in TOWNS}


def test_what_the_passage_does_not_name_is_not_changed() -> None:
    question = "When did Arlen open its first bridge in 1931?"
    assert Changer(NAMES).changes(question, "Nobody knows.", RANDOM) == []


def test_names_are_told_in_texts_without_capitals() -> None:
    (change,) = Changer(NAMES).changes("who saw arlen", "ann saw arlen and borva", RANDOM)
    assert change.kind == "name"
    assert (change.old, change.new) == ("arlen", "borva")
    assert change.made_in("Arlen, not arlenish") == "Borva, not arlenish"


def test_a_pair_is_one_text_and_each_sentence_has_its_tokens() -> None:
    file = locate(DEFAULT_MODEL) / TOKENIZER
    sentences = ("Arlen opened its bridge.", "It is not red.")
    encoded = Encoder(file).encode("Who opened it?", sentences)
    tokenizer = Tokenizer.from_file(str(file))
    whole = tokenizer.encode("Who opened it?", " ".join(sentences))
    assert list(encoded.tokens) == [token for token in whole.ids if token]
    assert whole.type_ids[: encoded.question + 1] == [0] * encoded.question + [1]
    told = [tokenizer.decode(list(encoded.tokens[a:b])) for a, b in encoded.sentences]
    assert told == ["arlen opened its bridge.", "it is not red."]


def test_a_pair_that_is_too_long_is_cut_at_its_end() -> None:
    encoder = Encoder(locate(DEFAULT_MODEL) / TOKENIZER)
    encoded = encoder.encode("who " * 500, ["red " * 100, "blue " * 200, "green " * 9])
    assert encoded.question == MAX_QUESTION + 2
    assert len(encoded.tokens) == MAX_TOKENS
    assert encoded.tokens[-1] == encoded.tokens[encoded.question - 1]
    assert [b - a for a, b in encoded.sentences] == [100, MAX_TOKENS - MAX_QUESTION - 103, 0]
    assert not encoded.whole


def claims_of(folder: Path, **rows: Sequence[dict[str, Any]]) -> list[Example]:
    for name in CLAIMS:
        with gzip.open(file_of(folder, name), "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows.get(name.replace("-", "_"), []))
    learnt, validated = read_claims(folder)
    return learnt + validated


def claim(premise: str, label: str, hypothesis: str = "Arlen has a bridge .") -> dict[str, Any]:
    return {"premise": premise, "hypothesis": hypothesis, "label": label}


def test_a_claim_is_read_as_a_question_is(tmp_path: Path) -> None:
    rows = [claim("Arlen opened its bridge in 1931 .", "supported")]
    (one,) = claims_of(tmp_path, vitaminc_test_real=rows)
    assert one == Example(
        "Arlen has a bridge.",
        ("Arlen opened its bridge in 1931.",),
        (True,),
        answerable=True,
        kind="claim supported",
    )


def test_of_several_sentences_it_is_not_known_which_one_bears_a_claim_out(tmp_path: Path) -> None:
    premise = "It rained. Arlen opened its bridge."
    rows = [claim(premise, "supported"), claim(premise, "refuted")]
    supported, refuted = claims_of(tmp_path, fool_me_twice_dev=rows)
    assert supported.labels == (None, None)
    assert supported.answerable
    assert refuted.labels == (False, False)
    assert not refuted.answerable
    assert refuted.kind == "claim not supported"


def test_a_claim_that_a_decoder_could_not_read_is_left_out(tmp_path: Path) -> None:
    rows = [claim("Arlen\ufffds bridge.", "supported"), claim("It rained.", "refuted", "\ufffd")]
    assert claims_of(tmp_path, fever_symmetric_dev=rows) == []


def test_claims_of_one_page_are_on_one_side_of_the_split(tmp_path: Path) -> None:
    rows = [
        claim(f"It rained on day {n}.", label) | {"page": f"Day {n // 2}"}
        for n, label in enumerate(["supported", "refuted"] * 200)
    ]
    claims_of(tmp_path, fever_symmetric_test=rows)
    sides = [{one.sentences for one in side} for side in read_claims(tmp_path)]
    assert all(sides)
    pages = [{int(text.split()[-1][:-1]) // 2 for (text,) in side} for side in sides]
    assert not pages[0] & pages[1]


def games(count: int) -> list[dict[str, Any]]:
    return [
        marked(
            f"It rained on day {number}. {town} won game {number}. Nobody else did. It was late.",
            town,
            question=f"who won game {number}",
            title=f"Game {number}",
        )
        for number, town in ((number, TOWNS[number % 10]) for number in range(count))
    ]


def bridges(count: int) -> list[dict[str, Any]]:
    return [
        claim(f"Bridge {n} has {n} arches.", ("supported", "refuted")[n % 2], f"It has {n}.")
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder laid out as the data are: train/ and squad2/."""
    folder = tmp_path_factory.mktemp("data")
    train, squad2 = folder / "train", folder / "squad2"
    train.mkdir()
    squad2.mkdir()
    write_sources(train, qed_dev=games(80))
    claims_of(train, vitaminc_test_real=bridges(80))
    passages, questions = [], []
    for n in range(18):
        title, town = f"Ferry {n % 6}", TOWNS[n % 10]
        text = f"Ferry {n} sailed from {town} at noon. It carried {n + 20} sheep. Nobody paid."
        passages.append({"id": f"p{n}", "title": title, "text": text})
        for asks, answers in (
            (f"Where did ferry {n} sail from?", [town]),
            (f"How many sheep did ferry {n} carry?", [str(n + 20)]),
            (f"How many goats did ferry {n} carry?", []),
            (f"Who paid for ferry {n}?", []),
        ):
            questions.append(
                {
                    "question": asks,
                    "passage": f"p{n}",
                    "title": title,
                    "answers": answers,
                    "answerable": bool(answers),
                }
            )
    for name, rows in (("passages", passages), ("questions", questions)):
        (squad2 / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return folder


def test_a_reader_is_trained_and_its_card_says_from_what(
    sets: Path, small_reader: Path, tmp_path: Path
) -> None:
    from evals.reader.model import load
    from evals.reader.train import LICENCES, main

    out = tmp_path / "reader"
    options = ["--data", str(sets / "train"), "--start", str(small_reader), "--out", str(out)]
    assert main([*options, "--epochs", "1", "--limit", "40"]) == 0
    card = json.loads((out / CARD).read_text())
    files = {file["file"]: file for file in card["data"]}
    assert set(files) == {f"{name}.jsonl.gz" for name in (*SOURCES, *CLAIMS)}
    assert set(LICENCES) == {*SOURCES, *CLAIMS}
    assert all(file["licence"] and len(file["sha256"]) == 64 for file in files.values())
    claims = card["examples"]["claim supported"] + card["examples"]["claim not supported"]
    assert claims == round(0.4 * 40)
    assert sum(card["examples"].values()) == 40 + claims
    assert card["epochs"] == 1
    assert 0 <= card["validation"]["answer_found"] <= 1
    before, after = (dict(load(folder)[0].named_parameters()) for folder in (small_reader, out))
    changed = {name for name in before if not before[name].equal(after[name])}
    assert "sentence.weight" in changed
    # The vocabulary stays as it was.
    assert not any(name.startswith("encoder.embeddings.") for name in changed)


def test_a_reader_reads_alike_in_any_batch(small_reader: Path) -> None:
    from evals.reader.model import inputs, load

    reader, encoder = load(small_reader)
    few = encoder.encode("who won game 3", ["Dolmar won game 3."])
    more = encoder.encode("who won game 3", ["It rained on day 4.", "Dolmar won game 3.", "Why?"])
    alone, passage, ends = reader(*inputs(collate([few])))
    together, passages, all_ends = reader(*inputs(collate([more, few])))
    # What a batch is padded with changes nothing.
    assert together[1, 0].item() == pytest.approx(alone[0, 0].item(), abs=1e-4)
    assert passages[1].item() == pytest.approx(passage[0].item(), abs=1e-4)
    assert together.shape == (2, 3)
    assert passages.shape == (2,)
    width = len(few.tokens)
    assert all_ends.shape == (2, len(more.tokens), 2)
    assert all_ends[1, :width].detach().numpy() == pytest.approx(ends[0].detach().numpy(), abs=1e-4)


def test_training_follows_what_it_is_shown(small_reader: Path) -> None:
    from evals.course import Course
    from evals.reader.fit import encoded, fit, measure
    from evals.reader.model import load

    reader, encoder = load(small_reader)
    shown = [
        Example(
            f"who won game {n}",
            ("It rained.", f"{town} won game {n}."),
            (False, True),
            answerable=True,
            kind="gold",
        )
        for n, town in enumerate(TOWNS)
    ]
    shown += [
        replace(one, sentences=one.sentences[:1], labels=(False,), answerable=False, kind="removed")
        for one in shown
    ]
    pairs = encoded(shown, encoder)
    before = measure(reader, pairs)
    kept: list[float] = []
    course = Course(len(pairs) * 30, None)
    fit(reader, pairs, pairs, course, lambda: kept.append(course.share), 3e-3)
    after = measure(reader, pairs)
    assert after["passage_auc"] == after["sentence_auc"] == after["top_sentence"] == 1.0
    assert before["passage_auc"] < 1.0 or before["sentence_auc"] < 1.0
    assert kept == sorted(kept)
    assert len(kept) == 5


def test_what_cannot_be_read_is_not_learnt_from(small_reader: Path) -> None:
    from evals.reader.fit import encoded
    from evals.reader.model import load

    _, encoder = load(small_reader)
    long = Example("who", ("red " * 400, "Ann won."), (False, True), answerable=True, kind="gold")
    blank = Example("who", ("\u200b", "Ann won."), (False, True), answerable=True, kind="gold")
    short = Example("who", ("Ann won.",), (True,), answerable=True, kind="gold", answers=("Ann",))
    ((example, read),) = encoded([long, blank, short], encoder)
    assert example == short
    assert read.answer == (read.sentences[0][0],) * 2


def test_a_sentence_without_tokens_has_no_short_answer(small_reader: Path) -> None:
    from evals.reader.model import load
    from evals.reader.scores import read_all

    reader, encoder = load(small_reader)
    blank = encoder.encode("who", ["\u200b"])
    half = encoder.encode("who", ["\u200b", "Ann won."])
    nothing, something = read_all(reader, [blank, half])
    assert nothing.answer == (0, 0)
    first, last = something.answer
    assert half.sentences[1][0] <= first <= last < half.sentences[1][1]


def test_the_rate_warms_up_and_falls() -> None:
    from evals.course import WARM_UP, Course

    rates = [Course(1000, None, done=done).rate for done in range(0, 1001, 10)]
    top = rates.index(max(rates))
    assert top == pytest.approx(100 * WARM_UP, abs=2)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert 0 < rates[0] < 0.05
    assert rates[-1] == 0
    assert Course(1000, 1e-9).share == 1


def test_folds_hold_whole_articles_and_about_as_many_questions_each() -> None:
    from evals.reader.tune import folds_of

    titles = [f"Article {n}" for n in range(20) for _ in range(n + 1)]
    placed = folds_of(titles, 3)
    assert set(placed) == set(titles)
    sizes = Counter(placed[title] for title in titles)
    assert set(sizes) == {0, 1, 2}
    assert max(sizes.values()) - min(sizes.values()) <= 20
    assert folds_of(RANDOM.sample(titles, len(titles)), 3) == placed


def test_questions_that_only_seem_to_be_answered_are_learnt_as_they_are(sets: Path) -> None:
    from evals.reader.tune import read_squad2

    read = list(read_squad2(sets / "squad2"))
    assert len(read) == 72
    seeming = [one for one in read if isinstance(one, Example)]
    assert len(seeming) == 36
    assert all(not one.answerable and not any(one.labels) for one in seeming)
    assert {one.kind for one in seeming} == {"unanswerable"}
    answered = [one for one in read if isinstance(one, Asked)]
    assert all(sum(label is True for label in one.labels) == 1 for one in answered)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty reports, some of them held apart."""
    folder = tmp_path_factory.mktemp("written")
    with (folder / "towns.jsonl").open("w", encoding="utf-8") as file:
        for town in (*TOWNS, *reversed(TOWNS)):
            answered = {"sentence": 1, "words": "Ida Roos"}
            report = {
                "title": town,
                "outlet": f"{town} Post",
                "published": "2026-03-02",
                "sentences": [f"{town} has a bridge.", f"Ida Roos opened it for {town}."],
                "questions": [
                    {"question": f"Who inaugurated the bridge of {town}?", "answers": [answered]},
                    {"question": f"Who built the bridge of {town}?", "answers": []},
                ],
            }
            file.write(f"{json.dumps(report)}\n")
    return folder


@pytest.fixture(scope="module")
def tuned(
    sets: Path, small_reader: Path, written: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    from evals.reader.tune import main

    out = tmp_path_factory.mktemp("tuned")
    options = ["--data", str(sets), "--out", str(out), "--written", str(written)]
    assert main([str(small_reader), *options]) == 0
    return out


def test_a_reader_is_tuned_without_a_third_of_the_articles_and_judged_by_it(tuned: Path) -> None:
    card = json.loads((tuned / CARD).read_text("utf-8"))
    assert card["tuned"]["examples"]["unanswerable"] == card["tuned"]["examples"]["whole"] == 24
    assert len(card["tuned"]["held_apart"]) == 2
    assert 0 <= card["tuned"]["validation"]["auc_unanswerable"] <= 1
    assert card["tuned"]["examples"]["written"] == card["tuned"]["examples"]["written unanswerable"]
    assert card["tuned"]["examples"]["written"] < card["tuned"]["written"]["reports"] == 20
    assert 0 <= card["tuned"]["written"]["validation"]["passage_auc"] <= 1
    # It stays said what it was trained from before.
    assert card["method"] == "none: its weights are random"
    assert card["tuned"]["data"]["licence"] == "CC BY-SA 4.0"
    assert set(card["files"]) == {"reader.onnx", "tokenizer.json"}


def test_what_was_tuned_is_exported_and_can_be_asked(tuned: Path) -> None:
    from rag.reader import OnnxReader, ToRead

    (reading,) = OnnxReader(tuned).read("Who?", [ToRead("", ("Ann won.", "It rained."))])
    assert len(reading.sentences) == 2


@pytest.fixture
def cached(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("DATELINE_CACHE", str(cache))


@pytest.mark.usefixtures("cached")
def test_the_weights_are_fitted_on_articles_that_the_reader_did_not_see(
    sets: Path, tuned: Path, written: Path, tmp_path: Path
) -> None:
    from evals import calibrate
    from rag import candidates, decision, evidence
    from rag.calibration import Logistic

    out = tmp_path / "calibration.json"
    options = [str(sets / "squad2"), "--reader", str(tuned), "--close", str(tuned)]
    options += ["--out", str(out), "--written", str(written)]
    assert calibrate.main(options) == 0
    fitted = json.loads(out.read_text("utf-8"))
    for name, features in (
        ("passage", evidence.PASSAGE_FEATURES),
        ("sentence", candidates.SENTENCE_FEATURES),
        ("read_sentence", candidates.READ_SENTENCE_FEATURES),
        ("decision", decision.DECISION_FEATURES),
        ("read_decision", decision.READ_DECISION_FEATURES),
        ("close_sentence", candidates.CLOSE_SENTENCE_FEATURES),
        ("close_decision", decision.CLOSE_DECISION_FEATURES),
    ):
        assert Logistic.from_json(fitted[name], features).features == features
    told = fitted["provenance"]
    assert told["data"] == "squad2"
    golden = {
        kind: told["questions"].pop(f"golden {kind}") for kind in ("answerable", "unanswerable")
    }
    assert min(golden.values()) > 50
    reports = {told["questions"].pop(f"written {kind}") for kind in golden}
    assert len(reports) == 1
    assert 0 < min(reports) < 20
    assert told["questions"] == {"absent": 12, "answerable": 12, "unanswerable": 12}
    assert told["folds"] == 5
    assert 0 < told["mrr_at_10"] <= 1
    for side in ("with_close_reader", "with_reader", "without"):
        assert 0 < told[side]["first_sentence_right"] <= told[side]["one_of_three_right"] <= 1
        assert set(told[side]["answered"]) == {
            *("absent", "answerable", "unanswerable"),
            *("golden answerable", "golden unanswerable"),
            *("written answerable", "written unanswerable"),
        }


def test_a_trained_reader_is_measured_on_each_set(
    sets: Path,
    small_reader: Path,
    written: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from evals.reader.measure import main

    shutil.copytree(sets / "squad2", tmp_path / "squad2")
    shutil.copytree(sets / "squad2", tmp_path / "nyt")
    (tmp_path / "clapnq").mkdir()
    rows = [
        {
            "question": f"who won game {n}",
            "answerable": n % 2 == 0,
            "output": [{"selected_sentences": ["Ann won."] if n % 2 == 0 else None}],
            "passages": [{"sentences": ["It rained.", "\u200b", "Ann won.", "red " * 400]}],
        }
        for n in range(6)
    ]
    questions = "\n".join(map(json.dumps, rows))
    (tmp_path / "clapnq" / "questions.jsonl").write_text(questions, "utf-8")
    options = ["--data", str(tmp_path), "--written", str(written), "--limit", "20"]
    assert main([str(small_reader), *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "clapnq: 6 questions, 3 answerable" in lines
    assert any(line.startswith("squad2: AUC of the passage 0.") for line in lines)
    assert any(line.startswith("written: AUC of the passage ") for line in lines)
    assert sum("the best sentence answers" in line for line in lines) == 4
