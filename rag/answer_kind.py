"""Answer kind: does a stretch of text hold the kind of thing that a question asks for?

A who wants a name, a when a time, a how many a number. Knows nothing of ranking.
"""

import re

from rag.question import AnswerKind, Question
from rag.words import STOP_WORDS, fold, stem, words

TIME = re.compile(
    r"\b(?:1[0-9]{3}|20[0-9]{2}|january|february|march|april|may|june|july|august|september"
    r"|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday"
    r"|tomorrow|century|centuries|decades?|years?|months?|weeks?|days?|hours?)\b"
)
# Neither a year nor what is part of a name ("G7") is a quantity, and "one" is often none.
NUMBER = re.compile(
    r"(?<!\w)(?!(?:19|20)\d\d\b)\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|half|third|quarter|twice|double)\b"
)
REASON = re.compile(
    r"\b(?:because|since|due to|owing to|in order to|so that|so as to|to|for|after|amid|over"
    r"|citing|as a result|led to|caused|response|aim|retaliation|reason)\b"
)
NAME = re.compile(r"\b[A-Z][\w’'-]+")


def holds_kind(question: Question, text: str) -> bool | None:
    """Tell whether a sentence holds the kind of thing that was asked for; None: any would do."""
    asked = frozenset(question.stems)
    folded = fold(text)
    match question.kind:
        case AnswerKind.TIME:
            return any(stem(found) not in asked for found in TIME.findall(folded))
        case AnswerKind.NUMBER:
            return NUMBER.search(folded) is not None
        case AnswerKind.PERSON | AnswerKind.PLACE:
            return any(_is_new_name(n, asked, text) for n in NAME.finditer(text))
        case AnswerKind.REASON:
            return REASON.search(folded) is not None
        case AnswerKind.OTHER:
            return None


def _is_new_name(found: re.Match[str], asked: frozenset[str], text: str) -> bool:
    parts = words(found.group())
    if not parts or any(stem(part) in asked or part in STOP_WORDS for part in parts):
        return False
    # A sentence's first word is surely a name only if another follows it.
    return found.start() > 1 or NAME.match(text, found.end() + 1) is not None
