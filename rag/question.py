"""Question: what was asked, checked and taken apart. Knows nothing of the collection."""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from rag.asked_words import asked_words
from rag.errors import QuestionError
from rag.word_forms import written_out
from rag.words import fold, stem, words

MAX_CHARS = 2_000
LAYOUT = frozenset("\t\n\r")


class AnswerKind(Enum):
    """The kind of thing that would answer a question."""

    PERSON = "person"
    TIME = "time"
    NUMBER = "number"
    PLACE = "place"
    REASON = "reason"
    OTHER = "other"


# What a question such as "what is the …" asks for by the noun that this is.
NAMED_KINDS = {
    AnswerKind.NUMBER: (
        "rate percentage percent share slice portion proportion price cost fare fee fine toll duty"
        " tariff levy tax wage salary rent budget turnout number total amount sum age height length"
        " width depth weight distance speed size population revenue profit score margin tally bill"
    ),
    AnswerKind.TIME: "date deadline weekday",
    AnswerKind.PLACE: "venue location birthplace",
}
WHAT_IS = r"\bwhat(?:.s| is| was| will be| are| were) (?:[\w’'%-]+ ){0,6}?"
# A noun that is what is asked for: no further noun makes it say more of that one.
HEAD_ENDS = r"(?= (?:of|on|for|in|to|at|from|by|per|since|between|that|which|when|if)\b|\W*$)"


def _noun_of(kind: AnswerKind) -> str:
    return rf"{WHAT_IS}(?:{'|'.join(NAMED_KINDS[kind].split())}){HEAD_ENDS}"


OTHER = r"(?:(?:other|two|three|foreign|exact|calendar) )?"
# What stands first in the folded question decides; of two that start together, the first here.
ASKS_FOR = (
    (
        AnswerKind.TIME,
        rf"\bwhen\b|\b(?:what|which) {OTHER}(?:(?:week)?day|year|date|month|time|decade)s?\b",
    ),
    (AnswerKind.TIME, rf"\b(?:what|which) {OTHER}(?:century|centuries)\b"),
    (AnswerKind.TIME, r"\bhow long (?:ago|since)\b"),
    (
        AnswerKind.NUMBER,
        (
            r"\bhow (?:many|much|long|old|big|large|far|high|tall|fast|often|deep|wide|heavy)\b"
            r"|\bwhat (?:percent|percentage|share|proportion|number|amount|rate|price|cost|size)\b"
            r"|\b(?:rate|percentage|share|tariff|duty|price|number) (?:of|on|does|do|did|is|was)\b"
        ),
    ),
    (AnswerKind.PERSON, r"\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|name)\b"),
    (
        AnswerKind.PLACE,
        (
            r"\bwhere\b"
            rf"|\b(?:what|which) {OTHER}(?:country|countries|city|cities|places?|states?|regions?"
            r"|provinces?|towns?|villages?)\b"
        ),
    ),
    *((kind, _noun_of(kind)) for kind in NAMED_KINDS),
    (AnswerKind.REASON, r"\bwhy\b|\bwhat (?:caused|led to|is the reason|was the reason)\b"),
)

# Words that only name the kind of answer: "rate" is met by a sentence that gives a number, whether
# or not it says "rate".
KIND_WORDS = {
    AnswerKind.TIME: "year day weekday date month time century decade long ago",
    AnswerKind.NUMBER: (
        "percent percentage share proportion number amount rate level price cost size figure total"
        " long old big large far high tall fast often deep wide heavy"
    ),
    AnswerKind.PERSON: "person man woman name people",
    AnswerKind.PLACE: "country countries city cities place places state region province",
    AnswerKind.REASON: "reason reasons cause caused led",
    AnswerKind.OTHER: "",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was asked, and what is looked for in the articles.

    Attributes:
        text: the question without the white space around it.
        words: those that an answer's article has to hold, folded, in order, each once.
        stems: the stems of `words`, in the same order; two words may share one.
        pairs: stems of content words that stand side by side, as in a name or a set phrase.
        names: stems of words that the asker capitalised inside the question, and of its numbers.
        proper: those of them that are no acronyms: someone or something in particular.
        kind: the kind of thing that would answer it.
        kind_stems: stems of its words that only name that kind.
    """

    text: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    names: frozenset[str]
    proper: frozenset[str]
    kind: AnswerKind
    kind_stems: frozenset[str]


# Asking looks at one question several times: as a whole, as a part, as something to disagree on.
@functools.lru_cache(maxsize=16)
def parse_question(text: str) -> Question:
    """Check a question and take it apart.

    Raises:
        QuestionError: it is empty, too long, or holds characters that no question has.
    """
    check(text)
    stripped = " ".join(text.split())
    content = asked_words(stripped)
    named = _named(stripped)
    kind = _kind(stripped)
    return Question(
        text=stripped,
        words=tuple(content),
        stems=tuple(stem(word) for word in content),
        pairs=_pairs(stripped, frozenset(content)),
        names=_names(named, frozenset(content)),
        proper=_names((t for t in named if not _is_acronym(t)), frozenset(content)),
        kind=kind,
        kind_stems=frozenset(stem(w) for w in KIND_WORDS[kind].split() if w in content),
    )


def check(text: str) -> None:
    """Refuse what is no question.

    Raises:
        QuestionError: it is empty, too long, or holds characters that no question has.
    """
    if len(text) > MAX_CHARS:
        raise QuestionError(
            f"the question is {len(text):,} characters long: ask in at most {MAX_CHARS:,}"
        )
    for place, character in enumerate(text):
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in LAYOUT:
            raise QuestionError(
                f"the question holds a control character (U+{ord(character):04X}, "
                f"at {place + 1}): remove it"
            )
    if not any(character.isalnum() for character in text):
        raise QuestionError("the question is empty: ask it in words")


def _pairs(text: str, content: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (stem(first), stem(second))
        for first, second in itertools.pairwise(words(written_out(text)))
        if first in content and second in content
    )


def _names(tokens: Iterable[str], content: frozenset[str]) -> frozenset[str]:
    return frozenset(
        stem(word) for token in tokens for word in words(written_out(token)) if word in content
    )


def _named(text: str) -> list[str]:
    """Return the words with a digit, or a capital that does not just open the question."""
    tokens = enumerate(re.findall(r"\w[\w’'.,%-]*", text))
    return [
        token
        for place, token in tokens
        if (token[:1].isupper() and (place > 0 or token[1:2].isupper()))
        or any(character.isdigit() for character in token)
    ]


def _is_acronym(token: str) -> bool:
    """Tell "EVs" and "NATO" from "McCuaig" and "2026"."""
    return token[:1].isupper() and sum(map(str.islower, token)) <= 1 < sum(map(str.isupper, token))


def _kind(text: str) -> AnswerKind:
    folded = fold(text)
    found = [(match.start(), kind) for kind, sign in ASKS_FOR if (match := re.search(sign, folded))]
    return min(found, key=lambda pair: pair[0])[1] if found else AnswerKind.OTHER
