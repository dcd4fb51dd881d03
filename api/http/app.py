"""App: the service is put together, from settings, in this one place."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version
from types import MappingProxyType

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_swagger import patch_fastapi

from api.http.access import Admit, open_to_all
from api.http.adding import Adding
from api.http.answers import answers_router
from api.http.articles import articles_router
from api.http.asking import Asking
from api.http.body_limit import BodyLimit
from api.http.chat_completions import chat_router
from api.http.health import health_router
from api.http.kept import KeptAnswers
from api.http.metrics import Metrics, metrics_router
from api.http.opened import Collections
from api.http.pools import Pool
from api.http.problems import handle_problems
from api.http.request_log import RequestLog
from api.http.schemas import Problem
from api.http.search import search_router
from api.http.settings import ServiceSettings
from api.http.telemetry import Spans, configured_telemetry
from index.errors import DatelineError, NoCollectionError
from index.web.fetch import Fetcher
from rag.reader import bundled_reader
from rag.redact import Redactor

log = logging.getLogger("dateline.service")
ABOUT = (
    "Answers from a collection of news articles, every sentence with a checked quotation. All "
    "offsets are half-open ranges of Unicode code points: those of a citation count in the "
    "article's text, those of an annotation in the message's content. Errors are problem details "
    "(RFC 9457), and in OpenAI's own shape under /v1/chat/completions and /v1/models."
)
READERS = 2
EMPTY: Mapping[str, str] = MappingProxyType({})


def create_app(
    settings: ServiceSettings,
    *,
    admit: Admit | None = None,
    environment: Mapping[str, str] = EMPTY,
) -> FastAPI:
    """Return the service.

    Args:
        settings: how it runs.
        admit: tells who asks; None lets everyone do everything in the one collection.
        environment: says whether OpenTelemetry is configured, and what is secret.

    Raises:
        ReaderError: the reading model is damaged.
        TelemetryError: OpenTelemetry is configured and not installed.
    """
    kept = KeptAnswers(settings.keep_answers, Redactor.from_environment(environment))
    collections = Collections(settings, bundled_reader() if settings.reads else None, kept)
    answering = Pool("answering", settings.threads, settings.waiting)
    searching = Pool("searching", settings.threads, settings.waiting)
    reading = Pool("reading", READERS, settings.waiting)
    writing = Pool("writing", 1, settings.waiting)
    fetcher = Fetcher()
    adding = Adding(collections, writing, fetcher.fetch, settings.data)
    asking = Asking(collections, answering, searching, settings.seconds)

    telemetry = configured_telemetry(environment)

    def ready() -> None:
        collections.pipeline(settings.data)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await asyncio.to_thread(ready)
        except NoCollectionError:
            log.warning("the collection is empty: POST /v1/articles puts articles in")
        except DatelineError as error:
            log.error("not ready: %s", error)  # noqa: TRY400 - the message says what to do
        keeping_up = asyncio.create_task(adding.keep_up())
        try:
            yield
        finally:
            keeping_up.cancel()
            await adding.finish()
            fetcher.close()
            for pool in (answering, searching, reading, writing):
                await asyncio.to_thread(pool.close)
            kept.close()
            if telemetry is not None:
                await asyncio.to_thread(telemetry.close)

    app = FastAPI(
        title="Dateline",
        version=version("dateline"),
        description=ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.admit = admit or open_to_all(settings.data)
    metrics = Metrics()
    seconds = settings.seconds
    app.include_router(answers_router(asking, kept, reading, seconds))
    app.include_router(search_router(asking))
    app.include_router(
        articles_router(
            collections, adding, reading, seconds=seconds, reply_seconds=settings.reply_seconds
        )
    )
    app.include_router(chat_router(asking, seconds))
    app.include_router(health_router(reading, ready))
    app.include_router(metrics_router(metrics))
    handle_problems(app)
    patch_fastapi(app, redirect_from_root_to_docs=False)
    _document_problems(app)
    app.add_middleware(BodyLimit, limit=settings.body_bytes)
    if telemetry is not None:
        app.add_middleware(Spans, tracer=telemetry.tracer)
    app.add_middleware(RequestLog, metrics=metrics)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _document_problems(app: FastAPI) -> None:
    """Put the schema of problems where the endpoints' responses point."""
    made = app.openapi

    def openapi() -> dict[str, object]:
        schema = made()
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        template = "#/components/schemas/{model}"
        problem = Problem.model_json_schema(ref_template=template)
        schemas |= problem.pop("$defs", {})
        schemas["Problem"] = problem
        return schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to extend it
