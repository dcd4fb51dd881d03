"""Records: JSON and JSON Lines become Stories, one for each object that holds an article.

Reads objects with Dateline's own field names, and the names that news services, archives and
crawlers commonly give the same things (schema.org, NewsAPI, news-please, WordPress, Elasticsearch).
Knows nothing of files.
"""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from index.errors import ArticleError
from index.formats.record_fields import FieldError, Fields, Repeated, plain_name
from index.types import Refusal, Removed, Story

# Where a document or a service's answer keeps its records.
CONTAINERS = "articles items data results docs documents hits records stories response".split()
MAX_WRAPPERS = 4
# NewsAPI cuts a text and says by how much.
CUT_OFF = re.compile(r"\[\+\d+ chars\]$")

JSON_SPACE = " \t\r\n"
# Python refuses to read longer integers; no field needs one this long.
MAX_DIGITS = 300


def read_json(text: str) -> Iterator[Story | Refusal]:
    """Read every article of a JSON document.

    The document is an object with an article, a list of such objects, or an object that keeps such
    a list under a common name ("articles", "items", "results", ...) or by the articles' ids. JSON
    Lines are read as such whatever the file is called.

    Raises:
        ArticleError: it is not JSON, or there is no object in it that could be an article.
    """
    text = text.removeprefix("\ufeff")
    try:
        document = _parsed(text)
    except ArticleError:
        if not _is_object(next((line for _, line in _lines(text)), "")):
            raise
        yield from _stories_of_lines(text)
    else:
        yield from _stories(document)


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
        yield from _stories(_parsed(text))
    else:
        yield from _stories_of_lines(text)


def is_one_article(text: str) -> bool:
    """Tell whether JSON is an object that is an article itself, not one that keeps any."""
    try:
        document = _parsed(text.removeprefix("\ufeff"))
    except ArticleError:
        return False
    records = _records(document)
    return len(records) == 1 and records[0] is document


def _stories(document: Any) -> Iterator[Story | Refusal]:  # noqa: ANN401 - JSON is anything
    records = _records(document)
    if not records:
        raise ArticleError("it has no articles: give objects with a text, one or a list of them")
    for number, record in enumerate(records, start=1):
        prefix = f"record {number:,}: " if isinstance(document, list) or len(records) > 1 else ""
        yield _story(record, prefix)


def _stories_of_lines(text: str) -> Iterator[Story | Refusal]:
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
        line = text[start : len(text) if end < 0 else end].strip(JSON_SPACE)
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
        found[key] = value if key not in found or found[key] == value else Repeated()
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
        names = {plain_name(key): key for key in reversed(document)}
        for container in (names[name] for name in CONTAINERS if name in names):
            if inner := _records(document[container], depth + 1):
                return inner
        if document and all(isinstance(value, dict) for value in document.values()):
            return [{"id": key, **value} for key, value in document.items()]
    return [document] if document else []


def _has_text(document: dict[str, Any]) -> bool:
    try:
        return Fields(document).get("text") is not None
    except FieldError:
        return True


def _story(record: Any, prefix: str) -> Story | Refusal:  # noqa: ANN401 - JSON is anything
    if isinstance(record, dict) and isinstance(record.get("_source"), dict):
        record = {"id": record.get("_id"), **record["_source"]}
    if not isinstance(record, dict):
        return Refusal(f"{prefix}it must be an object with a text")
    fields = Fields(record)
    try:
        text = fields.get("text")
        if text is None:
            return Refusal(f'{prefix}it has no text: give it one as "text"')
        text, removed = _without_notes(text)
        return Story(
            text=text,
            title=fields.get("title"),
            outlet=fields.get("outlet"),
            author=fields.get("author"),
            published=fields.get("published"),
            updated=fields.get("updated"),
            url=fields.get("url"),
            language=fields.get("language"),
            id=fields.get("id"),
            removed=removed,
        )
    except FieldError as error:
        return Refusal(f"{prefix}its {error}")


def _without_notes(text: str) -> tuple[str, tuple[Removed, ...]]:
    note = CUT_OFF.search(text)
    if note is None:
        return text, ()
    removed = Removed(note.group(), "says how much of the text is missing")
    return text[: note.start()].rstrip(), (removed,)
