"""The text layer of a PDF: its lines, with where each stands and how large it is.

pypdf (https://pypdf.readthedocs.io) reads the document, within bounds of time and memory. Knows
nothing of paragraphs, headlines or articles.
"""

import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pypdf
from pypdf.errors import DependencyError, LimitReachedError

from index.errors import ArticleError
from index.formats.fragment import language_tag, printable

MAX_PAGES = 500
MAX_SECONDS = 60.0
MAX_CHARS = 16 * 1024 * 1024
MAX_DECOMPRESSED = 64 * 1024 * 1024
# What is on one page: operators with what they operate on.
MAX_OPERATIONS = 500_000
BOUNDS = pypdf.Configuration(
    maximum_declared_stream_length=MAX_DECOMPRESSED,
    array_based_stream_maximum_output_length=MAX_DECOMPRESSED,
    lzw_maximum_output_length=MAX_DECOMPRESSED,
    run_length_maximum_output_length=MAX_DECOMPRESSED,
    zlib_maximum_output_length=MAX_DECOMPRESSED,
    brotli_maximum_output_length=MAX_DECOMPRESSED,
    stream_decoding_work_maximum_length=MAX_DECOMPRESSED,
    stream_parsing_work_maximum_count=MAX_OPERATIONS,
)

LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xad": None}
)


@dataclass(slots=True)
class Line:
    """One line of a page: its text, where it begins and how large its letters are, in points."""

    text: str
    page: int
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Layer:
    """What a PDF holds as text: its lines in order, and what it says of itself ("" if nothing)."""

    lines: list[Line]
    title: str
    author: str
    language: str | None


def read_layer(data: bytes) -> Layer:
    """Read the text layer of a PDF.

    Raises:
        ArticleError: it is encrypted, damaged or too large.
    """
    with _pypdf():
        reader = pypdf.PdfReader(BytesIO(data))
        _open(reader)
        return Layer(
            lines=_lines(reader),
            title=_metadata(reader, "/Title"),
            author=_metadata(reader, "/Author"),
            language=_language(reader),
        )


@contextmanager
def _pypdf() -> Iterator[None]:
    """Run pypdf within bounds, silently, and with its many kinds of errors as one."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), pypdf.apply_configuration(BOUNDS):
            warnings.simplefilter("ignore")
            yield
    except ArticleError:
        raise
    except DependencyError as error:
        raise ArticleError("it is encrypted; save it without a password") from error
    except (LimitReachedError, MemoryError) as error:
        raise ArticleError("it is larger inside than an article can be") from error
    except Exception as error:  # pypdf lets any of Python's own through
        raise ArticleError("it is a damaged PDF; save it anew, or save its text") from error
    finally:
        logger.setLevel(before)


def _open(reader: pypdf.PdfReader) -> None:
    # A document that anyone may read, and only its owner change, has an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise ArticleError("it is encrypted; save it without a password")
    if len(reader.pages) > MAX_PAGES:
        raise ArticleError(f"it has more than {MAX_PAGES} pages; split it")


def _lines(reader: pypdf.PdfReader) -> list[Line]:
    deadline = time.monotonic() + MAX_SECONDS
    lines: list[Line] = []
    room = MAX_CHARS
    for number, page in enumerate(reader.pages):
        collector = _Collector(number, deadline, room)
        collector.check()
        page.extract_text(visitor_text=collector.text, visitor_operand_before=collector.check)
        lines += collector.finished()
        room = collector.room
    return lines


@dataclass(slots=True)
class _Collector:
    """Collects one page's lines as pypdf meets them."""

    page: int
    deadline: float
    room: int
    _lines: list[Line] = field(default_factory=list)
    _current: Line | None = None

    def check(self, *_operation: object) -> None:
        """Stop where reading takes too long."""
        if time.monotonic() > self.deadline:
            raise ArticleError("it takes too long to read; save its text instead")

    def text(
        self, text: str, cm: Sequence[float], tm: Sequence[float], _font: object, size: float
    ) -> None:
        """Take a piece of text, the matrices that place it and the size of its font."""
        self.room -= len(text)
        if self.room < 0:
            raise ArticleError("it is larger inside than an article can be")
        pieces = text.split("\n")
        for number, piece in enumerate(pieces):
            if number:
                self._close()
            if self._current is not None:
                self._current.text += piece
            elif piece.strip():
                self._current = Line(piece, self.page, *_placed(cm, tm, size))

    def finished(self) -> list[Line]:
        """Return the lines that have letters or figures in them."""
        self._close()
        return self._lines

    def _close(self) -> None:
        if self._current is not None:
            text = printable(self._current.text.translate(LIGATURES))
            self._current.text = " ".join(text.split())
            if self._current.text:
                self._lines.append(self._current)
        self._current = None


def _placed(cm: Sequence[float], tm: Sequence[float], size: float) -> tuple[float, float, float]:
    """Return where text begins and how large it is, on the page (ISO 32000-1, 8.3.4, 9.4.4)."""
    x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
    y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
    upright = (cm[0] * tm[2] + cm[2] * tm[3], cm[1] * tm[2] + cm[3] * tm[3])
    return float(x), float(y), abs(float(size)) * float(upright[0] ** 2 + upright[1] ** 2) ** 0.5


def _metadata(reader: pypdf.PdfReader, key: str) -> str:
    metadata = reader.metadata
    value = None if metadata is None else metadata.get(key)
    return " ".join(printable(value).split()) if isinstance(value, str) else ""


def _language(reader: pypdf.PdfReader) -> str | None:
    root: Any = reader.root_object
    value = root.get("/Lang")
    return language_tag(value) if isinstance(value, str) else None
