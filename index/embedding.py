"""Embedding: one model in its two roles, building a collection and asking it.

Decides between sentence-transformers and the ONNX export, and sees to it that a collection is
asked with the very weights that it was built with. Knows nothing of passages or stores.
"""

import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index import onnx
from index.embed import BatchEmbedder, Embedder, QueryEmbedder, SentenceTransformerEmbedder
from index.errors import MismatchError, ModelError
from index.models import ModelIdentity, fingerprint, locate, model_key

log = logging.getLogger(__name__)
# About as much text as the export embeds while sentence-transformers is still starting.
MAX_EXPORT_CHARACTERS = 120_000


class EmbeddingModel(Protocol):
    """An embedding model that collections can be built and asked with."""

    def digest(self) -> str:
        """Return what identifies the model's weights, without loading them."""

    def for_building(self, *, characters: int | None = None) -> Embedder:
        """Load the model to embed about so much text, None for much. May take seconds."""

    def for_asking(self, identity: ModelIdentity) -> QueryEmbedder:
        """Return the quickest embedder that gives the vectors of `identity`.

        Raises:
            MismatchError: this is another model.
        """


class LocalModel:
    """A model whose files are on this machine.

    Args:
        reference: its name or folder, see `index.models.locate`.
        exports: the folder in which ONNX exports are kept, shared by all collections.
    """

    def __init__(self, reference: str, exports: Path) -> None:
        self.reference = reference
        self.exports = exports

    def digest(self) -> str:
        """Return what identifies the model's weights, without loading them.

        Raises:
            ModelError: there is no such model, or the default one was altered.
        """
        return fingerprint(locate(self.reference))

    def for_building(self, *, characters: int | None = None) -> Embedder:
        """Load the model to embed about so much text, and export it where that is to be done.

        A little text is embedded by the export, which starts at once; much of it by
        sentence-transformers, which takes seconds to start and is faster from there.

        Raises:
            ModelError: it cannot be loaded, or its export cannot be written.
        """
        few = characters is not None and characters <= MAX_EXPORT_CHARACTERS
        folder = self.exports / model_key(self.reference, self.digest())
        exported = self._exported(folder) if few else None
        if exported is not None and exported.pools_tokens:
            exported.identity = replace(exported.identity, reference=self.reference)
            return exported
        embedder = SentenceTransformerEmbedder(self.reference)
        reason = self._export(embedder)
        if few and reason is None and embedder.pools_tokens:
            return onnx.OnnxEmbedder(folder)
        embedder.use_fastest_precision()
        return embedder

    def for_asking(self, identity: ModelIdentity) -> BatchEmbedder:
        """Return the quickest embedder that gives the vectors of `identity`.

        That is the ONNX export where there is one. It is made where it is missing or damaged; a
        model that cannot be exported is run by sentence-transformers. Both are said in the log.

        Raises:
            MismatchError: the collection was built with another model.
            ModelError: the model is gone, or cannot be loaded.
        """
        if self.reference != identity.reference and self.digest() != identity.digest:
            raise MismatchError(
                f"the collection was built with the model {identity.reference}, not with "
                f"{self.reference}: run `dateline build --embedder {self.reference}`, or unset "
                "DATELINE_EMBEDDER"
            )
        folder = self.exports / identity.key
        exported = self._exported(folder)
        if exported is not None:
            return exported
        if onnx.read_manifest(folder) is None:
            log.warning("preparing the model %s for asking, once", identity.reference)
        embedder = SentenceTransformerEmbedder(self.reference)
        if embedder.identity.digest != identity.digest:
            raise MismatchError(
                f"the collection was built with other weights than {identity.reference} has now: "
                "run `dateline build` to build it anew"
            )
        return onnx.OnnxEmbedder(folder) if self._export(embedder) is None else embedder

    def _exported(self, folder: Path) -> onnx.OnnxEmbedder | None:
        manifest = onnx.read_manifest(folder)
        if manifest is None or manifest.reason is not None:
            return None
        try:
            return onnx.OnnxEmbedder(folder)
        except ModelError as error:
            log.warning("%s; it is made again", error)
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def _export(self, embedder: SentenceTransformerEmbedder) -> str | None:
        reason = onnx.export(embedder, self.exports / embedder.identity.key)
        if reason is not None:
            log.warning(
                "the model %s cannot be exported to ONNX (%s): sentence-transformers runs it, "
                "and each first question takes some seconds",
                embedder.identity.reference,
                reason,
            )
        return reason
