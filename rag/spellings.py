"""Spellings: British and American ways to write a word are one.

News comes from both, and whoever asks writes one of them. By the endings and beginnings that
differ, over closed lists where the ending alone does not tell; "cheque" and "tyre" are left out,
since the American spelling is as often another word. Knows nothing of questions.
"""

import re
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


# A pattern of either, and what it becomes in the other: British first.
_KINDS = [
    (
        re.compile(british.format(listed)),
        to_american,
        re.compile(american.format(listed)),
        to_british,
    )
    for british, to_american, american, to_british, listed in (
        (
            r"({})our(\w*)",
            r"\1or\2",
            r"({})or((?:s|ed|ing|er|ers|able|ite|ites|ful|less|al|hoods?)?)",
            r"\1our\2",
            _alternatives(_OUR),
        ),
        (r"({})re(s?)", r"\1er\2", r"({})er(s?)", r"\1re\2", _alternatives(_RE)),
        (r"({})ence(s?)", r"\1ense\2", r"({})ense(s?)", r"\1ence\2", _alternatives(_ENCE)),
        (r"({})ogue(s?)", r"\1og\2", r"({})og(s?)", r"\1ogue\2", _alternatives(_OGUE)),
    )
]
_KINDS += [
    (
        re.compile(rf"{british}(\w*)"),
        rf"{american}\1",
        re.compile(rf"{american}(\w*)"),
        rf"{british}\1",
    )
    for british, american in _BEGINNINGS
]
_ISED = re.compile(_IZED.format("s"))
_IZED_HERE = re.compile(_IZED.format("z"))


@lru_cache(maxsize=50_000)
def one_spelling(word: str) -> str:
    """Return a folded word in one of its spellings, whichever it is written in."""
    ised = _IZED_HERE.fullmatch(word)
    if ised is not None:
        return f"{ised[1]}s{ised[2]}"
    for british, to_american, _, _ in _KINDS:
        found = british.fullmatch(word)
        if found is not None:
            return found.expand(to_american)
    return word


@lru_cache(maxsize=10_000)
def spellings_of(word: str) -> tuple[str, ...]:
    """Return how a folded word may be written, itself first."""
    for one, replacement in ((_ISED, r"\1z\2"), (_IZED_HERE, r"\1s\2")):
        found = one.fullmatch(word)
        if found is not None:
            return word, found.expand(replacement)
    for british, to_american, american, to_british in _KINDS:
        for pattern, replacement in ((british, to_american), (american, to_british)):
            found = pattern.fullmatch(word)
            if found is not None:
                return word, found.expand(replacement)
    return (word,)
