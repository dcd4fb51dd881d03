"""Markdown: answers as text that any reader of CommonMark shows as it was meant.

What comes from articles is data: nothing in it can become a link, an image, HTML or a heading.
"""

import re
from collections.abc import Iterator, Sequence

from api.render import (
    ADDRESS,
    citations_of,
    clean,
    dated,
    named,
    reached_to,
    understood,
    who_and_when,
)
from rag.types import Answer, Disagreement, Source

SPECIAL = re.compile(r"([\\`*_\[\]<>|&~])")
# What would begin a list or a heading where it stands first.
OPENING = re.compile(r"^(\d+)([.)])|^([-+#=])")


def answer_markdown(answer: Answer, *, level: int = 1) -> str:
    """Return an answer under its question as a heading.

    Args:
        answer: the answer.
        level: the heading's level, from 1.
    """
    return "\n".join(_lines(answer, "#" * level)).rstrip() + "\n"


def escaped(text: str) -> str:
    """Return a text in one line, in which every character stands for itself."""
    return OPENING.sub(_opening, SPECIAL.sub(r"\\\1", clean(text)))


def _opening(found: re.Match[str]) -> str:
    number, mark, other = found.groups()
    return f"\\{other}" if other else f"{number}\\{mark}"


def _lines(answer: Answer, hashes: str) -> Iterator[str]:
    yield f"{hashes} {escaped(answer.question)}"
    yield ""
    alone = understood(answer.question, answer.standalone_question)
    if alone is not None:
        yield f"*understood as: {escaped(alone)}*"
        yield ""
    if answer.abstained:
        yield from _abstention(answer)
        return
    told = []
    for sentence in answer.sentences:
        marks = _marks(sorted({citation.source for citation in sentence.citations}))
        doubt = "" if sentence.verdict == "supported" else f" ({sentence.verdict})"
        told.append(f"{escaped(sentence.text)} {marks}{doubt}")
    yield " ".join(told)
    yield ""
    for part in answer.unanswered:
        yield f"The articles do not answer: {escaped(part)}"
        yield ""
    for opening, found in (
        ("Sources differ on", answer.disagreements),
        ("Brought up to date:", answer.updates),
    ):
        for disagreement in found:
            yield from _table(opening, disagreement, answer.sources)
    yield f"{hashes}# Sources"
    yield ""
    for source in answer.sources:
        yield from _source(source, answer)
    if answer.as_of is not None:
        yield f"Evidence as of {reached_to(answer.as_of)}"


def _abstention(answer: Answer) -> Iterator[str]:
    yield f"{escaped(answer.text)} Why: {escaped(answer.reason or 'no reason is given')}."
    yield ""
    if answer.nearest:
        yield "The nearest passages, which are no answer:"
        yield ""
    for near in answer.nearest:
        yield f"- {escaped(named(near))}"
        yield ""
        yield f"  > {escaped(near.quote)}"
        yield ""


def _table(opening: str, found: Disagreement, cited: Sequence[Source]) -> Iterator[str]:
    sources = {source.n: source for source in cited}
    yield f"**{opening} {escaped(found.about)}**"
    yield ""
    yield "| | | |"
    yield "|---|---|---|"
    for position in found.positions:
        taken = [sources[n] for n in position.sources if n in sources]
        said = "; ".join(escaped(who_and_when(source)) for source in taken)
        value = escaped(position.value).rstrip(".")
        yield f"| {value} | {said} | {_marks(position.sources)} |"
    yield ""


def _source(source: Source, answer: Answer) -> Iterator[str]:
    line = escaped(named(source))
    if source.url and ADDRESS.fullmatch(source.url):
        line = f"{line} · [article](<{re.sub('[<>]', '', source.url)}>)"
    yield f"{source.n}. {line}"
    yield ""
    for citation, dates in citations_of(answer, source).items():
        yield f"   > “{escaped(citation.quote)}”"
        yield ""
        for line in dated(citation, dates):
            yield f"   {escaped(line)}"
            yield ""


def _marks(numbers: Sequence[int]) -> str:
    return "".join(rf"\[{n}\]" for n in numbers)
