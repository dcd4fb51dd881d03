"""Load: files, folders and addresses become Articles with ids.

Finds the documents, has them read by format, follows feeds to their articles, and names what comes
out. Knows nothing of chunking, models or storage. What cannot be an article is reported, never
dropped silently.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import ArticleError, NothingToIndexError
from index.files import (
    Found,
    Skipped,
    declared_kind,
    files_under,
    read_file,
    source_of,
    stem,
)
from index.formats.read import (
    MEDIA_TYPES,
    Document,
    Kind,
    holds_many,
    kind_of,
    read_document,
    unpacked,
)
from index.ids import (
    Claim,
    Ids,
    address_ids,
    canonical_address,
    is_address,
    path_ids,
    same_host,
    told_apart,
)
from index.store import Intake, Known
from index.types import Article, Refusal, Story

if TYPE_CHECKING:
    from index.web.fetch import Fetched

# Longer than any article; a text of this length is a book, a log or an attack.
MAX_TEXT_LENGTH = 2_000_000
MAX_ENTRIES = 1000
# What an article takes from its story by name.
STORY_FIELDS = tuple(field.name for field in fields(Article) if field.name != "id")

Fetch = Callable[[str], "Fetched"]
"""Gets what is at an address, as `index.web.fetch.Fetcher.fetch` does; raises ArticleError."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An article, how it came in, and how the user knows that place."""

    article: Article
    intake: Intake
    place: str


def load_articles(
    places: Sequence[str | Path],
    *,
    known: Mapping[str, Known] | None = None,
    fetch: Fetch | None = None,
) -> Iterator[Loaded | Skipped]:
    """Load every article at the places given, in their order.

    An article's id is what its document names, else its file's stem or its address. Files that
    share a stem are known by their paths, so that no id passes from one story to another when a
    file is added. Further stories on one page are ID.2, ID.3 and so on.

    Args:
        places: files, folders (searched recursively) and http or https addresses.
        known: the articles of a collection that stays; their ids are not given to others.
        fetch: gets addresses, and the articles that feeds lead to; None reads nothing from the net.

    Raises:
        NothingToIndexError: a path is empty or does not exist, or is neither file nor folder.
    """
    if any(not str(place).strip() for place in places):
        raise NothingToIndexError("an empty path names nothing: give a file, folder or address")
    loader = _Loader(Ids(known or {}), fetch)
    files: dict[str, Found] = {}
    for place in places:
        for found in () if is_address(place) else files_under(Path(place)):
            if isinstance(found, Skipped):
                yield found
            else:
                files.setdefault(source_of(found.path), found)
    stems = Counter(found.stem for found in files.values())
    for source, found in files.items():
        yield from loader.file(found, source, alone=stems[found.stem] == 1)
    for address in filter(is_address, places):
        yield from loader.address(str(address))


class _Loader:
    """Reads documents and names what comes out of them."""

    def __init__(self, ids: Ids, fetch: Fetch | None) -> None:
        self._ids = ids
        self._fetch = fetch
        self._seen: set[str] = set()
        self._stems: dict[Path, Counter[str]] = {}

    def file(self, found: Found, source: str, *, alone: bool) -> Iterator[Loaded | Skipped]:
        """Load what is in a file."""
        place = str(found.path)
        try:
            document = read_file(found)
            twins = self._stems_in(found.path.parent)[found.stem] > 1
            wanted = path_ids(found, alone=alone, twins=twins)
            yield from self._document(document, Claim(wanted, source, place))
        except ArticleError as error:
            yield Skipped(place, str(error), refused=True, source=source)

    def address(self, address: str) -> Iterator[Loaded | Skipped]:
        """Load what is at an address, unless that was done."""
        source = None
        try:
            source = canonical_address(address)
            if self._is_first(source):
                claim = Claim(address_ids(address), source, address)
                yield from self._document(self._fetched(address), claim)
        except ArticleError as error:
            yield Skipped(address, str(error), refused=True, source=source)

    def _is_first(self, source: str) -> bool:
        first = source not in self._seen
        self._seen.add(source)
        return first

    def _stems_in(self, folder: Path) -> Counter[str]:
        if folder not in self._stems:
            names = (path for path in folder.iterdir() if declared_kind(path))
            self._stems[folder] = Counter(stem(path) for path in names)
        return self._stems[folder]

    def _fetched(self, address: str) -> Document:
        if self._fetch is None:
            raise ArticleError("it is on the net, which is not to be read (--offline)")
        fetched = self._fetch(address)
        by_name = declared_kind(PurePosixPath(urlsplit(fetched.url).path or "/"))
        by_type = MEDIA_TYPES.get(fetched.content_type or "")
        # Servers call anything that they do not know plain text.
        declared = by_name or by_type if by_type in {None, Kind.TEXT} else by_type
        limit = Kind.HTML.max_bytes if declared is None else declared.max_bytes
        data = unpacked(fetched.data, limit)
        return Document(data, kind_of(data, declared), fetched.url, fetched.charset)

    def _document(self, document: Document, claim: Claim) -> Iterator[Loaded | Skipped]:
        if document.kind == Kind.FEED:
            yield from self._feed(document, claim)
            return
        # Only feeds have entries.
        parts = [p for p in read_document(document) if isinstance(p, Story | Refusal)]
        if holds_many(document):
            yield from self._many(parts, claim)
            return
        for number, part in enumerate(parts, start=1):
            if isinstance(part, Refusal):
                yield Skipped(claim.place, part.reason, refused=True, source=claim.source)
            elif number == 1:
                story = replace(part, url=part.url or document.url)
                own = replace(claim, wanted=[part.id], own=True) if part.id else claim
                yield self._named(story, own)
            else:
                names = [f"{name}.{number}" for name in claim.wanted]
                source, place = f"{claim.source}#{number}", f"{claim.place}, story {number}"
                yield self._named(part, Claim(names, source, place))

    def _many(self, parts: Sequence[Story | Refusal], claim: Claim) -> Iterator[Loaded | Skipped]:
        """Load stories that are known by themselves, not by the document that holds them."""
        for part in parts:
            if isinstance(part, Refusal):
                yield Skipped(claim.place, part.reason, refused=True, source=claim.source)
        stories = [part for part in parts if isinstance(part, Story)]
        for story, key in zip(stories, told_apart(stories), strict=True):
            wanted = [key] if story.id else []
            wanted += address_ids(story.url) if story.url else []
            wanted.append(f"{claim.wanted[0]}/{key}")
            source = f"{claim.source}#{key}"
            yield self._named(story, Claim(wanted, source, claim.place, by_title=True))

    def _feed(self, document: Document, claim: Claim) -> Iterator[Loaded | Skipped]:
        entries = list(read_document(document))
        without_link: list[Story | Refusal] = []
        for entry in entries[:MAX_ENTRIES]:
            if isinstance(entry, Story | Refusal):
                without_link.append(entry)
            elif entry.link is None:
                without_link.append(entry.story)
            elif self._is_first(canonical_address(entry.link)):
                yield from self._followed(entry.story, entry.link, document.url)
        yield from self._many(without_link, claim)
        if len(entries) > MAX_ENTRIES:
            more = f"its entries after the first {MAX_ENTRIES:,} are not read"
            yield Skipped(claim.place, more, refused=True, source=claim.source)

    def _followed(self, own: Story, link: str, feed: str | None) -> Iterator[Loaded | Skipped]:
        """Load the article that a feed's entry leads to, else what the entry says of it."""
        source = canonical_address(link)
        try:
            page = _page_story(self._fetched(link))
            # Some feeds carry the whole story, some pages only its beginning.
            story = page if len(page.text) >= len(own.text) else own
            # A feed that collects others' stories has a name, but is not their outlet.
            known = own if feed and same_host(feed, link) else replace(own, outlet=None)
            story = _filled(replace(story, outlet=None), page, known)
        except ArticleError as error:
            if self._ids.holds(source) or not own.text.strip():
                yield Skipped(link, str(error), refused=True, source=source)
                return
            yield Skipped(link, f"{error}: the feed's own text stands in for it", refused=False)
            story = own
        yield self._named(story, Claim(address_ids(link), source, link))

    def _named(self, story: Story, claim: Claim) -> Loaded | Skipped:
        try:
            article = named_article(story, self._ids, claim)
        except ArticleError as error:
            return Skipped(claim.place, str(error), refused=True, source=claim.source)
        return Loaded(article, Intake(claim.source, story.removed), claim.place)


def _filled(story: Story, *others: Story) -> Story:
    """Return a story whose unknown fields are taken from others that tell of the same article."""
    known: dict[str, Any] = {
        name: next((v for v in (getattr(s, name) for s in (story, *others)) if v), None)
        for name in STORY_FIELDS
    }
    return replace(story, **known)


def _page_story(document: Document) -> Story:
    """Return the story of a page; what holds many stories is no page."""
    parts = () if holds_many(document) else read_document(document)
    story = next((part for part in parts if isinstance(part, Story)), None)
    if story is None:
        raise ArticleError("there is no story at that address")
    return story


def named_article(story: Story, ids: Ids, claim: Claim) -> Article:
    """Return a story as an article with an id.

    Raises:
        ArticleError: it has no text, or more than any article, or what it claims is taken.
    """
    if not story.text.strip():
        raise ArticleError("it has no text")
    if len(story.text) > MAX_TEXT_LENGTH:
        raise ArticleError(f"its text is longer than {MAX_TEXT_LENGTH:,} characters")
    known = {name: getattr(story, name) for name in STORY_FIELDS}
    return ids.name(Article(id="", **known), claim)
