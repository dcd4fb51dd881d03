"""Render: answers as a person reads them in a terminal or a pipe.

Text that comes from articles is data: its control characters never reach the terminal.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from rich.console import Console
from rich.style import Style
from rich.text import Text

from api.paragraph import INDENT, paragraph
from rag.explain import components
from rag.explanation import Component
from rag.types import (
    Answer,
    AsOf,
    Citation,
    DatedWords,
    Disagreement,
    Found,
    Nearest,
    Sentence,
    Source,
)

NEAREST_CHARS = 300
# What a terminal may be given as the target of a link: no control character can be in it.
ADDRESS = re.compile(r"https?://[!-~]+")
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def show_answer(console: Console, answer: Answer) -> None:
    """Print an answer with numbered markers, then its sources with the quoted words."""
    alone = understood(answer.question, answer.standalone_question)
    if alone is not None:
        paragraph(console, Text(f"understood as: {alone}", style="dim italic"))
    if answer.abstained:
        _show_abstention(console, answer)
        return
    text = Text()
    for sentence in answer.sentences:
        text.append(clean(sentence.text) + " ")
        numbers = sorted({citation.source for citation in sentence.citations})
        text.append_text(marked(numbers)).append(" ")
        if sentence.verdict != "supported":
            text.append(f"({flag_of(sentence)}) ", style="bold red")
    paragraph(console, text)
    for part in answer.unanswered:
        console.print()
        paragraph(console, unanswered(part))
    _show_disagreements(console, answer)
    console.print()
    paragraph(console, Text("Sources", style="bold"))
    for source in answer.sources:
        paragraph(console, described(source), hang=INDENT)
        for citation, dates in citations_of(answer, source).items():
            _show_quotation(console, citation, dates)
    if answer.as_of is not None:
        console.print()
        paragraph(console, Text(f"Evidence as of {reached_to(answer.as_of)}", style="dim"))
    show_model(console, answer)


def understood(asked: str, alone: str) -> str | None:
    """Return how a question was understood, cleaned; None where it was just as it was asked."""
    same = " ".join(alone.split()) == " ".join(asked.split())
    return None if same else clean(alone)


def show_found(console: Console, found: Sequence[Found]) -> None:
    """Print passages with what found them."""
    if not found:
        paragraph(console, Text("nothing was found"))
    for hit in found:
        line = Text(f"{hit.rank}. ", style="bold cyan")
        paragraph(console, line.append(named(hit), style="not bold default"), hang=INDENT)
        by = [f"score {hit.score:.4f}"]
        by += [f"{one.name}: {_placed(one)}" for one in components(hit)]
        paragraph(console, Text(" · ".join((*by, clean(hit.article))), style="dim"), INDENT)
        paragraph(console, Text(clean(hit.text)), INDENT)


def _placed(one: Component) -> str:
    if one.rank is None:
        return "not found" if one.score is None else f"{one.score:+.2f}"
    return f"{one.rank}." if one.score is None else f"{one.rank}. ({one.score:.3f})"


def clean(text: str) -> str:
    """Return a text in one line and without control characters, fit for a terminal.

    Invisible format characters of ordinary writing (soft hyphens, joiners) stay; those that turn
    the direction of what follows are replaced, since they could make a quotation read otherwise.
    """
    shown = " ".join(text.split())
    return "".join("\ufffd" if _is_unsafe(c) else c for c in shown)


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in BIDI_CONTROLS


def _show_abstention(console: Console, answer: Answer) -> None:
    paragraph(console, Text(f"{answer.text} Why: {clean(answer.reason or '')}."))
    show_model(console, answer)
    show_nearest(console, answer)


def show_nearest(console: Console, answer: Answer) -> None:
    """Print the passages that came nearest to an answer, where there are any."""
    if not answer.nearest:
        return
    console.print()
    paragraph(console, Text("The nearest passages, which are no answer", style="bold"))
    for number, near in enumerate(answer.nearest, start=1):
        paragraph(console, nearest_named(near, number), hang=INDENT)
        paragraph(console, Text(_beginning(clean(near.quote)), style="dim"), INDENT)


def nearest_named(near: Nearest, number: int) -> Text:
    """Return the number of a nearest passage and the name of its article."""
    return Text(f"{number}. ", style="bold cyan").append(named(near), style="not bold default")


def _beginning(text: str) -> str:
    """Return the beginning of a text, cut between words where its writing parts them."""
    if len(text) <= NEAREST_CHARS:
        return text
    cut = text[:NEAREST_CHARS]
    at = cut.rfind(" ", NEAREST_CHARS // 2)
    return f"{cut[:at] if at > 0 else cut} …"


def flag_of(sentence: Sentence) -> str:
    """Say of a sentence that left unsupported what it is, and why."""
    verdict = "supported in part only" if sentence.verdict == "partial" else sentence.verdict
    return f"{verdict}: {clean(sentence.reason)}" if sentence.reason else verdict


def show_model(console: Console, answer: Answer) -> None:
    """Say who worded an answer, what it took, and whether the articles' own words stepped in."""
    if answer.model is None:
        return
    parts = [f"Model {clean(answer.model)}"]
    usage = answer.usage or {}
    parts.append(plural(usage.get("prompt_tokens", 0) + usage.get("completion_tokens", 0), "token"))
    cost = usage.get("cost_usd")
    parts.append("cost unknown" if cost is None else f"${cost:.4f}")
    if usage.get("cached"):
        parts.append(f"{plural(usage['cached'], 'call')} from the cache")
    paragraph(console, Text(" · ".join(parts), style="dim"))
    if answer.stepped_in is not None:
        given = "Nothing is answered" if answer.abstained else "Quoted from the articles instead"
        if not answer.abstained and answer.answerer == "model":
            given = "Completed from the articles' own words"
        paragraph(console, Text(f"{given}: {clean(answer.stepped_in)}", style="bold yellow"))


def _show_disagreements(console: Console, answer: Answer) -> None:
    for opening, between, found in (
        ("Sources differ on", " · ", answer.disagreements),
        ("Brought up to date:", " → ", answer.updates),
    ):
        for disagreement in found:
            console.print()
            paragraph(console, _positions(opening, between, disagreement, answer.sources))


def _positions(
    opening: str, between: str, disagreement: Disagreement, cited: Sequence[Source]
) -> Text:
    sources = {source.n: source for source in cited}
    text = Text(f"{opening} {clean(disagreement.about)}:", style="bold yellow")
    for place, position in enumerate(disagreement.positions):
        value = clean(position.value).rstrip(".")
        text.append(between if place else " ", style="not bold default")
        text.append(value, style="bold default")
        taken = [sources[n] for n in position.sources if n in sources]
        said = "; ".join(who_and_when(source) for source in taken)
        text.append(f" ({said}) " if said else " ", style="not bold default")
        text.append_text(marked(position.sources))
    return text


def marked(numbers: Sequence[int]) -> Text:
    """Return the markers of sources: [1][2]."""
    return Text("".join(f"[{n}]" for n in numbers), style="bold cyan")


def unanswered(part: str) -> Text:
    """Say that a part of a question is not answered."""
    return Text(f"The articles do not answer: {clean(part)}")


def reached_to(as_of: AsOf) -> str:
    """Write the days of the oldest and the newest evidence, or the one day of all of it."""
    newest, oldest = written_day(as_of.newest), written_day(as_of.oldest)
    return newest if newest == oldest else f"{oldest} to {newest}"


def who_and_when(source: Source) -> str:
    """Write the outlet of a source and its day."""
    return clean(
        f"{source.outlet or source.title or source.article}, {written_day(source.published)}"
    )


def described(source: Source) -> Text:
    """Return a source's number, outlet, title and day, with a link where it has an address."""
    link = Style(link=source.url) if source.url and ADDRESS.fullmatch(source.url) else ""
    text = Text(f"[{source.n}] ", style="bold cyan")
    start = len(text)
    text.append(named(source), style="not bold default")
    text.stylize(link, start)
    return text


def named(about: Source | Nearest | Found) -> str:
    """Write the outlet, the title and the day of an article."""
    outlet = about.outlet or "outlet unknown"
    parts = [outlet, about.title or about.article, written_day(about.published)]
    return " · ".join(clean(part) for part in parts)


def _show_quotation(console: Console, citation: Citation, dates: Sequence[DatedWords]) -> None:
    paragraph(console, Text(f"“{clean(citation.quote)}”", style="dim"), INDENT)
    for line in dated(citation, dates):
        paragraph(console, Text(line, style="dim italic"), INDENT)


def dated(citation: Citation, dates: Sequence[DatedWords]) -> Iterator[str]:
    """Yield, for relative words in a quotation, the dates that they mean."""
    for words in dates:
        start = words.start - citation.start
        # A sentence may cite several articles, and the words stand in one of them.
        if start >= 0 and citation.quote[start:].startswith(words.text):
            yield f"“{clean(words.text)}”: {words.label}"


def citations_of(answer: Answer, source: Source) -> dict[Citation, tuple[DatedWords, ...]]:
    """Return the citations of a source, each once, with the dates in the sentence that has it."""
    found: dict[Citation, tuple[DatedWords, ...]] = {}
    for sentence in answer.sentences:
        for citation in sentence.citations:
            # A language model may rest several sentences on one.
            if citation.source == source.n:
                found.setdefault(citation, sentence.dates)
    return found


def written_day(published: str | None) -> str:
    """Write an ISO date as a person does; its own words where it has no month."""
    if published is None:
        return "date unknown"
    if len(published) == len("2026-01"):
        return f"{date.fromisoformat(f'{published}-01'):%B %Y}"
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published
    return f"{day.day} {day:%B %Y}"


def plural(count: int, word: str) -> str:
    """Write a count and what is counted."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
