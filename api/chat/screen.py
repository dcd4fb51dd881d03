"""Screen: how a conversation is shown, event by event.

Everything that comes from articles is cleaned before it is printed. Knows nothing of how answers
are made or of what is typed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from api.chat.flow import Flow
from api.chat.passage import in_context, in_paragraph, quoted
from api.paragraph import INDENT, paragraph
from api.render import (
    citations_of,
    clean,
    dated,
    described,
    flag_of,
    marked,
    nearest_named,
    reached_to,
    show_model,
    show_nearest,
    unanswered,
    understood,
    who_and_when,
)
from api.render_explanation import show_table
from index.types import Span
from rag.events import CheckedSentence, Done, Event, FoundDisagreement, Retrieval
from rag.types import Answer, Citation, Disagreement, Nearest, Source

if TYPE_CHECKING:
    from index.types import Article

Texts = Callable[[str], "Article | None"]
"""Gives an article by its id."""
LEAST_TABLE_WIDTH = 40
LOOKING = "looking"


class Screen:
    """Where a conversation is shown.

    Args:
        console: what it is printed on.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        # A terminal that shows no weight of letters cannot show which words of many are meant.
        self._highlights = console.is_terminal and console.color_system is not None

    def say(self, text: str, style: str = "") -> None:
        """Print a line about the conversation itself."""
        paragraph(self.console, Text(clean(text), style=style))

    @contextmanager
    def busy(self, doing: str) -> Iterator[None]:
        """Show on a terminal that something is being done."""
        if not self.console.is_terminal:
            yield
            return
        with self.console.status(Text(f"{doing} …", style="dim")):
            yield

    def blank(self) -> None:
        """Print an empty line."""
        self.console.print()

    def answering(self, question: str) -> "AnswerShown":
        """Return what shows the answer to a question as its events come."""
        return AnswerShown(self, question)

    def sources(self, answer: Answer, texts: Texts) -> None:
        """Print the sources of an answer, each with the quoted words in their paragraph."""
        paragraph(self.console, Text("Sources", style="bold"))
        for source in answer.sources:
            paragraph(self.console, described(source), hang=INDENT)
            cited = citations_of(answer, source)
            self._quotations(texts(source.article), list(cited))
            for citation, dates in cited.items():
                for line in dated(citation, dates):
                    paragraph(self.console, Text(line, style="dim italic"), INDENT)
        if answer.as_of is not None:
            self.blank()
            paragraph(self.console, Text(f"Evidence as of {reached_to(answer.as_of)}", style="dim"))
        show_model(self.console, answer)

    def context(
        self,
        head: Source | Nearest,
        number: int,
        article: "Article | None",
        spans: Sequence[Span],
    ) -> None:
        """Print the paragraphs around quoted words, below the name of their article."""
        title = described(head) if isinstance(head, Source) else nearest_named(head, number)
        paragraph(self.console, title, hang=INDENT)
        if isinstance(head, Source) and head.url:
            paragraph(self.console, Text(clean(head.url), style="dim"), INDENT)
        if article is None:
            self.say("this article has left the collection since", "yellow")
            return
        for part in in_context(article.text, spans, marks=not self._highlights):
            self.blank()
            paragraph(self.console, part, INDENT)

    def differing(
        self, found: Disagreement, sources: Mapping[int, Source], *, updates: bool
    ) -> None:
        """Print what sources differ on, or bring up to date, as a small table."""
        self.blank()
        opening = "Brought up to date" if updates else "Sources differ on"
        title = f"{opening}{':' if updates else ''} {clean(found.about)}"
        paragraph(self.console, Text(title, style="bold yellow"))
        rows = []
        for position in found.positions:
            taken = [sources[n] for n in position.sources if n in sources]
            said = "; ".join(who_and_when(source) for source in taken)
            rows.append((clean(position.value).rstrip("."), said, marked(position.sources)))
        if not self.console.is_terminal or self.console.width < LEAST_TABLE_WIDTH:
            for value, said, marks in rows:
                line = Text(value, style="bold").append(f"  {said} ", style="not bold")
                paragraph(self.console, line.append_text(marks), INDENT)
            return
        table = _grid()
        table.add_column(no_wrap=True)
        for value, said, marks in rows:
            table.add_row(Text(value, style="bold"), Text(said), marks)
        show_table(self.console, table)

    def commands(
        self, commands: Sequence[tuple[str, str]], keys: Sequence[tuple[str, str]]
    ) -> None:
        """Print what can be typed, and what the keys do."""
        for place, rows in enumerate((commands, keys)):
            if place:
                self.blank()
            table = _grid()
            for name, says in rows:
                table.add_row(Text(name, style="bold cyan"), Text(says))
            show_table(self.console, table)

    def _quotations(self, article: "Article | None", citations: Sequence[Citation]) -> None:
        if article is None or not self._highlights:
            for citation in citations:
                paragraph(self.console, quoted(citation.quote), INDENT)
            return
        spans = [Span(citation.start, citation.end) for citation in citations]
        for part in in_paragraph(article.text, spans):
            paragraph(self.console, part, INDENT)


def _grid() -> Table:
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold")
    return grid


class AnswerShown:
    """An answer that is being shown, from the first event to the last."""

    def __init__(self, screen: Screen, question: str) -> None:
        self._screen = screen
        self._question = question
        self._flow = Flow(screen.console)
        self._sources: dict[int, Source] = {}
        self._status: Status | None = None
        self._flowing = True

    def wait(self, told: str | None = None) -> None:
        """Show that something is being done, where nothing is shown yet.

        Args:
            told: what was last said of it.
        """
        if self._sources or not self._screen.console.is_terminal:
            return
        said = Text(f"{clean(told or LOOKING)} …", style="dim")
        if self._status is None:
            self._status = self._screen.console.status(said)
            self._status.start()
        else:
            self._status.update(said)

    def show(self, event: Event) -> None:
        """Show what has become known."""
        if isinstance(event, Retrieval):
            alone = understood(self._question, event.standalone_question)
            if alone is not None:
                self._pause()
                self._screen.say(f"understood as: {alone}", "dim italic")
            return
        self._pause()
        if isinstance(event, CheckedSentence):
            self._sources |= {source.n: source for source in event.sources}
            text = Text(clean(event.sentence.text) + " ")
            numbers = {citation.source for citation in event.sentence.citations}
            text.append_text(marked(sorted(numbers)))
            if event.sentence.verdict != "supported":
                text.append(f" ({flag_of(event.sentence)})", style="bold red")
            self._flow.add(text)
        elif isinstance(event, FoundDisagreement):
            self.end_of_sentences()
            self._screen.differing(event.disagreement, self._sources, updates=event.updates)

    def finish(self, done: Done, texts: Texts) -> None:
        """Show what comes below the sentences."""
        self._pause()
        self.end_of_sentences()
        answer = done.answer
        if answer.abstained:
            self._screen.say(f"{answer.text} Why: {answer.reason or 'no reason is given'}.")
            show_model(self._screen.console, answer)
            show_nearest(self._screen.console, answer)
            return
        for part in answer.unanswered:
            self._screen.blank()
            paragraph(self._screen.console, unanswered(part))
        self._screen.blank()
        self._screen.sources(answer, texts)

    def stop(self) -> None:
        """Leave what is shown as it is."""
        with suppress(Exception):
            self._pause()
        self.end_of_sentences()

    def end_of_sentences(self) -> None:
        """End the line that sentences are printed on."""
        if self._flowing:
            self._flow.end()
            self._flowing = False

    def _pause(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
