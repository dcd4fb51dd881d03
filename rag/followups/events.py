"""Events: what "do that", "say so", "after that" and "is that more" mean of an earlier question.

They stand for no thing that it named but for what it spoke of as a whole. Knows nothing of persons.
"""

from dataclasses import dataclass

from rag.followups.bare import Somebody
from rag.followups.clause import Clause, take_apart
from rag.followups.grammar import (
    ADVERBS,
    ADVERBS_ASKED,
    BE,
    DO,
    OF_FACTS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    TIME_PREPOSITIONS,
)
from rag.followups.phrases import phrases
from rag.followups.tokens import Tokens, folded, is_auxiliary, positive
from rag.followups.verbs import SAYING, base_of, gerund, past
from rag.followups.wording import action, body, indirect, nominal, statement
from rag.words import fold

POINTING = frozenset({"that", "this"})
DIFFERING = frozenset("agree differ disagree vary conflict contradict".split())
SOURCES = frozenset(
    """
    outlet outlets paper papers newspaper newspapers report reports source sources article articles
    account accounts medium media journalist journalists everyone everybody all they
    """.split()
)
JUDGING = frozenset(
    """
    criticise criticize blame praise punish condemn thank arrest fire fine attack sue prosecute
    forgive sack convict
    """.split()
)
HAPPENING = frozenset("happen occur start begin end".split())
COMPARING = frozenset(
    """
    more less fewer higher lower bigger smaller larger greater most least longer shorter older
    younger better worse cheaper dearer faster slower earlier later above below
    """.split()
)


@dataclass(frozen=True, slots=True)
class Event:
    """An earlier question as something that happened, or is said to have.

    Attributes:
        clause: the question.
        somebody: gives who it was, where it asked who and the articles tell.
    """

    clause: Clause
    somebody: Somebody

    @property
    def someone(self) -> Tokens:
        """Return what stands for whom it asked after: a name, "they", or nothing."""
        if not self.clause.asks_its_subject or self.clause.question_word != "who":
            return ()
        return tuple((self.somebody() or "they").split())

    @property
    def verb(self) -> str | None:
        """Return the base of its verb."""
        return None if self.clause.verb is None else base_of(fold(self.clause.verb))

    @property
    def told(self) -> Tokens:
        """Return it as a statement."""
        asked = self.someone if self.clause.question_word == "who" else None
        return statement(self.clause, asked=asked)

    @property
    def fact(self) -> Tokens:
        """Return it as a noun."""
        return ("the", "fact", "that", *self.told)

    @property
    def reported(self) -> Tokens:
        """Return it as what somebody says."""
        if self.someone and self.verb in SAYING:
            return self.clause.rest
        plain = not self.clause.asked or self.clause.question_word == "why"
        return ("that", *self.told) if plain else indirect(self.clause)

    @property
    def amount(self) -> Tokens:
        """Return what it asks for, as something that can be more or less."""
        noun = nominal(self.clause)
        counted = folded(self.clause.asked)[:2] == ("how", "many")
        return ("the", "number", "of", *noun[1:]) if counted and noun else noun


def with_events(tokens: Tokens, event: Event) -> Tokens | None:
    """Return a question with what it says of an event written out; None where it says nothing."""
    words = folded(tokens)
    left = _left_out(tokens, event)
    if left is not None:
        return left
    for at, word in enumerate(words):
        found = None
        if word in {"that", "this", "so", "it"} and at > 0:
            found = _done_or_said(tokens, at, event)
        if found is None and at > 0 and word in POINTING and is_pronoun(tokens, at):
            found = _pointed_at(tokens, at, event)
        if found is None and word == "it":
            found = _for_it(tokens, at, event)
        if found is not None:
            return found
    if base_of(words[-1]) in DIFFERING:
        return (*tokens, "on", *indirect(event.clause))
    return None


def _left_out(tokens: Tokens, event: Event) -> Tokens | None:
    """Return "Why did Sweden join?" for "Why did it?", "Who shot Abe?" for "Who did it?"."""
    clause, words = take_apart(tokens), folded(tokens)
    if clause is not None and _only_names_another(clause):
        return (*tokens, *_done_by_another(clause, event))
    if clause is None or not clause.asked or clause.rest or len(words) > len(clause.asked) + 2:
        return None
    if words[-2:-1] == ("did",) and words[-1] in {"it", "that", "this", "so"}:
        earlier = event.clause
        passive = positive(earlier.auxiliary or "") in BE and not (earlier.verb or "").endswith(
            "ing"
        )
        if clause.question_word == "who" and passive and earlier.subject and event.verb:
            return (*clause.asked, past(event.verb), *earlier.subject, *earlier.rest)
    adverb = clause.question_word in ADVERBS_ASKED and len(clause.asked) == 1
    if not adverb or clause.verb is not None or words[-1] not in PRONOUNS:
        return None
    subject, done = event.clause.subject or event.someone, action(event.clause)
    if positive(tokens[-2]) not in DO or not subject or not done:
        return None
    return (*clause.asked, tokens[-2], *subject, *done)


def _only_names_another(clause: Clause) -> bool:
    """Tell "Did Carney?" from a question with a verb."""
    found = phrases(clause.subject)
    named = len(found) == 1 and found[0].tokens == clause.subject and found[0].is_name
    return named and not clause.asked and clause.verb is None and not clause.rest


def _done_by_another(clause: Clause, event: Event) -> Tokens:
    if positive(clause.auxiliary or "") in DO:
        return action(event.clause)
    verb = () if event.clause.verb is None else (event.clause.verb,)
    return (*verb, *event.clause.rest)


def asks_whether_sources_agree(tokens: Tokens) -> bool:
    """Tell "Do all the papers say the same?" and "Do the reports differ on that?"."""
    words = folded(tokens)
    if not words or not is_auxiliary(tokens[0]) or not SOURCES & set(words):
        return False
    if any(word in QUESTION_WORDS or word[0].isdigit() for word in words):
        return False
    same = "same" in words or any(base_of(word) in DIFFERING for word in words)
    return same and not any(token[0].isupper() for token in tokens[1:])


def is_pronoun(tokens: Tokens, at: int) -> bool:
    """Tell "Is that legal?" from "that year" and "said that prices fell"."""
    words = folded(tokens)
    following = words[at + 1] if at + 1 < len(words) else None
    if following is None or not following[0].isalnum():
        return True
    if following in PREPOSITIONS - {"than"} or following in ADVERBS:
        return True
    if at == 0 or not is_auxiliary(tokens[at - 1]):
        return False
    before = positive(tokens[at - 1])
    if before in BE:
        return following in COMPARING | OF_FACTS | {"the", "a", "an", "because", "why", "what"}
    clause = take_apart(tokens)  # "Why did that happen?", not "How did that visit go?"
    return clause is not None and folded(clause.subject) == (words[at],)


def _done_or_said(tokens: Tokens, at: int, event: Event) -> Tokens | None:
    words = folded(tokens)
    following = words[at + 1 : at + 2]
    if following and following[0] not in PREPOSITIONS | ADVERBS:
        return None
    verb, done = base_of(words[at - 1]), action(event.clause)
    says_again = event.verb in SAYING and "who" not in words[:2] and words[at] != "so"
    if (verb == "do" and _is_main_verb(tokens, at - 1)) or (verb in SAYING and says_again):
        return (*tokens[: at - 1], *done, *tokens[at + 1 :]) if done else None
    if verb in SAYING and not (words[at] == "it" and event.clause.asked_noun):
        return (*tokens[:at], *event.reported, *tokens[at + 1 :])
    return None


def _is_main_verb(tokens: Tokens, at: int) -> bool:
    """Tell "Why did they do it?" from "How long did it last?"."""
    clause = take_apart(tokens)
    if clause is None:
        return False
    if clause.verb is None:
        return folded(tokens[:1])[0] in {"who", "what"}
    return clause.verb_place == at


def _pointed_at(tokens: Tokens, at: int, event: Event) -> Tokens | None:
    words = folded(tokens)
    before, after = tokens[:at], tokens[at + 1 :]
    if is_auxiliary(tokens[at - 1]):
        return _subject(tokens, at, event)
    if words[at - 1] in TIME_PREPOSITIONS:
        return (*before, *event.told, *after)
    if words[at - 1] not in PREPOSITIONS and after:
        return None
    differing = any(base_of(word) in DIFFERING for word in words)
    meant = indirect(event.clause) if differing else nominal(event.clause)
    return (*before, *(meant or event.fact), *after)


def _subject(tokens: Tokens, at: int, event: Event) -> Tokens:
    """Return a question with what "that" means as its subject."""
    words = folded(tokens)
    before, after = tokens[:at], tokens[at + 1 :]
    following = words[at + 1] if after else ""
    happening = base_of(following) in HAPPENING and words[0] in ADVERBS_ASKED
    if happening or (not after and words[0] in {"when", "where"}):
        first, *others = body(event.clause, asked=event.someone or None)
        both = positive(first) in DO and positive(tokens[at - 1]) in DO
        return (tokens[0], tokens[at - 1] if both else first, *others)
    if following in OF_FACTS:
        return (*before, "it", *after, *event.reported)
    return (*before, *(event.amount or event.fact), *after)


def _for_it(tokens: Tokens, at: int, event: Event) -> Tokens | None:
    words = folded(tokens)
    if at == 0 or not action(event.clause):
        return None
    verbs = {base_of(word) for word in words}
    if words[at - 1] == "for" and verbs & JUDGING:
        verb, *others = action(event.clause)
        return (*tokens[:at], gerund(verb), *others, *tokens[at + 1 :])
    return None


def points_back(tokens: Tokens, at: int) -> bool:
    """Tell whether a word still stands for something that its question does not say."""
    words = folded(tokens)
    return words[at] in POINTING and at > 0 and is_pronoun(tokens, at)
