"""Redact: what is secret is taken out of text before it leaves or is stored.

Knows the secrets that a process was given and nothing of where they are used. A secret is told by
its value, not by its looks: what merely looks like a key stays.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

MASK = "[secret]"
# Shorter values are placeholders ("none", "ollama"), and words.
MIN_SECRET = 8
# A part of a secret of so many characters on end is taken out as well.
PART = 8
# Only of what is no phrase: "sk-no-key-required" holds a word of every other article.
MIN_OPAQUE, MIN_DIGITS = 16, 2
NAMES_SECRET = re.compile(
    r"(?:^|_)(?:API_?KEYS?|KEYS?|ACCESS_KEY_ID|TOKENS?|SECRETS?|PASSWORD|PASSWD|PASS|CREDENTIALS?"
    r"|AUTH|AUTHORIZATION|BEARER)_?\d*$",
    re.IGNORECASE,
)
IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@", re.IGNORECASE)
# What Dateline's own keys begin with, their id, is public: lists and logs name keys by it.
PUBLIC = re.compile(r"dl_[0-9a-f]{10}_(?=[0-9a-f]{64}$)")
# Within a value that is a document, such as a key file as JSON.
TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")


class Redactor:
    """Takes secrets out of texts.

    Args:
        secrets: their values; those that are too short to be told from words are ignored.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        kept = sorted({s for s in secrets if len(s) >= MIN_SECRET}, key=len, reverse=True)
        self._parts = frozenset(
            secret[at : at + PART]
            for secret in kept
            if _is_opaque(secret)
            for at in range(len(secret) - PART + 1)
        )
        # A part stands within such a run, and most text is none: it is looked through quickly.
        alphabet = "".join(sorted({character for part in self._parts for character in part}))
        self._runs = re.compile(f"[{re.escape(alphabet)}]{{{PART},}}") if alphabet else None
        self._phrases = tuple(secret for secret in kept if not _is_opaque(secret))
        # How many characters at a text's end may be the beginning of a secret.
        self._held = max([PART, *map(len, self._phrases)]) - 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Redactor":
        """Know the values of variables that are named like keys, and the passwords in addresses."""
        return cls(secret for name, value in environment.items() for secret in _in(name, value))

    def __bool__(self) -> bool:
        """Tell whether there is anything to take out."""
        return bool(self._parts or self._phrases)

    def text(self, text: str) -> str:
        """Return a text with each secret, and each part of one, masked."""
        if not self:
            return text
        shown, at = [], 0
        for start, end in self._secret(text):
            shown += [text[at:start], MASK]
            at = end
        return "".join((*shown, text[at:]))

    def pieces(self, pieces: Iterable[str]) -> Iterator[str]:
        """Yield pieces of one text with secrets masked, also those that stand across pieces.

        The last few characters are held back until what follows them is known.
        """
        held = ""
        for piece in pieces:
            held += piece
            sure = self._sure(held) if self else len(held)
            if sure > 0:
                yield self.text(held[:sure])
                held = held[sure:]
        if held:
            yield self.text(held)

    def _sure(self, text: str) -> int:
        """Return how much of a text is masked alike, whatever follows it."""
        sure = len(text) - self._held
        for start, end in self._secret(text):
            if start < sure <= end:
                return start
        return sure

    def _secret(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of what is secret in a text, in order and apart from each other."""
        found = [
            (at, at + PART)
            for run in (self._runs.finditer(text) if self._runs else ())
            for at in range(run.start(), run.end() - PART + 1)
            if text[at : at + PART] in self._parts
        ]
        for phrase in self._phrases:
            found += [match.span() for match in re.finditer(re.escape(phrase), text)]
        merged: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return merged


def _is_opaque(secret: str) -> bool:
    return len(secret) >= MIN_OPAQUE and sum(c.isdigit() for c in secret) >= MIN_DIGITS


def _in(name: str, value: str) -> Iterator[str]:
    """Yield what is secret in the value of a variable."""
    yield from IN_ADDRESS.findall(value)
    if not NAMES_SECRET.search(name) or _is_file(value):
        return
    if re.search(r"[\s{]", value.strip()):
        yield from (token for token in TOKEN.findall(value) if _is_opaque(token))
    else:
        yield PUBLIC.sub("", value.strip())


def _is_file(value: str) -> bool:
    try:
        return value.startswith("/") and Path(value).exists()
    except (OSError, ValueError):
        return False
