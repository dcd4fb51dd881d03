"""Terms: what a question and a passage have in common, written one way.

A term is the stem of a word. "U.S." and "US" are one term, and so are "1,500" and "1500", which
the words of a text (`rag.words`) and the full-text index keep apart. Knows nothing of ranking.
"""

import itertools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from index.store import Store
from rag.asked_words import without_signs
from rag.question import Question
from rag.word_forms import BASE_OF, acronyms_of, forms_of, written_out
from rag.words import content_words, stem, words

# Letters with a point after each: "U.S.", "p.m.", "U.S.-led", also where the last point is missing.
DOTTED = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){1,5}[^\W\d_](?!\w)\.?")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
ACRONYM = re.compile(r"[A-Z]{2,6}")
# The sentences of a small collection are all kept in memory: some ten megabytes.
KEPT_TEXTS = 20_000
LONG_NUMBER = re.compile(r"\d{4,15}")


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The terms of a question with what each weighs in a collection.

    Attributes:
        weights: each term's inverse document frequency (Robertson and Zaragoza 2009, "The
            Probabilistic Relevance Framework", section 3.2). Where nothing holds it, it is the
            largest: the less of a question can be found, the less its other words say.
        pairs: terms that stand side by side in the question, as in a name or a set phrase.
        searched: the words by which passages that hold them are looked for; a phrase is one word.
    """

    weights: dict[str, float]
    pairs: tuple[tuple[str, str], ...]
    searched: tuple[str, ...]

    @property
    def total(self) -> float:
        """The weight of all terms."""
        return sum(self.weights.values())

    def weight(self, terms: Iterable[str]) -> float:
        """Return the weight of some terms."""
        weights = self.weights
        return sum([weights.get(term, 0.0) for term in terms])


@lru_cache(maxsize=KEPT_TEXTS)
def terms_of(text: str) -> tuple[str, ...]:
    """Return the terms of a text in order."""
    return tuple(map(term_of, words(one_way(text))))


def question_terms(store: Store, question: Question) -> QuestionTerms:
    """Return what to look for, weighed by how rare it is in the collection."""
    written = one_way(question.text)
    spelt: dict[str, tuple[str, ...]] = {}
    for word in content_words(without_signs(written)) or content_words(written):
        spelt.setdefault(term_of(word), _spellings(word, written))
    passages = store.info().passages
    weights = {}
    for term, spellings in spelt.items():
        count = min(passages, sum(store.count_with_word(word) for word in spellings))
        weights[term] = math.log(1 + (passages - count + 0.5) / (count + 0.5))
    pairs = tuple(
        pair for pair in itertools.pairwise(terms_of(question.text)) if spelt.keys() >= set(pair)
    )
    searched = dict.fromkeys(itertools.chain.from_iterable(spelt.values()))
    searched |= dict.fromkeys(acronyms_of(question.text))
    return QuestionTerms(weights, pairs, tuple(searched))


@lru_cache(maxsize=100_000)
def term_of(word: str) -> str:
    """Return the term of a word; one of two letters has no ending, as in the full-text index."""
    bare = word.rstrip("%") or word
    return stem(bare) if len(bare) > 2 or bare in BASE_OF else bare


def one_way(text: str) -> str:
    """Write acronyms without points and numbers without commas, and "US" in full."""
    joined = written_out(text)
    if "." in joined[:-1]:
        joined = DOTTED.sub(lambda found: found.group().replace(".", ""), joined)
    return THOUSANDS.sub("", joined) if "," in joined else joined


def _spellings(word: str, written: str) -> tuple[str, ...]:
    """Return how a word may stand in the full-text index, which cuts at points and commas."""
    if LONG_NUMBER.fullmatch(word):
        return word, " ".join(re.findall(r"\d{1,3}(?=(?:\d{3})*$)", word))
    if ACRONYM.fullmatch(word.upper()) and re.search(rf"\b{word.upper()}\b", written):
        return word, " ".join(word)
    return forms_of(word)
