"""Mistyped: a word that no article holds, and that is no English word, is read as one near it.

"Tarrifs" is asked for as "tariffs", where the passages that the rest of the question finds hold
that. How near two words are is their optimal string alignment distance (letters left out, put in,
exchanged, or swapped with the next; Damerau 1964, "A technique for computer detection and
correction of spelling errors"). A word of English that is known is left alone, however near:
nothing else would be what was asked. Known are those that the reader's tokenizer knows whole, with
the common endings; one that is not is never taken for another form of itself. Words in quotation
marks stay, and so does a question that is mostly in no English. Knows nothing of where passages
come from.
"""

import functools
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from importlib.resources import files

from rag.network import TOKENIZER
from rag.question import Question
from rag.word_forms import forms_of
from rag.words import fold

WORD = re.compile(r"[^\W\d_]+")
# A shorter word is near too many others.
SHORTEST = 5
# From here on two letters may be out of place in a word without a capital, hardly a name.
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
# Two words that part only in these are forms of one: "detainee" and "detained".
FORMS = frozenset(
    "s d ed es e ee ees er ers or ors ing ings ist ists ism y ly ies ied ive ion ions al ally ant"
    " ent ance ence able".split()
) | {""}
QUOTED = re.compile(r"[“\"«][^”\"»]*[”\"»]")
# So much of a question has to be English.
ENGLISH_SHARE = 1 / 3
BEGINNINGS = ("un", "re", "dis", "non", "over", "out", "mis", "pre")


def suspects(question: Question, unheard: Collection[str]) -> list[str]:
    """Return the words of a question that may be mistyped, as they stand in it.

    Args:
        question: what was asked.
        unheard: those of its words that the collection does not hold in any of their forms.
    """
    if not unheard:
        return []
    every = WORD.findall(question.text)
    if sum(is_english(fold(word)) for word in every) < ENGLISH_SHARE * len(every):
        return []
    return [
        written
        for written in dict.fromkeys(WORD.findall(QUOTED.sub(" ", question.text)))
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
            if _is_form(wanted, folded):
                continue
            distance = OSA.distance(wanted, folded, score_cutoff=allowed)
            # A name has one form only, and what is near it may be another; so may a word with
            # another letter in it ("proactive" and "protective").
            if distance <= (allowed if word.islower() and set(folded) == set(wanted) else 1):
                near.append((distance, -count, word))
        # Who is asked for by name is one of several only by guessing.
        one_name = written.islower() or len({fold(word) for _, _, word in near}) == 1
        if near and one_name:
            text = re.sub(rf"\b{re.escape(written)}\b", min(near)[2], text)
    return text


def _is_form(word: str, other: str) -> bool:
    """Tell whether two words part only in their endings."""
    from rapidfuzz.distance import Prefix  # noqa: PLC0415 - as in `corrected`

    shared = Prefix.similarity(word, other)
    return shared > 3 and {word[shared:], other[shared:]} <= FORMS


@functools.cache
def _known() -> frozenset[str]:
    """Return the words that the bundled reader's tokenizer knows whole."""
    file = files("rag").joinpath("reader_model", TOKENIZER)
    return frozenset(json.loads(file.read_text("utf-8"))["model"]["vocab"])
