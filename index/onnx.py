"""ONNX: the same embedding model without torch, so that a question costs milliseconds.

A handful of articles is embedded by it too, sooner than sentence-transformers would have started.

The model is exported once for each set of weights, into a folder shared by all collections, and
kept only when its vectors equal those of sentence-transformers. Running it needs onnxruntime,
tokenizers and numpy.
"""

import contextlib
import copy
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.embed import SAMPLE, PassageText, SentenceTransformerEmbedder, pooled, quiet, unit
from index.errors import ExportError, ModelError
from index.models import ModelIdentity, file_sha256
from index.types import PassageVectors, Span, Vector, Vectors

if TYPE_CHECKING:
    from onnxruntime import SessionOptions
    from tokenizers import Encoding, Tokenizer

FORMAT = 3
BATCH_SIZE = 16
TEMPORARY = ".export-"
ABANDONED_SECONDS = 3600
MIN_COSINE = 0.9999
TEXT_OUTPUT, TOKEN_OUTPUT = "sentence_embedding", "token_embeddings"
GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself.

    Attributes:
        identity: the model that it was made from.
        query_prompt, document_prompt: what goes before a query and before a passage.
        pools_tokens: whether a text's vector is the mean of its tokens' and nothing more.
        digests: the SHA-256 of each of its files, by name.
        reason: why this model has no export; None when it has one.
        exporter: the versions that the export was tried with.
    """

    identity: ModelIdentity
    query_prompt: str
    document_prompt: str
    pools_tokens: bool
    digests: dict[str, str]
    reason: str | None
    exporter: str


class OnnxEmbedder:
    """Embeds with an exported model: queries, and passages where it `pools_tokens`.

    Args:
        folder: what `export` made.

    Raises:
        ModelError: the folder is missing, damaged or from another version of Dateline.
    """

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        if manifest is None or manifest.reason is not None:
            raise ModelError(f"there is no exported model in {folder}: run `dateline build`")
        import onnxruntime  # noqa: PLC0415 - only where a query is embedded
        from tokenizers import Tokenizer  # noqa: PLC0415

        self.identity = manifest.identity
        self.precision = "float32"
        self.pools_tokens = manifest.pools_tokens
        self._query_prompt = manifest.query_prompt
        self._document_prompt = manifest.document_prompt
        options = session_options()
        try:
            # The graph is checked while it is being loaded; both leave the interpreter free.
            with ThreadPoolExecutor(1) as pool:
                found = pool.submit(_digests, folder)
                self._session = onnxruntime.InferenceSession(
                    str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
                )
                intact = found.result() == manifest.digests
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:
            raise _damaged(folder) from error
        if not intact:
            raise _damaged(folder)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.identity.max_tokens)

    @cached_property
    def _counter(self) -> "Tokenizer":
        """A tokenizer that counts all of a text; questions need none."""
        counter = copy.deepcopy(self._tokenizer)
        counter.no_truncation()
        return counter

    def embed_query(self, text: str) -> Vector:
        """Return the unit vector of one query, shape (dimension,)."""
        encoding = self._tokenizer.encode(self._query_prompt + text)
        (vectors,) = self._session.run([TEXT_OUTPUT], _feed([encoding], len(encoding)))
        return unit(vectors[0])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of queries, shape (queries, dimension).

        They differ from those that are made one by one in the last bits at most.
        """
        encodings = [self._tokenizer.encode(self._query_prompt + text) for text in texts]
        feed = _feed(encodings, max(len(encoding) for encoding in encodings))
        (vectors,) = self._session.run([TEXT_OUTPUT], feed)
        return unit(vectors)

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's tokens a text takes, special ones left out."""
        # Where tokens stand is not asked for, which makes it faster.
        [encoding] = self._counter.encode_batch_fast([text], add_special_tokens=False)
        return len(encoding)

    def embed_passages(self, passages: Sequence[PassageText]) -> Iterator[PassageVectors]:
        """Yield the vectors of each passage, in order. What a model cannot read is cut off."""
        encodings = [
            self._tokenizer.encode(self._document_prompt + passage.prefix + passage.text)
            for passage in passages
        ]
        # Passages of a length go together, so that little of the work is spent on padding.
        by_length = sorted(range(len(passages)), key=lambda i: len(encodings[i]))
        vectors: dict[int, PassageVectors] = {}
        for start in range(0, len(by_length), BATCH_SIZE):
            batch = by_length[start : start + BATCH_SIZE]
            feed = _feed([encodings[i] for i in batch], max(len(encodings[i]) for i in batch))
            wholes, tokens = self._session.run([TEXT_OUTPUT, TOKEN_OUTPUT], feed)
            for i, whole, rows in zip(batch, unit(wholes), tokens, strict=True):
                before = len(self._document_prompt) + len(passages[i].prefix)
                offsets = np.asarray(encodings[i].offsets) - before
                vectors[i] = pooled(passages[i], whole, rows[: len(offsets)], offsets)
        yield from (vectors[i] for i in range(len(passages)))


def session_options() -> "SessionOptions":
    """Return how a network is run: by at most two threads, which sleep while they wait.

    By default they would spin, which on an idle machine answers a little sooner, and takes from
    all else that runs on a busy one.
    """
    from onnxruntime import SessionOptions  # noqa: PLC0415 - only where a network is run

    options = SessionOptions()
    options.intra_op_num_threads = min(2, processors())
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def processors() -> int:
    """Return how many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _feed(encodings: Sequence["Encoding"], length: int) -> dict[str, npt.NDArray[np.int64]]:
    """Return the graph's inputs, each of shape (texts, length)."""
    ids = np.zeros((len(encodings), length), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding)] = encoding.ids
        mask[row, : len(encoding)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def _damaged(folder: Path) -> ModelError:
    return ModelError(f"the exported model in {folder} is damaged")


def read_manifest(folder: Path) -> Manifest | None:
    """Return what an export says of itself, or None when there is none that can be used.

    That a model cannot be exported is believed only of the exporter that is installed now.
    """
    try:
        value = json.loads((folder / MANIFEST).read_text("utf-8"))
        if value["format"] != FORMAT:
            return None
        manifest = Manifest(
            identity=ModelIdentity.from_json(value["identity"]),
            query_prompt=str(value["query_prompt"]),
            document_prompt=str(value["document_prompt"]),
            pools_tokens=bool(value["pools_tokens"]),
            digests=dict(value["digests"]),
            reason=value["reason"],
            exporter=str(value["exporter"]),
        )
    except (OSError, KeyError, TypeError, ValueError):
        return None
    if manifest.identity.key != folder.name:
        return None
    stale = manifest.reason is not None and manifest.exporter != _exporter()
    return None if stale else manifest


def export(embedder: SentenceTransformerEmbedder, folder: Path) -> str | None:
    """Export a model in float32 into `folder`, unless that has been done.

    The folder appears complete or not at all. A model that cannot be exported leaves a manifest
    that says why, so that it is not tried again for each question.

    Returns:
        None, or the reason why this model has no export.

    Raises:
        ModelError: the folder cannot be written.
    """
    manifest = read_manifest(folder)
    if manifest is not None:
        return manifest.reason
    if embedder.precision != "float32":
        raise ValueError("export a model before its precision is lowered")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=TEMPORARY) as temporary:
            staged = Path(temporary, folder.name)
            staged.mkdir()
            reason = _export_into(embedder, staged)
            _put_in_place(staged, folder)
    except OSError as error:
        raise ModelError(
            f"the exported model cannot be written to {folder}: {error.strerror}; "
            "free some space, or set DATELINE_CACHE to a folder that can be written"
        ) from error
    return reason


def _export_into(embedder: SentenceTransformerEmbedder, folder: Path) -> str | None:
    reason: str | None = None
    prompts = embedder.model.prompts.get("query") or "", embedder.document_prompt
    about = (embedder.identity, *prompts, embedder.pools_tokens)
    try:
        _write_graph(embedder, folder / GRAPH)
        embedder.model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
        _write_manifest(folder, Manifest(*about, _digests(folder), None, ""))
        _check(embedder, OnnxEmbedder(folder))
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - an unusual model fails anywhere in the exporter
        for name in (GRAPH, TOKENIZER):
            (folder / name).unlink(missing_ok=True)
        reason = (" ".join(str(error).split()) or type(error).__name__)[:200]
        _write_manifest(folder, Manifest(*about, {}, reason, _exporter()))
    return reason


def _write_graph(embedder: SentenceTransformerEmbedder, path: Path) -> None:
    import torch  # noqa: PLC0415 - the building side only

    class WholeModel(torch.nn.Module):
        """Every module of the model in turn: tokens in, the text's vector and theirs out."""

        def __init__(self) -> None:
            super().__init__()
            self.parts = torch.nn.ModuleList(embedder.model)

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor
        ) -> tuple[torch.Tensor, ...]:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for part in self.parts:
                features = part(features)
            return tuple(features[name] for name in outputs)

    outputs = [TEXT_OUTPUT, *([TOKEN_OUTPUT] if embedder.pools_tokens else [])]
    encoded = embedder.model.tokenizer(["one two three four", "five"], padding=True)
    inputs = tuple(torch.tensor(encoded[name]) for name in ("input_ids", "attention_mask"))
    batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence")
    shape = {0: batch, 1: sequence}
    with quiet(), contextlib.redirect_stdout(None), torch.no_grad():
        program = torch.onnx.export(
            WholeModel().eval(),
            inputs,
            dynamo=True,
            verbose=False,
            input_names=["input_ids", "attention_mask"],
            output_names=outputs,
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        )
    if program is None:
        raise ExportError("torch's exporter gave nothing")
    program.save(str(path))


def _check(embedder: SentenceTransformerEmbedder, exported: OnnxEmbedder) -> None:
    worst = min(float(embedder.embed_query(text) @ exported.embed_query(text)) for text in SAMPLE)
    if exported.pools_tokens:
        worst = min(worst, *_agreements(embedder, exported))
    if worst < MIN_COSINE:
        raise ExportError(f"its vectors differ from the original's (cosine {worst:.5f})")


def _agreements(embedder: SentenceTransformerEmbedder, exported: OnnxEmbedder) -> Iterator[float]:
    """Yield the cosine of each passage's and sentence's two vectors, of the sample's."""
    passages = [PassageText("A title\n", text, (Span(0, len(text) // 2),)) for text in SAMPLE]
    both = zip(embedder.embed_passages(passages), exported.embed_passages(passages), strict=True)
    for one, other in both:
        yield float(one.passage @ other.passage)
        yield float(one.sentences[0] @ other.sentences[0])


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    value = {"format": FORMAT, **asdict(manifest)}
    (folder / MANIFEST).write_text(json.dumps(value, indent=1), "utf-8")


def _digests(folder: Path) -> dict[str, str]:
    return {name: file_sha256(folder / name) for name in (GRAPH, TOKENIZER)}


def _exporter() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("torch", "onnx", "onnxscript"))


def _sweep(folder: Path) -> None:
    """Remove what exports that were killed have left behind."""
    for left in folder.glob(f"{TEMPORARY}*"):
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _put_in_place(staged: Path, target: Path) -> None:
    """Move a finished folder to its name, unless another process was first."""
    if target.exists() and read_manifest(target) is None:
        shutil.rmtree(target)  # left by another version, or by a hand
    try:
        staged.rename(target)
    except OSError:
        if read_manifest(target) is None:
            raise
