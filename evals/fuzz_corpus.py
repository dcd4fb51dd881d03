"""Fuzzing, the corpus: small documents of every format, what they are written with, what they hold.

`SEEDS` are sound documents that mutations start from, `TOKENS` are the pieces of each format that
its readers act on, and `WRAPPERS` put any bytes where a format carries text. All text is invented.
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
    "ELLERBY, Jan. 14 (Reuters) - The town of Ellerby will rebuild its old mill, after a vote that "
    "split the council in two.",
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
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
        b"/Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica" + meant + b" >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(stream), packed, stream),
        b"<< /Title (Ellerby rebuilds its mill) /Author (Ida Holm) >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
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
        b"<?xml version='1.0' encoding='iso-8859-1'?><rdf:RDF "
        b"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        b"<channel><title>C\xe9</title></channel><item><title>Mill</title><description>A mill "
        b"stands.</description><link>https://news.example/1</link></item></rdf:RDF>",
    ),
    GZIP: (
        gzip.compress(TEXT.encode(), mtime=0),
        gzip.compress(_PAGE, mtime=0) + gzip.compress(b"<p>and more</p>", mtime=0) + b"\0" * 99,
        gzip.compress(b"\0" * 4_000_000, mtime=0),
    ),
    LINE: (
        *(line.encode() for line in ("Jan. 14, 2026 at 5:04 p.m. ET", "14. Januar 2026, 17.04 Uhr")),
        *(line.encode() for line in ("Wed, 14 Jan 26 17:04 GMT", "2026-01-14T17:04:00.5+01:00")),
        *(line.encode() for line in ("17:04 UTC+1 on 14/01/2026", "2026年1月14日 17:04", HEADLINE)),
        b"https://u:p@www.News.example:80/a%20b/../c;d?utm_source=x&q=%C3%A9+&q=#f",
        b"http://[::1]/\xc3\xa9?a=b;c",
    ),
}

_MARKUP = tuple(
    "<p> </p> <div> </div> <article> <h1> <ul> <li> <table> <tr> <td> <tr><td> <br> <a> <b> <i> "
    "<blockquote> <script> </script> <style> <svg> <math> <template> <noscript> <iframe> <select> "
    "<textarea> <plaintext> <body> </body> </html> <base href=//x> <time> <pre> <font> <form> "
    "<table><tr><td><table> <a><div> <p><table> <!-- --> --!> <!-->  <![CDATA[ ]]> <?xml ?> <!doctype "
    "<![if]> &#x0; &#xD800; &#1114112; &#x1F600; &amp; &nbsp; &lt;script&gt; &a &#".split()
)
_XML = tuple(
    "<?xml <!DOCTYPE <!ENTITY [<!ENTITY%a'b'>]> &a; <item> </item> <entry> </entry> <rss> <channel>"
    " </channel> <feed> <rdf:RDF <dc:date> <atom:link xmlns:x='' xmlns='y' xml:base='//[' <x:y "
    "<title> </title> <description> <content:encoded> <link>http://[</link> <guid> <source> "
    "<link>javascript:x</link> <pubDate> encoding='utf-16' encoding='x' type='xhtml' ]]>".split()
)
_JSON = (
    *'{" " [ ] { } : , [[ {"a": {"@graph":[ "@id" "@type" null true NaN -Infinity 1e999 -0'.split(),
    *(r"\ud83d \ude00 \u0000 \u202e \u2028 \" \\ \u00e9 \x".split()),
    *('"text":1', '"url":"http://["', '"published":0', '"published":99999999999999999999', "9" * 5000),
    *('"text":""', '"id":""', '"id":"../x"', '"date":"2026"', '"text":{"a":', '"name":', '"author":['),
)
_PDF = tuple(
    "%PDF-1.7 stream endstream obj endobj xref trailer startxref %%EOF << >> [ ] ( ) <FEFF /Length "
    "/Filter[/FlateDecode/FlateDecode] /LZWDecode /ASCII85Decode /RunLengthDecode /DCTDecode /Kids "
    "/Kids[2_0_R] /Parent_3_0_R /Count_99999999 /Count_-1 /Encrypt /ObjStm /XRef /Type/Page /Prev_0 "
    "/Predictor_15 /Columns_99999999 /Index[0_99999999] /W[9_9_9] 3_0_R 5_0_R 99999_0_R BT ET Tj TJ "
    "Tf Td TD Tm T* ' \" q Q cm Do BI ID EI 1e99 -1e99 0.0.0 nan /F1_1e30_Tf 0_0_0_0_0_0_Tm /Form "
    "/ToUnicode_5_0_R beginbfrange <00><FFFFFFFF><0000> endbfrange beginbfchar <D800> \\ \\777 /#00"
    " /Encoding/Identity-H /DescendantFonts[4_0_R] /Differences[0/a-1/b] /W[0[1_2]3_4_5] /Type0"
    " /Widths[ /FirstChar_-9 /MissingWidth_nan /Contents[5_0_R_5_0_R] /Title<FEFFD800>".split()
)
_YAML = tuple(
    "--- ... title: published: url: &a *a <<: !!python/object: ! | > - ? [ {a: # %YAML".split()
)
_MARKS = tuple(
    "* ** _ ` ``` ~~~ # ## > - 1. [ ]( ![ ][ [a]: <http:// \\ | |-| *a _a `a [![ &#0; <br> ---".split()
)
_CREDITS = tuple(
    "By_ Published: Updated: Source: (AP) (Reuters)_-_ Advertisement Share Read_more: Photo: © "
    "Subscribe Related_stories Follow_us_on | • – — By_By_ https:// www. @ Jan._14,_2026 99/99/9999 "
    "2026-02-30 0000-00-00 2026年13月1日 5:04_p.m._ET Z +99:99 Jan._14,_2026_|_A_B_|_The_C".split()
)
_ADDRESS = tuple(
    "http:// // [ ] [::1] @ : :80 :x % %2F %00 %ff %0a ? & = ; # ../ xn-- xn--a ℀ ⁄ １ www. &ref=".split()
)
# What is odd in a text of any format: marks of encodings, of direction, of nothing at all.
ODD = (
    *(b"\x00", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"+/v8-"),
    *(b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x80", b"\x1b$B"),
    *(c.encode() for c in "\u202e\u2067\u200b\u200d\u0301\u0085\u2028\u00ad\ufeff\uffff\ufffd\u3000"),
    *(c.encode() for c in "٣０ß𝟙İſ☃😀🏴🇫🇷ﷺ漢กா\U000e0001\U0010ffff"),
    *(b"\r", b"\n", b"\r\n", b"\n\n", b"\t", b"\v", b"\f", b"\x1c", b"\x1f", b"\x7f", b"\x9b", b"\x1a"),
    *(b".", b",", b'"', b"'", b" ", b"-1", b"0", b"1e309", b"2147483648", b"18446744073709551616"),
)


def _written(tokens: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return tokens as bytes; "_" stands for a space in them."""
    return tuple(token.replace("_", " ").encode() for token in tokens)


TOKENS: dict[str, tuple[bytes, ...]] = {
    Kind.TEXT: _written(_CREDITS),
    Kind.MARKDOWN: _written((*_MARKS, *_YAML, *_MARKUP, *_CREDITS)),
    Kind.HTML: _written((*_MARKUP, *_JSON, *_CREDITS)),
    Kind.PDF: _written((*_PDF, *_CREDITS)),
    Kind.JSON: _written((*_JSON, *_MARKUP)),
    Kind.JSONL: _written((*_JSON, "\n", "\r", "\u2028")),
    Kind.FEED: _written((*_XML, *_MARKUP)),
    LINE: _written((*_CREDITS, *_ADDRESS)),
    GZIP: (b"\x1f\x8b\x08", b"\x1f\x8b\x08\x04\xff\xff", b"\x1f\x8b\x08\x1f", b"\0" * 64),
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
