"""Mistyped: a word that no article holds, and that is no English word, is read as one near it.

"Tarrifs" is asked for as "tariffs", where the passages that the rest of the question finds hold
that. How near two words are is their optimal string alignment distance (letters left out, put in,
exchanged, or swapped with the next; Damerau 1964, "A technique for computer detection and
correction of spelling errors"). An English word is left alone, however near: nothing else would be
what was asked. English words are those that the reader's tokenizer knows whole, with the common
endings. Knows nothing of where passages come from.
"""

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files

from rag.network import TOKENIZER
from rag.question import Question
from rag.word_forms import forms_of
from rag.words import fold

WORD = re.compile(r"[^\W\d_]+")
# A shorter word is near too many others.
SHORTEST = 5
# From here on two letters may be wrong in a word without a capital, which is hardly a name.
LONG = 7
ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("d", ""),
    ("ed", ""),
    ("ied", "y"),
    ("iest", "y"),
    ("ier", "y"),
    ("ily", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("er", ""),
    ("er", "e"),
    ("ers", ""),
    ("ers", "e"),
    ("est", ""),
    ("ly", ""),
    ("ness", ""),
    ("less", ""),
    ("able", ""),
    ("able", "e"),
    ("ment", ""),
    ("ish", ""),
)
BEGINNINGS = ("un", "re", "dis", "non", "over", "out", "mis", "pre")


def suspects(question: Question, held: Iterable[str]) -> list[str]:
    """Return the words of a question that may be mistyped, as they stand in it.

    Args:
        question: what was asked.
        held: those of its words that the collection holds, in any of their forms.
    """
    unheard = frozenset(question.words) - frozenset(held)
    return [
        written
        for written in dict.fromkeys(WORD.findall(question.text))
        if len(written) >= SHORTEST
        and not written.isupper()
        and fold(written) in unheard
        and not is_english(fold(written))
    ]


def is_english(word: str) -> bool:
    """Tell whether a folded word is one of English, or a well-known name."""
    known = _known()
    bases = {word, *forms_of(word)}
    bases |= {word.removesuffix(end) + base for end, base in ENDINGS if word.endswith(end)}
    # "Stopped" has doubled the last letter of "stop".
    bases |= {base[:-1] for base in bases if len(base) > 3 and base[-1] == base[-2]}
    bases |= {base.removeprefix(start) for base in bases for start in BEGINNINGS}
    return any(base in known for base in bases if base == word or len(base) > 3)


def corrected(text: str, mistyped: Sequence[str], passages: Iterable[str]) -> str:
    """Return a question with words from the passages in place of those that are mistyped.

    Where no word is near enough, it stays.
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - hardly ever needed

    said = Counter(word for passage in passages for word in WORD.findall(passage))
    for written in mistyped:
        wanted = fold(written)
        allowed = 2 if len(wanted) >= LONG and written.islower() else 1
        near = []
        for word, count in said.items():
            folded = fold(word)
            if folded[0] != wanted[0] or abs(len(folded) - len(wanted)) > allowed:
                continue
            distance = OSA.distance(wanted, folded, score_cutoff=allowed)
            # A name has one form only, and what is near it may be another.
            if distance <= (allowed if word.islower() else 1):
                near.append((distance, -count, word))
        if near:
            text = re.sub(rf"\b{re.escape(written)}\b", min(near)[2], text)
    return text


@functools.cache
def _known() -> frozenset[str]:
    """Return the words that the bundled reader's tokenizer knows whole."""
    file = files("rag").joinpath("reader_model", TOKENIZER)
    return frozenset(json.loads(file.read_text("utf-8"))["model"]["vocab"])
