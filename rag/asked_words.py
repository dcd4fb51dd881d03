"""Asked words: which of a question's words an article that answers it has to hold.

Left out is what only says how the question is put: a sign written as a word ("percent", which many
articles write "%"), what is said of the reports themselves ("do all the outlets say the same?"),
whose view is wanted ("to the mayor's mind"), the form of the answer ("list every …"), and an
outlet's name where it is asked what that outlet says. Where nothing else would be left, all words
stay. Knows nothing of the articles.
"""

import re
from collections.abc import Iterable, Iterator

from rag.words import content_words

NUMBER = r"(?:\d[\d.,]*|how many|few|one|two|three|four|five|six|seven|eight|nine|ten|hundred)"
SCALE = r"(?:(?:hundred|thousand|million|billion|trillion|bn|m|k) )?"
# "Report" and "article" carry no topic anywhere, see `rag.words`.
SOURCE = (
    r"stor(?:y|ies)|outlets?|(?:news)?papers?|sources?|journalists?|reporters?|media"
    r"|coverage|articles?|reports?"
)
OF_ALL = r"(?:any|each|every|all|these|those|which|what|both|different|various|do|does|did|other)"
ABOUT_SOURCES = re.compile(
    rf"\b{OF_ALL} (?:of )?(?:the )?(?:other |different )*({SOURCE})\b"
    r"|\bthe (?:other |different )?(stories|outlets|papers|newspapers|sources|coverage)\b"
    r"|\bthe (?:reports|articles)()\b",
    re.IGNORECASE,
)
# How sources are set against each other.
DIFFERING = re.compile(
    r"\b(?:differ(?:s|ed|ent|ently|ence|ences)?|disagree\w*|agree[sd]?|concur\w*|contradict\w*"
    r"|match\w*|attribut\w+|credit(?:s|ed)?|phrases?|expressions?|wording|versions?|carry|carries)\b",
    re.IGNORECASE,
)
# What each of these finds is left out; of one with groups, what they hold.
SIGNS = tuple(
    re.compile(sign, re.IGNORECASE)
    for sign in (
        r"\bper ?cents?\b|\bpercentages?\b|\bpct\b",
        rf"\b{NUMBER} {SCALE}(?:us |american |canadian |australian )?(dollars?|euros?|pounds?)\b",
        r"\bin (dollars?|euros?|pounds?)\b|\b(dollars?|euros?|pounds?)[’'] worth\b",
    )
)
MANNERS = tuple(
    re.compile(manner, re.IGNORECASE)
    for manner in (
        r"\bvs\b|\bversus\b|\bw(?=/)",
        (
            r"\b(?:in|to|by)(?: [\w’'-]+){1,4}?[’'] ?s? (view|opinion|eyes|words|telling|mind"
            r"|account|reckoning|estimate|book|reading)\b"
        ),
        r"\bin the (view|opinion|eyes|words) of\b|\b(going) by\b|\bif you (ask)\b",
        r"^\W*(?:please |can you |could you )*(list|name|enumerate) (?=\w)",
        r"\b((?:full )?names?) (?:of|for) (?:the|those|these|all|both|two|three)\b",
        r"\b(short|stands?|stood) for\b",
        r"\b(kinds?|sorts?) of\b",
        r"\b(mention(?:s|ed)?|quotes?)\b",
    )
)
# The last word of many an outlet's name.
OUTLET = (
    r"((?:[A-Z][\w&-]+ ){1,3}(?:Report|Post|Times|News|Gazette|Herald|Courier|Tribune|Journal|Star"
    r"|Globe|Mail|Guardian|Telegraph|Observer|Chronicle|Dispatch|Press|Weekly|Review|Mirror"
    r"|Bulletin|Examiner|Sentinel|Standard|Inquirer|Echo|Argus))\b"
)
TELLS = (
    r"(?:say|says|said|reports?|reported|writes?|wrote|quotes?|quoted|cites?|cited|tells?|told|gives?"
    r"|gave|claims?|puts?|talks? to|speaks? to|spoke to|names?|calls?)\b"
)
OUTLETS = (
    re.compile(rf"\b(?:[Pp]er|[Aa]ccording to|[Dd]oes|[Dd]o|[Dd]id|[Bb]y|[Ii]n)(?: the)? {OUTLET}"),
    re.compile(rf"(?:^|[Tt]he |[Tt]hat ){OUTLET}(?=(?:[’']s \w+)? {TELLS})"),
)


def asked_words(text: str) -> list[str]:
    """Return the words that an answer's article has to hold, folded, in order, each once."""
    every = content_words(text)
    patterns = [*SIGNS, *MANNERS, *OUTLETS]
    if ABOUT_SOURCES.search(text):
        patterns += [ABOUT_SOURCES, DIFFERING]
    kept = frozenset(content_words(_without(text, patterns)))
    return [word for word in every if word in kept] or every


def without_signs(text: str) -> str:
    """Return a question without words that articles write as signs, which no index holds."""
    return _without(text, SIGNS)


def _without(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    kept, end = [], 0
    for start, stop in sorted({span for pattern in patterns for span in _found(pattern, text)}):
        kept.append(text[end:start])
        end = max(end, stop)
    return " ".join((*kept, text[end:]))


def _found(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        for group in range(1, pattern.groups + 1) if pattern.groups else (0,):
            if match.start(group) >= 0:
                yield match.span(group)
