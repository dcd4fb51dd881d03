"""Clause: a question taken apart into what is asked, its auxiliary, subject, verb and the rest.

English marks them by their order and by closed classes of words; no parser is needed for questions
as people type them. Where the verb is none of the listed ones, its place is guessed. Knows nothing
of conversations.
"""

from dataclasses import dataclass

from rag.followups.grammar import (
    ADVERBS,
    ADVERBS_ASKED,
    AMOUNTS,
    BE,
    CONJUNCTIONS,
    DETERMINERS,
    HAVE,
    MEASURES,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    TIME_NOUNS,
)
from rag.followups.order import (
    goes_with,
    is_finite,
    is_plural,
    plain_subject_end,
    skip_adverbs,
    subject_end,
    verb_place,
)
from rag.followups.tokens import Tokens, folded, is_auxiliary, is_capital, positive, tokens_of
from rag.followups.verbs import BASES, base_of


@dataclass(frozen=True, slots=True)
class Clause:
    """The parts of a question, in the order in which they stand in it.

    Attributes:
        before: a phrase that opens it: "In 2024".
        asked: the phrase with the question word and its preposition; empty where yes or no is
            asked.
        auxiliary: "does", "was"; None where what is asked is the subject of a plain verb.
        subject: what stands between the auxiliary and the verb; empty where `asked` is the subject.
        verb: as it is written; None after a plain "is".
        rest: what follows.
    """

    before: Tokens
    asked: Tokens
    auxiliary: str | None
    subject: Tokens
    verb: str | None
    rest: Tokens

    @property
    def tokens(self) -> Tokens:
        """Return all of it."""
        opening = (*self.before, ",") if self.before else ()
        auxiliary = () if self.auxiliary is None else (self.auxiliary,)
        verb = () if self.verb is None else (self.verb,)
        return (*opening, *self.asked, *auxiliary, *self.subject, *verb, *self.rest)

    @property
    def verb_place(self) -> int | None:
        """Return where its verb stands among its tokens."""
        if self.verb is None:
            return None
        return len(self.tokens) - len(self.rest) - 1

    @property
    def asks_its_subject(self) -> bool:
        """Tell "Who left?" from "Whom did she meet?"."""
        return bool(self.asked) and not self.subject

    @property
    def question_word(self) -> str | None:
        """Return "what", "how", or None."""
        return next((word for word in folded(self.asked) if word in QUESTION_WORDS), None)

    @property
    def asked_noun(self) -> Tokens:
        """Return what stands after "what", "which" or "how many": what is asked for by name."""
        words = folded(self.asked)
        if self.question_word in {None, "who", "whom", "when", "where", "why"}:
            return ()
        at = words.index(self.question_word) + 1
        if self.question_word == "how":
            if at >= len(words) or words[at] not in AMOUNTS:
                return ()
            at += 1
        return tuple(t for t in self.asked[at:] if t.casefold() not in {"else", "exactly"})

    @property
    def asks_circumstance(self) -> bool:
        """Tell "when", "at which port" and "how long" from what fills a place in the clause."""
        word = self.question_word
        opens = folded(self.asked[:1])
        timed = bool(self.asked_noun) and folded(self.asked_noun)[-1] in TIME_NOUNS
        return word is not None and (
            timed
            or bool(PREPOSITIONS & set(opens))
            or (word in ADVERBS_ASKED and not self.asked_noun)
        )


def clause_of(text: str) -> Clause | None:
    """Take a question apart; None where it is no whole question."""
    return take_apart(tokens_of(text))


def take_apart(tokens: Tokens) -> Clause | None:
    """Take a question's tokens apart; None where they make no whole question."""
    before, tokens = _opening(tokens)
    if len(tokens) > 1 and is_auxiliary(tokens[0]):
        return _after_auxiliary(before, (), tokens)
    words = folded(tokens)
    start = 1 if len(words) > 1 and words[0] in PREPOSITIONS else 0
    if not words or words[start] not in QUESTION_WORDS:
        return None
    end = asked_end(tokens, start)
    asked, following = tokens[:end], tokens[end:]
    if following and is_auxiliary(following[0]):
        return _after_auxiliary(before, asked, following)
    if not following or base_of(folded(following[:1])[0]) is None:
        return None
    return Clause(before, asked, None, (), following[0], following[1:])


def asked_end(tokens: Tokens, start: int) -> int:
    """Return where the phrase of the question word at `start` ends."""
    words = folded(tokens)
    at = start + 1
    if words[start] in {"who", "whom", "when", "where", "why"}:
        while at < len(words) and words[at] in {"else", "exactly", "not"}:
            at += 1
        return at
    last_verb = None
    while at < len(words) and not is_auxiliary(tokens[at]):
        if _ends_asked(words, start, at):
            placed = words[at] in PREPOSITIONS and at > start + 1 and last_verb is None
            if not placed or words[at - 1] in MEASURES or not _verb_to_come(tokens, at + 1):
                break
        finite = is_finite(words[at]) or (words[at] in BASES and is_plural(words[at - 1]))
        if finite and not is_capital(tokens[at]):
            last_verb = at
        at += 1
    at_auxiliary = at < len(words) and is_auxiliary(tokens[at])
    return at if last_verb is None or at_auxiliary else last_verb


def _verb_to_come(tokens: Tokens, at: int) -> bool:
    """Tell "How many people in Gaza have fled?" from "Which firms in Texas?"."""
    return any(
        is_auxiliary(token) or (is_finite(token) and not is_capital(token)) for token in tokens[at:]
    )


def _ends_asked(words: Tokens, start: int, at: int) -> bool:
    """Tell whether the phrase of the question word at `start` is over before a word."""
    word, before = words[at], words[at - 1]
    degree = words[start] == "how" and at == start + 2 and before in MEASURES
    return (
        degree
        or not word[0].isalnum()
        or word in CONJUNCTIONS | PRONOUNS
        or (word in PREPOSITIONS and word != "of")
        or (word in DETERMINERS and before != "of")
    )


def _opening(tokens: Tokens) -> tuple[Tokens, Tokens]:
    """Tell "In 2024," and "About the fire:" from the question that follows it."""
    words = folded(tokens)
    at = next((n for n, token in enumerate(tokens) if token in {",", ":"}), 0)
    if at and words[0] in PREPOSITIONS:
        following = words[at + 1 : at + 2]
        if following and not QUESTION_WORDS & set(words[:at]):
            return tokens[:at], tokens[at + 1 :]
    return (), tokens


def _after_auxiliary(before: Tokens, asked: Tokens, tokens: Tokens) -> Clause:
    auxiliary, following = tokens[0], tokens[1:]
    kind = positive(auxiliary)
    if asked and (not following or _starts_with_verb(kind, following)):
        at = skip_adverbs(following, 0)
        found = at < len(following) and goes_with(kind, folded(following[at : at + 1])[0])
        verb = following[at] if found else None
        rest = following[:at] + following[at + (verb is not None) :]
        return Clause(before, asked, auxiliary, (), verb, rest)
    place = verb_place(kind, following)
    if place is None:
        alone = bool(following) and folded(following[:1])[0] in PRONOUNS | {"there"}
        plain = None if asked or not following else plain_subject_end(following)
        end = 1 if alone else plain or subject_end(following)
        return Clause(before, asked, auxiliary, following[:end], None, following[end:])
    at = place
    while at > 0 and folded(following[at - 1 : at])[0] in ADVERBS:
        at -= 1
    rest = (*following[at:place], *following[place + 1 :])
    return Clause(before, asked, auxiliary, following[:at], following[place], rest)


def _starts_with_verb(kind: str, following: Tokens) -> bool:
    at = skip_adverbs(following, 0)
    if at == len(following) or is_capital(following[at]):
        return False
    word = folded(following[at : at + 1])[0]
    if word in PREPOSITIONS:  # "Who is behind the attack?"
        return True
    if word in DETERMINERS or word in PRONOUNS or not goes_with(kind, word):
        return False
    # "What do fans want?" has a verb to come; "Who will fight fires?" has none.
    rest = folded(following[at + 1 :])
    end = next((n for n, w in enumerate(rest) if w in CONJUNCTIONS | PREPOSITIONS), len(rest))
    return kind in BE | HAVE or verb_place(kind, following[at + 1 : at + 1 + end]) is None
