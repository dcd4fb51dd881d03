"""Ids: what each article is called, so that no id ever passes from one story to another."""

import glob
import hashlib
import os
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.errors import ArticleError
from index.files import Found, declared_kind
from index.store import Known
from index.types import Article, Story

MAX_ID_LENGTH = 200
SLUG_WORDS = 8
MAX_SLUG = 60
# Parameters that tell where a reader came from, not what is read.
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|cmpid")


class Ids:
    """The ids of the articles of one load.

    Args:
        known: the articles that the collection already holds and keeps; their ids stay theirs.
    """

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self._by_source = {k.source: article for article, k in known.items() if k.source}
        self._taken: dict[str, str] = {}

    def name(self, article: Article, wanted: Sequence[str], source: str, place: str) -> Article:
        """Return an article under the first of the ids that is free, or under the one it had.

        Args:
            article: the article; an id that it has already was given by its own document and stays.
            wanted: what it may be called otherwise, best first.
            source: where it was read from, which tells it from others of the same name.
            place: how the user knows that.

        Raises:
            ArticleError: no id is free, or the one it has cannot be one.
        """
        own = [article.id] if article.id else []
        before = [] if own else [self._by_source[source]] if source in self._by_source else []
        candidates = own or [*before, *wanted]
        for candidate in candidates:
            named = replace(article, id=candidate)
            if candidate not in self._taken and (own or self._is_free_for(named, source)):
                _check(candidate)
                self._taken[candidate] = place
                return named
        raise ArticleError(
            f"its id {candidates[0]!r} is taken by {self._taken.get(candidates[0], 'another')}: "
            "name another id"
        )

    def _is_free_for(self, named: Article, source: str) -> bool:
        holder = self._known.get(named.id)
        # The same article from another place, such as a folder that was moved, is the same article.
        return holder is None or holder.source == source or holder.digest == named.digest


def path_ids(found: Found, *, alone: bool) -> list[str]:
    """Return what a file can be called by its path, the shortest first; the last is unique.

    `alone` tells that no other file has its stem.
    """
    twins = [
        other
        for other in found.path.parent.glob(f"{glob.escape(found.stem)}.*")
        if other != found.path and declared_kind(other)
    ]
    folders = found.path.parent.resolve().parts[1:]
    paths = [found.relative.parts]
    paths += [(*folders[-count:], found.path.name) for count in range(1, len(folders) + 1)]
    exact = ["/".join(path) for path in paths]
    short = [] if twins else ["/".join((*path[:-1], found.stem)) for path in paths]
    return [*([found.stem] if alone else []), *short, *exact]


def address_id(url: str) -> str:
    """Return what an article is called by its address: host and path, and what else selects it."""
    parts = urllib.parse.urlsplit(canonical_address(url))
    name = f"{(parts.hostname or '').removeprefix('www.')}{parts.path}".rstrip("/")
    name += f"?{parts.query}" if parts.query else ""
    readable = urllib.parse.unquote(name)
    name = readable if readable.isprintable() and " " not in readable else name
    if len(name) <= MAX_ID_LENGTH:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    return f"{name[: MAX_ID_LENGTH - 13]}-{mark}"


def canonical_address(url: str) -> str:
    """Return an address without its fragment and without what only tells where a reader came from.

    Raises:
        ArticleError: it is no address.
    """
    try:
        parts = urllib.parse.urlsplit(url.strip())
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        kept = urllib.parse.urlencode([pair for pair in query if not TRACKING.fullmatch(pair[0])])
    except ValueError as error:
        raise ArticleError(f"it is not an address: {error}") from error
    host = parts.netloc.lower()
    return urllib.parse.urlunsplit((parts.scheme.lower(), host, parts.path or "/", kept, ""))


def slug(story: Story) -> str:
    """Return a short name for a story that has neither an id nor an address: from its title."""
    words = re.findall(r"\w+", story.title.casefold())[:SLUG_WORDS] if story.title else []
    if words:
        return "-".join(words)[:MAX_SLUG].rstrip("-")
    return hashlib.sha256(story.text.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def source_of(found: Found) -> str:
    """Return what tells a file from every other."""
    return os.path.realpath(found.path)


def _check(article_id: str) -> None:
    if len(article_id) > MAX_ID_LENGTH or not article_id.isprintable():
        raise ArticleError(f"its id must be printable and at most {MAX_ID_LENGTH} characters long")
