"""XML as feeds are written in it: safe to read, and read as far as it can be where it is malformed.

libxml2 reads a document without its document type: whatever entities it declares are never seen by
anything that would expand them, and nothing is ever loaded. Faults are mended in linear time. Knows
nothing of what a feed's elements mean.
"""

import html
import re
from typing import Any

from lxml import etree

from index.decode import decode
from index.errors import ArticleError
from index.formats.fragment import printable

MAX_MARKUP = 500_000
MAX_NAMESPACES = 200

DECLARED_CHARSET = re.compile(rb"\s*<\?xml\b[^<>]*?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
# UTF-16 without a byte order mark shows in how "<?" is written (XML 1.0, appendix F).
WIDE = {b"<\0?\0": "utf-16-le", b"\0<\0?": "utf-16-be"}
NAMESPACE = re.compile(r"\bxmlns\b[^\s>]{0,200}")
MARKS_OF_XML = frozenset("<>&\"'")
REFERENCE = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{1,31});|#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)?")

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
ROOT_NAME = re.compile(r"<[\w.:-]+")
# Elements of a feed that hold HTML as text.
HOLDS_HTML = re.compile(
    r"<((?:(?:content|atom|media):)?(?:title|description|summary|content|encoded))"
    r"(?:\s[^<>]*)?(?<!/)>"
)


def read_xml(data: bytes) -> Any:  # noqa: ANN401 - lxml's types are no classes
    """Return the root element of an XML document.

    Raises:
        ArticleError: it is not XML, or has more tags or namespaces than any feed.
    """
    return _tree(_from_root(data))


def root_start(text: str) -> int:
    """Return where the first element of an XML document begins, or else the document's end."""
    place = 0
    while (place := text.find("<", place)) >= 0:
        if text.startswith("<!--", place):
            end = text.find("-->", place)
        elif text.startswith("<?", place):
            end = text.find("?>", place)
        elif text.startswith("<!", place):
            end = _doctype_end(text, place)
        else:
            return place
        if end < 0:
            break
        place = end + 1
    return len(text)


def _from_root(data: bytes) -> str:
    """Return an XML document from its root element on: no declaration, no document type."""
    declared = DECLARED_CHARSET.match(data)
    charset = WIDE.get(data[:4]) or (declared.group(1).decode() if declared else None)
    text = decode(data, charset)
    return printable(text[root_start(text) :])


def _doctype_end(text: str, start: int) -> int:
    """Return where a document type ends, with the declarations in it."""
    end = text.find(">", start)
    subset = text.find("[", start)
    return end if subset < 0 or end < subset else text.find("]>", subset)


def _tree(text: str) -> Any:  # noqa: ANN401 - lxml publishes no types
    """Read XML, mended where it is malformed.

    Without a document type there are no entities to expand, and nothing is ever loaded.
    """
    if text.count("<") > MAX_MARKUP:
        raise ArticleError(f"it is a feed of more than {MAX_MARKUP:,} tags")
    if len({match.group() for match in NAMESPACE.finditer(text)}) > MAX_NAMESPACES:
        raise ArticleError(f"it is a feed of more than {MAX_NAMESPACES} namespaces")
    for recover in (False, True):
        source = _mended(text) if recover else text
        parser = etree.XMLParser(
            recover=recover,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(source.encode(), parser)
            if root is not None:
                return _without_unbound_prefixes(root) if recover else root
        except (etree.XMLSyntaxError, ValueError):  # the names of a recovered tree may be no text
            continue
    raise ArticleError("it is not an RSS or Atom feed")


def _mended(text: str) -> str:
    """Undo what most often makes a feed malformed: HTML, or a lone "&", that is not escaped."""
    return _with_known_references(_with_html_as_text(_with_namespaces(text)))


def _with_namespaces(text: str) -> str:
    """Declare the prefixes that feeds use most, where a feed forgot to."""
    missing = (
        f' xmlns:{prefix}="{namespace}"'
        for prefix, namespace in NAMESPACES.items()
        if f"<{prefix}:" in text and f"xmlns:{prefix}=" not in text
    )
    name = ROOT_NAME.match(text)
    end = name.end() if name else 0
    return text[:end] + "".join(missing) + text[end:] if end else text


def _without_unbound_prefixes(root: Any) -> Any:  # noqa: ANN401 - lxml's types are no classes
    """Rename what has a prefix that stands for nothing, which is no well-formed XML."""
    for element in root.iter(etree.Element):
        if ":" in element.tag.rpartition("}")[2]:
            element.tag = element.tag.rpartition("}")[2].replace(":", "_")
        for name in [name for name in element.attrib if ":" in name.rpartition("}")[2]]:
            del element.attrib[name]
    return root


def _with_html_as_text(text: str) -> str:
    """Write as text what stands within the elements that hold HTML."""
    parts: list[str] = []
    ends: dict[str, int] = {}
    place = 0
    for match in HOLDS_HTML.finditer(text):
        start, name = match.end(), match.group(1)
        if start < place or "xhtml" in match.group():
            continue
        if ends.get(name, 0) < start:
            end = text.find(f"</{name}", start)
            ends[name] = len(text) if end < 0 else end
        # An element that is not closed before the next of its kind is no element with HTML in it.
        if ends[name] == len(text) or text.find(f"<{name}", start, ends[name]) >= 0:
            continue
        value = text[start : ends[name]]
        if "<" in value and not value.lstrip().startswith("<![CDATA["):
            parts += [text[place:start], "<![CDATA[", value.replace("]]>", "]]&gt;"), "]]>"]
            place = ends[name]
    return "".join([*parts, text[place:]])


def _with_known_references(text: str) -> str:
    """Write HTML's named characters as themselves and lone "&" as XML wants it.

    What no text holds, such as half of a character, goes or is marked, as in HTML.
    """
    parts = text.split("<![CDATA[")
    mended = [REFERENCE.sub(_known_reference, parts[0])]
    for part in parts[1:]:
        verbatim, end, rest = part.partition("]]>")
        mended.append(f"<![CDATA[{verbatim}{end}{REFERENCE.sub(_known_reference, rest)}")
    return "".join(mended)


def _known_reference(match: re.Match[str]) -> str:
    reference = match.group()
    if reference == "&":
        return "&amp;"
    character = html.unescape(reference)
    if character in MARKS_OF_XML:
        return reference
    if match.group(1) is None:
        return printable(character)
    return character if character != reference else f"&amp;{reference[1:]}"
