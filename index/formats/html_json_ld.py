"""HTML's JSON-LD: the item by which a page describes its own article.

Names of fields: https://schema.org/NewsArticle. Pages also describe others so; what one of them
says is not the page's.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from index.cleaning.prose import letters
from index.formats.fragment import one_line, web_address

ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|Report)$")
# What else has the date of the page that it describes; a Comment or a Review may be a reader's.
DATED_TYPE = re.compile(r"(?:Page|ClaimReview|^CreativeWork|^Recipe|^HowTo)$")
DATES = ("datePublished", "dateModified")
# Faults that JSON forbids and people write: comments, and commas after the last value. What is in a
# string is none of them.
FAULT = re.compile(
    r"(?P<string>\"(?:[^\"\\]|\\.?)*+\"?)|//[^\n]*|/\*(?:.*?\*/|.*)|,(?=\s{0,1000}[}\]])", re.DOTALL
)
# JSON-LD is written by machines; more than this is no description of one page.
MAX_ITEMS = 2000
MAX_VALUE = 500
# No field has more values.
MAX_RESOLVED = 50
# Of two headlines of this many letters one may go on where the other ends.
MIN_HEADLINE = 12


def own_article(
    root: etree._Element, addresses: Iterable[str | None], titles: Iterable[str | None]
) -> dict[str, Any]:
    """Return the JSON-LD item that describes the page's own article, its references resolved.

    One that states neither an address nor a headline is taken for it where no other is. A date that
    it lacks is that of the page, where an item about the page states one.
    """
    items = list(_items(root))
    by_id = {str(item["@id"]): item for item in items if "@id" in item and len(item) > 1}
    pages = {page for address in addresses if (page := _page(address))}
    headlines = {headline for title in titles if title and (headline := letters(title))}
    articles = [
        (item, _is_own(item, pages, headlines)) for item in items if _is_of_type(item, ARTICLE_TYPE)
    ]
    own = (item for sure in (True, None) for item, is_own in articles if is_own is sure)
    dated = (
        {name: item[name] for name in DATES if name in item}
        for item in items
        if _is_of_type(item, DATED_TYPE) and _is_own(item, pages, headlines)
    )
    whole = next(filter(None, dated), {}) | next(own, {})
    return {name: _resolved(value, by_id) for name, value in whole.items()}


def text_of(value: object) -> str | None:
    """Return a value that is text, or the first of several, as one line of at most MAX_VALUE."""
    if isinstance(value, list) and value:
        value = value[0]
    return (one_line(value) or "")[:MAX_VALUE] or None if isinstance(value, str) else None


def names_of(value: object) -> list[str]:
    """Return the names that a JSON-LD value gives: a string, an object, or a list of them."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        name = text_of(each.get("name") if isinstance(each, dict) else each)
        if name:
            found.append(name)
    return found


def _is_own(
    item: dict[str, Any], pages: Collection[str], headlines: Collection[str]
) -> bool | None:
    """Tell whether an item is about the page, or None if it does not say what it is about."""
    links = (_page(_link(item.get(name))) for name in ("url", "mainEntityOfPage"))
    stated = set(filter(None, links))
    headline = letters(text_of(item.get("headline")) or "")
    if not stated.isdisjoint(pages) or any(_alike(headline, other) for other in headlines):
        return True
    about_another = (stated and pages) or (headline and headlines)
    return False if about_another else None


def _alike(headline: str, other: str) -> bool:
    """Compare headlines, one of which may have the site's name after it or be cut off."""
    short, long = sorted((headline, other), key=len)
    return long.startswith(short) and (len(short) >= MIN_HEADLINE or short == long != "")


def _page(address: str | None) -> str | None:
    """Return what tells a page's address from another's: its host, path and query."""
    whole = web_address(address)
    if whole is None:
        return None
    parts = urlsplit(whole)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _resolved(value: object, by_id: dict[str, dict[str, Any]]) -> object:
    """Return a value with what its references refer to; the lists in a list go."""
    if isinstance(value, list):
        return [
            _resolved(each, by_id) for each in value[:MAX_RESOLVED] if not isinstance(each, list)
        ]
    if isinstance(value, dict) and "name" not in value:
        return by_id.get(str(value.get("@id")), value)
    return value


def _is_of_type(item: dict[str, Any], names: re.Pattern[str]) -> bool:
    kinds = item.get("@type")
    return any(
        isinstance(kind, str) and names.search(kind)
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _link(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) else None


def _items(root: etree._Element) -> Iterator[dict[str, Any]]:
    """Yield every object of the page's JSON-LD, outer ones first."""
    pending = [
        _parsed(script.text or "")
        for script in root.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
    ]
    for _ in range(MAX_ITEMS):
        if not pending:
            return
        value = pending.pop(0)
        if isinstance(value, dict):
            yield value
            pending += [inner for inner in value.values() if isinstance(inner, dict | list)]
        elif isinstance(value, list):
            pending += value[:MAX_ITEMS]


def _parsed(source: str) -> object:
    """Return the first value of a block of JSON-LD, mended where it is malformed, or None."""
    decoder = json.JSONDecoder(strict=False)
    for mend in (str, _mended):
        try:
            return decoder.raw_decode(mend(source).lstrip())[0]
        except (ValueError, RecursionError):
            continue
    return None


def _mended(source: str) -> str:
    return FAULT.sub(lambda match: match["string"] or "", source)
