"""Loop: one turn after another, until there is no further line.

Puts the conversation together: a prompt gives lines, commands and answers are shown on the screen.
What is heavy is imported after the first prompt is shown.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from api.chat import commands
from api.chat.answering import Answering
from api.chat.prompt import MARK, Prompt, TerminalPrompt, line_prompt
from api.chat.session import Session, Turn
from api.settings import Settings
from index.errors import DatelineError

if TYPE_CHECKING:
    from api.chat.screen import AnswerShown, Screen
    from index.types import Article
    from rag.events import Event
    from rag.pipeline import Pipeline

Open = Callable[[Settings], "Pipeline"]
# Nothing is said of a wait that is shorter.
PATIENCE_SECONDS = 0.4


class Chat:
    """A conversation that is going on.

    Args:
        session: where it begins.
        open_pipeline: opens what answers, as settings say.
        with_flag: gives the settings with one of them as if its flag had been given.
    """

    def __init__(
        self,
        session: Session,
        open_pipeline: Open,
        with_flag: Callable[[str, object], Settings],
    ) -> None:
        self.session = session
        self._open = open_pipeline
        self._with_flag = with_flag
        self._prompt: Prompt | None = None
        self._screen: Screen | None = None
        self._making_screen = threading.Lock()
        self._trouble: str | None = None
        # What was last said of an opening that is not done yet.
        self._told: str | None = None
        self._scope_of: object = None
        self._scope_said: tuple[str, ...] = ()
        self.answering = Answering(lambda: open_pipeline(session.settings), self._opened)

    @property
    def screen(self) -> "Screen":
        """Where the conversation is shown; rich is imported with it."""
        with self._making_screen:
            if self._screen is None:
                from api.chat.screen import Screen  # noqa: PLC0415 - after the first prompt
                from api.streams import result_console  # noqa: PLC0415

                self._screen = Screen(result_console())
            return self._screen

    def run(self, prompt: Prompt) -> None:
        """Take turns until there is no further line.

        Raises:
            FilterError: the conversation begins with a day that is none.
        """
        self._prompt = prompt
        if self.session.as_of is not None:
            self.session.scope()
        if not self._is_built():
            # It takes a while and says so: nobody should be typing into that.
            self.answering.open()
        with prompt.unechoed(), self._notes_kept() as notes:
            try:
                while True:
                    for told in notes():
                        self.screen.say(f"note: {told}", "dim")
                    try:
                        line = prompt.read(self.answering.start)
                    except KeyboardInterrupt:
                        continue
                    except EOFError:
                        return
                    if line.strip():
                        if not prompt.seen:
                            self.screen.say(f"{MARK}{line}", "bold")
                        try:
                            self._turn(line.strip())
                        except EOFError:
                            return
            finally:
                self.answering.close()

    def state(self) -> str:
        """Say in a line how things are: what is asked, and what narrows it."""
        session = self.session
        if self._trouble is not None:
            return self._trouble
        if not session.articles:
            return f"{self._told or f'opening {session.settings.data}'} …"
        parts = list(self._scope())
        if session.settings.model is not None:
            parts.append(session.settings.model)
        return " · ".join((*parts, "/help"))

    def _scope(self) -> tuple[str, ...]:
        """Say how many articles are asked, how new they are, and what narrows them.

        It is worked out where one of these changes: the line below the prompt is shown anew at
        every key, and a collection may be large.
        """
        session = self.session
        of = (session.articles, session.where, session.as_of)
        if of != self._scope_of:
            asked, narrowed = session.in_scope(), session.narrowed()
            days = [one.article.published[:10] for one in asked if one.article.published]
            newest = f" to {max(days)}" if days else ""
            count = len(session.articles)
            part = f"{len(asked):,} of " if narrowed else ""
            said = f"{part}{count:,} {'article' if count == 1 else 'articles'}{newest}"
            self._scope_of, self._scope_said = of, (said, *((narrowed,) if narrowed else ()))
        return self._scope_said

    def answer(self, question: str) -> None:
        """Ask a question and show its answer as it comes; Ctrl-C stops it."""
        from rag.events import Done  # noqa: PLC0415 - not before the first prompt

        self.session.latest = question
        asked = self.session.asked(question)
        shown = self.screen.answering(question)
        events = self.answering.stream(
            lambda pipeline: pipeline.stream(asked.text, history=asked.history, scope=asked.scope),
            PATIENCE_SECONDS,
        )
        try:
            for event in events:
                if event is None:
                    shown.wait(self._told)
                elif isinstance(event, Done):
                    shown.finish(event, self.article)
                    self.session.turns.append(Turn(asked, event.answer))
                else:
                    shown.show(event)
        except (KeyboardInterrupt, DatelineError):
            _stop(shown, events)
            raise

    def article(self, article_id: str) -> "Article | None":
        """Return an article of the collection, with its text."""
        return self.answering.call(lambda pipeline: pipeline.store.article(article_id))

    def learn_articles(self) -> None:
        """Look again which articles there are; another process may have changed them."""
        self.session.articles = self.answering.call(lambda pipeline: tuple(pipeline.store.listed()))

    def set_model(self, name: str) -> None:
        """Let another language model word the answers from here on; an empty name lets none.

        Raises:
            DatelineError: it cannot be used; the one before it stays.
        """
        settings = self._with_flag("model", name)
        self.answering.reopen(lambda: self._open(settings))
        self.session.settings = settings

    def _turn(self, line: str) -> None:
        try:
            if line.startswith("/"):
                commands.run(self, line)
            else:
                self.answer(" ".join(line.split()))
        except DatelineError as error:
            self.screen.say(str(error), "yellow")
        except KeyboardInterrupt:
            self.screen.say("stopped; /retry asks again, Ctrl-D leaves", "dim")
        self.screen.blank()

    def _is_built(self) -> bool:
        from index.sqlite.database import DATABASE  # noqa: PLC0415 - a name, and sqlite3

        try:
            return (self.session.settings.data / DATABASE).is_file()
        except OSError:
            return False

    def _opened(self, pipeline: "Pipeline | Exception") -> None:
        """Note, in the thread that answers, what was opened."""
        self._told = None
        if isinstance(pipeline, Exception):
            self._trouble = str(pipeline)
        else:
            self._trouble = None
            self.session.articles = tuple(pipeline.store.listed())
        if self._prompt is not None:
            self._prompt.refresh()
        # What shows the answer is imported while the question is still being typed.
        _ = self.screen

    def _hear(self, told: str) -> None:
        """Show what is said of an opening while it goes on."""
        if not self.session.articles:
            self._told = told
            if self._prompt is not None:
                self._prompt.refresh()

    @contextmanager
    def _notes_kept(self) -> "Iterator[Callable[[], list[str]]]":
        """Keep what is logged until the line that is being typed is done."""
        kept = _Kept(self._hear)
        root = logging.getLogger()
        before = root.handlers[:]
        root.handlers[:] = [kept]
        try:
            yield kept.taken
        finally:
            root.handlers[:] = before


class _Kept(logging.Handler):
    def __init__(self, hear: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._told: list[str] = []
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(record.getMessage())
        self._hear(record.getMessage())

    def taken(self) -> list[str]:
        told, self._told = self._told, []
        return told


def terminal_prompt(chat: Chat, *, plain: bool) -> Prompt:
    """Return a prompt that suits what standard input and output are."""
    dumb = os.environ.get("TERM", "") in {"", "dumb"}
    if plain or dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return line_prompt()
    from api.chat.completion import ChatCompleter  # noqa: PLC0415 - not for a pipe

    return TerminalPrompt(chat.session.settings.history, ChatCompleter(chat.session), chat.state)


def _stop(shown: "AnswerShown", events: "Iterator[Event | None]") -> None:
    close = getattr(events, "close", None)
    if close is not None:
        close()
    with suppress(OSError):
        shown.stop()
