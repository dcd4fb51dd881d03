"""Filters: which articles of a collection are meant, by what is known of them."""

from dataclasses import dataclass

from index.dates import iso_date
from index.errors import DatelineError
from index.store import Listed


class FilterError(DatelineError):
    """A filter says something that cannot be looked for."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What articles must be to be meant; None leaves a field open.

    Attributes:
        outlet, author: a part of the name, in any case.
        after, before: ISO dates; published on that day (month, year) or later, or earlier. Articles
            whose date is unknown are then left out.
        origin: the origin's name.
        article: its id.

    Raises:
        FilterError: a date is none.
    """

    outlet: str | None = None
    author: str | None = None
    after: str | None = None
    before: str | None = None
    origin: str | None = None
    article: str | None = None

    def __post_init__(self) -> None:
        """Check the dates."""
        for name, value in (("after", self.after), ("before", self.before)):
            if value is not None and iso_date(value) != value:
                raise FilterError(f"{name} is {value!r}: write a date as 2026-01-31")

    def admits(self, listed: Listed) -> bool:
        """Tell whether an article is meant."""
        article = listed.article
        return (
            _holds(article.outlet, self.outlet)
            and _holds(article.author, self.author)
            and _within(article.published, self.after, self.before)
            and self.origin in {None, listed.origin}
            and self.article in {None, article.id}
        )


def _holds(value: str | None, wanted: str | None) -> bool:
    return wanted is None or wanted.casefold() in (value or "").casefold()


def _within(published: str | None, after: str | None, before: str | None) -> bool:
    """Compare as written: a month counts as all of its days."""
    if published is None:
        return after is None and before is None
    late_enough = after is None or published >= after[: len(published)]
    return late_enough and (before is None or published[: len(before)] <= before)
