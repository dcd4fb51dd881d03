"""Conversation: a follow-up becomes a question that can be asked alone.

A question that leans on the one before ("And on steel?", "Why did they do that?") is asked together
with it. Knows nothing of articles.
"""

import re
from collections.abc import Sequence

from rag.words import content_words, fold

# With fewer content words than this, a question hardly says what it is about.
STANDS_ALONE_WORDS = 3
LEANS_BACK = re.compile(
    r"^(?:and|but|so|what about|how about|why|why not)\b"
    r"|\b(?:he|she|it|they|him|her|them|his|its|their|that|this|those|these|there|then|one|ones)\b"
)


def standalone_question(text: str, history: Sequence[str]) -> str:
    """Return the question with what it needs of the questions before it, oldest first.

    A question that stands alone is returned as it is.
    """
    if not history or not leans_back(text):
        return text
    return f"{standalone_question(history[-1], history[:-1])} {text}"


def leans_back(text: str) -> bool:
    """Tell whether a question cannot be understood without the one before it."""
    few = len(content_words(text)) < STANDS_ALONE_WORDS
    return few or LEANS_BACK.search(fold(text).strip()) is not None
