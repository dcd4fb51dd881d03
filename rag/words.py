"""Words: how a question's words are compared with an article's.

Lower case, no accents, stems by Porter's algorithm (Porter 1980, as in the full-text index), and a
list of the English words that carry no topic. Knows nothing of ranking.
"""

import re
import sys
import unicodedata
from functools import lru_cache

import Stemmer

from rag.spellings import one_spelling
from rag.word_forms import BASE_OF, written_out

WORD = re.compile(r"\w+(?:[.,]\d+)*%?")
POSSESSIVE = re.compile(r"[’']s\b", re.IGNORECASE)
WILL_NOT = re.compile(r"\bwon[’']t\b", re.IGNORECASE)

# The closed classes (articles, pronouns, prepositions, conjunctions, auxiliaries, question words),
# light verbs ("go", "make"), titles before a name, and what people put around a question ("tell").
STOP_WORDS = frozenset(
    """
    a an the this that these those some any each every either neither both all such same other
    another no not none nor
    i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
    one ones oneself himself herself itself themselves myself yourself ourselves
    who whom whose what which when where why how whether whatever whoever
    of in on at by for with about against between into through during before after above below to
    from up down out off over under again further then once here there than as per via upon within
    without toward towards among across along around since until till despite because if while
    though although unless and or but so yet
    am is are was were be been being do does did doing done have has had having will would shall
    should can could may might must ought
    just only also very too more most much many few little less least own s t d ll m o re ve y
    don didn doesn isn aren wasn weren wouldn couldn shouldn hasn haven hadn
    go goes going went gone come comes came get gets got make makes made take takes took put puts
    happen happens happened
    tell please give know say says said called mentioned quoted named according
    article articles news report reports
    mr mrs ms mx dr prof sir
    """.split()
)

# Many questions look at the same sentences. The words of so many are kept, some ten megabytes; of
# longer texts, which are hardly met twice, none.
KEPT_TEXTS = 20_000
# A set of words takes ten times what a row of them does.
KEPT_SETS = 2_000
LONGEST_KEPT = 1_200

_stemmer = Stemmer.Stemmer("porter")


def words(text: str) -> list[str]:
    """Return the words of a text in order, folded to lower case without accents.

    A number keeps its decimal point and its percent sign ("75.8%"): they change what it says.
    """
    return [*words_of(text)]


def words_of(text: str) -> tuple[str, ...]:
    """Return what `words` does; a sentence's are kept for the next time."""
    return _kept_words(text) if len(text) <= LONGEST_KEPT else _words(text)


def stems_of(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words in order; a sentence's are kept for the next time."""
    return _kept_stems(text) if len(text) <= LONGEST_KEPT else _stems(text)


def stem_set_of(text: str) -> frozenset[str]:
    """Return the stems of a text's words as a set; a sentence's are kept for the next time."""
    return _kept_stem_sets(text) if len(text) <= LONGEST_KEPT else frozenset(_stems(text))


def _words(text: str) -> tuple[str, ...]:
    # A word is kept once, however many texts hold it.
    return tuple(sys.intern(word.casefold()) for word in _tokens(text))


def _stems(text: str) -> tuple[str, ...]:
    return tuple(map(stem, words_of(_in_full(text))))


_kept_words = lru_cache(maxsize=KEPT_TEXTS)(_words)
_kept_stems = lru_cache(maxsize=KEPT_TEXTS)(_stems)
_kept_stem_sets = lru_cache(maxsize=KEPT_SETS)(lambda text: frozenset(_stems(text)))


def fold(text: str) -> str:
    """Return a text in lower case and without accents."""
    return _without_accents(text).casefold()


def stem(word: str) -> str:
    """Return a folded word's stem; that of a nation's people is the nation's (`rag.word_forms`)."""
    return _stem(word.rstrip("%"))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_stemmer.stemWord(BASE_OF.get(word) or one_spelling(word)))


def content_words(text: str) -> list[str]:
    """Return the words that carry a text's topic, folded, in order, each once.

    An acronym does, whatever word it looks like: "US", "WHO".
    """
    tokens = _tokens(_in_full(text))
    shouted = len(tokens) > 2 and text.isupper()
    kept = (
        token.casefold()
        for token in tokens
        if token.casefold() not in STOP_WORDS
        or (len(token) > 1 and token.isupper() and not shouted)
    )
    return list(dict.fromkeys(kept))


def _tokens(text: str) -> list[str]:
    return WORD.findall(POSSESSIVE.sub("", _without_accents(text)))


def _in_full(text: str) -> str:
    """Return a text for its topic, which is not for quoting: "won’t" holds no "won"."""
    return WILL_NOT.sub("will not", written_out(text))


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text).translate(_accents)


class _Accents(dict[int, int | None]):
    """What becomes of each code point, looked up once: nothing of a combining mark."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        self[code] = kept
        return kept


_accents = _Accents()
