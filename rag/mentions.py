"""Mentions: which article a question speaks of, by its outlet, its author or its day.

"According to Reuters", "the TechCrunch article about", "Anna Berg wrote", "on 14 January". Only
names that an article carries are recognised, so that nothing has to be known of outlets beforehand.
What is mentioned is evidence, not a condition. Knows nothing of what the articles say.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from index.dates import MONTHS, find_dates
from index.types import Article
from rag.words import fold, words

# Words beside which an outlet's name is that of a source: "TechCrunch reported", "a Fortune story".
SOURCE_WORDS = frozenset(
    """
    according per article articles report reports reported reporting story stories piece pieces
    coverage cover covers covered review reviews interview interviews column editorial headline
    say says said write writes wrote written tell tells told suggest suggests state states stated
    describe describes described claim claims claimed mention mentions mentioned highlight
    highlights highlighted discuss discusses discussed publish publishes published note notes noted
    quote quotes quoted cite cites cited source sources news newspaper journalist journalists
    """.split()
)
# How many words away such a word may stand.
NEAR = 8
DIRECTLY_BEFORE = re.compile(r"\b(?:by|in|from|via)\W+$", re.IGNORECASE)
# What stands behind an outlet's name in a feed: "Cnbc | World Business News", "FOX News - Health".
SECTION = re.compile(r"\s+[|–—·-]\s+|\s*[|:]\s+")
DOMAIN = re.compile(r"\.(?:com|org|net|co\.uk|co|news)$", re.IGNORECASE)
ENGLISH_MONTH = "|".join(name for name in MONTHS if name.isascii() and len(name) > 2)
DAY = re.compile(
    rf"\b(?:(?P<month>{ENGLISH_MONTH})\b\.? (?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b"
    rf"|(?P<first>[0-3]?\d)(?:st|nd|rd|th)?(?: of)? (?P<second>{ENGLISH_MONTH})\b)",
    re.IGNORECASE,
)
YEAR = re.compile(r"\b(?:in|of|during|since|from|late|early) ((?:19|20)\d\d)\b", re.IGNORECASE)
# What happened on a day is reported on it or a little later.
DAYS_LATER = 2
LATER = 0.5
# A year holds much more than a day does, and says less of which article is meant.
OF_A_YEAR = 0.25
OF_A_MONTH = 0.5


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a question says of the articles that it is about.

    Attributes:
        text: the question.
        dates: the days, months and years that it names: ISO dates; a day without a year "--01-14".
    """

    text: str
    dates: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Mentions":
        """Read what a question mentions."""
        whole = [found for found in find_dates(text) if found.iso]
        dates = [found.iso[:10] for found in whole if found.iso]
        rest = text
        for found in reversed(whole):
            rest = f"{rest[: found.span.start]} ; {rest[found.span.end :]}"
        for found_day in DAY.finditer(rest):
            name = (found_day["month"] or found_day["second"]).lower()
            day = int(found_day["day"] or found_day["first"])
            if 1 <= day <= 31:
                dates.append(f"--{MONTHS[name]:02}-{day:02}")
        dates += YEAR.findall(rest)
        return cls(text, tuple(dict.fromkeys(dates)))

    def outlet(self, article: Article) -> bool:
        """Tell whether the question names an article's outlet as a source."""
        return article.outlet is not None and _names_outlet(self.text, article.outlet)

    def author(self, article: Article) -> bool:
        """Tell whether the question names the author of an article in full."""
        return article.author is not None and any(
            len(name.split()) > 1 and stands_in(fold(name), fold(self.text))
            for name in re.split(r",|;|&|\band\b", article.author)
        )

    def date(self, article: Article) -> float:
        """Tell, from 0 to 1, how well an article's date is that which the question names."""
        published = (article.published or "")[:10]
        return max((_fits(published, named) for named in self.dates), default=0.0)


def _fits(published: str, named: str) -> float:
    if named.startswith("--"):
        named = published[:4] + named[1:]
    if len(named) < len("2026-01-14"):
        worth = OF_A_YEAR if len(named) == len("2026") else OF_A_MONTH
        return worth * published.startswith(named)
    try:
        late = (date.fromisoformat(published) - date.fromisoformat(named)).days
    except ValueError:  # only a month is known, or the day is on no calendar
        return 0.0
    if late == 0:
        return 1.0
    return LATER if 0 < late <= DAYS_LATER else 0.0


@lru_cache(maxsize=2_000)
def _names_outlet(text: str, outlet: str) -> bool:
    """Tell whether a text names an outlet where a source would be named.

    A name may be a common word ("Time", "Fortune"), so it counts as it is written, and beside a
    word such as "according to" or "reports".
    """
    return any(_is_source(text, name) for name in short_names(outlet))


def _is_source(text: str, name: str) -> bool:
    for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        before, after = text[: found.start()], text[found.end() :]
        beside = {*words(before)[-NEAR:], *words(after)[:NEAR]}
        if DIRECTLY_BEFORE.search(before) or not SOURCE_WORDS.isdisjoint(beside):
            return True
    return False


@lru_cache(maxsize=2_000)
def short_names(outlet: str) -> tuple[str, ...]:
    """Return what people call an outlet: with or without its section and ".com", or in initials.

    "The" may be left out where two words remain, or the name would be a common word ("The Age").
    Initials are of three words or more: "WSJ". One word may stand in capitals: "CNBC".
    """
    main = DOMAIN.sub("", SECTION.split(outlet.strip())[0]).strip()
    bare = main.removeprefix("The ")
    names = [outlet, main]
    if len(bare.split()) > 1:
        names.append(bare)
    if len(bare.split()) > 2:
        names.append("".join(part[0] for part in bare.split() if part[0].isupper()))
    if " " not in main:
        names.append(main.upper())
    return tuple(name for name in dict.fromkeys(names) if len(name) > 1)


def stands_in(name: str, text: str) -> bool:
    """Tell whether a name stands in a text, and not only as part of a word; as it is written."""
    return re.search(rf"(?<!\w){re.escape(name.strip())}(?!\w)", text) is not None
