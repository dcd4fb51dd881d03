import re
import textwrap
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.chunk import MAX_PASSAGE_CHARS, MAX_SENTENCE_CHARS, chunk
from index.load import Loaded, load_articles
from index.types import Article, Passage, Span

SEEDS = Path(__file__).parents[1] / "seeds"
SHARED_SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

FAMILY = "👨\u200d👩\u200d👧"
HEART = "❤\ufe0f"
THUMB = "👍🏽"
FLAG = "🇨🇦"
ZALGO = "e\u0301\u0323\u0308"

AWKWARD_PIECES = (
    *("e\u0301", "\u0301", "न\u093f", FAMILY, THUMB, FLAG, "\u200d", HEART, "\ufe0f"),
    *("\r\n", "\r", "\n", "\n\n", "\u2028", "\u2029", "\x85", "\x00", "\u00a0", "\u3000", "\t"),
    *(" ", "  ", ". ", "! ", "?", "...", "。", "“Stop!” she said.", "U.S. ", "Mr. Smith left. "),
    *("word ", "5 p.m. Friday", "non-U.S. exports ", "Canada ", "hard wrapped at a margin\n"),
)
ANY_CHARACTER = st.characters(exclude_categories=["Cs"])
VERY_LONG_WORDS = st.integers(1190, 1210).map(lambda length: "x" * length)
VERY_LONG_LINES = st.integers(200, 400).map(lambda count: "so on " * count)
TEXTS = st.lists(
    st.one_of(
        st.text(ANY_CHARACTER, max_size=20),
        st.sampled_from(AWKWARD_PIECES),
        st.sampled_from(AWKWARD_PIECES),
        VERY_LONG_WORDS,
        VERY_LONG_LINES,
    ),
    max_size=25,
).map("".join)
BUDGETS = st.integers(1, 60)

Size = Callable[[str], int]


def count_words(text: str) -> int:
    return len(text.split())


def count_letters(text: str) -> int:
    return len("".join(text.split()))


SIZES = st.sampled_from([count_words, count_letters])


def passages_of(text: str, size: Size = count_words, budget: int = 200) -> tuple[Passage, ...]:
    return chunk(Article("a", text), size, budget)


def sentence_spans(passages: tuple[Passage, ...]) -> list[Span]:
    return [sentence for passage in passages for sentence in passage.sentences]


def sentences_of(text: str, size: Size = count_words, budget: int = 200) -> list[str]:
    return [span.of(text) for span in sentence_spans(passages_of(text, size, budget))]


def texts_of(text: str, size: Size = count_words, budget: int = 200) -> list[str]:
    return [passage.span.of(text) for passage in passages_of(text, size, budget)]


def is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def is_one_character(text: str) -> bool:
    return regex.fullmatch(r"\X", text) is not None


def without_white_space(text: str) -> str:
    return "".join(text.split())


@settings(deadline=None, max_examples=400)
@given(TEXTS, SIZES, BUDGETS)
def test_every_character_stands_in_exactly_one_sentence_in_the_order_of_the_text(
    text: str, size: Size, budget: int
) -> None:
    end = 0
    for span in sentence_spans(passages_of(text, size, budget)):
        assert not text[end : span.start].strip()
        assert end <= span.start < span.end <= len(text)
        end = span.end
    assert not text[end:].strip()


@settings(deadline=None, max_examples=300)
@given(TEXTS, SIZES, BUDGETS)
def test_no_sentence_begins_or_ends_with_white_space(text: str, size: Size, budget: int) -> None:
    sentences = sentences_of(text, size, budget)
    assert [sentence.strip() for sentence in sentences] == sentences


@settings(deadline=None, max_examples=300)
@given(TEXTS, SIZES, BUDGETS)
def test_a_passage_runs_from_its_first_sentence_to_its_last(
    text: str, size: Size, budget: int
) -> None:
    for passage in passages_of(text, size, budget):
        assert passage.sentences
        assert passage.article == "a"
        assert passage.span == Span(passage.sentences[0].start, passage.sentences[-1].end)


@settings(deadline=None, max_examples=400)
@given(TEXTS, SIZES, BUDGETS)
@example("ab\u0301\u0301", count_letters, 3)
@example("x" + FAMILY, count_letters, 5)
def test_a_passage_larger_than_the_budget_is_one_character(
    text: str, size: Size, budget: int
) -> None:
    for part in texts_of(text, size, budget):
        assert size(part) <= budget or is_one_character(part)


def test_white_space_between_sentences_counts_towards_the_budget() -> None:
    text = "Ties froze. Talks began."
    budget = len(text) - 1
    assert max(len(part) for part in texts_of(text, len, budget)) <= budget


@settings(deadline=None, max_examples=200)
@given(TEXTS, BUDGETS)
@example("e" * MAX_SENTENCE_CHARS + "\u0301", 50)
@example("x" * (MAX_SENTENCE_CHARS - 1) + ZALGO + "x", 50)
@example("x" * (MAX_SENTENCE_CHARS - 1) + FAMILY + "x", 50)
@example("word " * MAX_SENTENCE_CHARS, 5000)
def test_no_sentence_is_longer_than_the_limit(text: str, budget: int) -> None:
    for sentence in sentences_of(text, count_words, budget):
        assert len(sentence) <= MAX_SENTENCE_CHARS or is_one_character(sentence)


@settings(deadline=None, max_examples=400)
@given(TEXTS, SIZES, BUDGETS)
@example("Hello.\u0301 World", count_words, 50)
@example("你好。\ufe0f再见", count_words, 50)
@example("e\u0301" * MAX_SENTENCE_CHARS, count_letters, 7)
def test_no_cut_parts_a_combining_mark_from_its_base(text: str, size: Size, budget: int) -> None:
    for before, after in pairwise(sentence_spans(passages_of(text, size, budget))):
        parted = before.end == after.start and is_mark(text[after.start])
        # A control character is no base: a mark after it stands alone (UAX 29, rule GB4).
        assert not parted or unicodedata.category(text[before.end - 1]) == "Cc"


@settings(deadline=None, max_examples=400)
@given(TEXTS, SIZES, BUDGETS)
@example(THUMB * MAX_SENTENCE_CHARS, count_letters, 7)
def test_no_cut_is_inside_what_a_reader_takes_for_one_character(
    text: str, size: Size, budget: int
) -> None:
    ends = {match.end() for match in regex.finditer(r"\X", text)}
    for before, after in pairwise(sentence_spans(passages_of(text, size, budget))):
        assert before.end < after.start or before.end in ends


@pytest.mark.parametrize("budget", [4, 7, 12, 100])
@pytest.mark.parametrize("character", [FAMILY, HEART, THUMB, FLAG, ZALGO, "각"])
def test_a_long_run_of_composed_characters_is_cut_between_them(character: str, budget: int) -> None:
    text = character * 500
    sentences = sentences_of(text, count_letters, budget)
    assert len(sentences) > 1
    assert {sentence.replace(character, "") for sentence in sentences} == {""}


@pytest.mark.parametrize("gap", [" ", "\n\n", " " * 5000, "\n" * 20_000])
def test_no_passage_is_longer_than_the_limit_whatever_it_measures(gap: str) -> None:
    parts = texts_of(gap.join(["Ties froze."] * 3000), lambda _: 1, 10)
    assert len(parts) > 1
    assert max(map(len, parts)) <= MAX_PASSAGE_CHARS


def test_a_sentence_too_long_for_a_passage_is_cut_between_words() -> None:
    text = " ".join(f"word{number}" for number in range(1000))
    sentences = sentences_of(text, count_words, 30)
    assert " ".join(sentences) == text
    assert all(count_words(sentence) <= 30 for sentence in sentences)
    assert sum(len(sentence.split()) for sentence in sentences) == 1000


@pytest.mark.parametrize("text", ["", " ", "\r\n\r\n", "\u2028 \u3000\t\x85"])
def test_no_text_gives_no_passages(text: str) -> None:
    assert passages_of(text) == ()


@settings(deadline=None)
@given(language=st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["EN-gb", "de", "xx"])))
def test_any_language_tag_is_taken(language: str | None) -> None:
    text = "Ties froze. Talks began."
    passages = chunk(Article("a", text, language=language), count_words, 50)
    assert [s.of(text) for s in sentence_spans(passages)] == ["Ties froze.", "Talks began."]


@pytest.mark.parametrize("language", ["de", "de-AT", "DE"])
def test_an_articles_language_decides_where_its_sentences_end(language: str) -> None:
    text = "Er kam am 3. Oktober. Sie blieb."
    passages = chunk(Article("a", text, language=language), count_words, 50)
    sentences = [s.of(text) for s in sentence_spans(passages)]
    assert sentences == ["Er kam am 3. Oktober.", "Sie blieb."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Non-U.S. exports are to double.",
        "He wants non-U.S. exports to double.",
        "The Canada-U.S.-Mexico Agreement has to be renegotiated.",
        "U.S. President Donald Trump spoke.",
        "The U.K.’s prime minister left.",
        "It was sold for $4.5 bn. to Acme.",
        "He met Sen. Smith on Monday.",
        "He met Rep. Ocasio-Cortez and Gov. Newsom.",
        "He met Mr. Smith, Mrs. Jones and Dr. Nagy.",
        "He met Ms. Freeland on Monday.",
        "Lt. Gov. Jones and Gen. Milley stayed.",
        "George W. Bush met J. K. Rowling.",
        "They meet at 5 p.m. Friday.",
        "They meet at 5 p.m. EST on the hill.",
        "They met at 9 a.m. on Friday.",
        "He lives at No. 10 Downing Street.",
        "WASHINGTON, D.C. — Nearly a decade has passed.",
        "He flew to Washington, D.C., on Monday.",
        "On Jan. 14 it fell by 75.8% vs. 2% in June.",
        "“Stop!” she said.",
        "“Why now?” he asked.",
        '"Stop!" she said.',
        "‘Stop!’ she said.",
        "It called this a “51st state.”",
        "“It has worked. It will again.”",
        "He spoke of eBay’s price of 3.5 dollars.",
    ],
)
def test_a_sentence_stays_whole_between_its_neighbours(sentence: str) -> None:
    text = f"Ties froze. {sentence} Talks began."
    assert sentences_of(text) == ["Ties froze.", sentence, "Talks began."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("They met at 5 p.m. He left.", ["They met at 5 p.m.", "He left."]),
        ("He flew to Washington, D.C. She stayed.", ["He flew to Washington, D.C.", "She stayed."]),
        ("It rose in the U.S. Then it fell.", ["It rose in the U.S.", "Then it fell."]),
        ("It sold for $4.5 bn. Acme paid.", ["It sold for $4.5 bn.", "Acme paid."]),
        ("It fell in May. Talks began.", ["It fell in May.", "Talks began."]),
        ("He said “Go.” She went.", ["He said “Go.”", "She went."]),
        ("Did he? Yes! Good.", ["Did he?", "Yes!", "Good."]),
        ("it fell. it rose. ok.", ["it fell.", "it rose.", "ok."]),
    ],
)
def test_sentences_that_end_are_parted(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


MAIL = """\
Canadian Prime Minister Mark Carney travels to China this week and
meets Xi Jinping in Beijing, nearly a decade on, against a background
of Trump tariffs and strained relations. The trip is meant to bring
trade links back to life."""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", " \n", "\t\n", "\u00a0\n", "\u3000\n"])
def test_text_wrapped_by_a_mail_program_is_one_paragraph_again(line_end: str) -> None:
    mail = MAIL.replace("\n", line_end)
    assert [" ".join(sentence.split()) for sentence in sentences_of(mail)] == [
        (
            "Canadian Prime Minister Mark Carney travels to China this week and meets Xi Jinping "
            "in Beijing, nearly a decade on, against a background of Trump tariffs and strained "
            "relations."
        ),
        "The trip is meant to bring trade links back to life.",
    ]


def seed_paragraphs() -> list[str]:
    return [
        paragraph
        for item in load_articles([SEEDS])
        if isinstance(item, Loaded)
        for paragraph in item.article.text.split("\n\n")
    ]


@pytest.mark.parametrize("width", [60, 72, 100])
def test_wrapping_an_article_at_a_margin_leaves_its_sentences(width: int) -> None:
    compared = 0
    for paragraph in seed_paragraphs():
        wrapped = textwrap.fill(paragraph, width, break_on_hyphens=False)
        if wrapped.count("\n") >= 2:
            rejoined = [" ".join(sentence.split()) for sentence in sentences_of(wrapped)]
            assert rejoined == sentences_of(paragraph)
            compared += 1
    assert compared > 30


def test_two_lines_are_joined_where_the_second_begins_inside_a_sentence() -> None:
    text = "The two countries look for a closer cooperation\nthan they had."
    assert sentences_of(text) == [text]


def test_a_headline_is_not_joined_to_a_shorter_headline() -> None:
    longer = "Canada Seeks New Strategic Partnership to Counter US Trade Pressure"
    shorter = "Canada PM Carney Hails New Partnership with China"
    assert sentences_of(f"{longer}\n{shorter}") == [longer, shorter]


def test_lines_that_leave_room_for_the_next_word_are_not_joined() -> None:
    lines = [
        "Canada Seeks New Strategic Partnership to Counter US Trade Pressure",
        "Carney Hails New Partnership with China in Beijing",
        "Opposition Warns of a Costly Mistake in the Making",
    ]
    assert sentences_of("\n".join(lines)) == lines


def test_short_lines_are_paragraphs_of_their_own() -> None:
    lines = ["World", "By Online Desk", "Published: 13 Jan 2026", "Canada turns to China again"]
    assert sentences_of("\n".join(lines)) == lines


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\r\r", "\n \t\n", "\n\u00a0\n", "\n\n\n\n"])
def test_an_empty_line_always_parts_sentences(gap: str) -> None:
    first = "The two countries look for a closer cooperation"
    second = "than they had before the tariffs were put in place"
    assert sentences_of(f"{first}{gap}{second}") == [first, second]


BLANK_LINE = re.compile(r"(?:\r\n|\r(?!\n)|\n)[ \t]*(?:\r\n|\r|\n)")


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_no_sentence_runs_over_an_empty_line(text: str) -> None:
    assert not any(BLANK_LINE.search(sentence) for sentence in sentences_of(text))


@settings(deadline=None, max_examples=200)
@given(TEXTS.map(lambda text: text.replace("\r", "").replace("x", "")), BUDGETS)
@example(MAIL, 40)
@example("Ties froze.\n\nTalks began. They\nended.\n", 40)
def test_line_ends_of_another_system_give_the_same_sentences(text: str, budget: int) -> None:
    lines_end_with_crlf = text.replace("\n", "\r\n")
    if len(lines_end_with_crlf) <= MAX_SENTENCE_CHARS:
        sentences = sentences_of(lines_end_with_crlf, count_words, budget)
        assert [s.replace("\r\n", "\n") for s in sentences] == sentences_of(
            text, count_words, budget
        )


def prose(count: int, word: str) -> str:
    return " ".join(f"{word.capitalize()} {' '.join([word] * 8)} end." for _ in range(count))


def test_a_heading_starts_a_new_passage() -> None:
    above, below = prose(2, "above"), prose(2, "below")
    text = f"{above}\n\nWhat comes next\n\n{below}"
    assert texts_of(text, count_words, 100) == [above + "\n\nWhat comes next\n\n" + below]
    assert texts_of(text, count_words, 60) == [above, f"What comes next\n\n{below}"]


def test_a_title_stays_with_the_paragraph_below_it() -> None:
    text = f"Canada turns east\n\n{prose(2, 'below')}"
    assert texts_of(text, count_words, 40) == [text]


def test_a_paragraph_that_fits_a_passage_is_not_parted() -> None:
    first, second = prose(3, "first"), prose(3, "second")
    assert texts_of(f"{first}\n\n{second}", count_words, 50) == [first, second]


def test_short_paragraphs_share_a_passage() -> None:
    text = "\n\n".join(prose(1, word) for word in ("one", "two", "three", "four"))
    assert [count_words(part) for part in texts_of(text, count_words, 20)] == [20, 20]


def test_a_long_paragraph_fills_passages_with_whole_sentences() -> None:
    text = prose(10, "word")
    assert [count_words(part) for part in texts_of(text, count_words, 40)] == [40, 40, 20]


def test_a_paragraph_too_long_for_a_passage_starts_beside_the_one_above() -> None:
    text = f"{prose(1, 'above')}\n\n{prose(10, 'word')}"
    assert [count_words(part) for part in texts_of(text, count_words, 40)] == [40, 40, 30]


def test_a_passage_may_take_the_budget_to_the_last_unit() -> None:
    text = prose(4, "word")
    assert texts_of(text, count_words, count_words(text)) == [text]
    assert len(texts_of(text, count_words, count_words(text) - 1)) == 2


@pytest.mark.parametrize("folder", [SEEDS, SHARED_SEEDS], ids=["bundled", "original"])
def test_seed_articles_are_cut_into_passages_that_say_what_they_say(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here: the original articles are not part of the repository")
    articles = [item.article for item in load_articles([folder]) if isinstance(item, Loaded)]
    assert len(articles) >= 5
    for article in articles:
        passages = chunk(article, count_words, 120)
        quotes = [span.of(article.text) for span in sentence_spans(passages)]
        assert without_white_space("".join(quotes)) == without_white_space(article.text)
        assert all(count_words(passage.span.of(article.text)) <= 120 for passage in passages)
        assert {passage.article for passage in passages} == {article.id}
