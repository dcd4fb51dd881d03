"""Network: connections to public addresses only, and within limits.

Whoever names a URL must not reach through Dateline into this machine or its network, nor hold it
up. So a host's name is looked up here, every address of it is checked, and the connection is made
to an address that was checked: nothing asks for the name a second time, when it might answer
differently. Every connection is made here, so a redirect passes the same check. These are
network back ends of httpcore, which goes on speaking HTTP and TLS with the host by its name.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpcore

from index.errors import FetchError
from index.web.addresses import IPAddress

Allow = Callable[[IPAddress], bool]
Resolve = Callable[[str], Sequence[IPAddress]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may take, with all its redirects.

    `seconds` bounds the whole, `connect_seconds` each attempt to connect. `wire_bytes` counts
    everything that is received, headers included, `data_bytes` the body after it is unpacked. The
    headers of one answer may have about 100 KiB, which httpcore sees to.
    """

    seconds: float = 20.0
    connect_seconds: float = 5.0
    wire_bytes: int = 16 * 1024 * 1024
    data_bytes: int = 16 * 1024 * 1024
    redirects: int = 5


class Allowance(threading.local):
    """What is left of its limits to the fetch that runs in the present thread."""

    def start(self, limits: Limits) -> None:
        """Begin a fetch: all of its limits are left."""
        self._limits = limits
        self._ends = time.monotonic() + limits.seconds
        self._bytes = limits.wire_bytes

    def seconds(self) -> float:
        """Return how long the fetch may go on; FetchError if no longer."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise FetchError(f"it took longer than {self._limits.seconds:g} seconds")
        return left

    def connect_seconds(self) -> float:
        """Return how long an attempt to connect may take; FetchError if the fetch is over."""
        return min(self._limits.connect_seconds, self.seconds())

    def spend(self, received: int) -> None:
        """Count bytes that were received; FetchError if they are too many."""
        self._bytes -= received
        if self._bytes < 0:
            raise FetchError(f"it sends more than {self._limits.wire_bytes:,} bytes")


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to hosts all of whose addresses are allowed.

    Args:
        allowance: what is left to the fetch for which a connection is made or used.
        allow: tells whether an address may be connected to.
        resolve: gives the addresses of a host's name; OSError or ValueError if there are none.
    """

    def __init__(self, allowance: Allowance, allow: Allow, resolve: Resolve) -> None:
        self._allowance = allowance
        self._allow = allow
        self._resolve = resolve
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 -- the allowance knows
        local_address: str | None = None,  # noqa: ARG002 -- the system's choice
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that accepts it.

        Raises:
            FetchError: an address of the host is not allowed, or none accepts a connection.
        """
        addresses = self._addresses(host)
        if not all(self._allow(address) for address in addresses):
            raise FetchError(f"it leads to {host}, which is not on the public internet")
        for address in addresses:
            seconds = self._allowance.connect_seconds()
            try:
                stream = self._system.connect_tcp(
                    str(address), port, seconds, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _LimitedStream(stream, self._allowance)
        raise FetchError(f"it cannot be reached: {host} accepts no connection")

    def _addresses(self, host: str) -> Sequence[IPAddress]:
        try:
            return [ip_address(host)]
        except ValueError:
            return self._looked_up(host)

    def _looked_up(self, host: str) -> Sequence[IPAddress]:
        """Look a name up in a thread of its own: the system's look-up knows no time limit."""
        answer: Future[Sequence[IPAddress]] = Future()

        def look_up() -> None:
            try:
                answer.set_result(tuple(self._resolve(host)))
            except (OSError, ValueError) as error:
                answer.set_exception(error)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            addresses = answer.result(self._allowance.seconds())
        except (OSError, ValueError) as error:
            raise FetchError(f"it cannot be reached: no address of {host} was found") from error
        if not addresses:
            raise FetchError(f"it cannot be reached: no address of {host} was found")
        return addresses


class _LimitedStream(httpcore.NetworkStream):
    """A connection on which nothing waits longer, or reads more, than its fetch has left."""

    def __init__(self, stream: httpcore.NetworkStream, allowance: Allowance) -> None:
        self._stream = stream
        self._allowance = allowance

    def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ARG002 -- the allowance knows
    ) -> bytes:
        data = self._stream.read(max_bytes, self._allowance.seconds())
        self._allowance.spend(len(data))
        return data

    def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ARG002 -- the allowance knows
    ) -> None:
        self._stream.write(buffer, self._allowance.seconds())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 -- the allowance knows
    ) -> httpcore.NetworkStream:
        seconds = self._allowance.connect_seconds()
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, seconds)
        except httpcore.ConnectError as error:
            if isinstance(error.args[0], ssl.SSLCertVerificationError):
                raise FetchError(f"it has no valid certificate for {server_hostname}") from error
            raise FetchError("it cannot be reached over https") from error
        return _LimitedStream(stream, self._allowance)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 -- as httpcore has it
        return self._stream.get_extra_info(info)


def addresses_of(host: str) -> Sequence[IPAddress]:
    """Return the addresses that the system knows for a host's name.

    Raises:
        OSError: the name is not known.
        ValueError: the name cannot be one.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [ip_address(address[0]) for *_, address in found]
