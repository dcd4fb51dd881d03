import contextlib
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ArticleError
from index.formats.feed import MAX_ENTRIES, Entry, is_feed, read_feed
from index.types import Refusal, Removed, Story

URL = "https://example.org/feeds/all"
PURL = "http://purl.org"
NAMESPACES = (
    f'xmlns:content="{PURL}/rss/1.0/modules/content/" xmlns:dc="{PURL}/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)


def rss(*items: str, channel: str = "<title>The Quay</title>") -> bytes:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {NAMESPACES}><channel>{channel}{body}</channel></rss>'.encode()


def atom(*entries: str, feed: str = "<title>The Quay</title>", attributes: str = "") -> bytes:
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{feed}{body}</feed>'.encode()


def rdf(item: str) -> bytes:
    return (
        f'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns="{PURL}/rss/1.0/" {NAMESPACES}><channel rdf:about="x"><title>The Quay</title>'
        f'</channel><item rdf:about="https://example.org/a">{item}</item></rdf:RDF>'
    ).encode()


def entry_of(data: bytes, url: str | None = URL) -> Entry:
    (entry,) = read_feed(data, url=url)
    assert isinstance(entry, Entry), entry
    return entry


def story_of(item: str) -> Story:
    return entry_of(rss(f"<link>/a</link>{item}")).story


def error_of(data: bytes) -> str:
    with pytest.raises(ArticleError) as caught:
        read_feed(data)
    return str(caught.value)


def test_an_rss_entry_gives_all_that_it_carries() -> None:
    item = (
        "<title>Council &amp;amp; mayor delay terminal</title><link>/a?b=1&amp;c=2</link>"
        "<description>A summary of it all.</description>"
        "<content:encoded><![CDATA[<p>Ties <b>fro</b>ze in the harbour.</p><p>Talks went on.</p>]]>"
        "</content:encoded><dc:creator>By Ellen Marsh</dc:creator><dc:creator>Ann Lee</dc:creator>"
        "<pubDate>Wed, 14 Jan 2026 05:00:00 -0500</pubDate>"
        "<atom:updated>2026-01-15T04:00:00Z</atom:updated><guid>urn:a</guid>"
    )
    channel = "<title>The Quay</title><language>en-gb</language><link>https://example.org</link>"
    story = Story(
        title="Council & mayor delay terminal",
        text="Ties froze in the harbour.\n\nTalks went on.",
        author="Ellen Marsh, Ann Lee",
        outlet="The Quay",
        published="2026-01-14T05:00:00-05:00",
        updated="2026-01-15T04:00:00Z",
        url="https://example.org/a?b=1&c=2",
        language="en-gb",
    )
    assert entry_of(rss(item, channel=channel)) == Entry(story, "https://example.org/a?b=1&c=2")


def test_an_atom_entry_gives_all_that_it_carries() -> None:
    entry = (
        '<title type="text">1 &lt; 2</title><link rel="self" href="/self"/>'
        '<link rel="alternate" href="https://example.org/a"/><id>tag:a</id>'
        "<published>2026-01-14T05:00:00+02:00</published><updated>2026-01-15</updated>"
        "<author><name>Ellen Marsh</name><email>ellen@example.org</email></author>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Ties <i>fro</i>ze.</p>'
        "<p>Talks went on.</p></div></content>"
    )
    story = Story(
        title="1 < 2",
        text="Ties froze.\n\nTalks went on.",
        author="Ellen Marsh",
        outlet="The Quay",
        published="2026-01-14T05:00:00+02:00",
        updated="2026-01-15",
        url="https://example.org/a",
        language="fr",
    )
    assert entry_of(atom(entry, attributes='xml:lang="fr"')).story == story


def test_an_entry_of_rss_1_was_published_on_its_only_date() -> None:
    story = entry_of(
        rdf("<title>T</title><link>https://example.org/a</link><dc:date>2026-01-14</dc:date>")
    ).story
    assert (story.published, story.updated, story.outlet) == ("2026-01-14", None, "The Quay")


def test_when_an_entry_was_changed_is_not_when_it_was_published() -> None:
    entry = '<link href="https://example.org/a"/><updated>2026-01-15</updated>'
    assert entry_of(atom(entry)).story.published is None


def test_what_an_entry_does_not_say_is_unknown() -> None:
    entry = entry_of(rss("<link>https://example.org/a</link>", channel=""))
    assert entry == Entry(Story(text="", url="https://example.org/a"), "https://example.org/a")


@pytest.mark.parametrize("date", ["yesterday", "06/01/2026", "Wed, 32 Jan 2026 05:00:00 GMT"])
def test_a_date_that_cannot_be_read_is_none(date: str) -> None:
    assert story_of(f"<pubDate>{date}</pubDate>").published is None


def test_an_address_is_no_author() -> None:
    assert story_of("<author>desk@example.org</author>").author is None
    assert story_of("<author>desk@example.org (Ellen Marsh)</author>").author == "Ellen Marsh"


def test_the_outlet_is_the_source_that_an_entry_names() -> None:
    item = '<title>Ties froze - The Pier</title><source url="https://p.example">The Pier</source>'
    story = story_of(item)
    assert (story.outlet, story.title) == ("The Pier", "Ties froze")
    assert story_of("<title>Ties froze - again</title>").title == "Ties froze - again"


@pytest.mark.parametrize(
    ("link", "url", "address"),
    [
        ("/a", URL, "https://example.org/a"),
        ("a", URL, "https://example.org/feeds/a"),
        ("/a", None, None),
        ("https://example.com/a", None, "https://example.com/a"),
        ("javascript:alert(1)", URL, None),
        ("file:///etc/passwd", URL, None),
        ("data:text/html,x", URL, None),
        ("http://", URL, None),
    ],
)
def test_links_are_absolute_and_on_the_web(link: str, url: str | None, address: str | None) -> None:
    entry = entry_of(rss(f"<link>{link}</link><description>Ties froze.</description>"), url)
    assert (entry.link, entry.story.url) == (address, address)


def test_nothing_of_html_is_left_in_an_entry() -> None:
    story = story_of(
        "<title>&lt;b&gt;Ties&lt;/b&gt; &lt;img src=x onerror=go()&gt;froze</title>"
        "<description>&lt;p onclick='go()'&gt;Ties&lt;script&gt;go()&lt;/script&gt; froze."
        "&lt;/p&gt;&lt;iframe src='x'&gt;no&lt;/iframe&gt;</description>"
        "<dc:creator>&lt;i&gt;Ann Lee&lt;/i&gt;</dc:creator>"
    )
    assert (story.title, story.text, story.author) == ("Ties froze", "Ties froze.", "Ann Lee")


def test_what_publishing_programs_add_is_taken_out() -> None:
    story = story_of(
        "<description>&lt;p&gt;The council voted to delay the terminal.&lt;/p&gt;&lt;p&gt;The post "
        "&lt;a&gt;Ties froze&lt;/a&gt; appeared first on &lt;a&gt;The Quay&lt;/a&gt;.&lt;/p&gt;"
        "</description>"
    )
    assert story.text == "The council voted to delay the terminal."
    note = "The post Ties froze appeared first on The Quay."
    assert story.removed == (Removed(note, "a note of where it was published"),)


def test_an_entry_with_neither_text_nor_link_is_refused_and_the_others_read() -> None:
    items = read_feed(rss("<title>T</title>", "<link>https://example.org/a</link>"))
    assert items[0] == Refusal("entry 1: it has neither a text nor a link")
    assert isinstance(items[1], Entry)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-1"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = declaration + rss("<link>/a</link><title>Fährhafen</title>").decode()
    assert entry_of(text.encode(encoding)).story.title == "Fährhafen"
    assert is_feed(text.encode(encoding))


def test_a_declared_encoding_that_is_none_is_ignored() -> None:
    data = b'<?xml version="1.0" encoding="unicode_escape"?>' + rss("<title>\\u0041</title>/")
    assert read_feed(data) == [Refusal("entry 1: it has neither a text nor a link")]


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        ("<title>Fish & chips</title>", "Fish & chips"),
        ("<title>Fish &nbsp;&hellip; chips</title>", "Fish … chips"),
        ("<title>Fish &unknown; chips</title>", "Fish &unknown; chips"),
        ("<title>Fish &#xD800;&#xFFFF;&#38;&#x1F600; chips</title>", "Fish \ufffd&😀 chips"),
        ("<title>Fish<br> chips</title>", "Fish chips"),
        ("<title>Fish\x0b chips</title>", "Fish chips"),
        ("<title>Fish chips</title><other>", "Fish chips"),
        ("<title>Fish chips</title><x:y z:w='v'>z</x:y>", "Fish chips"),
    ],
)
def test_a_malformed_feed_is_read_as_far_as_it_can_be(fault: str, title: str) -> None:
    assert story_of(fault).title == title


def test_a_namespace_whose_address_is_no_text_is_no_error() -> None:
    title = "<title>The Quay</title>"
    for reference in ("&#xD800;", "&#xFFFF;", "&#0;", "&#x110000;"):
        data = rss("<link>/a</link>", channel=f"<x xmlns='{reference}'><y/></x>{title}")
        assert entry_of(data).story.outlet == "The Quay"


def test_a_feed_that_cannot_be_made_sense_of_is_refused() -> None:
    assert error_of(rss(channel="<image><link>x</link></image>y<textinput><link>z")) in {
        "it is a feed too damaged to be read",
        "it is a feed without entries",
    }


def test_entries_that_are_not_closed_are_read_each_for_itself() -> None:
    opened = "".join(f"<item><link>/{n}</link><title>T {n}</title>" for n in range(3))
    closed = "".join(f"<item><link>/{n}</link><title>T {n}</title></item>" for n in range(3, 6))
    data = f"<rss version='2.0'><channel>{opened}{closed}</channel></rss>".encode()
    stories = [item.story for item in read_feed(data, url=URL) if isinstance(item, Entry)]
    assert [story.title for story in stories] == [f"T {n}" for n in range(6)]
    assert [story.url for story in stories] == [f"https://example.org/{n}" for n in range(6)]


def test_prefixes_that_a_feed_did_not_declare_are_known() -> None:
    data = (
        b"<rss version='2.0'><channel><item><link>https://example.org/a</link>"
        b"<dc:creator>Ann Lee</dc:creator><:x>no</:x>"
        b"<content:encoded>&lt;p&gt;Ties froze.</content:encoded></item></channel></rss>"
    )
    story = entry_of(data).story
    assert (story.author, story.text) == ("Ann Lee", "Ties froze.")


def test_a_feed_that_is_cut_off_gives_what_came_before() -> None:
    whole = rss(*(f"<link>/{n}</link><title>T {n}</title>" for n in range(5)))
    items = read_feed(whole[: whole.index(b"T 3")], url=URL)
    links = [item.link for item in items if isinstance(item, Entry)]
    assert links == [f"https://example.org/{n}" for n in range(4)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is not an RSS or Atom feed"),
        (b"Ties froze.", "it is not an RSS or Atom feed"),
        (b"<!--", "it is not an RSS or Atom feed"),
        (b"<a/>", "it is XML, but not an RSS or Atom feed"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "it is XML, but not an RSS or Atom feed"),
        (rss(), "it is a feed without entries"),
        (atom(), "it is a feed without entries"),
    ],
)
def test_what_is_no_feed_is_refused(data: bytes, reason: str) -> None:
    assert error_of(data) == reason


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (rss(), True),
        (atom(), True),
        (rdf(""), True),
        (b"\xef\xbb\xbf\n<!-- a > b --><!DOCTYPE rss [<!ENTITY a '>'>]>\n" + rss(), True),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", True),
        (b"<feed/>", False),
        (b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", False),
        (b"<html><rss></rss></html>", False),
        (b"<rssless/>", False),
        (b"", False),
        (b"Write <rss> for a feed.", False),
    ],
)
def test_a_feed_is_told_by_its_first_element(data: bytes, found: bool) -> None:  # noqa: FBT001
    assert is_feed(data) is found


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BLOWUP = f'<!ENTITY l11 "{"x" * 100_000}">'
OUTSIDE = f'<!ENTITY l11 SYSTEM "{Path(__file__).as_uri()}">'
REMOTE = (
    '<!ENTITY % p SYSTEM "http://192.0.2.1/x.dtd"> %p; <!ENTITY l11 SYSTEM "http://192.0.2.1/">'
)


@pytest.mark.parametrize("entities", [f'<!ENTITY l0 "lol">{LAUGHS}', BLOWUP, OUTSIDE, REMOTE])
def test_no_entity_of_a_feed_is_expanded_or_fetched(
    entities: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        pytest.fail("a feed opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    item = f"<link>/a</link><title>T</title><description>x {'&l11;' * 5000}</description>"
    data = f"<?xml version='1.0'?><!DOCTYPE rss [{entities}]>".encode() + rss(item)
    story = entry_of(data).story
    assert story.title == "T"
    assert story.text.replace("&l11;", "") in {"x", "x "}


def test_entries_beyond_a_bound_are_left_out_and_said() -> None:
    items = read_feed(rss(*["<link>https://example.org/a</link>"] * (MAX_ENTRIES + 1)))
    assert len(items) == MAX_ENTRIES + 1
    assert items[-1] == Refusal("entries after the first 10,000 are not read")


ITEM = "<item><link>https://example.org/</link>"


@pytest.mark.parametrize(
    "middle",
    [
        f"{ITEM}{'<category>x</category>' * 100_000}</item>",
        f"{ITEM}<author>{'a' * 2_000_000}</author></item>",
        f"{ITEM}<title>{'&' * 1_000_000}</title></item>",
        "<item " + "".join(f"a{n}='x' " for n in range(50_000)) + "></item>",
        "<title>" * 200_000,
        "<item><description>" * 100_000,
        "<b>" * 200_000,
        "<" * 400_000,
        "<![CDATA[" * 200_000,
        "\n" * 5_000_000,
        "".join(f"<item xmlns:a{n}='b{n}'>" for n in range(50_000)),
    ],
)
def test_no_feed_takes_more_than_seconds(middle: str) -> None:
    start = time.monotonic()
    with contextlib.suppress(ArticleError):
        read_feed(f"<rss version='2.0'><channel>{middle}</channel></rss>".encode())
    assert time.monotonic() - start < 20


WHOLE = (
    rss("<link>/a</link><title>T</title><pubDate>Wed, 14 Jan 2026 05:00:00 GMT</pubDate>"),
    atom('<link href="/a"/><content type="xhtml"><div>x</div></content><updated>2026</updated>'),
    rdf("<title>T</title><description>&lt;p&gt;x</description>"),
)
PIECES = st.sampled_from(
    [
        b"<item>",
        b"</item>",
        b"&lt;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"<a:b ",
        b"\0",
        b"\xff",
        b"&#0;",
    ]
)


@given(st.sampled_from(WHOLE), st.data())
def test_a_feed_changed_anywhere_is_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    changed = whole[:start] + data.draw(PIECES) + whole[end:]
    with contextlib.suppress(ArticleError):
        for item in read_feed(changed, url=URL):
            assert isinstance(item, Entry | Refusal)


@given(st.binary())
def test_any_bytes_are_a_feed_or_refused(data: bytes) -> None:
    for start in (b"", b"<rss><channel><item>", b"<feed xmlns='http://www.w3.org/2005/Atom'>"):
        is_feed(start + data)
        with contextlib.suppress(ArticleError):
            assert read_feed(start + data)


def test_the_only_date_of_an_entry_is_that_of_publication() -> None:
    written = "<dc:date>2026-01-14T10:00:00Z</dc:date>"
    found = story_of(written)
    assert (found.published, found.updated) == ("2026-01-14T10:00:00Z", None)
    both = story_of(f"<pubDate>Tue, 13 Jan 2026 10:00:00 GMT</pubDate>{written}")
    assert (both.published, both.updated) == ("2026-01-13T10:00:00Z", "2026-01-14T10:00:00Z")


def test_an_atom_entry_without_an_author_has_that_of_its_source_or_of_the_feed() -> None:
    feed = "<title>The Quay</title><author><name>Ada Lind</name></author>"
    entry = "<title>A storm</title><link href='/a'/>"
    source = "<source><title>The Pier</title><author><name>Bo Rask</name></author></source>"
    own = "<author><name>Cy Hale</name></author>"
    for written, author in (
        (entry, "Ada Lind"),
        (entry + source, "Bo Rask"),
        (entry + own, "Cy Hale"),
    ):
        assert entry_of(atom(written, feed=feed)).story.author == author
