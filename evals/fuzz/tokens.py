"""Fuzzing, the tokens: the pieces of each format that its readers act on, and odd characters."""

from evals.fuzz.corpus import GZIP, LINE
from index.formats.read import Kind

_MARKUP = tuple(
    "<p> </p> <div> </div> <article> <h1> <ul> <li> <table> <tr> <td> <tr><td> <br> <a> <b> "
    "<i> <blockquote> <script> </script> <style> <svg> <math> <template> <noscript> <iframe> "
    "<select> <textarea> <plaintext> <body> </body> </html> <base href=//x> <time> <pre> "
    "<font> <form> <table><tr><td><table> <a><div> <p><table> <!-- --> --!> <!-->  <![CDATA[ "
    "]]> <?xml ?> <!doctype <![if]> &#x0; &#xD800; &#1114112; &#x1F600; &amp; &nbsp; "
    "&lt;script&gt; &a &#".split()
)
_XML = tuple(
    "<?xml <!DOCTYPE <!ENTITY [<!ENTITY%a'b'>]> &a; <item> </item> <entry> </entry> <rss> "
    "<channel> </channel> <feed> <rdf:RDF <dc:date> <atom:link xmlns:x='' xmlns='y' "
    "xml:base='//[' <x:y <title> </title> <description> <content:encoded> "
    "<link>http://[</link> <guid> <source> <link>javascript:x</link> <pubDate> "
    "encoding='utf-16' encoding='x' type='xhtml' ]]>".split()
)
_JSON = (
    *'{" " [ ] { } : , [[ {"a": {"@graph":[ "@id" "@type" null true NaN -Infinity 1e999 -0'.split(),
    *(r"\ud83d \ude00 \u0000 \u202e \u2028 \" \\ \u00e9 \x".split()),
    *(
        '"text":1',
        '"url":"http://["',
        '"published":0',
        '"published":99999999999999999999',
        "9" * 5000,
    ),
    *(
        '"text":""',
        '"id":""',
        '"id":"../x"',
        '"date":"2026"',
        '"text":{"a":',
        '"name":',
        '"author":[',
    ),
)
_PDF = tuple(
    "%PDF-1.7 stream endstream obj endobj xref trailer startxref %%EOF << >> [ ] ( ) <FEFF "
    "/Length /Filter[/FlateDecode/FlateDecode] /LZWDecode /ASCII85Decode /RunLengthDecode "
    "/DCTDecode /Kids /Kids[2␣0␣R] /Parent␣3␣0␣R /Count␣99999999 /Count␣-1 /Encrypt /ObjStm "
    "/XRef /Type/Page /Prev␣0 /Predictor␣15 /Columns␣99999999 /Index[0␣99999999] /W[9␣9␣9] "
    "3␣0␣R 5␣0␣R 99999␣0␣R BT ET Tj TJ Tf Td TD Tm T* ' \" q Q cm Do BI ID EI 1e99 -1e99 "
    "0.0.0 nan /F1␣1e30␣Tf 0␣0␣0␣0␣0␣0␣Tm /Form /ToUnicode␣5␣0␣R beginbfrange "
    "<00><FFFFFFFF><0000> endbfrange beginbfchar <D800> \\ \\777 /#00 /Encoding/Identity-H "
    "/DescendantFonts[4␣0␣R] /Differences[0/a-1/b] /W[0[1␣2]3␣4␣5] /Type0 /Widths[ "
    "/FirstChar␣-9 /MissingWidth␣nan /Contents[5␣0␣R␣5␣0␣R] /Title<FEFFD800>".split()
)
_YAML = tuple(
    "--- ... title: published: url: &a *a <<: !!python/object: ! | > - ? [ {a: # %YAML".split()
)
_MARKS = tuple(
    "* ** _ ` ``` ~~~ # ## > - 1. [ ]( ![ ][ [a]: <http:// \\ | |-| *a _a `a [![ &#0; <br> "
    "---".split()
)
_CREDITS = tuple(
    "By␣ Published: Updated: Source: (AP) (Reuters)␣-␣ Advertisement Share Read␣more: Photo: "
    "© Subscribe Related␣stories Follow␣us␣on | • – — By␣By␣ https:// www. @ Jan.␣14,␣2026 "
    "99/99/9999 2026-02-30 0000-00-00 2026年13月1日 5:04␣p.m.␣ET Z +99:99 "
    "Jan.␣14,␣2026␣|␣A␣B␣|␣The␣C".split()
)
_ADDRESS = tuple(
    "http:// // [ ] [::1] @ : :80 :x % %2F %00 %ff %0a ? & = ; # ../ xn-- xn--a ℀ ⁄ １ www. "
    "&ref=".split()
)
# What is odd in a text of any format: marks of encodings, of direction, of nothing at all.
ODD = (
    *(b"\x00", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"+/v8-"),
    *(b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x80", b"\x1b$B"),
    *(
        c.encode()
        for c in "\u202e\u2067\u200b\u200d\u0301\u0085\u2028\u00ad\ufeff\uffff\ufffd\u3000"
    ),
    *(c.encode() for c in "٣０ß𝟙İſ☃😀🏴🇫🇷ﷺ漢กா\U000e0001\U0010ffff"),
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"\t",
        b"\v",
        b"\f",
        b"\x1c",
        b"\x1f",
        b"\x7f",
        b"\x9b",
        b"\x1a",
    ),
    *(b".", b",", b'"', b"'", b" ", b"-1", b"0", b"1e309", b"2147483648", b"18446744073709551616"),
)


def _written(tokens: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return tokens as bytes; "␣" stands for a space in them."""
    return tuple(token.replace("␣", " ").encode() for token in tokens)


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
