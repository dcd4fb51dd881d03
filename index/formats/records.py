"""Records: JSON and JSON Lines become Stories, one for each object that holds an article.

Reads objects with Dateline's own field names, and the names that news services, archives and
crawlers commonly give the same things (schema.org, NewsAPI, news-please, WordPress, Elasticsearch).
Knows nothing of files.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from index.dates import iso_date
from index.errors import ArticleError
from index.formats.fragment import language_tag, one_line, people, plain_text, web_address
from index.types import Refusal, Removed, Story

# Other names of each field, the likeliest first, as `_plain_name` writes them.
ALIASES = {
    "id": "id uuid guid articleid identifier".split(),
    "title": "title headline headlines".split(),
    "text": (
        "text body content articlebody article fulltext maintext bodytext articletext plaintext "
        "contenttext contenthtml story"
    ).split(),
    "url": "url link canonicalurl permalink weburl articleurl sourceurl".split(),
    "outlet": "outlet source sourcename publisher site sitename publication newspaper".split(),
    "author": "author authors byline creator creators".split(),
    "published": (
        "published publishedat publishedon datepublished datepublish publishdate publisheddate "
        "publicationdate pubdate firstpublished date createdat created datecreated timestamp"
    ).split(),
    "updated": (
        "updated updatedat dateupdated modified modifiedat datemodified datemodify lastmodified "
        "lastupdated"
    ).split(),
    "language": "language lang inlanguage languagecode".split(),
}
# Where a document or a service's answer keeps its records.
CONTAINERS = "articles items data results docs documents hits records stories response".split()
MAX_WRAPPERS = 4
# Keys under which services wrap a single value.
WRAPPERS = ("name", "rendered", "main", "$date", "$oid")
# What programs write for a value that is not there.
NOTHING = frozenset({"", "~", "none", "null", "nan", "n/a"})
# A domain or an address says where something is, not whose it is.
DOMAIN = re.compile(r"(?:https?://)?[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?:[:/]\S*)?")
# NewsAPI cuts a text and says by how much.
CUT_OFF = re.compile(r"\[\+\d+ chars\]$")

Reader = Callable[[Any], str | None]

# Seconds since 1970 for dates from 1990 to 2100; as many milliseconds are no seconds of any year.
EPOCH = range(631_152_000, 4_102_444_800)
YEARS = range(1000, 2101)
# Python refuses to read longer integers; no field needs one this long.
MAX_DIGITS = 300


class _FieldError(Exception):
    """A field that cannot be what it is called."""


class _Repeated:
    """Stands for a value whose key is there twice with different values."""


def read_json(text: str) -> Iterator[Story | Refusal]:
    """Read every article of a JSON document.

    The document is an object with an article, a list of such objects, or an object that keeps such
    a list under a common name ("articles", "items", "results", ...) or by the articles' ids. JSON
    Lines are read as such whatever the file is called.

    Raises:
        ArticleError: it is not JSON, or there is no object in it that could be an article.
    """
    try:
        document = _parsed(text.removeprefix("\ufeff"))
    except ArticleError as error:
        if not _is_object(text.partition("\n")[0]):
            raise
        try:
            yield from read_jsonl(text)
        except ArticleError:
            raise error from None
        return
    records = _records(document)
    if not records:
        raise ArticleError("it has no articles: give objects with a text, one or a list of them")
    for number, record in enumerate(records, start=1):
        prefix = f"record {number:,}: " if isinstance(document, list) or len(records) > 1 else ""
        yield _story(record, prefix)


def read_jsonl(text: str) -> Iterator[Story | Refusal]:
    """Read every article of JSON Lines (https://jsonlines.org): one object a line.

    A line that is not an article becomes a Refusal that names it, and the next one is read. A
    single JSON document is read as such whatever the file is called.

    Raises:
        ArticleError: there is nothing in it.
    """
    text = text.removeprefix("\ufeff")
    first, second, *_ = (*itertools.islice((line for _, line in _lines(text)), 2), "", "")
    if not first:
        raise ArticleError("it has no articles: give one JSON object a line")
    if not second or (not _is_object(first) and _is_json(text)):
        yield from read_json(text)
        return
    for number, line in _lines(text):
        try:
            yield _story(_parsed(line), f"line {number:,}: ")
        except ArticleError as error:
            yield Refusal(str(error).replace("it is", f"line {number:,} is", 1))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, with their numbers."""
    start = 0
    for number in itertools.count(1):
        end = text.find("\n", start)
        line = text[start : len(text) if end < 0 else end].strip()
        if line:
            yield number, line
        if end < 0:
            return
        start = end + 1


def _is_object(line: str) -> bool:
    return line.startswith("{") and _is_json(line)


def _is_json(text: str) -> bool:
    try:
        _parsed(text)
    except ArticleError:
        return False
    return True


def _parsed(text: str) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            # Not JSON, but what Python and pandas write for a missing value.
            parse_constant=lambda _: None,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno:,}, column {error.colno:,}"
        place = place if error.lineno > 1 else f"column {error.colno:,}"
        raise ArticleError(f"it is not valid JSON: {error.msg} ({place})") from error
    except RecursionError as error:
        raise ArticleError("it is nested too deeply to be an article") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = value if key not in found or found[key] == value else _Repeated()
    return found


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _records(document: Any, depth: int = 0) -> list[Any]:  # noqa: ANN401 - JSON is anything
    """Return what a document holds as records, whether or not each of them is an article."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or depth > MAX_WRAPPERS:
        return []
    if not _has_text(document):
        names = {_plain_name(key): key for key in reversed(document)}
        for container in (names[name] for name in CONTAINERS if name in names):
            if inner := _records(document[container], depth + 1):
                return inner
        if document and all(isinstance(value, dict) for value in document.values()):
            return [{"id": key, **value} for key, value in document.items()]
    return [document] if document else []


def _has_text(document: dict[str, Any]) -> bool:
    try:
        return _Fields(document).get("text", _text) is not None
    except _FieldError:
        return True


def _story(record: Any, prefix: str) -> Story | Refusal:  # noqa: ANN401 - JSON is anything
    if isinstance(record, dict) and isinstance(record.get("_source"), dict):
        record = {"id": record.get("_id"), **record["_source"]}
    if not isinstance(record, dict):
        return Refusal(f"{prefix}it must be an object with a text")
    fields = _Fields(record)
    try:
        text = fields.get("text", _text)
        if text is None:
            return Refusal(f'{prefix}it has no text: give it one as "text"')
        text, removed = _without_notes(text)
        return Story(
            text=text,
            title=fields.get("title", _line),
            outlet=fields.get("outlet", _line, otherwise=_outlet),
            author=fields.get("author", _names),
            published=fields.get("published", _date),
            updated=fields.get("updated", _date),
            url=fields.get("url", _address),
            language=fields.get("language", _language),
            id=fields.get("id", _name),
            removed=removed,
        )
    except _FieldError as error:
        return Refusal(f"{prefix}its {error}")


class _Fields:
    """The fields of one record, under whatever names it has them."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record
        self._keys: dict[str, list[str]] = {}
        for key in record:
            self._keys.setdefault(_plain_name(key), []).append(key)

    def get(self, field: str, read: Reader, otherwise: Reader | None = None) -> str | None:
        """Return a field under its own name, or else under another that is common for it.

        Under its own name a value must be what the name says. Another name may mean something
        else, so that a value of another kind is passed over there.

        Args:
            field: its own name.
            read: reads a value under its own name.
            otherwise: reads a value under another name, where that is read differently.

        Raises:
            _FieldError: its own name holds a value of a wrong kind.
        """
        try:
            if (own := self._value(field, read)) is not None:
                return own
        except _FieldError as error:
            raise _FieldError(f"{field} {error}") from error
        for key in (key for alias in ALIASES[field] for key in self._keys.get(alias, ())):
            try:
                found = self._value(key, otherwise or read)
            except _FieldError:
                continue
            if found is not None:
                return found
        return None

    def _value(self, key: str, read: Reader) -> str | None:
        value = self._record.get(key)
        if isinstance(value, dict):
            value = next((value[name] for name in WRAPPERS if name in value), value)
        if value is None or (isinstance(value, str) and value.strip().casefold() in NOTHING):
            return None
        if isinstance(value, _Repeated):
            raise _FieldError("is there twice")
        return read(value)


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n\n".join(value)
    return plain_text(_string(value)) or None


def _line(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    return one_line(_string(value))


def _name(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    return str(value) if isinstance(value, int) and value is not True else _line(value)


def _names(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    """Read one name or several, as text or as objects that have one."""
    values = value if isinstance(value, list) else [value]
    names = [each.get("name") if isinstance(each, dict) else each for each in values]
    return people(_string(name) for name in names if name is not None)


def _outlet(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    line = _line(value)
    return None if line is None or DOMAIN.fullmatch(line) else line


def _address(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    return web_address(_string(value))


def _language(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    return language_tag(_string(value))


def _string(value: Any) -> str:  # noqa: ANN401 - JSON is anything
    if not isinstance(value, str):
        raise _FieldError("must be text")
    return value


def _date(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    """Read a date as written, or a count of seconds or milliseconds since 1970."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) in {10, 13}:
        value = int(value)
    if isinstance(value, str):
        date = iso_date(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        date = str(int(value)) if value in YEARS else _instant(value)
    else:
        raise _FieldError("must be text")
    if date is None:
        raise _FieldError(f"is {str(value)[:40]!r}: write it as 2026-01-31")
    return date


def _instant(count: float) -> str | None:
    if EPOCH.start * 1000 <= count < EPOCH.stop * 1000:
        count /= 1000
    if not EPOCH.start <= count < EPOCH.stop:
        return None
    return datetime.fromtimestamp(count, UTC).replace(tzinfo=None).isoformat() + "Z"


def _without_notes(text: str) -> tuple[str, tuple[Removed, ...]]:
    note = CUT_OFF.search(text)
    if note is None:
        return text, ()
    removed = Removed(note.group(), "says how much of the text is missing")
    return text[: note.start()].rstrip(), (removed,)


def _plain_name(key: str) -> str:
    """Return a key as one word in small letters: "datePublished", "date_published"."""
    return re.sub(r"[\s_.:-]", "", key).casefold()
