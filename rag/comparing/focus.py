"""Focus: what kind of value would answer a question, and what its sentence is known by.

Works by patterns of English questions. Knows nothing of the sentences.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.types import Span
from rag.comparing.moments import find_moments
from rag.comparing.names import find_names
from rag.comparing.number_reading import find_quantities
from rag.comparing.quantities import Measure
from rag.comparing.topics import Topic, topics
from rag.question import AnswerKind, Question
from rag.words import STOP_WORDS, fold, stem

# What people put around a question about sources: "Do the reports agree on how many …".
ABOUT_SOURCES = re.compile(
    r"^(?:do|does|did) (?:the |any |all |these )?(?:other )?(?:stor(?:y|ies)|reports?"
    r"|sources?|articles?|outlets?|papers?)"
    r" (?:agree|disagree|differ|concur)(?: on| about| over| as to)? |^(?:put a (?:number"
    r"|figure) on|tell me|please) "
)
YES_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|shall|may"
    r"|might|isn.t|aren.t"
    r"|didn.t|doesn.t|won.t)\b"
)
SPEAKING = re.compile(
    r"\b(?:say|said|says|call(?:ed|s)?|describ(?:e|ed|es)|attribut(?:e|ed)|term(?:ed)"
    r"|dub(?:bed)|phrase|words"
    r"|quote[d]?|note[ds]?|warn(?:ed)?|announce[ds]?|declare[ds]?|coin(?:ed)?|spoke"
    r"|claim(?:ed)?|label(?:led|ed)?"
    r"|hail(?:ed)?|insist(?:ed)?|think|thinks|predict(?:ed)?)\b"
)
SOMEONE = re.compile(
    r"\b(?:who|whom|whose)\b|\b(?:which|what) (?:\w+ ){0,2}(?:leader|minister|official"
    r"|person|man|woman|president|premier"
    r"|politician|analyst|expert|economist|senator|general|executive|side)\b"
)
PERCENT = re.compile(
    r"\bper ?cent(?:age)?\b|\b(?:share|proportion|fraction|slice|portion|turnout|stake)\b|%"
    r"|\bhow (?:much|big a (?:slice|part|share)) of\b"
)
RATE = re.compile(
    r"\b(?:rate|tariff|duty|level|odds|growth|inflation|unemployment|how (?:heavily"
    r"|strongly|much))\b"
)
MONEY = re.compile(
    r"\b(?:how much|cost|price|worth|fine|rent|bail|pay|paid|salary|budget|value|revenue"
    r"|profit|loss|damages|charge|amount|"
    r"sum|how (?:large|big|expensive)|how many (?:dollars|euros|pounds))\b"
)
DURATION = re.compile(
    r"\bhow (?:long|many (?:years|months|weeks|days|hours|decades))\b|\b(?:years|months"
    r"|weeks|days|time|gap) since\b"
    r"|\b(?:duration|gap|how recently|length of (?:time|the sentence))\b"
)
LENGTH = re.compile(
    r"\bhow (?:long|far|high|tall|deep|wide|heavy|large|big|fast|much)\b|\b(?:length|height"
    r"|depth|weight|size|distance|area)\b"
)
AGE = re.compile(r"\bhow old\b|\bage of\b|\bold is\b")
COUNT = re.compile(
    r"\bhow (?:many|much)\b|\b(?:number|count|toll|total|magnitude|population|figure"
    r"|tally)\b|\bput a (?:number|figure)\b"
)
MAGNITUDE = re.compile(r"\bmagnitude\b|\bhow (?:strong|powerful)\b")
SCORE = re.compile(
    r"\bscore\b|\bwhat was the (?:(?:final|exact) )?(?:vote|result|margin|tally)\b"
    r"|\bhow did (?:[\w’'-]+ ){1,5}vote\b|\bwhat margin\b|\bhow (?:close|lopsided)\b"
)
TIME = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:year|(?:week)?day|date|month|time|week|decade|century)\b"
    r"|\b(?:date|deadline|day|year|timing) (?:of|for)\b"
    r"|\bby when\b|\bhow (?:long ago|soon)\b|\blast year\b|\bor (?:before|after|later|earlier)\b"
)
ASKS_OTHER = re.compile(r"^(?:how (?:many|much|big|large|old|far|high)|who|whom|where|why)\b")
WHERE = re.compile(
    r"^where\b|\b(?:what|which) (?:country|city|town|place|state|province|village)\b"
    r"|\b(?:place|venue|location) of\b"
)
SINGLE = re.compile(
    r"\b(?:which|what) (?!are|were|did|do|does|two|three|other)(?:\w+ ){0,2}?(\w+)\b"
)
# Doing these, several may be right at once.
SEVERAL = re.compile(
    r"\b(?:attend\w*|met|meet|visit\w*|join\w*|support\w*|oppose\w*|accus\w*|scor\w*"
    r"|endors\w*|prais\w*|kill\w*|die[ds]?|arrest\w*|charg\w*|injur\w*|hurt|testif\w*|su(?:e|es|ed|ing)|criticis\w*|criticiz\w*"
    r"|sign\w*|back(?:s|ed)?|want\w*"
    r"|work\w*|agree\w*|include\w*|involved|benefit\w*|affected|like\w*|took part|takes? part)\b"
    r"|^who (?:are|were)\b|^where (?:do|does|else|can)\b"
)
MANY_PLACES = re.compile(r"^where (?:are|do|does|else|can)\b|^where .*\b(?:sell|operat\w*|work)")
# "What is the genre of …", "What sport is … associated with", "Who is the …".
ONE_THING = re.compile(
    r"\b(?:what|who) (?:is|was) (?:the )?(?:\w+ ){0,3}?(?:\w*[^s\W]|\w+ss) (?:of|for|to|in"
    r"|behind)\b"
    r"|\b(?:what|which) (?!are|were|did|do|does|is|was|two|three|other)\w*[^s\W] (?:is|was"
    r"|did|does|has|of)\b"
    r"|\bwho (?:is|was) \w+"
)
HOLDER = re.compile(r"\bwho (?:is|was|will be|became|becomes|will become)\b")
LIGHT = tuple(
    tuple(forms.split())
    for forms in ("took taken takes take", "made makes make", "gave given gives give", "put puts")
)
FUTURE = re.compile(
    r"\b(?:will|likely|expect(?:ed)?|could|possible|chance|hope\w*|prospect\w*|soon)\b"
)
QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
GENERIC = frozenset(
    "stori report sourc articl outlet paper agre differ disagre figur number mani much exactli"
    " put given ani long last percentag percent share proport rate date deadlin year day month"
    " time timing amount total size larg big old ago recent accord doe tell thei phrase word"
    " score attribut slice often heavili strong per cent portion gap length end like".split()
)


@dataclass(frozen=True, slots=True)
class Focus:
    """What a question asks for.

    Attributes:
        asked: in a few words, what is asked for: "date", "percentage".
        measures: the kinds of quantity that would answer it.
        moment, speaker, doer, place, claim: whether a time, who said it, who did it, a place, or
            whether something is so would answer it.
        single: whether one thing is asked for that a reader may see and no pattern knows.
        future: whether it asks what may come.
        unit: the stems of what is to be counted.
        keys: what the answer's sentence is known by, in the question's order.
        content: those of `keys` that are no names and no countries.
        phrase: the stems of the words that the question puts between quotation marks.
        verbs: the first word after "who" or "which …": what the asked-for one did.
        light: the forms of a verb too light to be a topic, where that is what was done ("took").
        holder: whether it is asked who is or was something.
        yes_no: whether it asks if something is so.
        names_someone: whether a name, and one alone, would answer it.
        surnames: of each name of several words its last one, by the stems of those before.
    """

    asked: str
    measures: frozenset[Measure]
    moment: bool
    speaker: bool
    doer: bool
    place: bool
    claim: bool
    single: bool
    future: bool
    unit: frozenset[str]
    keys: tuple[str, ...]
    content: frozenset[str]
    phrase: frozenset[str]
    verbs: tuple[str, ...]
    light: tuple[str, ...]
    holder: bool
    yes_no: bool
    names_someone: bool
    surnames: Mapping[str, str]


def focus_of(question: Question) -> Focus:
    """Tell what kind of value would answer a question."""
    text = ABOUT_SOURCES.sub("", fold(question.text))
    someone = SOMEONE.search(text) is not None
    several = SEVERAL.search(text) is not None
    told = topics(question.text)
    measures = _measures(question, text)
    speaking = SPEAKING.search(text) is not None
    speaker = speaking and (someone or " or " in text)
    moment = _asks_when(text)
    # Where people meet is one place, whoever else met.
    place = WHERE.search(text) is not None and not MANY_PLACES.search(text)
    doer = not speaker and (someone or _asks_for_one(text)) and not several and not place
    doer = doer and not measures and not moment
    claim = (YES_NO.match(text) is not None or text.startswith(("should ", "how strong"))) and not (
        measures or speaker
    )
    claim = claim or (
        question.kind is AnswerKind.OTHER and not any((measures, moment, speaker, doer, place))
    )
    offered = _offered(question.text) if speaker else frozenset()
    given = _given(question.text, measures, moment=moment)
    keys = {
        t.stem: t
        for t in told
        if t.stem not in GENERIC | offered and not any(_overlap(t.span, s) for s in given)
    }.values()
    named = question.proper
    asked = (("who said it", speaker), ("name", doer), ("date", moment), ("place", place))
    return Focus(
        asked=next((name for name, is_asked in asked if is_asked), "whether it is so"),
        measures=measures,
        moment=moment,
        speaker=speaker,
        doer=doer,
        place=place,
        claim=claim,
        single=ONE_THING.search(text) is not None and not several,
        future=YES_NO.match(text) is not None and FUTURE.search(text) is not None,
        unit=_unit(text, told),
        keys=tuple(t.stem for t in keys),
        content=frozenset(
            t.stem for t in keys if not t.is_nation and not named & _folded(t, question)
        ),
        phrase=frozenset(
            t.stem for quoted in QUOTED.findall(question.text) for t in topics(quoted)
        ),
        verbs=_verbs(text),
        light=_light(text),
        holder=HOLDER.search(text) is not None,
        yes_no=YES_NO.match(text) is not None,
        names_someone=(speaker or place or someone) and not several,
        surnames=_surnames(question.text),
    )


def _surnames(text: str) -> Mapping[str, str]:
    """Return whom a report may call by the last of several names, by the stems of the others."""
    named = ([t.stem for t in topics(name.span.of(text))] for name in find_names(text))
    return {before: last for *others, last in filter(None, named) for before in others}


def _measures(question: Question, text: str) -> frozenset[Measure]:
    asked: set[Measure] = set()
    if AGE.search(text):
        return frozenset({Measure.AGE})
    for pattern, measures in (
        (PERCENT, {Measure.PERCENT}),
        (RATE, {Measure.PERCENT, Measure.POINTS}),
        (MONEY, {Measure.MONEY}),
        (DURATION, {Measure.DURATION}),
        (LENGTH, {Measure.SIZE}),
        (COUNT, {Measure.COUNT, Measure.SIZE, Measure.PERCENT}),
        (MAGNITUDE, {Measure.SIZE}),
        (SCORE, {Measure.SCORE}),
    ):
        if pattern.search(text):
            asked |= measures
    if _asks_when(text) and not re.search(r"\bhow (?:many|much|long)\b", text):
        asked -= {Measure.MONEY, Measure.PERCENT, Measure.COUNT, Measure.SIZE, Measure.POINTS}
    if SOMEONE.search(text) and question.kind is AnswerKind.PERSON:
        return frozenset()
    # "Was it 8 years or more like ten": a value in the question says what is asked for.
    if YES_NO.match(text) or " different " in text:
        asked = {q.measure for q in find_quantities(question.text)} - {Measure.COUNT}
        asked |= {Measure.DURATION} & ({Measure.DURATION} if DURATION.search(text) else set())
    if re.search(r"\bhow many (?!years|months|weeks|days|hours)", text):
        asked -= {Measure.MONEY, Measure.DURATION}
        asked |= {Measure.COUNT}
    return frozenset(asked)


def _asks_when(text: str) -> bool:
    """Tell whether a time is asked for, and "when" does not just join a clause to the question."""
    time, other = TIME.search(text), ASKS_OTHER.search(text)
    return time is not None and (other is None or time.start() <= other.start())


def _asks_for_one(text: str) -> bool:
    match = SINGLE.match(text)
    return match is not None and not match.group(1).endswith("s")


def _unit(text: str, told: Sequence[Topic]) -> frozenset[str]:
    match = re.search(r"\bhow many ((?:\w+ ?){1,2})", text)
    if match is None or match.group(1).split()[0] in STOP_WORDS:
        return frozenset()
    first = topics(match.group(1))[:1]
    known = {topic.stem for topic in told}
    return frozenset(t.stem for t in first if t.stem in known)


def _folded(topic: Topic, question: Question) -> frozenset[str]:
    """Return what a topic is called in a question's own names."""
    return frozenset({stem(fold(topic.span.of(question.text)))})


def _offered(text: str) -> frozenset[str]:
    """Return what a question on who said something holds beside what was said."""
    names = re.search(r"\b(\w+) or (\w+)\b", text)
    words = [*SPEAKING.findall(fold(text)), *(names.groups() if names else ()), "leader minister"]
    return frozenset(t.stem for t in topics(" ".join(words)))


def _given(text: str, measures: frozenset[Measure], *, moment: bool) -> list[Span]:
    """Return where a question itself offers values of the kind that it asks for."""
    spans = [q.span for q in find_quantities(text)] if measures else []
    return spans + ([m.span for m in find_moments(text, None)] if moment else [])


def _verbs(text: str) -> tuple[str, ...]:
    match = re.search(r"\b(?:who|whom|(?:which|what) \w+)\b(?P<rest>.*)", text)
    rest = topics(match["rest"]) if match else ()
    skipped = {"first", "origin", "current", "now"}
    return tuple(t.stem for t in rest if t.stem not in skipped)[:1]


def _light(text: str) -> tuple[str, ...]:
    match = re.search(r"\b(?:who|(?:which|what) \w+) (?:first )?(\w+)", text)
    return next((forms for forms in LIGHT if match and match[1] in forms), ())


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
