"""A URL leads to public pages only, within limits; asked of a real server on this machine."""

import gzip
import socket
import ssl
import struct
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import FetchError
from index.web.addresses import IPAddress, is_public
from index.web.fetch import Fetched, Fetcher
from index.web.network import Limits, Resolve
from index.web.url import MAX_URL_CHARS, WebUrl
from tests.web_server import HANGING_SECONDS, Answer, Handler, WebServer, serving

HERE = ip_address("127.0.0.1")
ELSEWHERE = ip_address("10.0.0.1")
BODY = b"<p>The mill at Aldbourne reopened on Monday.</p>"
BRIEF = Limits(seconds=0.4)

NOT_PUBLIC = "which is not on the public internet"
BY_NUMBER = "names its host by a number"
NO_HOST = "it names no host|a host that cannot exist|not a URL that can be read|that is no URL"
USER_NAME = "it holds a user name"
NOT_WEB = "does not begin with http"

# Names that a public server could be made to give for addresses of this machine or its network.
PRIVATE_NAMES = {
    "localhost": "127.0.0.1",
    "app.localhost": "127.0.0.1",
    "localhost6": "::1",
    "intranet": "10.0.0.1",
    "metadata.google.internal": "169.254.169.254",
    "127.0.0.1.rebinding.example": "127.0.0.1",
    "mapped.example": "::ffff:10.0.0.1",
    "site.example": "fec0::1",
}
PRIVATE_HOSTS = (
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3", "127.0.0.1."),  # noqa: S104 -- a URL's
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.254"),
    *("169.254.0.1", "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *("198.18.0.1", "198.19.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[fe80::1]", "[fec0::1]", "[fc00::1]"),
    *("[fd00:ec2::254]", "[ff02::1]", "[ff0e::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]", "[::ffff:0:127.0.0.1]"),
    *("[::127.0.0.1]", "[::10.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]"),
    *("[64:ff9b:1::10.0.0.1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]"),
    *("[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[4000::1]"),
    *("１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "127．0．0．1", "ⓛocalhost", "LOCALHOST"),
    *PRIVATE_NAMES,
    "localhost.",
)
NUMBERS = (
    *("2130706433", "0x7f000001", "0x7F.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1"),
    *("0", "0x", "127.0.0.0x1", "00000127.0.0.1", "1.2.3.4.5", "256.256.256.256", "127.0.0.1.1"),
    "２１３０７０６４３３",
)
NO_HOSTS = (
    *("", "127.0.0.%31", "%6cocalhost", "[fe80::1%25eth0]", "[fe80::1%eth0]", "127.0.0.1%00"),
    *("127.0.0.1\\.news.example", "news..example", ".news.example", "127.0.0.1..", "[127.0.0.1]"),
    *("[::1", "::1", "a" * 64 + ".example", "a." * 150 + "example", "news$.example", "[v1.a:b]"),
    *("a\u200db.example", "127.0.0.1,news.example"),
)
REFUSED = (
    *((f"http://{host}:{{port}}/", NOT_PUBLIC) for host in PRIVATE_HOSTS),
    ("https://127.0.0.1:{port}/", NOT_PUBLIC),
    *((f"http://{host}:{{port}}/", BY_NUMBER) for host in NUMBERS),
    *((f"http://{host}:{{port}}/", NO_HOST) for host in NO_HOSTS),
    *((f"http://{user}@127.0.0.1:{{port}}/", USER_NAME) for user in ("news.example", "a:b", "")),
    ("http://news.example\\@127.0.0.1:{port}/", USER_NAME),
    ("http://news.example@127.0.0.1@127.0.0.1:{port}/", USER_NAME),
    ("file:///etc/passwd", NOT_WEB),
    ("file://127.0.0.1:{port}/", NOT_WEB),
    ("ftp://127.0.0.1:{port}/", NOT_WEB),
    ("gopher://127.0.0.1:{port}/_GET", NOT_WEB),
    ("ws://127.0.0.1:{port}/", NOT_WEB),
    ("data:text/html,<p>story</p>", NOT_WEB),
    ("javascript:fetch('http://127.0.0.1:{port}/')", NOT_WEB),
    ("jar:http://127.0.0.1:{port}/!/", NOT_WEB),
    ("view-source:http://127.0.0.1:{port}/", NOT_WEB),
)
# As the target of a redirect, these are relative.
WITHOUT_SLASHES = ("http:127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}\\", "http:", "http:/x")
WRITTEN_BADLY = (
    "http://127.0.0.1:{port}/a b",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/\r\nX-Smuggled: 1",
    "http://127.0.0.1:{port}/\nGET /two",
    "ht\ttp://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/\x00",
    "http://127.0.0.1\u00a0:{port}/",
    "http://127.0.0.1:{port}/\u2028",
    "http://127.0.0.1:{port}/\ud800",
)


def allow_here(address: IPAddress) -> bool:
    return address == HERE


def all_here(_: str) -> Sequence[IPAddress]:
    """Say that every name is this machine's."""
    return [HERE]


def private(host: str) -> Sequence[IPAddress]:
    """Know the private names and no other."""
    if host not in PRIVATE_NAMES:
        raise OSError("no such name")
    return [ip_address(PRIVATE_NAMES[host])]


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as running:
        running.text("/", BODY)
        yield running


@dataclass
class Front:
    """A server that a fetcher may reach as front.example, and nothing else that is not public."""

    server: WebServer
    asked: list[IPAddress] = field(default_factory=list)

    def resolve(self, host: str) -> Sequence[IPAddress]:
        return [HERE] if host == "front.example" else private(host)

    def allow(self, address: IPAddress) -> bool:
        self.asked.append(address)
        return len(self.asked) == 1 or is_public(address)


@pytest.fixture(scope="module")
def front() -> Iterator[tuple[Front, Fetcher]]:
    with serving() as server:
        front = Front(server)
        with Fetcher(allow=front.allow, resolve=front.resolve) as fetcher:
            yield front, fetcher


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[WebServer, Fetcher]]:
    """Return a server on this machine, and a fetcher of public pages alone."""
    with serving() as server, Fetcher(resolve=private) as fetcher:
        yield server, fetcher


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """Return a fetcher that may reach this machine, by any name."""
    with Fetcher(allow=allow_here, resolve=all_here) as ready:
        yield ready


def test_a_page_is_fetched_with_what_its_server_says_of_it(
    server: WebServer, fetcher: Fetcher
) -> None:
    server.text("/story", BODY, {"Content-Type": 'Text/HTML; Charset="ISO-8859-1"; x=y'})
    expected = Fetched(server.url("/story"), "text/html", "iso-8859-1", BODY)
    assert fetcher.fetch(server.url("/story#comments")) == expected


@pytest.mark.parametrize("said", ["", "html", "; charset", "*/*"])
def test_what_a_server_does_not_say_is_not_known(
    server: WebServer, fetcher: Fetcher, said: str
) -> None:
    server.text("/", BODY, {"Content-Type": said} if said else {})
    found = fetcher.fetch(server.url())
    assert (found.content_type, found.charset) == (None, None)


def test_a_request_says_who_asks_and_nothing_else_of_the_user(
    server: WebServer,
    fetcher: Fetcher,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.text("/", BODY, {"Set-Cookie": "id=1"})
    fetcher.fetch(server.url())
    fetcher.fetch(server.url())
    second = dict(server.requests[1].headers)
    assert second["User-Agent"] == f"Dateline/{version('dateline')}"
    assert set(second) == {*("Host", "User-Agent", "Accept", "Accept-Encoding", "Connection")}


def test_characters_outside_ascii_are_sent_escaped(server: WebServer, fetcher: Fetcher) -> None:
    server.text("/caf%C3%A9?q=%E2%82%AC%20", BODY)
    found = fetcher.fetch(server.url("/café?q=€%20", host="zürich.example"))
    assert found.url == server.url("/caf%C3%A9?q=%E2%82%AC%20", host="xn--zrich-kva.example")
    assert server.requests[0].headers["Host"] == f"xn--zrich-kva.example:{server.server_port}"


def test_threads_share_a_fetcher(server: WebServer, fetcher: Fetcher) -> None:
    bodies = {f"/{number}": b"%d" % number * 100_000 for number in range(24)}
    for path, body in bodies.items():
        server.text(path, body)
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda path: fetcher.fetch(server.url(path)).data, bodies)
        assert list(found) == list(bodies.values())


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, "204 No Content"),
        (206, "206 Partial Content"),
        (304, "304 Not Modified"),
        (403, "403 Forbidden"),
        (404, "404 Not Found"),
        (500, "500 Internal Server Error"),
        (599, "599"),
    ],
)
def test_an_answer_that_is_no_page_is_told_by_its_status(
    server: WebServer, fetcher: Fetcher, status: int, reason: str
) -> None:
    server.answers["/"] = lambda handler: handler.raw(
        b"HTTP/1.1 %d \x1b[31mWords of the server\r\nContent-Length: 0\r\n\r\n" % status
    )
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url())
    assert str(caught.value) == f"it answered {reason}"


# Where a URL may lead


@pytest.mark.parametrize(("url", "reason"), REFUSED, ids=[url for url, _ in REFUSED])
def test_no_notation_leads_to_what_is_not_public(
    guarded: tuple[WebServer, Fetcher], url: str, reason: str
) -> None:
    server, fetcher = guarded
    with pytest.raises(FetchError, match=reason):
        fetcher.fetch(url.replace("{port}", str(server.server_port)))
    assert server.connections == 0


@pytest.mark.parametrize("url", WITHOUT_SLASHES)
def test_a_url_without_a_host_is_refused(guarded: tuple[WebServer, Fetcher], url: str) -> None:
    server, fetcher = guarded
    with pytest.raises(FetchError, match=NO_HOST):
        fetcher.fetch(url.replace("{port}", str(server.server_port)))
    assert server.connections == 0


@pytest.mark.parametrize("url", WRITTEN_BADLY, ids=ascii)
def test_a_url_with_spaces_or_control_characters_is_refused(
    server: WebServer, fetcher: Fetcher, url: str
) -> None:
    with pytest.raises(FetchError, match="a space or a control character"):
        fetcher.fetch(url.replace("{port}", str(server.server_port)))
    assert server.connections == 0


def test_the_systems_own_names_for_this_machine_are_refused(server: WebServer) -> None:
    with Fetcher() as fetcher, pytest.raises(FetchError, match=NOT_PUBLIC):
        fetcher.fetch(server.url(host="localhost"))
    assert server.connections == 0


@pytest.mark.parametrize("port", [0, 1, 21, 22, 25, 79, 81, 110, 444, 1023])
def test_ports_of_other_services_are_refused(fetcher: Fetcher, port: int) -> None:
    with pytest.raises(FetchError, match=f"it names port {port}, "):
        fetcher.fetch(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("port", ["65536", "-1", "http", "8O", "８０"])
def test_a_port_that_is_none_is_refused(fetcher: Fetcher, port: str) -> None:
    with pytest.raises(FetchError, match="not a URL that can be read"):
        fetcher.fetch(f"http://127.0.0.1:{port}/")


def test_a_long_url_is_refused(server: WebServer, fetcher: Fetcher) -> None:
    longest = server.url("/").ljust(MAX_URL_CHARS, "x")
    with pytest.raises(FetchError, match="404"):
        fetcher.fetch(longest)
    with pytest.raises(FetchError, match="longer than the 2,000 characters"):
        fetcher.fetch(longest + "x")


def test_every_address_of_a_name_must_be_public(server: WebServer) -> None:
    answers = iter([[HERE, ELSEWHERE], [ELSEWHERE, HERE]])
    with Fetcher(allow=allow_here, resolve=lambda _: next(answers)) as fetcher:
        for _ in range(2):
            with pytest.raises(FetchError, match=NOT_PUBLIC):
                fetcher.fetch(server.url(host="news.example"))
    assert server.connections == 0


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers well first and badly then (rebinding) gains nothing."""
    answers = iter([[HERE], [ELSEWHERE]])
    asked: list[str] = []
    system_asked: list[object] = []
    getaddrinfo = socket.getaddrinfo

    def resolve(host: str) -> Sequence[IPAddress]:
        asked.append(host)
        return next(answers)

    def watched(host: str, *rest: object, **named: object) -> object:
        system_asked.append(host)
        return getaddrinfo(host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    url = server.url(host="news.example")
    with Fetcher(allow=allow_here, resolve=resolve) as fetcher:
        assert fetcher.fetch(url).data == BODY
        assert asked == ["news.example"]
        assert set(system_asked) <= {"127.0.0.1"}
        assert server.requests[0].headers["Host"] == f"news.example:{server.server_port}"
        # The next fetch looks it up again, and checks again.
        with pytest.raises(FetchError, match=NOT_PUBLIC):
            fetcher.fetch(url)
    assert (asked, server.connections) == (["news.example"] * 2, 1)


def test_a_second_address_is_tried_where_the_first_is_silent(server: WebServer) -> None:
    addresses = [ip_address("::1"), HERE]
    with Fetcher(allow=addresses.__contains__, resolve=lambda _: addresses) as fetcher:
        assert fetcher.fetch(server.url(host="news.example")).data == BODY


def test_a_host_that_accepts_nothing_is_told(fetcher: Fetcher) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(FetchError, match=r"cannot be reached: news\.example accepts no"):
            fetcher.fetch(f"http://news.example:{port}/")


def test_a_name_without_addresses_is_told() -> None:
    unknown: tuple[Resolve, ...] = (private, lambda _: [])
    for resolve in unknown:
        with (
            Fetcher(resolve=resolve) as fetcher,
            pytest.raises(FetchError, match=r"no address of news\.example was found"),
        ):
            fetcher.fetch("https://news.example/")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(server: WebServer, fetcher: Fetcher, status: int) -> None:
    server.redirect("/a/old", "../new?x=1#top", status)
    server.text("/new?x=1", BODY)
    found = fetcher.fetch(server.url("/a/old"))
    assert (found.url, found.data) == (server.url("/new?x=1"), BODY)


def test_a_redirect_may_name_another_host(server: WebServer, fetcher: Fetcher) -> None:
    server.redirect("/old", f"//other.example:{server.server_port}/new")
    server.text("/new", BODY)
    assert fetcher.fetch(server.url("/old")).url == server.url("/new", host="other.example")


@pytest.mark.parametrize(("url", "reason"), REFUSED, ids=[url for url, _ in REFUSED])
def test_no_redirect_leads_to_what_is_not_public(
    front: tuple[Front, Fetcher], url: str, reason: str
) -> None:
    state, fetcher = front
    state.asked.clear()
    state.server.requests.clear()
    location = url.replace("{port}", str(state.server.server_port))
    state.server.answers["/"] = lambda handler: handler.raw(
        b"HTTP/1.1 302 Found\r\nLocation: %b\r\n\r\n" % location.encode()
    )
    with pytest.raises(FetchError, match=reason):
        fetcher.fetch(state.server.url(host="front.example"))
    assert state.server.paths == ["/"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("", "does not say where to"),
        ("/a b", "something that is no URL"),
        ("/a\tb", "something that is no URL"),
        ("http://[::1/", "something that is no URL|not a URL that can be read"),
        ("/" + "x" * MAX_URL_CHARS, "longer than"),
    ],
    ids=ascii,
)
def test_a_redirect_to_no_url_is_told(
    server: WebServer, fetcher: Fetcher, location: str, reason: str
) -> None:
    server.redirect("/", location)
    with pytest.raises(FetchError, match=reason):
        fetcher.fetch(server.url())


def test_a_chain_of_redirects_ends(server: WebServer, fetcher: Fetcher) -> None:
    for number in range(7):
        server.redirect(f"/{number}", f"/{number + 1}")
    server.text("/7", BODY)
    assert fetcher.fetch(server.url("/2")).data == BODY
    with pytest.raises(FetchError, match="it redirects more than 5 times"):
        fetcher.fetch(server.url("/1"))


def test_a_loop_of_redirects_ends(server: WebServer, fetcher: Fetcher) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    with pytest.raises(FetchError, match="it redirects more than 5 times"):
        fetcher.fetch(server.url("/a"))
    assert server.paths == ["/a", "/b"] * 3


# https


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """Return a server with a certificate for news.example, which this process trusts."""
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-keyout key.pem -out cert.pem -subj /CN=news.example "
        "-addext subjectAltName=DNS:news.example"
    )
    try:
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl, which makes a certificate for the test, is not here")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with serving(context) as running:
        running.text("/", BODY)
        yield running


def test_https_is_spoken_with_the_host_by_its_name(secure: WebServer) -> None:
    names: list[str | None] = []
    assert isinstance(secure.socket, ssl.SSLSocket)
    secure.socket.context.sni_callback = lambda _, name, __: names.append(name)
    with Fetcher(allow=allow_here, resolve=all_here) as fetcher:
        assert fetcher.fetch(secure.url(host="news.example")).data == BODY
    assert names == ["news.example"]


def test_a_certificate_of_another_host_is_refused(secure: WebServer) -> None:
    with (
        Fetcher(allow=allow_here, resolve=all_here) as fetcher,
        pytest.raises(FetchError, match=r"it has no valid certificate for other\.example"),
    ):
        fetcher.fetch(secure.url(host="other.example"))
    assert secure.requests == []


def test_a_server_that_does_not_speak_https_is_told(server: WebServer, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match="it cannot be reached over https"):
        fetcher.fetch(server.url().replace("http:", "https:"))


def test_a_redirect_does_not_leave_https(secure: WebServer, server: WebServer) -> None:
    secure.redirect("/", server.url())
    with (
        Fetcher(allow=allow_here, resolve=all_here) as fetcher,
        pytest.raises(FetchError, match="it redirects from https to http"),
    ):
        fetcher.fetch(secure.url(host="news.example"))
    assert server.connections == 0


# Packed bodies


def deflated(data: bytes, window_bits: int) -> bytes:
    packer = zlib.compressobj(wbits=window_bits)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("GZip", gzip.compress(BODY)),
        ("gzip", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
        ("deflate", deflated(BODY, 15)),
        ("deflate", deflated(BODY, -15)),
        ("identity", BODY),
    ],
    ids=["gzip", "x-gzip", "capitals", "two members", "deflate", "deflate, raw", "identity"],
)
def test_a_packed_body_is_unpacked(
    server: WebServer, fetcher: Fetcher, coding: str, body: bytes
) -> None:
    server.text("/", body, {"Content-Encoding": coding})
    assert fetcher.fetch(server.url()).data == BODY


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        ("gzip", BODY, "not packed as it says"),
        ("deflate", BODY, "not packed as it says"),
        ("gzip", gzip.compress(BODY) + BODY, "not packed as it says"),
        ("gzip", gzip.compress(BODY)[:-9], "broke off before its end"),
        ("gzip", gzip.compress(BODY)[:1], "broke off before its end"),
        ("br", BODY, "packed in a way that was not asked for"),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY)), "was not asked for"),
        ("\x1b[31m", BODY, "does not answer as a web server|was not asked for"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_refused(
    server: WebServer, fetcher: Fetcher, coding: str, body: bytes, reason: str
) -> None:
    server.text("/", body, {"Content-Encoding": coding})
    with pytest.raises(FetchError, match=reason):
        fetcher.fetch(server.url())


def zeros(window_bits: int) -> Iterator[bytes]:
    """Yield a gigabyte of zeros, packed, a mebibyte at a time."""
    packer = zlib.compressobj(wbits=window_bits)
    first = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    yield first
    following = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    yield from [following] * 1023


@pytest.mark.parametrize(
    ("coding", "window_bits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)]
)
def test_a_bomb_is_stopped_while_it_unpacks(
    server: WebServer, fetcher: Fetcher, coding: str, window_bits: int
) -> None:
    body = b"".join(zeros(window_bits))
    server.text("/", body, {"Content-Encoding": coding})
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="it is larger than 16,777,216 bytes"):
            fetcher.fetch(server.url())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 80 * 2**20


# Limits


def endless(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.server.stopping.is_set():
        handler.wfile.write(bytes(65536))


def test_an_endless_body_is_stopped(server: WebServer) -> None:
    server.answers["/"] = endless
    limits = Limits(wire_bytes=2**20)
    with (
        Fetcher(limits, allow_here) as fetcher,
        pytest.raises(FetchError, match="it sends more than 1,048,576 bytes"),
    ):
        fetcher.fetch(server.url())


def test_a_body_of_exactly_the_limit_is_taken(server: WebServer) -> None:
    limits = Limits(data_bytes=len(BODY))
    server.text("/more", BODY + b"!")
    with Fetcher(limits, allow_here) as fetcher:
        assert fetcher.fetch(server.url()).data == BODY
        with pytest.raises(FetchError, match=f"larger than {len(BODY)} bytes"):
            fetcher.fetch(server.url("/more"))


def drip(handler: Handler, drop: bytes) -> None:
    for _ in range(HANGING_SECONDS * 50):
        if handler.server.stopping.wait(1 / 50):
            break
        handler.wfile.write(drop)


def slow_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    drip(handler, b"X-More: 1\r\n")


def slow_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    drip(handler, b"x")


def only_interim(handler: Handler) -> None:
    drip(handler, b"HTTP/1.1 103 Early Hints\r\n\r\n")


def silent(handler: Handler) -> None:
    handler.server.stopping.wait(HANGING_SECONDS)


@pytest.mark.parametrize("answer", [slow_head, slow_body, only_interim, silent])
def test_a_server_cannot_hold_a_fetch_up(server: WebServer, answer: Answer) -> None:
    server.answers["/"] = answer
    began = time.monotonic()
    with (
        Fetcher(BRIEF, allow_here) as fetcher,
        pytest.raises(FetchError, match=r"it took longer than 0\.4 seconds|it takes too long"),
    ):
        fetcher.fetch(server.url())
    assert time.monotonic() - began < HANGING_SECONDS / 2


def test_redirects_share_the_time_of_one_fetch(server: WebServer) -> None:
    def slow_redirect(handler: Handler) -> None:
        handler.server.stopping.wait(0.15)
        handler.page(b"", {"Location": "/"}, 302)

    server.answers["/"] = slow_redirect
    with (
        Fetcher(BRIEF, allow_here) as fetcher,
        pytest.raises(FetchError, match=r"it took longer|it takes too long"),
    ):
        fetcher.fetch(server.url())


def test_a_look_up_cannot_hold_a_fetch_up() -> None:
    stopping = threading.Event()

    def resolve(_: str) -> Sequence[IPAddress]:
        stopping.wait(HANGING_SECONDS)
        return [HERE]

    began = time.monotonic()
    try:
        with (
            Fetcher(BRIEF, allow_here, resolve) as fetcher,
            pytest.raises(FetchError, match=r"no address of news\.example was found"),
        ):
            fetcher.fetch("http://news.example/")
    finally:
        stopping.set()
    assert time.monotonic() - began < HANGING_SECONDS / 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "does not answer as a web server"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "does not answer as a web server"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000, "does not answer as a web server"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 60_000, "does not answer as a web server"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "does not answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello", "does not answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello", "broke off before its end"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\nhello", "broke off"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "101 Switching Protocols|does not"),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_a_broken_answer_is_told(
    server: WebServer, fetcher: Fetcher, answer: bytes, reason: str
) -> None:
    server.answers["/"] = lambda handler: handler.raw(answer)
    with pytest.raises(FetchError, match=reason):
        fetcher.fetch(server.url())


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"", "does not answer as a web server"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello", "broke off before its end"),
    ],
    ids=["before the answer", "within the body"],
)
def test_a_connection_that_is_cut_is_told(
    server: WebServer, fetcher: Fetcher, start: bytes, reason: str
) -> None:
    def cut(handler: Handler) -> None:
        handler.raw(start)
        # To close without lingering sends a reset.
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.server.stopping.wait(0.05)
        handler.rfile.close()
        handler.connection.close()

    server.answers["/"] = cut
    with pytest.raises(FetchError, match=reason):
        fetcher.fetch(server.url())


def test_what_follows_the_named_length_is_part_of_no_page(
    server: WebServer, fetcher: Fetcher
) -> None:
    server.answers["/"] = lambda handler: handler.raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\nother"
    )
    server.text("/next", BODY)
    assert fetcher.fetch(server.url()).data == b"hello"
    assert fetcher.fetch(server.url("/next")).data == BODY


# Properties


@given(st.binary(max_size=200) | st.binary(max_size=60).map(b"HTTP/1.1 200 OK\r\n".__add__))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_server_sends_a_page_or_a_reason_comes(
    server: WebServer, fetcher: Fetcher, answer: bytes
) -> None:
    server.answers["/"] = lambda handler: handler.raw(answer)
    with suppress(FetchError):
        assert isinstance(fetcher.fetch(server.url()), Fetched)


URLISH = st.text("htps:/@.[]%\\?#127０x。é\u200d\n -", max_size=40)


@given(st.text(max_size=60) | URLISH.map("http://".__add__) | URLISH)
@settings(max_examples=400)
def test_whatever_is_written_a_url_or_a_reason_comes(written: str) -> None:
    with suppress(FetchError):
        url = WebUrl.read(written)
        assert str(url).isascii()
        assert WebUrl.read(str(url)) == url


@given(st.ip_addresses())
def test_what_python_knows_to_be_private_is_not_public(address: IPAddress) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_address_in_another_is_judged_for_what_it_is(inner: IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        assert is_public(IPv6Address(int(IPv6Address(prefix)) | int(inner))) == is_public(inner)
    assert not is_public(IPv6Address(int(inner)))
    assert not is_public(IPv6Address((0x2002 << 112) | (int(inner) << 80)))
    assert not is_public(IPv6Address((0x20010000 << 96) | (~int(inner) & 0xFFFFFFFF)))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450::1", "64:ff9b::101:101"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))
