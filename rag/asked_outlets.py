"""Asked outlets: whose report a question asks for, and what is asked apart from that.

"According to the Upland Post, how many died?" is "How many died?", asked of the Upland Post alone:
what another outlet says is no answer to it. An article hardly ever names its own outlet, so that
whoever reads it with the whole question looks for what is not there. Rules over English patterns;
knows the names of the outlets, and nothing of what their articles say.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rag.mentions import short_names
from rag.words import content_words

Rewrite = str | Callable[[re.Match[str]], str]

# Where an outlet's name stood: one such character for each place that it stood in.
FIRST_MARK = 0xE000
ONE_MARK = "[\ue000-\uf8ff]"
MARK = rf"{ONE_MARK}(?:(?:,|,? and|,? or) {ONE_MARK})*"
WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
DOES = r"(?:does|do|did|has|have)"
SAYS = r"(?:say|report|write|claim|state|think|reckon|suggest|estimate|believe)s?"
ACCOUNT = (
    r"(?:own )?(?:accounts?|reports?|reporting|stor(?:y|ies)|articles?|pieces?|coverage|telling"
    r"|version|words|count|figures?|numbers?)"
)
OF_ITS = rf"(?:[’']s? {ACCOUNT})"
BY = r"(?:according to|as per|per|going by|as (?:told|reported|written) (?:by|in))"
# Behind this, even a name in lower case is one.
ACCORDING = re.compile(r"\baccording to $", re.IGNORECASE)
QUOTES = {
    "quote": "quoted",
    "cite": "cited",
    "name": "named",
    "mention": "mentioned",
    "list": "listed",
    "interview": "quoted",
    "talk to": "quoted",
    "talk with": "quoted",
    "speak to": "quoted",
    "speak with": "quoted",
    "hear from": "quoted",
}
# Who is set beside others is not asked alone.
BESIDE_OTHERS = re.compile(
    r"\b(?:others?|another|else|different(?:ly)?|rest|agree\w*|disagree\w*|differ\w*|both|than"
    r"|contradict\w*|instead|versus|vs|compare[sd]?|unlike|except|besides|apart from)\b",
    re.IGNORECASE,
)
# No rule applies without one of these.
SPEAKS = re.compile(
    rf"\b(?:{BY}|{'|'.join(QUOTES)}|{SAYS}|said|wrote|reported|quoted|cited|interviewed|mentioned"
    rf"|named|described?|listed|given|give|put|have|print|carry|publish|characteri[sz]e|portray|see"
    rf"|view|experts?|sources?|reporters?|journalists?|{ACCOUNT})\b|^\W*(?:in|from|by) ",
    re.IGNORECASE,
)
RULES: tuple[tuple[re.Pattern[str], Rewrite], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), rewrite)
    for pattern, rewrite in (
        # Where it is said.
        (rf"^(?:{BY} {MARK}{OF_ITS}?,?|(?:in|from|by) {MARK}(?:{OF_ITS},?|,)) ", ""),
        (rf",? (?:{BY} {MARK}{OF_ITS}?|(?:in|from|by) {MARK}{OF_ITS})(?=\W|$),?", ""),
        (
            (
                r"\b(quoted|cited|interviewed|mentioned|named|reported|described|listed|given)"
                rf" (?:in|by|to) {MARK}"
            ),
            r"\1",
        ),
        # Who speaks there.
        (
            rf"^({WH}\b.*?) {DOES} {MARK} ({'|'.join(QUOTES)})\b",
            lambda found: f"{found[1]} is {QUOTES[found[2].lower()]}",
        ),
        # What it says.
        (
            rf"^how {DOES} {MARK} (?:describe|characteri[sz]e|portray|see|view) (.+)$",
            r"how is \1 described",
        ),
        (rf"^what {DOES} {MARK} {SAYS} (about|of|on) ", r"what is said \1 "),
        (
            rf"^what {MARK} (?:says|said|reports|reported|writes|wrote) (about|of|on) ",
            r"what is said \1 ",
        ),
        (
            (
                rf"^((?:what|which|how)\b.*?) {DOES} {MARK} "
                r"(?:give|put|have|print|carry|publish|report|state) (for|on|of|as|about|at) "
            ),
            r"\1 is given \2 ",
        ),
        (
            (
                r"^(who|how (?:many|much)|(?:which|what|how many|how much) \S.*?)"
                rf" {DOES} {MARK} {SAYS}(?: that)? "
            ),
            r"\1 ",
        ),
        (rf"^({WH}) {DOES} {MARK} {SAYS}(?: that)? ", r"\1 is it that "),
        (rf"^{DOES} {MARK} ({SAYS})\b", r"do they \1"),
        (rf"{MARK}[’']s? (experts?|sources?|reporters?|journalists?|{ACCOUNT})\b", r"the \1"),
    )
)


@dataclass(frozen=True, slots=True)
class AskedOutlets:
    """What is asked, and of whom.

    Attributes:
        text: the question without its words on whose report is meant.
        outlets: whose it is, as their articles name them.
    """

    text: str
    outlets: tuple[str, ...]


def names_sources(text: str) -> bool:
    """Tell whether a question may ask for somebody's report, whosever it is."""
    return SPEAKS.search(text) is not None and BESIDE_OTHERS.search(text) is None


def asked_outlets(text: str, outlets: Iterable[str]) -> AskedOutlets | None:
    """Return what a question asks of some outlets alone, or None where it asks of no one outlet.

    Args:
        text: a question that asks one thing and `names_sources`.
        outlets: all that there are, as their articles name them.
    """
    marked, names = _marked(text.strip().rstrip("?").rstrip(), _named(text, outlets))
    if not names:
        return None
    asked = marked
    for rule, rewrite in RULES:
        asked = rule.sub(rewrite, asked, count=1)
    meant: set[str] = set()
    for mark, (written, of) in names.items():
        if mark in asked:
            asked = asked.replace(mark, written)
        else:
            meant |= of
    if not meant:
        return None
    asked = asked.strip(" ,")
    plain = f"{asked[:1].upper()}{asked[1:]}?"
    return AskedOutlets(plain if content_words(plain) else text, tuple(sorted(meant)))


def _named(text: str, outlets: Iterable[str]) -> dict[str, set[str]]:
    """Return the names in a text by which outlets are called, each with those that it calls."""
    named: dict[str, set[str]] = {}
    folded = text.casefold()
    for outlet in outlets:
        for name in short_names(outlet):
            if name.casefold() in folded:
                named.setdefault(name.casefold().removeprefix("the "), set()).add(outlet)
    return named


def _marked(
    text: str, named: Mapping[str, set[str]]
) -> tuple[str, dict[str, tuple[str, set[str]]]]:
    """Return a text with marks for names, and for each mark what stood there and whom it calls."""
    marks: dict[str, tuple[str, set[str]]] = {}
    if not named:
        return text, marks

    def mark(found: re.Match[str]) -> str:
        # "Time" is an outlet and "time" is none; what has several words is known in any case.
        if " " not in found["name"] and found["name"].islower():
            by = ACCORDING.search(text[: found.start()])
            if by is None:
                return found[0]
        made = chr(FIRST_MARK + len(marks))
        marks[made] = (found[0], named[found["name"].casefold()])
        return made

    longest_first = "|".join(re.escape(name) for name in sorted(named, key=len, reverse=True))
    pattern = rf"(?<!\w)(?:the )?(?P<name>{longest_first})(?!\w)"
    return re.sub(pattern, mark, text, flags=re.IGNORECASE), marks
