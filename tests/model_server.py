"""A server on this machine that speaks OpenAI's chat completions, well or badly, as told."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

from tests.web_server import HANGING_SECONDS, running

EMPTY: Mapping[str, str] = MappingProxyType({})
Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the next of its server's replies, the last one again and again."""

    protocol_version = "HTTP/1.1"
    server: "ModelServer"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        self.server.authorisations.append(self.headers.get("Authorization", ""))
        self.server.times.append(time.monotonic())
        replies = self.server.replies
        reply = replies[min(len(self.server.requests), len(replies)) - 1]
        # A client that has had enough hangs up.
        try:
            reply(self)
        except (ConnectionError, TimeoutError):
            self.server.hung_up.set()

    def fails(self, status: int, message: str, headers: Mapping[str, str] = EMPTY) -> None:
        body = json.dumps({"error": {"message": message, "type": "error"}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begins(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def sends(self, value: object) -> None:
        said = value if isinstance(value, str) else json.dumps(value)
        self.wfile.write(f"data: {said}\n\n".encode())
        self.wfile.flush()

    def sends_piece(self, text: str) -> None:
        self.sends(_chunk({"role": "assistant", "content": text}))

    def sends_end(self, reason: str = "stop") -> None:
        self.sends(_chunk({}, reason))
        usage = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}
        self.sends({**_chunk({}), "choices": [], "usage": usage})
        self.sends("[DONE]")

    def log_message(self, *_: object) -> None:
        """Say nothing: a test asks the server itself."""


class ModelServer(ThreadingHTTPServer):
    """Serves on 127.0.0.1 and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, *replies: Reply, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.replies = replies
        self.requests: list[dict[str, Any]] = []
        self.authorisations: list[str] = []
        self.times: list[float] = []
        self.hung_up = threading.Event()
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients hang up here on purpose."""


def serving(*replies: Reply) -> AbstractContextManager[ModelServer]:
    """Run a server of a model in a thread."""
    return running(ModelServer(*replies))


def says(*pieces: str, reason: str = "stop") -> Reply:
    """Return a reply that writes a text."""

    def reply(handler: Handler) -> None:
        handler.begins()
        for piece in pieces:
            handler.sends_piece(piece)
        handler.sends_end(reason)

    return reply


def fails(status: int, message: str = "no", headers: Mapping[str, str] = EMPTY) -> Reply:
    """Return a reply that is an error."""
    return lambda handler: handler.fails(status, message, headers)


def breaks_off(*pieces: str) -> Reply:
    """Return a reply that ends in the middle, as when a connection is lost."""

    def reply(handler: Handler) -> None:
        handler.begins()
        for piece in pieces:
            handler.sends_piece(piece)

    return reply


def goes_on_for_ever(piece: str = "") -> Reply:
    """Return a reply that keeps its connection busy; without a piece it never gives any text."""

    def reply(handler: Handler) -> None:
        handler.begins()
        while not handler.server.stopping.wait(0.02):
            if piece:
                handler.sends_piece(piece)
            else:
                handler.wfile.write(b": still here\n\n")
                handler.wfile.flush()

    return reply


def hangs(handler: Handler) -> None:
    """Reply nothing at all."""
    handler.close_connection = True
    handler.server.stopping.wait(HANGING_SECONDS)


def _chunk(delta: Mapping[str, str], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
    }
