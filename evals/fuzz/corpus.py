"""Fuzzing, the corpus: small sound documents of every format, and ways to nest them in each other.

`SEEDS` are what mutations start from; `WRAPPERS` put any bytes where a format carries text. All
text is invented.
"""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path

from index.formats.read import Kind

GZIP = "gzip"
# One line, as dates, addresses and titles are.
LINE = "line"
KINDS = (*(str(kind) for kind in Kind), GZIP, LINE)

HEADLINE = "Ellerby votes to rebuild its mill"
PARAGRAPHS = (
    "ELLERBY, Jan. 14 (Reuters) - The town will rebuild its old mill after a vote by the council.",
    "“The roof alone would cost four million crowns,” said Mayor Ada Quist on Monday.",
    "Opponents had asked for a library instead, and promised to bring the matter to a court.",
    "Zwölf Störche – on the chimney – leave in spring; then work begins. Žižka says: “Ещё рано.”",
)
TEXT = "\n\n".join(PARAGRAPHS)
PASTED = f"""{HEADLINE}

By Ida Holm
Published: January 14, 2026 at 5:04 p.m. ET | Updated: Jan. 15, 2026
https://news.example/mill?utm_source=x

{TEXT}

Sign up for our newsletter
Share this story

Related stories
January 13, 2026 | Bo Lind | The Ferry Post
The ferry to Holm island runs again after a week of storms, its owner said on Tuesday.

© 2026 The Ellerby Courier. All rights reserved.
"""
WRAPPED = "\n".join(TEXT[start : start + 70] for start in range(0, len(TEXT), 70))
MARKDOWN = f"""---
title: "{HEADLINE}"
outlet: The Ellerby Courier
author: [Ida Holm, Bo Lind]
published: 2026-01-14T17:04-05:00
url: https://news.example/mill
language: en-GB
---

# {HEADLINE}

{TEXT}

1. A *list* with [a link](https://news.example/a)
2. `code` and <br> raw <b>HTML</b>

> quoted &amp; more

| a | b |
|---|---|
| 1 | 2 |
"""
ITEM = {
    "@context": "https://schema.org",
    "@type": ["NewsArticle"],
    "headline": HEADLINE,
    "datePublished": "2026-01-14T17:04:00-05:00",
    "dateModified": "2026-01-15",
    "author": [{"@type": "Person", "name": "Ida Holm"}],
    "publisher": {"@id": "#us", "name": "The Ellerby Courier"},
    "mainEntityOfPage": {"@id": "https://news.example/mill"},
    "articleBody": TEXT,
}
RECORD = {
    "id": "mill",
    "title": HEADLINE,
    "text": TEXT,
    "source": {"id": None, "name": "The Ellerby Courier"},
    "authors": ["Ida Holm", {"name": "Bo Lind"}],
    "publishedAt": "2026-01-14T17:04:00Z",
    "updated": 1_768_410_240,
    "url": "https://news.example/mill",
    "language": "en",
}
BODY = "".join(f"<p>{paragraph}</p>\n" for paragraph in PARAGRAPHS)


def html_page(body: bytes, item: bytes = b"{}") -> bytes:
    """Return a page with a story in it and JSON-LD about it."""
    return (
        b"<!doctype html><html lang=en><head><meta charset=utf-8><title>Mill - Courier</title>"
        b"<meta property=og:title content='Mill'><meta name=author content='By Ida Holm'>"
        b"<link rel=canonical href=https://news.example/mill>"
        b"<script type=application/ld+json>" + item + b"</script></head><body><nav><a href=/>Home"
        b"</a></nav><article><h1>Ellerby votes</h1><time datetime=2026-01-14>Jan. 14</time>"
        b"<div class=story>" + body + b"<table><tr><td>1<td>2</table><ul><li>a<li>b</ul></div>"
        b"</article><aside class=related><a href=/b>More</a></aside><footer>(c)</footer></body>"
        b"</html>"
    )


def rss(description: bytes) -> bytes:
    """Return an RSS feed of one entry with a link and one without, of this description."""
    start = (
        b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        b'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Ellerby Courier</title>'
        b"<link>https://news.example/</link><language>en-gb</language>"
    )
    entry = (
        b"<title>Mill</title><dc:creator>Ida Holm</dc:creator><guid>tag:1</guid>"
        b"<pubDate>Wed, 14 Jan 2026 17:04:00 GMT</pubDate><content:encoded><![CDATA["
        + description
        + b"]]></content:encoded><description>"
        + description
        + b"</description></item>"
    )
    linked = b"<item><link>https://news.example/mill</link>" + entry
    return start + linked + b"<item>" + entry + b"</channel></rss>"


def atom(content: bytes) -> bytes:
    """Return an Atom feed of one entry."""
    return (
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://news.example/">'
        b"<title type='html'>Courier &amp; Co</title><entry><id>1</id><title>Mill</title>"
        b"<published>2026-01-14T17:04:00Z</published><updated>2026-01-15T00:00:00Z</updated>"
        b"<author><name>Ida Holm</name></author><link rel='alternate' href='/mill'/>"
        b"<content type='html'>" + content + b"</content><summary type='xhtml'>"
        b"<div xmlns='http://www.w3.org/1999/xhtml'><p>A mill.</p></div></summary></entry></feed>"
    )


def pdf(content: bytes, *, compressed: bool = False, cmap: bytes = b"") -> bytes:
    """Return a PDF of one page that is drawn by a content stream.

    Args:
        content: the operators of the page (ISO 32000-1, 9.4).
        compressed: whether the stream is.
        cmap: what the font's codes mean (ISO 32000-1, 9.10.3), if it says so.
    """
    stream = zlib.compress(content) if compressed else content
    packed = b" /Filter /FlateDecode" if compressed else b""
    meant = b" /ToUnicode 7 0 R" if cmap else b""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources 8 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica" + meant + b" >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(stream), packed, stream),
        b"<< /Title (Ellerby rebuilds its mill) /Author (Ida Holm) >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
        b"<< /Font << /F1 4 0 R >> >>",
    )
    written = b"%PDF-1.4\n"
    places = []
    for number, inner in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, inner)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(written))
    )


def _drawn(text: bytes) -> bytes:
    """Return the operators that write a text, line by line."""
    safe = text.replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    lines = b"".join(b"(%s) Tj T*\n" % line for line in safe.split(b"\n"))
    return b"BT /F1 20 Tf 72 740 Td (Ellerby votes) Tj 0 -30 Td /F1 11 Tf 14 TL\n" + lines + b"ET"


def _in_json(name: str) -> Callable[[bytes], bytes]:
    def wrapped(inner: bytes) -> bytes:
        return json.dumps(RECORD | {name: inner.decode("utf-8", "replace")}).encode()

    return wrapped


def _in_lines(inner: bytes) -> bytes:
    line = _in_json("text")(inner)
    return line + b"\n" + json.dumps(RECORD).encode() + b"\n" + line


def _in_front_matter(inner: bytes) -> bytes:
    return b"---\ntitle: " + inner + b"\n---\n\n" + TEXT.encode()


def _in_item(inner: bytes) -> bytes:
    item = ITEM | {"articleBody": inner.decode("utf-8", "replace")}
    return html_page(b"<p>Loading...</p>", json.dumps(item).encode())


CMAP = (
    b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> "
    b"endcodespacerange 2 beginbfchar <41> <0042> <42> <D83DDE00> endbfchar "
    b"1 beginbfrange <43> <50> <0061> endbfrange endcmap end"
)
RDF = (
    b"<?xml version='1.0' encoding='iso-8859-1'?><rdf:RDF "
    b"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    b"<channel><title>C\xe9</title></channel><item><title>Mill</title><description>A mill "
    b"stands.</description><link>https://news.example/1</link></item></rdf:RDF>"
)
_RECORD = json.dumps(RECORD).encode()
_ARTICLES = sorted((Path(__file__).parents[1] / "seeds").glob("[0-9]*.md"))
_MARKDOWN = [MARKDOWN.encode(), *(path.read_bytes() for path in _ARTICLES)]
_PAGE = html_page(BODY.encode(), json.dumps(ITEM).encode())

SEEDS: dict[str, tuple[bytes, ...]] = {
    Kind.TEXT: (
        *(text.encode() for text in (PASTED, TEXT, WRAPPED, "A poem\nwithout\nfull stops")),
        *(PASTED.encode(name, "replace") for name in ("utf-16", "cp1252", "koi8_r", "utf-32")),
        *_MARKDOWN[1:],
    ),
    Kind.MARKDOWN: tuple(_MARKDOWN),
    Kind.HTML: (
        _PAGE,
        html_page(BODY.encode()),
        b"<html><body>" + BODY.encode("cp1252", "replace") + b"</body></html>",
        b"\xff\xfe" + _PAGE.decode().encode("utf-16-le"),
    ),
    Kind.PDF: (
        pdf(_drawn(TEXT.encode("cp1252", "replace"))),
        pdf(_drawn(PASTED.encode("cp1252", "replace")), compressed=True),
        pdf(_drawn(b"ABCDEFGH AB CD\n" * 9), cmap=CMAP),
    ),
    Kind.JSON: (
        _RECORD,
        json.dumps([RECORD, RECORD | {"id": "other"}]).encode(),
        json.dumps({"status": "ok", "articles": [RECORD]}).encode(),
        json.dumps({"hits": {"hits": [{"_id": "1", "_source": RECORD}]}}).encode(),
        json.dumps({"one": RECORD | {"id": "1"}, "two": RECORD | {"id": "2"}}).encode("utf-16"),
    ),
    Kind.JSONL: (_RECORD + b"\n" + _RECORD.replace(b"mill", b"quay") + b"\n\n{}\n",),
    Kind.FEED: (
        rss(b"<p>A mill &amp; a quay.</p>"),
        rss(BODY.encode()),
        atom(BODY.replace("<", "&lt;").encode()),
        RDF,
    ),
    GZIP: (
        gzip.compress(TEXT.encode(), mtime=0),
        gzip.compress(_PAGE, mtime=0) + gzip.compress(b"<p>and more</p>", mtime=0) + b"\0" * 99,
        gzip.compress(b"\0" * 4_000_000, mtime=0),
    ),
    LINE: (
        *(
            line.encode()
            for line in ("Jan. 14, 2026 at 5:04 p.m. ET", "14. Januar 2026, 17.04 Uhr")
        ),
        *(line.encode() for line in ("Wed, 14 Jan 26 17:04 GMT", "2026-01-14T17:04:00.5+01:00")),
        *(line.encode() for line in ("17:04 UTC+1 on 14/01/2026", "2026年1月14日 17:04", HEADLINE)),
        b"https://u:p@www.News.example:80/a%20b/../c;d?utm_source=x&q=%C3%A9+&q=#f",
        b"http://[::1]/\xc3\xa9?a=b;c",
    ),
}

WRAPPERS: dict[str, tuple[Callable[[bytes], bytes], ...]] = {
    Kind.TEXT: (lambda inner: PASTED.encode() + inner,),
    Kind.MARKDOWN: (_in_front_matter, lambda inner: MARKDOWN.encode() + inner),
    Kind.HTML: (html_page, _in_item, lambda inner: html_page(BODY.encode(), inner)),
    Kind.PDF: (
        pdf,
        lambda inner: pdf(inner, compressed=True),
        lambda inner: pdf(_drawn(inner)),
        lambda inner: pdf(_drawn(b"ABCD EFG\n" * 9), cmap=CMAP[:150] + inner + CMAP[150:]),
    ),
    Kind.JSON: tuple(map(_in_json, ("text", "title", "published", "url", "author", "id"))),
    Kind.JSONL: (_in_lines,),
    Kind.FEED: (rss, atom, lambda inner: rss(inner.replace(b"<", b"&lt;"))),
    GZIP: (lambda inner: gzip.compress(inner, mtime=0),),
    LINE: (lambda inner: b"https://news.example/" + inner,),
}
