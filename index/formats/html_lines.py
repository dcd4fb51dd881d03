"""HTML lines: paragraphs that are no part of the story around them, told by what they say.

These stand among a story's paragraphs and are named by nobody: "Read more: …", "Sign up for our
newsletter", "Follow us on …". A rule looks at a whole short paragraph, never at a part of one.
"""

import re

from index.formats import html_furniture as reasons
from index.formats.html_blocks import Block

MAX_CHARS = 350
SIGN_UP = re.compile(
    r"\b(?:sign(?:ing)?[ -]up|subscribe|newsletters?|mailing list|inbox)\b", re.IGNORECASE
)
ASKS = re.compile(
    r"\W*(?:have a tip|got a tip|do you have|follow|e-?mail|contact|reach|write to|find|like|send|"
    r"tweet|you can (?:follow|reach|email|contact|find)|listen|watch)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}\.\w|(?:^|\W)@\w|"
    r"\b(?:twitter|facebook|instagram|linkedin|youtube|telegram|whatsapp)\b",
    re.IGNORECASE,
)
ONLY_ADDRESS = re.compile(
    r"\W*(?:[\w.+-]{1,64}@[\w.-]{1,64}|@\w+|(?:https?://)?(?:[\w-]{1,64}\.){1,5}\w{2,8}/\S*)\W*"
)
COPYRIGHT = re.compile(
    r"^\W*(?:copyright\b|©|ⓒ|\(c\) ?\d)|\ball rights reserved\b|\bnon-commercial use only\b",
    re.IGNORECASE,
)
ADVERTISING = re.compile(
    r"\W*(?:advertisements?|(?:story|article) continues.{0,40}|sponsored.{0,20}|scroll to continue"
    r".{0,20}|loading)\W*",
    re.IGNORECASE,
)
INTERFACE = re.compile(
    r"\W*(?:play video|read more|read full article|share this.{0,20}|\d* ?comments?|"
    r"tell us what you think|print|e-?mail)\W*",
    re.IGNORECASE,
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
        titles: the forms of the story's title, as `same_words` gives them.
        voted: whether another judge takes it for the story; only linked lines are held to it.
    """
    text = block.text
    if len(text) > MAX_CHARS:
        return None
    if same_words(text) in titles:
        return reasons.HEADING
    linked = block.links / len(text)
    tests = (
        (reasons.COPYRIGHT, COPYRIGHT.search(text) is not None),
        (reasons.ADVERTISING, ADVERTISING.fullmatch(text) is not None),
        (reasons.SHARE, INTERFACE.fullmatch(text) is not None),
        (reasons.SIGN_UP, block.links > 0 and SIGN_UP.search(text) is not None),
        (reasons.CONTACT, _asks_for_contact(text)),
        (
            reasons.RELATED,
            linked > 0.5 and block.links >= HEADLINE and LABEL.match(text) is not None,
        ),
        (reasons.RELATED, linked > 0.9 and (tag in LINKED or not voted)),
    )
    return next((reason for reason, holds in tests if holds), None)


def same_words(text: str) -> str:
    """Return a text's letters and digits alone, to compare it with another's."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _asks_for_contact(text: str) -> bool:
    if ONLY_ADDRESS.fullmatch(text):
        return True
    return ASKS.match(text) is not None and ADDRESS.search(text) is not None
