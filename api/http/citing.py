"""Citing: an answer as the content of a chat message, with its citations as OpenAI's annotations.

The content is the sentences with their source numbers, then what sources differ on. Each source
number carries an annotation whose offsets, as OpenAI has them, count in the message's content:
half-open, in Unicode code points. Where in the article the quotation stands is in the `dateline`
object.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rag.types import Answer, Disagreement, Sentence, Source


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a message's content, with the annotations that it brings."""

    content: str
    annotations: tuple[dict[str, Any], ...] = ()


class Message:
    """The content of a message as it grows.

    Args:
        base: the service's own address, for articles that have none of their own.
    """

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        self._length = 0
        self._sources: dict[int, Source] = {}

    def sentence(self, sentence: Sentence, sources: Mapping[int, Source]) -> Piece:
        """Return a sentence with the numbers of its sources, each annotated."""
        self._sources |= sources
        text = f" {sentence.text}" if self._length else sentence.text
        annotations = []
        for number in dict.fromkeys(citation.source for citation in sentence.citations):
            text += " "
            start = self._length + len(text)
            text += f"[{number}]"
            annotations.append(self._annotation(number, start, self._length + len(text)))
        return self._grown(Piece(text, tuple(annotations)))

    def disagreement(self, found: Disagreement) -> Piece:
        """Return what sources differ on, in a paragraph of its own."""
        positions = []
        for position in found.positions:
            numbers = " ".join(f"[{number}]" for number in position.sources)
            positions.append(f"{position.value} {numbers}")
        return self._grown(Piece(f"\n\nSources differ on {found.about}: {' · '.join(positions)}"))

    def abstention(self, answer: Answer) -> Piece:
        """Return that the articles do not answer, and why."""
        reason = f" ({answer.reason})" if answer.reason else ""
        return self._grown(Piece(f"{answer.text}{reason}"))

    def _grown(self, piece: Piece) -> Piece:
        self._length += len(piece.content)
        return piece

    def _annotation(self, number: int, start: int, end: int) -> dict[str, Any]:
        source = self._sources[number]
        return {
            "type": "url_citation",
            "url_citation": {
                "start_index": start,
                "end_index": end,
                "url": source.url or f"{self._base}/v1/articles/{quote(source.article)}",
                "title": source.title or source.article,
            },
        }


def pieces(answer: Answer, base: str) -> Iterator[Piece]:
    """Yield the pieces of a whole answer's message."""
    message = Message(base)
    sources = {source.n: source for source in answer.sources}
    for sentence in answer.sentences:
        yield message.sentence(sentence, sources)
    if answer.abstained:
        yield message.abstention(answer)
    for found in answer.disagreements:
        yield message.disagreement(found)
