"""Look: for each part of a question, the passages and sentences that its answer is looked for in.

Puts searching and reading together and times them. Knows nothing of how an answer is made of what
was found.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.embed import QueryEmbedder
from index.store import Store
from index.types import Vector
from rag.asked import Asked, Exactness
from rag.asked_outlets import AskedOutlets, asked_outlets, holds_name, names_sources
from rag.candidates import Candidate, candidates, newest_first, read_closely
from rag.dates.asked import prefers_newest
from rag.decision import MIN_CONFIDENCE, answerability
from rag.evidence import Evidence, Inquiry, gather, in_order, read, weigh
from rag.exact_kind import ExactKind, exact_kind
from rag.mistyped import corrected, suspects
from rag.orders import orders_among
from rag.parts import parts_of
from rag.question import Question, parse_question
from rag.reader import PassageReader
from rag.retrieve import KEPT, Scope, retrieve
from rag.timing import timed

# How many passages the reader reads; what is below is hardly ever the answer.
READ = 8
# How many of them are read closely at most; more have told nothing more (docs/quality.md).
READ_CLOSELY = 3


@dataclass(frozen=True, slots=True)
class Looked:
    """Where the answer to a question is looked for.

    Attributes:
        question: the question.
        asked: its parts, each with the sentences that may answer it.
        found: the passages of each part, best first.
        evidence: those of all parts, in turns.
        origins: those of the articles of all of it.
    """

    question: Question
    asked: tuple[Asked, ...]
    found: tuple[tuple[Evidence, ...], ...]
    evidence: tuple[Evidence, ...]
    origins: Mapping[str, str]


class Looker:
    """Looks for answers in one collection.

    Args:
        store: the collection; a caller that wants one state of it calls within `store.reading()`.
        embedder: the model that it was built with.
        reader: reads the passages; None for none.
    """

    def __init__(self, store: Store, embedder: QueryEmbedder, reader: PassageReader | None) -> None:
        self._store = store
        self._embedder = embedder
        self._reader = reader

    def alone(
        self, text: str, history: Sequence[str], scope: Scope | None, timings: dict[str, float]
    ) -> str:
        """Return a question that needs no earlier one to be understood, and is spelt right.

        Raises:
            QuestionError: the question cannot be asked as it stands.
        """
        if history:
            # Whose report an earlier question asked for is no part of what it was about.
            history = [self._of_outlets(earlier).text for earlier in history]
            from rag.conversation import standalone_question  # noqa: PLC0415 - not for most
            from rag.followups.recall import recalled  # noqa: PLC0415

            with timed(timings, "conversation"):
                text = standalone_question(
                    text, history, lambda earlier: recalled(self._store, earlier, scope)
                )
        question = parse_question(text)
        mistyped = suspects(question, weigh(self._store, question).unheard)
        if not mistyped:
            return text
        with timed(timings, "spelling"):
            vector = self._embedder.embed_query(question.text)
            hits = retrieve(self._store, question, vector, kept=KEPT, scope=scope)
            near = gather(self._store, hits)
            passages = [one.passage.passage.span.of(one.article.text) for one in near]
            return corrected(text, mistyped, passages)

    def look(self, question: Question, scope: Scope | None, timings: dict[str, float]) -> Looked:
        """Return where the answer to each part of a question is looked for."""
        offers: list[tuple[Inquiry, list[Candidate], Exactness]] = []
        found: list[tuple[Evidence, ...]] = []
        parts = self._parts(question.text)
        for part in parts:
            inquiry, evidence, offered = self._looked_for(
                part, question, scope, timings, len(parts)
            )
            if part.outlets and answerability(offered) < MIN_CONFIDENCE:
                # Others may have what that outlet reported, and say so.
                everyone = replace(part, outlets=())
                quoting = self._looked_for(everyone, question, scope, timings, len(parts))
                named = [one for one in quoting[2] if holds_name(one.text, part.outlets)]
                if answerability(named) >= MIN_CONFIDENCE:
                    inquiry, evidence, offered = quoting[0], quoting[1], named
            found.append(tuple(evidence))
            if prefers_newest(part.text):
                offered = newest_first(offered)
            offers.append((inquiry, *_exact(exact_kind(part.text), offered)))
        together = _in_turns(found)
        origins = self._store.origins({one.article.id for one in together})
        asked = tuple(
            Asked(inquiry, tuple(offered), origins, exactness)
            for inquiry, offered, exactness in offers
        )
        return Looked(question, asked, tuple(found), together, origins)

    def passages(self, text: str, kept: int, scope: Scope | None) -> list[Evidence]:
        """Return the passages that fit a question best, best first.

        Raises:
            QuestionError: the question cannot be asked as it stands.
        """
        question = parse_question(text)
        vector = self._embedder.embed_query(question.text)
        return self._evidence(self._inquiry(question.text, question, vector), kept, scope, {})

    def sentences(self, text: str) -> list[Candidate]:
        """Return the sentences that an answer is chosen from, most probable first.

        Raises:
            QuestionError: the question cannot be asked as it stands.
        """
        question = parse_question(text)
        inquiry = self._inquiry(question.text, question, self._embedder.embed_query(question.text))
        return self._statements(inquiry, self._evidence(inquiry, KEPT, None, {}), {})

    def _parts(self, text: str) -> list[AskedOutlets]:
        """Return the parts of a question, each with the outlets that it is asked of."""
        whole = self._of_outlets(text)
        if len(whole.outlets) == 1:
            # "Who won, and how many died, according to the Courier?" is asked of it alone.
            return [AskedOutlets(part, whole.outlets) for part in parts_of(whole.text)]
        return [self._of_outlets(part) for part in parts_of(text)]

    def _of_outlets(self, text: str) -> AskedOutlets:
        """Return what a question asks and of which outlets, of none where it asks of everyone."""
        asked = asked_outlets(text, self._store.outlets()) if names_sources(text) else None
        return asked or AskedOutlets(text, ())

    def _looked_for(
        self,
        part: AskedOutlets,
        question: Question,
        scope: Scope | None,
        timings: dict[str, float],
        parts: int,
    ) -> tuple[Inquiry, list[Evidence], list[Candidate]]:
        """Return where the answer to a part is looked for, and the sentences that may be it."""
        with timed(timings, "embed"):
            vector = self._embedder.embed_query(part.text)
        inquiry = replace(self._inquiry(part.text, question, vector), outlets=part.outlets)
        within = replace(scope or Scope(), outlets=part.outlets) if part.outlets else scope
        evidence = self._evidence(inquiry, KEPT // parts, within, timings)
        return inquiry, evidence, self._statements(inquiry, evidence, timings)

    def _inquiry(self, part: str, question: Question, vector: Vector) -> Inquiry:
        """Return what is needed to recognise the answer to a part of a question."""
        if part != question.text:
            question = parse_question(part)
        return Inquiry(question, weigh(self._store, question), vector)

    def _evidence(
        self, inquiry: Inquiry, kept: int, scope: Scope | None, timings: dict[str, float]
    ) -> list[Evidence]:
        question = inquiry.question
        with timed(timings, "retrieve"):
            hits = retrieve(self._store, question, inquiry.vector, kept=kept, scope=scope)
            evidence = gather(self._store, hits)
        if self._reader is not None:
            with timed(timings, "read"):
                evidence = in_order(inquiry, read(self._reader, question, evidence, READ))
        return evidence

    def _statements(
        self, inquiry: Inquiry, evidence: Sequence[Evidence], timings: dict[str, float]
    ) -> list[Candidate]:
        """Return the sentences that may answer, most probable first, the best read closely.

        Those that order whoever answers what to say are left out.
        """
        if self._reader is not None:
            with timed(timings, "read closely"):
                evidence = read_closely(self._reader, inquiry, evidence, READ_CLOSELY)
        ordered = {
            (one.article.id, span)
            for one in evidence
            for span in orders_among(one.article.text, one.passage.passage.sentences)
        }
        return [one for one in candidates(inquiry, evidence) if one.place not in ordered]


def _exact(needed: ExactKind | None, offered: list[Candidate]) -> tuple[list[Candidate], Exactness]:
    """Return those that hold what an answer has to, or all where none does, and which it is."""
    if needed is None:
        return offered, Exactness()
    holding = [one for one in offered if needed.is_in(one.text)]
    if not holding:
        return offered, Exactness(lacking=needed.name)
    return holding, Exactness(settled=needed.settles)


def _in_turns(found: Sequence[Sequence[Evidence]]) -> tuple[Evidence, ...]:
    """Return the first of each, then the second of each and so on, every passage once."""
    once: dict[int, Evidence] = {}
    for one in itertools.chain.from_iterable(itertools.zip_longest(*found)):
        if one is not None:
            once.setdefault(one.passage.id, one)
    return tuple(
        replace(one, hit=replace(one.hit, rank=rank))
        for rank, one in enumerate(once.values(), start=1)
    )
