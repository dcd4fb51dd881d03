"""HTML lines: paragraphs that are no part of the story around them, told by what they say.

These stand among a story's paragraphs and are named by nobody: "Sign up for our newsletter",
"Follow us on …". What plain text shows of them is `index.cleaning`'s to tell; here it is helped by
what is a link.
"""

import re

from index.cleaning.clean import furniture
from index.cleaning.furniture import LIST, SIGN_UP
from index.cleaning.prose import letters
from index.formats.html_blocks import Block
from index.formats.html_furniture import HEADING

MAX_CHARS = 350
SIGNS_UP = re.compile(
    r"\b(?:sign(?:ing)?[ -]up|subscribe|newsletters?|mailing list|inbox)\b", re.IGNORECASE
)
# "Read more: a link", in any language: a short label, a colon, and a link that is most of the line.
# The link is a headline then, and not a name.
HEADLINE = 20
LABEL = re.compile(r"\W*[^:\n]{2,35}:")
LINKED = frozenset("li tr h3 h4 h5 h6".split())


def line_reason(block: Block, tag: str, titles: frozenset[str], *, voted: bool) -> str | None:
    """Return what a paragraph is, if it is no part of a story, or None.

    Args:
        block: the paragraph.
        tag: of the element that it stands in.
        titles: the forms of the story's title, as `letters` gives them.
        voted: whether another judge takes it for the story; only linked lines are held to it.
    """
    text = block.text
    if len(text) > MAX_CHARS:
        return None
    if letters(text) in titles:
        return HEADING
    linked = block.links / len(text)
    [said] = furniture([" ".join(text.split())])
    tests = (
        (said, said is not None),
        (SIGN_UP, block.links > 0 and SIGNS_UP.search(text) is not None),
        (LIST, linked > 0.5 and block.links >= HEADLINE and LABEL.match(text) is not None),
        (LIST, linked > 0.9 and (tag in LINKED or not voted)),
    )
    return next((reason for reason, holds in tests if holds), None)
