"""Embedding: one model in its two roles, building a collection and asking it.

Decides between sentence-transformers and the ONNX export, and sees to it that a collection is
asked with the very weights that it was built with. Knows nothing of passages or stores.
"""

import logging
import shutil
from pathlib import Path
from typing import Protocol

from index import onnx
from index.embed import Embedder, QueryEmbedder, SentenceTransformerEmbedder
from index.errors import MismatchError, ModelError
from index.models import ModelIdentity, fingerprint, locate

log = logging.getLogger(__name__)


class EmbeddingModel(Protocol):
    """An embedding model that collections can be built and asked with."""

    def digest(self) -> str:
        """Return what identifies the model's weights, without loading them."""

    def for_building(self) -> Embedder:
        """Load the model to embed passages. May take seconds."""

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

    def for_building(self) -> Embedder:
        """Load the model to embed passages, and export it for asking where that is to be done.

        Raises:
            ModelError: it cannot be loaded, or its export cannot be written.
        """
        embedder = SentenceTransformerEmbedder(self.reference)
        self._export(embedder)
        embedder.use_fastest_precision()
        return embedder

    def for_asking(self, identity: ModelIdentity) -> QueryEmbedder:
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
        manifest = onnx.read_manifest(folder)
        if manifest is not None and manifest.reason is None:
            try:
                return onnx.OnnxEmbedder(folder)
            except ModelError as error:
                log.warning("%s; it is made again", error)
                shutil.rmtree(folder, ignore_errors=True)
        elif manifest is None:
            log.warning("preparing the model %s for asking, once", identity.reference)
        embedder = SentenceTransformerEmbedder(self.reference)
        if embedder.identity.digest != identity.digest:
            raise MismatchError(
                f"the collection was built with other weights than {identity.reference} has now: "
                "run `dateline build` to build it anew"
            )
        return onnx.OnnxEmbedder(folder) if self._export(embedder) is None else embedder

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
