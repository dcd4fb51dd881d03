"""Asked outlets: whose report a question asks for, and what is asked apart from that.

"According to the Upland Post, how many died?" is "How many died?", asked of the Upland Post alone:
what another outlet says is no answer to it. An article hardly ever names its own outlet, so that
whoever reads it with the whole question looks for what is not there. An outlet may be what the news
is about, too: only what plainly asks for its report does. Rules over English patterns; knows the
names of the outlets, and nothing of what their articles say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rag.mentions import short_names, stands_in
from rag.plain import WH, Plain
from rag.words import content_words

# Where an outlet's name stood: one such character for each place that it stood in.
FIRST_MARK = 0xE000
ONE_MARK = "[\ue000-\uf8ff]"
MARK = rf"{ONE_MARK}(?:(?:,|,? and|,? or) {ONE_MARK})*"
KIND = r"(?: (?:report|article|story|piece|newspaper|paper|magazine|news agency))?"
QUOTED = rf"[“\"]?(?:an? )?{MARK}[”\"]?{KIND}"
DOES = r"(?:does|do|did|has|have)"
SAYS = r"(?:say|report|write)"
ACCOUNT = (
    r"(?:own )?(?:accounts?|reports?|reporting|stor(?:y|ies)|articles?|pieces?|coverage|telling"
    r"|version|words|count)"
)
OF_ITS = rf"(?:[’']s? {ACCOUNT})"
BY = r"(?:according to|as per|per|going by|as (?:told|reported|written) (?:by|in))"
ENDS = r"(?=[,:;.?!)]|$)"
ABOUT = r"(?=(?: (?:on|about|as|of|for|over|after))?(?: |$))"
QUOTES = {
    "quote": "quoted",
    "cite": "cited",
    "interview": "quoted",
    "talk to": "quoted",
    "talk with": "quoted",
    "speak to": "quoted",
    "speak with": "quoted",
    "hear from": "quoted",
}
# Behind this, even a name in lower case is one.
ACCORDING = re.compile(r"\baccording to $", re.IGNORECASE)
# Who is set beside others is not asked alone.
BESIDE_OTHERS = re.compile(
    r"\b(?:others?|another|else|different(?:ly)?|rest|agree\w*|disagree\w*|differ\w*|both|than"
    r"|contradict\w*|instead|versus|vs|compare[sd]?|unlike|except|besides|apart from)\b",
    re.IGNORECASE,
)


def _compiled(*rules: tuple[str, Plain]) -> tuple[tuple[re.Pattern[str], Plain], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), rewrite) for pattern, rewrite in rules)


# Whose report it is, said beside the question.
ASIDE = _compiled(
    (rf"^(?:{BY} {QUOTED}{OF_ITS}?|(?:in|by|from) {MARK}{OF_ITS}?)[,:] ", ""),
    (rf"[ ,]*\(?(?:\b{BY} {QUOTED}{OF_ITS}?|\b(?:in|by|from) {MARK}{OF_ITS}){ENDS}\)?,?", ""),
)
# Who reports it, said in the question.
WITHIN = _compiled(
    (
        rf"\b(quoted|cited|interviewed|mentioned|reported|described) (?:in|by) {MARK}{ABOUT}",
        r"\1",
    ),
    (
        rf"^({WH}\b.*?) {DOES} {MARK} ({'|'.join(QUOTES)})\b",
        lambda found: f"{found[1]} is {QUOTES[found[2].lower()]}",
    ),
    (rf"^how {DOES} {MARK} (?:describe|characteri[sz]e|portray) (.+)$", r"how is \1 described"),
    (rf"^what {DOES} {MARK} {SAYS} (about|of|on) ", r"what is said \1 "),
    (
        rf"^what {MARK} (?:says|said|reports|reported|writes|wrote) (about|of|on) ",
        r"what is said \1 ",
    ),
    (
        rf"^((?:what|which)\b.*?) {DOES} {MARK} (?:give|print|publish|report) (for|of|on) ",
        r"\1 is given \2 ",
    ),
    (
        (
            r"^(who|how (?:many|much)|(?:which|what|how many|how much) \S.*?)"
            rf" {DOES} {MARK} {SAYS}(?: that)? "
        ),
        r"\1 ",
    ),
    (rf"^({WH}) {DOES} {MARK} say(?: that)? ", r"\1 is it that "),
    (rf"^{DOES} {MARK} {SAYS} (?=that\b|whether\b|if\b)", r"is it said "),
)
# Without one of these, no rule applies.
SPEAKS = re.compile(
    rf"\b(?:{BY}|{'|'.join(QUOTES)}|{SAYS}|said|says|wrote|reports|reported|writes|quoted|cited"
    r"|interviewed|mentioned|described?|characteri[sz]e|portray|give|print|publish)\b"
    rf"|^\W*(?:in|from|by) |[’']s? {ACCOUNT}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AskedOutlets:
    """What is asked, and of whom.

    Attributes:
        text: the question without its words on whose report is meant.
        outlets: whose it is, as their articles name them; none for everyone's.
    """

    text: str
    outlets: tuple[str, ...]


def names_sources(text: str) -> bool:
    """Tell whether a question may ask for somebody's report, whosever it is."""
    return SPEAKS.search(text) is not None


def asked_outlets(text: str, outlets: frozenset[str]) -> AskedOutlets | None:
    """Return what a question asks of some outlets alone, or None where it asks of no one outlet.

    Args:
        text: a question that `names_sources`.
        outlets: all that there are, as their articles name them.
    """
    asked, names = _marked(" ".join(text.split()).rstrip(" ?."), outlets)
    if not names:
        return None
    rules = ASIDE if BESIDE_OTHERS.search(text) else (*ASIDE, *WITHIN)
    for rule, rewrite in rules:
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


def holds_name(text: str, outlets: tuple[str, ...]) -> bool:
    """Tell whether a text names one of some outlets."""
    return any(stands_in(name, text) for outlet in outlets for name in short_names(outlet))


@lru_cache(maxsize=4)
def _called(outlets: frozenset[str]) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Return what outlets are called, in lower case: how each name is written, and whom it calls.

    Of a collection they are the same from question to question.
    """
    written: dict[str, set[str]] = {}
    called: dict[str, set[str]] = {}
    for outlet in outlets:
        for name in short_names(outlet):
            written.setdefault(name.casefold(), set()).add(name)
            called.setdefault(name.casefold(), set()).add(outlet)
    return {name: (frozenset(written[name]), frozenset(called[name])) for name in called}


def _marked(
    text: str, outlets: frozenset[str]
) -> tuple[str, dict[str, tuple[str, frozenset[str]]]]:
    """Return a text with marks for names, and for each mark what stood there and whom it calls."""
    marks: dict[str, tuple[str, frozenset[str]]] = {}
    folded = text.casefold()
    called = {name: what for name, what in _called(outlets).items() if name in folded}
    if not called:
        return text, marks

    def mark(found: re.Match[str]) -> str:
        name = found["name"]
        spellings, of = called.get(name.casefold(), (frozenset(), frozenset()))
        # "Time" is an outlet and "time" is none, nor is "Who" the WHO; what has several words is
        # known in any case.
        low = name.islower() and ACCORDING.search(text[: found.start()]) is not None
        if not of or not (" " in name or name in spellings or low):
            return found[0]
        made = chr(FIRST_MARK + len(marks))
        marks[made] = (found[0], of)
        return made

    longest_first = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
    pattern = rf"(?<!\w)(?:the )?(?P<name>{longest_first})(?!\w)"
    return re.sub(pattern, mark, text, flags=re.IGNORECASE), marks
