"""Written: our own news reports, and questions on them in words that the reports do not use.

Public sets ask in an encyclopaedia's words, or in those of the paragraph that the asker had before
them; who asks of the news knows neither. So these reports were made up, in the manner of agencies
and newspapers, each with questions that it answers, asked as by somebody who has not read it, and
with others that it only seems to answer, in as many of its words as they like.

A report is cut into passages as a collection's articles are. A question is put to the passage that
answers it; now and then to another of the same report, or to the same one without the sentences
that answer, so that its wording alone tells nothing; and, where the report does not answer, to the
passage that shares most words with it.
"""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evals.benchmarks.data import BenchmarkError
from evals.reader.examples import TITLED, Example, held_apart
from index.chunk import chunk
from index.passages import PASSAGE_TOKENS
from index.types import Article, Span
from rag.words import content_words

FOLDER = Path(__file__).parent / "written"
# One report in so many is held apart.
APART_ONE_IN = 5
PARAGRAPH_SENTENCES = 2
# About how many tokens a word of the news has.
TOKENS_A_WORD = 1.35
# How often, where a passage answers, another of its report is read, or what is left of it without
# the answer.
ELSEWHERE, REMOVED = 0.4, 0.4


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a report.

    Attributes:
        text: as it was asked.
        places: where in the report's text the short answers stand; none where it does not answer.
    """

    text: str
    places: tuple[Span, ...]

    def answered_in(self, stretch: Span) -> bool:
        """Tell whether a stretch of the report answers: an answer that runs on begins in it."""
        return any(stretch.start <= place.start < stretch.end for place in self.places)


@dataclass(frozen=True, slots=True)
class Report:
    """A report and its questions."""

    article: Article
    questions: tuple[Question, ...]

    @property
    def apart(self) -> bool:
        """Whether it is measured on, rather than learnt from."""
        return held_apart(f"written:{self.article.id}", APART_ONE_IN)


def files(folder: Path = FOLDER) -> list[Path]:
    """Return the files of reports, by name."""
    return sorted(folder.glob("*.jsonl"))


def read_reports(folder: Path = FOLDER) -> list[Report]:
    """Read every report.

    Args:
        folder: holds JSON Lines; a line is a report with its `title`, `outlet`, the day it was
            `published`, its `sentences`, and `questions` with `answers`, each the place of a
            sentence and `words` of it.

    Raises:
        BenchmarkError: a line is no such report.
    """
    reports = []
    for path in files(folder):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                reports.append(_report(f"{path.stem}-{number:02}", json.loads(line)))
            except (ValueError, KeyError, IndexError, TypeError) as error:
                raise BenchmarkError(f"{path}:{number} is no report: {error!r}") from error
    return reports


def _report(name: str, row: dict[str, Any]) -> Report:
    text, starts = "", []
    for place, sentence in enumerate(row["sentences"]):
        text += "" if not place else " " if place % PARAGRAPH_SENTENCES else "\n\n"
        starts.append(len(text))
        text += sentence
    questions = []
    for asked in row["questions"]:
        places = []
        for answer in asked["answers"]:
            sentence = row["sentences"][answer["sentence"]]
            start = starts[answer["sentence"]] + sentence.index(answer["words"])
            places.append(Span(start, start + len(answer["words"])))
        questions.append(Question(asked["question"], tuple(places)))
    article = Article(
        name, text, title=row["title"], outlet=row["outlet"], published=row["published"]
    )
    return Report(article, tuple(questions))


def examples_of(reports: Iterable[Report], seed: int) -> list[Example]:
    """Return questions with passages of their reports."""
    random_ = random.Random(seed)  # noqa: S311 - nothing is secret here
    return [
        example
        for report in reports
        for question in report.questions
        for example in _examples(report.article, question, random_)
    ]


def _examples(article: Article, question: Question, random_: random.Random) -> list[Example]:
    passages = passages_of(article)
    answering = [one for one in passages if any(map(question.answered_in, one))]
    others = [one for one in passages if one not in answering]
    made = [_example(article, question, one, "written", random_) for one in answering]
    if answering and others and random_.random() < ELSEWHERE:
        made.append(_example(article, question, random_.choice(others), "elsewhere", random_))
    if answering and random_.random() < REMOVED:
        passage = random_.choice(answering)
        left = [sentence for sentence in passage if not question.answered_in(sentence)]
        if left:
            made.append(_example(article, question, left, "written removed", random_))
    if not answering:
        nearest = _nearest(article, question)
        made.append(_example(article, question, nearest, "written unanswerable", random_))
    return made


def _nearest(article: Article, question: Question) -> tuple[Span, ...]:
    """Return the passage that shares most words with a question."""
    wanted = set(content_words(question.text))

    def shared(sentences: Sequence[Span]) -> int:
        text = Span(sentences[0].start, sentences[-1].end).of(article.text)
        return len(wanted.intersection(content_words(text)))

    return max(passages_of(article), key=shared)


@cache
def passages_of(article: Article) -> tuple[tuple[Span, ...], ...]:
    """Return the sentences of each passage that a report is cut into."""
    passages = chunk(article, lambda text: round(TOKENS_A_WORD * len(text.split())), PASSAGE_TOKENS)
    return tuple(passage.sentences for passage in passages)


def _example(
    article: Article,
    question: Question,
    sentences: Sequence[Span],
    kind: str,
    random_: random.Random,
) -> Example:
    labels = tuple(question.answered_in(sentence) for sentence in sentences)
    return Example(
        question.text,
        tuple(sentence.of(article.text) for sentence in sentences),
        labels,
        answerable=any(labels),
        kind=kind,
        answers=tuple(place.of(article.text) for place in question.places) if any(labels) else (),
        title=(article.title or "") if random_.random() < TITLED else "",
    )
