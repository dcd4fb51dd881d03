"""Request log: an id for each request, a line of JSON and the counts when it is over.

Stands before everything else, and turns what nobody caught into a problem. Takes the caller's
`X-Request-ID` where it is a sound one, and carries the trace of `traceparent` (W3C Trace Context).
"""

import json
import logging
import re
import time
import uuid
from datetime import UTC, datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import Metrics
from api.http.problems import response, unexpected
from rag.redact import Redactor

log = logging.getLogger("dateline.requests")
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
TRACEPARENT = re.compile(
    r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}.*"
)
CLIENT_LEFT = 499
# Those that have a count of their own: a stranger may think up any number of others.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what a record has in `fields`.

    Args:
        redactor: knows what must not be logged.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {
            "time": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return self._redactor.text(json.dumps(said, ensure_ascii=False, default=str))


class RequestLog:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        trace = TRACEPARENT.fullmatch(headers.get("traceparent", ""))
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        status = CLIENT_LEFT

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        started = time.perf_counter()
        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("a request failed", extra={"fields": {"request_id": request_id}})
            if status == CLIENT_LEFT:
                await response(Request(scope), unexpected())(scope, receive, send_with_id)
        finally:
            self._metrics.in_flight.dec()
            self._tell(scope, status, time.perf_counter() - started, trace)

    def _tell(self, scope: Scope, status: int, seconds: float, trace: re.Match[str] | None) -> None:
        state = scope["state"]
        # Paths hold ids of articles, and anything that a stranger tries.
        route = getattr(scope.get("route"), "path", state.get("route", "unmatched"))
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        if "outcome" in state:
            self._metrics.answers.labels(state["outcome"]).inc()
        fields = {
            "request_id": state["request_id"],
            "method": scope["method"],
            "route": route,
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        if trace is not None:
            fields |= {"trace_id": trace.group(1), "parent_id": trace.group(2)}
        fields |= {name: state[name] for name in ("key", "outcome", "reason") if name in state}
        log.info("%s %s %s", scope["method"], scope["path"], status, extra={"fields": fields})
