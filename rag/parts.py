"""Parts: a question that asks for several things is several questions.

"When was it brought in, and how high is it?" is asked as two; so is "What does A say of B, and C of
D?" where the second half repeats the first one's pattern. What leans on the part before it is
completed by `rag.conversation`, as a follow-up is. Knows nothing of articles.
"""

import re

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
BETWEEN = re.compile(
    rf"[?;] +(?=\S)|,? +(?:and|but|or)(?: also)? +(?={ASKS}|{AUXILIARY})|, +(?={ASKS})",
)


def parts_of(text: str) -> tuple[str, ...]:
    """Return the questions that a question is made of, each able to stand alone.

    A question that is one, or that cannot be parted into whole ones, is returned as it is.
    """
    pieces = [piece.strip(" ,;") for piece in BETWEEN.split(text) if piece.strip(" ,;?")]
    if not 1 < len(pieces) <= MAX_PARTS or not all(_asks(piece) for piece in pieces):
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
    asks = re.search(rf"^(?:{ASKS}|{AUXILIARY}|.{{0,60}}\b{ASKS})", piece, re.IGNORECASE)
    bare = piece.lower().startswith(("who", "why"))
    return bare or (asks is not None and bool(content_words(piece)))
