"""What the verifier's network is fed, what it says, and what it learns from."""

import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.types import Span
from rag.errors import ReaderError
from rag.network import CARD, TOKENIZER
from rag.verify.claim_input import MAX_CLAIM, MAX_TOKENS, ClaimEncoder, collate
from rag.verify.entailment import GRAPH, Entailment, OnnxClaimReader, bundled_claim_reader
from rag.verify.nearest import nearest_first
from rag.verify.support import FEATURES, features, fitted, support, weights

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "rag" / "verify" / "claim_reader"
QUAY = (
    "The harbour board voted on Monday to build a second quay.",
    "Nine members were in favour and four against.",
    "Its chair, Ada Quist, promised that work would begin in the spring.",
)


@pytest.fixture(scope="module")
def encoder() -> ClaimEncoder:
    return ClaimEncoder(FOLDER / TOKENIZER)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "claim_reader"))


# What it is fed ---------------------------------------------------------------------------------


def test_the_sentences_that_hold_most_of_a_claim_come_first() -> None:
    assert nearest_first("Ada Quist promised work in the spring", QUAY)[0] == 2
    assert nearest_first("Nine members of the harbour board", QUAY)[:2] == [0, 1]
    assert sorted(nearest_first("", QUAY)) == [0, 1, 2]


def test_what_is_gathered_covers_the_claim_rather_than_saying_one_thing_twice() -> None:
    twice = ("The mill burned in 1931.", "In 1931 the mill burned down.", "Ada Quist owned it.")
    assert nearest_first("The mill of Ada Quist burned in 1931", twice)[:2] in ([0, 2], [2, 0])


def test_a_claim_is_told_from_its_evidence(encoder: ClaimEncoder) -> None:
    claim = "Nine were in favour."
    one = encoder.encode(claim, QUAY[:2])
    batch = collate([one, encoder.encode("No.", QUAY[:1])])
    assert [claim[start:end] for start, end in one.offsets] == ["Nine", "were", "in", "favour", "."]
    assert batch.claim[0].sum() == len(one.offsets)
    assert batch.claim[0, 1] == 1
    assert not (batch.claim * batch.types).any()
    assert batch.attention[0].sum() == len(one.tokens)
    assert batch.types[0].sum() == len(one.tokens) - len(one.offsets) - 2


def test_long_evidence_keeps_the_sentences_that_are_nearest(encoder: ClaimEncoder) -> None:
    filler = tuple(f"Member {n} of the council spoke of the weather at length." for n in range(80))
    one = encoder.encode(QUAY[2], (*filler[:40], QUAY[2], *filler[40:]))
    assert len(one.tokens) <= MAX_TOKENS
    alone = encoder.encode(QUAY[2], (QUAY[2],))
    quoted = alone.tokens[len(alone.offsets) + 2 : -1]
    held = one.tokens[len(one.offsets) + 2 :]
    assert any(
        held[start : start + len(quoted)] == quoted for start in range(len(held) - len(quoted) + 1)
    )


def test_a_claim_that_is_cut_says_so(encoder: ClaimEncoder) -> None:
    assert encoder.encode("word " * MAX_CLAIM, QUAY).whole
    assert not encoder.encode("word " * (MAX_CLAIM + 1), QUAY).whole


# What it says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("borne_out", "wrong"),
    [
        (
            "Work on the quay is to begin in the spring, Ada Quist promised.",
            "Work on the quay is to begin in the autumn, Ada Quist promised.",
        ),
        ("The board decided to build a second quay.", "The board decided to close a second quay."),
        ("Four members were against it.", "Nine members were against it."),
    ],
)
def test_what_is_borne_out_is_likelier_than_what_is_not(borne_out: str, wrong: str) -> None:
    reader, source = bundled_claim_reader(), " ".join(QUAY)
    likely, unlikely = (
        support(text, source, reader.read(text, QUAY)).probability for text in (borne_out, wrong)
    )
    assert likely > unlikely


def test_the_shipped_network_is_small_and_loaded_once() -> None:
    assert (FOLDER / GRAPH).stat().st_size < 30e6
    assert bundled_claim_reader() is bundled_claim_reader()


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
def test_a_changed_byte_is_refused_in_one_line(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ReaderError, match=r"missing or damaged: .*without a model") as caught:
        OnnxClaimReader(copy)
    assert "\n" not in str(caught.value)


def test_a_missing_card_is_refused(copy: Path) -> None:
    (copy / CARD).unlink()
    with pytest.raises(ReaderError, match="missing or damaged"):
        OnnxClaimReader(copy)


# What is made of it -----------------------------------------------------------------------------


def said(*labels: float, wrong: tuple[tuple[Span, float], ...] = ()) -> Entailment:
    supported, contradicted, neutral = labels
    return Entailment((supported, contradicted, neutral), wrong, whole=True)


def test_the_surer_the_network_the_likelier_is_the_support() -> None:
    text = "Nine were in favour."
    found = [support(text, text, said(logit, 0, 0)).probability for logit in (-3, 0, 3)]
    assert found == sorted(found)
    assert 0 < found[0] < found[-1] < 1


def test_missing_words_never_speak_for_a_sentence() -> None:
    row = dict(zip(FEATURES, features("Robots sing.", "Nine spoke.", said(1, 0, 0)), strict=True))
    assert row["missing"] == 1
    assert dict(zip(FEATURES, weights().weights, strict=True))["missing"] <= 0


def test_the_stretch_around_the_likeliest_wrong_piece_is_told() -> None:
    pieces = ((Span(0, 3), -2.0), (Span(4, 8), 1.0), (Span(8, 10), 3.0), (Span(11, 14), -1.0))
    assert support("one twoooo end", "", said(0, 2, 1, wrong=pieces)).wrong == Span(4, 10)
    assert support("one twoooo end", "", said(0, 2, 1, wrong=pieces[:1])).wrong is None


def test_what_is_let_through_was_found_precise_on_claims_kept_apart() -> None:
    provenance = fitted()["provenance"]
    assert provenance["precision"] >= 0.95
    assert 0.5 < fitted()["threshold"] < 1
    assert provenance["method"] == "python -m evals.verifier.calibrate"


# What it learns from ----------------------------------------------------------------------------


def test_the_words_that_set_a_false_claim_apart_are_found() -> None:
    from evals.verifier.claims import _changed

    text, true = "Ada Quist leads the board.", "Ada Berg leads the board."
    assert [text[start:end] for start, end in _changed(text, true) or ()] == ["Quist"]
    assert _changed("Nothing is alike here.", true) is None
    assert _changed(true, true) is None


def test_of_several_sentences_those_that_are_wrong_are_told_from_the_others() -> None:
    from evals.verifier.claims import Claim, _by_sentence

    text = "The mill burned. It was rebuilt."
    start = text.index("rebuilt")
    claim = Claim(text, QUAY, "contradicted", "g", "s", ((start, start + 7),))
    first, second = _by_sentence([claim])
    assert (first.text, first.label, first.wrong) == ("The mill burned.", "supported", ())
    assert second.label == "contradicted"
    assert [second.text[a:b] for a, b in second.wrong or ()] == ["rebuilt"]


def test_what_surrounds_evidence_comes_from_other_documents_and_keeps_its_order() -> None:
    from evals.verifier.claims import Claim, _surrounded

    claims = [Claim(f"c{n}", (f"e{n}",), "supported", f"g{n}", "s") for n in range(50)]
    done = _surrounded(claims, random.Random(0))  # noqa: S311 - nothing is secret here
    assert any(len(claim.evidence) > 1 for claim in done)
    for before, after in zip(claims, done, strict=True):
        assert before.evidence[0] in after.evidence
        assert after.evidence.count(before.evidence[0]) == 1


def test_a_threshold_is_the_lowest_that_is_precise_enough() -> None:
    from evals.verifier.calibrate import calibration_error, least_precise

    judged = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    truth = np.array([True, True, False, True, True])
    assert least_precise(judged, truth, 0.95) == 0.8
    assert least_precise(judged, truth, 0.75) == 0.5
    assert least_precise(judged, ~truth, 1.0) == 1.0
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0
    assert calibration_error(np.array([1.0, 0.0]), np.array([False, True])) == 1


def test_the_networks_card_says_what_its_training_used() -> None:
    from evals.verifier.claims import CLAIMS, LICENCES, TEXTS

    card = (FOLDER / "README.md").read_text("utf-8")
    assert {name.split("-")[0] for name in (*CLAIMS, *TEXTS)} == set(LICENCES)
    for name, licence in LICENCES.items():
        [row] = [line for line in card.splitlines() if f"`{name}`" in line]
        assert licence in row, row
