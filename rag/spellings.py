"""Spellings: British and American ways to write a word are one.

News comes from both, and whoever asks writes one of them. By the endings and beginnings that
differ, over closed lists where the ending alone does not tell; "cheque" and "tyre" are left out,
since the American spelling is as often another word. Knows nothing of questions.
"""

import itertools
import re
from collections.abc import Iterable
from functools import lru_cache

_OUR = (
    "arm behavi clam col demean endeav fav ferv flav harb hon hum lab misbehavi neighb od parl ranc"
    " rum sav splend tum val vap vig"
)
_RE = "cent centimet fib goit kilomet lit lust meag met millimet somb spect theat"
_ENCE = "def off lic pret"
_OGUE = "anal catal dial monol"
_BEGINNINGS = (
    ("aluminium", "aluminum"),
    ("anaesthe", "anesthe"),
    ("archaeolog", "archeolog"),
    ("encyclopaed", "encycloped"),
    ("gynaecolog", "gynecolog"),
    ("haemo", "hemo"),
    ("leukaemi", "leukemi"),
    ("orthopaed", "orthoped"),
    ("paediatr", "pediatr"),
    ("foetus", "fetus"),
    ("grey", "gray"),
    ("jeweller", "jewelr"),
    ("judgement", "judgment"),
    ("manoeuvre", "maneuver"),
    ("mould", "mold"),
    ("moustache", "mustache"),
    ("plough", "plow"),
    ("programme", "program"),
    ("pyjama", "pajama"),
    ("sceptic", "skeptic"),
    ("sulph", "sulf"),
)
# "Size" and "prize" are too short to be of the kind.
_IZED = r"(\w\w\w\w+i|\w*[nr]aly){}(e|ed|es|er|ers|ing|ation|ations|ational|able)"


def _alternatives(listed: str) -> str:
    return "|".join(listed.split())


def _compiled(*kinds: tuple[str, str]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), written) for pattern, written in kinds]


# What each kind is written as: in the spelling that all are taken for, and in the other. Of words
# in -ise that is the British one, of all others the American.
_TO_ONE = _compiled(
    (_IZED.format("z"), r"\1s\2"),
    (rf"({_alternatives(_OUR)})our(\w*)", r"\1or\2"),
    (rf"({_alternatives(_RE)})re(s?)", r"\1er\2"),
    (rf"({_alternatives(_ENCE)})ence(s?)", r"\1ense\2"),
    (rf"({_alternatives(_OGUE)})ogue(s?)", r"\1og\2"),
    *((rf"{british}(\w*)", rf"{american}\1") for british, american in _BEGINNINGS),
)
_TO_OTHER = _compiled(
    (_IZED.format("s"), r"\1z\2"),
    (
        rf"({_alternatives(_OUR)})or((?:s|ed|ing|er|ers|able|ite|ites|ful|less|al|hoods?)?)",
        r"\1our\2",
    ),
    (rf"({_alternatives(_RE)})er(s?)", r"\1re\2"),
    (rf"({_alternatives(_ENCE)})ense(s?)", r"\1ence\2"),
    (rf"({_alternatives(_OGUE)})og(s?)", r"\1ogue\2"),
    *((rf"{american}(\w*)", rf"{british}\1") for british, american in _BEGINNINGS),
)


@lru_cache(maxsize=50_000)
def one_spelling(word: str) -> str:
    """Return a folded word in one of its spellings, whichever it is written in."""
    return _respelt(word, _TO_ONE) or word


@lru_cache(maxsize=10_000)
def spellings_of(word: str) -> tuple[str, ...]:
    """Return how a folded word may be written, itself first."""
    # Kind by kind: "programme" begins as "program" does, and is of the first.
    both = itertools.chain.from_iterable(zip(_TO_ONE, _TO_OTHER, strict=True))
    other = _respelt(word, both)
    return (word,) if other is None else (word, other)


def _respelt(word: str, kinds: Iterable[tuple[re.Pattern[str], str]]) -> str | None:
    """Return a word as the first kind that it is of is written; None where it is of none."""
    matches = ((pattern.fullmatch(word), written) for pattern, written in kinds)
    return next((found.expand(written) for found, written in matches if found is not None), None)
