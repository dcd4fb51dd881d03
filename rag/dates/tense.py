"""Tense: whether a clause tells of what was or of what is to come, where its words say so.

A bare "on Friday" is the last one beside a verb of the past and the next one beside a verb of the
future. What is not surely understood has no tense. Knows nothing of dates.
"""

import re
from enum import Enum

from rag.dates.verbs import AWAITED, EVENT, PLANNING, Cue, cues

HARD_BREAK = re.compile(r"[;:—–()“”«»\"\n]|\s-\s|--|…|\.\.\.")
# A place, set between commas, does not part a verb from its date: "in Davos, Switzerland, on".
PLACE = re.compile(r",(?:\s+[A-Z][\w.’'-]*){1,3},?(?=\s)")
CONJUNCTION = re.compile(
    r"\b(?:that|and|but|or|as|when|while|where|because|which|who|whom|if|although|though|whether|"
    r"so|unless|until|than|after|before|since|once)\s*$",
    re.IGNORECASE,
)
SUBORDINATE = re.compile(
    r"\b(?:while|because|although|though|if|unless|whether|but|until|once|whereas)\b"
)
RELATIVE = re.compile(r"\b(?:who|whom|which|that|whose|where|when|if)\b")
# Between a verb and a date, these tie the date to something that was still to come ...
STILL_TO_COME = re.compile(
    r"\b(?:ahead\s+of|before|for|until|till|toward|towards|about|on|upcoming|coming|possible|"
    r"next|future|into)\b"
)
# ... and these to something that had been.
HAD_BEEN = re.compile(r"\b(?:after|following|since|over|from|last|previous|recent)\b")
# A verb further on than this has hardly the subject that a phrase stands before.
MAX_SUBJECT_WORDS = 10
HABIT = re.compile(
    r"\b(?:usually|typically|always|often|weekly|normally|regularly|traditionally|sometimes|never|"
    r"whenever|annually|routinely|used\s+to|generally|(?:every|each)\s+(?:\w+\s+)?(?:day|night|"
    r"morning|evening|week|weekend|month|year|spring|summer|autumn|fall|winter|\w+day|\w+ber|"
    r"\w+ary|march|april|may|june|july|august))\b",
    re.IGNORECASE,
)


class Tense(Enum):
    """When something happens, seen from when the article was written.

    LATER is the future as it was seen in the past ("said that it would open"), and what is only
    intended ("agreed to open"): it may be over when the article is read.
    """

    PAST = "past"
    FUTURE = "future"
    LATER = "later"


def tense_of(sentence: str, start: int, end: int) -> Tense | None:
    """Return the tense of the clause that a phrase stands in, or None where it is not clear.

    Args:
        sentence: one sentence.
        start: where the phrase begins in it.
        end: where it ends.
    """
    left = _left_clause(sentence, start)
    clause = sentence[left : _right_end(sentence, end)]
    if HABIT.search(clause):
        return None
    before = [cue for cue in cues(sentence, left, start) if cue.end <= start]
    words_between = sentence[left:start]
    if _opens_clause(words_between) or not before:
        return _from_right(sentence, end)
    if _belongs_to_subject(sentence, end):
        return None
    return _from_left(sentence, before, start)


def verb_beside(sentence: str, start: int) -> bool:
    """Tell whether the word before a place is a verb of the past, or follows "will"."""
    begins = max(0, start - 40)
    last = list(cues(sentence, begins, start))[-1:]
    for cue in last:
        still = re.search(r"(?:\b(?:still|often|even)|ly)\s+$", sentence[: cue.start])
        if cue.kind == "past" and not sentence[cue.end : start].strip() and not still:
            return True
    return re.search(r"\b(?:will|[’']ll)\s+(?:be\s+)?\w+\s+$", sentence[begins:start]) is not None


def _left_clause(sentence: str, start: int) -> int:
    """Return where the clause before a place begins."""
    shown = PLACE.sub(lambda place: " " * len(place.group()), sentence[:start])
    begins = 0
    for pattern in (HARD_BREAK, SUBORDINATE, re.compile(",")):
        for match in pattern.finditer(shown):
            begins = max(begins, match.end())
    return begins


def _right_end(sentence: str, end: int) -> int:
    after = HARD_BREAK.search(sentence, end)
    return after.start() if after else len(sentence)


def _belongs_to_subject(sentence: str, end: int) -> bool:
    """Tell whether a verb follows at once, as in "the arrest on Friday was"."""
    for cue in cues(sentence, end, min(len(sentence), end + 30)):
        return cue.kind in {"past", "future"} and not sentence[end : cue.start].strip()
    return False


def _opens_clause(before: str) -> bool:
    return not before.strip() or CONJUNCTION.search(before) is not None


def _from_left(sentence: str, verbs: list[Cue], start: int) -> Tense | None:
    """Return the tense of the last verb before a phrase."""
    last = verbs[-1]
    between = sentence[last.end : start]
    governing = [verb.kind for verb in verbs if verb.kind != "open"][-1:]
    if last.kind == "open" and not last.word.startswith("to "):
        return None
    if last.kind == "future" or (last.kind == "open" and governing == ["future"]):
        return None if HAD_BEEN.search(between) else Tense.FUTURE
    if last.kind in {"later", "open"}:
        return Tense.LATER
    awaited = STILL_TO_COME.search(between) or last.word in AWAITED
    if last.kind != "past" or awaited or (last.word in PLANNING and EVENT.search(between)):
        return None
    return Tense.PAST


def _from_right(sentence: str, end: int) -> Tense | None:
    """Return the tense of the first verb after a phrase that opens its clause."""
    begins = end + 1 if sentence[end : end + 1] == "," else end
    stop = _right_end(sentence, begins)
    verbs = [cue for cue in cues(sentence, begins, stop) if cue.kind != "open"]
    if not verbs or RELATIVE.search(sentence, begins, verbs[0].start):
        return None
    first = verbs[0]
    if len(sentence[begins : first.start].split()) > MAX_SUBJECT_WORDS:
        return None
    comma = sentence.find(",", first.end)
    kinds = {cue.kind for cue in verbs if comma < 0 or cue.start < comma}
    if first.kind == "past" and first.word.endswith("ed") and kinds - {"past"}:
        return None
    return {"past": Tense.PAST, "future": Tense.FUTURE, "later": Tense.LATER}.get(first.kind)
