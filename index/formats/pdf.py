"""PDF: the text layer of a document becomes one Story.

pypdf (https://pypdf.readthedocs.io) reads the document; what it says of where each line stands and
how large it is tells paragraphs, headlines and what runs along the pages' edges. Pages that are
pictures are not read. Knows nothing of files.
"""

import itertools
import logging
import re
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pypdf
from pypdf.errors import DependencyError, LimitReachedError

from index.errors import ArticleError
from index.formats.fragment import language_tag, printable
from index.formats.text import read_text
from index.types import Removed, Story

MAX_PAGES = 500
MAX_SECONDS = 60.0
MAX_CHARS = 16 * 1024 * 1024
MAX_DECOMPRESSED = 64 * 1024 * 1024
BOUNDS = pypdf.Configuration(
    maximum_declared_stream_length=MAX_DECOMPRESSED,
    array_based_stream_maximum_output_length=MAX_DECOMPRESSED,
    lzw_maximum_output_length=MAX_DECOMPRESSED,
    run_length_maximum_output_length=MAX_DECOMPRESSED,
    zlib_maximum_output_length=MAX_DECOMPRESSED,
    brotli_maximum_output_length=MAX_DECOMPRESSED,
    stream_decoding_work_maximum_length=MAX_DECOMPRESSED,
)

# Half of a page's text that is not letters or digits was read without knowing its letters.
MIN_READABLE = 0.5
# Lines at the top and at the bottom of a page that may be its head and foot.
EDGE_LINES = 2
# A head or foot is on at least this share of the pages; left and right pages may differ.
REPEATED_SHARE = 0.4
SAME_SIZE = 1.1
PARAGRAPH_GAP = 1.35
INDENT = 0.8
SHORT_LINE = 0.75

PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.|s\.)?\s*[-–—|]?\s*\d{1,4}\s*(?:(?:of|von|de|sur|/)\s*\d{1,4})?\s*[-–—|]?",
    re.IGNORECASE,
)
ENDS_SENTENCE = re.compile(r"[.!?…:。！？][\"'”’»)\]]*$")
HYPHENATED = re.compile(r"([^\W\d_]+)[-\u2010]$")
FIRST_WORD = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xad": None}
)
# Names that programs give a document, not its writer.
NO_TITLE = re.compile(
    r"microsoft|untitled|unbenannt|sans nom|document\s*\d*$|layout\s*\d*$|slide\s*\d*$|\(|"
    r"powerpoint|print|https?:|www\.|.*\.(?:docx?|odt|rtf|pdf|indd|qxp|qxd|tex|dvi|pages|html?|"
    r"pptx?|xlsx?|txt)$|.*[\\/]",
    re.IGNORECASE,
)
# Two words at least, each as names are written; "jsmith" and "Admin" are accounts.
PERSON = re.compile(
    r"[^\W\d_a-z][^\W\d_]*[.’'-]?[^\W\d_]*\.?(?:\s+[^\W\d_][^\W\d_]*[.’'-]?[^\W\d_]*\.?){1,4}"
)
MIN_TITLE_WORDS = 3
MAX_TITLE_LENGTH = 300


@dataclass(slots=True)
class _Line:
    """One line of a page: its text, where it begins and how large its letters are, in points."""

    text: str
    page: int
    x: float
    y: float
    size: float


def read_pdf(data: bytes) -> list[Story]:
    """Read a PDF as one story.

    The date on which the file was made says nothing of the story's, so that it is not read.

    Raises:
        ArticleError: it is encrypted, damaged, a scan without a text layer, or too large.
    """
    with _pypdf():
        reader = pypdf.PdfReader(BytesIO(data))
        _open(reader)
        lines = _lines(reader)
        metadata = {key: _metadata(reader, key) for key in ("/Title", "/Author")}
        language = _language(reader)
    _check_readable(lines)
    body, removed = _without_edges(lines)
    if not body:
        raise ArticleError("it has no text but what is on most of its pages")
    headline = _headline(body)
    own, *others = read_text("\n\n".join(_paragraphs(body)))
    own = _titled(own, _title(metadata["/Title"], headline or own.title))
    own = replace(
        own,
        author=own.author or _person(metadata["/Author"]),
        language=language,
        removed=(*removed, *own.removed),
    )
    return [own, *others]


@contextmanager
def _pypdf() -> Iterator[None]:
    """Run pypdf within bounds, silently, and with its many kinds of errors as one."""
    logger = logging.getLogger("pypdf")
    before = logger.disabled
    logger.disabled = True
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
        logger.disabled = before


def _open(reader: pypdf.PdfReader) -> None:
    # A document that anyone may read, and only its owner change, has an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise ArticleError("it is encrypted; save it without a password")
    if len(reader.pages) > MAX_PAGES:
        raise ArticleError(f"it has more than {MAX_PAGES} pages; split it")


def _lines(reader: pypdf.PdfReader) -> list[_Line]:
    deadline = time.monotonic() + MAX_SECONDS
    lines: list[_Line] = []
    room = MAX_CHARS
    for number, page in enumerate(reader.pages):
        collector = _Collector(number, deadline, room)
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
    _lines: list[_Line] = field(default_factory=list)
    _current: _Line | None = None

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
                self._current = _Line(piece, self.page, *_placed(cm, tm, size))

    def finished(self) -> list[_Line]:
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


def _check_readable(lines: list[_Line]) -> None:
    text = "".join(line.text for line in lines).replace(" ", "")
    if not text:
        raise ArticleError(
            "it has no text layer: it is a scan; recognise its text (OCR) and save that"
        )
    if sum(map(str.isalnum, text)) < MIN_READABLE * len(text):
        raise ArticleError("its text layer does not say which letters it has; save its text")


def _without_edges(lines: list[_Line]) -> tuple[list[_Line], tuple[Removed, ...]]:
    """Part the story from what runs along the top and the bottom of the pages."""
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    edges = [line for page in pages.values() for line in _edges(page)]
    places: dict[str, list[_Line]] = {}
    for line in edges:
        places.setdefault(_pattern(line), []).append(line)
    reasons: dict[int, str] = {}
    for found in places.values():
        smallest = min(line.size for line in found)
        if len({line.page for line in found}) >= max(2, REPEATED_SHARE * len(pages)):
            # On its first page a headline is larger than as the head of the others.
            repeated = (line for line in found if line.size <= smallest * SAME_SIZE)
            reasons |= {id(line): "on most pages" for line in repeated}
    reasons |= {id(line): "page number" for line in edges if PAGE_NUMBER.fullmatch(line.text)}
    removed = [Removed(line.text, reasons[id(line)]) for line in lines if id(line) in reasons]
    return [line for line in lines if id(line) not in reasons], tuple(removed)


def _edges(page: list[_Line]) -> list[_Line]:
    by_height = sorted(page, key=lambda line: line.y)
    if len(by_height) <= 2 * EDGE_LINES:
        return by_height
    return by_height[:EDGE_LINES] + by_height[-EDGE_LINES:]


def _pattern(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold())


def _headline(lines: list[_Line]) -> str | None:
    """Return what is set largest on the first page, if anything there stands out."""
    first = [line for line in lines if line.page == lines[0].page]
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0]
    largest = max(line.size for line in first)
    if largest < body * SAME_SIZE:
        return None
    start = next(place for place, line in enumerate(first) if line.size == largest)
    block = [first[start]]
    for line in first[start + 1 :]:
        if not _same_size(line, block[0]):
            break
        block.append(line)
    headline = _joined(block, frozenset())
    long_enough = len(headline.split()) >= MIN_TITLE_WORDS
    return headline if long_enough and len(headline) <= MAX_TITLE_LENGTH else None


def _title(document: str, headline: str | None) -> str | None:
    """Choose between the title that a document gives itself and the headline that is seen."""
    words = len(document.split())
    if words < MIN_TITLE_WORDS or len(document) > MAX_TITLE_LENGTH or NO_TITLE.match(document):
        return headline
    # Browsers add the outlet's name, or what else a page has for a title.
    return headline if headline and headline.casefold() in document.casefold() else document


def _titled(story: Story, title: str | None) -> Story:
    """Give a story another title; its headline is in its text where that is not the title."""
    text = story.text
    if story.title not in {None, title}:
        text = f"{story.title}\n\n{text}"
    first, _, rest = text.partition("\n\n")
    return replace(story, title=title, text=rest if rest and first == title else text)


def _person(author: str) -> str | None:
    names = re.split(r"\s*[,;]\s*|\s+and\s+", author)
    return author if all(map(PERSON.fullmatch, names)) else None


def _paragraphs(lines: list[_Line]) -> Iterator[str]:
    words = frozenset(word for line in lines for word in WORD.findall(line.text.casefold()))
    ends = _paragraph_ends(lines)
    block: list[_Line] = []
    for line, is_end in zip(lines, ends, strict=True):
        block.append(line)
        if is_end:
            yield _joined(block, words)
            block = []


def _paragraph_ends(lines: list[_Line]) -> list[bool]:
    """Tell of each line whether a paragraph ends with it."""
    pairs = list(itertools.pairwise(lines))
    down = [_leading(a, b) for a, b in pairs if _same_size(a, b)]
    leading = statistics.median([gap for gap in down if gap > 0] or [0.0])
    widths = sorted(len(line.text) for line in lines)
    width = widths[int(len(widths) * 0.9)] if widths else 0
    return [*(_ends(a, b, leading, width) for a, b in pairs), True][: len(lines)]


def _ends(line: _Line, following: _Line, leading: float, width: int) -> bool:
    if not _same_size(line, following):
        return True
    finished = ENDS_SENTENCE.search(line.text) is not None
    gap = _leading(line, following)
    if gap <= 0:
        return finished
    indented = following.x - line.x > INDENT * line.size
    short = len(line.text) < SHORT_LINE * width
    return gap > PARAGRAPH_GAP * leading or (finished and (indented or short))


def _leading(line: _Line, following: _Line) -> float:
    """Return how far below a line the next one is, by the size of its letters; 0 if it is not."""
    below = line.page == following.page and line.y > following.y and line.size > 0
    return (line.y - following.y) / line.size if below else 0.0


def _same_size(one: _Line, other: _Line) -> bool:
    small, large = sorted((one.size, other.size))
    return large <= small * SAME_SIZE


def _joined(lines: list[_Line], words: frozenset[str]) -> str:
    """Join the lines of a paragraph; a word that was parted at a line's end is whole again."""
    text = lines[0].text
    for line in lines[1:]:
        parted = HYPHENATED.search(text)
        rest = FIRST_WORD.match(line.text)
        if parted is None or rest is None or not line.text[0].islower():
            text += f" {line.text}"
            continue
        with_hyphen = f"{parted.group(1)}-{rest.group()}".casefold()
        whole = f"{parted.group(1)}{rest.group()}".casefold()
        keep = with_hyphen in words and whole not in words
        text = (text if keep else text[:-1]) + line.text
    return text
