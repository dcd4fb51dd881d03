"""Told: a sentence is quoted with those before it that say whom or what it is about.

"She warned of it" says nothing alone. What comes before is the article's own, too, though it may
stand in the passage before; a heading or an order to the answerer is not told with it. Rules over
English sentences; knows nothing of which sentences are chosen.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.chunk import sentences_of
from index.types import Span
from rag.candidates import Candidate, is_prose
from rag.orders import Order, order_in
from rag.words import fold

# A sentence that begins so, or says so before it names anyone, leans on the one before it.
LEANS_BACK = re.compile(
    r"^(?:(?:but|and|so|yet|still|however|also|then|instead|meanwhile),? )?"
    r"(?:he|she|they|it|this|that|these|those|his|her|their|its|both|the (?:latter|former))\b"
)
SPEAKER = re.compile(
    r"[”\"’'],? (?:he|she|they) \w+|\b(?:he|she|they) (?:said|says|added|told)\b"
    r"|, (?:he|she|they) \w+,"
)
QUOTATION = re.compile(r"[“\"][^”\"]+[”\"]\W*")
NAME = re.compile(r"(?<=\S )[“\"]?[A-Z][\w’'-]+")
MAX_BEFORE = 2
# Who asks "who" is not answered by "she said": the sentence with the name is worth more room.
MAX_BEFORE_WHO = 4
# In so many characters before a passage, the sentences that it leans on are looked for.
LOOKED_BACK = 1_500


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the answer says: a sentence, and others that say the same elsewhere.

    Attributes:
        lead: the sentence that answers.
        span: what is quoted, with the sentence before where the lead leans on it.
        others: sentences of other articles, cited with it.
        takes_side: whether it is told because it disputes, or brings up to date, what is told.
    """

    lead: Candidate
    span: Span
    others: tuple[Candidate, ...] = ()
    takes_side: bool = False

    @property
    def text(self) -> str:
        """What is said."""
        return self.span.of(self.lead.article.text)


def as_told(candidate: Candidate, *, asks_who: bool) -> Told:
    """Return a sentence as it is told: with those before it that say whom or what it is about.

    Args:
        candidate: the sentence.
        asks_who: whether it is to tell who.
    """
    most = MAX_BEFORE_WHO if asks_who else MAX_BEFORE
    text = candidate.article.text
    spans = candidate.passage.passage.sentences
    earlier = reversed(spans[: spans.index(candidate.span)])
    first = candidate.span
    for span in itertools.islice(itertools.chain(earlier, _before(candidate)), most):
        sentence = span.of(text)
        leans = leans_back(first.of(text), asks_who=asks_who)
        if not leans or not is_prose(sentence) or order_in(sentence) is not Order.NONE:
            break
        first = span
    return Told(candidate, Span(first.start, candidate.span.end))


def _before(candidate: Candidate) -> Iterator[Span]:
    """Yield the sentences of the article before a candidate's passage, the nearest first."""
    first = candidate.passage.passage.span.start
    start = max(0, first - LOOKED_BACK)
    for span in reversed(sentences_of(candidate.article.text[start:first])):
        yield Span(start + span.start, start + span.end)


def leans_back(text: str, *, asks_who: bool = False) -> bool:
    """Tell whether a sentence cannot be understood without the one before it.

    Args:
        text: the sentence.
        asks_who: whether it is to tell who; then whoever is only quoted has to be named, too.
    """
    if LEANS_BACK.search(fold(text).lstrip("“\"‘' ")):
        return True
    speaker = SPEAKER.search(fold(text))
    if asks_who and (speaker is not None or QUOTATION.fullmatch(text)):
        return True
    return speaker is not None and NAME.search(text, 0, speaker.start() + 1) is None


def overlap(one: Told, other: Told) -> bool:
    """Tell whether two quotations share a part of their article."""
    return (
        one.lead.article.id == other.lead.article.id
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )
