"""Changes: a name, a number, a year, a month or a word is swapped for another of its kind.

A question changed so is no longer answered by its passage, nor the question by the passage changed
so; changed alike, they answer again. Made of all three, examples do not give away by their wording
what their label is. Names are told without capitals, by how words are written in texts that have
them. Knows nothing of labels.
"""

import random
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rag.words import STOP_WORDS

WORD = re.compile(r"\w+(?:[.,]\d+)*")
YEAR = re.compile(r"1[0-9]\d\d|20[0-4]\d")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# "May" and "March" are words besides.
MONTHS = frozenset(
    "january february april june july august september october november december".split()
)
DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
OPPOSITES = (
    "first last|increase decrease|increased decreased|increasing decreasing|before after|most least"
    "|largest smallest|highest lowest|oldest youngest|oldest newest|longest shortest|best worst"
    "|fastest slowest|earliest latest|biggest smallest|more less|more fewer|greater smaller"
    "|higher lower|older younger|larger smaller|longer shorter|majority minority|maximum minimum"
    "|north south|east west|northern southern|eastern western|male female|men women|man woman"
    "|father mother|son daughter|brother sister|husband wife|boys girls|king queen|won lost"
    "|win lose|winner loser|begin end|began ended|start finish|started ended|opened closed"
    "|open close|buy sell|bought sold|import export|imports exports|rise fall|rose fell"
    "|gained lost|accepted rejected|approved rejected|supported opposed|support oppose"
    "|allowed banned|legal illegal|public private|rich poor|ancient modern|early late|upper lower"
    "|inside outside|above below|positive negative|success failure|successful unsuccessful"
    "|advantage disadvantage|advantages disadvantages|common rare|indoor outdoor"
    "|winter summer|day night|arrived departed|entered left|born died|birth death|attacked defended"
    "|always never|with without|hired fired|elected defeated|strong weak|hot cold|dry wet"
    "|domestic foreign|rural urban|former current|friend enemy|allies enemies|teacher student"
).split("|")
# A word counts as a name when it is capitalised inside sentences this often, seen this many times.
NAME_SHARE = 0.9
NAME_COUNT = 2
LONGEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Change:
    """One thing and another of its kind, as whole words, in lower case."""

    old: str
    new: str
    kind: str

    def made_in(self, text: str) -> str:
        """Return a text with the one put in place of the other, wherever it stands."""
        return _whole(self.old).sub(self._written, text)

    def _written(self, match: re.Match[str]) -> str:
        return self.new.title() if match.group()[0].isupper() else self.new


class Changer:
    """Finds what can be swapped.

    Args:
        texts: tells by their capitals which words are names, and what names there are.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        kept = list(dict.fromkeys(texts))
        self._name_words = _name_words(kept)
        self._opposites: dict[str, list[str]] = {}
        for pair in OPPOSITES:
            one, other = pair.split()
            self._opposites.setdefault(one, []).append(other)
            self._opposites.setdefault(other, []).append(one)
        named = Counter(found for text in kept for found in self._names(text))
        # What names follow a word ("in ...") are much of a kind.
        self._following: dict[str, list[str]] = {}
        for before, name in named:
            self._following.setdefault(before, []).append(name)

    def changes(self, question: str, passage: str, random_: random.Random) -> list[Change]:
        """Return a change of each thing in a question that its passage names too.

        What is put in place comes from the passage where it has something of the kind, so that
        its mere presence tells nothing; it never stands in the question.
        """
        asked, told = f" {_plain(question)} ", f" {_plain(passage)} "
        found = []
        for before, old, kind in self._things(question):
            if f" {old} " not in told:
                continue
            others = self._others(before, old, kind, passage)
            new = [other for other in others if f" {other} " not in asked and other != old]
            if new:
                found.append(Change(old, random_.choice(new), kind))
        return found

    def elsewhere(
        self, change: Change, question: str, passage: str, random_: random.Random
    ) -> Change | None:
        """Return a change of the same thing for something that is in neither text, if there is."""
        told = f" {_plain(question)} {_plain(passage)} "
        before = next((b for b, old, _ in self._things(question) if old == change.old), "")
        others = self._others(before, change.old, change.kind, "")
        new = [other for other in others if f" {other} " not in told]
        return Change(change.old, random_.choice(new), change.kind) if new else None

    def _things(self, text: str) -> list[tuple[str, str, str]]:
        """Return what can be swapped: the word before it, itself, its kind."""
        things = [(before, name, "name") for before, name in self._names(text)]
        for word in dict.fromkeys(_plain(text).split()):
            kind = self._kind(word)
            if kind:
                things.append(("", word, kind))
        return things

    def _kind(self, word: str) -> str | None:
        if word in MONTHS:
            return "month"
        if word in DAYS:
            return "day"
        if YEAR.fullmatch(word):
            return "year"
        if NUMBER.fullmatch(word):
            return "number"
        return "opposite" if word in self._opposites else None

    def _others(self, before: str, old: str, kind: str, passage: str) -> list[str]:
        if kind == "opposite":
            return self._opposites[old]
        if kind == "name":
            return self._other_names(before, old, passage)
        near_words = [word for word in _plain(passage).split() if self._kind(word) == kind]
        return [word for word in near_words if word != old] or _made_up(old, kind)

    def _other_names(self, before: str, old: str, passage: str) -> list[str]:
        """Return names after the same word, of as many words, where there are any."""
        named = [(word, name) for word, name in self._names(passage) if name != old]
        near = [name for word, name in named if word == before]
        near = near or [name for name in self._following.get(before, []) if name != old]
        near = near or [name for _, name in named]
        return [name for name in near if len(name.split()) == len(old.split())] or near

    def _names(self, text: str) -> list[tuple[str, str]]:
        """Return the runs of name words in a text, each with the word before it."""
        names: dict[str, str] = {}
        before, run = "", list[str]()
        for word in [*_plain(text).split(), ""]:
            if word in self._name_words and len(run) < LONGEST_NAME:
                run.append(word)
                continue
            if run:
                names.setdefault(" ".join(run), before)
            before, run = word, []
        return [(before, name) for name, before in names.items()]


def _plain(text: str) -> str:
    """Return a text's words in lower case, single spaces between; a mark between words is one."""
    return " ".join(
        match.group().lower() for match in re.finditer(r"\w+(?:[.,]\d+)*|[^\w\s]", text)
    )


def _whole(thing: str) -> re.Pattern[str]:
    between = r"\s+".join(re.escape(word) for word in thing.split())
    return re.compile(rf"(?<!\w){between}(?![\w])", re.IGNORECASE)


def _name_words(texts: Collection[str]) -> frozenset[str]:
    """Return the words that are capitalised wherever they do not begin a sentence."""
    seen: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        for word in WORD.findall(text)[1:]:
            seen[word.lower()] += 1
            capital[word.lower()] += word[0].isupper()
    return frozenset(
        word
        for word, count in seen.items()
        if count >= NAME_COUNT
        and capital[word] >= NAME_SHARE * count
        and len(word) > 2
        and word not in STOP_WORDS | MONTHS | DAYS | {"may", "march"}
    )


def _made_up(old: str, kind: str) -> list[str]:
    """Return things of a kind near to one, where no text gives any."""
    if kind == "month":
        return sorted(MONTHS - {old})
    if kind == "day":
        return sorted(DAYS - {old})
    if kind == "year":
        return [str(int(old) + years) for years in (-20, -7, -3, -2, -1, 1, 2, 3, 7, 20)]
    if not old.isdecimal() or len(old) > 9:
        return []
    value = int(old)
    return [str(other) for other in (value + 1, value + 2, value * 2, value * 10, value // 2)]
