"""A web server on this machine that answers as a test wants, well or badly."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import MappingProxyType
from typing import Protocol, TypeVar

Answer = Callable[["Handler"], None]
EMPTY: Mapping[str, str] = MappingProxyType({})
# So long a server says nothing where it is to hang; whoever waits for it has waited half of that.
HANGING_SECONDS = 30


def not_found(handler: "Handler") -> None:
    handler.page(b"", status=404)


class Handler(BaseHTTPRequestHandler):
    """Answers each path as its server's `answers` say; any other path is not found."""

    protocol_version = "HTTP/1.1"
    server: "WebServer"

    def do_GET(self) -> None:
        self.server.requests.append(self)
        answer = self.server.answers.get(self.path, not_found)
        # A client that has had enough hangs up.
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            answer(self)

    def page(self, body: bytes, headers: Mapping[str, str] = EMPTY, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, data: bytes) -> None:
        """Send bytes that need not be HTTP, and hang up."""
        self.close_connection = True
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing: a test asks the server itself."""


class WebServer(ThreadingTCPServer):
    """Serves on 127.0.0.1 and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.server_port = self.server_address[1]
        self.scheme = "https" if tls else "http"
        self.answers: dict[str, Answer] = {}
        self.requests: list[Handler] = []
        self.connections = 0
        self.stopping = threading.Event()

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_port}{path}"

    def get_request(self) -> tuple[socket.socket, object]:
        connection = super().get_request()
        self.connections += 1
        return connection

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients hang up and fail to agree on TLS here on purpose."""

    def redirect(self, path: str, location: str, status: int = 302) -> None:
        self.answers[path] = lambda handler: handler.page(b"", {"Location": location}, status)

    def text(self, path: str, body: bytes, headers: Mapping[str, str] = EMPTY) -> None:
        self.answers[path] = lambda handler: handler.page(body, headers)


class Stoppable(Protocol):
    """A server of the standard library's whose replies end when `stopping` is set."""

    stopping: threading.Event

    def serve_forever(self, poll_interval: float = ...) -> None: ...
    def shutdown(self) -> None: ...
    def server_close(self) -> None: ...


S = TypeVar("S", bound=Stoppable)


def serving(tls: ssl.SSLContext | None = None) -> AbstractContextManager[WebServer]:
    """Run a web server in a thread."""
    return running(WebServer(tls))


@contextlib.contextmanager
def running(server: S) -> Iterator[S]:
    """Run a server in a thread."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
