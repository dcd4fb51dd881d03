"""Asked: questions with all that was retrieved and read for them, and what of it is right.

The questions are those of SQuAD 2.0's development half on the articles that the reader did not
learn from (`evals.reader.tune`), put to a collection of all its passages; those on our own reports
that it did not learn from either, each put to its report in a collection of these, since "who pays
for it?" is answered by many; and our golden ones, put to their
own articles. An answerable question of SQuAD is asked once more as if its article were not
there ("absent"): then nothing that could be shown is right. Knows nothing of what is fitted on
them.
"""

import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.benchmarks.data import read_lines
from evals.reader.tune import folds_of, held_apart, titles_of
from evals.reader.written import Question, Report
from evals.suite import load_suite
from evals.types import Suite
from index.build import build
from index.embed import QueryEmbedder
from index.embedding import LocalModel
from index.filters import Filter
from index.models import DEFAULT_MODEL, cache_folder
from index.passages import CHUNKING, embed_articles
from index.sqlite.store import SqliteStore
from index.store import Recipe, Store
from index.types import Article, Span
from rag.candidates import Candidate, described, read_closely
from rag.evidence import Evidence, Inquiry, gather, read, weigh
from rag.look import READ, READ_CLOSELY, Looker
from rag.question import parse_question
from rag.reader import PassageReader
from rag.retrieve import KEPT, SEARCHED, Scope, retrieve
from rag.words import fold

# For cross-validation: an article is in one of them.
FOLDS = 5
GOLDEN = Path(__file__).parent / "golden"
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what was retrieved and read for it.

    Attributes:
        fold: the fold that its article is in, or that a golden question is in by its place.
        kind: "answerable", "unanswerable", or "absent": its article was taken out; of a question on
            a report "written answerable" or "written unanswerable", and likewise of a golden one.
        inquiry: what was asked.
        evidence: the passages, in the order of retrieval.
        gold: which of them is the one that the question was written about, if it answers.
        found: their sentences.
        right: which of those hold a gold answer and stand in the gold passage; of a golden
            question, which hold a text that its answer must hold.
    """

    fold: int
    kind: str
    inquiry: Inquiry
    evidence: tuple[Evidence, ...]
    gold: Flags
    found: tuple[Candidate, ...]
    right: Flags


def of_squad2(data: Path, reader: PassageReader, folder: Path) -> Iterator[Example]:
    """Ask the questions on articles held apart of a collection of all passages.

    Args:
        data: holds the questions and the passages.
        reader: reads what is found.
        folder: an empty one for the collection.
    """
    passages = read_lines(data / "passages.jsonl")
    articles = [Article(id=p["id"], text=p["text"], title=p.get("title")) for p in passages]
    titles = {article.id: article.title or article.id for article in articles}
    store, embedder = _collection(articles, folder)
    asked_of = titles_of(data)
    apart = held_apart(asked_of)
    fold_of = folds_of((title for title in asked_of if title in apart), FOLDS)
    for asked in read_lines(data / "questions.jsonl"):
        title = titles[asked["passage"]]
        if title not in apart:
            continue
        question = parse_question(asked["question"])
        vector = embedder.embed_query(question.text)
        inquiry = Inquiry(question, weigh(store, question), vector)
        place = fold_of[title]
        evidence = _evidence(store, reader, inquiry)
        if not asked["answerable"]:
            yield _example(place, "unanswerable", inquiry, evidence, None, ())
            continue
        yield _example(place, "answerable", inquiry, evidence, asked["passage"], asked["answers"])
        same = {article for article, subject in titles.items() if subject == title}
        others = _evidence(store, reader, inquiry, without=same)
        yield _example(place, "absent", inquiry, others, None, ())
    store.close()


def of_written(reports: Sequence[Report], reader: PassageReader, folder: Path) -> Iterator[Example]:
    """Ask the questions on the reports held apart, of each its own, in a collection of these.

    Args:
        reports: all of them.
        reader: reads what is found.
        folder: an empty one for the collection.
    """
    apart = [report for report in reports if report.apart]
    store, embedder = _collection([report.article for report in apart], folder)
    for number, report in enumerate(apart):
        for asked in report.questions:
            question = parse_question(asked.text)
            vector = embedder.embed_query(question.text)
            inquiry = Inquiry(question, weigh(store, question), vector)
            its_own = Scope(Filter(article=report.article.id))
            evidence = _evidence(store, reader, inquiry, scope=its_own)
            found = described(inquiry, evidence)
            yield Example(
                number % FOLDS,
                "written answerable" if asked.places else "written unanswerable",
                inquiry,
                tuple(evidence),
                _hold(asked, report, [(one.article, one.passage.passage.span) for one in evidence]),
                tuple(found),
                _hold(asked, report, [(one.article, one.span) for one in found]),
            )
    store.close()


def _hold(asked: Question, report: Report, stretches: Sequence[tuple[Article, Span]]) -> Flags:
    """Tell of stretches of articles which of them hold an answer."""
    return np.array(
        [
            article.id == report.article.id and asked.answered_in(span)
            for article, span in stretches
        ],
        dtype=bool,
    )


def of_golden(reader: PassageReader) -> Iterator[Example]:
    """Ask every golden question of its own articles.

    Left out are those with parts, which are decided one by one, those asked as of a day, and those
    that are answered but name no text that the answer must hold.
    """
    for path in sorted(GOLDEN.glob("*.yaml")):
        with tempfile.TemporaryDirectory() as folder:
            yield from _of_suite(load_suite(path), reader, Path(folder))


def _of_suite(suite: Suite, reader: PassageReader, folder: Path) -> Iterator[Example]:
    if suite.corpus is None:
        raise ValueError(f"{suite.path} names no corpus")
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    store = SqliteStore(folder, create=True)
    build([suite.corpus], store, model)
    looker = Looker(store, model.for_asking(store.info().recipe.model), reader)
    for place, case in enumerate(suite.cases):
        if case.as_of is not None or not (case.expect.abstain or case.expect.answer_all):
            continue
        question = parse_question(looker.alone(case.question, case.history, None, {}))
        looked = looker.look(question, None, {})
        if len(looked.asked) > 1:
            continue
        texts = [fold(text) for group in case.expect.answer_all for text in group]
        found = looked.asked[0].found
        yield Example(
            place % FOLDS,
            "golden unanswerable" if case.expect.abstain else "golden answerable",
            looked.asked[0].inquiry,
            looked.found[0],
            np.zeros(len(looked.found[0]), dtype=bool),
            found,
            np.array([any(text in fold(one.text) for text in texts) for one in found], dtype=bool),
        )
    store.close()


def _collection(articles: Sequence[Article], folder: Path) -> tuple[SqliteStore, QueryEmbedder]:
    """Return a collection of articles, in an empty folder, and what embeds questions for it."""
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    builder = model.for_building(characters=sum(len(a.text) for a in articles))
    store = SqliteStore(folder, create=True)
    store.write(
        Recipe(builder.identity, CHUNKING, builder.precision), embed_articles(articles, builder)
    )
    return store, model.for_asking(builder.identity)


def _evidence(
    store: Store,
    reader: PassageReader,
    inquiry: Inquiry,
    *,
    without: Collection[str] = (),
    scope: Scope | None = None,
) -> list[Evidence]:
    """Return what is read within a scope, as if the articles `without` were not in the collection.

    What is read closely is what the weights that Dateline has by now choose.
    """
    hits = retrieve(store, inquiry.question, inquiry.vector, kept=2 * SEARCHED, scope=scope)
    left = [one for one in gather(store, hits) if one.article.id not in without][:KEPT]
    was_read = read(reader, inquiry.question, left, READ)
    return read_closely(reader, inquiry, was_read, READ_CLOSELY)


def _example(  # noqa: PLR0913, PLR0917 - each is one thing
    fold_: int,
    kind: str,
    inquiry: Inquiry,
    evidence: Sequence[Evidence],
    passage: str | None,
    answers: Sequence[str],
) -> Example:
    gold = [fold(answer) for answer in answers]
    found = described(inquiry, evidence)
    right = [c.article.id == passage and any(g in fold(c.text) for g in gold) for c in found]
    return Example(
        fold_,
        kind,
        inquiry,
        tuple(evidence),
        np.array([one.article.id == passage for one in evidence], dtype=bool),
        tuple(found),
        np.array(right, dtype=bool),
    )
