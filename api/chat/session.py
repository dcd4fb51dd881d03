"""Session: what a conversation knows of itself. Knows nothing of terminals or of answering."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from api.settings import Settings

if TYPE_CHECKING:
    from index.filters import Filter
    from index.store import Listed
    from rag.scope import Scope
    from rag.types import Answer


# What a conversation can be saved as.
SUFFIXES = (".md", ".json")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put to the pipeline.

    Attributes:
        text: the question as it was typed.
        history: the questions before it, oldest first.
        scope: the articles that it is asked of.
    """

    text: str
    history: tuple[str, ...]
    scope: "Scope"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    asked: Asked
    answer: "Answer"


@dataclass(slots=True)
class Session:
    """A conversation.

    Attributes:
        settings: how Dateline runs.
        where: which articles are asked; None is all.
        as_of: an ISO date; only what was surely published by then is used.
        turns: what was asked and answered, oldest first.
        latest: the question that was asked last, also where its answer was stopped.
        saved: the files that this conversation was saved to.
        articles: those of the collection, without their texts; empty until they are known.
    """

    settings: Settings
    where: "Filter | None" = None
    as_of: str | None = None
    turns: list[Turn] = field(default_factory=list)
    latest: str | None = None
    saved: set[Path] = field(default_factory=set)
    articles: "tuple[Listed, ...]" = ()

    def asked(self, text: str) -> Asked:
        """Return a question as it is to be put, with what was asked before and where.

        Raises:
            FilterError: the day is none.
        """
        return Asked(text, tuple(turn.asked.text for turn in self.turns), self.scope())

    def scope(self) -> "Scope":
        """Return which articles are asked.

        Raises:
            FilterError: the day is none.
        """
        from index.filters import Filter  # noqa: PLC0415 - not before the first prompt
        from rag.scope import Scope  # noqa: PLC0415

        return Scope(self.where or Filter(), self.as_of)

    def in_scope(self) -> "list[Listed]":
        """Return the articles that are asked."""
        from rag.dates.publication import published_by  # noqa: PLC0415 - as above

        return [
            one
            for one in self.articles
            if (self.where is None or self.where.admits(one))
            and (self.as_of is None or published_by(one.article.published, self.as_of))
        ]

    def narrowed(self) -> str:
        """Say in words what narrows the articles that are asked; empty where nothing does."""
        parts = []
        if self.where is not None:
            for name in ("outlet", "author", "after", "before", "article"):
                value = getattr(self.where, name)
                if value is not None:
                    parts.append(f"{name}={value}")
        if self.as_of is not None:
            parts.append(f"as of {self.as_of}")
        return " · ".join(parts)

    def last(self) -> Turn | None:
        """Return the last question that was answered, with its answer."""
        return self.turns[-1] if self.turns else None
