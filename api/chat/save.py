"""Save: a conversation in a file, as Markdown to read or as JSON with everything."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from api.chat.session import SUFFIXES, Turn
from api.markdown import answer_markdown
from index.errors import DatelineError
from index.vectors import write_atomically


class SaveError(DatelineError):
    """A conversation cannot be saved there; the message says what to do."""


def save(turns: Sequence[Turn], path: Path, ours: Collection[Path] = ()) -> None:
    """Write a conversation; the file is complete or absent.

    Args:
        turns: what was asked and answered.
        path: the file; its suffix says what is written.
        ours: files that this conversation may write over.

    Raises:
        SaveError: there is nothing to save, or it cannot be written there.
    """
    if not turns:
        raise SaveError("nothing has been answered yet: ask a question first")
    if path.suffix.casefold() not in SUFFIXES:
        raise SaveError(f"{path} has another suffix: name a file in .md or .json")
    if path.exists() and path.resolve() not in ours:
        raise SaveError(f"{path} is there already: choose another name")
    content = _markdown(turns) if path.suffix.casefold() == ".md" else _json(turns)
    try:
        # A surrogate may have come in with a question and cannot be written as it is.
        write_atomically(path, content.encode("utf-8", "replace"))
    except OSError as error:
        raise SaveError(
            f"{path} cannot be written: {error.strerror}; choose another place"
        ) from error


def _markdown(turns: Sequence[Turn]) -> str:
    return "\n".join(answer_markdown(turn.answer, level=2) for turn in turns)


def _json(turns: Sequence[Turn]) -> str:
    content = [
        {
            "question": turn.asked.text,
            "history": turn.asked.history,
            "as_of": turn.asked.scope.as_of,
            "filter": {
                name: value
                for name in ("outlet", "author", "after", "before", "origin", "article")
                if (value := getattr(turn.asked.scope.where, name)) is not None
            },
            "answer": turn.answer.to_json(),
        }
        for turn in turns
    ]
    return json.dumps({"turns": content}, ensure_ascii=False, indent=2) + "\n"
