"""Doctor: is everything there that an answer needs, and is it what it should be?

Each examination is a function that yields what it found, in plain words, with what to do where
something is not right. It changes nothing but a file of its own that it writes and deletes to see
whether it may. Knows nothing of how findings are shown.
"""

import logging
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from api.nearest import nearest_of
from api.settings import Gathered, Settings, SettingsError, declared, gathered, unknown_variables
from index.errors import DatelineError, NoCollectionError

State = Literal["right", "doubtful", "wrong"]
LEAST_PYTHON = (3, 11)
# What a small collection and the prepared model take.
LEAST_BYTES = 500_000_000
NARROW_COLUMNS = 40
ITSELF = "dateline"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        about: what was looked at.
        state: whether it is as it should be; what is doubtful hinders no answer.
        says: what was found.
        do: what to do about it; None where nothing is to be done.
    """

    about: str
    state: State
    says: str
    do: str | None = None


def findings(environment: Mapping[str, str], data: Path | None = None) -> Iterator[Finding]:
    """Yield everything that is found, in the order in which an answer needs it.

    Args:
        environment: the process's.
        data: the data folder, where it is given by its flag.
    """
    yield from _python()
    yield from _packages()
    try:
        found = gathered(environment, data=data)
    except SettingsError as error:
        yield Finding("configuration", "wrong", str(error), "correct it; the rest needs it")
        return
    yield from _configuration(environment, found)
    settings = found.settings
    for examine in (_models, _collection, _beside, _folders, _space):
        yield from _spared(examine, settings)
    yield from _terminal(environment)


def _spared(
    examine: Callable[[Settings], Iterator[Finding]], settings: Settings
) -> Iterator[Finding]:
    """Yield what an examination finds; what breaks it off is a finding, too."""
    try:
        yield from examine(settings)
    except (DatelineError, OSError) as error:
        about = examine.__name__.strip("_")
        yield Finding(about, "wrong", str(error), "the message says what; then run this again")


def _python() -> Iterator[Finding]:
    says = f"{platform.python_version()} in {sys.prefix}"
    if sys.version_info >= LEAST_PYTHON:
        yield Finding("Python", "right", says)
    else:
        yield Finding("Python", "wrong", says, "install Python 3.11 or later, and Dateline in it")


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement  # noqa: PLC0415 - only for this

    try:
        wanted = [Requirement(line) for line in metadata.requires(ITSELF) or ()]
    except metadata.PackageNotFoundError:
        yield Finding(
            "packages",
            "doubtful",
            "Dateline runs from its source and is not installed",
            "run .ci/setup, or pip install .",
        )
        return
    wrong = []
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    for one in needed:
        try:
            there = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if not one.specifier.contains(there, prereleases=True):
            wrong.append(f"{one.name} is {there}, and {one.specifier} is needed")
    if wrong:
        yield Finding("packages", "wrong", "; ".join(wrong), "run .ci/setup, or pip install .")
    else:
        yield Finding("packages", "right", f"all {len(needed)} are there, in versions that fit")


def _configuration(environment: Mapping[str, str], found: Gathered) -> Iterator[Finding]:
    variables = [one.variable for one in declared().values()]
    for name in unknown_variables(environment):
        near = nearest_of(name, variables)
        do = f"did you mean {near}?" if near else "`dateline config` lists those that do"
        yield Finding("configuration", "doubtful", f"the variable {name} sets nothing", do)
    places = sorted({origin for origin in found.origins.values() if origin != "default"})
    yield Finding("configuration", "right", f"set by {', '.join(places) or 'nothing: all default'}")


def _models(settings: Settings) -> Iterator[Finding]:
    from index.models import DEFAULT_MODEL, locate  # noqa: PLC0415 - numpy comes with these
    from index.onnx import OnnxEmbedder  # noqa: PLC0415
    from index.sqlite.store import SqliteStore  # noqa: PLC0415
    from rag.errors import ReaderError  # noqa: PLC0415
    from rag.reader import bundled_reader  # noqa: PLC0415

    try:
        bundled_reader()
        yield Finding("reader", "right", "it is the one that its card names")
    except ReaderError as error:
        yield Finding("reader", "wrong", str(error), "install Dateline again")
    try:
        store = SqliteStore(settings.data)
        identity = store.info().recipe.model
        store.close()
    except DatelineError:
        yield from _located(settings.embedder or DEFAULT_MODEL)
        return
    folder = settings.exports / identity.key
    if folder.is_dir():
        try:
            OnnxEmbedder(folder)
            says = f"{identity.reference} is prepared for asking, its files are as they were made"
            yield Finding("embedding model", "right", says)
        except DatelineError as error:
            do = "delete that folder; it is made again by the next question"
            yield Finding("embedding model", "doubtful", str(error), do)
    else:
        says = f"{identity.reference} is not prepared for asking yet"
        do = "nothing: the first question does it, and takes some seconds longer"
        yield Finding("embedding model", "doubtful", says, do)
        locate(identity.reference)


def _located(reference: str) -> Iterator[Finding]:
    from index.models import locate  # noqa: PLC0415 - numpy comes with it

    try:
        yield Finding("embedding model", "right", f"{reference} is in {locate(reference)}")
    except DatelineError as error:
        do = "`dateline build` needs it; set DATELINE_EMBEDDER to another"
        yield Finding("embedding model", "wrong", str(error), do)


def _collection(settings: Settings) -> Iterator[Finding]:
    from index.sqlite.examine import faults, vector_fault  # noqa: PLC0415 - numpy comes with these
    from index.sqlite.store import SqliteStore  # noqa: PLC0415

    try:
        found = list(faults(settings.data))
    except NoCollectionError:
        says = f"nothing is indexed in {settings.data} yet"
        do = "nothing: the first question builds the bundled articles; or run `dateline build`"
        yield Finding("collection", "doubtful", says, do)
        return
    for fault in found:
        do = f"build it again: delete {settings.data}, then `dateline build` with your places"
        yield Finding("collection", "wrong", fault, do)
    if not found:
        store = SqliteStore(settings.data)
        info = store.info()
        store.close()
        counts = f"{_count(info.articles, 'article')}, {_count(info.passages, 'passage')}"
        says = f"{counts} in {settings.data}: all of them whole"
        yield Finding("collection", "right", says)
    reason = vector_fault(settings.data)
    if reason is not None:
        do = "nothing: the next question makes it again"
        yield Finding("vector file", "doubtful", reason, do)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _beside(settings: Settings) -> Iterator[Finding]:
    """Yield what is wrong with the files beside the collection; where there is none, nothing is."""
    from api.access.errors import AccessError  # noqa: PLC0415 - only for this
    from api.access.keys import Keys  # noqa: PLC0415
    from rag.records.answers import AnswerRecords  # noqa: PLC0415

    records = AnswerRecords(settings.data)
    try:
        records.latest(1)
    except DatelineError as error:
        # An answer leaves all the same.
        yield Finding("kept answers", "doubtful", str(error), "until then no answer is kept")
    finally:
        records.close()
    try:
        Keys(settings.data).listed()
    except (AccessError, OSError) as error:
        yield Finding("keys", "wrong", str(error), "until then the service answers nobody")


def _folders(settings: Settings) -> Iterator[Finding]:
    for about, folder, flag in (
        ("data folder", settings.data, "--data or DATELINE_DATA"),
        ("cache folder", settings.cache, "DATELINE_CACHE"),
        ("history", settings.history.parent, "DATELINE_HISTORY"),
    ):
        there = _nearest(folder)
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
            yield Finding(about, "right", f"{folder} can be written")
        except OSError as error:
            says = f"{there} cannot be written: {error.strerror}"
            do = f"change its permissions, or name another with {flag}"
            # What is only read may lie where nothing can be written.
            state: State = "wrong" if about == "cache folder" else "doubtful"
            yield Finding(about, state, says, do)


def _space(settings: Settings) -> Iterator[Finding]:
    for about, folder in (
        ("disk of the data", settings.data),
        ("disk of the cache", settings.cache),
    ):
        free = shutil.disk_usage(_nearest(folder)).free
        says = f"{free / 1e9:,.1f} GB free"
        if free < LEAST_BYTES:
            do = f"free {LEAST_BYTES / 1e9:g} GB, or more for large collections"
            yield Finding(about, "wrong", says, do)
        else:
            yield Finding(about, "right", says)


def _terminal(environment: Mapping[str, str]) -> Iterator[Finding]:
    encoding = sys.stdout.encoding if sys.stdout is not None else "none"
    if encoding.casefold().replace("-", "") not in {"utf8", "utf8sig"}:
        do = "set LANG to one in UTF-8, such as C.UTF-8, or PYTHONUTF8=1"
        yield Finding("terminal", "doubtful", f"its encoding is {encoding}", do)
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        yield Finding("terminal", "right", "there is none: answers are plain text without colour")
        return
    columns = shutil.get_terminal_size().columns
    says = f"{environment.get('TERM') or 'no TERM'}, {columns} columns"
    if not environment.get("TERM") or environment["TERM"] == "dumb":
        do = "set TERM to what your terminal is, such as xterm-256color"
        yield Finding("terminal", "doubtful", says, do)
    elif columns < NARROW_COLUMNS:
        yield Finding("terminal", "doubtful", says, f"widen it to {NARROW_COLUMNS} or more")
    else:
        yield Finding("terminal", "right", says)


def _nearest(path: Path) -> Path:
    """Return a path, or what there is of it: where that is no folder, none can be made in it."""
    return next(one for one in (path, *path.absolute().parents) if one.exists())


def quiet() -> None:
    """Let nothing be said beside the findings, which say it themselves."""
    logging.getLogger().setLevel(logging.ERROR)
