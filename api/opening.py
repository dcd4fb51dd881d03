"""Opening: from settings to a pipeline that answers; the one place where it is put together."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from api.collection_cli import build_collection
from api.settings import SEEDS, Settings
from api.streams import note
from index.errors import ChangedError, NoCollectionError
from rag.redact import Redactor

if TYPE_CHECKING:
    from rag.language_model import LanguageModel
    from rag.pipeline import Pipeline


def open_pipeline(settings: Settings, *, reads: bool, keeps: bool = True) -> "Pipeline":
    """Open the collection, building the bundled one where there is none yet.

    Args:
        settings: say where it is.
        reads: whether answers are read for by the reading model.
        keeps: whether answers are kept, if the settings do not say otherwise.

    Raises:
        NoCollectionError: the collection is empty.
        StoreError, ModelError, MismatchError, ReaderError: it cannot be asked.
    """
    from index.embedding import LocalModel  # noqa: PLC0415 - not for --help
    from index.sqlite.store import SqliteStore  # noqa: PLC0415
    from rag.pipeline import Pipeline  # noqa: PLC0415
    from rag.reader import bundled_reader  # noqa: PLC0415
    from rag.records.answers import AnswerRecords  # noqa: PLC0415

    try:
        store = SqliteStore(settings.data)
        recipe = store.info().recipe
    except NoCollectionError:
        note(f"nothing is indexed in {settings.data} yet: building the bundled articles there")
        # Where another process has begun a collection meanwhile, that one is asked.
        with suppress(ChangedError):
            build_collection([SEEDS], settings)
        store = SqliteStore(settings.data)
        recipe = store.info().recipe
    if not store.info().articles:
        raise NoCollectionError(
            f"the collection in {settings.data} is empty: `dateline add` puts articles in"
        )
    model = LocalModel(settings.embedder or recipe.model.reference, settings.exports)
    reader = bundled_reader() if reads else None
    records = None
    if keeps and settings.keep_answers:
        redactor = Redactor.from_environment(os.environ)
        records = AnswerRecords(settings.data, limit=settings.keep_answers, redactor=redactor)
    return Pipeline(store, model.for_asking(recipe.model), reader, records)


def guarded_model(
    model: "LanguageModel",
    settings: Settings,
    *,
    base_url: str | None = None,
    parameters: Mapping[str, object] | None = None,
) -> "LanguageModel":
    """Return a language model that gives no secret away and, unless set otherwise, is cached.

    Args:
        model: the model.
        settings: say where its calls are kept, and whether.
        base_url: where it is asked, if not where its name says.
        parameters: what else decides its text; see `rag.cached_model.CachedModel`.
    """
    from rag.cached_model import CachedModel, ModelCalls  # noqa: PLC0415 - not for most questions
    from rag.guarded_model import GuardedModel  # noqa: PLC0415

    guarded = GuardedModel(model, Redactor.from_environment(os.environ))
    if settings.no_cache:
        return guarded
    calls = ModelCalls(settings.data)
    return CachedModel(guarded, calls, base_url=base_url, parameters=parameters)
