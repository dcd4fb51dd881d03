import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.formats.fragment import (
    MAX_URL_LENGTH,
    language_tag,
    one_line,
    people,
    plain_text,
    printable,
    text_of_html,
    web_address,
)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Ties <b>fro</b>ze.</p><p>Talks went on.</p>", "Ties froze.\n\nTalks went on."),
        ("<p>Ties froze.<br>Talks went on.</p>", "Ties froze.\nTalks went on."),
        ("Ties froze.<br/><br/>Talks went on.", "Ties froze.\n\nTalks went on."),
        ("<p>Three:</p><ul><li>one</li>\n<li>two</li></ul>x", "Three:\n\none\ntwo\n\nx"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<div>Ties\n   froze.</div>\n\n<div> \n</div>", "Ties froze."),
        ("<p>Ties</p><script>go()</script><style>p{}</style><p>froze</p>", "Ties\n\nfroze"),
        ("<p>Ties froze.<!-- hidden --></p><iframe>x</iframe>", "Ties froze."),
        ("<p>Fish &amp; chips &ndash; &#8364;5 &lt;b&gt;</p>", "Fish & chips – €5 <b>"),
        ("<p>Ties froze", "Ties froze"),
        ("Ties</form></script> froze</p>.", "Ties froze."),
        ("<figure><img alt='x'><figcaption>The quay.</figcaption></figure>", "The quay."),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(source: str, text: str) -> None:
    assert text_of_html(source) == text


@pytest.mark.parametrize(
    "text",
    [
        "Ties froze.\n\n  Talks   went on.\r\nYes.",
        "1 < 2 and 3 > 2 & so on; R&D; AT&T",
        "Write <b> for bold and <unknown> for nothing.",
        "a&b;c &nosuchname; &;",
    ],
)
def test_text_without_markup_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text


def test_text_with_markup_or_references_is_undone() -> None:
    assert plain_text(" <p>Fish &amp; chips</p> ") == "Fish & chips"
    assert plain_text("\nFish &amp; chips&#x2019;\n") == "Fish & chips’"


def test_a_title_is_one_line_of_plain_text() -> None:
    assert one_line("Ties\n <em>froze</em>\t&amp; thawed ") == "Ties froze & thawed"
    assert one_line("\x1b[31mTies\u2028froze") == "[31mTies froze"
    assert one_line(" \n ") is None


def test_halves_of_a_character_are_put_together_and_a_single_half_is_marked() -> None:
    assert printable("\ud83d\ude00 \ud83d \x07") == "😀 \ufffd "


@given(st.text(st.characters(codec=None)))
@example("\ud83d\x00")
def test_what_is_printable_can_be_stored(text: str) -> None:
    clean = printable(text)
    assert clean.encode().decode() == clean
    assert printable(clean) == clean


@pytest.mark.parametrize(
    ("written", "base", "address"),
    [
        ("https://example.org/a?b=1&c=2#d", None, "https://example.org/a?b=1&c=2#d"),
        (" https://example.org/a?b=1&amp;c=2 ", None, "https://example.org/a?b=1&c=2"),
        ("/a", "https://example.org/feeds/x", "https://example.org/a"),
        ("//example.org/a", "https://example.com", "https://example.org/a"),
        ("/a", None, None),
        ("", "https://example.org", None),
        (None, "https://example.org", None),
        ("javascript:alert(1)", "https://example.org", None),
        ("file:///etc/passwd", "https://example.org", None),
        ("data:text/html,x", None, None),
        ("https:///a", None, None),
        ("http://[::1", None, None),
        ("https://example.org/a b", None, None),
        ("https://example.org/\x07", None, None),
        ("https://example.org/" + "a" * MAX_URL_LENGTH, None, None),
    ],
)
def test_only_an_address_on_the_web_is_one(
    written: str | None, base: str | None, address: str | None
) -> None:
    assert web_address(written, base) == address


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("en", "en"),
        (" pt_BR ", "pt-BR"),
        ("zh-Hans-CN", "zh-Hans-CN"),
        ("English", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_is_a_tag_or_unknown(written: str | None, tag: str | None) -> None:
    assert language_tag(written) == tag


def test_people_are_names_each_once() -> None:
    assert people(["By Ellen Marsh", "Ellen Marsh", "", "Ann Lee"]) == "Ellen Marsh, Ann Lee"
    assert people(["https://example.org/ellen", "ellen@example.org", "@ellen"]) is None


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b",
        ">",
        "<!--",
        "-->",
        "&amp;",
        "&#0;",
        "<br>",
        "<script>",
        "x ",
        "\0",
        "]]>",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=3))))
def test_any_markup_gives_clean_text(pieces: list[str]) -> None:
    text = text_of_html("".join(pieces))
    assert printable(text) == text == text.strip()
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "piece", ["<div>", "<", "<a ", "<!--", "&", "<p>x</p>", "<![CDATA[", "<br>"]
)
def test_markup_takes_time_in_proportion_to_its_length(piece: str) -> None:
    source = "<p>x</p>" + piece * (2_000_000 // len(piece))
    start = time.monotonic()
    plain_text(source)
    one_line(source)
    assert time.monotonic() - start < 10
