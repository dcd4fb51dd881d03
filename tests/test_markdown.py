import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats.markdown_text import rendered


def text_of(source: str) -> str:
    return rendered(source).text


def heading_of(source: str) -> str | None:
    return rendered(source).heading


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("*one* **two** ***three*** _four_ __five__", "one two three four five"),
        ("snake_case and 5 * 3 * 2", "snake_case and 5 * 3 * 2"),
        ("un*believ*able", "unbelievable"),
        (r"\*not emphasis\*", "*not emphasis*"),
    ],
)
def test_emphasis_loses_its_marks(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("He [said so](https://example.com/a) today.", "He said so today."),
        ('He [said so](https://example.com "title") today.', "He said so today."),
        ("He [said *so*][1].\n\n[1]: https://example.com", "He said so."),
        ("See <https://example.com/a>.", "See https://example.com/a."),
        ("See https://example.com/a_b_c.", "See https://example.com/a_b_c."),
    ],
)
def test_links_keep_their_words(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("![A photograph](a.jpg)", ""),
        ("Before.\n\n![A photograph](a.jpg)\n\nAfter.", "Before.\n\nAfter."),
        ("[![A photograph](a.jpg) The caption](b.html)", "The caption"),
    ],
)
def test_pictures_go(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("A <b>bold</b> word.", "A bold word."),
        ("One.\n\n<div>\nHalf <b>a</b>\n</div>\n\nTwo.", "One.\n\nHalf a\n\nTwo."),
        ("<!-- a note -->\n\nText.", "Text."),
        ("Text<!-- a note -->.", "Text."),
        ("Fish &amp; chips &lt; &euro;5", "Fish & chips < €5"),
    ],
)
def test_raw_html_goes_and_entities_become_characters(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize("tag", ["<br>", "<br/>", "<br />", "<BR>"])
def test_an_html_line_break_parts_the_words_around_it(tag: str) -> None:
    assert text_of(f"Ottawa{tag}Beijing").split() == ["Ottawa", "Beijing"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("- one\n- two\n", "one\n\ntwo"),
        ("* one\n  more\n* two", "one more\n\ntwo"),
        ("- one\n\n  more\n- two", "one\n\nmore\n\ntwo"),
        ("1. one\n2. two", "1. one\n\n2. two"),
        ("1) one\n2) two", "1) one\n\n2) two"),
        ("1. one\n   - inner\n2. two", "1. one\n\ninner\n\n2. two"),
        ("1. one\n\n   more\n2. two", "1. one\n\nmore\n\n2. two"),
        ("1. one\n\nAfter.", "1. one\n\nAfter."),
    ],
)
def test_list_items_are_blocks_and_ordered_ones_keep_their_numbers(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    "sentence", ["1984. That year it all began.", "2026. It was January.", "0. Nothing."]
)
def test_a_year_that_opens_a_paragraph_stays(sentence: str) -> None:
    assert text_of(f"Before.\n\n{sentence}") == f"Before.\n\n{sentence}"


@pytest.mark.parametrize(
    "item", ["1.", "1. ![A photograph](a.jpg)", "1. ```\n   code\n   ```", "1. <!-- a note -->"]
)
def test_the_number_of_an_item_without_words_does_not_move_on(item: str) -> None:
    assert text_of(f"{item}\n\nAfter the list.").split("\n\n")[-1] == "After the list."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Run `a  *b*` now.", "Run a  *b* now."),
        ("```python\nprint(1)\n\nprint(2)\n```", "print(1)\n\nprint(2)"),
        ("```\n    return\n```", "    return"),
        ("Text.\n\n    indented *code*\n\nMore.", "Text.\n\nindented *code*\n\nMore."),
        ("Text.\n\n```\n```\n\nMore.", "Text.\n\nMore."),
    ],
)
def test_code_stays_as_it_is_written(source: str, text: str) -> None:
    assert text_of(source) == text


def test_a_table_gives_its_cells_in_reading_order() -> None:
    source = "| Outlet | Share |\n|---|--:|\n| *Post* | 75.8% |\n| Report | 4% |"
    assert text_of(source).split("\n\n") == ["Outlet", "Share", "Post", "75.8%", "Report", "4%"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("one\ntwo", "one two"),
        ("one\r\ntwo", "one two"),
        ("one  \ntwo", "one\ntwo"),
        ("one\\\ntwo", "one\ntwo"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("one\r\n\r\ntwo", "one\n\ntwo"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("one\n\n---\n\ntwo", "one\n\ntwo"),
        ("> one\n> two\n\nthree", "one two\n\nthree"),
    ],
)
def test_soft_breaks_are_spaces_hard_breaks_are_line_ends(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "heading"),
    [
        ("# Canada turns east", "Canada turns east"),
        ("Text first.\n\n## Then a heading ##\n\n# And one more", "Then a heading"),
        ("Canada turns east\n===", "Canada turns east"),
        ("Canada turns\neast\n---", "Canada turns east"),
        ("# Canada *turns* [east](https://example.com)", "Canada turns east"),
        ("Canada turns east", None),
        ("#Canada", None),
        ("#", None),
        ("```\n# a comment\n```", None),
        ("", None),
    ],
)
def test_the_first_heading_is_found(source: str, heading: str | None) -> None:
    assert heading_of(source) == heading


def test_headings_are_blocks_of_the_text() -> None:
    assert text_of("# One\ntwo\n## Three") == "One\n\ntwo\n\nThree"


@pytest.mark.parametrize("source", ["", " \n\t\n", "***", "[1]: https://example.com"])
def test_a_document_without_words_has_no_text(source: str) -> None:
    assert text_of(source) == ""


PLAIN_WORDS = st.text(st.characters(categories=["Ll", "Lu", "Lo"]), min_size=1, max_size=12)
PLAIN_PARAGRAPHS = st.lists(
    st.lists(PLAIN_WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=6
).map("\n\n".join)


@settings(deadline=None)
@given(PLAIN_PARAGRAPHS)
def test_plain_paragraphs_are_not_changed(text: str) -> None:
    assert text_of(text) == text


@settings(deadline=None)
@given(st.text(st.sampled_from("abé1.) \n\r*_#>-+=\\\t"), max_size=20))
def test_letters_come_through_any_document_in_their_order(source: str) -> None:
    letters = re.findall("[abé]", source)
    assert re.findall("[abé]", text_of(source)) == letters


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Before.\n<div class='q'>\nThe mayor resigned.\n</div>\nAfter.", "The mayor resigned."),
        ("<p>One <b>bold</b> word.</p>", "One bold word."),
        ("<blockquote>\nA post.<br>More.\n</blockquote>", "A post.\nMore."),
        ("<table><tr><td>Cell one</td><td>Cell two</td></tr></table>", "Cell one Cell two"),
        ("<!-- a note --> <p>Kept.</p>", "Kept."),
    ],
)
def test_a_block_of_html_keeps_its_words(source: str, text: str) -> None:
    assert text in text_of(source).split("\n\n")


def test_scripts_styles_and_comments_are_no_words() -> None:
    source = "<script>\nlet x\n</script>\n<style>\nb {}\n</style>\n<!-- hidden -->\n<p>Kept.</p>"
    assert text_of(source) == "Kept."


def test_deep_nesting_keeps_its_words() -> None:
    assert text_of("> " * 40 + "Deep.") == "Deep."
