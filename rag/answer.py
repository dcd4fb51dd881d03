"""Answer: scored sentences become a draft, or an abstention.

This is the extractive answerer, which needs no language model: the draft's sentences are the
articles' own, whole. What several articles say is told once and cited from each of them; a further
sentence is told only where it more probably answers than not. Knows nothing of where its candidates
come from.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.types import Span
from rag.evidence import Candidate, Inquiry, answerability, is_prose
from rag.question import Question
from rag.same import say_the_same
from rag.words import fold, stem, words

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
# A sentence that begins so, or says so before it names anyone, leans on the one before it.
LEANS_BACK = re.compile(
    r"^(?:(?:but|and|so|yet|still|however|also|then|instead|meanwhile),? )?"
    r"(?:he|she|they|it|this|that|these|those|his|her|their|its|both|the (?:latter|former))\b"
)
SPEAKER = re.compile(r"[”\"’'],? (?:he|she|they) \w+|\b(?:he|she|they) (?:said|says|added|told)\b")
NAME = re.compile(r"(?<=\S )[“\"]?[A-Z][\w’'-]+")
MAX_BEFORE = 2


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

    `unanswered` are the parts of the question that are not answered, where others are.
    """

    sentences: tuple[Told, ...]
    confidence: float
    reason: str | None
    unanswered: tuple[str, ...] = ()


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
        return drafts[0]
    told: list[Told] = []
    for draft in answered:
        for one in draft.sentences[: max(1, MAX_SENTENCES // len(answered))]:
            if not _supports(one, told):
                _tell(one, told)
    missing = tuple(
        part.inquiry.question.text
        for part, draft in zip(parts, drafts, strict=True)
        if not draft.sentences
    )
    return Draft(tuple(told), min(draft.confidence for draft in answered), None, missing)


def _draft(part: Asked) -> Draft:
    inquiry, found = part.inquiry, part.found
    confidence = answerability(inquiry, found)
    strangers = [w for w in inquiry.weighted.unheard if stem(w) in inquiry.question.proper]
    if strangers:
        # What is said of others is no answer about someone whom no article names.
        return Draft((), min(confidence, MIN_CONFIDENCE), f"no article names {_quoted(strangers)}")
    if confidence < MIN_CONFIDENCE:
        return Draft((), confidence, _why_not(inquiry.question, found))
    return Draft(tuple(_chosen(found)), confidence, None)


def _chosen(found: Sequence[Candidate]) -> list[Told]:
    told = [_told(found[0])]
    least = max(MIN_FURTHER, FURTHER_SHARE * found[0].probability)
    for candidate in found[1:]:
        if _supports(Told(candidate, candidate.span), told):
            continue
        if candidate.probability >= least and len(told) < MAX_SENTENCES:
            _tell(_told(candidate), told)
    return told


def _supports(one: Told, told: list[Told]) -> bool:
    """Tell whether one says what has been told; its articles are then cited with that."""
    for place, other in enumerate(told):
        if say_the_same(one.lead, other.lead):
            for candidate in (one.lead, *one.others):
                told[place] = _with_support(told[place], candidate)
            return True
    return False


def _tell(one: Told, told: list[Told]) -> None:
    """Add one to what has been told; what of it is quoted already is not quoted again."""
    quoted = [place for place, other in enumerate(told) if _overlap(one, other)]
    if not quoted:
        told.append(one)
        return
    lead = one.lead.span
    last = max(quoted, key=lambda place: told[place].span.end)
    end = told[last].span.end
    if lead.start >= end:
        # What it leans on has been told: it comes right after that.
        starts = [span.start for span in one.lead.passage.passage.sentences if span.start >= end]
        told.insert(last + 1, replace(one, span=Span(min(starts), lead.end)))


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


def _overlap(one: Told, other: Told) -> bool:
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
