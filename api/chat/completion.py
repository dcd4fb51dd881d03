"""Completion: what a line that begins with a stroke may go on with."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from api.chat.commands import COMMANDS, FILTERS, OFF
from api.chat.session import SUFFIXES, Session

if TYPE_CHECKING:
    from rag.types import Nearest, Source

# Nobody looks through more of them, and a collection may have a hundred thousand articles.
MOST_OFFERED = 200


class ChatCompleter(Completer):
    """Completes commands, and what they take, from what the session knows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._paths = PathCompleter(
            expanduser=True,
            file_filter=lambda name: Path(name).is_dir() or name.endswith(SUFFIXES),
        )

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield what may stand where the cursor is."""
        line = document.text_before_cursor
        if not line.startswith("/"):
            return
        name, blank, rest = line[1:].partition(" ")
        if not blank:
            for command, one in COMMANDS.items():
                if command.startswith(name.casefold()):
                    more = " " if one.takes else ""
                    yield Completion(
                        command + more,
                        start_position=-len(name),
                        display=f"/{command}",
                        display_meta=one.says,
                    )
        elif name == "save":
            yield from self._paths.get_completions(Document(rest), complete_event)
        else:
            yield from islice(self._values(name, rest), MOST_OFFERED)

    def _values(self, name: str, rest: str) -> Iterator[Completion]:
        if name == "filter":
            yield from self._filters(rest)
        for value, meta in self._offered(name):
            if _goes_on(value, rest):
                yield Completion(value, start_position=-len(rest), display_meta=meta)

    def _offered(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield what a command takes, where that is one word, each with what it is."""
        articles = [one.article for one in self._session.articles]
        turn = self._session.last()
        if name == "articles":
            for article in articles:
                yield article.id, article.title or ""
        elif name == "source" and turn is not None:
            shown: Sequence[Nearest | Source] = turn.answer.nearest or turn.answer.sources
            for number, one in enumerate(shown, start=1):
                yield str(number), f"{one.outlet or 'outlet unknown'} · {one.title or one.article}"
        elif name == "as-of":
            days = {a.published[:10] for a in articles if a.published and len(a.published) >= 10}
            for day in sorted(days, reverse=True):
                yield day, "the day of an article"
        if name in {"as-of", "filter", "model"}:
            yield OFF, ""

    def _filters(self, rest: str) -> Iterator[Completion]:
        begun, equals, value = rest.rpartition("=")
        word = begun.split()[-1] if equals and begun.split() else ""
        if equals and word in {"outlet", "author", "article"}:
            known = {
                getattr(one.article, "id" if word == "article" else word)
                for one in self._session.articles
            }
            for one in sorted(name for name in known if name):
                if _goes_on(one, value):
                    yield Completion(one, start_position=-len(value))
        last = rest.rpartition(" ")[2]
        if "=" not in last:
            for name in FILTERS:
                if name.startswith(last):
                    yield Completion(f"{name}=", start_position=-len(last))


def _goes_on(value: str, typed: str) -> bool:
    """Tell whether a value begins with what was typed, and has more to it."""
    return value != typed and value.casefold().startswith(typed.casefold())
