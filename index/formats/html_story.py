"""HTML story: of a page's blocks, those that tell its story, and why the others do not.

Two judges decide. trafilatura (https://trafilatura.readthedocs.io) says which text it would
extract. The page's own structure says which element holds most of that text and little else; what
stands there and reads as prose belongs to the story even where trafilatura missed it, and what is
named as furniture does not even where trafilatura took it.
"""

import logging
import re
from collections.abc import Iterator

from lxml import etree

from index.chunk import ENDS_SENTENCE
from index.cleaning.bylines import read_credits
from index.cleaning.prose import is_prose, letters
from index.dates import iso_date
from index.formats import html_furniture as reasons
from index.formats.html_blocks import HEADINGS, Block, Page
from index.formats.html_lines import line_reason

# Prose is at least this long, and of that length even if no full stop ends it.
PROSE = 60
LONG_PROSE = 200
MAX_LINK_SHARE = 0.5
# In the search for the element that holds the story: what prose that trafilatura did not take
# counts, beside 1 for what it took, and what all other text costs, per character.
UNVOTED = 0.15
COST = 0.3
# trafilatura's time grows faster than the page; a larger one is not asked about.
MAX_ASKED = 50_000
MAX_ASKED_CHARS = 1_000_000
# It also asks other programs where it is in doubt, and their time grows by the square of the blocks
# and elements.
MAX_DOUBTED = 10_000
MAX_DOUBTED_BLOCKS = 3000
SHINGLE = 4
# Text is a repetition where more than this share of it was there before.
REPEATED = 0.9
# and it is this long: whole copies, not a list whose items are alike.
COPY = 1000
WORD = re.compile(r"\w+")


def choose(page: Page, root: etree._Element, titles: frozenset[str]) -> list[str | None]:
    """Return for each block None where it is part of the story, or the reason why it is not.

    Args:
        page: the page, taken apart.
        root: the tree that it was taken from; it is used up.
        titles: the forms of the story's title, as `letters` gives them.
    """
    votes = _votes(page, root)
    named = reasons.furniture(page, votes)
    prose = [named[block.node] is None and _is_prose(page, block) for block in page.blocks]
    inside = _story_elements(page, votes, prose)
    quoted = page.inside("blockquote")
    chosen: list[str | None] = []
    for place, block in enumerate(page.blocks):
        reason = named[block.node]
        if reason is None and not inside[block.node]:
            headline = letters(block.text) in titles
            reason = reasons.HEADING if headline else reasons.SITE
        reason = reason or line_reason(block, page.tag(block), titles, voted=votes[place])
        if reason is None and not (votes[place] or prose[place] or quoted[block.node]):
            reason = reasons.SITE
        chosen.append(reason)
    _repeated(page, chosen)
    _trim(page, chosen, prose)
    return chosen


def _is_prose(page: Page, block: Block) -> bool:
    size = len(block.text)
    return (
        size >= PROSE
        and block.links < size * MAX_LINK_SHARE
        and page.tag(block) not in HEADINGS
        and (size > LONG_PROSE or ENDS_SENTENCE.search(block.text[-10:]) is not None)
    )


def _story_elements(page: Page, votes: list[bool], prose: list[bool]) -> list[bool]:
    """Return for each element whether it is in the one that holds most prose and least else."""
    worth = (
        (len(block.text) if vote else len(block.text) * UNVOTED)
        if is_prose
        else -COST * len(block.text)
        for block, vote, is_prose in zip(page.blocks, votes, prose, strict=True)
    )
    totals = page.totals(worth)
    # Of equals the innermost, which stands last.
    best = max(range(len(totals)), key=lambda place: (totals[place], place), default=0)
    inside: list[bool] = []
    for place, node in enumerate(page.nodes):
        inside.append(place == best or (node.parent >= 0 and inside[node.parent]))
    return inside


def _trim(page: Page, chosen: list[str | None], prose: list[bool]) -> None:
    """Take off what stands above the first paragraph elsewhere than it, and what ends in nothing.

    A headline, a summary or a date above the story is told from its first lines by standing in
    another element than the first paragraph, or in one that is not around it.
    """
    kept = [place for place, reason in enumerate(chosen) if reason is None]
    while kept and _ends_in_nothing(page, page.blocks[kept[-1]]):
        chosen[kept.pop()] = reasons.SITE
    first = next((place for place in kept if prose[place]), None)
    if first is None:
        return
    parent = page.nodes[page.blocks[first].node].parent
    around = {parent, page.nodes[parent].parent}
    for place in kept[: kept.index(first)]:
        block = page.blocks[place]
        if page.tag(block) == "h1":
            chosen[place] = reasons.HEADING
        elif not is_prose(block.text) and read_credits(block.text) is not None:
            chosen[place] = reasons.BYLINE
        elif page.nodes[block.node].parent not in around:
            chosen[place] = reasons.STANDFIRST


def _repeated(page: Page, chosen: list[str | None]) -> None:
    """Leave out what the story has said before, as pages for several screens repeat themselves."""
    said: set[tuple[str, ...]] = set()
    for place, block in enumerate(page.blocks):
        if chosen[place] is not None:
            continue
        own = list(_shingles(block.text))
        if len(block.text) > COPY and sum(shingle in said for shingle in own) > REPEATED * len(own):
            chosen[place] = reasons.REPEATED
        said.update(own)


def _ends_in_nothing(page: Page, block: Block) -> bool:
    """Tell whether a story's last block can be none: a heading, a label, or a date."""
    short = len(block.text) < 30
    label = short and (block.text.endswith(":") or iso_date(block.text) is not None)
    return label or page.tag(block) in HEADINGS


def _votes(page: Page, root: etree._Element) -> list[bool]:
    """Return for each block whether trafilatura takes most of it for the story.

    Where it cannot be asked, or takes nothing, it is as if it took all.
    """
    size = sum(len(block.text) for block in page.blocks)
    if len(page.nodes) > MAX_ASKED or size > MAX_ASKED_CHARS:
        return [True] * len(page.blocks)
    large = len(page.nodes) > MAX_DOUBTED or len(page.blocks) > MAX_DOUBTED_BLOCKS
    text = _extracted(root, fast=large)
    lines = {letters(line) for line in re.split(r"[\n|]", text)}
    shingles = set(_shingles(text))
    votes = []
    for block in page.blocks:
        own = list(_shingles(block.text))
        known = sum(shingle in shingles for shingle in own)
        votes.append(known * 2 > len(own) if own else letters(block.text) in lines)
    return votes if any(votes) else [True] * len(page.blocks)


def _extracted(root: etree._Element, *, fast: bool) -> str:
    # Imported here: asking a question needs none of it.
    import trafilatura  # noqa: PLC0415

    # What it cannot read is not the user's to know; the page's structure decides then.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL + 1)
    try:
        return trafilatura.extract(root, include_comments=False, fast=fast) or ""
    except Exception:  # noqa: BLE001 - any page may be malformed in a way that it does not know
        return ""


def _shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(text)
    return (tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1))
