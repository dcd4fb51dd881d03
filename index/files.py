"""Files: which files under a path may hold articles, and their bytes.

Hidden files are passed over, folders behind links are not entered, and what cannot be an article is
said with the reason. A file with .gz at the end counts as what it holds.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from index.errors import ArticleError, NothingToIndexError
from index.formats.read import MIB, SUFFIXES, Document, Kind, kind_of, unpacked

READ_HERE = ".md, .txt, .html, .pdf, .json, .jsonl, .rss, .atom and .xml, each also as .gz"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, address or part of one that did not become an article, and why.

    `refused` tells what should have been one and could not be read as such from what never claimed
    to be (a picture, a README). `source` is where an article that is stored may have come from.
    """

    place: str
    reason: str
    refused: bool
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may hold articles. `relative` is its path below what the user gave."""

    path: Path
    relative: PurePath
    kind: Kind

    @property
    def stem(self) -> str:
        """Return the file's name without its suffixes."""
        return stem(self.path)


def files_under(path: Path) -> Iterator[Found | Skipped]:
    """Yield what is at or below a path, in sorted order.

    Raises:
        NothingToIndexError: it does not exist, or is neither a file nor a folder.
    """
    try:
        if path.is_file():
            yield _found(path, PurePath(path.name))
            return
        if not path.exists():
            hint = "; an address begins with https://" if "." in path.parts[0] else ""
            raise NothingToIndexError(
                f"{path} does not exist: give a file or a folder of articles{hint}"
            )
        if not path.is_dir():
            raise NothingToIndexError(f"{path} is neither a file nor a folder")
    except OSError as error:
        raise NothingToIndexError(f"{path} cannot be read: {error.strerror}") from error
    yield from _below(path)


def read_file(found: Found) -> Document:
    """Return a file's contents, decompressed.

    Raises:
        ArticleError: it cannot be read, is too large, or is no regular file.
    """
    path, limit = found.path, found.kind.max_bytes
    try:
        if not path.is_file():
            raise ArticleError("it is not a regular file")
        with path.open("rb") as file:
            data = file.read(limit + 1)  # some files do not know their size
    except OSError as error:
        raise ArticleError(f"it cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise ArticleError(f"it is larger than {limit // MIB} MiB")
    data = unpacked(data, limit)
    return Document(data, kind_of(data, found.kind))


def source_of(path: Path) -> str:
    """Return what tells a file from every other, in characters that can be stored."""
    return os.fsencode(os.path.realpath(path)).decode("utf-8", "backslashreplace")


def stem(path: PurePath) -> str:
    """Return a file's name without its suffixes: "story" for story.html.gz."""
    return without_gz(path).stem


def without_gz(path: PurePath) -> PurePath:
    """Return a path without .gz at its end."""
    return path.with_suffix("") if path.suffix.lower() == ".gz" and path.stem else path


def declared_kind(path: PurePath) -> Kind | None:
    """Return the format that a file's suffix declares; a README declares none."""
    if stem(path).casefold() == "readme":
        return None
    return SUFFIXES.get(without_gz(path).suffix.lower())


def _below(folder: Path) -> Iterator[Found | Skipped]:
    unreadable: list[OSError] = []
    for here, subfolders, names in os.walk(folder, onerror=unreadable.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in (name for name in subfolders if Path(here, name).is_symlink()):
            place = str(Path(here, name))
            yield Skipped(place, "a link to a folder is not followed", refused=False)
        for name in sorted(names):
            if not name.startswith("."):
                file = Path(here, name)
                yield _found(file, file.relative_to(folder))
    for failed in unreadable:
        reason = f"it cannot be listed: {failed.strerror}"
        source = source_of(Path(failed.filename))
        yield Skipped(str(failed.filename), reason, refused=True, source=source)


def _found(path: Path, relative: PurePath) -> Found | Skipped:
    kind = declared_kind(path)
    if kind is not None:
        return Found(path, relative, kind)
    if stem(path).casefold() == "readme":
        return Skipped(str(path), "a README is about a folder, not an article", refused=False)
    what = path.suffix or "a file without a suffix"
    return Skipped(str(path), f"{what} is not a format read here ({READ_HERE} are)", refused=False)
