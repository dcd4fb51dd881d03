"""PDF: the text layer of a document becomes its Story, and those of a digest below it.

Where each line stands and how large it is tells paragraphs, headlines and what runs along the edges
of the pages. Pages that are pictures are not read. Knows nothing of pypdf or of files.
"""

import itertools
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from index.chunk import ENDS_SENTENCE
from index.cleaning.bylines import read_credits
from index.errors import ArticleError
from index.formats.pdf_layer import Line, read_layer
from index.formats.text import read_text
from index.types import Removed, Story

# Half of a page's text that is not letters or digits was read without knowing its letters.
MIN_READABLE = 0.5
# Lines at the top and at the bottom of a page that may be its head and foot.
EDGE_LINES = 2
# A head or foot is on at least this share of the pages; left and right pages may differ.
REPEATED_SHARE = 0.4
# On two pages it is also at one height, in points, and so far from the rest, by its letters' size.
SAME_HEIGHT = 2.0
MARGIN_GAP = 2.5
SAME_SIZE = 1.1
# How far lines are apart by the size of their letters, where no paragraph has two.
SINGLE_SPACED = 1.2
PARAGRAPH_GAP = 1.35
INDENT = 0.8
SHORT_LINE = 0.75

PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.|s\.)?\s*[-–—|]?\s*\d{1,4}\s*(?:(?:of|von|de|sur|/)\s*\d{1,4})?\s*[-–—|]?",
    re.IGNORECASE,
)
# What browsers print around a page: when it was printed and its title, its address and the page.
PRINTED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}:\d{2}(?: ?[AP]M)?(?: .{1,300})?|"
    r"(?:https?|file)://\S{1,2000}(?: \d{1,4}(?:/| of )\d{1,4})?",
    re.IGNORECASE,
)
HYPHENATED = re.compile(r"(?P<compound>[^\W_][-\u2010])?(?P<part>[^\W_]+)[-\u2010]$")
# No part of a word before a hyphen is longer.
MAX_PART_LENGTH = 60
FIRST_WORD = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
# Names that programs give a document, not its writer.
NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel|publisher|office)\b|powerpoint presentation|print job|"
    r"(?:untitled|unbenannt|sans nom|document|layout|slide)\s*\d*$|\(|https?:|www\.|.*[\\/]|"
    r".*\.(?:docx?|odt|rtf|pdf|indd|qxp|qxd|tex|dvi|pages|html?|pptx?|xlsx?|txt)$",
    re.IGNORECASE,
)
# People have two names at least; "jsmith" and "Admin" are accounts.
NAME = re.compile(r"[^\W\d_a-z][^\W\d_]*(?:[.’'-][^\W\d_]+)?\.?")
PARTICLES = frozenset("al bin da de del den der di dos du el la le van von y zu".split())
MAX_NAME_LENGTH = 100
MIN_TITLE_WORDS = 3
MAX_TITLE_LENGTH = 300


def read_pdf(data: bytes) -> list[Story]:
    """Read a PDF as the story that it tells, and the others that stand below it.

    The date on which the file was made says nothing of the story's, so that it is not read.

    Returns:
        The document's own story first, then the others in order, as `read_text` gives them.

    Raises:
        ArticleError: it is encrypted, damaged, a scan without a text layer, or too large.
    """
    layer = read_layer(data)
    lines = layer.lines
    _check_readable(lines)
    body, removed = _without_edges(lines)
    if not body:
        raise ArticleError("it has no text but what is on most of its pages")
    headline = _headline(body)
    own, *others = read_text("\n\n".join(_paragraphs(body)))
    own = _titled(own, _title(layer.title, headline or own.title))
    own = replace(
        own,
        author=own.author or _person(layer.author),
        language=layer.language,
        removed=(*removed, *own.removed),
    )
    return [own, *others]


def _check_readable(lines: list[Line]) -> None:
    text = "".join(line.text for line in lines).replace(" ", "")
    readable = sum(unicodedata.category(character)[0] in "LMN" for character in text)
    if not text:
        raise ArticleError(
            "it has no text layer: it is a scan; recognise its text (OCR) and save that"
        )
    if readable < MIN_READABLE * len(text):
        raise ArticleError("its text layer does not say which letters it has; save its text")


def _without_edges(lines: list[Line]) -> tuple[list[Line], tuple[Removed, ...]]:
    """Part the story from what runs along the top and the bottom of the pages."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    edges = [line for page in pages.values() for line in _edges(page)]
    places: dict[str, list[Line]] = {}
    for line in edges:
        places.setdefault(_pattern(line), []).append(line)
    reasons: dict[int, str] = {}
    for found in places.values():
        smallest = min(line.size for line in found)
        on_pages = len({line.page for line in found})
        enough = on_pages > 2 or (on_pages == 2 and _run_along(found, pages))
        if enough and on_pages >= REPEATED_SHARE * len(pages):
            # On its first page a headline is larger than as the head of the others.
            repeated = (line for line in found if line.size <= smallest * SAME_SIZE)
            reasons |= {id(line): "on most pages" for line in repeated}
    reasons |= {id(line): "page number" for line in edges if PAGE_NUMBER.fullmatch(line.text)}
    reasons |= {id(line): "as printed" for line in edges if PRINTED.fullmatch(line.text)}
    removed = [Removed(line.text, reasons[id(line)]) for line in lines if id(line) in reasons]
    return [line for line in lines if id(line) not in reasons], tuple(removed)


def _run_along(lines: list[Line], pages: dict[int, list[Line]]) -> bool:
    """Tell whether lines are at one height of their pages, in the margin apart from the story."""
    heights = [line.y for line in lines]
    level = max(heights) - min(heights) <= SAME_HEIGHT
    return level and all(_is_apart(line, pages[line.page]) for line in lines)


def _is_apart(line: Line, page: list[Line]) -> bool:
    """Tell whether a gap wider than between paragraphs is between an edge's line and the rest."""
    by_edge = sorted(page, key=lambda other: abs(other.y - line.y))
    near = [line, *(other for other in by_edge if other is not line)][: EDGE_LINES + 1]
    return any(
        abs(further.y - nearer.y) > MARGIN_GAP * line.size
        for nearer, further in itertools.pairwise(near)
    )


def _edges(page: list[Line]) -> list[Line]:
    by_height = sorted(page, key=lambda line: line.y)
    if len(by_height) <= 2 * EDGE_LINES:
        return by_height
    return by_height[:EDGE_LINES] + by_height[-EDGE_LINES:]


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold())


def _headline(lines: list[Line]) -> str | None:
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
    """Return whom a document names as its author, unless it is the name of an account."""
    if len(author) > MAX_NAME_LENGTH:
        return None
    names = [name.split() for name in re.split(r"[,;]|\band\b", author)]
    people = all(
        len(name) > 1 and all(NAME.fullmatch(word) or word in PARTICLES for word in name)
        for name in names
    )
    return author if people else None


def _paragraphs(lines: list[Line]) -> Iterator[str]:
    words = frozenset(word for line in lines for word in WORD.findall(line.text.casefold()))
    ends = _paragraph_ends(lines)
    block: list[Line] = []
    for line, is_end in zip(lines, ends, strict=True):
        block.append(line)
        if is_end:
            yield _joined(block, words)
            block = []


def _paragraph_ends(lines: list[Line]) -> list[bool]:
    """Tell of each line whether a paragraph ends with it."""
    pairs = list(itertools.pairwise(lines))
    widths = sorted(len(line.text) for line in lines)
    width = widths[int(len(widths) * 0.9)]
    # What follows a filled line within a sentence goes on with its paragraph, and so tells how far
    # lines are apart.
    gaps = [
        gap
        for line, following in pairs
        if len(line.text) >= SHORT_LINE * width
        and not _is_finished(line)
        and (gap := _leading(line, following)) > 0
    ]
    leading = statistics.median(gaps or [SINGLE_SPACED])
    indented = [*(_is_indented(line, following) for line, following in pairs), False]
    ends = (
        _ends(line, following, leading, width) or begins
        for (line, following), begins in zip(pairs, indented[1:], strict=True)
    )
    return [*ends, True]


def _is_indented(line: Line, following: Line) -> bool:
    """Tell whether a line begins further in than the one below it, as a paragraph's first does."""
    further = line.x - following.x > INDENT * line.size
    return further and _same_size(line, following) and _leading(line, following) > 0


def _ends(line: Line, following: Line, leading: float, width: int) -> bool:
    if not _same_size(line, following):
        return True
    finished = _is_finished(line)
    gap = _leading(line, following)
    if gap <= 0:
        return finished
    indented = following.x - line.x > INDENT * line.size
    short = len(line.text) < SHORT_LINE * width
    about = short and not finished and read_credits(line.text) is not None
    return gap > PARAGRAPH_GAP * leading or about or (finished and (indented or short))


def _is_finished(line: Line) -> bool:
    return line.text.endswith(":") or ENDS_SENTENCE.search(line.text) is not None


def _leading(line: Line, following: Line) -> float:
    """Return how far below a line the next one is, by the size of its letters; 0 if it is not."""
    below = line.page == following.page and line.y > following.y and line.size > 0
    return (line.y - following.y) / line.size if below else 0.0


def _same_size(one: Line, other: Line) -> bool:
    small, large = sorted((one.size, other.size))
    return large <= small * SAME_SIZE


def _joined(lines: list[Line], words: frozenset[str]) -> str:
    """Join the lines of a paragraph; a word that was parted at a line's end is whole again."""
    parts = [lines[0].text]
    for line in lines[1:]:
        parted = HYPHENATED.search(parts[-1][-MAX_PART_LENGTH:])
        if parted is None:
            parts.append(" ")
        elif not parted["compound"] and _is_one_word(parted["part"], line.text, words):
            parts[-1] = parts[-1][:-1]
        parts.append(line.text)
    return "".join(parts)


def _is_one_word(before: str, after: str, words: frozenset[str]) -> bool:
    """Tell whether a hyphen at a line's end only parts a word: "post-|poned", not "Anglo-|French".

    Where the document has the word elsewhere, it is as it is there.
    """
    rest = FIRST_WORD.match(after)
    if rest is None or not after[0].islower():
        return False
    whole, with_hyphen = f"{before}{rest.group()}", f"{before}-{rest.group()}"
    return whole.casefold() in words or with_hyphen.casefold() not in words
