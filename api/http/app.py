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

from api.access.collections import folders
from api.http.access import protect
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
from api.http.schemas import Problem, problems
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
# More than can run at once: while some wait for the model, which embeds for all of them in one
# run, others search.
SEARCHES = 2
EMPTY: Mapping[str, str] = MappingProxyType({})


def create_app(
    settings: ServiceSettings,
    *,
    environment: Mapping[str, str] = EMPTY,
) -> FastAPI:
    """Return the service.

    Args:
        settings: how it runs.
        environment: says whether OpenTelemetry is configured, and what is secret.

    Raises:
        ReaderError: the reading model is damaged.
        TelemetryError: OpenTelemetry is configured and not installed.
    """
    kept = KeptAnswers(settings.keep_answers, Redactor.from_environment(environment))
    collections = Collections(settings, bundled_reader().loaded() if settings.reads else None, kept)
    answering = Pool("answering", settings.threads, settings.waiting)
    searching = Pool("searching", SEARCHES * settings.threads, settings.waiting)
    reading = Pool("reading", READERS, settings.waiting)
    writing = Pool("writing", 1, settings.waiting)
    fetcher = Fetcher()
    adding = Adding(collections, writing, fetcher.fetch, lambda: folders(settings.data))
    asking = Asking(collections, answering, searching, settings.seconds)

    telemetry = configured_telemetry(environment)

    def ready() -> None:
        for folder in folders(settings.data):
            with contextlib.suppress(NoCollectionError):
                collections.pipeline(folder)
                return
        raise NoCollectionError("no collection holds an article")

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await asyncio.to_thread(ready)
        except NoCollectionError:
            log.warning("every collection is empty: POST /v1/articles puts articles in")
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
        # Spans are our own, see `telemetry`; FastAPI would look for its own at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=_operation_id,
    )
    metrics = Metrics()
    seconds = settings.seconds
    refused = problems(401, 403, 429, 503)
    for router in (
        answers_router(asking, kept, reading, seconds),
        search_router(asking),
        articles_router(
            collections, adding, reading, seconds=seconds, reply_seconds=settings.reply_seconds
        ),
        metrics_router(metrics),
    ):
        app.include_router(router, responses=refused)
    app.include_router(chat_router(asking, seconds))
    app.include_router(health_router(reading, ready))
    handle_problems(app)
    patch_fastapi(app, redirect_from_root_to_docs=False)
    _document_problems(app)
    app.add_middleware(BodyLimit, limit=settings.body_bytes, seconds=seconds)
    protect(
        app,
        settings,
        {
            ("POST", "/v1/answers"): answering,
            ("POST", "/v1/chat/completions"): answering,
            ("POST", "/v1/search"): searching,
            ("POST", "/v1/articles"): writing,
        },
    )
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
