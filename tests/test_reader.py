"""The reader: which sentences answer, and where, by a network that is exactly the exported one."""

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rag.network
import rag.reader
from index.models import DEFAULT_MODEL, locate
from index.types import Span
from rag.errors import ReaderError
from rag.network import CARD, TOKENIZER
from rag.reader import (
    GRAPH,
    LONGEST_ANSWER,
    UNREAD,
    OnnxReader,
    Reading,
    ToRead,
    best_ends,
    bundled_reader,
    short_answer,
)
from rag.reader_input import MAX_QUESTION, MAX_TITLE, MAX_TOKENS, Encoder, collate
from tests.conftest import ROOT

QUESTION = "When did the mill at Arden burn down?"
MILL = ToRead(
    "Fire at Arden",
    (
        "The mayor of Arden, Anna Berg, spoke on Monday.",
        "The mill burned down in 1931, and nobody was hurt.",
        "It was never rebuilt.",
    ),
)
# The text of a word that stands for itself alone: as many tokens as words.
WORD = "red "


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(locate(DEFAULT_MODEL) / TOKENIZER)


@pytest.fixture(scope="module")
def reader(exported_reader: Path) -> OnnxReader:
    return OnnxReader(exported_reader)


@pytest.fixture
def copy(exported_reader: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported_reader, tmp_path / "reader"))


def assert_sound(reading: Reading, passage: ToRead) -> None:
    """Check what holds of every reading."""
    assert len(reading.sentences) == len(reading.answers) == len(passage.sentences)
    assert np.isfinite([reading.passage, *reading.sentences]).all()
    for sentence, answer in zip(passage.sentences, reading.answers, strict=True):
        if answer is not None:
            assert 0 <= answer.span.start <= answer.span.end <= len(sentence)
            assert np.isfinite(answer.score)


def test_the_exported_reader_says_what_the_trained_one_says(
    small_reader: Path, exported_reader: Path, reader: OnnxReader
) -> None:
    import torch

    from evals.reader.model import inputs, load

    trained, encoder = load(small_reader)
    pairs = [
        (QUESTION, MILL.sentences, MILL.title),
        ("Who leads the board?", ("Ada Quist leads the harbour board.",), ""),
        ("Why did the ferry stop?", ("It rained.", "The ferry stopped after a fault."), "Ferry"),
    ]
    with torch.no_grad():
        sentences, passages, _ = trained(*inputs(collate([encoder.encode(*p) for p in pairs])))
    true = [*(row[: len(p[1])] for row, p in zip(sentences.numpy(), pairs, strict=True))]
    found = [reader.read(asked, [ToRead(title, told)])[0] for asked, told, title in pairs]
    logits = np.concatenate([*true, passages.numpy()])
    read = np.array([*(x for one in found for x in one.sentences), *(one.passage for one in found)])
    # Eight bits a weight leave a small difference, far below what tells one text from another.
    assert np.abs(logits - read).max() < 0.25 * logits.std()
    card = json.loads((exported_reader / CARD).read_text("utf-8"))
    assert card["method"] == "none: its weights are random"
    assert 0 <= card["exported"]["mean_difference"] <= card["exported"]["largest_difference"] < 0.5


def test_the_same_passage_is_read_alike_alone_and_among_others(reader: OnnxReader) -> None:
    others = [ToRead("", ("Rain fell.",) * n) for n in (1, 9, 4, 2, 7)]
    (alone,) = reader.read(QUESTION, [MILL])
    among = reader.read(QUESTION, [*others[:2], MILL, *others[2:]])
    assert len(among) == 6
    # What pads a batch is not read; only the step of eight bits hangs on what is read with it.
    near = 0.1 * np.ptp([logit for one in among for logit in one.sentences])
    assert near > 0.1
    assert among[2].sentences == pytest.approx(alone.sentences, abs=near)
    assert among[2].passage == pytest.approx(alone.passage, abs=near)


def test_what_is_read_depends_on_the_question_and_on_the_title(reader: OnnxReader) -> None:
    (one,) = reader.read(QUESTION, [MILL])
    (other,) = reader.read("Who is the mayor?", [MILL])
    (untitled,) = reader.read(QUESTION, [ToRead("", MILL.sentences)])
    assert one.sentences != other.sentences
    assert one.sentences != untitled.sentences


@pytest.mark.parametrize(("flags", "exact"), [("sse2 avx2", True), ("avx512_vnni", False)])
def test_only_a_processor_that_does_not_multiply_eight_bits_is_told_to_add_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, *, exact: bool
) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags : fpu {flags}\n", "utf-8")
    monkeypatch.setattr(rag.network, "CPU_INFO", tmp_path / "cpuinfo")
    options = rag.network.exact_options()
    if exact:
        assert options.get_session_config_entry(rag.network.EXACT) == "1"
        return
    with pytest.raises(RuntimeError, match="does not have configuration"):
        options.get_session_config_entry(rag.network.EXACT)


def test_what_is_added_exactly_reads_the_same(
    exported_reader: Path, reader: OnnxReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.network, "CPU_INFO", tmp_path / "none")
    [known] = reader.read(QUESTION, [MILL])
    [exact] = OnnxReader(exported_reader).read(QUESTION, [MILL])
    assert exact.passage == pytest.approx(known.passage, abs=0.2)
    assert exact.sentences == pytest.approx(known.sentences, abs=0.2)


def test_nothing_to_read_is_no_reading(reader: OnnxReader) -> None:
    assert reader.read(QUESTION, []) == []
    assert reader.read(QUESTION, [ToRead("Fire", ())]) == [Reading(UNREAD, (), ())]


def test_a_long_passage_is_read_in_parts_and_no_sentence_is_lost(reader: OnnxReader) -> None:
    sentences = tuple(f"The mill of town {n} burned down in {1800 + n}." for n in range(90))
    (reading,) = reader.read(QUESTION, [ToRead("Mills", sentences)])
    assert_sound(reading, ToRead("Mills", sentences))
    assert min(reading.sentences) > UNREAD
    assert all(answer is not None for answer in reading.answers)


def test_a_sentence_that_was_cut_off_is_read_whole_in_the_next_part(encoder: Encoder) -> None:
    class Kept(OnnxReader):
        def __init__(self) -> None:
            self._encoder = encoder

    sentences = (WORD * 200, "", "\u200b", WORD * 150, "\u200b", "The mill burned.", WORD * 9)
    parts = Kept()._parts(QUESTION, ToRead("", sentences))
    whole = set()
    for first, part in parts:
        for place, ((start, end), offsets) in enumerate(
            zip(part.sentences, part.offsets, strict=True), start=first
        ):
            if end - start == len(offsets):
                whole.add(place)
                assert len(part.sentences) == len(sentences) - first
    assert {place for place, text in enumerate(sentences) if text.strip("\u200b")} <= whole
    assert [first for first, _ in parts] == [0, 3]


def test_a_sentence_longer_than_can_be_read_is_read_from_its_beginning(reader: OnnxReader) -> None:
    passage = ToRead("", ("It rained.", "The mill " + WORD * 2000, "It burned down in 1931."))
    (reading,) = reader.read(QUESTION, [passage])
    assert_sound(reading, passage)
    assert min(reading.sentences) > UNREAD
    long = reading.answers[1]
    assert long is not None
    assert long.span.end < MAX_TOKENS * len(WORD) + len("The mill ")


def test_a_passage_counts_as_its_best_part(reader: OnnxReader) -> None:
    sentences = tuple(f"{WORD * 280}{n}." for n in range(3))
    (reading,) = reader.read(QUESTION, [ToRead("", sentences)])
    alone = [reader.read(QUESTION, [ToRead("", (one,))])[0].passage for one in sentences]
    assert reading.passage >= max(alone) - 0.05


def test_what_holds_no_token_is_not_read(reader: OnnxReader) -> None:
    passage = ToRead("\u200b", ("\u200b", "The mill burned down.", ""))
    (reading,) = reader.read("When?", [passage])
    assert (reading.sentences[0], reading.answers[0]) == (UNREAD, None)
    assert (reading.sentences[2], reading.answers[2]) == (UNREAD, None)
    assert reading.sentences[1] > UNREAD
    (nothing,) = reader.read("When?", [ToRead("", ("\u200b",))])
    assert_sound(nothing, ToRead("", ("\u200b",)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(max_size=90),
    st.text(max_size=60),
    st.lists(st.text(max_size=90), max_size=5),
)
def test_any_text_is_read_and_short_answers_lie_in_their_sentences(
    reader: OnnxReader, question: str, title: str, sentences: list[str]
) -> None:
    passage = ToRead(title, tuple(sentences))
    (reading,) = reader.read(question, [passage])
    assert_sound(reading, passage)


@settings(deadline=None)
@given(st.text(max_size=400), st.lists(st.text(max_size=800), max_size=8), st.text(max_size=200))
def test_no_text_is_too_long_to_be_fed(
    encoder: Encoder, question: str, sentences: list[str], title: str
) -> None:
    encoded = encoder.encode(question, sentences, title)
    assert encoded.question <= MAX_QUESTION + 2
    assert len(encoded.tokens) <= MAX_TOKENS
    assert encoded.tokens[-1] == encoded.tokens[encoded.question - 1]
    ends = [encoded.question, *(place for span in encoded.sentences for place in span)]
    assert ends == sorted(ends)
    assert ends[-1] <= len(encoded.tokens) - 1


def test_each_token_is_said_to_stand_where_it_stands(encoder: Encoder) -> None:
    sentence = "Zoë’s café, 😀 Arden, cost £75.8m."
    encoded = encoder.encode("Who?", [sentence], "A title")
    ((start, end),) = encoded.sentences
    ((*offsets,),) = encoded.offsets
    assert end - start == len(offsets)
    assert "".join(sentence[a:b] for a, b in offsets) == sentence.replace(" ", "")


def test_a_batch_shares_each_mean_among_its_own_tokens(encoder: Encoder) -> None:
    long = encoder.encode(QUESTION, MILL.sentences, MILL.title)
    batch = collate([encoder.encode("Who?", ["Anna."]), long])
    assert batch.tokens.shape == batch.attention.shape == batch.types.shape == (2, len(long.tokens))
    assert batch.sentences.shape == (2, 3, len(long.tokens))
    assert batch.sentences.sum(axis=2)[1] == pytest.approx([1, 1, 1])
    assert batch.sentences.sum(axis=2)[0] == pytest.approx([1, 0, 0])
    assert batch.question.sum(axis=1) == pytest.approx([1, 1])
    # The title is the passage's, and no sentence's.
    titled = slice(long.question, long.sentences[0][0])
    assert titled.stop - titled.start == 3
    assert batch.types[1, titled].all()
    assert not batch.sentences[1, :, titled].any()
    assert batch.attention.sum(axis=1).tolist() == [7, len(long.tokens)]


def test_a_question_and_a_title_leave_room_for_the_passage(encoder: Encoder) -> None:
    encoded = encoder.encode(WORD * 500, ["The mill burned down."], WORD * 500)
    assert encoded.question == MAX_QUESTION + 2
    assert encoded.sentences[0][0] == MAX_QUESTION + 2 + MAX_TITLE
    assert encoded.whole


@pytest.mark.parametrize(
    ("answers", "answering", "words"),
    [
        (["anna berg"], [0], "anna berg"),
        (["1931"], [0, 1], "1931"),
        (["nobody", "Anna Berg"], [0], "anna berg"),
        (["Berg"], [1], None),
        (["An"], [0], None),
        ([], [0], None),
        (["Anna Berg"], [], None),
    ],
)
def test_a_short_answer_is_found_as_whole_words_in_a_sentence_that_answers(
    encoder: Encoder, answers: list[str], answering: list[int], words: str | None
) -> None:
    from tokenizers import Tokenizer

    encoded = encoder.encode(QUESTION, MILL.sentences, "Anna Berg", answers, answering)
    if words is None:
        assert encoded.answer is None
        return
    assert encoded.answer is not None
    first, last = encoded.answer
    tokenizer = Tokenizer.from_file(str(locate(DEFAULT_MODEL) / TOKENIZER))
    assert tokenizer.decode(list(encoded.tokens[first : last + 1])) == words


def test_an_answer_that_was_cut_off_is_not_known(encoder: Encoder) -> None:
    sentence = f"{WORD * 400}Anna Berg."
    assert encoder.encode("Who?", [sentence], "", ["Anna Berg"], [0]).answer is None


@given(
    st.integers(1, 60).flatmap(
        lambda count: arrays(
            np.float32,
            (count, 2),
            elements=st.floats(-20, 20, width=32, allow_subnormal=False),
        )
    )
)
def test_an_answer_never_ends_before_its_start_nor_too_far_from_it(
    ends: npt.NDArray[np.float32],
) -> None:
    first, last = best_ends(ends)
    assert 0 <= first <= last < len(ends)
    assert last - first < LONGEST_ANSWER
    best = max(
        float(ends[i, 0] + ends[j, 1])
        for i in range(len(ends))
        for j in range(i, min(len(ends), i + LONGEST_ANSWER))
    )
    assert float(ends[first, 0] + ends[last, 1]) == best


def test_a_short_answer_is_given_in_characters_of_its_sentence() -> None:
    ends = np.array([[0, 8], [5, 0], [0, 4], [3, 3]], dtype=np.float32)
    answer = short_answer(ends, [(0, 3), (4, 8), (8, 9), (10, 12)])
    assert answer.span == Span(4, 9)
    assert answer.score == 9


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
def test_a_changed_byte_is_refused_in_one_line(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ReaderError, match=r"missing or damaged: .*--no-reader") as caught:
        OnnxReader(copy)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, CARD])
def test_a_missing_file_is_refused_likewise(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ReaderError, match="missing or damaged"):
        OnnxReader(copy)


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"files": {}}', '{"files": null}'])
def test_a_card_that_names_no_files_is_refused_likewise(copy: Path, card: str) -> None:
    (copy / CARD).write_text(card)
    with pytest.raises(ReaderError, match="missing or damaged"):
        OnnxReader(copy)


def test_what_is_not_the_exported_graph_is_never_run(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    (copy / GRAPH).write_bytes(b"not a graph")
    run: list[object] = []
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *given, **_: run.append(given))
    with pytest.raises(ReaderError):
        OnnxReader(copy)
    assert run == []


def test_a_package_without_its_reader_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.reader, "files", lambda _: tmp_path)
    with pytest.raises(ReaderError, match="install Dateline again, or ask with --no-reader"):
        bundled_reader.__wrapped__()


def test_what_reads_closely_is_loaded_while_the_other_is_used_and_missed_when_needed(
    exported_reader: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(exported_reader, tmp_path / "reader_model")
    monkeypatch.setattr(rag.reader, "files", lambda _: tmp_path)
    reader = bundled_reader.__wrapped__()
    assert len(reader.read(QUESTION, [MILL])) == 1
    with pytest.raises(ReaderError, match="close_reader_model is missing or damaged"):
        _ = reader.closely
    with pytest.raises(ReaderError, match="close_reader_model is missing or damaged"):
        reader.loaded()
    shutil.copytree(exported_reader, tmp_path / "close_reader_model")
    whole = bundled_reader.__wrapped__()
    assert whole.loaded() is whole
    assert whole.closely is not None


# The reader that ships ------------------------------------------------------------------------

shipped = pytest.mark.skipif(
    not (ROOT / "rag" / "reader_model" / GRAPH).exists(),
    reason="the trained reader is not in this checkout (rag/reader_model/reader.onnx)",
)
FERRY = (
    "The ferry to Tarn Island did not sail on Tuesday.",
    "A fault in its engine, found early in the morning, kept it in the harbour.",
    "About 340 passengers were brought across by fishing boats instead.",
    "The owner, Karin Holt, promised to pay back every fare.",
)
CASES = [
    ("How many people were carried by fishing boats?", FERRY, 2),
    ("What kept the ferry in the harbour?", FERRY, 1),
    ("Who owns the ferry?", FERRY, 3),
    ("When did the mill burn down?", MILL.sentences, 1),
    ("Who is mayor of Arden?", MILL.sentences, 0),
]
BESIDE = [
    ("What kept the ferry in the harbour?", "What does a ticket for the ferry cost?"),
    ("Who owns the ferry?", "Who built the ferry to Tarn Island?"),
    ("On what day did the ferry not sail?", "When will the new bridge to Tarn Island open?"),
]


@pytest.fixture(params=["reader", "close reader"])
def shipped_reader(request: pytest.FixtureRequest) -> OnnxReader:
    reader = bundled_reader() if request.param == "reader" else bundled_reader().closely
    assert reader is not None
    return reader


@shipped
@pytest.mark.parametrize(("question", "sentences", "right"), CASES, ids=lambda v: str(v)[:30])
def test_a_shipped_reader_puts_the_answering_sentence_first(
    shipped_reader: OnnxReader, question: str, sentences: tuple[str, ...], right: int
) -> None:
    (reading,) = shipped_reader.read(question, [ToRead("", sentences)])
    assert int(np.argmax(reading.sentences)) == right


@shipped
@pytest.mark.parametrize(("answered", "beside"), BESIDE)
def test_a_shipped_reader_tells_what_a_passage_answers_from_what_it_is_only_about(
    shipped_reader: OnnxReader, answered: str, beside: str
) -> None:
    (yes,) = shipped_reader.read(answered, [ToRead("", FERRY)])
    (no,) = shipped_reader.read(beside, [ToRead("", FERRY)])
    assert yes.passage > no.passage


@shipped
def test_a_shipped_reader_finds_the_short_answer(shipped_reader: OnnxReader) -> None:
    (reading,) = shipped_reader.read(
        "How many passengers were brought across?", [ToRead("", FERRY)]
    )
    answer = reading.answers[2]
    assert answer is not None
    assert "340" in answer.span.of(FERRY[2])


@shipped
def test_the_shipped_readers_are_small_and_loaded_once() -> None:
    assert (ROOT / "rag" / "reader_model" / GRAPH).stat().st_size < 30e6
    # What hosts of repositories take as one file.
    assert (ROOT / "rag" / "close_reader_model" / GRAPH).stat().st_size < 100e6
    assert bundled_reader() is bundled_reader()
    closely = bundled_reader().closely
    assert closely is not None
    assert closely.closely is None


def test_the_wheel_takes_the_reader_along() -> None:
    import tomllib

    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "rag" in wheel["targets"]["wheel"]["packages"]
    # What git ignores the wheel leaves out.
    ignored = (ROOT / ".gitignore").read_text().split()
    names = (GRAPH, TOKENIZER, CARD, "README.md", "reader_model/", "close_reader_model/")
    assert not [rule for rule in ignored if any(Path(name).match(rule) for name in names)]
