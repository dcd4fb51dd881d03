"""Parts: a question that asks for several things is several questions.

"When was it brought in, and how high is it?" is asked as two. A clause that only says more of
someone ("the mayor, who resigned,") is no question of its own. What leans on the part before it is
completed by `rag.conversation`, as a follow-up is; what is asked of each of several is asked of
each (`rag.several`); what is terse is asked in full (`rag.plain`). Knows nothing of articles.
"""

import re

from rag.plain import plainly
from rag.several import asked_of_each
from rag.words import content_words

# More parts than this, and each would get too little attention.
MAX_PARTS = 3
ASKS = (
    r"(?:who|whom|whose|what|which|when|where|why|how|(?:at|in|by|to|from|on|for|with|of) "
    r"(?:what|which|whom|whose|how))\b"
)
AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might)"
    r" (?:the|a|an|it|he|she|they|there|this|that|any|[A-Z])"
)
# What asks even after a comma alone, where "who" or "which" would only say more of someone.
ASKS_AFTER_COMMA = (
    rf"(?:(?:(?:at|in|by|to|from|on|for|with|of) )?(?:what|how)|why)\b|(?:when|where) {AUXILIARY}"
)
BETWEEN = re.compile(
    rf"[?;] +(?=\S)|,? +(?:and|but)(?: also)? +(?={ASKS}|{AUXILIARY})|,? +or +(?={ASKS})"
    rf"|, +(?={ASKS_AFTER_COMMA})",
)
# "Who knows when, where and how it began?" is cut in its middle.
UNFINISHED = re.compile(r"\w,? (?:when|where|how|why|which|whose)$", re.IGNORECASE)


def parts_of(text: str) -> tuple[str, ...]:
    """Return the questions that a question is made of, each able to stand alone and put plainly.

    A question that is one, or that cannot be parted into whole ones, is returned as it is, or as
    one would ask it in full.
    """
    each = asked_of_each(text)
    if len(each) > 1:
        return tuple(map(plainly, each))
    parts: list[str] = []
    for part in _parted(text):
        parts += asked_of_each(part)
    if len(parts) > MAX_PARTS:
        parts = list(_parted(text))
    return tuple(map(plainly, parts))


def _parted(text: str) -> tuple[str, ...]:
    pieces = [piece.strip(" ,;") for piece in BETWEEN.split(text) if piece.strip(" ,;?")]
    if not 1 < len(pieces) <= MAX_PARTS or not all(_asks(piece) for piece in pieces):
        return (text,)
    if not content_words(pieces[0]):
        # "Why and how did it burn?" shares what it is about; there is nothing before to lean on.
        return (text,)
    from rag.conversation import standalone_question  # noqa: PLC0415 - not for most questions

    parts: list[str] = []
    for piece in pieces:
        whole = piece if piece.endswith("?") else f"{piece}?"
        whole = whole[0].upper() + whole[1:]
        parts.append(standalone_question(whole, parts))
    return tuple(parts)


def _asks(piece: str) -> bool:
    """Tell whether a piece is a question of its own, and not an aside."""
    if UNFINISHED.search(piece):
        return False
    asks = re.search(rf"^(?:{ASKS}|{AUXILIARY}|.{{0,60}}\b{ASKS})", piece, re.IGNORECASE)
    bare = piece.lower().startswith(("who", "why"))
    return bare or (asks is not None and bool(content_words(piece)))
