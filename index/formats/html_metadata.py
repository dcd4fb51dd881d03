"""HTML metadata: what a page says of itself in its head, its JSON-LD and its time elements.

Nothing is guessed: what the page does not say, or says in a form that cannot be read, is None.
Names of fields: https://schema.org/NewsArticle, https://ogp.me, and the meta names in common use.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from index.cleaning.bylines import DATE_LABEL, UPDATES, author_names, read_credits
from index.cleaning.header import SITE_MARKS, site_title
from index.cleaning.prose import is_prose, letters
from index.dates import iso_date
from index.formats.fragment import language_tag, web_address
from index.formats.html_blocks import MAX_ELEMENTS
from index.formats.html_json_ld import names_of, own_article, text_of
from index.formats.html_outlet import outlet_name, without_prefix

# No value is made of more elements or pieces of text.
MAX_PIECES = 50

PUBLISHED = (
    "article:published_time og:published_time datepublished pubdate publish-date publishdate "
    "publish_date publication_date parsely-pub-date sailthru.date dc.date.issued dcterms.issued "
    "dc.date.created dcterms.created dc.date dcterms.date article.published date"
).split()
UPDATED = (
    "article:modified_time og:modified_time og:updated_time datemodified article.updated "
    "dcterms.modified dc.date.modified lastmod last-modified"
).split()
AUTHORS = (
    "author article:author og:article:author parsely-author sailthru.author dc.creator "
    "dcterms.creator byl creator"
).split()
OUTLETS = "publisher dc.publisher dcterms.publisher application-name".split()

NAME_END = re.compile(r"\s*[,;|&/\n]\s*|\s+(?:and|with)\s+", re.IGNORECASE)
NO_NAME = re.compile(r"https?:|www\.|@|\d|\.(?:com|org|net)\b", re.IGNORECASE)
TITLE_OF_A_PERSON = re.compile(r"(?:jr|sr|ii|iii|iv|m\.?d|ph\.?d)\.?", re.IGNORECASE)
POST = re.compile(
    r"\b(?:staff|writers?|reporters?|editors?|correspondents?|contributors?|bureau|desk|team|"
    r"admin|administrator|newsroom|guest|unknown|author)\b",
    re.IGNORECASE,
)
MAX_NAME = 60
COMMENT = re.compile(r"(?<![a-z])comments?(?![a-z])|disqus", re.IGNORECASE)
# So many elements around a name say whose it is; the page's own names say what the page allows.
MAX_AROUND = 6


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its story; `titles` is every form that its title is given in."""

    title: str | None
    outlet: str | None
    author: str | None
    published: str | None
    updated: str | None
    url: str | None
    language: str | None
    body: str | None
    titles: frozenset[str]


def read_metadata(root: etree._Element, url: str | None = None) -> Metadata:
    """Return what a page says of itself; `url` is where it was found, if that is known."""
    metas = _metas(root)
    links = [link.get("href", "") for link in root.iter("link") if link.get("rel") == "canonical"]
    addresses = [url or "", *links, metas.get("og:url", "")]
    address = next((found for a in addresses if (found := web_address(a))), None)
    heading = [_inner(h) for h in itertools.islice(root.iter("h1"), MAX_PIECES)]
    page_title = next((_inner(t) for t in root.iter("title")), "")
    titles = [metas.get("og:title"), metas.get("twitter:title"), page_title]
    item = own_article(root, [address, *links], [*titles, *heading])
    forms = [title for title in titles if title]
    outlet = outlet_name(_outlets(root, metas, item), root, forms, heading, address)
    shown = [h for h in heading if h and letters(page_title).startswith(letters(h))]
    candidates = [text_of(item.get("headline")), *titles[:2], *shown[:1], page_title, *heading[:1]]
    written = next(filter(None, candidates), None)
    title = written and without_prefix(site_title(written, heading, outlet), outlet)
    published = _date(root, metas, item, "datePublished", PUBLISHED)
    updated = _date(root, metas, item, "dateModified", UPDATED)
    return Metadata(
        title=title,
        outlet=outlet,
        author=_author(root, metas, item, outlet),
        published=published,
        updated=updated if updated != published else None,
        url=address,
        language=_language(root, metas, item),
        body=_body(item),
        titles=frozenset(
            letters(form)
            for t in candidates
            if t
            for form in (t, SITE_MARKS.split(t)[0], title or t)
        ),
    )


def _inner(element: etree._Element) -> str:
    """Return the start of an element's text."""
    return text_of(" ".join(itertools.islice(element.itertext(), MAX_PIECES))) or ""


def _metas(root: etree._Element) -> dict[str, str]:
    """Return the content of the page's meta elements by name; the first of a name holds."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = text_of(meta.get("content"))
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (meta.get(attribute) or "").strip().lower()
            if name and content:
                metas.setdefault(name, content)
    return metas


def _outlets(
    root: etree._Element, metas: dict[str, str], item: dict[str, Any]
) -> Iterator[str | None]:
    """Yield what metadata has for the outlet's name, the best first."""
    yield metas.get("og:site_name")
    yield from names_of(item.get("publisher"))
    for publisher in itertools.islice(root.iter("*"), MAX_ELEMENTS):
        if publisher.get("itemprop") == "publisher":
            for element in itertools.islice(publisher.iterdescendants("*"), MAX_PIECES):
                if element.get("itemprop") == "name":
                    yield text_of(element.get("content") or _inner(element))
    yield from (metas.get(name) for name in OUTLETS)


def _author(
    root: etree._Element, metas: dict[str, str], item: dict[str, Any], outlet: str | None
) -> str | None:
    said = [names_of(item.get("author")), *([metas[name]] for name in AUTHORS if name in metas)]
    said.append(list(_bylines(root)))
    for written in said:
        names = list(dict.fromkeys(_people(written, outlet)))
        if names:
            return ", ".join(names)
    return None


def _bylines(root: etree._Element) -> Iterator[str]:
    """Yield what the page marks as its author's name by rel or itemprop."""
    for element in root.iter("a", "span", "div", "p", "address"):
        marks = f"{element.get('rel') or ''} {element.get('itemprop') or ''}".split()
        if "author" in marks:
            if _in_comments(element):
                continue
            inner = itertools.islice(element.iterdescendants(), MAX_PIECES)
            named = next((e for e in inner if e.get("itemprop") == "name"), element)
            if len(_inner(named)) <= 2 * MAX_NAME:
                yield _inner(named)


def _in_comments(element: etree._Element) -> bool:
    """Tell whether an element stands in what readers wrote, or in the form that they write in."""
    around = itertools.islice((element, *element.iterancestors()), MAX_AROUND)
    marks = (e.get(name) or "" for e in around for name in ("class", "id", "itemtype"))
    return any(COMMENT.search(mark) for mark in marks)


def _people(written: Iterable[str], outlet: str | None) -> Iterator[str]:
    """Yield the names of people, or of agencies, in what is written on a byline."""
    for line in written:
        for number, part in enumerate(NAME_END.split(author_names(line) or "")):
            name = part.rpartition(":")[2].strip(" .·•-–—")
            if number and TITLE_OF_A_PERSON.fullmatch(name):
                continue
            if not 2 < len(name) <= MAX_NAME or NO_NAME.search(name) or POST.search(name):
                continue
            # Without a capital it is what somebody logs in by.
            if not name.islower() and (outlet is None or letters(name) != letters(outlet)):
                yield name


def _date(
    root: etree._Element,
    metas: dict[str, str],
    item: dict[str, Any],
    role: str,
    names: Iterable[str],
) -> str | None:
    """Return the first date that is given, as precisely as any of them gives it."""
    written = (text_of(item.get(role)), *(metas.get(name) for name in names), _time(root, role))
    dates = [date for each in written if (date := _known_date(each))]
    return max((date for date in dates if date.startswith(dates[0])), key=len, default=None)


def _known_date(written: str | None) -> str | None:
    """Return a date in ISO 8601; year 1 and the start of 1970 stand for "none" in databases."""
    date = iso_date(written.strip()) if written else None
    return None if date and date.startswith(("000", "1970-01-01T00:00")) else date


def _time(root: etree._Element, role: str) -> str | None:
    """Return the date of the element marked so, or else of the only time element for it.

    A time element is for the update where a label before it says so.
    """
    marked, times = [], []
    for element in root.iter("*"):
        written = element.get("datetime") or element.get("content")
        if element.get("itemprop") == role:
            marked.append(written or _inner(element))
        elif element.tag == "time" and element.get("datetime") and not _in_prose(element):
            times.append(element)
    update = role == "dateModified"
    dates = {e.get("datetime") or "" for e in times if _is_of_update(e) == update}
    if len(dates) == 1:
        marked += dates
    return next((date for written in marked if (date := _known_date(written))), None)


def _is_of_update(element: etree._Element) -> bool:
    before, around = element.getprevious(), element.getparent()
    written = before.tail if before is not None else around.text if around is not None else None
    label = DATE_LABEL.search((written or "").strip()[-2 * MAX_NAME :])
    return label is not None and label["label"].lower() in UPDATES


def _in_prose(element: etree._Element) -> bool:
    """Tell whether an element stands in a sentence, which is no line about the story."""
    paragraph = next(element.iterancestors("p"), None)
    line = "" if paragraph is None else _inner(paragraph)
    return is_prose(line) and read_credits(line) is None


def _language(root: etree._Element, metas: dict[str, str], item: dict[str, Any]) -> str | None:
    said = [root.get("lang"), metas.get("content-language"), metas.get("language")]
    said += [metas.get("og:locale"), text_of(item.get("inLanguage"))]
    return next((tag for written in said if (tag := language_tag(written))), None)


def _body(item: dict[str, Any]) -> str | None:
    body = item.get("articleBody")
    return body if isinstance(body, str) and body.strip() else None
