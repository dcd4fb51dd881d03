"""Ids: what each article is called, so that no id ever passes from one story to another."""

import hashlib
import os
import re
import urllib.parse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.errors import ArticleError
from index.files import Found
from index.store import Known
from index.types import Article, Story

MAX_ID_LENGTH = 200
SLUG_WORDS = 8
MAX_SLUG = 60
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# Parameters that tell where a reader came from, not what is read.
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|cmpid")


@dataclass(frozen=True, slots=True)
class Claim:
    """What an article may be called.

    Attributes:
        wanted: ids, the best first.
        source: where it was read from, which tells it from others of the same name.
        place: how the user knows that.
        own: the id was given by the article's writer: it stands for one article, whoever has it.
        by_title: the id was given by a program: one that has it and the title is the same article.
    """

    wanted: Sequence[str]
    source: str
    place: str
    own: bool = False
    by_title: bool = False


class Ids:
    """The ids of the articles of one load.

    Args:
        known: the articles that the collection already holds; their ids stay theirs.
    """

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self._by_source = {_identity(k.source): i for i, k in known.items() if k.source}
        self._taken: dict[str, str] = {}

    def holds(self, source: str) -> bool:
        """Tell whether the collection has an article from there."""
        return _identity(source) in self._by_source

    def name(self, article: Article, claim: Claim) -> Article:
        """Return an article under the id that it had, or under the first wanted one that is free.

        Raises:
            ArticleError: no id is free, or the one it is given cannot be one.
        """
        before = self._by_source.get(_identity(claim.source))
        candidates = [*claim.wanted] if claim.own or before is None else [before, *claim.wanted]
        for candidate in candidates:
            named = replace(article, id=candidate)
            if candidate not in self._taken and (claim.own or self._is_free(named, claim)):
                _check(candidate)
                self._taken[candidate] = claim.place
                return named
        holder = next((self._taken[c] for c in candidates if c in self._taken), "another article")
        raise ArticleError(f"its id {claim.wanted[0]!r} is taken by {holder}: name another id")

    def _is_free(self, named: Article, claim: Claim) -> bool:
        holder = self._known.get(named.id)
        if holder is None or holder.digest == named.digest:
            return True
        if holder.source and _identity(holder.source) == _identity(claim.source):
            return True
        same_title = named.title is not None and named.title == holder.title
        # A file that was moved and corrected at once is still the same article.
        return same_title and (claim.by_title or _is_gone(holder.source))


def path_ids(found: Found, *, alone: bool, twins: bool) -> list[str]:
    """Return what a file can be called by its path, the shortest first; the last is unique.

    Args:
        found: the file.
        alone: no other file that is loaded has its stem.
        twins: another file beside it has its stem.
    """
    folders = found.path.parent.resolve().parts[1:]
    paths = [found.relative.parts]
    paths += [(*folders[-count:], found.path.name) for count in range(1, len(folders) + 1)]
    exact = ["/".join(path) for path in paths]
    short = [] if twins else ["/".join((*path[:-1], found.stem)) for path in paths]
    return [*([found.stem] if alone else []), *short, *exact]


def address_ids(address: str) -> list[str]:
    """Return what an article is called by its address: host and path, and what else selects it."""
    parts = urllib.parse.urlsplit(canonical_address(address))
    name = f"{_bare_host(parts)}{parts.path}".rstrip("/")
    name += f"?{parts.query}" if parts.query else ""
    readable = urllib.parse.unquote(name)
    name = readable if readable.isprintable() and " " not in readable else name
    mark = _mark(canonical_address(address))
    long = f"{name[: MAX_ID_LENGTH - len(mark) - 1]}-{mark}"
    return [name, long] if len(name) <= MAX_ID_LENGTH else [long]


def canonical_address(address: str) -> str:
    """Return an address without its fragment and without what only tells where a reader came from.

    Raises:
        ArticleError: it is no address.
    """
    try:
        parts = urllib.parse.urlsplit(address.strip())
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        kept = urllib.parse.urlencode([pair for pair in query if not TRACKING.fullmatch(pair[0])])
    except ValueError as error:
        raise ArticleError(f"it is not an address: {error}") from error
    host = parts.netloc.lower()
    return urllib.parse.urlunsplit((parts.scheme.lower(), host, parts.path or "/", kept, ""))


def same_host(one: str, other: str) -> bool:
    """Tell whether two addresses are of one host, or one of them of a host within the other."""
    hosts = sorted((_bare_host(urllib.parse.urlsplit(a)).lower() for a in (one, other)), key=len)
    return hosts[0] == hosts[1] or hosts[1].endswith(f".{hosts[0]}")


def is_address(place: object) -> bool:
    """Tell an address from a path."""
    return isinstance(place, str) and ADDRESS.match(place) is not None


def record_key(story: Story) -> str:
    """Return what tells a story from the others of its document, whatever their order.

    That is its own id, else its title and day, else its text.
    """
    if story.id:
        return story.id
    words = re.findall(r"\w+", story.title.casefold())[:SLUG_WORDS] if story.title else []
    if not words:
        return _mark(story.text)
    day = f"-{story.published[:10]}" if story.published else ""
    return "-".join(words)[:MAX_SLUG].rstrip("-") + day


def told_apart(stories: Sequence[Story]) -> list[str]:
    """Return the keys of stories; those of one key are told apart by their texts."""
    keys = [record_key(story) for story in stories]
    often = Counter(keys)
    pairs = zip(stories, keys, strict=True)
    return [key if often[key] == 1 else f"{key}-{_mark(story.text)}" for story, key in pairs]


def _identity(source: str) -> str:
    """Return what two addresses of one page have in common, or a path as it is."""
    if not is_address(source):
        return source
    parts = urllib.parse.urlsplit(source)
    return urllib.parse.urlunsplit(("", _bare_host(parts), *parts[2:]))


def _bare_host(parts: urllib.parse.SplitResult) -> str:
    """Return host and port, without "www." and without the port that the scheme means anyway."""
    host = parts.netloc.rpartition("@")[2].removeprefix("www.")
    return host.removesuffix(DEFAULT_PORTS.get(parts.scheme, ""))


def _is_gone(source: str | None) -> bool:
    return source is not None and not is_address(source) and not os.path.exists(source)  # noqa: PTH110


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _check(article_id: str) -> None:
    if len(article_id) > MAX_ID_LENGTH or not article_id.isprintable():
        raise ArticleError(f"its id must be printable and at most {MAX_ID_LENGTH} characters long")
