"""Answer: scored sentences become a draft, or an abstention.

This is the extractive answerer, which needs no language model: the draft's sentences are the
articles' own, whole. What several articles say is told once and cited from each of them; a further
sentence is told only where it more probably answers than not. Knows nothing of where its candidates
come from.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index.types import Span
from rag.evidence import Candidate, Inquiry, answerability, is_prose
from rag.question import Question
from rag.words import STOP_WORDS, fold, stem, words

MAX_SENTENCES = 5
# How many articles are cited for one thing.
MAX_CITED = 4
# Below this the collection more probably does not answer the question than that it does.
MIN_CONFIDENCE = 0.5
# A further sentence is told when it answers more probably than not, and hardly less so than the
# first.
MIN_FURTHER = 0.5
FURTHER_SHARE = 0.75
# How many of the question's words an abstention names.
MAX_NAMED = 3
# Sentences that share this much of their content words say the same thing; where both give the same
# short answer, this much.
SAME_SHARE = 0.6
SAME_ANSWER_SHARE = 0.3
# A sentence that begins so, or says so before it names anyone, leans on the one before it.
LEANS_BACK = re.compile(
    r"^(?:(?:but|and|so|yet|still|however|also|then|instead|meanwhile),? )?"
    r"(?:he|she|they|it|this|that|these|those|his|her|their|its|both|the (?:latter|former))\b"
)
SPEAKER = re.compile(r"[”\"’'],? (?:he|she|they) \w+|\b(?:he|she|they) (?:said|says|added|told)\b")
NAME = re.compile(r"(?<=\S )[“\"]?[A-Z][\w’'-]+")
MAX_BEFORE = 2


class Fate(StrEnum):
    """What became of a sentence that might have been told."""

    TOLD = "told"
    SUPPORT = "cited as support"
    REPEATS = "said already"
    IMPROBABLE = "less probable than the bar"
    OVERLAPS = "overlaps what is quoted"
    ENOUGH = "enough was told"
    UNANSWERED = "the question is not answered"

    @property
    def is_cited(self) -> bool:
        """Whether the draft quotes it."""
        return self in {Fate.TOLD, Fate.SUPPORT}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the answer says: a sentence, and others that say the same elsewhere.

    Attributes:
        lead: the sentence that answers.
        span: what is quoted, with the sentence before where the lead leans on it.
        others: sentences of other articles, cited with it.
    """

    lead: Candidate
    span: Span
    others: tuple[Candidate, ...] = ()

    @property
    def text(self) -> str:
        """What is said."""
        return self.span.of(self.lead.article.text)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answerer would say. Without sentences it abstains, and `reason` says why.

    `unanswered` are the parts of the question that are not answered, where others are. `fates` are
    those of a part's candidates, in their order, where it is answered; `parts` the drafts of each
    part by itself.
    """

    sentences: tuple[Told, ...]
    confidence: float
    reason: str | None
    unanswered: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()
    parts: tuple["Draft", ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or a part of one, with its candidate sentences, most probable first."""

    inquiry: Inquiry
    found: tuple[Candidate, ...]


def draft_answer(parts: Sequence[Asked]) -> Draft:
    """Choose the sentences that answer each part of a question, or abstain.

    Args:
        parts: at least one.
    """
    drafts = [_draft(part) for part in parts]
    answered = [draft for draft in drafts if draft.sentences]
    if not answered:
        return replace(drafts[0], parts=tuple(drafts))
    told: list[Told] = []
    for draft in answered:
        for one in draft.sentences[: max(1, MAX_SENTENCES // len(answered))]:
            if not any(overlap(one, other) for other in told):
                told.append(one)
    missing = tuple(
        part.inquiry.question.text
        for part, draft in zip(parts, drafts, strict=True)
        if not draft.sentences
    )
    return Draft(
        tuple(told),
        min(draft.confidence for draft in answered),
        None,
        missing,
        parts=tuple(drafts),
    )


def _draft(part: Asked) -> Draft:
    inquiry, found = part.inquiry, part.found
    confidence = answerability(inquiry, found)
    strangers = [w for w in inquiry.weighted.unheard if stem(w) in inquiry.question.proper]
    if strangers:
        # What is said of others is no answer about someone whom no article names.
        return Draft((), min(confidence, MIN_CONFIDENCE), f"no article names {_quoted(strangers)}")
    if confidence < MIN_CONFIDENCE:
        return Draft((), confidence, _why_not(inquiry.question, found))
    told, fates = _chosen(found)
    return Draft(tuple(told), confidence, None, fates=tuple(fates))


def least_further(first: Candidate) -> float:
    """Return how probable a further sentence must be to be told beside the first."""
    return max(MIN_FURTHER, FURTHER_SHARE * first.probability)


def _chosen(found: Sequence[Candidate]) -> tuple[list[Told], list[Fate]]:
    """Return what is told, and what becomes of each candidate."""
    told, least = [_told(found[0])], least_further(found[0])
    return told, [Fate.TOLD, *(_settle(candidate, told, least) for candidate in found[1:])]


def _settle(candidate: Candidate, told: list[Told], least: float) -> Fate:
    """Tell a candidate too, cite it with what says the same, or leave it out."""
    same = next((n for n, one in enumerate(told) if _say_the_same(candidate, one.lead)), None)
    if same is not None:
        supported = _with_support(told[same], candidate)
        fate = Fate.REPEATS if supported is told[same] else Fate.SUPPORT
        told[same] = supported
        return fate
    if candidate.probability < least:
        return Fate.IMPROBABLE
    if len(told) == MAX_SENTENCES:
        return Fate.ENOUGH
    one = _told(candidate)
    if any(overlap(one, other) for other in told):
        return Fate.OVERLAPS
    told.append(one)
    return Fate.TOLD


def _with_support(one: Told, candidate: Candidate) -> Told:
    """Return what is told with another article that says it too."""
    cited = {one.lead.article.id, *(other.article.id for other in one.others)}
    if candidate.article.id in cited or len(cited) == MAX_CITED:
        return one
    return replace(one, others=(*one.others, candidate))


def _told(candidate: Candidate) -> Told:
    """Return a sentence as it is told: with those before it that say whom or what it is about."""
    spans = candidate.passage.passage.sentences
    text = candidate.article.text
    place = spans.index(candidate.span)
    first = place
    while first > 0 and place - first < MAX_BEFORE and leans_back(spans[first].of(text)):
        if not is_prose(spans[first - 1].of(text)):
            break
        first -= 1
    return Told(candidate, Span(spans[first].start, candidate.span.end))


def leans_back(text: str) -> bool:
    """Tell whether a sentence cannot be understood without the one before it."""
    if LEANS_BACK.search(fold(text).lstrip("“\"‘' ")):
        return True
    speaker = SPEAKER.search(fold(text))
    return speaker is not None and NAME.search(text, 0, speaker.start() + 1) is None


def overlap(one: Told, other: Told) -> bool:
    """Tell whether two quotations share a part of their article."""
    return (
        one.lead.article.id == other.lead.article.id
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )


def _why_not(question: Question, found: Sequence[Candidate]) -> str:
    if not found:
        return "nothing in the collection comes near it but headings, lists or tables"
    passages = {candidate.passage.id: candidate for candidate in found}.values()
    held = frozenset[str]().union(*(_stems_of_passage(candidate) for candidate in passages))
    missing = [
        word
        for word, stemmed in zip(question.words, question.stems, strict=True)
        if stemmed not in held and stemmed not in question.kind_stems
    ]
    if missing:
        return f"no passage that was found says anything of {_quoted(missing)}"
    return "the passages that were found are on the subject but do not say it"


def _quoted(named: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in named[:MAX_NAMED])


def _stems_of_passage(candidate: Candidate) -> frozenset[str]:
    text = candidate.passage.passage.span.of(candidate.article.text)
    return frozenset(stem(word) for word in words(f"{candidate.article.title or ''} {text}"))


def _say_the_same(first: Candidate, second: Candidate) -> bool:
    mine, theirs = _content(words(first.text)), _content(words(second.text))
    shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    if _numbers(first) != _numbers(second) and first.article.id != second.article.id:
        # A citation beside another must bear out the same figures.
        return False
    return shared >= SAME_SHARE or (shared >= SAME_ANSWER_SHARE and _same_answer(first, second))


def _same_answer(first: Candidate, second: Candidate) -> bool:
    if first.value is None or second.value is None:
        return False
    mine = _content(words(first.value.of(first.article.text)))
    theirs = _content(words(second.value.of(second.article.text)))
    return bool(mine) and mine == theirs


def _numbers(candidate: Candidate) -> frozenset[str]:
    if candidate.value is None:
        return frozenset()
    answer = words(candidate.value.of(candidate.article.text))
    return frozenset(word.rstrip("%") for word in answer if word[:1].isdigit())


def _content(tokens: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in tokens if word not in STOP_WORDS)
