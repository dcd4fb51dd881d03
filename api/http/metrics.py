"""Metrics: what Prometheus is told, of this worker or of all workers together.

Several workers share a folder of counts, `PROMETHEUS_MULTIPROC_DIR`, set before any starts.
"""

import os

from fastapi import APIRouter, Depends
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import Response

from api.http.access import authorised
from api.http.schemas import problems

SHARED = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What is counted."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "dateline_requests_total",
            "Requests, by method, route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "dateline_request_duration_seconds",
            "How long requests took, to the last byte of the response.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self.answers = Counter(
            "dateline_answers_total", "Answers, by outcome.", ("outcome",), registry=self._registry
        )
        self.in_flight = Gauge(
            "dateline_requests_in_flight",
            "Requests that are being served.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        if SHARED not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call] # it has no types
        return generate_latest(together)


def metrics_router(metrics: Metrics) -> APIRouter:
    """Return the endpoint that Prometheus scrapes."""
    router = APIRouter(tags=["running"])

    @router.get(
        "/metrics",
        responses={200: {"content": {"text/plain": {}}}, **problems(503)},
        response_model=None,
        dependencies=[Depends(authorised("read"))],
    )
    async def scrape() -> Response:
        """Give the metrics in Prometheus's text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return router
