"""Scene: where an article's words do not speak from the day on which it was written.

In a quotation, the words are another's and from another day. In a passage that tells of the past,
"on Friday" is a Friday of then. Knows where such places are, nothing of what phrases mean.
"""

import re

from index.types import Span

# Each mark that opens a quotation, with what closes it.
QUOTES = {"“": "”", "„": "“”", "«": "»"}
# A single mark that opens stands after a space and before a word; one that closes stands before
# none, else it is an apostrophe. '90s are no quotation.
OPENS_SINGLE = re.compile(r"(?<![\w’'])['‘](?=[^\W\d])")
CLOSES_SINGLE = re.compile(r"(?<=[\w.,!?])['’](?!\w)")

# These lean on another event.
ELSEWHEN = re.compile(
    r"\b(?:that|(?<!over\s)(?<!within\s)(?<!in\s)(?<!for\s)(?<!of\s)the\s+next|"
    r"the\s+(?:following|previous|same|preceding|ensuing))\s+(?:very\s+)?(?:day|night|"
    r"evening|morning|afternoon|week|weekend|month|spring|summer|autumn|fall|winter|year|decade|"
    r"[MTWFS]\w+day|[A-Z][a-z]+(?:ber|ary|il|ch))\b"
    r"|\b(?:hours?|days?|weeks?|months?|years?|decades?)\s+(?:later|earlier|beforehand|afterwards?|"
    r"prior|into|before)\b"
    r"|\bat\s+(?:the|that)\s+time\b|\bback\s+then\b|\bby\s+then\b|\bone\s+day\b|\bin\s+those\s+days\b"
    r"|\bonce\s+upon\b|\bwhen\s+(?:he|she|I)\s+was\b",
    re.IGNORECASE,
)
# A year that sets a scene; "since 2018" and "from 2018" only look back from the present.
YEAR_OF_SCENE = re.compile(
    r"\b(?:in|by|during|until|of|early|late|mid|circa|around|throughout|\w+ary|March|April|May|June|"
    r"July|August|\w+ber|winter|spring|summer|autumn|fall|[0-3]?[0-9](?:st|nd|rd|th)?,)[\s-]+"
    r"(?:the\s+)?(?:early\s+|late\s+|mid-?)?(?P<year>1[0-9]{3}|20[0-9]{2})(?P<decade>s)?\b",
    re.IGNORECASE,
)
# What follows these was said at another time than the sentence around it.
REPORTS = re.compile(
    r"\b(?:said|says|told|announced|reported|wrote|confirmed|added|warned|claimed|insisted|argued|"
    r"predicted|promised|testified|acknowledged|explained|learned|knew|thought|believed|that)\b"
)
LOOKS_BACK = re.compile(
    r"\b(?:since|from|than|compared\s+with|after)\s+(?:[\w.,-]+\s+){0,3}$", re.IGNORECASE
)


def quoted(paragraph: str) -> list[Span]:
    """Return the stretches of a paragraph that are, or may be, quotations.

    A quotation that the paragraph does not close reaches to its end, as where the next paragraph
    goes on with it. Where straight marks are odd in number, nobody knows what is quoted, and all
    from the first on may be.
    """
    found: list[Span] = []
    for opening, closings in QUOTES.items():
        place = paragraph.find(opening)
        while place >= 0:
            ends = [end for c in closings if (end := paragraph.find(c, place + 1)) >= 0]
            end = min(ends) + 1 if ends else len(paragraph)
            found.append(Span(place, end))
            place = paragraph.find(opening, end)
    straight = [i for i, character in enumerate(paragraph) if character == '"']
    if len(straight) % 2:
        found.append(Span(straight[0], len(paragraph)))
    else:
        found += [Span(a, b + 1) for a, b in zip(straight[::2], straight[1::2], strict=True)]
    if opened := OPENS_SINGLE.search(paragraph):
        # A mark that closes looks like an apostrophe, so all up to the last one may be quoted.
        closed = [match.end() for match in CLOSES_SINGLE.finditer(paragraph, opened.end())]
        found.append(Span(opened.start(), closed[-1] if closed else len(paragraph)))
    return found


# What is told of someone in passing, between commas: "the union, founded in 1948, voted".
ASIDE = re.compile(r",\s+(?!(?:in|on|by|during|at|early|late|until|then)\b)[^,;:.]{3,100},")


def scene_years(text: str) -> list[tuple[int, int, int]]:
    """Return the years in which a text sets its scene, each as (place, first year, last year).

    Years that only look back, and those of an aside, set none.
    """
    told = ASIDE.sub(lambda aside: "," + " " * (len(aside.group()) - 2) + ",", text)
    return [
        (match.start("year"), year, year + 9 if match["decade"] else year)
        for match in YEAR_OF_SCENE.finditer(told)
        if not LOOKS_BACK.search(told, max(0, match.start() - 60), match.start())
        for year in [int(match["year"])]
    ]
