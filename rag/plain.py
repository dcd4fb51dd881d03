"""Plain: a terse or oddly worded question, put as one would ask it in full.

"ferry fare?" is "What is the ferry fare?", "years since the fire" is "How long is it since the
fire", "the mayor's view on trams?" is "What is the mayor's view on trams?", and "does any other
story give a different toll?" is "What is the toll?", since all the stories are searched anyway.
What no rule knows stays as it is. Rules over English patterns; knows nothing of the articles.
"""

import re
from collections.abc import Callable

from rag.question import MAX_CHARS
from rag.word_forms import BASE_OF
from rag.words import content_words, fold

# More words than this, and what has no verb that we know may still be a sentence.
MOST_WORDS = 14
WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
BE = r"(?:is|are|was|were)"
AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|shall|should|may|might"
    r"|must|isn.t|aren.t|wasn.t|weren.t|don.t|doesn.t|didn.t|hasn.t|haven.t|hadn.t|won.t|wouldn.t"
    r"|can.t|couldn.t|shouldn.t)"
)
SOURCES = r"(?:stories|reports?|outlets?|articles?|(?:news)?papers?|sources?|story|journalists?)"
POLITE = re.compile(
    r"^(?:(?:can|could|would) (?:you|anyone|somebody) (?:please )?(?:tell me|say)|tell me"
    r"|do you know|does anyone know|any idea|remind me|i(?:.d| would) like to know|i wonder)"
    rf"[ ,:]+(?={WH}\b)|^please,? ",
    re.IGNORECASE,
)
TRAILING = re.compile(
    r", *(?:please|thanks|thank you)(?=\W*$)|,? *\b(?:pls|plz)(?=\W*$)"
    r"|(?:,? (?:according to|across|going by)|, in) (?:each|all|every|both|any|the)(?: of)?"
    rf"(?: the)?(?: other)? {SOURCES}(?=\W*$)",
    re.IGNORECASE,
)
PERCENT = r"(?:percent|per cent|percentage|%)"
BE_OR_DO = rf"(?:{BE}|do|does|did)"
GIVE = r"(?:list|name|give(?: me)?|show(?: me)?|enumerate)"
LENGTHS = r"(?:time|years|months|weeks|days|hours|decades)"
QUOTED_WORDS = r"(?:the (?:phrase|words?|expression|term|line|quote) |(?=[“\"‘'’]))"
PEOPLE = r"(?:men|women|people|children)"
SOME = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d+)"
SOMEBODY = (
    r"(?!(?:the|an?|most|these|those|they|he|she|it|people|you|we)\b)"
    r"[\w’'.-]+(?: [\w’'.-]+){0,3}?"
)
WHICH_BODY = (
    r"(?:which|what) (?:university|college|school|institute|think ?tank|company|firm|bank|newspaper"
    r"|outlet|organi[sz]ation|body|party|ministry|department|agency|team|club)"
)
WORK = r"(?:work|teach|lecture|belong|serve)"
JOB = (
    r"(?:(?:old|former|current|previous|last|present|new|day) )?"
    r"(?:job|occupation|profession|employer|line of work)(?: title)?"
)
Plain = str | Callable[[re.Match[str]], str]


def who_is(found: re.Match[str]) -> str:
    """Return "who is Nia Tolland" for "where does Nia Tolland work"; a country has no job."""
    name = found[1]
    is_person = not name.isupper() and all(fold(word) not in BASE_OF for word in name.split())
    return f"who is {name}" if is_person else found[0]


RULES: tuple[tuple[re.Pattern[str], Plain], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        # "w/ the mayor", "w/o a deal".
        (r"\bw/o\b ?", "without "),
        (r"\bw/ ?", "with "),
        # What is asked for comes last.
        (r"^(.+?),? stands? for what$", r"what does \1 stand for"),
        (r"^(.+?),? (?:is|was) short for what$", r"what is \1 short for"),
        (
            rf"^((?:[\w’'.-]+ ){{0,3}}[\w’'.-]+), who ({BE}) (?:he|she|they|that|this)$",
            r"who \2 \1",
        ),
        (rf"^((?:[\w’'.-]+ ){{0,2}}[\w’'.-]+), what ({BE}) (?:it|they|that|this)$", r"what \2 \1"),
        (r"^([^,:?]+)[,:] (who|what)$", r"\2 is \1"),
        (rf"^(?!{WH}\b)(.+?)(?:,|,? in|,? as a) {PERCENT}$", r"\1"),
        # How long, and how much of a whole.
        (
            rf"^(?:(?:how many|no\.? of|number of|count of) )?{LENGTHS} since (.+)$",
            r"how long is it since \1",
        ),
        (rf"^{LENGTHS} (?:until|till|before) (.+)$", r"how long is it until \1"),
        (rf"^{PERCENT} of (.+)$", r"what percentage of \1"),
        (r"\b(?:slice|chunk) of (?!cake|pie|bread|pizza)", "share of "),
        # Who, or what they are called.
        (
            (
                r"^(?:the )?(?:full |first |last )?names? of "
                r"(?=(?:the|those|these|all|both|two|three)\b.*[^s\W]s\b)"
            ),
            "who are ",
        ),
        # What somebody does for a living, which articles tell where they first name them.
        (rf"^where (?:does|did) ({SOMEBODY}) (?:work|teach|lecture)$", who_is),
        (rf"^(?:at|for|in|with) {WHICH_BODY} (?:does|did) ({SOMEBODY}) {WORK}$", who_is),
        (rf"^{WHICH_BODY} (?:does|did) ({SOMEBODY}) {WORK} (?:at|for|in|with)$", who_is),
        (rf"^{WHICH_BODY} is ({SOMEBODY}) (?:at|with)$", who_is),
        (rf"^(?:whom?|what) (?:does|did) ({SOMEBODY}) work (?:as|for)$", who_is),
        (rf"^what(?:[’']s| is| was) ({SOMEBODY})[’']s? {JOB}$", who_is),
        # Lists.
        (rf"^{GIVE} (?:all|all of) ", "what are all "),
        (
            rf"^{GIVE} (?=the (?:{SOME} [\w ]*|[\w ]*?\b(?:\w+[^s\W]s|{PEOPLE}) )who\b)",
            "who are ",
        ),
        (
            (
                rf"^{GIVE} (?=the (?:\w+ ){{0,2}}{PEOPLE}"
                r"(?:$| (?:of|in|on|from|at|with|that|whom?|whose)\b))"
            ),
            "who are ",
        ),
        (rf"^{GIVE} (?=(?:the|an?) [\w ]+ who\b)", "who is "),
        (rf"^{GIVE} (?=the (?:{SOME} |(?:\w+ )?\w+[^s\W]s\b))", "what are "),
        (rf"^{GIVE} (?=(?:the|an?)\b)", "what is "),
        # Which of two.
        (
            rf"^{BE} it ([^,?]+?) or(?: (?:was|is) it)? ([^,?]+?) who (.+)$",
            r"who \3, \1 or \2",
        ),
        # The reports themselves.
        (
            rf"^to (?:which|what) (\w+) {BE_OR_DO} .{{0,40}}?attributed? {QUOTED_WORDS}(.+)$",
            r"which \1 described it as \2",
        ),
        (
            rf"^to whom {BE_OR_DO} .{{0,40}}?attributed? {QUOTED_WORDS}(.+)$",
            r"who described it as \1",
        ),
        (
            (
                rf"^(?:do|does|did) (?:any|some|all|each|the)(?: of the)?(?: other)? {SOURCES}"
                r" (?:give|have|put|name|say|report|state|mention|quote|carry) (?:an? |any )?"
                r"(?:different|other|another|differing) (.+)$"
            ),
            r"what is the \1",
        ),
        (
            (
                rf"^(?:do|does|did) (?:(?:the|all|any|these|both|your|other) ){{0,3}}{SOURCES} "
                r"(?:agree|disagree|differ|concur|say the same|match|vary)"
                rf"(?: on| about| over| as to| of)? (?={WH}\b)"
            ),
            "",
        ),
    )
)
EVERY = re.compile(
    rf"^(?:{GIVE} (?:every|each)|(?:every|each)(?= (?:(?:kind|sort|type) of )?[\w-]+(?: \w+)? "
    r"(?:of|to|that|who|which|whose)\b)) "
    r"((?:kind of |sort of |type of )?)([\w-]+)",
    re.IGNORECASE,
)
# "Upland Post says nearly 40 died. Does any other …": what is said is what it is about.
CLAIMED = re.compile(
    r"^[A-Z][^.?!]{1,40}? (?:says|reports|claims|writes|said|reported|wrote) (?:that )?"
    rf"(?P<what>[^?]+)[.!] (?=(?:do|does|did) .{{0,20}}\b{SOURCES}\b)",
    re.IGNORECASE,
)
ASKS = re.compile(
    rf"\b{WH}(?:.?s|.re|.d)?\b|^{AUXILIARY}\b|[?!].|^(?:tell|name(?! of\b)|list|give|show|put"
    r"|explain|describe|discuss|define|outline|write|find|identify|summari[sz]e|compare|every"
    r"|after|before|during|under|over|since|until|in|on|at|by|with|from|to|as|this|that|these|those"
    r"|every|each|no|yes|and|but|or|not|if|because|please)\b",
    re.IGNORECASE,
)
# Where one of these stands, what has no question word may be a whole sentence.
VERB = re.compile(
    rf"\b{AUXILIARY}\b|\b(?:said|says|went|goes|came|comes|made|makes|took|takes|met|meets|won|wins"
    r"|got|gets|gave|gives|thinks?|wants?|happened)\b",
    re.IGNORECASE,
)
# "Mill fire kills five", as headlines have it.
HEADLINE = re.compile(
    rf"^(?:\w+ )+\w+s (?:{SOME}|one|the|an?|his|her|its|their|no|all|more|dozens|hundreds|thousands"
    r"|millions)\b",
    re.IGNORECASE,
)
# Without a question mark, these tell what is asked for from words to be searched for.
NAMED = re.compile(r"^(?:[\w.-]+ ){1,3}(?:of|for) |^[\w.-]+(?: [\w.-]+){0,2}[’']s? \w")
SUPERLATIVE = re.compile(
    r"^(?:most|least|best|worst|latest|last|first|next|\w{2,}est|only|main|total|current)\b",
    re.IGNORECASE,
)
PREPOSITION = r"(?:of|for|in|on|to|at|from|by|with|between)"
PLURAL = re.compile(
    rf"^(?:the )?(?:(?!{PREPOSITION}\b)\w+ ){{0,2}}?\w+[^su\W]s(?: {PREPOSITION}\b|$)"
)
# What takes no "the" before it: "the mayor's plan", "Orrin's plan", "Orrin Pell's plan".
DETERMINED = re.compile(
    r"^(?:[Tt]he|[Aa]n?|[Aa]ny|[Tt]h(?:is|ese|at|ose)) |^[“\"]"
    r"|^[\w.-]+(?: [\w.-]+){0,3}(?:[’']s|s[’']) "
)


def plainly(text: str) -> str:
    """Return a question as one would ask it in full; as it is where no rule knows better."""
    asked = " ".join(text.split())
    bare = TRAILING.sub("", POLITE.sub("", asked)).rstrip(" ?.!,;:")
    claimed = CLAIMED.match(bare)
    if claimed is not None:
        bare = bare[claimed.end() :]
    for pattern, plain in RULES:
        bare = pattern.sub(plain, bare, count=1)
    bare = EVERY.sub(_of_many, bare, count=1)
    if asked.endswith("?") or NAMED.search(bare):
        bare = _whole(bare)
    if claimed is not None:
        bare = f"{claimed['what']}. {_capitalised(bare)}"
    bare = _capitalised(bare)
    longer = len(bare) >= MAX_CHARS
    if longer or not content_words(bare) or _even(bare) == _even(asked):
        return text
    return f"{bare}?"


def _of_many(found: re.Match[str]) -> str:
    """Return "what are the stops" for "list every stop"."""
    kind, noun = found.groups()
    if kind.strip():
        return f"what are the {kind.split()[0]}s of {noun}"
    return f"what are the {_plural(noun)}"


def _plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(?:s|x|z|ch|sh)$", noun) else f"{noun}s"


def _whole(bare: str) -> str:
    """Return a question for what only names what is asked for: "ferry fare"."""
    if ASKS.search(bare) or not 1 < len(bare.split()) <= MOST_WORDS:
        return bare
    if SUPERLATIVE.match(bare):
        return f"what is the {bare}"
    if VERB.search(bare) or HEADLINE.match(bare) or bare.endswith("ed"):
        return bare
    be = "are" if PLURAL.match(bare) else "is"
    if re.match(r"any\b", bare, re.IGNORECASE):
        return f"{be} there {_uncapitalised(bare)}"
    return (
        f"what {be} {bare}" if DETERMINED.match(bare) else f"what {be} the {_uncapitalised(bare)}"
    )


def _capitalised(bare: str) -> str:
    return bare[:1].upper() + bare[1:]


def _uncapitalised(bare: str) -> str:
    """Return a text without the capital that only opens it."""
    first, *others = bare.split(" ")
    is_name = not first[1:].islower() or (others and others[0][:1].isupper())
    return bare if is_name else bare[0].lower() + bare[1:]


def _even(text: str) -> str:
    return text.rstrip(" ?.!,;:").casefold()
