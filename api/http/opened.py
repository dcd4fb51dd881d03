"""Collections: what the threads of a worker ask, each with connections of its own.

A SQLite connection belongs to the thread that opened it, a model to all. Where a collection was
built anew with another model, that one is loaded.
"""

import os
import sys
import threading
from pathlib import Path

from api.http.batching import BatchingEmbedder
from api.http.kept import KeptAnswers
from api.http.settings import ServiceSettings
from index.embed import Embedder, QueryEmbedder
from index.embedding import MAX_EXPORT_CHARACTERS, EmbeddingModel, LocalModel
from index.errors import NoCollectionError
from index.models import DEFAULT_MODEL, ModelIdentity
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.reader import PassageReader

# Connections that a thread keeps; of more collections the one that was asked longest ago is closed.
KEPT = 16
# How far additions step back: a question then has some three times their share of a processor.
NICE = 5


class Collections:
    """The collections that a worker serves, by their folders.

    Args:
        settings: how the service runs.
        reader: reads passages; None for none.
        kept: keeps the answers.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        reader: PassageReader | None,
        kept: KeptAnswers,
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._kept = kept
        self._embedders: dict[str, QueryEmbedder] = {}
        # Only the thread that adds uses these.
        self._models: dict[str, KeptModel] = {}
        self._lock = threading.Lock()
        self._local = threading.local()

    def store(self, folder: Path) -> SqliteStore:
        """Return this thread's connection.

        Raises:
            NoCollectionError, StoreError: there is no collection there, or it cannot be read.
        """
        stores: dict[Path, SqliteStore] = self._local.__dict__.setdefault("stores", {})
        store = stores.pop(folder, None) or SqliteStore(folder)
        stores[folder] = store
        if len(stores) > KEPT:
            stores.pop(next(iter(stores))).close()
        return store

    def pipeline(self, folder: Path) -> Pipeline:
        """Return this thread's pipeline over a collection as it is at the moment.

        Raises:
            NoCollectionError: it is not there, or is empty.
            StoreError, ModelError: it cannot be asked.
        """
        store = self.store(folder)
        info = store.info()
        if not info.articles:
            raise NoCollectionError("the collection is empty")
        embedder = self._embedder(info.recipe.model)
        return Pipeline(store, embedder, self._reader, records=self._kept.of(folder))

    def model_for(self, folder: Path) -> EmbeddingModel:
        """Return the model to add articles with: the collection's, or the one for a new one."""
        try:
            reference = self.store(folder).info().recipe.model.reference
        except NoCollectionError:
            reference = DEFAULT_MODEL
        reference = self._settings.embedder or reference
        if reference not in self._models:
            self._models[reference] = KeptModel(LocalModel(reference, self._settings.exports))
        return self._models[reference]

    def _embedder(self, identity: ModelIdentity) -> QueryEmbedder:
        with self._lock:
            if identity.key not in self._embedders:
                reference = self._settings.embedder or identity.reference
                model = LocalModel(reference, self._settings.exports)
                self._embedders[identity.key] = BatchingEmbedder(model.for_asking(identity))
            return self._embedders[identity.key]


class KeptModel:
    """A model that stays loaded once a few articles were added with it."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self._digest: str | None = None
        self._embedder: Embedder | None = None

    def digest(self) -> str:
        """Return what identifies its weights, as they were when it was first asked."""
        if self._digest is None:
            self._digest = self._model.digest()
        return self._digest

    def for_building(self, *, characters: int | None = None) -> Embedder:
        """Return what embeds about so much text."""
        if characters is None or characters > MAX_EXPORT_CHARACTERS:
            return self._model.for_building(characters=characters)
        if self._embedder is None:
            self._embedder = self._model.for_building(characters=characters)
        return self._embedder

    def for_asking(self, identity: ModelIdentity) -> QueryEmbedder:
        """Return what embeds questions."""
        return self._model.for_asking(identity)


def step_back() -> None:
    """Let this thread's work, and that of threads that it starts, wait for what others ask."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
