"""Refusal: why a part of a question is not answered.

Some questions cannot be answered, however probable the sentences that were found are: about someone
whom no article names, or for something that none of them gives. Of the others, which are only too
doubtful, it is told which of the question's words nothing was found of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.asked import Asked
from rag.candidates import Candidate
from rag.offices import asked_office, names_office
from rag.words import stem, stems_of

# How many of the question's words an abstention names.
MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a part is not answered; `strangers` are its names that no article holds."""

    reason: str
    strangers: tuple[str, ...] = ()


def certain_refusal(part: Asked) -> Refusal | None:
    """Return why a part cannot be answered, however probable its sentences are; None if it can."""
    inquiry = part.inquiry
    strangers = [w for w in inquiry.weighted.unheard if stem(w) in inquiry.question.proper]
    office = asked_office(inquiry.question)
    if strangers:
        # What is said of others is no answer about someone whom no article names.
        return _refusal(part, f"no article names {_quoted(strangers)}", strangers)
    if office is not None and not names_office(office, _passages(part.found)):
        return _refusal(part, f"no passage that was found names a {_quoted([' '.join(office)])}")
    if part.exactness.lacking is not None:
        return _refusal(part, f"no sentence that was found gives {part.exactness.lacking}")
    return None


def doubtful_refusal(part: Asked) -> Refusal:
    """Return why a part is not answered whose sentences are too improbable."""
    question, found = part.inquiry.question, part.found
    if not found:
        return _refusal(
            part, "nothing in the collection comes near it but headings, lists or tables"
        )
    held = frozenset[str]().union(*map(stems_of, _passages(found)))
    missing = [
        word
        for word, stemmed in zip(question.words, question.stems, strict=True)
        if stemmed not in held and stemmed not in question.kind_stems
    ]
    if missing:
        return _refusal(part, f"no passage that was found says anything of {_quoted(missing)}")
    return _refusal(part, "the passages that were found are on the subject but do not say it")


def _refusal(part: Asked, reason: str, strangers: Sequence[str] = ()) -> Refusal:
    """Return a refusal that tells whose articles alone were looked in, where it was not in all."""
    outlets = part.inquiry.outlets
    if outlets:
        reason += f"; only {' and '.join(outlets)} {'was' if len(outlets) == 1 else 'were'} asked"
    return Refusal(reason, tuple(strangers))


def _quoted(named: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in named[:MAX_NAMED])


def _passages(found: Sequence[Candidate]) -> list[str]:
    """Return the text of each passage that the candidates are of, with its article's title."""
    passages = {candidate.passage.id: candidate for candidate in found}.values()
    return [
        f"{one.article.title or ''}\n{one.passage.passage.span.of(one.article.text)}"
        for one in passages
    ]
