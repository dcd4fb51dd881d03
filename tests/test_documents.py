"""Documents of every kind become articles: what they are called, where they came from."""

import gzip
import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.files import Skipped
from index.ids import is_address
from index.load import Loaded, load_articles
from index.store import Known
from index.web.fetch import Fetched, Fetcher
from tests.web_server import Handler, WebServer, serving

PROSE = (
    "The harbour board of Arden voted on Monday to build a second quay. Nine members were in "
    "favour and four against, and the chair promised that work would begin in the spring."
)
MORE = (
    "Fishermen who spoke at the session said that the new quay would take away their moorings. "
    "The board answered that other moorings had been found for all of the forty boats."
)


def page(title: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or (PROSE, MORE))
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>"
        '<meta property="article:published_time" content="2026-01-14T05:00:00Z">'
        '<meta property="og:site_name" content="Arden Courier"></head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article></body>"
    )


def feed(*entries: str) -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Arden Courier</title>'
        f"<link>http://arden.example/</link>{''.join(entries)}</channel></rss>"
    )


def entry(title: str, link: str | None = None, text: str = "") -> str:
    where = f"<link>{link}</link>" if link else ""
    return (
        f"<item><title>{title}</title>{where}<description>{text}</description>"
        "<pubDate>Wed, 14 Jan 2026 05:00:00 GMT</pubDate></item>"
    )


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    here = ipaddress.ip_address("127.0.0.1")
    with Fetcher(allow=lambda address: address == here) as made:
        yield made


def publish(web: WebServer, path: str, body: str | bytes, media_type: str = "text/html") -> str:
    data = body.encode() if isinstance(body, str) else body

    def answer(handler: Handler) -> None:
        handler.page(data, {"Content-Type": media_type})

    web.answers[path] = answer
    return web.url(path)


def loaded(items: "Iterator[Loaded | Skipped]") -> dict[str, Loaded]:
    found = {}
    for item in items:
        assert isinstance(item, Loaded), item
        found[item.article.id] = item
    return found


@pytest.mark.parametrize("suffix", [".html", ".htm", ".HTML", ".html.gz", ".txt", ".txt.gz"])
def test_a_page_is_read_as_one_whatever_its_file_is_called(tmp_path: Path, suffix: str) -> None:
    data = page("Board votes for a second quay").encode()
    file = tmp_path / f"quay{suffix}"
    file.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    article = loaded(load_articles([tmp_path]))["quay"].article
    assert article.text.startswith("The harbour board of Arden")
    assert (article.title, article.outlet) == ("Board votes for a second quay", "Arden Courier")
    assert (article.published, article.language) == ("2026-01-14T05:00:00Z", "en")


def test_a_compressed_file_is_held_to_the_same_limit(tmp_path: Path) -> None:
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"0" * (17 * 1024**2)))
    (tmp_path / "fine.md").write_text(PROSE)
    items = {Path(item.place).name: item for item in load_articles([tmp_path])}
    bomb = items["bomb.txt.gz"]
    assert isinstance(bomb, Skipped)
    assert bomb.refused
    assert "16 MiB" in bomb.reason
    assert isinstance(items["fine.md"], Loaded)


def test_a_long_single_line_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "line.txt").write_text("word " * 10 * 1024**2)
    (tmp_path / "shorter.txt").write_text("word " * 1024**2)
    (tmp_path / "fine.md").write_text(PROSE)
    items = {Path(item.place).name: item for item in load_articles([tmp_path])}
    line, shorter = items["line.txt"], items["shorter.txt"]
    assert isinstance(line, Skipped)
    assert isinstance(shorter, Skipped)
    assert line.reason == "it is larger than 16 MiB"
    assert shorter.reason == "its text is longer than 2,000,000 characters"
    assert isinstance(items["fine.md"], Loaded)


def test_records_are_known_by_their_ids_addresses_or_titles(tmp_path: Path) -> None:
    records = [
        {"id": "n1", "title": "One", "text": PROSE},
        {"title": "Two", "text": PROSE, "url": "https://www.arden.example/two?utm_source=x"},
        {"title": "The Third: a story", "text": PROSE},
        {"title": "The third, a story", "text": MORE},
        {"text": MORE},
    ]
    lines = [json.dumps(record) for record in records]
    (tmp_path / "wire.jsonl").write_text("\n".join([*lines, '{"title": "cut'] * 1))
    items = list(load_articles([tmp_path]))
    articles = [item for item in items if isinstance(item, Loaded)]
    ids = [item.article.id for item in articles]
    assert ids[:2] == ["n1", "arden.example/two"]
    # Those of one title are told apart by their texts, never by their places.
    assert all(name.startswith("wire/the-third-a-story-") for name in ids[2:4])
    assert ids[4].startswith("wire/")
    assert len({item.intake.source for item in articles}) == 5
    [refused] = [item for item in items if isinstance(item, Skipped)]
    assert refused.reason.startswith("line 6 ")


def test_a_record_keeps_its_id_when_others_come_before_it(tmp_path: Path) -> None:
    def ids(*records: dict[str, str]) -> list[str]:
        (tmp_path / "wire.jsonl").write_text("\n".join(json.dumps(r) for r in records))
        return list(loaded(load_articles([tmp_path])))

    one, two = {"title": "Quay", "text": PROSE}, {"title": "Boats", "text": MORE}
    assert ids(one) == ["wire/quay"]
    assert ids(two, one) == ["wire/boats", "wire/quay"]


@pytest.mark.parametrize("whole", [False, True])
def test_a_list_of_one_record_names_it_as_a_longer_list_would(
    tmp_path: Path, *, whole: bool
) -> None:
    one, two = (
        {"title": title, "text": PROSE, "date": "2026-01-14"} for title in ("Quay", "Boats")
    )
    for records in ([one], [two, one]):
        (tmp_path / "wire.json").write_text(json.dumps({"articles": records} if whole else records))
        assert "wire/quay-2026-01-14" in loaded(load_articles([tmp_path]))


def test_a_json_file_with_one_article_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "quay.json").write_text(json.dumps({"headline": "Quay", "articleBody": PROSE}))
    assert loaded(load_articles([tmp_path]))["quay"].article.title == "Quay"


def test_an_address_is_fetched_and_gives_the_article_its_id(
    web: WebServer, fetcher: Fetcher
) -> None:
    url = publish(web, "/news/quay.html?id=7", page("Quay"))
    tracked = publish(web, "/news/quay.html?id=7&utm_source=feed", page("Quay"))
    [(name, item)] = loaded(
        load_articles(
            [
                url,
            ],
            fetch=fetcher.fetch,
        )
    ).items()
    assert name == f"127.0.0.1:{web.server_port}/news/quay.html?id=7"
    assert item.intake.source == url
    [(again, _)] = loaded(load_articles([tracked], fetch=fetcher.fetch)).items()
    assert again == name


@pytest.mark.parametrize(
    ("path", "media_type", "body"),
    [
        ("/a", "text/html; charset=utf-8", page("A")),
        ("/b", "text/plain", PROSE),
        ("/c.md", "application/octet-stream", f"# C\n\n{PROSE}"),
        ("/d", "application/json", json.dumps({"text": PROSE})),
        ("/e.html", "text/plain", page("E")),
        ("/f.json", "text/plain; charset=utf-8", json.dumps({"text": PROSE})),
        ("/g.txt.gz", "application/gzip", gzip.compress(PROSE.encode())),
        ("/h", "text/html", gzip.compress(page("H").encode())),
    ],
)
def test_an_address_is_read_by_what_it_declares_or_is(
    web: WebServer, fetcher: Fetcher, path: str, media_type: str, body: str | bytes
) -> None:
    url = publish(web, path, body, media_type)
    [item] = loaded(load_articles([url], fetch=fetcher.fetch)).values()
    assert PROSE in item.article.text
    assert item.article.url == url


def test_one_page_under_several_addresses_is_one_article(
    web: WebServer, fetcher: Fetcher, tmp_path: Path
) -> None:
    url = publish(web, "/quay", page("Quay"))
    publish(web, "/quay?utm_source=mail", page("Quay"))
    (tmp_path / "feed.xml").write_text(feed(entry("Quay", url), entry("Q", f"{url}?utm_source=x")))
    places: list[str | Path] = [tmp_path / "feed.xml", url, f"{url}#top", f"{url}?utm_source=mail"]
    assert len(loaded(load_articles(places, fetch=fetcher.fetch))) == 1
    assert web.paths.count("/quay") == 1


def test_a_page_keeps_its_id_when_its_site_moves_to_https() -> None:
    def at(address: str, known: dict[str, Known], text: str) -> Loaded:
        def fetch(url: str) -> Fetched:
            return Fetched(url, "text/plain", None, text.encode())

        [item] = loaded(load_articles([address], known=known, fetch=fetch)).values()
        return item

    first = at("http://www.arden.example/quay", {}, PROSE)
    known = Known(first.article.digest, first.intake.digest, first.intake.source)
    again = at("https://arden.example/quay", {first.article.id: known}, MORE)
    assert again.article.id == first.article.id == "arden.example/quay"


@pytest.mark.parametrize(
    ("host", "outlet"), [("feeds.arden.example", "Arden Courier"), ("links.example", None)]
)
def test_a_feed_of_others_stories_is_not_their_outlet(host: str, outlet: str | None) -> None:
    bare = f"<html><body><article><p>{PROSE}</p><p>{MORE}</p></article></body></html>"
    pages = {
        f"https://{host}/feed": feed(entry("Second quay", "https://www.arden.example/quay")),
        "https://www.arden.example/quay": bare,
    }

    def fetch(url: str) -> Fetched:
        return Fetched(url, None, None, pages[url].encode())

    [item] = loaded(load_articles([f"https://{host}/feed"], fetch=fetch)).values()
    assert item.article.outlet == outlet


def test_an_address_that_cannot_be_read_is_refused_with_its_reason(
    web: WebServer, fetcher: Fetcher
) -> None:
    image = publish(web, "/photo", b"\x89PNG\r\n\x1a\n\0\0", "image/png")
    items = load_articles(
        [image, web.url("/missing"), "ftp://arden.example/x"], fetch=fetcher.fetch
    )
    reasons = {item.place: item.reason for item in items if isinstance(item, Skipped)}
    assert reasons[image] == "it is in no format that is read here"
    assert reasons[web.url("/missing")] == "it answered 404 Not Found"
    assert "http" in reasons["ftp://arden.example/x"]


def test_nothing_is_fetched_where_the_net_is_not_to_be_read(tmp_path: Path) -> None:
    [item] = load_articles(["https://arden.example/quay"])
    assert isinstance(item, Skipped)
    assert "--offline" in item.reason
    (tmp_path / "feed.rss").write_text(feed(entry("Quay", "http://arden.example/quay", PROSE)))
    items = list(load_articles([tmp_path]))
    assert [type(item) for item in items] == [Skipped, Loaded]
    assert isinstance(items[1], Loaded)
    assert items[1].article.text == PROSE


def test_a_feed_leads_to_its_articles(web: WebServer, fetcher: Fetcher) -> None:
    quay = publish(web, "/quay", page("Second quay for Arden"))
    url = publish(web, "/feed", feed(entry("Quay", quay, "A teaser.")), "application/rss+xml")
    [item] = loaded(load_articles([url], fetch=fetcher.fetch)).values()
    assert (item.article.title, item.article.outlet) == ("Second quay for Arden", "Arden Courier")
    assert item.article.text == f"{PROSE}\n\n{MORE}"
    # The same article by its own address is the same article.
    [alone] = loaded(load_articles([quay], fetch=fetcher.fetch)).values()
    assert alone.article.id == item.article.id
    assert alone.intake.source == item.intake.source


def test_what_a_page_does_not_say_is_taken_from_the_feed(web: WebServer, fetcher: Fetcher) -> None:
    bare = f"<html><body><article><p>{PROSE}</p><p>{MORE}</p></article></body></html>"
    quay = publish(web, "/quay", bare)
    url = publish(web, "/feed", feed(entry("Second quay", quay)), "text/xml")
    [item] = loaded(load_articles([url], fetch=fetcher.fetch)).values()
    assert (item.article.title, item.article.outlet) == ("Second quay", "Arden Courier")
    assert item.article.published is not None
    assert item.article.published.startswith("2026-01-14T05:00:00")


def test_a_feed_whose_article_is_gone_gives_its_own_text_and_says_so(
    web: WebServer, fetcher: Fetcher
) -> None:
    body = feed(entry("Quay", web.url("/gone"), PROSE), entry("Boats", web.url("/also-gone")))
    items = list(load_articles([publish(web, "/feed", body, "text/xml")], fetch=fetcher.fetch))
    told = {item.place: item for item in items if isinstance(item, Skipped)}
    assert not told[web.url("/gone")].refused
    assert "404" in told[web.url("/gone")].reason
    assert "the feed's own text stands in" in told[web.url("/gone")].reason
    assert told[web.url("/also-gone")].refused
    [article] = [item.article for item in items if isinstance(item, Loaded)]
    assert article.text == PROSE


def test_a_feed_leads_to_each_article_once_and_to_no_other_feed(
    web: WebServer, fetcher: Fetcher
) -> None:
    quay = publish(web, "/quay", page("Second quay for Arden"))
    other = publish(web, "/other", feed(entry("Quay", quay)), "text/xml")
    body = feed(entry("Quay", quay), entry("Again", quay), entry("Other", other))
    items = list(load_articles([publish(web, "/feed", body, "text/xml")], fetch=fetcher.fetch))
    assert [item.place for item in items] == [quay, other]
    assert isinstance(items[1], Skipped)
    assert items[1].reason == "there is no story at that address"
    assert web.paths.count("/quay") == 1


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "/etc/passwd", "../../secret.html", "secret.html", "ftp://h/x"]
)
def test_a_feed_in_a_file_never_leads_to_a_local_path(tmp_path: Path, link: str) -> None:
    (tmp_path / "secret.html").write_text(page("Secret"))
    asked: list[str] = []

    def fetch(url: str) -> Fetched:
        asked.append(url)
        raise AssertionError(url)

    (tmp_path / "feed.xml").write_text(feed(entry("Quay", link, PROSE)))
    [item] = loaded(load_articles([tmp_path / "feed.xml"], fetch=fetch)).values()
    assert item.article.text == PROSE
    assert asked == []


def test_a_feed_with_more_entries_than_anyone_reads_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.load.MAX_ENTRIES", 3)
    (tmp_path / "feed.xml").write_text(feed(*(entry(f"Story {n}", None, PROSE) for n in range(5))))
    items = list(load_articles([tmp_path]))
    assert len([item for item in items if isinstance(item, Loaded)]) == 3
    [cut] = [item for item in items if isinstance(item, Skipped)]
    assert cut.refused
    assert "after the first 3" in cut.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("suffix", [".xml", ".txt", ".html"])
def test_a_feed_is_known_by_its_beginning(tmp_path: Path, suffix: str, encoding: str) -> None:
    body = feed(entry("Quay", None, PROSE)).replace(
        "?>", f' encoding="{encoding[:6].strip("-")}"?>', 1
    )
    (tmp_path / f"wire{suffix}").write_bytes(body.encode(encoding))
    [item] = loaded(load_articles([tmp_path])).values()
    assert (item.article.title, item.article.text) == ("Quay", PROSE)


def test_xml_that_is_no_feed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.xml").write_text('<?xml version="1.0"?><urlset><url/></urlset>')
    [item] = load_articles([tmp_path])
    assert isinstance(item, Skipped)
    assert item.reason == "it is XML, but not an RSS or Atom feed"


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("https://a.example/x", True),
        ("HTTP://a.example", True),
        ("ftp://a.example", True),
        ("a.example/x", False),
        ("folder//x", False),
        ("C:\\news", False),
        (Path("https://a.example"), False),
    ],
)
def test_an_address_is_told_from_a_path(place: str | Path, *, address: bool) -> None:
    assert is_address(place) is address
