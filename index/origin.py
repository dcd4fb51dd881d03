"""Origin: whether articles carry the same reporting, as an agency's story and its reprints do.

An article's fingerprint is a bottom-k sketch of its shingles, runs of a few words (Broder 1997, "On
the resemblance and containment of documents"): articles that share text share hashes, however much
was cut from one of them. A store keeps hashes and looks up who shares some; whether two such
articles carry the same reporting is then decided on their texts. Plain functions; knows nothing of
databases.
"""

import hashlib
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from index.agency import agency_of
from index.types import Article

# A fingerprint has at most this many hashes, of runs of so many words.
SKETCH = 64
SHINGLE = 5
# One common phrase makes no candidate; a text too short for many hashes may share only one.
ENOUGH = 2
FEW = 8
# A hash that more articles than this have is common: boilerplate, unless this share of an article's
# hashes is.
MAX_HOLDERS = 20
MOSTLY = 0.5
# So many candidates are compared in full.
MAX_COMPARED = 24

# Words are taken over where runs of so many match, with at most so many changed in between; a
# stretch that is shorter than RUN in all is a name or a phrase.
MATCH = 3
GAP = 3
RUN = 12
MIN_WORDS_TAKEN = 25
# An ending in common that is less than this share of the shorter text is boilerplate.
ENDING = 0.5
# Two articles must share this much of the words of either; less if both credit one agency and
# appeared within so many days. A round-up of ten stories shares too little of its own with any.
LEAST = 0.2
LEAST_OF_ONE_AGENCY = 0.15
AGENCY_DAYS = 3
# Where fewer words than this are the reporter's own, quotations count too, and nearly all of one
# article must stand in the other.
MIN_OWN_WORDS = 40
NEARLY_ALL = 0.8

# Two passages are the same where so much of either stands in the other.
PASSAGE_SHARE = 0.7

# Hashes of words are kept for so many words: most words of a text are common ones.
WORDS_KEPT = 1 << 16

SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
# Scripts that put no space between words count by the character.
WORD = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+")
INSIDE_WORD = re.compile(r"(?<=\w)[.,'’ʼ\u00ad\u2010\u2011-](?=\w)")
ACCENTS = re.compile(r"[\u0300-\u036f]+")
PER_CENT = re.compile(r"\bper cent\b|%")
NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), start=2
    )
}
# A quotation ends with its paragraph at the latest. Single marks count only where they cannot be
# apostrophes.
QUOTATION = re.compile(
    r"[“„«][^“”„«»\n]*[”»“\n]"
    r"|\"[^\"\n]*[\"\n]"
    r"|(?<!\w)['‘](?=\w)[^\n‘]{1,400}?[.,!?…]['’](?!\w)"
)

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an article is found by.

    Attributes:
        hashes: the smallest hashes of its shingles, each once, as signed 64-bit numbers.
        agency: the news agency that it credits, by its usual short name.
    """

    hashes: tuple[int, ...]
    agency: str | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts have in common.

    Attributes:
        words: how many words of the one that has fewer of them in the other.
        least: the smaller of the shares of their words that stand in the other.
        most: the larger one, which is that of a copy that was cut.
    """

    words: int
    least: float
    most: float

    def enough(self, least: float) -> bool:
        """Tell whether it is as much as `least`. Equal texts always are, however short."""
        return self.least == 1 or (self.least >= least and self.words >= MIN_WORDS_TAKEN)


def fingerprint(article: Article) -> Fingerprint:
    """Return an article's fingerprint; a text without words has no hashes.

    The same text gives the same hashes in every process.
    """
    hashes = np.unique(_shingles(_words(article.text), SHINGLE))[:SKETCH]
    return Fingerprint(tuple(hashes.view(np.int64).tolist()), agency_of(article))


def min_shared(found: Fingerprint) -> int:
    """Return how many hashes another article must share to be worth comparing."""
    return ENOUGH if len(found.hashes) >= FEW else 1


def likeliest(found: Fingerprint, holders: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the articles that are worth comparing with a new one, the likeliest first.

    Args:
        found: the new article's fingerprint.
        holders: the articles that have each of its hashes, by their keys; of one that more than
            MAX_HOLDERS have, that many and one more are enough.

    Returns:
        At most MAX_COMPARED keys. A hash that too many have is boilerplate and says nothing, unless
        most are such: then the article is one more copy of a story that has many.
    """
    common = [value for value in found.hashes if len(holders.get(value, ())) > MAX_HOLDERS]
    ignored = frozenset(common if len(common) < MOSTLY * len(found.hashes) else ())
    shared: Counter[int] = Counter()
    for value in found.hashes:
        if value not in ignored:
            shared.update(holders.get(value, ()))
    enough = min_shared(found)
    ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    return [key for key, count in ranked if count >= enough][:MAX_COMPARED]


def same_reporting(one: Article, other: Article) -> bool:
    """Tell whether two articles carry the same reporting.

    They do when enough of the reporter's own words stands in both: quotations are anyone's to
    repeat, and an ending in common may be an outlet's boilerplate. Less is enough where both credit
    one agency within a few days.
    """
    ours, theirs = _words(_own(one.text)), _words(_own(other.text))
    if min(len(ours), len(theirs)) < MIN_OWN_WORDS:
        overlap = _overlap(_words(one.text), _words(other.text))
        return overlap.most >= NEARLY_ALL and overlap.enough(LEAST)
    overlap = _overlap(*_without_boilerplate(ours, theirs))
    return overlap.enough(LEAST) or (
        overlap.enough(LEAST_OF_ONE_AGENCY) and _one_agency(one, other)
    )


def same_words(one: str, other: str) -> bool:
    """Tell whether two passages say the same in nearly the same words, with the same numbers."""
    ours, theirs = _words(one), _words(other)
    return _numbers(ours) == _numbers(theirs) and _overlap(ours, theirs).least >= PASSAGE_SHARE


def _overlap(ours: list[str], theirs: list[str]) -> Overlap:
    if not ours or not theirs:
        return Overlap(0, 0, 0)
    if ours == theirs:
        return Overlap(len(ours), 1, 1)
    runs = _shingles(ours, MATCH), _shingles(theirs, MATCH)
    taken = _taken(*runs), _taken(*reversed(runs))
    least, most = sorted((taken[0] / len(ours), taken[1] / len(theirs)))
    return Overlap(min(taken), least, most)


def _taken(ours: Hashes, theirs: Hashes) -> int:
    """Return how many words stand in stretches that are theirs too, by the hashes of runs."""
    starts = np.flatnonzero(np.isin(ours, theirs))
    if not starts.size:
        return 0
    breaks = np.flatnonzero(np.diff(starts) > MATCH + GAP)
    first = starts[np.concatenate(([0], breaks + 1))]
    last = starts[np.concatenate((breaks, [starts.size - 1]))] + MATCH
    lengths = last - first
    return int(lengths[lengths >= RUN].sum())


def _without_boilerplate(ours: list[str], theirs: list[str]) -> tuple[list[str], list[str]]:
    pairs = zip(reversed(ours), reversed(theirs), strict=False)
    ending = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    if ending == 0 or ending >= ENDING * min(len(ours), len(theirs)):
        return ours, theirs
    return ours[:-ending], theirs[:-ending]


def _own(text: str) -> str:
    """Return a text without its quotations."""
    return QUOTATION.sub(" ", text + "\n")


def _words(text: str) -> list[str]:
    """Return a text's words without what house styles differ in.

    That is case, accents, points and hyphens in words, "per cent", and small numbers in letters.
    """
    folded = ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    found = WORD.findall(PER_CENT.sub(" percent ", INSIDE_WORD.sub("", folded)))
    return [NUMBERS.get(word, word) for word in found]


def _shingles(words: list[str], length: int) -> Hashes:
    """Return a hash of each run of `length` words, in order; of all words where they are fewer."""
    if not words:
        return np.empty(0, dtype=np.uint64)
    hashes = np.array([_hash(word) for word in words], dtype=np.uint64)
    length = min(length, len(words))
    count = len(words) - length + 1
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(length):
        mixed = _mix(mixed + hashes[place : place + count])
    return mixed


@lru_cache(maxsize=WORDS_KEPT)
def _hash(word: str) -> int:
    digest = hashlib.blake2b(word.encode("utf-8", "backslashreplace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _mix(values: Hashes) -> Hashes:
    """Scramble 64-bit numbers (the finalizer of Steele et al. 2014, "Fast splittable PRNGs")."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), dtype=np.uint64)


def _numbers(words: list[str]) -> set[str]:
    return {word for word in words if any(c.isdigit() for c in word)}


def _one_agency(one: Article, other: Article) -> bool:
    agency = agency_of(one)
    days = _days_apart(one.published, other.published)
    return (
        agency is not None
        and agency == agency_of(other)
        and days is not None
        and days <= AGENCY_DAYS
    )


def _days_apart(one: str | None, other: str | None) -> int | None:
    try:
        dates = [date.fromisoformat((published or "")[:10]) for published in (one, other)]
    except ValueError:
        return None
    return abs((dates[0] - dates[1]).days)
