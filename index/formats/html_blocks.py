"""HTML blocks: a page's tree becomes a list of blocks of plain text, in reading order.

A block is a paragraph, a heading, a list item, a table's row or whatever stands between two
boundaries of blocks. Knows what the elements of HTML mean, nothing of stories.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from index.errors import ArticleError

# No news page comes near; beyond it, taking a page apart would take minutes.
MAX_ELEMENTS = 200_000

# Elements whose content nobody reads on the page.
UNSEEN = frozenset(
    "head script style template noscript svg math iframe object embed canvas audio video map "
    "select textarea button datalist input option progress".split()
)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
ITEMS = frozenset("li dt dd".split())
CELLS = frozenset("td th".split())
BLOCKS = (
    frozenset(
        "html body address article aside blockquote center details dialog dir div dl fieldset "
        "figcaption figure footer form frameset header hgroup hr legend main menu nav ol p pre "
        "section summary table caption tbody thead tfoot tr ul".split()
    )
    | HEADINGS
    | ITEMS
)
# A row whose cells hold any of these lays out a page; others hold data.
LAYOUT = frozenset("article blockquote div dl form h1 h2 h3 h4 h5 h6 ol p section table ul".split())
CELL_GAP = " | "
WORD_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
SPACE = re.compile(r"[^\S\n]+")
BLANK_LINE = re.compile(r"\n\s*\n")
# What can be in a string but is never shown.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\u00ad]")


@dataclass(slots=True)
class Node:
    """An element of the page: its tag, its parent's place in the list, what its author calls it.

    `words` are the parts of its class, id and role, and its itemprop, in lower case.
    """

    tag: str
    parent: int
    words: frozenset[str]
    hidden: bool


@dataclass(slots=True)
class Block:
    """A stretch of plain text: `node` is the place of the innermost block element around it."""

    text: str
    node: int
    links: int = 0
    """How many of the text's characters are in links."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's elements in document order and its blocks of text."""

    nodes: list[Node]
    blocks: list[Block]

    def totals(self, of_blocks: Iterable[float]) -> list[float]:
        """Return for each element the sum of a figure over the blocks in it."""
        totals = [0.0] * len(self.nodes)
        for block, figure in zip(self.blocks, of_blocks, strict=True):
            totals[block.node] += figure
        # An element stands after its parent in the list.
        for place in range(len(totals) - 1, 0, -1):
            totals[self.nodes[place].parent] += totals[place]
        return totals

    def inside(self, tag: str) -> list[bool]:
        """Return for each element whether it is of this tag or within one."""
        found: list[bool] = []
        for node in self.nodes:
            found.append(node.tag == tag or (node.parent >= 0 and found[node.parent]))
        return found

    def tag(self, block: Block) -> str:
        """Return the tag of the element that a block stands in."""
        return self.nodes[block.node].tag


def read_page(root: etree._Element) -> Page:
    """Take a parsed page apart. Time and memory are linear in its size.

    Raises:
        ArticleError: it has more than MAX_ELEMENTS elements.
    """
    reader = _Reader()
    unseen: etree._Element | None = None
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if _tag(element) in UNSEEN:
                unseen = element
                walk.skip_subtree()
            else:
                reader.open(element)
        elif event == "end" and element is not unseen:
            reader.close()
        if event != "start" and element is not root:
            reader.text(element.tail or "")
    reader.flush()
    return Page(reader.nodes, reader.blocks)


class _Reader:
    """Gathers text while a tree is walked, and parts it where a block begins or ends."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.blocks: list[Block] = []
        self._open: list[int] = []
        self._links = 0
        self._pieces: list[str] = []
        self._linked = 0
        self._rows: dict[int, bool] = {}

    def open(self, element: etree._Element) -> None:
        tag = _tag(element)
        if self._parts(tag):
            self.flush()
        if len(self.nodes) == MAX_ELEMENTS:
            raise ArticleError(f"it has more than {MAX_ELEMENTS:,} elements; no news page does")
        parent = self._open[-1] if self._open else -1
        self._open.append(len(self.nodes))
        self.nodes.append(_node(element, tag, parent))
        self._links += tag == "a"
        if tag == "tr":
            self._rows[self._open[-1]] = any(
                _tag(inner) in LAYOUT for inner in element.iterdescendants()
            )
        if tag == "br":
            self._pieces.append("\n")
        elif tag in CELLS and self._pieces:
            self._pieces.append(CELL_GAP)
        self.text(element.text or "")

    def close(self) -> None:
        node = self.nodes[self._open[-1]]
        if self._parts(node.tag):
            self.flush()
        self._links -= node.tag == "a"
        self._open.pop()

    def text(self, text: str) -> None:
        if not text:
            return
        self._pieces.append(text.replace("\n", " ").replace("\r", " "))
        if self._links:
            self._linked += len(text.strip())

    def flush(self) -> None:
        """End the block at hand, if there is any text in it."""
        text = CONTROL.sub("", "".join(self._pieces))
        linked = self._linked
        self._pieces.clear()
        self._linked = 0
        if not text or text.isspace():
            return
        place = next((n for n in reversed(self._open) if self._is_block(n)), 0)
        for part in BLANK_LINE.split(text):
            lines = (SPACE.sub(" ", line).strip() for line in part.split("\n"))
            clean = "\n".join(line for line in lines if line).strip(CELL_GAP)
            if clean:
                here = min(linked, len(clean))
                linked -= here
                self.blocks.append(Block(clean, place, here))

    def _is_block(self, place: int) -> bool:
        tag = self.nodes[place].tag
        return tag in BLOCKS or tag in CELLS

    def _parts(self, tag: str) -> bool:
        """Tell whether a block ends where an element of this tag begins or ends."""
        if tag in CELLS:
            row = next((n for n in reversed(self._open) if self.nodes[n].tag == "tr"), -1)
            return self._rows.get(row, True)
        return tag in BLOCKS


def _tag(element: etree._Element) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _node(element: etree._Element, tag: str, parent: int) -> Node:
    names = " ".join(element.get(name, "") for name in ("class", "id", "role"))
    words = frozenset(part.lower() for part in WORD_PARTS.findall(names[:1000]))
    words |= {element.get("itemprop", "").lower()}
    style = element.get("style", "").replace(" ", "").lower()
    hidden = "display:none" in style or "hidden" in element.attrib
    return Node(tag, parent, words, hidden)
