"""Tokens: a question's words and marks, taken apart and put together again.

Knows spelling only: contractions, possessives, marks that stand close to a word.
"""

import re
from collections.abc import Sequence

from rag.followups.grammar import AUXILIARIES
from rag.words import fold

TOKEN = re.compile(r"[$€£¥]?\w[\w’'.,/&-]*\w%?|[$€£¥]?\w%?|[^\w\s]")
CONTRACTED = re.compile(
    r"\b(what|who|where|when|how|why|that|there|it|he|she)['’]s\b", re.IGNORECASE
)
CONTRACTED_ARE = re.compile(r"\b(they|we|you)['’]re\b", re.IGNORECASE)
NEGATED = re.compile(r"n['’]t$")
POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
# The month, unlike the auxiliary, has a capital within a question.
MONTH = frozenset({"May"})
CLOSE_BEFORE = frozenset(",.;:?!)]%”’")
CLOSE_AFTER = frozenset("([“‘")

Tokens = tuple[str, ...]


def tokens_of(text: str) -> Tokens:
    """Return the words and marks of a question, without the mark that ends it."""
    text = CONTRACTED_ARE.sub(r"\1 are", CONTRACTED.sub(r"\1 is", text.strip()))
    # A mark that only changes the letter before it is nothing by itself.
    return tuple(token for token in TOKEN.findall(text.rstrip("?!. ")) if fold(token))


def joined(tokens: Sequence[str]) -> str:
    """Put tokens together as text."""
    text = ""
    for token in tokens:
        close = not text or token in CLOSE_BEFORE or text[-1] in CLOSE_AFTER
        text += token if close else f" {token}"
    return text


def as_question(tokens: Sequence[str]) -> str:
    """Put tokens together as a question: with a capital at its start and its mark at the end."""
    text = joined(tokens).strip(" ,;:-–—")
    return f"{text[:1].upper()}{text[1:]}?"


def folded(tokens: Sequence[str]) -> Tokens:
    """Return tokens as they are compared with lists of words."""
    return tuple(fold(token) for token in tokens)


def is_auxiliary(token: str) -> bool:
    """Tell "does" and "didn't" from other words; "May" is taken for the month."""
    return token not in MONTH and positive(token) in AUXILIARIES


def positive(token: str) -> str:
    """Return a folded auxiliary without its "n't"."""
    plain = fold(token)
    if not NEGATED.search(plain):
        return plain
    return {"wo": "will", "ca": "can", "sha": "shall"}.get(cut := NEGATED.sub("", plain), cut)


def is_possessive(token: str) -> bool:
    """Tell "Canada's" from "Canada"."""
    return POSSESSIVE.search(token) is not None


def without_possessive(token: str) -> str:
    """Return "Canada" for "Canada's"."""
    return POSSESSIVE.sub("", token)


def possessive(words: Sequence[str]) -> Tokens:
    """Return a phrase as the owner of what follows it."""
    *before, last = words
    return (*before, last + ("’" if last.endswith("s") else "’s"))


def is_capital(token: str) -> bool:
    """Tell whether a word has a capital: "Ryanair", "easyJet"."""
    return any(map(str.isupper, token))


def lowered(tokens: Tokens) -> Tokens:
    """Return tokens without the capital that opens a question."""
    return (tokens[0][:1].lower() + tokens[0][1:], *tokens[1:]) if tokens else ()
