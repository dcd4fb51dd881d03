"""HTML pages: bytes become a parsed tree, whatever they claim to be and however they are nested."""

import re

from lxml import etree
from lxml import html as lxml_html

from index.decode import MARKS, detected_charset, known_charset
from index.errors import ArticleError

DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# A declaration stands at the start: https://html.spec.whatwg.org/#charset
HEAD = 4096
# A page cut off or with a stray byte is still in the charset that the rest of it is in.
MAX_DAMAGED = 0.1
# No news page comes near; far more would take a gigabyte to parse.
MAX_TAGS = 1_000_000
# Characters that stand for bytes which could not be read, or that no text holds.
UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
MAX_UNREADABLE = 0.05


def decode_page(data: bytes, charset: str | None = None) -> str:
    """Return the text of a page.

    A byte order mark holds before all else. Bytes beyond ASCII that are valid UTF-8 are UTF-8,
    whatever is declared. Then come the charset that HTTP declared and the page's own, where the
    bytes are valid in it or nearly so, and last the detector's guess.
    """
    for mark, codec in MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace")
    declared = DECLARED.search(data[:HEAD].lower())
    names = [charset, declared.group(1).decode("ascii", "replace") if declared else None]
    codecs = [*filter(None, map(known_charset, names)), "utf-8"]
    if not data.isascii():
        codecs.insert(0, "utf-8")
    for tolerated in (0.0, MAX_DAMAGED):
        for codec in codecs:
            text = _decoded(data, codec, tolerated)
            if text is not None:
                return text
    return data.decode(detected_charset(data) or "utf-8", "replace")


def parse_page(text: str) -> etree._Element | None:
    """Return the root of a page's tree, or None where there is nothing to parse.

    libxml2 repairs what is broken and stops at 256 levels, so that no tree is deeper than that.

    Raises:
        ArticleError: it is no text, or has more than MAX_TAGS tags.
    """
    if text.count("<") > MAX_TAGS:
        raise ArticleError(f"it has more than {MAX_TAGS:,} tags; no news page does")
    if len(UNREADABLE.findall(text)) > MAX_UNREADABLE * len(text):
        raise ArticleError("it is no text in any charset that could be told")
    # Parsed as bytes: lxml refuses a text that declares a charset.
    data = text.replace("\0", "").encode("utf-8", "replace")
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _decoded(data: bytes, codec: str, tolerated: float) -> str | None:
    """Return the text in a charset, unless more of what is not ASCII is damaged than tolerated."""
    text = data.decode(codec, "replace")
    beyond_ascii = len(BEYOND_ASCII.findall(text)) if tolerated else 0
    return text if text.count("\ufffd") <= tolerated * beyond_ascii else None
