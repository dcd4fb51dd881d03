"""Scope: which articles a question is asked of. Knows nothing of how they are ranked."""

from dataclasses import dataclass, field, replace

from index.dates import iso_date
from index.filters import Filter, FilterError
from index.store import Store
from rag.dates.publication import published_by


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a question is asked of.

    Attributes:
        where: what is known of them.
        as_of: an ISO date; only articles known to be published by then.
        outlets: whose articles alone are meant, by their whole names; none for everyone's.

    Raises:
        FilterError: that is no date.
    """

    where: Filter = field(default_factory=Filter)
    as_of: str | None = None
    outlets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the date."""
        if self.as_of is not None and iso_date(self.as_of) != self.as_of:
            raise FilterError(f"as-of is {self.as_of!r}: write a date as 2026-01-31")

    def articles(self, store: Store) -> set[str] | None:
        """Return the ids of the articles, or None where that is all of them."""
        theirs = store.articles_of(self.outlets) if self.outlets else None
        if replace(self, outlets=()) == Scope():
            return theirs
        return {
            item.article.id
            for item in store.listed()
            if self.where.admits(item)
            and (theirs is None or item.article.id in theirs)
            and (self.as_of is None or published_by(item.article.published, self.as_of))
        }
