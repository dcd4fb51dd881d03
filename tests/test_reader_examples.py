import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from evals.benchmarks.data import BenchmarkError
from evals.reader.changes import Changer
from evals.reader.examples import LONGEST, Example, make_examples, split
from evals.reader.sources import SOURCES, Asked, as_written, file_of, read_sources

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
    from evals.reader.model import TOKENIZER, Encoder
    from index.models import DEFAULT_MODEL, locate

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
    from evals.reader.model import MAX_QUESTION, MAX_TOKENS, TOKENIZER, Encoder
    from index.models import DEFAULT_MODEL, locate

    encoder = Encoder(locate(DEFAULT_MODEL) / TOKENIZER)
    encoded = encoder.encode("who " * 500, ["red " * 100, "blue " * 200, "green " * 9])
    assert encoded.question == MAX_QUESTION + 2
    assert len(encoded.tokens) == MAX_TOKENS
    assert encoded.tokens[-1] == encoded.tokens[encoded.question - 1]
    assert [b - a for a, b in encoded.sentences] == [100, MAX_TOKENS - MAX_QUESTION - 103, 0]


def test_a_trained_reader_is_loaded_and_reads_alike_in_any_batch(tmp_path: Path) -> None:
    from evals.reader.model import collate, load
    from evals.reader.train import main

    rows = [
        marked(
            f"It rained on day {number}. {town} won game {number}. Nobody else did. It was late.",
            town,
            question=f"who won game {number}",
            title=f"Game {number}",
        )
        for number, town in ((number, TOWNS[number % 10]) for number in range(60))
    ]
    out = tmp_path / "reader"
    data = write_sources(tmp_path, qed_dev=rows)
    assert main(["--data", str(data), "--out", str(out), "--epochs", "1", "--limit", "40"]) == 0
    card = json.loads((out / "card.json").read_text())
    assert {file["file"] for file in card["data"]} == {f"{name}.jsonl.gz" for name in SOURCES}
    assert all(file["licence"] and len(file["sha256"]) == 64 for file in card["data"])
    assert sum(card["examples"].values()) == 40
    reader, encoder = load(out)
    few = encoder.encode("who won game 3", ["Dolmar won game 3."])
    more = encoder.encode("who won game 3", ["It rained on day 4.", "Dolmar won game 3.", "Why?"])
    alone, _ = reader(*collate([few]).inputs())
    together, passages = reader(*collate([more, few]).inputs())
    # What a batch is padded with changes nothing.
    assert together[1, 0].item() == pytest.approx(alone[0, 0].item(), abs=1e-4)
    assert together.shape == (2, 3)
    assert passages.shape == (2,)
