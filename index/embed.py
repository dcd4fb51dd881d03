"""Embed: texts become unit vectors, with sentence-transformers.

This is the side that embeds a great many, and may take seconds to start. Questions and a few
articles go through `index.onnx`, which gives the same vectors without importing torch. Sentence
vectors are pooled from the token vectors of the one pass that embeds their passage ("late
chunking", Günther et al. 2024, arXiv:2409.04701), so that they cost nothing more and know what
"he" and "it" stand for.
"""

import contextlib
import copy
import logging
import os
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.models import ModelIdentity, fingerprint, locate
from index.types import PassageVectors, Span, Vector, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

BATCH_SIZE = 32
# Where each core has a batch of its own, small ones stay in its cache.
THREAD_BATCH_SIZE = 8
# Texts handed over at once: enough to sort by length, few enough that their token vectors fit. More
# than a build's window has, so that none is left for a batch of its own.
WINDOW = 512
DEFAULT_MAX_TOKENS = 512
# A model that averages word vectors reads texts of any length.
UNBOUNDED_MAX_TOKENS = 8192
# bfloat16 is used only where it moves no vector of the sample further than this, and takes at most
# this share of the time.
MIN_BFLOAT16_COSINE = 0.9999
WORTH_IT = 0.9
TRIALS = 2
SAMPLE = (
    "Who?",
    "The central bank raised its key rate to 4.25% on Thursday.",
    "What did the minister say about the tariff on canola oil, and when did she say it?",
    "“We will not be moved,” said Zoë Ångström, the mayor’s adviser — naïveté, in her words, "
    "had cost the city €1.5bn since 2019. " * 12,
)
# No passage is as short as a question can be.
PASSAGES = SAMPLE[1:]


@dataclass(frozen=True, slots=True)
class PassageText:
    """What of a passage is embedded: a prefix that gives context, then the passage itself.

    `sentences` are spans into `text`, without the prefix.
    """

    prefix: str
    text: str
    sentences: tuple[Span, ...]


class Embedder(Protocol):
    """Makes the vectors of a collection. Two embedders of one identity give the same vectors."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""

    @property
    def precision(self) -> str:
        """The number format in which passages are computed, "float32" or "bfloat16"."""

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's tokens a text takes, special ones left out."""

    def embed_passages(self, passages: Sequence[PassageText]) -> Iterator[PassageVectors]:
        """Yield the vectors of each passage, in order."""


class QueryEmbedder(Protocol):
    """Embeds what is searched for, into the same space."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""

    def embed_query(self, text: str) -> Vector:
        """Return the unit vector of one query."""


class BatchEmbedder(QueryEmbedder, Protocol):
    """Embeds several queries in one run of the model, which takes less than as many runs."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of queries, shape (queries, dimension)."""


def unit(vectors: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Scale the last axis to length 1; a zero vector stays zero."""
    values = vectors.astype(np.float32)
    norms = np.linalg.norm(values, axis=-1, keepdims=True)
    norms[norms == 0] = 1
    values /= norms
    return values


class SentenceTransformerEmbedder:
    """An embedding model run by sentence-transformers, on the processor.

    Args:
        reference: a model's name or folder, see `index.models.locate`.

    Raises:
        ModelError: there is no such model, or sentence-transformers cannot load it.
    """

    def __init__(self, reference: str) -> None:
        folder = locate(reference)
        self.model = _load(str(folder))
        dimension = self.model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"the model {reference} does not say how long its vectors are")
        self.identity = ModelIdentity(
            reference=reference,
            digest=fingerprint(folder),
            dimension=dimension,
            max_tokens=_max_tokens(self.model),
        )
        self.precision = "float32"
        self._counter = _counter(self.model)
        self._tokenizing = threading.Lock()
        self._threads = _threads()
        self.pools_tokens = _pools_tokens(self.model)

    @property
    def document_prompt(self) -> str:
        """Return what goes before a passage."""
        names = ("document", "passage", "corpus", self.model.default_prompt_name)
        prompts = (self.model.prompts.get(name) for name in names if name)
        return next((prompt for prompt in prompts if prompt), "")

    def use_fastest_precision(self) -> None:
        """Compute in bfloat16 from here on, where this processor is faster at it and it agrees.

        Both are tried for a moment; what was decided is `precision`.
        """
        import torch  # noqa: PLC0415 - the building side only

        capabilities = torch.cpu.get_capabilities()
        if not (capabilities.get("amx_bf16") or capabilities.get("avx512_bf16")):
            return
        exact, lower = self.model, copy.deepcopy(self.model).to(torch.bfloat16)
        threads = torch.get_num_threads()
        # The processor's time of one thread is the same however busy the machine is.
        torch.set_num_threads(1)
        try:
            tried = [(self._tried(exact), self._tried(lower)) for _ in range(TRIALS)]
        finally:
            torch.set_num_threads(threads)
            self.model = exact
        (vectors, _), (others, _) = tried[0]
        agrees = (vectors * others).sum(axis=1).min() >= MIN_BFLOAT16_COSINE
        slow, fast = (min(pair[n][1] for pair in tried) for n in (0, 1))
        if agrees and fast < WORTH_IT * slow:
            self.model, self.precision = lower, "bfloat16"

    def _tried(self, model: "SentenceTransformer") -> tuple[Vectors, float]:
        """Return what a model makes of the sample's passages, and the seconds that it took."""
        self.model = model
        start = time.thread_time()
        return self._encode(list(PASSAGES)), time.thread_time() - start

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's tokens a text takes, special ones left out."""
        # Where tokens stand is not asked for, which makes it faster.
        [encoding] = self._counter.encode_batch_fast([text], add_special_tokens=False)
        return len(encoding)

    def embed_query(self, text: str) -> Vector:
        """Return the unit vector of one query, shape (dimension,)."""
        vector: Vector = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of queries, shape (queries, dimension)."""
        vectors = self.model.encode_query(
            list(texts), convert_to_tensor=True, show_progress_bar=False, normalize_embeddings=True
        )
        return unit(vectors.float().numpy())

    def embed_passages(self, passages: Sequence[PassageText]) -> Iterator[PassageVectors]:
        """Yield the vectors of each passage, in order. What a model cannot read is cut off."""
        for start in range(0, len(passages), WINDOW):
            batch = passages[start : start + WINDOW]
            yield from self._pooled(batch) if self.pools_tokens else self._separate(batch)

    def _pooled(self, window: Sequence[PassageText]) -> Iterator[PassageVectors]:
        """Embed passages, each core its own batches: while one tokenises, the others compute."""
        import torch  # noqa: PLC0415 - the building side only

        order = sorted(range(len(window)), key=lambda n: -len(window[n].prefix + window[n].text))
        batches = [
            [window[n] for n in order[start : start + THREAD_BATCH_SIZE]]
            for start in range(0, len(order), THREAD_BATCH_SIZE)
        ]
        try:
            with ThreadPoolExecutor(self._threads, "embed", torch.set_num_threads, (1,)) as cores:
                vectors = [one for batch in cores.map(self._pooled_batch, batches) for one in batch]
        finally:
            # A thread that is started later takes on what any thread has set last.
            torch.set_num_threads(self._threads)
        placed = dict(zip(order, vectors, strict=True))
        return (placed[n] for n in range(len(window)))

    def _pooled_batch(self, batch: Sequence[PassageText]) -> list[PassageVectors]:
        import torch  # noqa: PLC0415 - the building side only

        prompt = self.document_prompt
        texts = [prompt + passage.prefix + passage.text for passage in batch]
        # A tokenizer is set to pad and to cut by each call, which two threads may not do at once.
        with self._tokenizing:
            features = self.model.preprocess(texts)
            encodings = self.model.tokenizer(
                texts,
                truncation=True,
                max_length=self.identity.max_tokens,
                return_offsets_mapping=True,
            )
        with torch.inference_mode():
            output = self.model(features)
        wholes = unit(output["sentence_embedding"].float().numpy())
        tokens = output["token_embeddings"].float().numpy()
        read = output["attention_mask"].bool().numpy()
        return [
            pooled(
                passage,
                wholes[n],
                tokens[n][read[n]],
                np.asarray(encodings["offset_mapping"][n]) - len(prompt) - len(passage.prefix),
            )
            for n, passage in enumerate(batch)
        ]

    def _separate(self, batch: Sequence[PassageText]) -> Iterator[PassageVectors]:
        wholes = self._encode([passage.prefix + passage.text for passage in batch])
        parts = self._encode([s.of(passage.text) for passage in batch for s in passage.sentences])
        done = 0
        for passage, whole in zip(batch, wholes, strict=True):
            count = len(passage.sentences)
            yield PassageVectors(whole, parts[done : done + count])
            done += count

    def _encode(self, texts: list[str]) -> Vectors:
        import torch  # noqa: PLC0415 - the building side only

        vectors = self.model.encode_document(
            texts, batch_size=BATCH_SIZE, convert_to_tensor=True, show_progress_bar=False
        )
        return unit(vectors.to(torch.float32).numpy())


def pooled(
    passage: PassageText, whole: Vector, tokens: Vectors, offsets: npt.NDArray[np.int64]
) -> PassageVectors:
    """Return a passage's vectors, those of its sentences pooled from its tokens.

    Args:
        passage: what was embedded.
        whole: its unit vector, shape (dimension,).
        tokens: the vectors of its tokens, shape (tokens, dimension).
        offsets: where each token starts and ends in the passage's text, shape (tokens, 2).
    """
    rows = [_pool(tokens, offsets, sentence) for sentence in passage.sentences]
    # A sentence beyond what the model reads has no tokens; its passage stands for it.
    return PassageVectors(whole, unit(np.stack([whole if row is None else row for row in rows])))


def _pool(tokens: Vectors, offsets: npt.NDArray[np.int64], span: Span) -> Vector | None:
    starts, ends = offsets[:, 0], offsets[:, 1]
    inside = (starts >= span.start) & (ends <= span.end) & (ends > starts)
    if not inside.any():
        return None
    mean: Vector = tokens[inside].mean(axis=0)
    return mean


def _max_tokens(model: "SentenceTransformer") -> int:
    length = model.get_max_seq_length() or DEFAULT_MAX_TOKENS
    return int(min(length, UNBOUNDED_MAX_TOKENS))


def _threads() -> int:
    import torch  # noqa: PLC0415 - the building side only

    return torch.get_num_threads()


def _counter(model: "SentenceTransformer") -> "Tokenizer":
    """Return a tokenizer that counts every token of a text and nothing else.

    The model's own cuts and pads, by its file at first and then as the last batch had it.

    Raises:
        ModelError: the model has none.
    """
    tokenizer = model.tokenizer
    fast = getattr(tokenizer, "backend_tokenizer", tokenizer)
    if not hasattr(fast, "encode_batch"):
        raise ModelError("the model has no fast tokenizer (tokenizer.json), which is needed here")
    from tokenizers import Tokenizer  # noqa: PLC0415 - the building side only

    counter: Tokenizer = Tokenizer.from_str(fast.to_str())
    counter.no_padding()
    counter.no_truncation()
    return counter


def _pools_tokens(model: "SentenceTransformer") -> bool:
    """Tell whether a text's vector is the mean of its token vectors and nothing more.

    Only then do the means of parts of the tokens lie in the same space.
    """
    # The library makes this name when it is imported, unseen by type checkers.
    from sentence_transformers import models  # type: ignore[attr-defined] # noqa: PLC0415

    modules = list(model)
    return (
        len(modules) in {2, 3}
        and isinstance(modules[0], models.Transformer)
        and isinstance(modules[1], models.Pooling)
        and modules[1].pooling_mode == "mean"
        and modules[1].include_prompt
        and all(isinstance(module, models.Normalize) for module in modules[2:])
    )


def _load(folder: str) -> "SentenceTransformer":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with quiet():
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds
        except ImportError as error:
            raise ModelError(
                "sentence-transformers is not installed: run `pip install sentence-transformers`"
            ) from error
        try:
            return SentenceTransformer(folder, device="cpu", local_files_only=True)
        except Exception as error:  # the loader raises whatever its parts raise
            reason = " ".join(str(error).split())[:200]
            raise ModelError(f"the model in {folder} cannot be loaded: {reason}") from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep libraries' own progress bars, warnings and log lines off the terminal."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)
