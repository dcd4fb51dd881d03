"""Parse: the text of a language model, as it comes, becomes sentences with the ids they cite.

Models put ids in many shapes ("[a7f]", "(a7f, b2c)", "[a7f][b2c]", "source a7f"), before or after
the full stop, after the sentence or, as in the evidence, before it. A sentence is given out once
what follows it is known not to belong to it. What has the shape of a citation and is none is
counted, never taken for one. Knows nothing of what the ids stand for.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from index.chunk import ENDS_SENTENCE, split_sentences
from index.types import Span
from rag.write.marking import ID_SHAPE
from rag.write.prompt import NO_ANSWER

ID = ID_SHAPE.pattern
NAMED = r"(?:sources?|ids?|refs?|references?|citations?|lines?|passages?)"
OPEN, CLOSE = r"\[({【", r"\])}】"
# Ids with whatever brackets, words and commas hold them together, and the space before them. Every
# repetition is bounded, since what a model repeats is not.
BRACKETS = rf"(?:[{OPEN}][\s^#]{{0,2}}){{0,3}}"
BETWEEN = rf"[\s,;&/+|{OPEN}{CLOSE}^#-]{{0,6}}(?:\band\b\s{{0,2}})?(?:\b{NAMED}\b\s{{0,2}}[:#]?)?"
CITATION = re.compile(
    rf"\s{{0,3}}(?:[—–-]\s?)?(?:\b{NAMED}\b\s{{0,2}}[:#]?\s{{0,2}})?(?P<open>{BRACKETS})"
    rf"(?:\b{NAMED}\b\s{{0,2}}[:#]?\s{{0,2}})?{BRACKETS}{ID}"
    rf"(?:{BETWEEN}[\s{OPEN}^#]{{0,4}}{ID})*\s{{0,2}}[{CLOSE}]{{0,3}}",
    re.IGNORECASE,
)
IN_BRACKETS = re.compile(
    rf"\s{{0,3}}(?:\[[^\[\]\n]{{0,40}}\]|【[^【】\n]{{0,40}}】|\({NAMED}\b[^()\n]{{0,20}}\))",
    re.IGNORECASE,
)
WORDED = re.compile(rf"\b{NAMED}\b", re.IGNORECASE)
LIST_MARK = re.compile(r"^\s*(?:[-*•|]|\d{1,2}[.)])\s+(?=\S)")
# A bracket this near to the end of what has come may be a citation that is still coming.
OPENED = 40
# So much of the next sentence has to have come before the one before it is given out.
AHEAD = 12


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as it was written.

    Attributes:
        text: its words, without citations.
        ids: the valid ids that it cites, in small letters, each once.
        unknown: how many ids it cites that the evidence does not have.
        malformed: how many citations it has of a shape that no id has.
    """

    text: str
    ids: tuple[str, ...] = ()
    unknown: int = 0
    malformed: int = 0

    @property
    def cites(self) -> bool:
        """Whether it cites anything, valid or not."""
        return bool(self.ids or self.unknown or self.malformed)

    def with_citations_of(self, other: "Written") -> "Written":
        """Return it with what another cites as well."""
        return replace(
            self,
            ids=tuple(dict.fromkeys((*self.ids, *other.ids))),
            unknown=self.unknown + other.unknown,
            malformed=self.malformed + other.malformed,
        )


@dataclass(frozen=True, slots=True)
class _Citation:
    """A citation in a line: where it stands there, and where in the line without citations."""

    raw: Span
    at: int
    cited: Written


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's sentences, and where each begins in the line as it was written."""

    sentences: tuple[Written, ...]
    starts: tuple[int, ...]
    opens_with: Written | None


class Parser:
    """Reads one text.

    Args:
        valid: the ids that there are, in small letters.
        own_words: words of the evidence that look like an id and are none.
    """

    def __init__(self, valid: Collection[str], own_words: Collection[str]) -> None:
        self._valid = frozenset(valid)
        self._own_words = frozenset(own_words)
        self._left = ""
        # The last sentence of a line that is over: the next line may begin with what it cites.
        self._pending: Written | None = None
        self.text = ""
        self.declined = False
        self.unfinished = 0

    def feed(self, piece: str) -> Iterator[Written]:
        """Yield the sentences that are whole once a piece has come."""
        self.text += piece
        self._left += piece.replace("\r\n", "\n").replace("\r", "\n")
        while "\n" in self._left:
            line, _, self._left = self._left.partition("\n")
            yield from self._line(line)
        yield from self._begun()

    def end(self, *, finished: bool) -> Iterator[Written]:
        """Yield what is left once the text is over.

        Args:
            finished: whether it came to an end of its own; where it did not, a sentence that is not
                whole is counted in `unfinished` and given up.
        """
        last, self._left = self._left, ""
        line = self._parsed(last)
        if not finished and line.sentences and not _is_whole(line.sentences[-1]):
            self.unfinished += 1
            cut = line.starts[-1]
            line = self._parsed(last[:cut])
        yield from self._released(line)
        yield from self._let_go()

    @property
    def _awaits_citation(self) -> bool:
        """Whether ids at the start of a line are those of the sentence before it."""
        return self._pending is not None and not self._pending.text.endswith(":")

    def _line(self, line: str) -> Iterator[Written]:
        yield from self._released(self._parsed(line))

    def _released(self, line: _Line) -> Iterator[Written]:
        """Yield the sentences of a line that is over, but for a last one that cites nothing yet."""
        sentences = list(line.sentences)
        opening = line.opens_with
        if self._pending is not None and (sentences or opening is not None):
            if opening is not None and self._awaits_citation:
                self._pending = self._pending.with_citations_of(opening)
            elif opening is not None and sentences:
                sentences[0] = sentences[0].with_citations_of(opening)
            yield from self._let_go()
        elif opening is not None and sentences:
            sentences[0] = sentences[0].with_citations_of(opening)
        if sentences and not sentences[-1].cites:
            self._pending = sentences.pop()
        yield from self._told(sentences)

    def _begun(self) -> Iterator[Written]:
        """Yield the whole sentences of the line that is still coming."""
        line = self._left
        opened = max(line.rfind(bracket) for bracket in "[({【")
        if (
            opened >= 0
            and len(line) - opened < OPENED
            and not re.search(f"[{CLOSE}]", line[opened:])
        ):
            line = line[:opened]
        parsed = self._parsed(line)
        if len(parsed.sentences) < 2 or len(parsed.sentences[-1].text) < AHEAD:
            return
        self._left = self._left[parsed.starts[-1] :]
        whole = _Line(parsed.sentences[:-1], parsed.starts[:-1], parsed.opens_with)
        yield from self._released(whole)
        # What follows on the same line has said that nothing more is cited.
        yield from self._let_go()

    def _let_go(self) -> Iterator[Written]:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            yield from self._told([pending])

    def _told(self, sentences: list[Written]) -> Iterator[Written]:
        for one in sentences:
            if _declines(one.text):
                self.declined = True
            elif any(character.isalnum() for character in one.text):
                yield one

    def _parsed(self, line: str) -> _Line:
        """Take a line apart."""
        mark = LIST_MARK.match(line)
        offset = mark.end() if mark else 0
        text, places, citations = self._without_citations(line, offset)
        spans = list(split_sentences(text, Span(0, len(text)))) if text.strip() else []
        if not spans:
            cited = _together(citation.cited for citation in citations)
            return _Line((), (), cited)
        first = spans[0].start
        opening = [one for one in citations if one.at <= first]
        # Where a line begins with an id, each id comes before what it is cited for.
        before = bool(opening) and not self._awaits_citation
        sentences = [Written(span.of(text)) for span in spans]
        starts = [places[span.start] for span in spans]
        for one in citations:
            if one in opening:
                continue
            if before:
                owner = next((n for n, s in enumerate(spans) if s.end > one.at), len(spans) - 1)
                if spans[owner].start >= one.at:
                    starts[owner] = min(starts[owner], one.raw.start)
            else:
                owner = max(n for n, s in enumerate(spans) if s.start < one.at)
            sentences[owner] = sentences[owner].with_citations_of(one.cited)
        return _Line(
            tuple(sentences),
            tuple(starts),
            _together(one.cited for one in opening) if opening else None,
        )

    def _without_citations(self, line: str, offset: int) -> tuple[str, list[int], list[_Citation]]:
        """Return a line without its citations, where each character stood in it, and them."""
        text, places = "", list[int]()
        citations = []
        at = offset
        for raw, cited in self._citations(line, offset):
            text += line[at : raw.start]
            places += range(at, raw.start)
            at = raw.end
            citations.append(_Citation(raw, len(text), cited))
            after = line[at : at + 1]
            if after == "." and text.endswith((".", "!", "?", "。", "！", "？")):
                at += 1
                after = line[at : at + 1]
            if text and after and not after.isspace() and after not in ".,;:!?)”\"'’":
                text += " "
                places.append(raw.start)
        text += line[at:]
        places += range(at, len(line))
        return text, places, citations

    def _citations(self, line: str, offset: int) -> Iterator[tuple[Span, Written]]:
        """Yield what in a line is a citation, in order."""
        found: list[tuple[Span, Written]] = []
        for match in CITATION.finditer(line, offset):
            tokens = [token.casefold() for token in ID_SHAPE.findall(match.group())]
            valid = tuple(dict.fromkeys(token for token in tokens if token in self._valid))
            unknown = len({token for token in tokens if token not in self._valid})
            marked = match["open"] or WORDED.search(match.group())
            own = all(token in self._own_words for token in tokens)
            if valid or (marked and not own):
                found.append((Span(*match.span()), Written("", valid, unknown)))
        for match in IN_BRACKETS.finditer(line, offset):
            span = Span(*match.span())
            if any(span.start < other.end and other.start < span.end for other, _ in found):
                continue
            if _is_malformed(match.group()):
                found.append((span, Written("", malformed=1)))
        yield from sorted(found, key=lambda one: one[0])


def _is_malformed(bracketed: str) -> bool:
    """Tell whether what stands in brackets cites, though not by an id: "[1]", "[---]"."""
    inside = bracketed.strip()[1:-1]
    is_word = inside[:1].isalpha() and not any(c.isdigit() for c in inside)  # "[sic]"
    return WORDED.search(inside) is not None or not is_word


def _declines(text: str) -> bool:
    """Tell whether a sentence is the agreed word; "gave no answer" is none."""
    alone = re.sub(r"\W+", "_", text.casefold()).strip("_") == NO_ANSWER.casefold()
    return alone or NO_ANSWER in text


def _is_whole(last: Written) -> bool:
    return last.cites and ENDS_SENTENCE.search(last.text) is not None


def _together(cited: Iterator[Written]) -> Written | None:
    together: Written | None = None
    for one in cited:
        together = one if together is None else together.with_citations_of(one)
    return together
