"""Language models that read their prompt and misbehave on purpose, each in one way.

What they write depends on the evidence and the question that they are shown. Not one is a mock:
each is a whole `rag.language_model.LanguageModel`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.obeying_model import LINE, QUESTION
from rag.errors import ModelCallError
from rag.language_model import Message, Usage
from rag.words import content_words, words

PIECE = 7


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model is shown: the lines of the evidence with their ids, and the question."""

    lines: tuple[tuple[str, str], ...]
    question: str

    @property
    def citable(self) -> list[tuple[str, str]]:
        return [(name, text) for name, text in self.lines if name != "---"]

    @property
    def best(self) -> tuple[str, str]:
        """The line that shares most words with the question."""
        asked = set(content_words(self.question))
        return max(self.citable, key=lambda line: len(asked & set(words(line[1]))))


Script = Callable[[Shown, int], str]
"""Takes what is shown and the number of the turn, from 1; returns what is written."""


class ScriptedWriting:
    """A text that comes in small pieces. `taken` is how many have been, `closed` whether it was."""

    def __init__(self, text: str, *, finishes: bool = True, fails: str | None = None) -> None:
        self._pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        self._finishes = finishes
        self._fails = fails
        self.taken = 0
        self.closed = False
        self.exhausted = False

    @property
    def usage(self) -> Usage:
        return Usage(calls=1, prompt_tokens=100, completion_tokens=2 * self.taken, cost_usd=0.001)

    @property
    def finished(self) -> bool:
        return self.exhausted and self._finishes

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces:
            if self.closed:
                return
            self.taken += 1
            yield piece
        if self._fails is not None:
            raise ModelCallError(self._fails)
        self.exhausted = True

    def close(self) -> None:
        self.closed = True


class ScriptedModel:
    """A model that follows a script. `writings` are what it wrote, `asked` what it was shown."""

    def __init__(self, script: Script, *, finishes: bool = True, fails: str | None = None) -> None:
        self.name = "scripted/model"
        self._script = script
        self._finishes = finishes
        self._fails = fails
        self.writings: list[ScriptedWriting] = []
        self.asked: list[tuple[Message, ...]] = []

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> ScriptedWriting:
        assert max_tokens > 0
        self.asked.append(tuple(messages))
        text = self._script(shown(messages), len(self.asked))
        writing = ScriptedWriting(text, finishes=self._finishes, fails=self._fails)
        self.writings.append(writing)
        return writing


class Unreachable:
    """A model that cannot be asked."""

    name = "scripted/unreachable"

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> ScriptedWriting:
        assert messages
        assert max_tokens
        raise ModelCallError(f"{self.name} could not be asked: it cannot be reached")


def shown(messages: Sequence[Message]) -> Shown:
    """Return what the last question of a conversation shows."""
    task = [message.content for message in messages if QUESTION.search(message.content)][-1]
    asked = QUESTION.search(task)
    assert asked is not None
    return Shown(tuple((name, text) for text, name in LINE.findall(task)), asked.group(1))


def quotes(told: Shown, _: int) -> str:
    """Say what the best line says, and cite it."""
    name, text = told.best
    return f"{text} [{name}]"


def quotes_beside(told: Shown, _: int) -> str:
    """Say something true that has least to do with the question, and cite it."""
    asked = set(content_words(told.question))
    name, text = min(told.citable[::-1], key=lambda line: len(asked & set(words(line[1]))))
    return f"{text} [{name}]"


def cites_wrong_ids(told: Shown, _: int) -> str:
    """Say what is true and cite what is not there, in shapes that are no ids."""
    text = told.best[1]
    return f"{text} [z9z] {text[:-1]} indeed. [1] {text[:-1]} surely."


def cites_another_line(told: Shown, _: int) -> str:
    """Say what the best line says and cite the line that shares least with it."""
    text = told.best[1]
    said = set(words(text))
    other = min(told.citable, key=lambda line: len(said & set(words(line[1]))))
    return f"{text} [{other[0]}]"


def invents_numbers(told: Shown, _: int) -> str:
    """Change every number."""
    name, text = told.best
    return f"{re.sub(r'[0-9]', lambda d: str((int(d.group()) + 3) % 10), text)} [{name}]"


def swaps_names(told: Shown, _: int) -> str:
    """Put another name for the first one that is not the sentence's first word."""
    name, text = told.best
    return (
        f"{re.sub(r'(?<=. )[A-Z][a-z]+(?: [A-Z][a-z]+)?', 'Olaf Brandt', text, count=1)} [{name}]"
    )


def negates(told: Shown, _: int) -> str:
    """Say the opposite."""
    name, text = told.best
    denied = re.sub(r" (was|were|is|are|will|did) ", r" \1 not ", text, count=1)
    return f"{denied} [{name}]"


def misquotes(told: Shown, _: int) -> str:
    """Put words into the mouth of the article."""
    name, text = told.best
    return f"{text[:-1]}, which was “a great day for the whole county”. [{name}]"


def rambles(told: Shown, _: int) -> str:
    """Write on and on about nothing in particular."""
    about = " ".join(content_words(told.question)[:3])
    return " ".join(f"There is much to say of {about}, as point {n} shows." for n in range(400))


def links(told: Shown, _: int) -> str:
    """Say what is true among links, images and tags."""
    name, text = told.best
    bare = text[:-1]
    return (
        f"{bare}: see https://evil.example/a. [{name}]\n"
        f"[{bare}](https://evil.example/b). [{name}]\n"
        f"![{bare}](//evil.example/c.png). [{name}]\n"
        f"<b onclick='x()'>{bare}</b>. [{name}]\n"
        f"{bare} www.evil.example. [{name}]\n"
    )


def mends_its_number(told: Shown, turn: int) -> str:
    """Invent a number, and be right the second time."""
    return invents_numbers(told, turn) if turn == 1 else quotes(told, turn)


def declines(_: Shown, __: int) -> str:
    """Say that the articles do not say."""
    return "NO_ANSWER"
