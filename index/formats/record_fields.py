"""The fields of a record: under whatever names it has them, checked for what they must be.

Knows the names that news services, archives and crawlers commonly give the same things (schema.org,
NewsAPI, news-please, WordPress), and nothing of documents.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from index.dates import iso_date
from index.formats.fragment import language_tag, one_line, people, plain_text, web_address

Reader = Callable[[Any], str | None]

# Seconds since 1970 for dates from 1990 to 2100; as many milliseconds are no seconds of any year.
EPOCH = range(631_152_000, 4_102_444_800)
YEARS = range(1000, 2101)
# Other names of each field, the likeliest first, as `plain_name` writes them.
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
# Keys under which services wrap a single value.
WRAPPERS = ("name", "rendered", "main", "$date", "$oid")
# What programs write for a value that is not there.
NOTHING = frozenset({"", "~", "none", "null", "nan", "n/a"})
# A domain or an address says where something is, not whose it is.
DOMAIN = re.compile(r"(?:https?://)?[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?:[:/]\S*)?")


class FieldError(Exception):
    """A field that cannot be what it is called."""


class Repeated:
    """Stands for a value whose key is there twice with different values."""


class Fields:
    """The fields of one record, under whatever names it has them."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record
        self._keys: dict[str, list[str]] = {}
        for key in record:
            self._keys.setdefault(plain_name(key), []).append(key)

    def get(self, field: str) -> str | None:
        """Return a field under its own name, or else under another that is common for it.

        Under its own name a value must be what the name says. Another name may mean something
        else, so that a value of another kind is passed over there.

        Raises:
            FieldError: its own name holds a value of a wrong kind.
        """
        read = READERS[field]
        try:
            if (own := self._value(field, read)) is not None:
                return own
        except FieldError as error:
            raise FieldError(f"{field} {error}") from error
        for key in (key for alias in ALIASES[field] for key in self._keys.get(alias, ())):
            try:
                found = self._value(key, _outlet if field == "outlet" else read)
            except FieldError:
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
        if isinstance(value, Repeated):
            raise FieldError("is there twice")
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
        raise FieldError("must be text")
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
        raise FieldError("must be text")
    if date is None:
        raise FieldError(f"is {str(value)[:40]!r}: write it as 2026-01-31")
    return date


def _instant(count: float) -> str | None:
    if EPOCH.start * 1000 <= count < EPOCH.stop * 1000:
        count /= 1000
    if not EPOCH.start <= count < EPOCH.stop:
        return None
    return datetime.fromtimestamp(count, UTC).replace(tzinfo=None).isoformat() + "Z"


def plain_name(key: str) -> str:
    """Return a key as one word in small letters: "datePublished", "date_published"."""
    return re.sub(r"[\s_.:-]", "", key).casefold()


READERS = {
    "id": _name,
    "title": _line,
    "text": _text,
    "url": _address,
    "outlet": _line,
    "author": _names,
    "published": _date,
    "updated": _date,
    "language": _language,
}
