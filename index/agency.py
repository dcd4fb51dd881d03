"""Agency: the news agency that an article credits, if any.

A credit stands in the outlet, in the author, in a dateline, or at either end of the text in one of
the forms that newsrooms use. An agency that is only mentioned ("he told Reuters on Friday") or that
is thanked for a picture is no credit. Knows nothing of other articles.
"""

import re
from collections.abc import Iterable

from index.types import Article

# Each agency by its usual short name, with the forms that credits give it. Capitals tell initials
# from words, and what stands before it tells Bloomberg from people of that name.
NAMES = {
    "AAP": r"AAP|Australian Associated Press",
    "AFP": r"AFP|Agence[ -]France[ -]Presse",
    "ANI": r"ANI|Asian News International",
    "ANSA": r"ANSA",
    "AP": r"AP|Associated Press(?! of Pakistan)",
    "APA": r"APA|Austria Presse Agentur",
    "Bloomberg": (
        r"Bloomberg News|(?<!\w )Bloomberg|(?<=with )Bloomberg|(?<=from )Bloomberg"
        r"|(?<=via )Bloomberg"
    ),
    "Canadian Press": r"Canadian Press|La Presse canadienne",
    "dpa": r"dpa|DPA|Deutsche Presse-Agentur",
    "EFE": r"EFE",
    "IANS": r"IANS|Indo-Asian News Service",
    "Interfax": r"Interfax",
    "Kyodo": r"Kyodo|KYODO",
    "PA": r"PA Media|(?<!, )PA|Press Association",
    "PTI": r"PTI|Press Trust of India",
    "Reuters": r"Reuters|REUTERS",
    "TASS": r"TASS|ITAR-TASS",
    "UPI": r"UPI|United Press International",
    "Xinhua": r"Xinhua|XINHUA",
    "Yonhap": r"Yonhap",
}
NAMED = re.compile(
    rf"(?<![\w.])(?:{'|'.join(f'(?P<n{n}>{form})' for n, form in enumerate(NAMES.values()))})(?!\w)"
)
ANY = rf"(?<![\w.])(?:{'|'.join(NAMES.values())})(?!\w)"

# WASHINGTON (AP) — … LONDON, Jan 5 (Reuters) - … (Bloomberg) -- …
DATELINE = re.compile(r"[^()]{0,60}\([^()]{2,40}\)\s{0,3}[-–—―:]")
# Associated Press writer Jane Doe in Paris contributed to this report.
CONTRIBUTED = (
    rf"{ANY}[^.]{{0,120}}\bcontributed\b[^.]{{0,30}}\b(?:report|reporting|story|article)\b"
)
# With files from Jane Doe, The Canadian Press. Additional reporting by Reuters.
WITH_FILES = (
    r"(?i:\b(?:with|additional|includes?)\b[^.]{0,20}"
    r"\b(?:files?|inputs?|reporting|material|reports?|copy)\s(?:from|by))\s"
    rf"[^.]{{0,40}}?{ANY}"
)
# This report by The Canadian Press was first published on Jan. 14.
THIS_REPORT = rf"(?i:\bthis (?:report|story|article)\b[^.]{{0,40}}\bby\b)[^.]{{0,20}}?{ANY}"
# Copyright 2026 The Associated Press. All rights reserved.
COPYRIGHT = rf"(?i:copyright|©|\(c\))[^.]{{0,40}}?{ANY}"
# By Jane Doe, Associated Press. Source: Xinhua. (avec AFP). Reuters Staff.
BYLINE = (
    r"^\W*(?i:(?:by|from|with|via|sources?|credit|agency|avec|con|mit|the)\W+)*"
    rf"(?:[^.!?:]{{1,60}}?[,|/–—-]\s*(?:[Tt]he )?)?{ANY}"
    r"(?i:,?\s(?:staff|news|agency|wire|writer|reporter|correspondent))*\W*$"
)
# … he said. (PTI). … he said. — Reuters.
AT_THE_END = re.compile(rf"[.!?”\"']\s*(?:\(|[-–—]{{1,2}}\s?){ANY}\W*$")
LINES = tuple(
    re.compile(form) for form in (CONTRIBUTED, WITH_FILES, THIS_REPORT, COPYRIGHT, BYLINE)
)
PICTURE = re.compile(
    r"\b(?:photos?|images?|pictures?|videos?|getty|graphics?|file)\b", re.IGNORECASE
)
# A line of credit is short; of a longer one only the end is looked at.
MAX_CREDIT = 240
FIRST_LINES = 3
LAST_LINES = 4


def agency_of(article: Article) -> str | None:
    """Return the usual short name of the news agency that an article credits, or None.

    Of several, the first counts: the outlet before the author, the text's first lines before its
    last.
    """
    lines = [line.strip() for line in article.text.splitlines() if line.strip()]
    first, last = lines[:FIRST_LINES], lines[FIRST_LINES:][-LAST_LINES:]
    return _first(
        (
            _named(article.outlet or ""),
            _named(article.author or ""),
            *(_in_dateline(line) for line in first),
            *(_in_credit(line) for line in first),
            *(_in_credit(line) for line in reversed(last)),
        )
    )


def _named(text: str) -> str | None:
    match = NAMED.search(text)
    return None if match is None else tuple(NAMES)[int((match.lastgroup or "")[1:])]


def _in_dateline(line: str) -> str | None:
    match = DATELINE.match(line)
    return None if match is None else _named(match.group())


def _in_credit(line: str) -> str | None:
    end = line[-MAX_CREDIT:]
    if PICTURE.search(end):
        return None
    forms = (*LINES, AT_THE_END) if len(line) <= MAX_CREDIT else (AT_THE_END,)
    return _first(_named(match.group()) for form in forms if (match := form.search(end)))


def _first(found: Iterable[str | None]) -> str | None:
    return next((name for name in found if name is not None), None)
