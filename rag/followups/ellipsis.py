"""Ellipsis: a piece of a question takes the place of its like in the question before it.

"And on steel?" after "What tariff does Canada put on Chinese electric vehicles?" takes the place of
what stands after "on"; "What about Mexico?" that of Canada. Knows nothing of pronouns, nor of
questions that have a verb of their own.
"""

from dataclasses import replace

from rag.followups.clause import Clause
from rag.followups.grammar import (
    BE,
    COUNTRIES,
    POSSESSIVES,
    PREPOSITIONS,
    TIME_NOUNS,
    TIME_PREPOSITIONS,
)
from rag.followups.kinds import YEAR, is_adjective_of_country, kind_of, pronoun_gender
from rag.followups.likeness import Setting, likeness, likeness_after, most_like
from rag.followups.phrases import Phrase, phrases
from rag.followups.tokens import Tokens, folded, is_capital, is_possessive, positive, possessive
from rag.followups.verbs import BASE_OF_PARTICIPLE, BASES
from rag.words import fold

TIME_ADVERBS = frozenset("later earlier now today yesterday tomorrow tonight recently".split())
# What only says how near a time is: "straight after the vote".
STRAIGHT = frozenset("straight right shortly just immediately soon long".split())
# A time that opens with one of these needs no "in" or "on" before it.
WITHOUT_PREPOSITION = TIME_ADVERBS | frozenset("last this next every".split())
# What points back at a time or place that the earlier question gives already.
POINTING_BACK = (
    *((word, time) for word in ("that",) for time in ("year", "month", "day", "week")),
    *(("the", "same", time) for time in ("year", "month", "day", "week", "time", "period")),
    ("then",),
    ("there",),
)
TRAILING = (("too",), ("as", "well"), ("also",), ("instead",), *POINTING_BACK)
ONES = frozenset({"one", "ones"})


def filled(piece: Tokens, earlier: Clause) -> Tokens | None:
    """Return the earlier question with a piece of the new one in the place of its like.

    None where nothing in it is like the piece.
    """
    piece = _essential(piece)
    return _put(piece, earlier) if piece else None


def _put(piece: Tokens, earlier: Clause) -> Tokens | None:
    setting = Setting.of(earlier)
    words = folded(piece)
    if words[0] in PREPOSITIONS | TIME_ADVERBS or words[:2] == ("according", "to"):
        return _after_preposition(piece, setting)
    if len(words) == 1 and _is_passive(words[0], earlier):
        return setting.put(piece, setting.verb, setting.verb + 1)
    if kind_of(piece) == "time" or _step(words) is not None:
        return _timed(piece, setting)
    if words[0] in POSSESSIVES:
        return _belonging(piece, setting)
    if words[0] in {"any", "no"}:
        return None
    find = _of_that_sort if words[-1] in ONES else _in_place_of_like
    return find(piece, setting)


def _after_preposition(piece: Tokens, setting: Setting) -> Tokens:
    """Return the earlier question with "on steel", "after the war" or "later" in its place."""
    words = folded(piece)
    if words[0] in TIME_ADVERBS | TIME_PREPOSITIONS:
        return _timed(piece, setting)
    if words[0] != "according":
        return _with_preposition(piece, setting)
    told = "according" in folded(setting.tokens)
    return _with_preposition(piece[1:], setting) if told else (*setting.tokens, ",", *piece)


def _is_passive(word: str, earlier: Clause) -> bool:
    """Tell "And released?" after "When were they arrested?"."""
    passive = earlier.verb is not None and positive(earlier.auxiliary or "") in BE
    return passive and word in BASE_OF_PARTICIPLE and word not in BASES


def _essential(piece: Tokens) -> Tokens:
    """Return a piece without what only points back, and without "the one" before "by pilots"."""
    words = folded(piece)
    for ending in TRAILING:
        if len(words) > len(ending) and words[-len(ending) :] == ending:
            return _essential(piece[: -len(ending)])
        if len(words) > len(ending) + 1 and words[-len(ending) - 1 :] == ("in", *ending):
            return _essential(piece[: -len(ending) - 1])
    opening = 1 if words[:1] in {("the",), ("those",), ("that",)} else 0
    if words[opening : opening + 1] in {("one",), ("ones",), ("those",)}:
        following = words[opening + 1 : opening + 2]
        if following and following[0] in PREPOSITIONS and len(words) > opening + 2:
            return piece[opening + 1 :]
    if words[:1] == ("those",) and words[1:2] and words[1] in PREPOSITIONS:
        return piece[1:]
    return piece


def _in_place_of_like(piece: Tokens, setting: Setting) -> Tokens | None:
    new = _one_phrase(piece)
    if new is None:
        return None
    like = most_like(setting, lambda phrase: likeness(new, phrase, setting))
    if new.is_name and (like is None or not like.is_name):
        within = _in_place_of_part(new, setting)
        if within is not None:
            return within
    return None if like is None else setting.put(_fitted(new, like), like.start, like.end)


def _one_phrase(piece: Tokens) -> Phrase | None:
    """Return a piece as one phrase: "steel", "steel and aluminum"; None where it is more."""
    found = phrases(piece)
    within = {n for phrase in found for n in range(phrase.start, phrase.end)}
    between = {fold(piece[n]) for n in range(len(piece)) if n not in within}
    if not found or found[0].start > 0 or not between <= {"and", "or", ","}:
        return None
    return replace(found[0], end=len(piece), tokens=piece)


def _in_place_of_part(new: Phrase, setting: Setting) -> Tokens | None:
    """Return it with a name in a name's place within a phrase.

    "Japan" in "Korean cars" makes "Japanese cars", "Kyoto" in "the Paris agreement" that of Kyoto.
    """
    country = COUNTRIES.get(" ".join(folded(new.bare)))
    for place, token in enumerate(setting.tokens):
        if country is not None and is_adjective_of_country(token):
            return setting.put((country.title(),), place, place + 1)
    for old in setting.phrases:
        end = next((n for n, token in enumerate(old.bare) if not is_capital(token)), 0)
        if end and not old.is_name and old.kind != "time":
            start = old.start + len(old.tokens) - len(old.bare)
            return setting.put(new.bare, start, start + end)
    return None


def _fitted(new: Phrase, like: Phrase) -> Tokens:
    """Return a phrase as it goes into another's place."""
    compound = like.determiner is None and not like.is_name and len(like.tokens) > 1
    if compound and len(new.tokens) == 2 and new.determiner == "the":
        return (*like.tokens[:-1], new.tokens[-1])  # "the oil" after "canola seed"
    if like.owner and not new.owner:
        return possessive(new.tokens)
    known = like.determiner in {"the", "this"} and new.plural == like.plural
    return ("the", *new.tokens) if known and not new.determiner and not new.is_name else new.tokens


def _with_preposition(piece: Tokens, setting: Setting) -> Tokens:
    preposition, new = fold(piece[0]), piece[1:]
    kind = kind_of(new, preposition)
    if kind == "time":
        return _timed(piece, setting)
    if fold(piece[-1]) in ONES:
        sort = _of_that_sort(new, setting)
        if sort is not None:
            return sort

    like = most_like(setting, lambda old: likeness_after(preposition, kind, old))
    if like is None:
        return (*setting.tokens, *piece)
    end = like.end
    sort = new[-1:] if like.determiner is None and not like.is_name else ()
    if sort and len(new) == 2 and fold(new[0]) == "the" and len(like.tokens) > 1:
        piece = (piece[0], *like.tokens[:-1], *sort)  # "on the oil" after "on canola seed"
    if like.owner and not is_possessive(piece[-1]):  # "in the men's race"
        end = next((p.end for p in setting.phrases if p.start == end), end)
    return setting.put(piece, like.start - 1, end)


def _timed(piece: Tokens, setting: Setting) -> Tokens:
    """Return the earlier question with another time, at its end where it gave none."""
    words = folded(piece)
    given = words[0] in PREPOSITIONS or words[0] in WITHOUT_PREPOSITION
    times = [
        phrase
        for phrase in setting.phrases
        if phrase.kind == "time" or phrase.preposition in TIME_PREPOSITIONS
    ]
    if not times:
        new = piece if given or words[-1] in TIME_NOUNS else ("in", *piece)
        return (*setting.tokens, *new)
    old = times[-1]
    if "same" in words:  # "in the same month last year"
        at = next((n for n, word in enumerate(words) if word in TIME_NOUNS), len(words)) + 1
        return setting.put((*old.tokens, *piece[at:]), old.start, old.end)
    step = _step(words)
    if step is not None and YEAR.match(old.head) and old.head.isdigit():
        return setting.put((*old.tokens[:-1], str(int(old.head) + step)), old.start, old.end)
    start = old.start - (1 if old.preposition and given else 0)
    while start > 0 and fold(setting.tokens[start - 1]) in STRAIGHT:
        start -= 1
    return setting.put(piece, start, old.end)


def _step(words: Tokens) -> int | None:
    """Return how many years "the year before" lies from a year."""
    if "year" not in words or len(words) > 4:
        return None
    if {"before", "earlier", "previous", "preceding"} & set(words):
        return -1
    return 1 if {"after", "later", "following", "next"} & set(words) else None


def _belonging(piece: Tokens, setting: Setting) -> Tokens | None:
    """Return it with "Morozov's wife" in Morozov's place, for "his wife"."""
    gender = pronoun_gender(piece[0])

    def likeness(old: Phrase) -> float:
        if not old.is_name or (gender and old.kind == "place"):
            return 0.0
        if gender and old.gender:
            return 3.0 if gender == old.gender else 0.0
        return 2.0 if gender and old.kind in {"person", "name"} else 1.0

    like = most_like(setting, likeness)
    if like is None:
        return None
    owner = like.tokens if is_possessive(like.tokens[-1]) else possessive(like.tokens)
    new = (*owner, *piece[1:])
    return setting.put(possessive(new) if like.owner else new, like.start, like.end)


def _of_that_sort(piece: Tokens, setting: Setting) -> Tokens | None:
    """Return it with other words before the same noun: "Japanese ones" in "Korean cars"."""
    sort = piece[:-1]
    words = folded(sort)
    bare = sort[1:] if words and words[0] in {"the", "a", "an"} else sort
    if not bare:
        return None
    national = is_adjective_of_country(bare[-1])

    def likeness(old: Phrase) -> float:
        if national and any(map(is_adjective_of_country, old.tokens)):
            return 5.0
        if old.is_name or old.kind == "time":
            return 0.0
        several = fold(piece[-1]) == "ones"
        return (2.0 if len(old.bare) > 1 else 1.0) + (1.0 if old.plural == several else 0.0)

    like = most_like(setting, likeness)
    if like is None:
        return None
    old = like.tokens
    for place, token in enumerate(old):
        if national and is_adjective_of_country(token):
            return setting.put((*old[:place], *bare, *old[place + 1 :]), like.start, like.end)
    opening = old[:1] if like.determiner else ()
    return setting.put((*opening, *bare, old[-1]), like.start, like.end)
