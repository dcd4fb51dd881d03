"""Form: a written sentence as plain words, or why it cannot leave.

Markdown that only shapes words is taken off. A link, an image or HTML is not: what is left would
not be what was written, so such a sentence is refused. Knows nothing of what a sentence says.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

from index.chunk import MAX_SENTENCE_CHARS

# A scheme, "www.", an address of mail, or a host with a path: whatever a reader could follow.
LINK = re.compile(
    r"[a-z][a-z0-9+.-]{0,20}:\s?/\s?/|\b(?:javascript|data|mailto|tel|file|vbscript):\S"
    r"|\bwww\s?\.\s?\w|\w@[\w-]+\.\w|\bh(?:tt|xx)ps?\b"
    r"|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?[/?#]\w|\b\d{1,3}(?:\.\d{1,3}){3}[:/]",
    re.IGNORECASE,
)
MARKDOWN_LINK = re.compile(r"!?\[[^\]]*\]\s?[(\[:]|!\[")
TAG = re.compile(r"<\s?[/!?a-z]|[a-z\"'/]\s?/?>", re.IGNORECASE)
ENTITY = re.compile(r"&#?\w{1,12};")
CODE = re.compile(r"```|~~~|`")
LINE_MARK = re.compile(r"^(?:#{1,6}\s+|\|\s*|>+\s*|[-*+•–]\s+|\d{1,2}[.)]\s+)+")
EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
# Joiners are part of how some languages are written.
JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Formed:
    """A sentence as plain words.

    Attributes:
        text: the words.
        stripped: whether Markdown was taken off.
        refused: why it cannot leave; None where it can.
    """

    text: str
    stripped: bool
    refused: str | None


def formed(written: str) -> Formed:
    """Return a written sentence as plain words."""
    if len(written) > MAX_SENTENCE_CHARS:
        return Formed(written[:MAX_SENTENCE_CHARS], stripped=False, refused="it is too long")
    # Twice: "&amp;lt;" is "&lt;" to whoever reads HTML.
    text = html.unescape(html.unescape(written))
    text = "".join(c for c in text if c.isspace() or not _is_hidden(c))
    text = " ".join(text.split())
    plain = EMPHASIS.sub(r"\2", EMPHASIS.sub(r"\2", LINE_MARK.sub("", text)))
    plain = plain.replace("**", "").strip()
    # Taking marks off may leave what they hid.
    refused = _refused(text) or _refused(plain)
    return Formed(plain, plain != text, refused)


def _refused(written: str) -> str | None:
    text = unicodedata.normalize("NFKC", "".join(c for c in written if c not in JOINERS))
    if MARKDOWN_LINK.search(text) or LINK.search(text):
        return "it holds a link or an image"
    if TAG.search(text) or ENTITY.search(text):
        return "it holds HTML"
    if CODE.search(text):
        return "it holds code"
    return None


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category in {"Cc", "Cf", "Cs", "Co", "Cn"} and character not in JOINERS
