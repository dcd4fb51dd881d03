"""Web URLs: what someone wrote becomes a URL that may be asked for, in one form only.

A URL that different programs read differently is refused rather than guessed at. What an address
leads to is no concern here: `network` checks that where it connects.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

import idna

from index.errors import FetchError

MAX_URL_CHARS = 2_000
PORTS = {"http": 80, "https": 443}
# Below this, a port belongs to a service of its own (mail, files, logins); no web page is there.
FIRST_FREE_PORT = 1024
MAX_HOST_CHARS = 253

SPACE_OR_CONTROL = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")
HOST_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
# A last label like this makes a number of the host, which systems read in ways of their own.
NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What RFC 3986 lets stand in a path or a query; "%" too, since it begins what is escaped already.
TARGET_CHARS = "!$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An http or https URL taken apart, in ASCII and without a fragment.

    `host` is a name in lower case or an IP address without brackets, `target` the path and query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a URL as it was written.

        Raises:
            FetchError: it is no URL, or not one of a public web page.
        """
        if len(written) > MAX_URL_CHARS:
            raise FetchError(f"it is longer than the {MAX_URL_CHARS:,} characters of a URL")
        if SPACE_OR_CONTROL.search(written):
            raise FetchError("it holds a space or a control character, which a URL never does")
        try:
            parts = urlsplit(written)
            port = parts.port
        except ValueError as error:
            raise FetchError("it is not a URL that can be read") from error
        if parts.scheme not in PORTS:
            raise FetchError("it does not begin with http:// or https://; nothing else is fetched")
        if "@" in parts.netloc:
            raise FetchError("it holds a user name; leave out what stands before the @")
        port = PORTS[parts.scheme] if port is None else port
        if port < FIRST_FREE_PORT and port not in PORTS.values():
            raise FetchError(f"it names port {port}, where no web pages are served")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.scheme, _host(parts.hostname or ""), port, quote(target, TARGET_CHARS))

    @property
    def authority(self) -> str:
        """The host and, where it is not the scheme's own, the port: what a Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Return it as one text."""
        return f"{self.scheme}://{self.authority}{self.target}"

    def redirected(self, location: str) -> Self:
        """Return where a redirect from here leads.

        Args:
            location: what the Location header says, which may be relative (RFC 9110 10.2.2).

        Raises:
            FetchError: it leads nowhere that may be asked for.
        """
        if not location:
            raise FetchError("it redirects, but does not say where to")
        # Joining would drop some of these without a word.
        if SPACE_OR_CONTROL.search(location):
            raise FetchError("it redirects to something that is no URL")
        try:
            joined = urljoin(str(self), location)
        except ValueError as error:
            raise FetchError("it redirects to something that is no URL") from error
        url = self.read(joined)
        if self.scheme == "https" and url.scheme == "http":
            raise FetchError("it redirects from https to http, where others could change the page")
        return url


def _host(written: str) -> str:
    """Return a host in the one form in which it is looked up."""
    host = written
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise FetchError("it names a host that cannot exist") from error
    host = host.removesuffix(".")
    address = _address(host)
    if address:
        return address
    labels = host.split(".")
    if len(host) > MAX_HOST_CHARS or not all(HOST_LABEL.fullmatch(label) for label in labels):
        raise FetchError("it names no host, or one that cannot exist")
    if NUMBER_LABEL.fullmatch(labels[-1]):
        raise FetchError("it names its host by a number; write the address as 192.0.2.1 is written")
    return host


def _address(host: str) -> str | None:
    """Return a host that is an IP address in its usual form; one with a zone is none."""
    try:
        return None if "%" in host else str(ip_address(host))
    except ValueError:
        return None
