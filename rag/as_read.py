"""As read: the articles of one answer in the state in which they were read.

An answer that a language model writes may take a minute, and the collection is not held at one
state for so long. What is cited is compared with what was read, so that an article that is changed
or removed meanwhile neither breaks the answer nor slips into it. Knows nothing of questions.
"""

from collections.abc import Iterable
from typing import Protocol

from index.types import Article


class HasArticles(Protocol):
    """Whatever can give an article by its id: a store, or what was read from one."""

    def article(self, article_id: str) -> Article | None:
        """Return an article, or None where there is none of that id."""
        ...


class AsRead:
    """Articles as they were read from a store, which checked each against its digest."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = {article.id: article for article in articles}

    def article(self, article_id: str) -> Article | None:
        """Return an article as it was, or None where it was not read."""
        return self._articles.get(article_id)
