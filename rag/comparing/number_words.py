"""Number words: how English news writes numbers, their hedges and their units.

Tables and patterns only; `rag.comparing.quantities` reads with them.
"""

import re

ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2
    )
}
MAGNITUDES = {
    "hundred": 1e2,
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("million", "m", "mn", "mln"), 1e6),
    **dict.fromkeys(("billion", "bn", "b"), 1e9),
    **dict.fromkeys(("trillion", "tn", "trn"), 1e12),
}
FRACTIONS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
# Words that leave a number open: each is the range of what it may mean.
VAGUE = {
    "a couple of": (2, 3),
    "a few": (3, 9),
    "several": (3, 12),
    "dozens": (20, 120),
    "scores": (30, 120),
    "hundreds": (150, 1_500),
    "thousands": (1_500, 15_000),
    "tens of thousands": (15_000, 150_000),
    "hundreds of thousands": (150_000, 1_500_000),
    "millions": (1.5e6, 1.5e7),
}
DAYS = {
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.44,
    "year": 365.25,
    "decade": 3652.5,
    "century": 36525.0,
    "centurie": 36525.0,
}
# A unit, what it is counted in, and how many of that it is.
SIZES = {
    **dict.fromkeys(("km", "kilometre", "kilometer"), ("metre", 1e3)),
    "mile": ("metre", 1609.34),
    **dict.fromkeys(("metre", "meter"), ("metre", 1.0)),
    **dict.fromkeys(("cm", "centimetre", "centimeter"), ("metre", 0.01)),
    **dict.fromkeys(("foot", "feet", "ft"), ("metre", 0.3048)),
    **dict.fromkeys(("kg", "kilogram", "kilogramme", "kilo"), ("kg", 1.0)),
    "lb": ("kg", 0.4536),
    **dict.fromkeys(("tonne", "ton"), ("kg", 1e3)),
    **dict.fromkeys(("litre", "liter"), ("litre", 1.0)),
    "gallon": ("litre", 3.785),
    "barrel": ("barrel", 1.0),
    "hectare": ("hectare", 1.0),
    "acre": ("hectare", 0.4047),
    **dict.fromkeys(("square kilometre", "square kilometer", "sq km"), ("hectare", 100.0)),
    "square mile": ("hectare", 259.0),
    **dict.fromkeys(("square metre", "square meter", "sq m"), ("hectare", 1e-4)),
    "degree": ("degree", 1.0),
    **dict.fromkeys(("mw", "megawatt"), ("mw", 1.0)),
    **dict.fromkeys(("gw", "gigawatt"), ("mw", 1e3)),
    "mph": ("kmh", 1.609),
    "magnitude": ("magnitude", 1.0),
    "kph": ("kmh", 1.0),
}
CURRENCIES = {
    **dict.fromkeys(("$", "us$", "dollar", "usd"), "dollar"),
    **dict.fromkeys(("£", "pound", "gbp", "sterling"), "pound"),
    **dict.fromkeys(("€", "euro", "eur"), "euro"),
    **dict.fromkeys(("¥", "yen"), "yen"),
    **dict.fromkeys(("c$", "cad"), "canadian dollar"),
    **dict.fromkeys(("a$", "aud"), "australian dollar"),
    "yuan": "yuan",
    **dict.fromkeys(("₹", "rupee"), "rupee"),
    **dict.fromkeys(("rouble", "ruble"), "rouble"),
    **{name: name for name in ("peso", "franc", "crown", "krona", "rand", "won", "real")},
}

HEDGES = (
    ("over", r"more than|over|upwards of|in excess of|exceeding|above|greater than"),
    ("least", r"at least|no fewer than|no less than|a minimum of|not less than"),
    ("under", r"less than|fewer than|under|below|short of"),
    ("most", r"up to|as many as|as much as|at most|no more than|a maximum of|not more than"),
    ("nearly", r"nearly|almost|close to|just under|just below|not quite|approaching"),
    ("little over", r"just over|just above|a little over|slightly more than"),
    ("about", r"about|around|approximately|roughly|some|an estimated|in the region of|more like|~"),
)
HEDGE = "|".join(f"(?P<{name.replace(' ', '_')}>{words})" for name, words in HEDGES)
DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
SPELLED = rf"(?:{'|'.join(sorted([*ONES, *TENS], key=len, reverse=True))})"
WRITTEN = rf"{SPELLED}(?:-{SPELLED})?"
BIG = r"hundred|thousand|million|billion|trillion|bn|tn|trn|mn|mln|m|k|b"
SIGN = r"(?:us|c|a)?\$|[£€¥₹]"
UNIT_NUMBER = rf"(?:{DIGITS}|{WRITTEN})"
FRACTION = (
    rf"(?:(?P<over_many>{WRITTEN}|an?)[ -](?P<part>half|third|quarter|fifth|tenth)s?\b"
    rf"|\b(?P<half>half)\b)"
    rf"(?= (?:of|the|its|their|all)\b)|(?P<some>{UNIT_NUMBER}) (?:in"
    rf"|out of)(?: every)? (?P<whole>{UNIT_NUMBER})\b"
)
PLAIN = (
    rf"(?:(?P<sign>{SIGN})\s?)?(?:(?P<from>(?:{DIGITS})(?=\s?[-–])|{WRITTEN}(?=\s)"
    rf"|(?:{DIGITS})(?=\s))"
    rf"(?:\s?[-–]\s?|\s(?:to|and|or)\s)(?:{SIGN})?)?"
    rf"(?P<number>{DIGITS}|{WRITTEN}|(?<![\w])an?(?= (?:half-)?(?:{BIG}|dozen|decade"
    rf"|century|year|week|month)\b)"
    rf"|half an?(?= (?:{BIG}|dozen|decade|century|year|hour|mile|tonne|ton|kilo\w*|lit(?:re|er)"
    rf"|acre|hectare)\b)|dozen)"
    rf"(?:[ -]?(?P<big>(?:{BIG})\b(?: (?:{BIG})\b)?|dozen\b))?(?P<and_half> and a half)?"
)
QUANTITY = re.compile(
    rf"(?<![\w.,/-])(?<!\d:)(?:(?:{HEDGE})\s(?:the |a )?)?(?:only |just )?"
    rf"(?:(?P<vague>{'|'.join(sorted(VAGUE, key=len, reverse=True))})\b|{FRACTION}|{PLAIN})",
    re.IGNORECASE,
)
NAMED_CURRENCY = "|".join(name for name in CURRENCIES if name.isalpha())
AFTER = re.compile(
    r"\s?(?P<percent>%|per ?cent\b|pct\b)(?P<points>[ -]points?\b)?"
    r"|[ -](?P<points_alone>percentage[ -]points?)\b"
    r"|[ -](?:and a half )?(?P<time>hour|day|week|month|year|decade|century"
    r"|centurie)s?(?:['’])?\b(?P<old>[ -]old\b)?"
    rf"|[ -]?(?P<size>{'|'.join(sorted(SIZES, key=len, reverse=True))})(?:e?s)?\b"
    rf"|\s(?:us |canadian |australian )?(?P<money>{NAMED_CURRENCY})s?\b",
    re.IGNORECASE,
)
TRAILING = re.compile(
    r"\s(?:or (?P<more>more)(?! like)|or (?P<less>less|fewer)|(?P<so>or so))\b", re.IGNORECASE
)
SCORE = re.compile(
    r"(?<![\w,.-])(?P<one>\d{1,3})(?:[-–]| (?:votes )?to (?:just )?)(?P<two>\d{1,3})(?![\w,.-]*\w)"
    r"(?! ?(?:%|per ?cent|years|months|weeks|days|hours|people|degrees|[ap]\.?m))",
    re.IGNORECASE,
)
CONTEST = re.compile(
    r"\b(?:beat|beaten|won|win|lost|lose|defeat\w*|drew|score\w*|victory|match|vot(?:e|es|ed|ing)"
    r"|approved|passed|rejected|ballot)\b",
    re.IGNORECASE,
)
# Someone's age, beside "89 years old": "aged 89", "at 89", "She was 91.", "Greta Holm, 91, …".
AGE = re.compile(
    r"(?:\b(?:aged|age|at the age of|at age|turn(?:s|ed|ing)|died at)\s"
    r"|\b(?:he|she)\s(?:was|is)\s(?=\d\d+(?:[.,;”]|$|\swhen\b))"
    r"|(?<=[a-z],\s)(?=\d\d,\s)|\b(?:boy|girl|child|man|woman|youth) of\s)"
    rf"(?P<age>1?\d?\d|{WRITTEN}"
    r"(?=[.,;:!?”)]|$|\s(?:who|last|this|next|on|in|when|was|is|had|has)\b))"
    r"\b(?![,.]\d|\s?(?:%|per))",
    re.IGNORECASE,
)
# What names a unit before the number: "a magnitude of 7.3".
UNIT_BEFORE = re.compile(r"\bmagnitude(?: of)?(?: (?:about|around|at least))?\s$", re.IGNORECASE)
PART = re.compile(
    r"(?:\bincluding|\bamong them|\bof (?:them|whom|which)|\bat least one of)[\s,]*$", re.IGNORECASE
)
PART_AFTER = re.compile(r"\s?of (?:them|whom|these|those)\b", re.IGNORECASE)
AND_A_HALF = re.compile(r" and a half\b(?!-)", re.IGNORECASE)
PER = re.compile(
    r"\s?(?:a|an|per|each|every)\s(?P<each>year|month|week|day|hour|night|head|person|share|tonne"
    r"|ton|barrel|litre|liter|gallon|kilo\w*|mile|square \w+)\b"
)
NOT_A_COUNT = re.compile(
    r"(?:\bno\.|\bnumber|\baged?|\bchapter|\barticle|\bsection|\bpage|\bflight|\bgroup|\broute)\s$",
    re.IGNORECASE,
)
MONTHS = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE_AROUND = re.compile(rf"^(?:st|nd|rd|th)?,?\s(?:of )?(?:{MONTHS})[a-z]*\b", re.IGNORECASE)
DATE_BEFORE = re.compile(rf"\b(?:{MONTHS})[a-z]*\.?\s$", re.IGNORECASE)
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
BEFORE_YEAR = re.compile(
    rf"(?:^|\b(?:in|since|of|by|until|till|from|to|during|early|late|mid|before|after|the|and"
    rf"|(?:{MONTHS})[a-z]*)|[,(-])\s?$",
    re.IGNORECASE,
)
CLOCK = re.compile(r"^(?::\d\d|\s?[ap]\.?m\b)", re.IGNORECASE)
PHRASE_END = re.compile(
    r"[.,;:()“”\"—–?!]|\b(?:in|on|at|of|for|to|from|by|with|after|before|as|and|or|that"
    r"|which|who|were|was|are|is|had|have|has|will|than)\b"
)
