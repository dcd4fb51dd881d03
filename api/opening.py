"""Opening: from settings to a pipeline that answers; the one place where it is put together."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from api.collection_cli import build_collection
from api.settings import SEEDS, Settings
from api.streams import note
from index.errors import ChangedError, NoCollectionError
from rag.redact import Redactor

if TYPE_CHECKING:
    from index.embedding import LocalModel
    from rag.language_model import LanguageModel
    from rag.pipeline import Pipeline
    from rag.records.answers import AnswerRecords
    from rag.write.account import Writes


def open_pipeline(
    settings: Settings, *, reads: bool, keeps: bool = True, may_be_empty: bool = False
) -> "Pipeline":
    """Open the collection, building the bundled one where there is none yet.

    Args:
        settings: say where it is.
        reads: whether answers are read for by the reading models.
        keeps: whether answers are kept, if the settings keep any.
        may_be_empty: whether a collection without an article is opened too.

    Raises:
        NoCollectionError: the collection is empty, and may not be.
        StoreError, ModelError, MismatchError, ReaderError: it cannot be asked.
        ModelCallError: the language model of the settings cannot be called at all.
    """
    from index.embedding import LocalModel  # noqa: PLC0415 - not for --help
    from index.sqlite.store import SqliteStore  # noqa: PLC0415

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
    if not may_be_empty and not store.info().articles:
        raise NoCollectionError(
            f"the collection in {settings.data} is empty: `dateline add` puts articles in"
        )
    model = LocalModel(settings.embedder or recipe.model.reference, settings.exports)
    # Reading a network in leaves the interpreter free for the imports that are still to come.
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(model.for_asking, recipe.model)
        from rag.reader import bundled_reader  # noqa: PLC0415

        reader = bundled_reader() if reads else None
        from rag.pipeline import Pipeline  # noqa: PLC0415

        records = answer_records(settings) if keeps else None
        embedder = loading.result()
    return Pipeline(store, embedder, reader, writer=open_writer(settings), records=records)


def answer_records(settings: Settings) -> "AnswerRecords | None":
    """Return what keeps the answers of the data folder; None where the settings keep none."""
    if not settings.keep_answers:
        return None
    from rag.records.answers import AnswerRecords  # noqa: PLC0415 - not for --help

    redactor = Redactor.from_environment(os.environ)
    return AnswerRecords(settings.data, limit=settings.keep_answers, redactor=redactor)


def corpus_model(settings: Settings, data: Path | None = None) -> "LocalModel":
    """Return what embeds a suite's articles.

    Args:
        settings: may name another than the default.
        data: the folder of a collection that is asked instead, whose own model it then is.
    """
    from index.embedding import LocalModel  # noqa: PLC0415 - not for --help
    from index.models import DEFAULT_MODEL  # noqa: PLC0415
    from index.sqlite.store import SqliteStore  # noqa: PLC0415

    reference = settings.embedder
    if reference is None and data is not None:
        store = SqliteStore(data)
        reference = store.info().recipe.model.reference
        store.close()
    return LocalModel(reference or DEFAULT_MODEL, settings.exports)


def open_writer(settings: Settings) -> "Writes | None":
    """Return what words answers; None where no language model is set.

    Raises:
        ModelCallError: litellm is not installed, or does not know the model's provider.
    """
    model = open_model(settings)
    if model is None:
        return None
    from rag.verify.verify import bundled_verifier  # noqa: PLC0415 - not for most questions
    from rag.write.rules import Rules  # noqa: PLC0415
    from rag.write.writer import Writer  # noqa: PLC0415

    rules = Rules(
        reach=settings.model_reach,
        flag=settings.unsupported == "flag",
        passages=settings.model_passages,
        max_tokens=settings.model_max_tokens,
        budget_tokens=settings.model_budget_tokens,
        budget_usd=settings.model_budget_usd,
    )
    return Writer(model, bundled_verifier(), rules)


def open_model(settings: Settings) -> "LanguageModel | None":
    """Return the language model of the settings, guarded and cached; None where none is set.

    Raises:
        ModelCallError: litellm is not installed, or does not know the model's provider.
    """
    if settings.model is None:
        return None
    from rag.language_model import Limits  # noqa: PLC0415 - not for most questions
    from rag.litellm_model import LitellmModel  # noqa: PLC0415

    model = LitellmModel(
        settings.model,
        base_url=settings.model_url,
        key=os.environ.get("DATELINE_MODEL_KEY"),
        limits=Limits(
            first_seconds=settings.model_first_seconds,
            total_seconds=settings.model_seconds,
            tries=settings.model_tries,
            cost_usd=settings.model_budget_usd,
        ),
    )
    return guarded_model(model, settings)


def guarded_model(model: "LanguageModel", settings: Settings) -> "LanguageModel":
    """Return a language model that gives no secret away and, unless set otherwise, is cached."""
    from rag.guarded_model import GuardedModel  # noqa: PLC0415 - not for most questions

    guarded = GuardedModel(model, Redactor.from_environment(os.environ))
    if settings.no_cache:
        return guarded
    from rag.cached_model import CachedModel, ModelCalls  # noqa: PLC0415 - not where it is off

    return CachedModel(guarded, ModelCalls(settings.data), base_url=settings.model_url)
