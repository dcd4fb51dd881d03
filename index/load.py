"""Load: files become Articles.

Reads Markdown with front matter, and plain text as saved from the web. Knows file formats and
nothing of chunking, models or storage. What cannot be an article is reported, never dropped
silently.
"""

import codecs
import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from index.errors import ArticleError, NothingToIndexError
from index.markdown import first_heading, plain_text
from index.types import Article

MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
TEXT_SUFFIXES = frozenset({".txt", ".text"})
MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_ID_LENGTH = 200
MAX_TITLE_LENGTH = 300
# A headline has at least this many words; "World" or "By Staff" above it is the page's furniture.
MIN_TITLE_WORDS = 4
TITLE_WITHIN_LINES = 12

# ISO 8601 with the precision that the writer chose: year, month, day, minute, second, offset.
ISO_DATE = re.compile(
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?"
)
YAML_NULLS = frozenset({"", "~", "null"})
FRONT_MATTER_TEXTS = ("title", "outlet", "author", "url", "language")
FRONT_MATTER_DATES = ("published", "updated")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that became an article."""

    path: Path
    article: Article


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that did not become an article, and why.

    `refused` tells a file that should have been one and could not be read as such from a file that
    never claimed to be (a picture, a README).
    """

    path: Path
    reason: str
    refused: bool


def load_paths(paths: Sequence[Path]) -> Iterator[Loaded | Skipped]:
    """Load every article under `paths` (files, or folders searched recursively), in path order.

    An article's id is its file's stem unless its front matter names one. Where files share a stem,
    each is known by its path below the folder that was given, so that no id passes from one story
    to another when a file is added.

    Raises:
        NothingToIndexError: a path does not exist, or is neither a file nor a folder.
    """
    files: dict[str, tuple[Path, Path]] = {}
    for found in (found for path in paths for found in _files_under(path)):
        if isinstance(found, Skipped):
            yield found
        elif _claims_to_be_article(found[0]):
            files.setdefault(os.path.realpath(found[0]), found)
        else:
            yield Skipped(found[0], _why_not_article(found[0]), refused=False)
    namesakes = Counter(path.stem for path, _ in files.values())
    taken: dict[str, Path] = {}
    for path, relative in files.values():
        try:
            article, names_itself = load_file(path)
            wanted = [article.id] if names_itself or namesakes[path.stem] == 1 else []
            if not names_itself:
                wanted += _path_ids(path, relative)
            article = replace(article, id=_free_id(wanted, taken))
        except ArticleError as error:
            yield Skipped(path, str(error), refused=True)
            continue
        taken[article.id] = path
        yield Loaded(path, article)


def load_file(path: Path) -> tuple[Article, bool]:
    """Load one file as an article, and say whether it names its own id.

    Raises:
        ArticleError: it cannot be read, is not text, has no text, or has bad front matter.
    """
    text = decode(_read(path))
    if path.suffix.lower() in MARKDOWN_SUFFIXES:
        return _from_markdown(text, path.stem)
    if not text.strip():
        raise ArticleError("it has no text")
    return Article(id=path.stem, text=text, title=_headline(text)), False


def decode(data: bytes) -> str:
    """Decode a text file: UTF-8, or UTF-16 with a byte order mark. Line ends are kept.

    Raises:
        ArticleError: the bytes are not text in one of these encodings.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise ArticleError("it is UTF-32 text; save it as UTF-8")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\x00" in data:
        raise ArticleError("it is a binary file, not text")
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"it is not {encoding.upper().removesuffix('-SIG')} text (byte {error.start:,}); "
            "save it as UTF-8"
        ) from error


def _files_under(path: Path) -> Iterator[tuple[Path, Path] | Skipped]:
    """Yield (file, path relative to what was given) in sorted order, hidden ones left out."""
    try:
        if path.is_file():
            yield path, Path(path.name)
            return
        if not path.exists():
            raise NothingToIndexError(f"{path} does not exist: give a file or a folder of articles")
        if not path.is_dir():
            raise NothingToIndexError(f"{path} is neither a file nor a folder")
    except OSError as error:
        raise NothingToIndexError(f"{path} cannot be read: {error.strerror}") from error
    unreadable: list[OSError] = []
    for folder, subfolders, names in os.walk(path, onerror=unreadable.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in (name for name in subfolders if Path(folder, name).is_symlink()):
            yield Skipped(Path(folder, name), "a link to a folder is not followed", refused=False)
        for name in sorted(names):
            if not name.startswith("."):
                file = Path(folder, name)
                yield file, file.relative_to(path)
    for failed in unreadable:
        reason = f"it cannot be listed: {failed.strerror}"
        yield Skipped(Path(failed.filename), reason, refused=True)


def _claims_to_be_article(path: Path) -> bool:
    known = path.suffix.lower() in MARKDOWN_SUFFIXES | TEXT_SUFFIXES
    return known and path.stem.casefold() != "readme"


def _why_not_article(path: Path) -> str:
    if path.stem.casefold() == "readme":
        return "a README is about a folder, not an article"
    return (
        f"{path.suffix or 'a file without a suffix'} is not a format read here (.md and .txt are)"
    )


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ArticleError("it is not a regular file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ArticleError(f"it is larger than {MAX_FILE_BYTES // 1024**2} MiB")
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(f"it cannot be read: {error.strerror}") from error


def _from_markdown(source: str, stem: str) -> tuple[Article, bool]:
    metadata, body = _split_front_matter(source)
    text = plain_text(body)
    if not text:
        raise ArticleError("it has no text")
    fields = {key: _text_field(metadata, key) for key in FRONT_MATTER_TEXTS}
    fields |= {key: _date_field(metadata, key) for key in FRONT_MATTER_DATES}
    fields["title"] = fields["title"] or first_heading(body) or _headline(text)
    named = _text_field(metadata, "id")
    return Article(id=named or stem, text=text, **fields), named is not None


def _split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """Part a document into its front matter and its body.

    Values stay the strings that were written, so that a date keeps its precision. A block between
    rules that is not keys and values is text like any other.
    """
    handler = YAMLHandler()
    source = source.lstrip("\r\n")
    if not handler.detect(source):
        return {}, source
    try:
        block, body = handler.split(source)
        metadata = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - it makes strings only
    except ValueError:  # the block is never closed
        return {}, source
    except (yaml.YAMLError, RecursionError) as error:
        raise ArticleError(f"its front matter is not valid YAML: {_one_line(error)}") from error
    if metadata is None or metadata == "":
        return {}, body
    return (metadata, body) if isinstance(metadata, dict) else ({}, source)


def _text_field(metadata: dict[str, Any], key: str) -> str | None:
    value = metadata.get(key)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    if value is not None and not isinstance(value, str):
        raise ArticleError(f"its front matter's {key} must be text")
    if value is None or value.strip().casefold() in YAML_NULLS:
        return None
    # YAML writes characters beyond the first 65,536 as two halves; half of one is no character.
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(whole.split())


def _date_field(metadata: dict[str, Any], key: str) -> str | None:
    value = _text_field(metadata, key)
    if value is not None and not _is_date(value):
        raise ArticleError(f"its front matter's {key} is {value!r}: write it as 2026-01-31")
    return value.replace(" ", "T") if value is not None else None


def _is_date(value: str) -> bool:
    if not ISO_DATE.fullmatch(value):
        return False
    try:
        day, _, clock = value.replace(" ", "T").partition("T")
        date.fromisoformat(f"{day}-01-01"[:10])
        time.fromisoformat(clock or "00:00")
    except ValueError:
        return False
    return True


def _headline(text: str) -> str | None:
    """Return the first line near the top that is long enough for a headline."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:TITLE_WITHIN_LINES]
    for line in lines:
        if len(line.split()) >= MIN_TITLE_WORDS and len(line) <= MAX_TITLE_LENGTH:
            return line
    return None


def _path_ids(path: Path, relative: Path) -> list[str]:
    """Return what a file can be called by its path, the shortest first; the last is unique."""
    twins = [
        other
        for other in path.parent.glob(f"{glob.escape(path.stem)}.*")
        if other != path and _claims_to_be_article(other)
    ]
    short = [] if twins else [relative.with_suffix("").as_posix()]
    parts = Path(os.path.realpath(path)).parts[1:]
    longer = ("/".join(parts[-count:]) for count in range(2, len(parts) + 1))
    return [*short, relative.as_posix(), *longer]


def _free_id(wanted: Sequence[str], taken: dict[str, Path]) -> str:
    free = next((candidate for candidate in wanted if candidate not in taken), None)
    if free is None:
        raise ArticleError(f"its id {wanted[0]!r} is taken by {taken[wanted[0]]}: name another id")
    if len(free) > MAX_ID_LENGTH or not free.isprintable():
        raise ArticleError(f"its id must be printable and at most {MAX_ID_LENGTH} characters long")
    return free


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
