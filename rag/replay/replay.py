"""Replay: an answer is shown again, checked against the collection as it is, and asked again.

Puts the steps together. Knows nothing of where answers are kept, nor of how a replay is shown.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing, suppress

from index.errors import DatelineError, StoreError
from index.store import Store
from rag.events import Done, Retrieval
from rag.pipeline import Pipeline
from rag.records.record import AnswerRecord, citations_of
from rag.replay.changes import AskedAgain, NewEvidence, Novelty, Replay
from rag.replay.recheck import Recheck
from rag.types import Answer, Retrieved, Sentence
from rag.verify.verification import Verifies

NOT_ASKED = "it was not asked again"


def replay(
    record: AnswerRecord,
    pipeline: Pipeline,
    verifier: Verifies,
    *,
    asks_again: bool = True,
) -> Replay:
    """Compare an answer with the collection as it is.

    Args:
        record: the answer as it was kept.
        pipeline: of the same collection; one that keeps no answers, or this would be one more.
        verifier: verifies what was written, and is not asked of what only repeats a quotation.
        asks_again: whether to answer the question again, or only to look for newer evidence.

    Raises:
        StoreError: the collection cannot be read.
    """
    answer, store = record.answer, pipeline.store
    with store.reading():
        recheck = Recheck(store, record, verifier)
        sentences = tuple(recheck.sentence(sentence) for sentence in answer.sentences)
        cited = {c for sentence in answer.sentences for c in sentence.citations}
        differing = tuple(recheck.citation(c) for c in citations_of(answer) if c not in cited)
        named = dict.fromkeys(citation.article for citation in citations_of(answer))
        kept = [article for name in named if (article := record.article(name)) is not None]
        articles = tuple(recheck.article(article) for article in kept)
        retrieved, again, not_asked = _ask_again(record, pipeline, asks_again=asks_again)
        return Replay(
            record,
            store.info().generation,
            articles,
            sentences,
            differing,
            tuple(_new_evidence(store, record, retrieved, again)),
            None if again is None else AskedAgain(_tell_the_same(answer, again), again),
            not_asked,
        )


def _ask_again(
    record: AnswerRecord, pipeline: Pipeline, *, asks_again: bool
) -> tuple[Sequence[Retrieved], Answer | None, str | None]:
    """Return what is retrieved now, the answer, and why there is none."""
    retrieved: Sequence[Retrieved] = ()
    events = pipeline.stream(record.answer.question, history=record.history, scope=record.scope)
    try:
        with closing(events):
            for event in events:
                if isinstance(event, Retrieval):
                    retrieved = event.retrieved
                    if not asks_again:
                        return retrieved, None, NOT_ASKED
                elif isinstance(event, Done):
                    return event.answer.retrieved, event.answer, None
    except DatelineError as error:
        return retrieved, None, f"asking again failed: {error}"
    raise AssertionError("a stream of events ends with Done")


def _new_evidence(
    store: Store, record: AnswerRecord, retrieved: Iterable[Retrieved], again: Answer | None
) -> Iterable[NewEvidence]:
    cited = {source.article for source in again.sources} if again is not None else set()
    for one in retrieved:
        article = None
        with suppress(StoreError):  # what is damaged is no evidence
            article = store.article(one.article)
        kept = record.article(one.article)
        if article is None or (kept is not None and kept.digest == article.digest):
            continue
        yield NewEvidence(
            rank=one.rank,
            article=article.id,
            title=article.title,
            outlet=article.outlet,
            published=article.published,
            url=article.url,
            text=article.text[one.start : one.end],
            start=one.start,
            end=one.end,
            why="changed" if kept is not None else _novelty(record, article.published),
            cited=article.id in cited,
        )


def _novelty(record: AnswerRecord, published: str | None) -> Novelty:
    """Say why an article that was not found then is new. Dates are compared as they are written."""
    if published is not None:
        if published[:10] > record.asked[:10]:
            return "published since"
        as_of = record.answer.as_of
        if as_of is not None and published[:10] > as_of.newest[:10]:
            return "newer than the evidence"
    return "not found then"


def _tell_the_same(one: Answer, other: Answer) -> bool:
    told, told_again = (
        [(sentence.text, _articles(sentence)) for sentence in answer.sentences]
        for answer in (one, other)
    )
    differ, differ_again = (
        [
            [(side.value, {c.article for c in side.citations}) for side in disagreement.positions]
            for disagreement in (*answer.disagreements, *answer.updates)
        ]
        for answer in (one, other)
    )
    return told == told_again and differ == differ_again


def _articles(sentence: Sentence) -> set[str]:
    return {citation.article for citation in sentence.citations}
