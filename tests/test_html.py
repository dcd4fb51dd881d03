import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ArticleError
from index.formats.html import MAX_REMOVED, read_html
from index.types import Story

PARAGRAPHS = (
    "The town of Ellerby will rebuild its old mill after a vote that split the council in two.",
    "Mayor Ada Quist said on Monday that the roof alone would cost four million crowns to mend.",
    "Opponents had asked for a library instead, and promised to bring the matter to a court.",
    "Work is to begin in spring, once the storks that nest on the chimney have left the place.",
)
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
TEXT = "\n\n".join(PARAGRAPHS)
HEADLINE = "Ellerby votes to rebuild its mill"


def page(body: str = BODY, head: str = "", around: str = "{}") -> bytes:
    article = f"<article><h1>{HEADLINE}</h1><div class='story'>{body}</div></article>"
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'>{head}</head>"
        f"<body>{around.replace('{}', article)}</body></html>"
    ).encode()


def story(*arguments: str, **named: str) -> Story:
    return read_html(page(*arguments, **named))[0]


def linked(item: dict[str, object]) -> str:
    return f"<script type='application/ld+json'>{json.dumps(item)}</script>"


def test_paragraphs_are_parted_by_an_empty_line_and_hold_no_markup() -> None:
    body = BODY.replace("old mill", "<b>old</b> <a href='/mill'>mill</a>").replace(
        " the ", "\n the "
    )
    assert story(body).text == TEXT


def test_a_heading_is_a_paragraph_of_its_own() -> None:
    body = f"{BODY}<h2>What comes next</h2><p>{PARAGRAPHS[0][::-1]}. {PARAGRAPHS[1]}</p>"
    assert "\n\nWhat comes next\n\n" in story(body).text


def test_list_items_stand_on_lines_of_their_own() -> None:
    items = "".join(
        f"<li>The {part} of the mill will be made anew</li>" for part in ("roof", "door")
    )
    text = story(f"{BODY}<ul>{items}</ul>{BODY[::1].replace('The', 'Then the')}").text
    assert "\n\nThe roof of the mill will be made anew\nThe door of the mill" in text


def test_the_rows_of_a_table_are_lines_and_its_cells_are_told_apart() -> None:
    rows = "<tr><th>Part of the mill</th><th>Cost in crowns</th></tr>" + "".join(
        f"<tr><td>The {part}, with all the labour</td><td>{cost} crowns</td></tr>"
        for part, cost in (("roof", 400), ("door", 250))
    )
    text = story(f"{BODY}<table>{rows}</table>{BODY.replace('The', 'Then the')}").text
    assert "The roof, with all the labour | 400 crowns\nThe door, with all the labour | 250" in text


def test_a_line_break_ends_a_line_and_two_end_a_paragraph() -> None:
    body = f"<p>{PARAGRAPHS[0]}<br>{PARAGRAPHS[1]}<br><br>{PARAGRAPHS[2]}</p>"
    assert story(body).text == f"{PARAGRAPHS[0]}\n{PARAGRAPHS[1]}\n\n{PARAGRAPHS[2]}"


def test_the_headline_is_the_title_and_not_in_the_text() -> None:
    found = story()
    assert found.title == HEADLINE
    assert HEADLINE not in found.text
    assert [removed.reason for removed in found.removed] == ["the story's headline"]


@pytest.mark.parametrize(
    ("furniture", "reason"),
    [
        ("<nav><a href='/'>Home</a> <a href='/x'>World</a></nav>", "navigation or share buttons"),
        ("<div class='share-tools'>Share this with a friend</div>", "share and follow buttons"),
        (
            "<section class='newsletter'>Get the news of Ellerby every morning.</section>",
            "a call to sign up, follow or write in",
        ),
        ("<div id='cookie-notice'>We use cookies to serve you.</div>", "a notice about cookies"),
        (
            "<aside class='related-stories'><a href='/1'>Storks return to the mill</a></aside>",
            "beside the story",
        ),
        ("<div id='comments'>What a fine mill, said a reader.</div>", "readers' comments"),
        ("<footer>Printed in Ellerby since 1911</footer>", "the page's footer"),
        ("<div style='display: none'>Shown to nobody at all</div>", "hidden on the page"),
    ],
)
def test_what_stands_around_the_story_is_left_out_with_its_reason(
    furniture: str, reason: str
) -> None:
    found = story(around=f"{{}}{furniture}")
    assert found.text == TEXT
    assert [removed.reason for removed in found.removed][-1] == reason


def test_a_container_named_for_something_else_keeps_the_story() -> None:
    assert story(around="<div class='has-sidebar newsletter-on'>{}</div>").text == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "<p>Read more: <a href='/2'>Storks return to the mill of Ellerby</a></p>",
        "<p><a href='/n'>Sign up</a> for our newsletter to get more such stories.</p>",
        "<p>Follow Ada Lind on Twitter at @adalind.</p>",
        "<p>Copyright 2024 The Ellerby Post. All rights reserved.</p>",
        "<p>Advertisement</p>",
        "<figure><img src='m.jpg'><figcaption>The mill in 1911.</figcaption></figure>",
    ],
)
def test_a_line_among_the_paragraphs_that_is_no_story_is_left_out(line: str) -> None:
    middle = "</p><p>Opponents"
    found = story(BODY.replace(middle, f"</p>{line}<p>Opponents"))
    assert found.text == TEXT
    assert len(found.removed) == 2  # the headline, and the line


def test_prose_that_speaks_of_newsletters_and_networks_is_kept() -> None:
    said = (
        "Quist wrote on Twitter that the newsletter of the mill's friends had misled its readers."
    )
    assert said in story(f"{BODY}<p>{said}</p>").text


def test_a_post_that_the_story_quotes_is_kept() -> None:
    post = (
        "<div class='social-embed'><blockquote><p>We want our storks back!</p></blockquote></div>"
    )
    assert "We want our storks back!" in story(f"{BODY}{post}{BODY.replace('The', 'A')}").text


def test_what_was_left_out_is_told_in_the_order_of_the_page() -> None:
    found = story(around="<nav>Home</nav>{}<div class='share'>Share</div><footer>Imprint</footer>")
    assert [removed.text for removed in found.removed] == ["Home", HEADLINE, "Share", "Imprint"]


def test_what_is_left_out_beyond_a_bound_is_counted() -> None:
    menu = "".join(f"<nav>{letter * 60_000}</nav>" for letter in "xyz")
    *shown, rest = story(around=f"{{}}{menu}").removed
    assert sum(len(removed.text) for removed in shown) == MAX_REMOVED
    hidden = len(f"{HEADLINE}x\ny\nz") + 3 * 59_999 - MAX_REMOVED
    assert rest.text == f"… {hidden:,} characters more"


def test_a_page_without_metadata_has_none_made_up() -> None:
    found = read_html(f"<html><body><div>{BODY}</div></body></html>".encode())[0]
    assert found.text == TEXT
    fields = (found.title, found.outlet, found.author, found.published, found.updated, found.url)
    assert fields == (None,) * 6
    assert found.language is None


def test_json_ld_tells_the_metadata() -> None:
    item: dict[str, object] = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "NewsMediaOrganization", "@id": "#post", "name": "The Ellerby Post"},
            {
                "@type": ["NewsArticle"],
                "headline": "Ellerby votes to rebuild its mill &amp; dam",
                "author": [{"@type": "Person", "name": "Ada Lind"}, {"name": "Bo Rask"}],
                "publisher": {"@id": "#post"},
                "datePublished": "2024-03-05T07:30:00+01:00",
                "dateModified": "2024-03-06",
            },
        ],
    }
    found = story(BODY, linked(item))
    assert found.title == "Ellerby votes to rebuild its mill & dam"
    assert found.outlet == "The Ellerby Post"
    assert found.author == "Ada Lind, Bo Rask"
    assert found.published == "2024-03-05T07:30:00+01:00"
    assert found.updated == "2024-03-06"


def test_of_several_articles_in_json_ld_the_page_s_own_is_read() -> None:
    others: list[dict[str, object]] = [
        {"@type": "NewsArticle", "headline": "Storks return", "author": "Bo Rask"},
        {"@type": "NewsArticle", "url": "https://post.example/mill", "author": "Ada Lind"},
    ]
    head = "".join(map(linked, others))
    assert read_html(page(head=head), url="https://post.example/mill")[0].author == "Ada Lind"


ANOTHER: dict[str, object] = {
    "@type": "NewsArticle",
    "headline": "Storks return to the mill of Ellerby",
    "url": "https://post.example/storks",
    "author": "Bo Rask",
    "datePublished": "2020-01-01",
    "publisher": {"name": "The Stork"},
}


@pytest.mark.parametrize("without", ["url", "headline", ""])
def test_what_json_ld_says_of_another_article_is_not_the_page_s(without: str) -> None:
    item = {name: value for name, value in ANOTHER.items() if name != without}
    head = f"<title>{HEADLINE} - The Ellerby Post</title>{linked(item)}"
    found = read_html(page(head=head), url="https://post.example/mill")[0]
    assert found.title == HEADLINE
    assert (found.outlet, found.author, found.published) == (None, None, None)


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"url": "http://www.post.example/mill/#story"},
        {"mainEntityOfPage": {"@id": "https://post.example/mill"}},
        {"headline": HEADLINE},
        {"headline": f"{HEADLINE} after a vote"},
    ],
)
def test_what_json_ld_says_of_the_page_or_of_nothing_else_is_the_page_s(
    stated: dict[str, object],
) -> None:
    item = {"@type": "NewsArticle", "author": "Ada Lind", **stated}
    head = f"<title>{HEADLINE} - The Ellerby Post</title>{linked(item)}{linked(ANOTHER)}"
    found = read_html(page(head=head), url="https://post.example/mill")[0]
    assert found.author == "Ada Lind"


@pytest.mark.parametrize(
    ("written", "outlet", "title"),
    [
        (f"{HEADLINE} - The Ellerby Post", "The Ellerby Post", HEADLINE),
        (f"The Ellerby Post: {HEADLINE}", "The Ellerby Post", HEADLINE),
        (f"The Ellerby Post | {HEADLINE}", "The Ellerby Post", HEADLINE),
        (f"{HEADLINE} - News - The Ellerby Post", "The Ellerby Post", HEADLINE),
        (f"{HEADLINE} | The Ellerby Post", None, HEADLINE),
        ("Mill and dam of Ellerby - what next", None, "Mill and dam of Ellerby - what next"),
        ("The mill of Ellerby | Storks and all", "Post", "The mill of Ellerby | Storks and all"),
    ],
)
def test_the_site_s_name_is_no_part_of_a_title(
    written: str, outlet: str | None, title: str
) -> None:
    head = f"<meta property='og:title' content='{written}'>"
    head += f"<meta property='og:site_name' content='{outlet}'>" if outlet else ""
    assert story(BODY, head).title == title


def test_meta_elements_tell_the_metadata() -> None:
    head = (
        "<title>Ellerby votes | The Ellerby Post</title>"
        "<meta property='og:site_name' content='The Ellerby Post'>"
        "<meta property='og:title' content='Ellerby votes to rebuild its mill - The Ellerby Post'>"
        "<meta property='article:published_time' content='2024-03-05T07:30Z'>"
        "<meta name='author' content='By Ada Lind and Bo Rask, Staff Writers'>"
        "<link rel='canonical' href='https://post.example/mill'>"
    )
    found = story(BODY, head)
    assert found.title == "Ellerby votes to rebuild its mill"
    assert found.outlet == "The Ellerby Post"
    assert found.author == "Ada Lind, Bo Rask"
    assert found.published == "2024-03-05T07:30Z"
    assert found.url == "https://post.example/mill"
    assert found.language == "en"


def test_the_address_that_it_came_from_holds_before_the_page_s_own() -> None:
    head = "<link rel='canonical' href='https://post.example/other'>"
    address = "https://post.example/mill"
    assert read_html(page(head=head), url=address)[0].url == address


@pytest.mark.parametrize("written", ["2024", "2024-03", "2024-03-05", "2024-03-05T07:30"])
def test_a_date_keeps_its_precision(written: str) -> None:
    head = f"<meta property='article:published_time' content='{written}'>"
    assert story(BODY, head).published == written


@pytest.mark.parametrize("written", ["soon", "0001-01-01T00:00:00Z", "2024-13-45", ""])
def test_a_date_that_says_nothing_is_unknown(written: str) -> None:
    head = f"<meta property='article:published_time' content='{written}'>"
    assert story(BODY, head).published is None


def test_the_date_of_the_only_time_element_is_the_publication_s() -> None:
    when = "<time datetime='2024-03-05'>Tuesday</time>"
    assert story(around=f"{{}}{when}").published == "2024-03-05"
    assert story(around=f"{{}}{when}{when.replace('05', '06')}").published is None


def test_a_time_in_a_sentence_of_the_story_is_not_when_it_was_published() -> None:
    when = "<time datetime='2031-02-01'>1 February 2031</time>"
    told = f"<p>The council's next vote on the mill is to be held on {when}.</p>"
    assert story(BODY + told).published is None
    byline = "<p>Published on <time datetime='2024-03-05'>March 5, 2024 at 7:30 a.m.</time></p>"
    assert story(BODY + told, around=f"{{}}{byline}").published == "2024-03-05"


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("By Ada Lind", "Ada Lind"),
        ("Ada Lind, The Ellerby Post", "Ada Lind"),
        ("https://post.example/ada", None),
        ("Staff Writer", None),
        ("webmaster01", None),
        ("The Ellerby Post", None),
        ("ADA LIND, BO RASK, Associated Press", "ADA LIND, BO RASK, Associated Press"),
    ],
)
def test_authors_are_names(written: str, author: str | None) -> None:
    head = (
        f"<meta name='author' content='{written}'>"
        "<meta property='og:site_name' content='The Ellerby Post'>"
    )
    assert story(BODY, head).author == author


def test_a_text_that_a_script_would_load_is_taken_from_the_metadata() -> None:
    item: dict[str, object] = {"@type": "NewsArticle", "articleBody": "\n".join(PARAGRAPHS)}
    assert story("<p>Loading.</p>", linked(item)).text == TEXT


@pytest.mark.parametrize(
    ("codec", "declared", "charset"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "iso-8859-1", None),
        ("cp1252", "iso-8859-1", None),
        ("cp1251", "none", "windows-1251"),
        ("koi8_r", "none", None),
        ("utf-8-sig", "none", None),
        ("utf-16", "none", None),
        ("utf-32", "none", None),
        ("iso8859_2", "iso-8859-2", None),
        ("cp1252", "unicode_escape", None),
        ("shift_jis", "shift_jis", "no-such-charset"),
    ],
)
def test_the_charset_is_found(codec: str, declared: str, charset: str | None) -> None:
    letters = {
        "cp1251": "Мельница",
        "koi8_r": "Городской совет решил восстановить старую мельницу. Работы начнутся весной.",
        "shift_jis": "水車小屋",
        "iso8859_2": "Młyn Źdźbło",
    }
    name = letters.get(codec, "Mühle „Göpel“")
    head = f"<meta charset='{declared}'>" if declared != "none" else ""
    text = f"{name} {name} {PARAGRAPHS[0]}"
    data = f"<html><head>{head}</head><body><p>{text}</p></body></html>".encode(codec)
    assert read_html(data, charset=charset)[0].text == text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n",
        b"<html></html>",
        b"<html><body><nav><a href='/'>Home</a></nav></body></html>",
        b"<!-- " + b"x" * 1000,
        b"<p>Too short.</p>",
    ],
)
def test_a_page_without_a_story_is_refused(data: bytes) -> None:
    with pytest.raises(ArticleError, match="no story"):
        read_html(data)


def test_a_stray_byte_does_not_change_the_charset() -> None:
    data = page(BODY.replace("o", "ö")).replace(b"spring", b"spr\xffng")
    assert "rebuild its öld mill" in read_html(data)[0].text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ArticleError, match="no text"):
        read_html(bytes(range(256)) * 40 + b"\x00\x01\x02\xff\xfe" * 500)


@pytest.mark.parametrize(
    "data",
    [
        BODY + "<div>" * 100_000 + "x",
        BODY + "<b>" * 100_000 + BODY,
        BODY + "<!-- " + "x" * 5_000_000,
        BODY.replace("mill", "mi\0ll"),
        BODY + "<p a='" + "b " * 2_000_000 + "'>",
        "<script type='application/ld+json'>" + "[" * 500_000 + "</script>" + BODY,
        "<h1>" * 200 + "x" * 100 + "</h1>" * 200 + BODY,
    ],
    ids="nested open comment null attribute json headings".split(),
)
def test_a_malformed_page_is_read_in_bounded_time(data: str) -> None:
    start = time.perf_counter()
    assert PARAGRAPHS[2] in read_html(data.encode())[0].text
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("data", ["<p>a" * 2_500_000, "<p>" + "<i>a</i>" * 210_000])
def test_a_page_of_far_too_many_elements_is_refused(data: str) -> None:
    with pytest.raises(ArticleError, match="no news page does"):
        read_html(data.encode())


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(alphabet="<>/ap d!-&;='\"x\n", max_size=300)))
def test_any_bytes_give_a_story_or_a_reason(data: bytes | str) -> None:
    tail = data if isinstance(data, bytes) else data.encode()
    for document in (tail, BODY.encode() + tail):
        said = outcome(document)
        assert said.startswith("it ") or said == said.strip() != ""


def outcome(data: bytes) -> str:
    try:
        return read_html(data)[0].text
    except ArticleError as error:
        return str(error)


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "NewsArticle", "datePublished": "2024-03-05T07:30Z",}',
        '{"@type": "NewsArticle", /* ours */ "datePublished": "2024-03-05T07:30Z"} // end',
        '{"@type": "NewsArticle", "description": "a, }\nb", "datePublished": "2024-03-05T07:30Z"};',
    ],
)
def test_json_ld_with_small_faults_is_read(block: str) -> None:
    head = f"<script type='application/ld+json'>{block}</script>"
    assert story(BODY, head).published == "2024-03-05T07:30Z"


def test_a_block_of_json_ld_that_cannot_be_read_hides_no_other() -> None:
    head = "<script type='application/ld+json'>{'no': json</script>"
    head += linked({"@graph": [{"@type": "NewsArticle", "datePublished": "2024-03-05T07:30Z"}]})
    assert story(BODY, head).published == "2024-03-05T07:30Z"


@pytest.mark.parametrize("kind", ["WebPage", "MedicalWebPage", "ClaimReview", "CreativeWork"])
def test_what_else_json_ld_says_of_the_page_dates_it(kind: str) -> None:
    about: dict[str, object] = {
        "@type": kind,
        "url": "https://post.example/mill",
        "datePublished": "2024-03-05",
    }
    head = linked(about)
    assert read_html(page(head=head), url="https://post.example/mill")[0].published == "2024-03-05"
    assert read_html(page(head=head), url="https://post.example/dam")[0].published is None


def test_a_comment_in_json_ld_does_not_date_the_page() -> None:
    comment: dict[str, object] = {
        "@type": "Comment",
        "url": "https://post.example/mill#c1",
        "datePublished": "2024",
    }
    found = read_html(page(head=linked(comment)), url="https://post.example/mill")[0]
    assert found.published is None


def test_a_date_is_as_precise_as_the_page_says_it_anywhere() -> None:
    head = linked({"@type": "NewsArticle", "headline": HEADLINE, "datePublished": "2024-03-05"})
    head += "<meta property='article:published_time' content='2024-03-05T07:30Z'>"
    assert story(BODY, head).published == "2024-03-05T07:30Z"


@pytest.mark.parametrize(
    ("lines", "published", "updated"),
    [
        ("<div>Tuesday, March 5, 2024</div>", "2024-03-05", None),
        ("<h3>by Ada Lind<br><span>5 MAR 2024</span></h3>", "2024-03-05", None),
        ("<div>Posted: Tue 7:30 AM, Mar 5, 2024</div>", "2024-03-05T07:30", None),
        ("<div>기사입력 :[ 2024-03-05 15:24 ]</div>", "2024-03-05T15:24", None),
        (
            "<div>5 March 2024</div><div>Updated: 6 March 2024</div>",
            *("2024-03-05", "2024-03-06"),
        ),
        (
            "<div>Published: 5 March 2024</div><div>1 March 2024</div>",
            *("2024-03-05", None),
        ),
        ("<div>5 March 2024</div><div>1 March 2024</div>", None, None),
        ("<div>The vote was held on 5 March 2024.</div>", None, None),
    ],
)
def test_a_date_that_stands_by_the_headline_is_read_unless_there_are_more(
    lines: str, published: str | None, updated: str | None
) -> None:
    found = story(lines + BODY)
    assert (found.published, found.updated) == (published, updated)


def test_a_date_with_a_time_and_a_zone_above_the_story_is_no_text() -> None:
    found = story(f"<div class='when'>March 5, 2024 - 11:28 AMT</div>{BODY}")
    assert (found.text, found.published) == (TEXT, "2024-03-05T11:28")


def test_a_date_above_the_headline_may_be_today_s_and_is_read_only_if_it_is_named_so() -> None:
    for marks, published in (("", None), ("class=datetime", "2024-03-05")):
        around = f"<p {marks}>5 March 2024</p>{{}}"
        assert read_html(page(around=around))[0].published == published


def test_a_line_of_labelled_parts_above_the_story_is_read_and_no_text() -> None:
    line = "5 de março de 2024 - Publicado por: Ada Lind - Categoria: Moinhos"
    found = story(f"<div>{line}</div>{BODY}", "<meta name='author' content='WebTeam'>")
    assert (found.published, found.author) == ("2024-03-05", "Ada Lind")
    assert found.text == TEXT


def test_of_two_time_elements_the_one_that_is_labelled_so_is_the_update_s() -> None:
    line = (
        "<div><time datetime='2024-03-05T07:30Z'>5 March</time> · "
        "<i>Updated: <time datetime='2024-03-06T08:00Z'>6 March</time></i></div>"
    )
    found = story(line + BODY)
    assert (found.published, found.updated) == ("2024-03-05T07:30Z", "2024-03-06T08:00Z")


def test_the_writer_of_a_comment_is_not_the_author() -> None:
    comment = "<div class='comment-item'><span itemprop='author'>A Visitor</span> Well said.</div>"
    byline = "<span itemprop='author'>Ada Lind</span>"
    assert story(BODY + comment).author is None
    assert story(byline + BODY + comment).author == "Ada Lind"


def test_a_byline_is_read_without_the_writer_s_degrees() -> None:
    assert (
        story(f"<div>Written by Ada Lind, MS, RD on 5 March 2024</div>{BODY}").author == "Ada Lind"
    )


@pytest.mark.parametrize(
    ("shown", "outlet"),
    [
        (linked({"@type": "NewsArticle", "publisher": {"name": "Ellerby Post"}}), "Ellerby Post"),
        ("<meta name='application-name' content='Ellerby Post'>", "Ellerby Post"),
        ("<img class='logo' alt='The Ellerby Post logo' src='a.png'>", "The Ellerby Post"),
        ("<p>© 2019-2024 EllerbyPost.com. All rights reserved.</p>", "EllerbyPost.com"),
        ("<p>Copyright ⓒ EllerbyPost.com</p>", "EllerbyPost.com"),
        ("<p>© 2024 Rask Media Group</p>", "ellerbypost"),
    ],
)
def test_a_handle_gives_way_to_the_name_that_the_page_shows(shown: str, outlet: str) -> None:
    head = "<meta property='og:site_name' content='ellerbypost'>"
    found = page(head=head + shown) if "<p>" not in shown else page(head=head, around="{}" + shown)
    assert read_html(found)[0].outlet == outlet


def test_of_an_outlet_with_its_address_the_name_is_kept() -> None:
    head = "<meta property='og:site_name' content='The Ellerby Post | EPost.example'>"
    assert story(BODY, head).outlet == "The Ellerby Post"


@pytest.mark.parametrize("written", ["{site}: {title}", "{title} – {site}", "{site} | {title}"])
def test_what_a_title_has_beside_the_headline_is_the_outlet_where_the_host_is_called_so(
    written: str,
) -> None:
    head = f"<title>{written.format(site='The Ellerby Post', title=HEADLINE)}</title>"
    for host, outlet in (("www.ellerbypost.co.uk", "The Ellerby Post"), ("mill.example", None)):
        found = read_html(page(head=head), url=f"https://{host}/mill")[0]
        assert found.outlet == outlet
        if outlet:
            assert found.title == HEADLINE
