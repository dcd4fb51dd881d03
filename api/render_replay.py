"""Render a replay as a person reads it: the answer as it was, then what has changed since."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from api.paragraph import INDENT, paragraph
from api.render import clean, show_answer, written_day
from rag.records.answers import AnswerLine
from rag.replay.changes import ArticleNow, CitationNow, FieldChange, NewEvidence, Replay

QUESTION_CHARS = 70
ID_CHARS = 12
BOLD, DIM = "bold", "dim"


def show_answer_lines(console: Console, lines: Sequence[AnswerLine]) -> None:
    """Print a list of answers, one a line: the beginning of its id, when, and the question."""
    if not lines:
        paragraph(console, Text("no answer has been kept yet"))
    for line in lines:
        question = clean(line.question)
        if len(question) > QUESTION_CHARS:
            question = question[:QUESTION_CHARS].rstrip() + " …"
        text = Text(clean(line.id[:ID_CHARS]), style="bold cyan")
        text.append(f"  {line.asked[:16].replace('T', ' ')}  ", style="not bold default")
        text.append(question, style="not bold default")
        text.append(" (not answered)" if line.abstained else "", style=DIM)
        paragraph(console, text, hang=INDENT)


def show_replay(console: Console, done: Replay) -> None:
    """Print an answer as it was given, then what has become of its evidence and of itself."""
    record = done.record
    paragraph(console, Text(f"Asked on {_moment(record.asked)}: {clean(record.answer.question)}"))
    console.print()
    show_answer(console, record.answer)
    console.print()
    paragraph(console, Text("Since then", style=BOLD))
    if done.is_unchanged:
        paragraph(console, Text("Nothing that this answer rests on has changed."))
    for article in done.articles:
        _show_article(console, done, article)
    for number, sentence in enumerate(done.sentences, start=1):
        if sentence.verdict != sentence.sentence.verdict:
            was, now = sentence.sentence.verdict, sentence.verdict
            line = Text(f"Sentence {number} was {was}, now {now}: ", BOLD)
            paragraph(console, line.append(clean(sentence.reason or ""), "not bold default"))
    if done.newer:
        console.print()
        paragraph(console, Text("Evidence that was not there then", style=BOLD))
        for one in done.newer:
            _show_new(console, one)
    console.print()
    _show_again(console, done)


def _show_article(console: Console, done: Replay, article: ArticleNow) -> None:
    number = next((s.n for s in done.record.answer.sources if s.article == article.id), None)
    if article.state == "unchanged":
        return
    line = Text("• " if number is None else f"[{number}] ", style="bold cyan")
    line.append(f"{clean(article.outlet or article.title or article.id)}: ", "not bold default")
    line.append(_state(article), style="bold yellow")
    paragraph(console, line, hang=INDENT)
    for citation in _citations(done):
        if citation.citation.article == article.id:
            _show_citation(console, citation)


def _citations(done: Replay) -> Iterable[CitationNow]:
    every = (*(c for s in done.sentences for c in s.citations), *done.differing)
    return {one.citation: one for one in every}.values()


def _state(article: ArticleNow) -> str:
    if article.state != "corrected":
        return {"removed": "removed from the collection"}.get(article.state, "cannot be read")
    parts = ["its text was changed"] if article.text_changed else []
    parts += [_change(change) for change in article.changes]
    # What is left is the language, which nothing here is quoted by.
    return "; ".join(parts) or "changed, but in nothing that is cited"


def _change(change: FieldChange) -> str:
    before, now = (clean(value) if value else "none" for value in (change.before, change.now))
    return f"{change.field} was {before}, now {now}"


def _show_citation(console: Console, one: CitationNow) -> None:
    quoted = f"“{clean(one.citation.quote)}”"
    said = {
        "stands": "still stands",
        "moved": f"still stands, moved from {one.citation.start} to {one.start}",
        "gone": "no longer stands",
    }.get(one.standing, "can no longer be read there")
    paragraph(console, Text(f"{quoted}: {said}"), INDENT)
    if one.holds:
        return
    if one.instead is not None:
        paragraph(console, Text(f"It now reads: “{clean(one.instead)}”"), INDENT)
    if clean(one.around) != clean(one.citation.quote):
        paragraph(console, Text(f"It stood in: {clean(one.around)}", style=DIM), INDENT)


def _show_new(console: Console, one: NewEvidence) -> None:
    named = (one.outlet or "outlet unknown", one.title or one.article, written_day(one.published))
    paragraph(console, Text("• " + " · ".join(clean(part) for part in named)), hang=INDENT)
    why = "corrected since" if one.why == "changed" else one.why
    cited = ", and cited when asked again" if one.cited else ""
    paragraph(console, Text(f"{why}; found as number {one.rank}{cited}", style=DIM), INDENT)
    paragraph(console, Text(clean(one.text), style=DIM), INDENT)


def _show_again(console: Console, done: Replay) -> None:
    if done.again is None:
        paragraph(console, Text(f"Not compared with a new answer: {clean(done.not_asked or '')}"))
    elif done.again.same:
        paragraph(console, Text("Asking again gives the same answer."))
    else:
        paragraph(console, Text("Asking again gives another answer", style=BOLD))
        show_answer(console, done.again.answer)


def _moment(asked: str) -> str:
    """Write a moment in UTC as a person does."""
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        return asked
    return f"{written_day(asked)}, {moment:%H:%M} UTC"
