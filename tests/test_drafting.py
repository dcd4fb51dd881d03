"""Drafting: which sentences an answer tells, which it cites beside them, and when it does not."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import rag.answer
from index.store import StoredPassage
from index.types import Article, Passage, Span
from rag.answer import (
    MAX_CITED,
    MAX_SENTENCES,
    OF_ONE_THING,
    Draft,
    Fate,
    draft_answer,
)
from rag.asked import Asked, Exactness
from rag.candidates import Candidate
from rag.evidence import Inquiry, Weighted
from rag.question import parse_question
from rag.same import say_the_same
from rag.told import Told, leans_back

SENTENCE = re.compile(r"(?:[^.\n]|\.(?=\d))+\.")


@pytest.fixture(autouse=True)
def _sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the best sentence's probability alone decide, whatever weights have been fitted."""

    def best(found: Sequence[Candidate]) -> float:
        return found[0].probability if found else 0.0

    monkeypatch.setattr(rag.answer, "answerability", best)


def sentences_of(name: str, text: str, title: str | None = None) -> list[Candidate]:
    """Return each sentence of an article of one passage, none of them probable."""
    spans = tuple(Span(*found.span()) for found in SENTENCE.finditer(text.replace("\n", " ")))
    stripped = tuple(Span(span.end - len(span.of(text).lstrip()), span.end) for span in spans)
    passage = Passage(name, Span(0, len(text)), stripped)
    number = int.from_bytes(name.encode(), "big")
    stored = StoredPassage(number, passage, np.zeros((len(stripped), 4), dtype=np.float32))
    return [Candidate(Article(name, text, title), stored, span, {}) for span in stripped]


def likely(one: Candidate, probability: float = 0.9, value: str | None = None) -> Candidate:
    """Return a sentence with a probability, and with a short answer that it holds."""
    found = None
    if value is not None:
        start = one.span.start + one.text.index(value)
        found = Span(start, start + len(value))
    return Candidate(one.article, one.passage, one.span, one.features, found, probability)


def only(name: str, text: str, probability: float = 0.9, value: str | None = None) -> Candidate:
    """Return the sentence of an article that has one."""
    (one,) = sentences_of(name, text)
    return likely(one, probability, value)


def asked(
    found: Sequence[Candidate], question: str = "What happened?", unheard: Sequence[str] = ()
) -> Asked:
    parsed = parse_question(question)
    weighted = Weighted(dict.fromkeys(parsed.stems, 1.0), tuple(unheard))
    vector = np.zeros(4, dtype=np.float32)
    best_first = sorted(found, key=lambda one: -one.probability)
    return Asked(Inquiry(parsed, weighted, vector), tuple(best_first), {})


def texts(draft: Draft) -> list[str]:
    return [" ".join(one.text.split()) for one in draft.sentences]


def cited(one: Told) -> list[str]:
    return [one.lead.article.id, *(other.article.id for other in one.others)]


MILL = "The old mill at Arden burned down on Friday night."


# What is told -----------------------------------------------------------------------------------


def test_the_most_probable_sentence_is_told_alone_where_no_other_is_probable() -> None:
    draft = draft_answer(
        [asked([only("a", MILL), only("b", "Rain fell on the harbour all week.", 0.3)])]
    )
    assert texts(draft) == [MILL]
    assert draft.confidence == 0.9
    assert draft.reason is None
    assert draft.unanswered == ()


def test_a_further_sentence_is_told_where_it_is_hardly_less_probable() -> None:
    rain = "Rain fell on the harbour all week."
    both = draft_answer([asked([only("a", MILL, 0.9), only("b", rain, 0.8)])])
    assert texts(both) == [MILL, rain]
    one = draft_answer([asked([only("a", MILL, 0.95), only("b", rain, 0.6)])])
    assert texts(one) == [MILL]


def test_beside_what_was_read_closely_nothing_is_told_that_was_not() -> None:
    rain = "Rain fell on the harbour all week."
    first, further = only("a", MILL, 0.9), only("b", rain, 0.8)
    close = replace(first, features={"read_sentence": 2.0, "close_sentence": 2.0})
    once = replace(further, features={"read_sentence": 2.0})
    draft = draft_answer([asked([close, once])])
    assert texts(draft) == [MILL]
    assert draft.parts[0].fates == (Fate.TOLD, Fate.NOT_READ)
    assert texts(draft_answer([asked([replace(first, features=once.features), once])])) == [
        MILL,
        rain,
    ]


def test_no_more_is_told_than_can_be_read_at_once() -> None:
    towns = "Arden Borva Cestrin Dolmar Everan Fontel Garvik".split()
    found = [only(t, f"{t} lost its {n} boats and harbours.") for n, t in enumerate(towns)]
    assert len(draft_answer([asked(found)]).sentences) == OF_ONE_THING
    for question in ("Which towns have lost boats?", "What are the losses?", "Name all the towns."):
        assert len(draft_answer([asked(found, question)]).sentences) == MAX_SENTENCES
    for question in ("What does the mayor say?", "What causes it?", "Which town wins?"):
        assert len(draft_answer([asked(found, question)]).sentences) == OF_ONE_THING


def test_a_further_sentence_holds_the_kind_that_is_asked_for_where_the_first_does() -> None:
    first, with_one, without = (
        replace(only(name, text, chance), features={"wrong_kind": wrong})
        for name, text, chance, wrong in (
            ("a", "The mill burned down in 1931.", 0.9, 0.0),
            ("b", "It was built in 1848.", 0.8, 0.0),
            ("c", "The mill was loved by all.", 0.85, 1.0),
        )
    )
    question = "When did the mill burn down?"
    assert texts(draft_answer([asked([first, with_one, without], question)])) == [
        first.text,
        with_one.text,
    ]
    assert texts(draft_answer([asked([without, with_one], question)])) == [
        without.text,
        with_one.text,
    ]


def test_what_an_answer_has_to_hold_is_missed_and_what_holds_it_is_sure() -> None:
    doubted = asked([only("a", MILL, 0.2)])
    lacking = replace(doubted, exactness=Exactness(lacking="a year"))
    assert draft_answer([lacking]).reason == "no sentence that was found gives a year"
    assert draft_answer([replace(asked([only("a", MILL)]), exactness=lacking.exactness)]).reason
    settled = draft_answer([replace(doubted, exactness=Exactness(settled=True))])
    assert texts(settled) == [MILL]
    assert settled.confidence > 0.9


def test_each_part_of_a_question_is_answered() -> None:
    rain = "Rain fell on the harbour all week."
    draft = draft_answer(
        [asked([only("a", MILL, 0.9)]), asked([only("b", rain, 0.6), only("a", MILL, 0.5)])]
    )
    assert texts(draft) == [MILL, rain]
    assert draft.confidence == 0.6


def test_a_part_that_is_not_answered_is_named() -> None:
    draft = draft_answer(
        [
            asked([only("a", MILL, 0.9)]),
            asked([only("a", MILL, 0.1)], "Who owns the ferry?"),
            asked([], "Why does it rain?"),
        ]
    )
    assert texts(draft) == [MILL]
    assert draft.unanswered == ("Who owns the ferry?", "Why does it rain?")


def test_without_an_answer_to_any_part_nothing_is_told() -> None:
    draft = draft_answer(
        [asked([only("a", MILL, 0.2)], "Who owns the zeppelin?"), asked([], "Who?")]
    )
    assert draft.sentences == ()
    assert draft.confidence == 0.2
    assert draft.reason is not None
    assert "“zeppelin”" in draft.reason


def test_what_is_said_of_others_is_no_answer_about_someone_whom_no_article_names() -> None:
    draft = draft_answer([asked([only("a", MILL)], "What did Quist burn?", ["quist"])])
    assert draft.sentences == ()
    assert draft.reason == "no article names “quist”"
    assert draft.confidence <= 0.5


def test_what_several_parts_share_is_told_once() -> None:
    draft = draft_answer([asked([only("a", MILL, 0.9)]), asked([only("a", MILL, 0.8)])])
    assert texts(draft) == [MILL]


def test_what_two_articles_say_to_two_parts_is_told_once_and_cited_from_both() -> None:
    again = "On Friday night the old mill at Arden burned down to its walls."
    draft = draft_answer([asked([only("a", MILL, 0.9)]), asked([only("b", again, 0.8)])])
    assert texts(draft) == [MILL]
    assert cited(draft.sentences[0]) == ["a", "b"]


# The sentence before ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "He left for Doha on Friday.",
        "But they were wrong, the board found.",
        "“This is a turning point,” he said.",
        "That cost the town 12 million.",
        "The latter was never built.",
        "“We vote soon,” she said.",
        "However, its owner was away.",
    ],
)
def test_a_sentence_that_names_nobody_leans_on_the_one_before(text: str) -> None:
    assert leans_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Berg left for Doha on Friday.",
        "The mayor, Anna Berg, said she would go.",
        "“We vote soon,” Anna Berg said.",
        "Theirs was the tallest mill.",
        "Canada said it would pay.",
        "",
        "😀",
    ],
)
def test_a_sentence_that_says_whom_it_is_about_stands_alone(text: str) -> None:
    assert not leans_back(text)


STORY = (
    "The mayor, Anna Berg, met the harbour board in Arden.\n\n"
    "She left for Doha on Friday. She will be back within a week. Rain fell on the quay all day."
)


def test_a_sentence_is_quoted_with_those_that_say_whom_it_is_about() -> None:
    berg, left, back, rain = sentences_of("a", STORY)
    (told,) = draft_answer([asked([likely(left), berg, back, rain])]).sentences
    assert told.text == f"{berg.text}\n\n{left.text}"
    (told,) = draft_answer([asked([likely(back), berg, left, rain])]).sentences
    assert told.text == f"{berg.text}\n\n{left.text} {back.text}"
    assert told.lead.text == back.text


def test_a_heading_is_not_quoted_as_the_sentence_before() -> None:
    _, left = sentences_of("a", "Arden news.\nShe left for Doha on Friday.")
    (told,) = draft_answer([asked([likely(left)])]).sentences
    assert told.text == left.text


def test_the_first_sentence_of_a_passage_has_none_before_it() -> None:
    (told,) = draft_answer([asked([only("a", "She left for Doha on Friday.")])]).sentences
    assert told.text == "She left for Doha on Friday."


def test_whom_she_said_means_is_told_from_the_passage_before() -> None:
    text = "Ines Corran chairs the board.\n\nShe wants a quay. “It must be done,” she said."
    chair, wish, speech = sentences_of("a", text)
    (start,) = {speech.passage.passage.span.start}
    later = Passage("a", Span(wish.span.start, len(text)), (wish.span, speech.span))
    assert start == 0
    stored = replace(speech.passage, passage=later)
    said = likely(replace(speech, passage=stored))
    (who,) = texts(draft_answer([asked([said], "Who said that it must be done?")]))
    assert who == " ".join(text.split())
    (what,) = texts(draft_answer([asked([said], "What must be done?")]))
    assert what.startswith(chair.text)
    stops = likely(replace(wish, passage=replace(stored, passage=replace(later, span=Span(0, 9)))))
    assert texts(draft_answer([asked([stops])])) == [wish.text]


def test_what_leans_on_a_sentence_that_is_told_comes_after_it_and_repeats_nothing() -> None:
    berg, left, back, rain = sentences_of("a", STORY)
    draft = draft_answer([asked([likely(left, 0.9), likely(rain, 0.85), likely(back, 0.8), berg])])
    assert texts(draft) == [f"{berg.text} {left.text}", back.text, rain.text]
    assert [one.lead.text for one in draft.sentences] == [left.text, back.text, rain.text]


def test_what_leans_on_the_answer_to_another_part_is_told_too() -> None:
    berg, left, back, _ = sentences_of("a", STORY)
    draft = draft_answer([asked([likely(left)]), asked([likely(back)])])
    assert texts(draft) == [f"{berg.text} {left.text}", back.text]
    assert draft.unanswered == ()


def test_what_is_quoted_already_is_not_told_again() -> None:
    berg, left, _, _ = sentences_of("a", STORY)
    draft = draft_answer([asked([likely(left, 0.9), likely(berg, 0.8)])])
    assert texts(draft) == [f"{berg.text} {left.text}"]


# What is cited beside it ------------------------------------------------------------------------


def test_what_several_articles_say_is_told_once_and_cited_from_each() -> None:
    found = [
        only("a", MILL, 0.9, "Friday night"),
        only("b", "The mill at Arden burned down on Friday night, police say.", 0.8, "Friday"),
        only("c", "On Friday, the old mill at Arden burned down.", 0.2, "Friday"),
    ]
    (told,) = draft_answer([asked(found)]).sentences
    assert told.text == MILL
    assert cited(told) == ["a", "b", "c"]


def test_an_article_is_cited_once_for_one_thing_and_not_too_many_are() -> None:
    first, second = (
        likely(one, 0.8, "Friday")
        for one in sentences_of("a", "The old mill burned on Friday. The mill burned on Friday.")
    )
    (told,) = draft_answer([asked([first, second])]).sentences
    assert cited(told) == ["a"]
    found = [only(name, MILL, 0.8, "Friday") for name in "abcdefg"]
    (told,) = draft_answer([asked(found)]).sentences
    assert len(cited(told)) == MAX_CITED


def pair(first: str, second: str, one: str | None, other: str | None) -> bool:
    return say_the_same(only("b", second, 0.9, other), only("a", first, 0.9, one))


@pytest.mark.parametrize(
    ("first", "second", "one", "other"),
    [
        (
            "China put 75.8% on canola seed in March.",
            "In March, China put 75.8% on canola seed.",
            "75.8%",
            "75.8%",
        ),
        # A short answer in other words of the same sentence.
        (
            "Carney left Beijing for Doha on Friday.",
            "On Friday Carney left Beijing for Doha.",
            "on Friday",
            "Doha",
        ),
        # Fewer shared words will do where the answer is the same.
        (
            "The board chose Ada Quist as its chair on Monday.",
            "Ada Quist, a fisher of sixty, now leads the board.",
            "Ada Quist",
            "Ada Quist",
        ),
        ("The mill did not burn on Friday.", "On Friday the mill didn’t burn.", None, None),
    ],
)
def test_sentences_that_give_the_same_answer_say_the_same(
    first: str, second: str, one: str | None, other: str | None
) -> None:
    assert pair(first, second, one, other)
    assert pair(second, first, other, one)


@pytest.mark.parametrize(
    ("first", "second", "one", "other"),
    [
        ("The duty on canola is 75.8%.", "The duty on canola is 76%.", "75.8%", "76%"),
        # Also where no reader has said which figure answers.
        ("The duty on canola is 75.8%.", "The duty on canola is 76%.", None, None),
        ("The duty on canola is 75.8%.", "The duty on canola is 76%.", "75.8%", None),
        (
            "Xi called the deal a turning point.",
            "Carney called the deal a turning point.",
            "Xi",
            "Carney",
        ),
        ("Anna Berg will resign in Arden.", "Anna Berg will not resign in Arden.", "resign", "not"),
        ("Anna Berg will resign in Arden.", "Anna Berg won’t resign in Arden.", None, None),
        # What shares its subject but not its answer bears nothing out.
        (
            "Anna Berg, the mayor of Arden, will resign on Friday over the harbour.",
            "The mayor of Arden likes the harbour.",
            "Friday",
            "likes",
        ),
        ("The mill burned down.", "The ferry sailed to Tarn.", None, None),
        ("The of and.", "It is what it is.", None, None),
    ],
)
def test_sentences_that_give_other_answers_do_not(
    first: str, second: str, one: str | None, other: str | None
) -> None:
    assert not pair(first, second, one, other)


def test_what_contradicts_is_never_cited_in_support() -> None:
    found = [
        only("a", "Anna Berg will resign in Arden on Friday.", 0.9),
        only("b", "Anna Berg will not resign in Arden on Friday.", 0.8),
    ]
    draft = draft_answer([asked(found)])
    assert [cited(one) for one in draft.sentences] == [["a"], ["b"]]


def test_positions_are_told_where_the_likeliest_sentence_gives_no_value_of_the_kind_asked() -> None:
    question = "What share of Arden's timber is sold to Borva?"
    vague = only("a", "Arden has long sold much of its timber to Borva.", 0.95)
    sides = [
        only("b", "Arden sells 75% of its timber to Borva.", 0.5),
        only("c", "Borva buys 62% of Arden's timber.", 0.5),
    ]
    draft = draft_answer([asked([vague, *sides], question)])
    assert [side.value for d in draft.disputes for side in d.conflict.positions] == ["75%", "62%"]
    assert [one.takes_side for one in draft.sentences] == [False, True, True]
    exact = only("d", "By its customs office's count, Arden sent half of its oak to Borva.", 0.95)
    assert not draft_answer([asked([exact, *sides], question)]).disputes
    # What names not all who are asked about is told beside the positions, which do.
    beside = only("d", "By its customs office's count, Arden sent half of its oak to Dolmar.", 0.95)
    assert draft_answer([asked([beside, *sides], question)]).disputes
