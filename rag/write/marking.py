"""Marking: evidence as a language model is shown it, each sentence with an id that it can cite.

What an article says is data. It stands between marks that it cannot contain, a sentence to a line,
each line begun by us ("spotlighting", Hines et al. 2024, arXiv:2403.14720); an id never occurs in
the texts that are shown, so that no article can carry one. It ends its line, so that a weak model,
which copies lines, cites by copying. Nothing is left out of a passage: what
states nothing is shown without an id. Knows nothing of what is asked of the model.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.types import Article, Span
from rag.candidates import is_prose
from rag.evidence import Evidence, Place
from rag.orders import orders_among
from rag.verify.verification import Cited
from rag.write.assertions import asserts

LETTERS, DIGITS = "abcdefghijkmnpqrstuvwxyz", "23456789"
ID_SHAPE = re.compile(r"(?<!\w)[A-Za-z]\d[A-Za-z](?!\w)")
# Brackets are ours: ids stand in them, and mark-up and tags are made of them.
NEUTRAL = str.maketrans("[]{}<>|`", "()()‹›¦'")
HEAD_CHARS = 240
NO_ID = "---"


@dataclass(frozen=True, slots=True)
class Marked:
    """Evidence with ids.

    Attributes:
        text: what the model is shown.
        cited: what each id stands for, by the id in small letters.
        own_words: words of the evidence that look like an id, in small letters; none is one.
    """

    text: str
    cited: Mapping[str, Cited]
    own_words: frozenset[str]


def mark(question: str, evidence: Sequence[Evidence], *, passages: int, characters: int) -> Marked:
    """Give the sentences of the evidence ids.

    The ids follow from the question and the evidence, so that the same call can be told again; they
    are others for any other answer.

    Args:
        question: what will be asked of it.
        evidence: passages, best first; what does not fit is left out from the end.
        passages: how many, at most.
        characters: how long they are together, at most.
    """
    shown = _fitting(evidence[:passages], characters)
    texts = [_head(one.article) for one in shown]
    texts += [neutral(span.of(one.article.text)) for one in shown for span in _sentences(one)]
    taken = {word.casefold() for text in (*texts, question) for word in ID_SHAPE.findall(text)}
    fresh = _ids("\n".join((question, *texts)), taken)
    border = next(fresh)
    cited: dict[str, Cited] = {}
    seen: set[Place] = set()
    lines = [f"BEGIN ARTICLES {border}"]
    for number, one in enumerate(shown, start=1):
        lines += ["", f"Passage {number}. {_head(one.article)}"]
        ordered = orders_among(one.article.text, _sentences(one))
        for span in _sentences(one):
            if (one.article.id, span) in seen:
                continue
            seen.add((one.article.id, span))
            text = span.of(one.article.text)
            name = NO_ID
            if is_prose(text) and asserts(text) and span not in ordered:
                name = next(fresh)
                cited[name] = Cited(one.article, span)
            lines.append(f"| {neutral(text)} [{name}]")
    lines += ["", f"END ARTICLES {border}"]
    return Marked("\n".join(lines), cited, frozenset(taken))


def neutral(text: str) -> str:
    """Return a text in one line, without the characters that marks are made of.

    Half a surrogate pair, which an article may hold and no provider takes, becomes a question mark.
    """
    line = " ".join(text.translate(NEUTRAL).split())
    return line.encode("utf-8", "replace").decode("utf-8")


def _fitting(evidence: Sequence[Evidence], characters: int) -> list[Evidence]:
    shown: list[Evidence] = []
    for one in evidence:
        characters -= len(one.passage.passage.span)
        if shown and characters < 0:
            break
        shown.append(one)
    return shown


def _sentences(one: Evidence) -> tuple[Span, ...]:
    return one.passage.passage.sentences


def _head(article: Article) -> str:
    outlet = article.outlet or "unknown"
    published = article.published or "unknown"
    named = f"Outlet: {outlet}. Date: {published}. Title: {article.title or 'none'}"
    return neutral(named)[:HEAD_CHARS]


def _ids(seed: str, taken: set[str]) -> Iterator[str]:
    """Yield ids, each once, none of them among what is taken."""
    given = set(taken)
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    while True:
        digest = hashlib.sha256(digest).digest()
        first, digit, last = digest[0], digest[1], digest[2]
        name = (
            LETTERS[first % len(LETTERS)]
            + DIGITS[digit % len(DIGITS)]
            + LETTERS[last % len(LETTERS)]
        )
        if name not in given:
            given.add(name)
            yield name
