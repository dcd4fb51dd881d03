"""Load: files, folders and addresses become Articles with ids.

Finds the documents, has them read by format, follows feeds to their articles, and names what comes
out. Knows nothing of chunking, models or storage. What cannot be an article is reported, never
dropped silently.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import ArticleError
from index.files import Found, Skipped, declared_kind, files_under, read_file
from index.formats.read import MEDIA_TYPES, Document, Kind, kind_of, read_document
from index.ids import Ids, address_id, canonical_address, path_ids, slug, source_of
from index.store import Intake, Known
from index.types import Article, Refusal, Story

if TYPE_CHECKING:
    from index.formats.feed import Entry
    from index.web.fetch import Fetched

# Longer than any article; a text of this length is a book, a log or an attack.
MAX_TEXT_LENGTH = 2_000_000
MAX_ENTRIES = 1000
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
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
        NothingToIndexError: a path does not exist, or is neither a file nor a folder.
    """
    loader = _Loader(Ids(known or {}), fetch)
    files: dict[str, Found] = {}
    addresses: dict[str, str] = {}
    for place in places:
        if is_address(place):
            addresses.setdefault(str(place), str(place))
            continue
        for found in files_under(Path(place)):
            if isinstance(found, Skipped):
                yield found
            else:
                files.setdefault(source_of(found), found)
    stems = Counter(found.stem for found in files.values())
    for source, found in files.items():
        yield from loader.file(found, source, alone=stems[found.stem] == 1)
    for address in addresses:
        yield from loader.address(address)


def is_address(place: str | Path) -> bool:
    """Tell an address from a path."""
    return isinstance(place, str) and ADDRESS.match(place) is not None


class _Loader:
    """Reads documents and names what comes out of them."""

    def __init__(self, ids: Ids, fetch: Fetch | None) -> None:
        self._ids = ids
        self._fetch = fetch

    def file(self, found: Found, source: str, *, alone: bool) -> Iterator[Loaded | Skipped]:
        """Load what is in a file."""
        place = str(found.path)
        try:
            document = read_file(found)
            yield from self._document(document, path_ids(found, alone=alone), source, place)
        except ArticleError as error:
            yield Skipped(place, str(error), refused=True)

    def address(self, address: str) -> Iterator[Loaded | Skipped]:
        """Load what is at an address."""
        try:
            document = self._fetched(address)
            wanted, source = [address_id(address)], canonical_address(address)
            yield from self._document(document, wanted, source, address)
        except ArticleError as error:
            yield Skipped(address, str(error), refused=True)

    def _fetched(self, address: str) -> Document:
        if self._fetch is None:
            raise ArticleError("it is on the net, which is not to be read (--offline)")
        fetched = self._fetch(address)
        declared = MEDIA_TYPES.get(fetched.content_type or "")
        declared = declared or declared_kind(PurePosixPath(urlsplit(fetched.url).path or "/"))
        kind = kind_of(fetched.data, declared)
        return Document(fetched.data, kind, fetched.url, fetched.charset)

    def _document(
        self, document: Document, wanted: Sequence[str], source: str, place: str
    ) -> Iterator[Loaded | Skipped]:
        if document.kind == Kind.FEED:
            yield from self._feed(document, wanted[0], source, place)
            return
        # Only feeds have entries.
        parts = [p for p in read_document(document) if isinstance(p, Story | Refusal)]
        if document.kind.holds_many or (document.kind == Kind.JSON and len(parts) > 1):
            yield from self._many(parts, wanted[0], source, place)
            return
        for number, part in enumerate(parts, start=1):
            if isinstance(part, Refusal):
                yield Skipped(place, part.reason, refused=True)
            elif number == 1:
                story = replace(part, url=part.url or document.url)
                yield self._named(story, wanted, source, place)
            else:
                names = [f"{name}.{number}" for name in wanted]
                yield self._named(part, names, f"{source}#{number}", f"{place}, story {number}")

    def _many(
        self, parts: Sequence[Story | Refusal], stem: str, source: str, place: str
    ) -> Iterator[Loaded | Skipped]:
        """Load stories that are known by themselves, not by the document that holds them."""
        keys: Counter[str] = Counter()
        for part in parts:
            if isinstance(part, Refusal):
                yield Skipped(place, part.reason, refused=True)
                continue
            key = slug(part)
            keys[key] += 1
            key += f"-{keys[key]}" if keys[key] > 1 else ""
            wanted = [address_id(part.url)] if part.url else []
            yield self._named(part, [*wanted, f"{stem}/{key}"], f"{source}#{key}", place)

    def _feed(
        self, document: Document, stem: str, source: str, place: str
    ) -> Iterator[Loaded | Skipped]:
        entries = list(read_document(document))
        without_link: list[Story | Refusal] = []
        followed: set[str] = set()
        for entry in entries[:MAX_ENTRIES]:
            if isinstance(entry, Story | Refusal):
                without_link.append(entry)
            elif entry.link is None:
                without_link.append(entry.story)
            elif entry.link not in followed:
                followed.add(entry.link)
                yield from self._followed(entry, entry.link)
        yield from self._many(without_link, stem, source, place)
        if len(entries) > MAX_ENTRIES:
            more = f"its entries after the first {MAX_ENTRIES:,} are not read"
            yield Skipped(place, more, refused=True)

    def _followed(self, entry: "Entry", link: str) -> Iterator[Loaded | Skipped]:
        """Load the article that a feed's entry leads to, else what the entry says of it."""
        own = entry.story
        try:
            page = _page_story(self._fetched(link))
            # Some feeds carry the whole story, some pages only its beginning.
            story = page if len(page.text) >= len(own.text) else replace(own, removed=page.removed)
            story = _filled(story, page, own)
        except ArticleError as error:
            if not own.text.strip():
                yield Skipped(link, str(error), refused=True)
                return
            yield Skipped(link, f"{error}: the feed's own text stands in for it", refused=False)
            story = own
        wanted, source = [address_id(link)], canonical_address(link)
        yield self._named(replace(story, id=None), wanted, source, link)

    def _named(
        self, story: Story, wanted: Sequence[str], source: str, place: str
    ) -> Loaded | Skipped:
        try:
            _check(story)
            named = {name: getattr(story, name) for name in STORY_FIELDS}
            article = self._ids.name(Article(id=story.id or "", **named), wanted, source, place)
        except ArticleError as error:
            return Skipped(place, str(error), refused=True)
        return Loaded(article, Intake(source, story.removed), place)


def _filled(story: Story, *others: Story) -> Story:
    """Return a story whose unknown fields are taken from others that tell of the same article."""
    known: dict[str, Any] = {
        name: next((v for v in (getattr(s, name) for s in (story, *others)) if v), None)
        for name in STORY_FIELDS
    }
    return replace(story, **known)


def _page_story(document: Document) -> Story:
    """Return the story of a page; what holds many stories is no page."""
    parts = () if document.kind.holds_many else read_document(document)
    story = next((part for part in parts if isinstance(part, Story)), None)
    if story is None:
        raise ArticleError("there is no story at that address")
    return story


def _check(story: Story) -> None:
    if not story.text.strip():
        raise ArticleError("it has no text")
    if len(story.text) > MAX_TEXT_LENGTH:
        raise ArticleError(f"its text is longer than {MAX_TEXT_LENGTH:,} characters")
