"""Commands: what a line that begins with a stroke does.

Each is one function of the chat and of the words after its name. What goes wrong is raised as a
DatelineError, whose message says what to do. Knows nothing of how a line was typed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from api.nearest import nearest_of
from index.errors import DatelineError

if TYPE_CHECKING:
    from api.chat.loop import Chat
    from api.chat.session import Turn
    from rag.types import Answer

FILTERS = ("outlet", "author", "after", "before", "article")
OFF = "off"
# A value goes on until the next name, so that an outlet of two words needs no quotation marks.
PAIR = re.compile(r"""(?P<name>[\w-]+)=(?:"(?P<quoted>[^"]*)"|(?P<bare>.*?))(?=\s+[\w-]+=|\s*$)""")


class CommandError(DatelineError):
    """A command cannot be carried out; the message says what to type instead."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the chat.

    Attributes:
        run: does it, given the chat and what was typed after the name.
        takes: what may be typed after the name.
        says: what it does.
    """

    run: "Callable[[Chat, str], None]"
    takes: str
    says: str


def run(chat: "Chat", line: str) -> None:
    """Carry out a line that begins with a stroke.

    Raises:
        DatelineError: it cannot be done; says what to type instead.
        EOFError: it says to leave.
    """
    name, _, rest = line[1:].strip().partition(" ")
    command = COMMANDS.get(name.casefold())
    if command is None:
        near = nearest_of(name, COMMANDS)
        hint = f"did you mean /{near}?" if near else "/help lists the commands"
        raise CommandError(f"there is no command /{name}: {hint}")
    command.run(chat, rest.strip())


def _source(chat: "Chat", rest: str) -> None:
    turn = _last(chat)
    answer = turn.answer
    shown = answer.nearest if answer.abstained else answer.sources
    if not shown:
        raise CommandError("the last answer has no sources")
    if not rest.isascii() or not rest.isdigit() or not 1 <= int(rest[:9]) <= len(shown):
        numbers = "/source 1" if len(shown) == 1 else f"/source 1 to /source {len(shown)}"
        raise CommandError(f"the last answer has {len(shown)} of them: type {numbers}")
    from api.render import citations_of  # noqa: PLC0415 - not before the first prompt
    from index.types import Span  # noqa: PLC0415

    number = int(rest)
    if answer.abstained:
        near = answer.nearest[number - 1]
        spans = [Span(near.start, near.end)]
        chat.screen.context(near, number, chat.article(near.article), spans)
        return
    source = answer.sources[number - 1]
    spans = [Span(one.start, one.end) for one in citations_of(answer, source)]
    chat.screen.context(source, number, chat.article(source.article), spans)


def _sources(chat: "Chat", _rest: str) -> None:
    from api.render import show_nearest  # noqa: PLC0415 - as above

    answer = _last(chat).answer
    if answer.abstained:
        chat.screen.say("the last question was not answered")
        show_nearest(chat.screen.console, answer)
    else:
        chat.screen.sources(answer, chat.article)


def _articles(chat: "Chat", rest: str) -> None:
    from api.render_articles import show_article, show_list  # noqa: PLC0415 - as above

    chat.learn_articles()
    if not rest:
        show_list(chat.screen.console, chat.session.in_scope())
        return
    by_id = {one.article.id: one for one in chat.session.articles}
    if rest not in by_id:
        near = nearest_of(rest, by_id)
        hint = f"did you mean {near}?" if near else "/articles lists those that are asked"
        raise CommandError(f"there is no article {rest}: {hint}")
    show_article(chat.screen.console, by_id[rest], chat.article(rest))


def _filter(chat: "Chat", rest: str) -> None:
    from index.filters import Filter  # noqa: PLC0415 - as above

    session = chat.session
    if rest.casefold() == OFF:
        session.where = None
    elif rest:
        where = replace(session.where or Filter(), **_pairs(rest))
        session.where = None if where == Filter() else where
    chat.learn_articles()
    _say_scope(chat)


def _pairs(rest: str) -> Mapping[str, str | None]:
    pairs: dict[str, str | None] = {}
    at = 0
    for found in PAIR.finditer(rest):
        if rest[at : found.start()].strip():
            break
        name = found["name"].casefold()
        if name not in FILTERS:
            near = nearest_of(name, FILTERS)
            hint = f"did you mean {near}=?" if near else f"there are {', '.join(FILTERS)}"
            raise CommandError(f"nothing is filtered by {name}: {hint}")
        value = found["quoted"] if found["quoted"] is not None else found["bare"].strip()
        pairs[name] = value or None
        at = found.end()
    if rest[at:].strip() or not pairs:
        raise CommandError("type /filter outlet=Courier after=2026-01, or /filter off")
    return pairs


def _as_of(chat: "Chat", rest: str) -> None:
    session = chat.session
    before = session.as_of
    if rest:
        session.as_of = None if rest.casefold() == OFF else rest
    try:
        session.scope()
    except DatelineError:
        session.as_of = before
        raise
    chat.learn_articles()
    _say_scope(chat)


def _say_scope(chat: "Chat") -> None:
    session = chat.session
    count, of = len(session.in_scope()), len(session.articles)
    narrowed = session.narrowed()
    if not narrowed:
        chat.screen.say(f"all {of:,} articles are asked", "dim")
        return
    chat.screen.say(f"{narrowed}: {count:,} of {of:,} articles are asked", "dim")
    if not count:
        outlets = sorted({one.article.outlet for one in session.articles if one.article.outlet})
        known = f" The outlets are {', '.join(outlets)}." if outlets else ""
        undo = [
            f"/{one} {OFF}"
            for one, set_to in (("filter", session.where), ("as-of", session.as_of))
            if set_to
        ]
        chat.screen.say(f"No article is like that: {' and '.join(undo)} asks all.{known}", "yellow")


def _model(chat: "Chat", rest: str) -> None:
    if rest:
        # An empty name is stronger than one that a file or the environment has.
        with chat.screen.busy("opening the model"):
            chat.set_model("" if rest.casefold() == OFF else rest)
    model = chat.session.settings.model
    chat.screen.say(
        f"answers are worded by {model}" if model else "answers are the articles' own sentences",
        "dim",
    )


def _explain(chat: "Chat", _rest: str) -> None:
    from api.render_explanation import show_explanation  # noqa: PLC0415 - as above
    from rag.pipeline import Pipeline  # noqa: PLC0415 - as above

    asked = _last(chat).asked

    def explained(pipeline: Pipeline) -> "Answer":
        # A language model has no part in what decides, and this is not one more answer to keep.
        quoting = Pipeline(pipeline.store, pipeline.embedder, pipeline.reader)
        return quoting.ask(asked.text, history=asked.history, scope=asked.scope, explain=True)

    with chat.screen.busy("looking again"):
        answer = chat.answering.call(explained)
    if answer.explanation is not None:
        show_explanation(chat.screen.console, answer.explanation)


def _save(chat: "Chat", rest: str) -> None:
    from api.chat.save import save  # noqa: PLC0415 - as above

    if not rest:
        raise CommandError("name a file: /save talk.md, or /save talk.json")
    path = Path(rest.strip("\"'")).expanduser()
    save(chat.session.turns, path, chat.session.saved)
    chat.session.saved.add(path.resolve())
    count = len(chat.session.turns)
    chat.screen.say(f"{count} {'answer' if count == 1 else 'answers'} saved in {path}", "dim")


def _retry(chat: "Chat", _rest: str) -> None:
    question = chat.session.latest
    if question is None:
        raise CommandError("nothing has been asked yet: ask a question first")
    turns = chat.session.turns
    if turns and turns[-1].asked.text == question:
        turns.pop()
    chat.answer(question)


def _new(chat: "Chat", _rest: str) -> None:
    chat.session.turns.clear()
    chat.session.latest = None
    chat.screen.say("a new conversation: what was asked before is not leant on", "dim")


def _help(chat: "Chat", _rest: str) -> None:
    chat.screen.commands(
        [(f"/{name} {one.takes}".rstrip(), one.says) for name, one in COMMANDS.items()], KEYS
    )


def _quit(_chat: "Chat", _rest: str) -> None:
    raise EOFError


def _last(chat: "Chat") -> "Turn":
    turn = chat.session.last()
    if turn is None:
        raise CommandError("nothing has been answered yet: ask a question first")
    return turn


COMMANDS: Mapping[str, Command] = {
    "source": Command(_source, "N", "open a source of the last answer, in its context"),
    "sources": Command(_sources, "", "show the sources of the last answer again"),
    "articles": Command(_articles, "[ID]", "list the articles that are asked, or show one"),
    "filter": Command(
        _filter, "NAME=VALUE… | off", f"ask only some articles, by {', '.join(FILTERS)}"
    ),
    "as-of": Command(_as_of, "DATE | off", "use only what was surely published by then"),
    "model": Command(_model, "NAME | off", "let a language model word the answers"),
    "explain": Command(_explain, "", "show what decided the last answer, and how"),
    "retry": Command(_retry, "", "ask the last question again, with what is set now"),
    "save": Command(_save, "FILE.md|.json", "write the conversation to a file"),
    "new": Command(_new, "", "begin anew: what was asked before is not leant on"),
    "help": Command(_help, "", "show this"),
    "quit": Command(_quit, "", "leave"),
}
KEYS = (
    ("Enter", "ask"),
    ("Alt-Enter, or \\ at the end", "go on in a new line"),
    ("Tab", "complete a command, an outlet, an article"),
    ("Ctrl-R, Up", "search what was typed before, also in earlier conversations"),
    ("Ctrl-C", "stop the answer; clear the line"),
    ("Ctrl-D", "leave"),
)
