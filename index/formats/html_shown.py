"""HTML shown: the lines between a page's headline and its story give what its metadata does not.

These are the date and byline that a reader sees. A date counts where it is the only one there, or
the only one with a label such as "Published". Knows nothing of metadata.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.cleaning.bylines import BY, DATE_LABEL, Credits, is_labelled, read_credits
from index.cleaning.furniture import ADVERTISING, COMMENTS, COOKIES, LIST, NAVIGATION, SIGN_UP
from index.cleaning.prose import is_prose, letters
from index.dates import find_dates
from index.formats.html_blocks import Page
from index.formats.html_furniture import ASIDE, CAPTION, FOOTER, HIDDEN

# A date or byline is this near to the headline, in blocks above it and below it.
ABOVE = 3
BELOW = 15
# The headline is no further above the first paragraph.
FAR = 40
ELSEWHERE = frozenset(
    (*(ADVERTISING, COMMENTS, COOKIES, LIST, NAVIGATION, SIGN_UP), *(ASIDE, CAPTION, FOOTER, HIDDEN))
)


def read_shown(page: Page, chosen: Sequence[str | None], titles: frozenset[str]) -> Credits:
    """Return the author and the dates that stand by the headline; all else is None.

    Args:
        page: the page, taken apart.
        chosen: for each of its blocks None where it is story, or why it is not.
        titles: the forms of the story's title, as `letters` gives them.
    """
    lines = list(_lines(page, chosen, titles))
    found = [(line, told) for line in lines if (told := read_credits(line)) is not None]
    authors = [told.author for line, told in found if BY.match(line) or told.author]
    told = Credits()
    for line, credits in found:
        named = BY.match(line) or is_labelled(line) or not find_dates(line)
        told = told.filled_from(Credits(author=credits.author if named else None))
    published = [(line, told.published) for line, told in found if told.published]
    return replace(told, published=_only(published), updated=_only_updated(found))
