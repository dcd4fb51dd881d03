"""Fuzzing, the checks: what must hold of whatever is read from a document, however broken it is.

A document becomes stories or is refused with a reason of one line. Every function here raises
BrokenError where something else comes out; any other exception is one that a reader let through.
"""

import itertools
import logging
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evals.fuzz.corpus import GZIP, LINE
from index.chunk import chunk
from index.dates import find_dates, iso_date
from index.decode import decode, gunzip
from index.errors import ArticleError
from index.files import Skipped
from index.formats.feed import Entry
from index.formats.fragment import web_address
from index.formats.read import MEDIA_TYPES, SUFFIXES, Document, Kind, kind_of, read_document
from index.ids import address_ids, canonical_address, record_key
from index.load import STORY_FIELDS, load_articles
from index.origin import fingerprint, same_reporting, same_words
from index.types import Article, Passage, Refusal, Story
from index.web.fetch import Fetched

ADDRESS = "https://news.example/mill?id=1"
# A document goes with one of these, as a server may declare it.
CHARSETS = (None, "utf-8", "iso-8859-1", "utf-16", "shift_jis", "gb2312", "idna", "\0", "utf-7", "")
SUFFIX_OF = {str(kind): suffix for suffix, kind in reversed(SUFFIXES.items())} | {GZIP: ".txt.gz"}
MEDIA_TYPE_OF = {str(kind): name for name, kind in reversed(MEDIA_TYPES.items())}
GZIP_LIMIT = Kind.TEXT.max_bytes
MAX_ID = 200
PASSAGE_CHARS = 1000
# So many articles of a document are cut into passages and compared with each other.
MAX_COMPARED = 3


class BrokenError(AssertionError):
    """Something came out of a document that must not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many stories came out of a document, and how many refusals."""

    stories: int = 0
    refused: int = 0


class _Said(logging.Handler):
    """Notes which library would have written to the terminal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.names: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Take what was said."""
        self.names.add(record.name)


@contextmanager
def _in_silence() -> Iterator[None]:
    """Fail where a library says anything, by a warning or in the log."""
    said = _Said()
    logging.getLogger().addHandler(said)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        logging.getLogger().removeHandler(said)
    _require(not said.names, f"{', '.join(sorted(said.names))} wrote to the terminal")


def check(kind: str, data: bytes, folder: Path) -> Outcome:
    """Read a document in every way that there is, and check what comes out.

    Args:
        kind: one of `evals.fuzz.corpus.KINDS`.
        data: the document, sound or not.
        folder: where it may be written to; one file of it is overwritten.

    Returns:
        What came out where it was loaded from a file and an address; nothing of a single line.

    Raises:
        BrokenError: what comes out is no story and no reason.
    """
    if kind == LINE:
        # As the bytes of a command line reach a program.
        _check_line(data.decode("utf-8", "surrogateescape"))
        return Outcome()
    charset = CHARSETS[zlib.crc32(data) % len(CHARSETS)]
    with _in_silence():
        _check_decoding(data, charset)
        if kind != GZIP:
            _check_reading(Document(data, Kind(kind), ADDRESS, charset))
        return _check_loading(kind, data, charset, folder)


def _check_decoding(data: bytes, charset: str | None) -> None:
    for declared in (None, Kind.TEXT, Kind.HTML, Kind.FEED):
        try:
            kind_of(data, declared)
        except ArticleError as error:
            check_reason(str(error))
    try:
        _require(_is_text(decode(data, charset)), "half of a character was decoded")
    except ArticleError as error:
        check_reason(str(error))
    try:
        _require(
            len(gunzip(data, GZIP_LIMIT)) <= GZIP_LIMIT, "more was decompressed than asked for"
        )
    except ArticleError as error:
        check_reason(str(error))


def _check_reading(document: Document) -> None:
    try:
        parts = list(read_document(document))
    except ArticleError as error:
        check_reason(str(error))
        return
    _require(parts, "nothing came out, and no reason")
    for part in parts:
        if isinstance(part, Refusal):
            check_reason(part.reason)
        elif isinstance(part, Entry):
            link = part.link
            _require(link is None or web_address(link) == link, f"{link!r} is no address")
            _require(part.story.text or link, "an entry has neither a text nor a link")
            check_fields(part.story)
        else:
            _require(part.text.strip(), "a story has no text")
            check_fields(part)


def check_fields(story: Story | Article) -> None:
    """Check that a story's fields can be stored, printed and compared."""
    for name in STORY_FIELDS:
        value = getattr(story, name)
        _require(value is None or _is_text(value), f"{name} is {value!r:.100}")
        _require(value is None or name == "text" or value.strip(), f"{name} is blank")
    for date in (story.published, story.updated):
        _require(date is None or iso_date(date) == date, f"{date!r} is no date")
    if isinstance(story, Story):
        _require(story.id is None or _is_text(story.id), f"the id is {story.id!r:.100}")
        for removed in story.removed:
            sound = _is_text(removed.text) and removed.text.strip() and removed.reason
            _require(sound, f"{removed!r:.100} was removed")


def _check_loading(kind: str, data: bytes, charset: str | None, folder: Path) -> Outcome:
    path = folder / f"story{SUFFIX_OF[kind]}"
    path.write_bytes(data)
    places: list[str | Path] = [path]
    if kind != GZIP:
        places.append(ADDRESS)

    def fetch(url: str) -> Fetched:
        return Fetched(url, MEDIA_TYPE_OF.get(kind), charset, data)

    articles: list[Article] = []
    refused = 0
    for item in load_articles(places, fetch=fetch):
        if isinstance(item, Skipped):
            check_reason(item.reason)
            refused += item.refused
            continue
        check_fields(item.article)
        _require(item.article.text.strip(), "an article has no text")
        articles.append(item.article)
        _require(all(r.text.strip() for r in item.intake.removed), "nothing was removed")
    _require(articles or refused, "nothing came out, and no reason")
    _check_ids([article.id for article in articles])
    _check_use(articles[:MAX_COMPARED])
    return Outcome(len(articles), refused)


def _check_ids(ids: list[str]) -> None:
    _require(len(set(ids)) == len(ids), "two articles have one id")
    for name in ids:
        _require(0 < len(name) <= MAX_ID and name.isprintable(), f"{name!r} is no id")


def _check_use(articles: list[Article]) -> None:
    """Check what is done with articles once they are loaded."""
    for article in articles:
        check_passages(article.text, chunk(article, len, PASSAGE_CHARS))
        _require(fingerprint(article) == fingerprint(article), "a fingerprint is not its own")
        for text in {article.title, article.url} - {None}:
            _check_line(text or "")
    for one, other in itertools.pairwise(articles):
        _require(
            same_reporting(one, other) == same_reporting(other, one), "one has another's reporting"
        )


def check_passages(text: str, passages: Iterable[Passage]) -> None:
    """Check that all that is written is in exactly one sentence of one passage."""
    end = 0
    for passage in passages:
        sentences = passage.sentences
        whole = (sentences[0].start, sentences[-1].end) == (passage.span.start, passage.span.end)
        _require(whole, "a passage is not its sentences")
        for span in sentences:
            _require(end <= span.start < span.end <= len(text), f"{span} is out of its place")
            _require(not text[end : span.start].strip(), f"nothing has what is before {span}")
            end = span.end
    _require(not text[end:].strip(), "no passage has the end of the text")


def _check_line(line: str) -> None:
    """Check what reads one line: a date, an address, a title."""
    date = iso_date(line)
    _require(date is None or iso_date(date) == date, f"{date!r} is no date")
    for found in find_dates(line):
        _require(found.iso is None or iso_date(found.iso) == found.iso, f"{found} is no date")
    _check_address(line)
    if address := web_address(line, ADDRESS):
        once = canonical_address(address)
        _require(canonical_address(once) == once, f"{once!r:.200} is not its own address")
    _require(record_key(Story(text=line, title=line)), "a title has no short name")
    wordless = not any(map(str.isalnum, line))
    _require(wordless or same_words(line, line), "a line is not like itself")


def _check_address(url: str) -> None:
    try:
        ids = address_ids(url)
        _require(all(len(found) <= MAX_ID for found in ids), "an id is too long")
    except ArticleError as error:
        check_reason(str(error))


def check_reason(reason: str) -> None:
    """Check that a reason is one line that can be printed."""
    _require(reason.isprintable() and reason.strip(), f"the reason is {reason!r:.200}")


def _is_text(value: object) -> bool:
    """Tell whether a value is a string without halves of characters."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise BrokenError(otherwise)
