"""Fetch: a URL becomes the bytes that stand there.

Asks with GET, follows redirects, unpacks. `web_url` says which URLs may be asked for, `network`
where a connection may lead and what a fetch may take. No proxy, cookie, password or netrc file is
ever used. Knows nothing of articles or formats.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Self

import httpcore

from index.errors import FetchError
from index.web.addresses import is_public
from index.web.network import Allow, Allowance, CheckedNetwork, Limits, Resolve, addresses_of
from index.web.url import WebUrl

REDIRECTS = frozenset({301, 302, 303, 307, 308})
DEFAULT_LIMITS = Limits()
# zlib's names for the three formats (RFC 1952, RFC 1950, RFC 1951).
GZIP_BITS, ZLIB_BITS, RAW_DEFLATE_BITS = 31, 15, -15

MEDIA_TYPE = re.compile(r"\s*([\w.+-]{1,100}/[\w.+-]{1,100})")
CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found at a URL.

    `url` is where it was found, after redirects and without a fragment. `content_type` is the media
    type in lower case without parameters, `charset` the encoding that the server names, in lower
    case and known to Python or not; either is None if the server does not say. `data` is unpacked.
    """

    url: str
    content_type: str | None
    charset: str | None
    data: bytes


class Fetcher:
    """Fetches pages from the public internet.

    Several threads may use one. Each page has a connection of its own: where a server sends more
    than the length it named, the rest would pass for the beginning of the next page.

    Args:
        limits: what one fetch may take.
        allow: tells whether an address may be connected to.
        resolve: gives the addresses of a host's name; OSError or ValueError if there are none.
    """

    def __init__(
        self,
        limits: Limits = DEFAULT_LIMITS,
        allow: Allow = is_public,
        resolve: Resolve = addresses_of,
    ) -> None:
        self._limits = limits
        self._allowance = Allowance()
        self._agent = f"Dateline/{version('dateline')}"
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpcore.default_ssl_context(),
            network_backend=CheckedNetwork(self._allowance, allow, resolve),
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections of fetches that still go on."""
        self._pool.close()

    def fetch(self, url: str) -> Fetched:
        """Fetch what stands at an http or https URL, after redirects.

        Raises:
            FetchError: the URL may not be asked for, gives no page, or takes more than the limits.
        """
        self._allowance.start(self._limits)
        place = WebUrl.read(url)
        for _ in range(self._limits.redirects + 1):
            found = self._ask(place)
            if isinstance(found, Fetched):
                return found
            place = found
        raise FetchError(f"it redirects more than {self._limits.redirects} times")

    def _ask(self, place: WebUrl) -> Fetched | WebUrl:
        """Return what stands at a place, or the place that it redirects to."""
        url = httpcore.URL(
            scheme=place.scheme, host=place.host, port=place.port, target=place.target
        )
        headers: dict[bytes | str, bytes | str] = {
            "Host": place.authority,
            "User-Agent": self._agent,
            "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }
        extensions = {"timeout": {"pool": self._allowance.seconds()}}
        with (
            _told("it does not answer as a web server does"),
            self._pool.stream("GET", url, headers=headers, extensions=extensions) as response,
        ):
            if response.status in REDIRECTS:
                return place.redirected(_header(response, "location"))
            if response.status != HTTPStatus.OK:
                raise FetchError(f"it answered {_status(response.status)}")
            content_type = _header(response, "content-type")
            media_type = MEDIA_TYPE.match(content_type)
            charset = CHARSET.search(content_type)
            return Fetched(
                url=str(place),
                content_type=media_type.group(1).lower() if media_type else None,
                charset=charset.group(1).lower() if charset else None,
                data=_body(response, self._limits.data_bytes),
            )


def _body(response: httpcore.Response, limit: int) -> bytes:
    """Return a response's body, unpacked; FetchError as soon as it is larger than the limit."""
    coding = _header(response, "content-encoding").strip().lower()
    with _told("it broke off before its end"):
        pieces = response.iter_stream()
        if coding in {"gzip", "x-gzip", "deflate"}:
            pieces = _unpacked(pieces, coding, limit)
        elif coding not in {"", "identity"}:
            raise FetchError("it is packed in a way that was not asked for")
        data = bytearray()
        for piece in pieces:
            data += piece
            if len(data) > limit:
                raise FetchError(f"it is larger than {limit:,} bytes")
    return bytes(data)


def _unpacked(pieces: Iterable[bytes], coding: str, limit: int) -> Iterator[bytes]:
    """Yield what is packed in the pieces of a body.

    A gzip body may be several, one after the other (RFC 1952 2.2). What comes of one piece is cut
    just above the limit, where the body is refused anyway.
    """
    inflater = None
    for piece in pieces:
        rest = piece
        while rest:
            inflater = inflater or zlib.decompressobj(_window_bits(coding, rest[0]))
            try:
                yield inflater.decompress(rest, limit + 1)
            except zlib.error as error:
                raise FetchError("it is not packed as it says, or is damaged") from error
            rest = inflater.unused_data
            if inflater.eof:
                inflater = None
    if inflater is not None:
        raise FetchError("it broke off before its end")


def _window_bits(coding: str, first_byte: int) -> int:
    if coding != "deflate":
        return GZIP_BITS
    # Some servers leave out the header that "deflate" has; its first byte always ends in an 8.
    return ZLIB_BITS if first_byte & 0x0F == 8 else RAW_DEFLATE_BITS


def _header(response: httpcore.Response, name: str) -> str:
    """Return a header's value, repeated ones joined (RFC 9110 5.3), or an empty text."""
    wanted = name.encode("ascii")
    values = [value for written, value in response.headers if written.lower() == wanted]
    return b", ".join(values).decode("utf-8", "replace")


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


@contextmanager
def _told(reason: str) -> Iterator[None]:
    """Turn what the HTTP library raises into a FetchError."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise FetchError("it takes too long to answer") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchError(reason) from error
