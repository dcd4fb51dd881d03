"""Verbs: the words of a sentence that say when something happens.

Found by lists and endings, without a parser or a tagger. Knows nothing of clauses or dates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Past forms that do not end in "ed"; those that look like their present ("cut", "set") are absent.
IRREGULAR = """
ate awoke became began bent bit bled blew bore bought bound bred broke brought built burnt came
caught chose clung crept dealt drank drew drove dug fed fell felt fled flew flung forbade forgave
forgot forsook fought found froze gave got grew heard held hid hung kept knelt knew laid lay learnt
leapt led left lent lit lost made meant met misled mistook outdid overcame oversaw overthrew
overtook paid ran rang rode rose said sang sank sat saw sent shook shone shot shrank slept slid sold
sought sped spent spoke sprang stole stood strode struck stuck stung stunk swam swept swore swung
taught thought threw told took tore understood undertook undid upheld went wept withdrew withstood
woke won wore wove wrote
""".split()
# Participles that differ from the past form: they are past where they follow a noun ("the man
# taken on Friday") and say nothing after "is" or "has".
PARTICIPLES = """
beaten begun bitten blown broken chosen done drawn driven eaten fallen forbidden forgotten frozen
given gone grown hidden known overthrown risen seen shaken shown spoken stolen struck sworn taken
thrown torn withdrawn woken worn written
""".split()
NO_PAST = """
need needed embed exceed feed indeed proceed speed succeed bleed breed seed weed greed hundred red
bed shed wed sacred naked wicked unprecedented talented limited aged beloved biased crowded
dedicated detailed
""".split()
# An event that is announced, planned or feared has its own date: "announced an election on Friday"
# may mean either.
PLANNING = """
announced scheduled planned proposed postponed delayed ordered promised expected invited discussed
agreed asked urged warned demanded arranged wanted needed hoped decided vowed threatened prepared
offered approved cancelled canceled confirmed pledged booked anticipated awaited predicted sought
called told organised organized convened requested considered intended aimed rescheduled slated
granted advertised favoured favored faced feared mentioned backed supported opposed rejected
""".split()
EVENT = re.compile(
    r"\b(?:meet|vot|elect|strik|visit|trip|talk|summit|hear|protest|rall|march|match|gam|ceremon|"
    r"launch|debat|referend|deadlin|conferenc|session|trial|releas|walkout|ceasefire|attack|concert|"
    r"speech|parad|funeral|gather|demonstrat|negotiat|open|clos|start|begin|return|appear|test|"
    r"flight|race|final|event|dinner|call|decision|payment|sale|auction|briefing|address|holiday|"
    r"evacuat|cut|shutdown|lockdown|curfew)\w*\b"
)
# Beside a date, too, these say that it was still to come ("a meeting expected Monday").
AWAITED = """
expected scheduled planned anticipated awaited slated rescheduled intended needed booked
""".split()
SCHEDULED = """
arrives begins starts opens expires resumes concludes airs premieres debuts departs returns meets
reopens closes
""".split()
MOVING = """
meeting visiting travelling traveling heading going holding hosting opening closing starting
beginning launching returning leaving arriving coming playing speaking flying releasing moving
kicking appearing
""".split()
PLANS = (
    "set|due|scheduled|expected|slated|planned|planning|likely|poised|about|bound|preparing|hoping|"
    "aiming|intending|booked|supposed|meant|to|going|listed|tipped"
)
# Of what ends in "’s", these alone stand for "is": "the band’s set" is its own.
SHORT = r"\b(?:[Ii]t|[Hh]e|[Ss]he|[Tt]hat|[Tt]here|[Ww]ho|[Ww]hat)[’']s|\w[’'](?:re|m)"
ADVERB = r"(?:(?:also|now|still|not|both|all|already|then|never|only|just|[a-z]+ly)\s+)?"
NO_FINITE_BEFORE = frozenset(
    "a an the his her its their our my your be being been is are am".split()
)
STATES = frozenset("stay stays stayed remain remains remained keep keeps become feel look".split())
AUXILIARY = frozenset("be being been is are am has have having get gets getting".split())


def _any(words: list[str]) -> str:
    return "|".join(words)


# In order: of two that begin together, the first is meant.
CUES = (
    ("block", r"\b(?:would|could|should|might|may|must)(?:n[’']t)?\s+(?:not\s+)?have\b"),
    ("past", r"\bcould(?:\s+not|n[’']t)\s+(?:immediately\s+)?be\s+reached\b"),
    ("block", r"\b(?:could(?:\s+not|n[’']t)|born)\b"),
    ("past", rf"\b(?:is|are)\s+{ADVERB}(?:{PLANS})\s+to\s+have\b"),
    ("block", rf"\b(?:was|were|had\s+been)\s+{ADVERB}(?:{PLANS})\b"),
    ("later", r"\bwould(?:n[’']t)?\b|\w[’']d\b"),
    ("future", r"\b(?:will|shall|won[’']t)\b|\w[’']ll\b"),
    ("future", rf"(?:\b(?:is|are|am)\b|{SHORT})\s+{ADVERB}(?:{PLANS})\b"),
    ("future", rf"(?:\b(?:is|are|am)\b|{SHORT})\s+{ADVERB}(?:being\s+held|{_any(MOVING)})\b"),
    ("future", r"\b(?:can|could|may|might|must|should)\s+(?:also\s+|still\s+|only\s+)?[a-z]+\b"),
    ("future", r"\b(?:plans|aims|hopes|intends|expects|vows|promises|pledges|wants|needs)\s+to\b"),
    ("future", r"\b(?:[Tt]hey|[Ww]e|who|[A-Za-z]{2,}s)\s+(?:plan|aim|hope|intend|expect)\s+to\b"),
    (
        "future",
        r"\b(?:take|come|go)(?:e?s)?\s+(?:effect|place|into\s+(?:force|effect)|on\s+sale)\b",
    ),
    ("future", r"\b(?:kicks|gets)\s+(?:off|under\s?way)\b"),
    ("future", rf"\b(?:{_any(SCHEDULED)})\b"),
    ("present", r"\b(?:has|have|is|are|am|isn[’']t|aren[’']t|being|been)\b|\w[’'](?:ve|re)\b"),
    ("past", r"\b(?:was|were|had|did)(?:n[’']t)?\b"),
    ("past", rf"\b(?:{_any(IRREGULAR)})\b"),
    ("participle", rf"\b(?:{_any(PARTICIPLES)})\b"),
    ("ed", r"\b(?:[a-z]+-)?[a-z]{2,}ed\b"),
    (
        "open",
        r"\bto\s+(?:[a-z]+ly\s+)?(?!the\b|a\b|an\b|his\b|her\b|its\b|their\b|be\s+reached)[a-z]+\b",
    ),
    ("open", r"\b(?:by|for|of|from|after|before|while|without|about|against|than)\s+[a-z]+ing\b"),
)
CUE = re.compile("|".join(f"(?P<c{i}_{kind}>{pattern})" for i, (kind, pattern) in enumerate(CUES)))


@dataclass(frozen=True, slots=True)
class Cue:
    """A verb, or part of one, with what it says of the time."""

    start: int
    end: int
    kind: str
    word: str


def cues(sentence: str, start: int, end: int) -> Iterator[Cue]:
    """Yield the verbs between two places, in order.

    Their kinds: "past"; "future"; "later", the future seen from the past; "open", an infinitive or
    a gerund, which has no time of its own; "present" and "block", beside which nothing is clear.
    """
    for match in CUE.finditer(sentence, start, end):
        kind = (match.lastgroup or "").partition("_")[2]
        word = match.group().lower()
        previous = sentence[max(0, match.start() - 40) : match.start()].lower().split()[-2:]
        if kind in {"ed", "participle"} or word in IRREGULAR:
            if word in NO_PAST or (word.endswith("eed") and word not in {"agreed", "freed"}):
                continue
            beside = previous if previous and previous[-1].endswith("ly") else previous[-1:]
            if NO_FINITE_BEFORE & set(beside) - AUXILIARY:
                continue  # "a planned visit", "the highly anticipated debate"
            if STATES & set(previous[-1:]):
                continue  # "will stay closed"
            kind = "present" if AUXILIARY & set(previous) else "past"
            if {"be", "to"} & set(previous) and kind == "present":
                continue  # "will be held", "is to be told": the verb before says when
        yield Cue(match.start(), match.end(), kind, word)
