"""Checks: what a written sentence says that its source says differently, or does not say.

Each compares one kind of thing exactly, after normalisation. Knows nothing of what follows from a
finding, and judges no paraphrase.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from index.chunk import sentences_of
from rag.comparing.moments import concur, find_moments
from rag.comparing.names import SAID, find_names, find_speakers, same_name
from rag.comparing.number_reading import find_quantities
from rag.comparing.polarity import polarities
from rag.comparing.quantities import Measure, Quantity, agree, same_unit
from rag.types import Verdict
from rag.words import fold, words

QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# What a clause hedges its word with; a sentence that leaves it out says more than its source.
# "May" is a month, and "about" hedges a figure only.
HEDGE = re.compile(
    r"\b(may|[Mm]ight|[Cc]ould|[Ww]ould|[Ss]hould|[Pp]erhaps|[Pp]ossibly|[Rr]eportedly"
    r"|[Aa]lleged(?:ly)?|[Rr]umou?red|[Cc]laimed|[Cc]laims|[Ee]xpected|[Ll]ikely)\b"
    r"|\b([Aa]bout|[Aa]round|[Nn]early|[Aa]lmost|[Aa]pproximately|[Rr]oughly|[Uu]p to|[Aa]t least"
    r"|[Mm]ore than|[Ll]ess than|[Oo]ver|[Uu]nder)\s[$€£]?\d"
)
# A condition holds for the whole of its sentence, wherever it stands there.
CONDITION = re.compile(r"\b([Ii]f|[Uu]nless|[Uu]ntil|[Pp]rovided that|[Aa]ssuming)\b")
ATTRIBUTED = re.compile(rf"\b(?:{SAID}|[Aa]ccording to)\b")
CLAUSE = re.compile(r"[,;:—–]\s|\s(?:and|but|while|whereas|although|though|which|who)\s")
PASSIVE = re.compile(r"\bby\b")
DENIALS = frozenset("no not never neither nor none nobody nothing without cannot hardly t".split())


@dataclass(frozen=True, slots=True)
class Finding:
    """What speaks against a sentence: the verdict that it alone gives, and the reason in words."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a sentence is held against.

    Attributes:
        text: what is cited.
        context: what else may tell who or when is meant: title, outlet, the words before.
        published: the day of publication, where the cited articles share one.
    """

    text: str
    context: str
    published: date | None


def findings(sentence: str, source: Source) -> tuple[Finding, ...]:
    """Return all that speaks against a sentence, in the order in which it is looked for."""
    checks = (
        _quotes,
        _quantities,
        _moments,
        _digits,
        _names,
        _speakers,
        _denials,
        _unattributed,
        _unhedged,
        _swapped,
    )
    return tuple(found for check in checks for found in check(sentence, source))


def _quotes(sentence: str, source: Source) -> Iterator[Finding]:
    told = _even(source.text)
    for quoted in QUOTED.findall(sentence):
        if f" {_even(quoted)} " not in f" {told} ":
            yield Finding("unsupported", f"the source does not say “{quoted.strip(' ,.')}”")


def _quantities(sentence: str, source: Source) -> Iterator[Finding]:
    given = find_quantities(source.text)
    for mine in find_quantities(sentence):
        alike = [theirs for theirs in given if same_unit(mine, theirs)]
        if any(agree(mine, theirs) for theirs in alike) or _counted(mine, given):
            continue
        written = mine.span.of(sentence)
        if alike:
            theirs = alike[0].span.of(source.text)
            yield Finding("contradicted", f"the source says {theirs}, the sentence {written}")
        else:
            yield Finding("unsupported", f"the source does not say {written}")


def _counted(mine: Quantity, given: Sequence[Quantity]) -> bool:
    """Tell whether a source counts as many of something: "300 jobs" may be "300 workers"."""
    return mine.measure is Measure.COUNT and any(
        theirs.measure is Measure.COUNT
        and (mine.low, mine.high, mine.rough) == (theirs.low, theirs.high, theirs.rough)
        for theirs in given
    )


def _moments(sentence: str, source: Source) -> Iterator[Finding]:
    given = find_moments(source.text, source.published)
    for mine in find_moments(sentence, source.published):
        written = mine.span.of(sentence)
        if fold(written) in fold(source.text) or any(concur(mine, m) is True for m in given):
            continue
        if given and all(concur(mine, theirs) is False for theirs in given):
            theirs = given[0].span.of(source.text)
            yield Finding("contradicted", f"the source says {theirs}, the sentence {written}")
        else:
            yield Finding("unsupported", f"the source does not say {written}")


def _digits(sentence: str, source: Source) -> Iterator[Finding]:
    """Find digits that no quantity or date covers: "the 51st", "Boeing 747", a year."""
    read = [q.span for q in find_quantities(sentence)]
    read += [m.span for m in find_moments(sentence, source.published)]
    told = set(NUMBER.findall(source.text))
    for match in NUMBER.finditer(sentence):
        covered = any(span.start <= match.start() < span.end for span in read)
        if not covered and match.group() not in told:
            yield Finding("unsupported", f"the source does not say {match.group()}")


def _names(sentence: str, source: Source) -> Iterator[Finding]:
    given = find_names(f"{source.context}\n{source.text}")
    told = set(words(f"{source.context} {source.text}"))
    opening = re.match(r"\W*", sentence)
    first = opening.end() if opening else 0
    for name in find_names(sentence):
        written = name.span.of(sentence)
        if name.span.start == first and len(name.words) == 1 and set(words(written)) <= told:
            continue  # a word with a capital since it opens the sentence
        if not any(same_name(name, theirs) for theirs in given):
            yield Finding("unsupported", f"the source does not name {written}")


def _speakers(sentence: str, source: Source) -> Iterator[Finding]:
    given = find_speakers(source.text)
    for mine in find_speakers(sentence):
        if given and not any(same_name(mine, theirs) for theirs in given):
            who, said = given[0].span.of(source.text), mine.span.of(sentence)
            reason = f"the source has {who} say it, the sentence {said}"
            yield Finding("contradicted", reason)


def _denials(sentence: str, source: Source) -> Iterator[Finding]:
    mine, theirs = polarities(sentence), polarities(source.text)
    for word, sign in mine.items():
        if word in theirs and theirs[word].value != sign.value:
            start = sign.start
            written = re.match(r"[\w’'-]+", sentence[start:])
            shown = written.group() if written else word
            yield Finding("contradicted", f"the source says the opposite of “{shown}”")
            return
    if _denying(sentence) != _denying(source.text):
        yield Finding("partial", "one of the sentence and the source denies something")


def _unattributed(sentence: str, source: Source) -> Iterator[Finding]:
    """Find a word that somebody is said to have said, told as if it were so."""
    if ATTRIBUTED.search(sentence):
        return
    told = ATTRIBUTED.search(_nearest(sentence, _sentences(source.text)))
    if told:
        given = find_speakers(source.text)
        who = given[0].span.of(source.text) if given else "somebody"
        yield Finding("partial", f"the source has {who} say it, the sentence says it as a fact")


def _unhedged(sentence: str, source: Source) -> Iterator[Finding]:
    """Find a clause's "may", "if" or "about" that the sentence leaves out."""
    if HEDGE.search(sentence) or CONDITION.search(sentence):
        return
    told = _nearest(sentence, _sentences(source.text))
    hedge = CONDITION.search(told) or HEDGE.search(_nearest(sentence, CLAUSE.split(told)))
    if hedge:
        said = next(group for group in hedge.groups() if group)
        yield Finding("partial", f"the source says “{said}”, the sentence leaves it out")


def _swapped(sentence: str, source: Source) -> Iterator[Finding]:
    """Find two names that the source only has in the other order: who did it to whom?"""
    mine, theirs = find_names(sentence), find_names(source.text)
    if len(mine) < 2 or bool(PASSIVE.search(sentence)) != bool(PASSIVE.search(source.text)):
        return
    first, second = mine[0], mine[1]
    before = [n.span.start for n in theirs if same_name(n, first)]
    after = [n.span.start for n in theirs if same_name(n, second)]
    if before and after and min(before) > max(after):
        one, other = first.span.of(sentence), second.span.of(sentence)
        yield Finding("partial", f"the source names {other} before {one}")


def _sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentences_of(text)]


def _nearest(sentence: str, parts: Sequence[str]) -> str:
    """Return the part of a source that shares most words with a sentence."""
    mine = set(words(sentence))
    return max(parts, key=lambda part: len(mine & set(words(part))), default="")


def _denying(text: str) -> bool:
    return bool(DENIALS & set(words(text)))


def _even(text: str) -> str:
    """Return a text's words, one space between each."""
    return " ".join(words(text))
