"""Polarity: what a sentence affirms and what it denies.

Each topic word gets a sign: -1 within the reach of a negation ("no leverage", "denied that it
paid"), or as the opposite of what it is compared by ("reject" is not to accept). Reach is by simple
rules of English word order (in the manner of NegEx, Chapman et al. 2001). Knows nothing of
questions.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.comparing.topics import REMEMBERED, topics
from rag.words import stem

# What stands for "it may come": a sentence that says so of something affirms it.
LIKELY = "likely"
OPPOSITES = """
accept: reject rejected rejects refuse refused refuses turned-down spurned
convict: acquit acquitted acquits
open: closed shut shuttered
support: oppose opposed opposes opposing
rise: fall
win: lose
safe: unsafe dangerous
legal: illegal unlawful
true: false untrue
agree: disagree disagreed
pass: failed
likely: unlikely impossible improbable
"""
SAME = """
accept: accepted accepts approve approved approves backed
convict: convicted guilty
open: open opened opens
support: support supported supports supporting back backs backed favours favors
likely: likely possible expected expect expects probable imminent near within-reach promised
"""
# What denies the words after it: how many topic words far, up to the end of its clause.
SHORT = re.compile(
    r"\b(?:no|without|neither|nor|hardly any|little|few)\b(?! (?:doubt|longer than))", re.IGNORECASE
)
LONG = re.compile(
    r"(?:\b(?:not(?! only| just| least)|never|cannot|yet to|failed to|fails to|refused to"
    r"|refuses to"
    r"|den(?:y|ies|ied)|denying|ruled? out|rejected (?:claims|reports|suggestions)|far from|hardly"
    r"|no longer|impossible to|unable to|warned against|dismiss(?:ed|es)?|stopped short of)\b"
    r"|n[’']t\b)",
    re.IGNORECASE,
)
# A subject that is none denies its verb: "none of the rebels' demands was met".
NONE = re.compile(
    r"\b(?:neither|none|nobody|no one|nothing)\b(?! nor)[^.;]{0,70}?"
    r"\b(?:has|have|had|was|were|is|are|will|would|can|could)\b",
    re.IGNORECASE,
)
# What denies the subject before it.
UNLIKELY = re.compile(
    r"\b(?:out of (?:reach|the question)|off the table|ruled out|far off|in doubt|remote)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    r"[;:—]|,\s(?:and|but|while|which|although|though|yet)\b|\b(?:but|while|although"
    r"|because|than)\b"
)
PHRASE = re.compile(
    r"[,;:.—()“”]|\b(?:to|of|in|on|for|that|which|who|from|at|with|by|is|are|was|were|will"
    r"|has|had)\b"
)
SHORT_REACH = 2
LONG_REACH = 4


def _signs() -> dict[str, tuple[str, int]]:
    table: dict[str, tuple[str, int]] = {}
    for lines, sign in ((SAME, 1), (OPPOSITES, -1)):
        for line in lines.strip().splitlines():
            head, _, words = line.partition(":")
            for word in words.split():
                table[word] = head, sign
                if head != LIKELY:
                    table.setdefault(stem(word), (head, sign))
    return table


SIGNS = _signs()
PROSPECTS = frozenset(stem(word) for word, (head, _) in SIGNS.items() if head == LIKELY)


@dataclass(frozen=True, slots=True)
class Sign:
    """Whether a word is affirmed (1) or denied (-1), and where in the text it stands."""

    value: int
    start: int


@lru_cache(maxsize=REMEMBERED)
def polarities(text: str) -> dict[str, Sign]:
    """Return what the words of a sentence are compared by, each with its sign.

    A word that is both affirmed and denied in one sentence is left out.
    """
    denied = _denied(text)
    found: dict[str, Sign] = {}
    mixed: set[str] = set()
    for topic in topics(text):
        word = text[topic.span.start : topic.span.end].casefold()
        compared, sign = SIGNS.get(word) or SIGNS.get(topic.stem) or (topic.stem, 1)
        if compared == LIKELY and word not in SIGNS:  # "expectations" are no forecast
            compared, sign = topic.stem, 1
        if any(start <= topic.span.start < end for start, end in denied):
            sign = -sign
        if found.setdefault(compared, Sign(sign, topic.span.start)).value != sign:
            mixed.add(compared)
    if remote := UNLIKELY.search(text):
        found[LIKELY] = Sign(-1, remote.start())
    return {word: sign for word, sign in found.items() if word not in mixed}


def _denied(text: str) -> list[tuple[int, int]]:
    return [
        *(_reach(text, match.end(), PHRASE, SHORT_REACH) for match in SHORT.finditer(text)),
        *(_reach(text, match.end(), CLAUSE, LONG_REACH) for match in LONG.finditer(text)),
        *(_reach(text, match.end(), CLAUSE, 1) for match in NONE.finditer(text)),
    ]


def _reach(text: str, start: int, stop: re.Pattern[str], words: int) -> tuple[int, int]:
    end = stop.search(text, start)
    limit = end.start() if end else len(text)
    reached = topics(text[start:limit])[:words]
    return start, start + reached[-1].span.end if reached else start
