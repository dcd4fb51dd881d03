"""Conversation: a follow-up becomes a question that can be asked alone.

"And on steel?", "Why?", "When did she do that?" take what they lack from the questions before them,
each of which may itself be a follow-up. No language model: English marks what is missing by its
function words (the steps are in `rag.followups`). What stands alone is left as it is; where it is
not clear what a question leans on, it is asked "about" what the earlier one was about. Knows the
articles only through `Evidence`, which is asked for names and for "he" or "she" where the questions
do not tell.
"""

from collections.abc import Sequence

from rag.errors import QuestionError
from rag.followups.bare import asked_of, is_bare
from rag.followups.clause import take_apart
from rag.followups.ellipsis import filled
from rag.followups.events import (
    COMPARING,
    Event,
    asks_whether_sources_agree,
    points_back,
    with_events,
)
from rag.followups.grammar import QUESTION_WORDS
from rag.followups.pointing import points_at_place, with_definite, with_place, with_time
from rag.followups.reference import with_kinds, with_pronouns
from rag.followups.shift import another_subject, only_doubts, without_opening
from rag.followups.standing import is_own_subject, says_its_subject, wordings
from rag.followups.tokens import Tokens, as_question, folded, joined, lowered, positive, tokens_of
from rag.followups.topic import topic
from rag.followups.turns import Evidence, Turn
from rag.followups.wording import nominal, statement
from rag.question import AnswerKind, parse_question
from rag.words import content_words

# How many earlier questions are looked back at.
LOOK_BACK = 6
ASKS_WHO_IT_WAS = {("who", be, it) for be in ("is", "was") for it in ("it", "that", "this")}


def standalone_question(text: str, history: Sequence[str], evidence: Evidence | None = None) -> str:
    """Return the question with what it needs of the questions before it.

    Args:
        text: the question.
        history: the earlier questions, oldest first.
        evidence: what the articles say on an earlier question; asked only where it is needed.
    """
    before: Turn | None = None
    asked = [question for question in history if any(map(str.isalnum, question))]
    for question in asked[-LOOK_BACK:]:
        before = Turn(question, _alone(question, before), before, evidence)
    return _alone(text, before)


def _alone(text: str, before: Turn | None) -> str:
    if before is None:
        return text
    alone = _after(text, before)
    # What cannot be asked with its past is asked without it.
    return text if _kind(alone) is None else alone


def _after(text: str, before: Turn) -> str:
    fresh = another_subject(text)
    if fresh is not None:
        return fresh
    if only_doubts(text):
        return before.alone
    opened = without_opening(text)
    tokens = tokens_of(opened)
    if asks_whether_sources_agree(tokens):
        # Asked of each, they show where they differ.
        return f"{before.alone.rstrip('?!. ')}, according to each report?"
    added = opened != text.strip()
    made = _piece(tokens, before) if _is_piece(tokens) else _whole(tokens, before, added=added)
    if made is not None:
        return made
    return opened[:1].upper() + opened[1:] if added else text


def _is_piece(tokens: Tokens) -> bool:
    """Tell "And on steel?", "What about Mexico?" and "Since when?" from a question with a verb."""
    if "," in tokens and take_apart(tokens[tokens.index(",") + 1 :]) is not None:
        return False
    if _named_after_about(tokens) or is_bare(tokens):
        return True
    return take_apart(tokens) is None and not QUESTION_WORDS & set(folded(tokens[:2]))


def _named_after_about(tokens: Tokens) -> Tokens:
    """Return "Mexico" for "what about Mexico"."""
    opens = folded(tokens[:2]) in {("what", "about"), ("how", "about")}
    return tokens[2:] if opens else ()


def _piece(tokens: Tokens, before: Turn) -> str:
    """Return the question that is made of a mere piece of one."""
    words = folded(tokens)
    piece = _named_after_about(tokens) or tokens
    if piece != tokens and is_own_subject(piece):
        return as_question(tokens)
    if is_bare(piece):
        return as_question(asked_of(piece, before.clause, lambda: before.somebody))
    if words and words[0] in COMPARING and "than" in words:
        amount = Event(before.clause, lambda: before.somebody).amount
        return as_question(("is", *amount, *lowered(tokens))) if amount else _about(tokens, before)
    for wording in wordings(piece):
        made = filled(wording, before.clause)
        if made is not None:
            return as_question(made)
    return _about(tokens, before)


def _whole(tokens: Tokens, before: Turn, *, added: bool) -> str | None:
    """Return a question that has a verb with what it leans on; None where it stands alone.

    Args:
        tokens: the question.
        before: the turn that it follows.
        added: whether it opened with "And".
    """
    if folded(tokens) in ASKS_WHO_IT_WAS:
        return _about(tokens, before)
    named = before.named(tokens)
    told = with_events(named, Event(before.clause, lambda: before.somebody))
    brief = told is not None
    new = told or named
    new = with_time(new, before.clause) or new
    if points_at_place(new):
        new = with_place(new, before.place()) or new
    resolved = with_pronouns(with_kinds(new, before.kind), before.meant, briefly=brief)
    new = resolved.tokens
    lost = [word for word in folded(resolved.unclear) if not (brief and word == "they")]
    vague = points_at_place(new) or any(points_back(new, at) for at in range(len(new)))
    vague = vague or folded(new[-1:]) == ("be",)
    if lost or (vague and not brief):
        return _about(new, before)
    return as_question(new) if new != tokens else _with_subject(tokens, before, added=added)


def _with_subject(tokens: Tokens, before: Turn, *, added: bool) -> str | None:
    """Return a short question with its subject: "Who won the final?" for "Who won?".

    None where it says its subject.
    """
    clause, earlier = take_apart(tokens), before.clause
    if clause is None and len(content_words(joined(tokens))) <= 1:
        return _about(tokens, before)
    if clause is None or says_its_subject(tokens, clause, added=added):
        return None
    with_the = with_definite(tokens, before.mentions)
    if with_the is not None:
        return as_question(with_the)
    plain = not clause.rest and clause.verb is not None
    happened = bool(earlier.subject) and earlier.verb is not None
    past = positive(earlier.auxiliary or "") in {"did", "was", "were"}
    if plain and happened and past and (earlier.asks_circumstance or not earlier.asked):
        dated = [(*tokens, word, *statement(earlier)) for word in ("when", "as")]
        return _of_its_kind(tokens, dated)
    takes = plain and clause.asks_its_subject and clause.auxiliary is None and not happened
    thing = nominal(earlier) or (*earlier.subject, *earlier.rest)
    return as_question((*tokens, *thing)) if takes and thing else _about(tokens, before)


def _about(tokens: Tokens, before: Turn) -> str:
    """Return the question after what the earlier one was about: its words, not its kind."""
    matter = topic(before.clause)
    if not matter:
        return f"{as_question(tokens)} {before.alone}"
    first = ("about", *matter, ":", *lowered(tokens))
    return _of_its_kind(tokens, [first, (*tokens, ",", "as", "to", *matter)])


def _of_its_kind(tokens: Tokens, made: Sequence[Tokens]) -> str:
    """Return the first of some wordings that asks for the kind of answer that the new words ask."""
    kind = _kind(as_question(tokens))
    questions = [as_question(wording) for wording in made]
    return next((text for text in questions if _kind(text) is kind), questions[0])


def _kind(text: str) -> AnswerKind | None:
    """Return the kind of answer that a question asks for; None where it cannot be asked."""
    try:
        return parse_question(text).kind
    except QuestionError:
        return None
