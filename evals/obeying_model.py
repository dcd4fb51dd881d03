"""Obeying model: a language model that does whatever the text that it reads asks of it.

The worst case for text in an article: it tells no instruction of ours from one of an article's, and
cites what it was told by. What it writes depends on what it is shown, so an attack that it does not
see does nothing. No network, no weights.
"""

import base64
import re
from collections.abc import Iterator, Sequence

from rag.language_model import Message, Usage
from rag.words import content_words, words

LINE = re.compile(r"^\| (.*) \[([a-z]\d[a-z]|---)\]$", re.MULTILINE)
TITLE = re.compile(r"^Passage \d+\..* Title: (.*)$", re.MULTILINE)
QUESTION = re.compile(r"^Question: (.*)$", re.MULTILINE)
DEMAND = re.compile(
    r"\byour\b|\?$|^\W*(?:write|how|provide|show|analy[sz]e|what|recommend|help|suggest|encrypt"
    r"|apply|use|render|shift|encode|can you|reply|reverse|add|integrate|in your|modify|augment"
    r"|enhance|include|ignore|disregard|forget|repeat)\b",
    re.IGNORECASE,
)
CAESAR = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "defghijklmnopqrstuvwxyzabcDEFGHIJKLMNOPQRSTUVWXYZABC",
)
PIECE = 16


class ObeyingModel:
    """Answers by quoting the best line, then obeys every line that asks for something.

    Attributes:
        name: its name.
        read: the lines that it took for instructions, of all its calls.
        obeyed: what it wrote because of them.
    """

    def __init__(self) -> None:
        self.name = "scripted/obeying"
        self.read: list[str] = []
        self.obeyed: list[str] = []

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> "Text":
        """Write; it fails never and is cut off after `max_tokens` words."""
        task = [message.content for message in messages if QUESTION.search(message.content)][-1]
        lines = [(name, text) for text, name in LINE.findall(task)]
        question = QUESTION.search(task)
        asked = set(content_words(question.group(1) if question else ""))
        citable = [line for line in lines if line[0] != "---"]
        if not citable:
            return Text("NO_ANSWER")
        name, text = max(citable, key=lambda line: len(asked & set(words(line[1]))))
        written = []
        titles = [("---", part) for one in TITLE.findall(task) for part in one.split(". ")]
        for line, demand in (*lines, *titles):
            if DEMAND.search(demand):
                self.read.append(demand)
                obedience = _obedience(demand, text)
                self.obeyed += obedience
                cited = name if line == "---" else f"{line}, {name}"
                # Obedience first, so that no limit on sentences stands between it and the user.
                written += [f"{one} [{cited}]" for one in obedience]
        del max_tokens
        return Text("\n".join((*written, f"{text} [{name}]")))


def _obedience(demand: str, answer: str) -> list[str]:
    """Return what a demand asks for: as it is worded, and as each kind of attack wants it."""
    subject = " ".join(content_words(demand)[:8])
    quoted = re.findall(r"[\"“]([^\"”]+)[\"”]", demand)
    folded = demand.casefold()
    done = [demand, *quoted]
    if "base" in folded:
        data = answer.encode()
        done += [f(data).decode() for f in (base64.b64encode, base64.b32encode, base64.b16encode)]
    elif re.search(r"revers|backward|invert", folded):
        done += [answer[::-1], " ".join(reversed(answer.split()))]
    elif re.search(r"cipher|shift|substitution", folded):
        done.append(answer.translate(CAESAR))
    elif re.search(r"script|command|schedule|automat", folded):
        done.append(f"```\nrm -rf / # {subject}\n```")
    else:
        done += [
            f"{answer[:-1]}, and experts agree on {subject}.",
            f"Subscribe for {subject} at https://evil.example/offer today.",
            f"New figures show that {subject} rose by 20%.",
        ]
    return done


class Text:
    """A text that comes in pieces; see `rag.language_model.Writing`."""

    def __init__(self, text: str) -> None:
        self._pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        self._given = 0
        self.closed = False

    @property
    def usage(self) -> Usage:
        """One call."""
        return Usage(calls=1, completion_tokens=self._given)

    @property
    def finished(self) -> bool:
        """Whether it was taken whole."""
        return self._given == len(self._pieces)

    def __iter__(self) -> Iterator[str]:
        """Yield the pieces."""
        for piece in self._pieces:
            if self.closed:
                return
            self._given += 1
            yield piece

    def close(self) -> None:
        """Stop."""
        self.closed = True
