"""Names: whom a sentence names, who is said to have said it, and who is said to have done it.

Works by patterns of English news, without a parser; what no pattern covers is not found. Two names
are one where one holds the other's words ("Mr. Carney", "Mark Carney"), or is its initials. Knows
nothing of questions.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from index.types import Span
from rag.comparing.topics import REMEMBERED, nation_of, topics
from rag.words import fold, stem

TITLES = frozenset(
    """
    mr mrs ms miss dr prof professor sir dame lord lady president premier chancellor king queen
    prime minister ministers foreign finance energy labour labor defence defense interior justice
    health transport education trade environment deputy vice chief chairman chairwoman chair senator
    governor mayor general admiral captain colonel major sergeant judge justice ambassador secretary
    director engineer congressman congresswoman representative councillor mp bishop pope father
    prince princess coach chinese canadian american british french german russian the
    """.split()
)
WORD = r"(?:(?:[A-Z]\.){2,}|[A-Z][\w’'-]*[\w]|[A-Z]\.)"
NAME = rf"{WORD}(?:\s(?:(?:of|de|van|von|bin|al|del|da)\s)?{WORD}){{0,5}}"
NAMED = re.compile(NAME)
SAID = (
    r"(?:said|says|told|called|calls|calling|described|describes|termed|terms|dubbed"
    r"|labell?ed|branded"
    r"|noted|notes|warned|warns|argued|argues|claimed|claims|insisted|insists|announced|declared"
    r"|declares|stated|states|added|explained|explains|suggested|suggests|spoke|hailed|proclaimed"
    r"|acknowledged|admitted|conceded|thinks|believes|predicted|remarked|recalled|wrote"
    r"|writes|coined"
    r"|likened|compared|characterised|characterized|accused|dismissed|praised|speaks|voiced)"
)
VIEW = (
    r"(?:words|description|view|opinion|judge?ment|reading|telling|account|reckoning|phrase|eyes"
    r"|estimation|assessment|version|formulation)"
)
ASIDE = r"(?:,\s[^,.;“”]{1,80},)?"
ADVERBS = (
    r"(?:\s(?:has|had|have|also|then|later|first|already|once|now|who|again|publicly|was|is)){0,3}"
)
HELPERS = r"(?:\s(?:will|would|is|to|has|had|have|also|then|later|first|who|that)){0,3}"
# "Gave the order", "made the first proposal": the noun tells what was done.
LIGHT = r"(?:gave|gives|made|makes|issued|took|put forward)"
LIGHTLY = rf"(?:\s{LIGHT}\s(?:the|an?)(?:\s(?:first|original))?)?"
DESCRIBING = r"(?:Calling|Describing|Branding|Dubbing|Labelling|Hailing|Warning|Dismissing)"
# Among so many topic words after its verb stands what something was done to.
OBJECT = 2
INTRODUCED = r"(?:the\s)?(?:[a-z]+\s){0,3}"
SPEAKERS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<name>{NAME}){ASIDE}(?:,?\s(?:however|though|too|for one),?)?{ADVERBS}\s{SAID}\b",
        rf"\b{SAID}\s(?:by\s)?{INTRODUCED}(?P<name>{NAME})",
        rf"\b(?:[Aa]ccording to|[Ii]n the {VIEW} of|attributed to)\s{INTRODUCED}(?P<name>{NAME})",
        rf"\b(?:[Ii]n|[Bb]y|[Tt]o|[Ff]rom)?\s?(?P<name>{NAME})[’']s?\s(?:own\s)?{VIEW}\b",
        # "Calling it a bomb, the party's spokesman, Viktor Hahn, demanded …".
        (
            rf"^{DESCRIBING}\s[^,;]{{3,90}},"
            rf"\s(?:(?:the|its|his|her|a)\s(?:[\w’'-]+\s?){{1,5}},\s|{INTRODUCED})(?P<name>{NAME})"
        ),
        rf"\b(?:[Aa]s)\s(?P<name>{NAME})\s(?:sees|put|puts|has it|had it)\b",
    )
)
PLACES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:in|at|near|outside|off|from)\s(?:the\s(?:[a-z]+\s){{0,3}})?(?P<name>{NAME})",
        rf"(?P<name>{NAME})\s(?:(?:will|is to) host|hosts|hosted|is hosting|was the venue)\b",
        rf"\bhosted by\s(?P<name>{NAME})",
    )
)
WHAT = r"(?P<what>(?:[\w’'-]+\s){0,3}[\w’'-]+)"
HOLDERS = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"(?P<name>{NAME}){ASIDE}\s(?:is|was|became|has become|will be|will become|remains)"
            rf"\s(?:the|an?)\s{WHAT}"
        ),
        rf"(?P<name>{NAME}),\s(?:the|an?)\s{WHAT}",
        (
            rf"(?P<what>.{{5,120}})\s(?:was|were)\s(?:made|achieved|completed|set|held)\sby"
            rf"\s{INTRODUCED}(?P<name>{NAME})"
        ),
    )
)
# Words with a capital that name nobody: what a sentence or a quotation opens with, days, months.
NOBODY = frozenset(
    """
    the a an this that these those it he she they we i you his her its their our in on at of for to
    from by with after before since when while as if but and or not no yes all some many most more
    what who which where why how there here now then both each one two three four five six seven
    eight nine ten police officials organisers organizers reports documents according asked talks
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december historically today yesterday
    """.split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, without what only introduces it; `words` is what it is told by."""

    span: Span
    words: tuple[str, ...]

    def is_capitalised(self, text: str) -> bool:
        """Tell whether it begins with a capital in the text it was read from: whether it names."""
        return text[self.span.start : self.span.end].lstrip("“‘\"'")[:1].isupper()


@lru_cache(maxsize=REMEMBERED)
def find_names(text: str) -> tuple[Name, ...]:
    """Return the names in a text, in order."""
    return tuple(name for match in NAMED.finditer(text) if (name := _name(match, 0)))


def find_speakers(text: str) -> tuple[Name, ...]:
    """Return those who are said to have said something, in order of the text, each once."""
    found: dict[Span, Name] = {}
    taken: list[Span] = []
    for pattern in SPEAKERS:
        for match in pattern.finditer(text):
            # In "Holm said Berg knew", Berg does not speak: the verb has its speaker.
            if any(span.start < match.start() < span.end for span in taken):
                continue
            if name := _name(match, "name"):
                found.setdefault(name.span, name)
                taken.append(Span(match.start(), match.end()))
    return tuple(found[span] for span in sorted(found))


def doers(text: str, verbs: Iterable[str], done: frozenset[str]) -> tuple[Name, ...]:
    """Return the names that a text gives as the doers of a verb: "X won", "won by X".

    Args:
        text: a sentence.
        verbs: the verb's forms as they stand in the text.
        done: the stems of what it may have been done to; what follows "X won" has to hold one.
    """
    found: dict[Span, Name] = {}
    for verb in verbs:
        word = re.escape(verb)
        active = rf"(?P<name>{NAME}){ASIDE}{HELPERS}{LIGHTLY}\s{word}\b"
        passive = rf"\b{word}\b(?:\s[^\s,.;]+){{0,7}}?\sby\s{INTRODUCED}(?P<name>{NAME})"
        for match in re.finditer(active, text):
            following = {t.stem for t in topics(text[match.end() :])[:OBJECT]}
            if (name := _name(match, "name")) and (not done or following & done):
                found.setdefault(name.span, name)
        for match in re.finditer(passive, text):
            if name := _name(match, "name"):
                found.setdefault(name.span, name)
    return tuple(found[span] for span in sorted(found))


def holders(text: str, about: frozenset[str]) -> tuple[Name, ...]:
    """Return whom a text says to be what is described: "X became the first woman to …".

    Args:
        text: a sentence.
        about: the stems of the description, one of which has to come first in it.
    """
    found: dict[Span, Name] = {}
    for pattern in HOLDERS:
        for match in pattern.finditer(text):
            told = {t.stem for t in topics(match["what"])}
            if (name := _name(match, "name")) and told & about:
                found.setdefault(name.span, name)
    return tuple(found[span] for span in sorted(found))


def places(text: str, after: int = 0) -> tuple[Name, ...]:
    """Return the names that follow a preposition of place."""
    matches = (match for pattern in PLACES for match in pattern.finditer(text, after))
    found = {name.span: name for match in matches if (name := _name(match, "name"))}
    return tuple(found[span] for span in sorted(found))


def same_name(one: Name, other: Name) -> bool:
    """Tell whether two names may be one's."""
    mine, theirs = set(one.words), set(other.words)
    if mine <= theirs or theirs <= mine:
        return True
    countries = nation_of(" ".join(one.words)), nation_of(" ".join(other.words))
    if countries[0] and countries[0] == countries[1]:
        return True
    if one.words[-1] == other.words[-1] and (len(one.words) == 1 or len(other.words) == 1):
        return True
    return _initials(one, other) or _initials(other, one)


def _initials(short: Name, full: Name) -> bool:
    letters = "".join(short.words).replace(".", "")
    return len(full.words) > 1 and letters == "".join(word[0] for word in full.words)


def _name(match: re.Match[str], group: int | str) -> Name | None:
    start, end = match.span(group)
    text = match.string
    # A possessive belongs to what follows.
    written = re.sub(r"[’']s?$", "", text[start:end])
    words = [(m.group(), start + m.start()) for m in re.finditer(r"[\w.’'-]+", written)]
    while words and (fold(words[0][0]) in NOBODY or fold(words[0][0]).rstrip(".") in TITLES):
        words.pop(0)
    told = tuple(
        fold(word).rstrip(".") if "." not in word[:-1] else fold(word) for word, _ in words
    )
    told = tuple(re.sub(r"[’']s$", "", word) for word in told if word not in TITLES)
    if not words or not told or all(word in NOBODY for word in told):
        return None
    return Name(Span(words[0][1], start + len(written)), told)


def label_of(text: str, span: Span) -> Name | None:
    """Take a stretch of a text for a name, whatever it looks like; None if it holds no word."""
    words = [(fold(m.group()), m.span()) for m in re.finditer(r"\w[\w’'-]*", span.of(text))]
    told = tuple(word for word, _ in words if word not in NOBODY and word not in TITLES)
    return Name(span, told) if told else None


def stems_of(names: Iterable[Name]) -> frozenset[str]:
    """Return the stems of the words of names."""
    return frozenset(stem(word) for name in names for word in name.words)
