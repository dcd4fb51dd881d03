"""Exact kind: some questions name what their answer has to hold: a year, a weekday, a percentage.

Who asks in which year something began is not answered by a sentence that holds no year, however
near it comes, and one that holds a year may stand further down. Where `rag.answer_kind` weighs,
what is asked for here is needed. By closed lists of what is asked and what meets it; knows nothing
of ranking.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.dates.period import MONTH_NAMES, WEEKDAYS
from rag.words import fold

_MONTHS = [name.lower() for name in MONTH_NAMES]
MONTH = rf"(?:{'|'.join([*_MONTHS, *(name[:3] for name in _MONTHS), 'sept'])})"
WEEKDAY = rf"(?:{'|'.join(WEEKDAYS).lower()})s?"
# "This year", "in May": with the article's date they are a year, or a day.
YEAR = (
    rf"\b(?:1\d{{3}}|20\d\d)\b|[’']\d\ds?\b|\b(?:this|last|next|previous|following) year\b"
    rf"|\byears? (?:ago|earlier|later)\b|\b(?:in|since|until|by|from|last|this|next|of) {MONTH}\b"
)
DAY = (
    rf"\b{WEEKDAY}\b|\b{MONTH}\.? \d{{1,2}}\b|\b\d{{1,2}} {MONTH}\b"
    r"|\b(?:1\d{3}|20\d\d)-\d\d|\b\d{1,2}/\d{1,2}\b"
    r"|\b(?:to|yester)day\b|\b(?:tomorrow|tonight)\b|\bdays? (?:ago|earlier|later|after|before)\b"
    r"|\bsame day\b|\b\d{1,2}(?:st|nd|rd|th)\b|\b(?:christmas|easter|new year|during)\b"
)
SHARE = (
    r"%|\bper ?cents?\b|\bpct\b|\bpercentage\b|\b(?:half|third|quarter|fifth|tenth)s?\b"
    r"|\b(?:all|none|most)\b|\bnothing\b|\bone in\b|\bout of\b|\bdoubl\w+|\btripl\w+"
)
ADDRESS = r"\bhttps?:|\bwww\.|(?<![\w-])[\w-]{1,63}\.(?:com|org|net|info|gov|edu|int|[a-z]{2})\b"
MAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w"
TELEPHONE = r"\b\d[\d ().-]{4,}\d\b"
# Who asks for a date may be content with its month; who asks on which day is not.
DATE = rf"{DAY}|\b{MONTH}\b"
# Of a time, by its units or its end; of a thing, by a number of what it is measured in.
LENGTH = (
    r"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|weekends?|fortnights?|months?|years?"
    r"|decades?|centur(?:y|ies)|overnight|until|till|since|through|term|seasons?|indefinite\w*"
    r"|for ?ever|permanent\w*|temporar\w+|longer?|long-\w+|yet)\b"
    rf"|\b(?:1\d{{3}}|20\d\d)\b|\b{WEEKDAY}\b|\b{MONTH}\b"
    r"|\d[\d.,]*[ -]?(?:m|km|cm|mm|ft|in)\b"
    r"|(?:\d|\b(?:an?|half|few|several|one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen"
    r"|twenty|thirty|forty|fifty|hundred|thousand|million))[ -]"
    r"(?:metres?|meters?|kilomet(?:re|er)s?|miles?|feet|foot|yards?|inch(?:es)?|pages?"
    r"|words?|lines?|chapters?)\b"
)

# "Year-end", "day care", "the year's best": it is no year or day that is asked for.
ALONE = r"\b(?![-’'])(?! (?:ago|care|palms?|groups?|jobs?|like|ahead|off|book|end|trip|school)\b)"
LAST = r"\b(?= (?:of|for|to|where)\b|\W*$)"
WHAT = r"\b(?:what|which)(?:[’']s| is| was| were| are)?(?: the)? (?:exact |calendar |precise )?"
# "The central bank's key interest rate in May", but neither "the effect of the interest rate" nor
# "the interest rate in May blamed on".
NEITHER = r"(?!(?:about|at|behind|by|for|from|in|like|of|on|to|with)\b|\w+ing\b)"
RATE = (
    rf"\bwhat(?:[’']s| is| was| are| were)(?: the)? (?:{NEITHER}[\w’'-]+ ){{0,5}}?"
    r"(?:tariff|tax|duty|levy|vat|interest|inflation|unemployment|jobless|mortgage|growth) rates?"
    r"(?: (?:on|for|of|in|at|now|today)\b(?: (?!(?:about|by|on|of|to|for|with)\W*$|\w+ed\b)"
    r"[\w’'-]+){0,5})?\W*$"
)
NUMBER_OF_RATE = (
    r"%|\bper ?cents?\b|\bpct\b|\bpercentage\b|\b(?:half|third|quarter)\b"
    r"|\b(?:zero|nil|nought|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty"
    r"|thirty|forty|fifty)\b|(?<![\d,.])(?!(?:1\d|20)\d\d\b)\d"
)


@dataclass(frozen=True, slots=True)
class ExactKind:
    """What an answer has to hold.

    Attributes:
        name: what it is, in words that follow "no sentence gives".
        is_in: tells whether a sentence holds it.
        settles: whether a sentence that holds it surely answers.
    """

    name: str
    is_in: Callable[[str], bool]
    settles: bool = False


def _pattern(name: str, pattern: str) -> ExactKind:
    found = re.compile(pattern)
    return ExactKind(name, lambda text: found.search(fold(text)) is not None)


# What a folded question holds, and what its answer then has to.
EXACT: tuple[tuple[re.Pattern[str], ExactKind], ...] = tuple(
    (re.compile(asked), kind)
    for asked, kind in (
        (rf"{WHAT}years?{ALONE}", _pattern("a year", YEAR)),
        (
            r"\b(?:what|which) (?:weekday|day of the week)s?\b",
            _pattern("a day of the week", rf"\b{WEEKDAY}\b"),
        ),
        (rf"\b(?:what|which)(?: exact| precise| calendar)? days?{ALONE}", _pattern("a date", DAY)),
        (rf"{WHAT}dates?{ALONE}", _pattern("a date", DATE)),
        (r"\bhow long\b(?! ago)", _pattern("how long it is", LENGTH)),
        (rf"{WHAT}(?:percent(?:age)?|per cent)\b", _pattern("a percentage", SHARE)),
        (rf"{RATE}|\bat (?:what|which) rate\b", _pattern("a rate", NUMBER_OF_RATE)),
        (
            rf"{WHAT}(?:[\w’']+ ){{0,3}}?(?:web ?site|web ?page|web address|url){LAST}",
            _pattern("a web address", ADDRESS),
        ),
        (rf"{WHAT}(?:[\w’']+ ){{0,3}}?e-?mail address\b", _pattern("an e-mail address", MAIL)),
        (
            rf"{WHAT}(?:[\w’']+ )?(?:tele)?phone number\b|\bnumber (?:to|should I) (?:call|ring)\b",
            _pattern("a telephone number", TELEPHONE),
        ),
    )
)

# An acronym is told by its capitals: a mayor stands for something, too.
ACRONYM = r"(?P<acronym>[A-Z](?:[.&-]?[A-Z])+(?:s|\b))\.?"
ENDS = r"(?= (?i:here|in (?:the|this|that) (?:article|report|story))\b|\W*$)"
BEFORE = r"(?i:(?:the )?(?:acronym |abbreviation |letters |initials )?)"
SHORT_FOR = r"(?i:short|an? (?:acronym|abbreviation)|the (?:acronym|abbreviation)) (?i:for|of)\b"
SPELT_OUT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?i:what (?:does|do|did)) {BEFORE}{ACRONYM} (?i:(?:actually )?stands? for){ENDS}",
        rf"\b(?i:what(?:[’']s| is| are| was)?) {BEFORE}{ACRONYM} {SHORT_FOR}",
        rf"^\W*{BEFORE}{ACRONYM},? (?i:stands? for|(?:is|are) short for) (?i:what)\b",
        rf"\b(?i:full form|full name|long form|meaning) (?i:of) {BEFORE}{ACRONYM}{ENDS}",
        rf"\b(?i:spell(?:s|ed)? out) {BEFORE}{ACRONYM}{ENDS}",
    )
)
LETTERS = re.compile(r"[^\W\d_]+")
# What an acronym mostly leaves out of a name.
LEFT_OUT = frozenset("of the and for on in to a an de la".split())


def exact_kind(question: str) -> ExactKind | None:
    """Return what the answer to a question has to hold; None where it names nothing."""
    for spelt in SPELT_OUT:
        asked = spelt.search(question)
        if asked is not None:
            letters = "".join(LETTERS.findall(asked["acronym"])).removesuffix("s")
            is_in = functools.partial(spells_out, acronym=letters)
            return ExactKind(f"what {asked['acronym']} stands for", is_in, settles=True)
    folded = fold(question)
    found = [
        (match.start(), place)
        for place, (asked_for, _) in enumerate(EXACT)
        if (match := asked_for.search(folded)) is not None
    ]
    return EXACT[min(found)[1]][1] if found else None


def spells_out(text: str, acronym: str) -> bool:
    """Tell whether a text has an acronym, and words in a row whose first letters are its own.

    The words are names; plain words ("electric vehicles") have to stand beside the acronym.
    """
    words = LETTERS.findall(text)
    held = [place for place, word in enumerate(words) if word.removesuffix("s") == acronym]
    if not held:
        return False
    length = len(acronym)
    beside = {place + 1 for place in held} | {place - length for place in held}
    weighty = [word for word in words if word not in LEFT_OUT]
    return any(
        _initials(run) == acronym.casefold()
        and (_is_name(run) or (row is words and place in beside))
        for row in (words, weighty)
        for place in range(len(row))
        for run in [row[place : place + length]]
    )


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words).casefold()


def _is_name(words: Sequence[str]) -> bool:
    """Tell whether all words are capitalised: "Canada, the United States and Mexico agreed" not."""
    return all(word[0].isupper() for word in words if word not in LEFT_OUT)
