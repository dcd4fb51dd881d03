"""Serving: uvicorn runs the app, in this process or in several over one socket."""

import os
import tempfile
from functools import partial
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from api.http.app import create_app
from api.http.metrics import SHARED
from api.http.request_log import JsonLines
from api.http.settings import ServiceSettings
from rag.redact import Redactor


def serve(settings: ServiceSettings, *, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; what is in flight is finished then.

    Args:
        settings: how the service runs.
        host: the address to listen on.
        port: the port; 0 takes a free one, which the log names.
        workers: how many processes serve.
    """
    config = uvicorn.Config(
        partial(create_app, settings, environment=dict(os.environ)),
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=_logging(Redactor.from_environment(os.environ)),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.seconds) + 5,
    )
    if workers == 1:
        uvicorn.Server(config).run()
        return
    with tempfile.TemporaryDirectory(prefix="dateline-metrics-") as shared:
        # Before any worker starts, since each reads it once.
        os.environ[SHARED] = shared
        Multiprocess(config, sockets=[config.bind_socket()]).run()


def _logging(redactor: Redactor) -> dict[str, Any]:
    """Return what is logged, and how, in every worker."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines, "redactor": redactor}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        # Loggers that speak of how the service runs; requests have a line of their own.
        "loggers": {
            "dateline": {"level": "INFO"},
            "uvicorn": {"level": "INFO"},
            "uvicorn.access": {"level": "WARNING"},
        },
    }
