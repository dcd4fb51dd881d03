"""Numbering: an answer's sources, numbered in the order in which they are first cited.

Knows nothing of what cites them.
"""

from collections.abc import Mapping

from index.types import Article
from rag.types import Source


class Numbering:
    """The sources of one answer while it is made.

    Args:
        origins: those of the articles that may be cited; of any other it is the article itself.
    """

    def __init__(self, origins: Mapping[str, str]) -> None:
        self._origins = origins
        self._sources: dict[str, Source] = {}

    def number(self, article: Article) -> int:
        """Return an article's number, from 1; it gets the next one where it has none."""
        if article.id not in self._sources:
            self._sources[article.id] = Source(
                n=len(self._sources) + 1,
                article=article.id,
                title=article.title,
                outlet=article.outlet,
                author=article.author,
                published=article.published,
                url=article.url,
                origin=self._origins.get(article.id, article.id),
            )
        return self._sources[article.id].n

    @property
    def sources(self) -> tuple[Source, ...]:
        """What has been numbered, in order."""
        return tuple(self._sources.values())

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers by the articles' ids."""
        return {name: source.n for name, source in self._sources.items()}
