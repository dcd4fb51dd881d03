"""Language model: what Dateline asks of one, whoever provides it.

It takes messages and gives text, piece by piece. Knows nothing of questions, articles or citations:
what a model writes is only ever a draft, which the pipeline checks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

# English text has some four characters to a token, other scripts fewer: rather too many tokens than
# too few, where only an estimate is to be had.
CHARS_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what a model is shown."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls of a model took.

    Attributes:
        calls: how many there were, with those that were tried again.
        prompt_tokens, completion_tokens: as the provider counted them, else estimated.
        cost_usd: in US dollars; None where the price is not known.
        cached: how many of the calls were answered from the cache; they cost nothing.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take.

    Attributes:
        first_seconds: how long the first piece of text may take to come, retries included.
        total_seconds: how long the whole text may take.
        tries: how often the provider is asked at most; again only before any text has come.
        backoff_seconds: the longest first wait before another try; each doubles it.
        cost_usd: what it may cost at most, where the price is known.
    """

    first_seconds: float = 30.0
    total_seconds: float = 120.0
    tries: int = 3
    backoff_seconds: float = 1.0
    cost_usd: float | None = None


def estimated_tokens(characters: int) -> int:
    """Return about how many tokens so many characters are."""
    return characters // CHARS_PER_TOKEN


def estimated_tokens_of(messages: Sequence[Message]) -> int:
    """Return about how many tokens messages are."""
    return estimated_tokens(sum(len(message.content) for message in messages))


class Writing(Protocol):
    """A text while it is being written: iterate for its pieces.

    `usage` and `finished` are final when it is exhausted or closed. Closing it stops the call.
    """

    @property
    def usage(self) -> Usage:
        """What it has taken so far."""
        ...

    @property
    def finished(self) -> bool:
        """Whether the model came to an end of its own, rather than being cut off."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Yield the pieces of the text as they come."""
        ...

    def close(self) -> None:
        """Stop; what has not come yet never comes."""
        ...


class LanguageModel(Protocol):
    """Whatever writes text."""

    @property
    def name(self) -> str:
        """By what it is known to its provider: "openai/gpt-5-mini"."""
        ...

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> Writing:
        """Begin to write an answer to messages.

        Args:
            messages: at least one, the oldest first.
            max_tokens: after so many it is cut off.

        Raises:
            ModelCallError: the provider could not be asked, here or while the pieces are taken.
        """
        ...
