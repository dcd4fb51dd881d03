"""Doctor of files: the models, the collection, what lies beside it, and the room for all of it.

It changes nothing but a file of its own that it writes and deletes to see whether it may.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from api.finding import Finding, State
from api.settings import Settings
from index.errors import DatelineError, NoCollectionError

# What a small collection and the prepared model take.
LEAST_BYTES = 500_000_000


def models(settings: Settings) -> Iterator[Finding]:
    """Yield whether what reads and what embeds is there, and is what it was."""
    from index.models import DEFAULT_MODEL, locate  # noqa: PLC0415 - numpy comes with these
    from index.onnx import OnnxEmbedder  # noqa: PLC0415
    from index.sqlite.store import SqliteStore  # noqa: PLC0415
    from rag.errors import ReaderError  # noqa: PLC0415
    from rag.reader import bundled_reader  # noqa: PLC0415

    try:
        bundled_reader().loaded()
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


def collection(settings: Settings) -> Iterator[Finding]:
    """Yield whether the articles are as they were stored, and the vectors theirs."""
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


def beside(settings: Settings) -> Iterator[Finding]:
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


def folders(settings: Settings) -> Iterator[Finding]:
    """Yield whether each folder can be written."""
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


def space(settings: Settings) -> Iterator[Finding]:
    """Yield whether there is room on each disk."""
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


def _nearest(path: Path) -> Path:
    """Return a path, or what there is of it: where that is no folder, none can be made in it."""
    return next(one for one in (path, *path.absolute().parents) if one.exists())
