"""Answer: scored sentences become a draft, or an abstention.

This is the extractive answerer, which needs no language model: the draft's sentences are the
articles' own, whole. What several articles say is told once and cited from each of them; a further
sentence is told only where it answers nearly as probably. Knows nothing of where its candidates
come from.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index.types import Span
from rag.asked import Asked
from rag.candidates import Candidate, HowRead, least_further
from rag.decision import MIN_CONFIDENCE, answerability
from rag.disagree import (
    Conflict,
    Statement,
    find_differences,
    gives_value,
    joined,
    names_more,
)
from rag.evidence import Place
from rag.question import AnswerKind, Question
from rag.refusal import certain_refusal, doubtful_refusal
from rag.same import say_the_same
from rag.told import Told, as_told, overlap

MAX_SENTENCES = 5
# How many sentences are searched for what contradicts the answer.
COMPARED = 20
# How many articles are cited for one thing.
MAX_CITED = 4
# Of what a rule recognises for certain, so much is believed.
SETTLED = 0.95
# Of a question that asks for one thing, so many sentences are told at most.
OF_ONE_THING = 3
# What asks for several: "which towns were", "who are", "list all".
ASKS_FOR_SEVERAL = re.compile(
    r"\b(?:all|every|each|list|several|various|both|what (?:are|were)|who (?:are|were)(?! you\b)"
    r"|(?:which|what) (?:\w+ ){0,2}?(?:\w+[^siu\W]s|people|men|women|children)"
    r" (?:are|were|have|has|do|does|did|can|could|will|would|should|may|might|is|was))\b",
    re.IGNORECASE,
)


class Fate(StrEnum):
    """What became of a sentence that might have been told."""

    TOLD = "told"
    SUPPORT = "cited as support"
    TAKES_SIDE = "told, since it differs"
    REPEATS = "said already"
    IMPROBABLE = "less probable than the bar"
    NOT_READ = "not read closely"
    OTHER_KIND = "holds nothing of the kind that is asked for"
    OVERLAPS = "overlaps what is quoted"
    ENOUGH = "enough was told"
    UNANSWERED = "the question is not answered"

    @property
    def is_cited(self) -> bool:
        """Whether the draft quotes it."""
        return self in {Fate.TOLD, Fate.SUPPORT, Fate.TAKES_SIDE}


@dataclass(frozen=True, slots=True)
class Dispute:
    """Something on which statements differ; `updates` where time explains it."""

    conflict: Conflict
    statements: tuple[Statement, ...]
    updates: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What the answerer would say. Without sentences it abstains, and `reason` says why.

    `disputes` are what articles differ on; a sentence of each position is among the draft's.
    `unanswered` are the parts of the question that are not answered, where others are. `fates` are
    those of a part's candidates, in their order, where it is answered; `parts` the drafts of each
    part by itself. `strangers` are names in the question that no article holds.
    """

    sentences: tuple[Told, ...]
    confidence: float
    reason: str | None
    disputes: tuple[Dispute, ...] = ()
    unanswered: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()
    parts: tuple["Draft", ...] = ()
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """How many sentences may be told, and whether they are to tell who."""

    sentences: int
    asks_who: bool


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
        room = max(1, MAX_SENTENCES // len(answered))
        earlier = {one.lead.place for one in told}
        for place, one in enumerate(draft.sentences):
            if one.takes_side or (place < room and not _supports(one, told, earlier)):
                _tell(one, told)
    return Draft(
        tuple(told),
        min(draft.confidence for draft in answered),
        None,
        tuple(dispute for draft in answered for dispute in draft.disputes),
        tuple(
            part.inquiry.question.text
            for part, draft in zip(parts, drafts, strict=True)
            if not draft.sentences
        ),
        parts=tuple(drafts),
    )


def _draft(part: Asked) -> Draft:
    inquiry, found = part.inquiry, part.found
    confidence = answerability(found)
    refusal = certain_refusal(part)
    if refusal is None and not part.exactness.settled and confidence < MIN_CONFIDENCE:
        refusal = doubtful_refusal(part)
    if refusal is not None:
        confidence = min(confidence, MIN_CONFIDENCE)
        return Draft((), confidence, refusal.reason, strangers=refusal.strangers)
    if part.exactness.settled:
        confidence = max(confidence, SETTLED)
    disputes = _disputes(part)
    question = inquiry.question
    several = ASKS_FOR_SEVERAL.search(question.text) is not None
    asks_who = question.kind is AnswerKind.PERSON
    room = Room(MAX_SENTENCES if several else OF_ONE_THING, asks_who)
    told, fates = _chosen(found, _apart(found, disputes), room)
    told_value = gives_value(question, _statement(told[0].lead, part.origins))
    kept = []
    for dispute in disputes:
        cited = {one.place for said in told for one in (said.lead, *said.others)}
        sides = [side.statements for side in dispute.conflict.positions]
        # What is not among the cited does not dispute the answer, but something beside it.
        # Where what is told gives no such value at all, the positions are what was asked for.
        if told_value and not any(found[n].place in cited for side in sides for n in side):
            ours = [n for n in range(len(dispute.statements)) if found[n].place in cited]
            fitting = _fitting(question, dispute, ours)
            if fitting is None:
                continue
            sides = [side.statements for side in fitting.conflict.positions]
            kept.append(fitting)
        else:
            kept.append(dispute)
        for side in sides:
            if not any(found[n].place in cited for n in side):
                told.append(replace(as_told(found[side[0]], asks_who=asks_who), takes_side=True))
                fates[side[0]] = Fate.TAKES_SIDE
    return Draft(tuple(told), confidence, None, tuple(kept), fates=tuple(fates))


def _fitting(question: Question, dispute: Dispute, told: Sequence[int]) -> Dispute | None:
    """Return a dispute that no cited sentence is of as it bears on what is told, None if not."""
    conflict = joined(question, dispute.conflict, dispute.statements, told)
    if conflict is not None:
        return replace(dispute, conflict=conflict)
    return dispute if names_more(question, dispute.conflict, dispute.statements, told) else None


def _disputes(part: Asked) -> list[Dispute]:
    """Return what the most probable sentences differ on; they are numbered as in `part.found`."""
    statements = tuple(_statement(one, part.origins) for one in part.found[:COMPARED])
    differences = find_differences(part.inquiry.question, statements)
    return [
        Dispute(conflict, statements, updates)
        for updates, conflicts in zip((False, True), differences, strict=True)
        for conflict in conflicts
    ]


def _apart(found: Sequence[Candidate], disputes: Iterable[Dispute]) -> set[frozenset[Place]]:
    """Return the pairs of sentences that differ."""
    return {
        frozenset((found[one].place, found[other].place))
        for dispute in disputes
        for side, against in itertools.combinations(dispute.conflict.positions, 2)
        for one in side.statements
        for other in against.statements
    }


def _statement(one: Candidate, origins: Mapping[str, str]) -> Statement:
    origin = origins.get(one.article.id, one.article.id)
    return Statement(
        one.article, origin, one.span, one.text, one.probability, one.value, sure=one.surely
    )


def _chosen(
    found: Sequence[Candidate], apart: Collection[frozenset[Place]], room: Room
) -> tuple[list[Told], list[Fate]]:
    """Return what is told, and what becomes of each candidate.

    Args:
        found: the candidates, most probable first.
        apart: the pairs that contradict each other.
        room: how much may be told.
    """
    told = [as_told(found[0], asks_who=room.asks_who)]
    settled = [_settle(candidate, told, apart, room) for candidate in found[1:]]
    return told, [Fate.TOLD, *settled]


def _settle(
    candidate: Candidate, told: list[Told], apart: Collection[frozenset[Place]], room: Room
) -> Fate:
    """Tell a candidate too, cite it with what says the same, or leave it out."""
    for place, one in enumerate(told):
        if frozenset((candidate.place, one.lead.place)) not in apart and say_the_same(
            candidate, one.lead
        ):
            told[place] = _with_support(one, candidate)
            return Fate.REPEATS if told[place] is one else Fate.SUPPORT
    if candidate.probability < least_further(told[0].lead):
        return Fate.IMPROBABLE
    if told[0].lead.how_read is HowRead.CLOSELY and candidate.how_read is not HowRead.CLOSELY:
        return Fate.NOT_READ
    if _holds_no_kind(candidate) and not _holds_no_kind(told[0].lead):
        return Fate.OTHER_KIND
    if len(told) == room.sentences:
        return Fate.ENOUGH
    further = as_told(candidate, asks_who=room.asks_who)
    return Fate.TOLD if _tell(further, told) else Fate.OVERLAPS


def _holds_no_kind(candidate: Candidate) -> bool:
    """Tell whether a sentence lacks the kind of thing that is asked for, see `rag.answer_kind`."""
    return candidate.features.get("wrong_kind", 0.0) > 0


def _tell(one: Told, told: list[Told]) -> bool:
    """Add one to what is told, unless it is quoted already; return whether it was added.

    Where only what it leans on is quoted already, it comes right after that, without it.
    """
    quoted = [place for place, other in enumerate(told) if overlap(one, other)]
    if not quoted:
        told.append(one)
        return True
    lead = one.lead.span
    last = max(quoted, key=lambda place: told[place].span.end)
    end = told[last].span.end
    if lead.start < end:
        return False
    starts = [span.start for span in one.lead.passage.passage.sentences if span.start >= end]
    told.insert(last + 1, replace(one, span=Span(min(starts), lead.end)))
    return True


def _supports(one: Told, told: list[Told], among: Collection[Place]) -> bool:
    """Tell whether one says what was told for another part; it is then cited with that.

    Args:
        one: what might be told.
        told: what has been; it is changed in place.
        among: the places of what was told for other parts.
    """
    for place, other in enumerate(told):
        if other.lead.place in among and say_the_same(one.lead, other.lead):
            for candidate in (one.lead, *one.others):
                told[place] = _with_support(told[place], candidate)
            return True
    return False


def _with_support(one: Told, candidate: Candidate) -> Told:
    """Return what is told with another article that says it too."""
    cited = {one.lead.article.id, *(other.article.id for other in one.others)}
    if candidate.article.id in cited or len(cited) == MAX_CITED:
        return one
    return replace(one, others=(*one.others, candidate))
