import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ArticleError
from index.formats.text import read_text
from index.types import Story

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

LEAD = "The bank said on Monday that it would close four branches. It gave no date."
BODY = f"""{LEAD}

Customers were told by letter. Some of them had banked there since 1960.

A long goodbye

The first branch will close in May, a spokesman said."""
TITLE = "Bank to close four branches"
ITEM = "A ferry ran aground off the island on Sunday. Nobody was hurt."
OTHER_ITEM = "The mill will stay open for another year, the council decided."


def story(*lines: str) -> Story:
    (only,) = read_text("\n".join(lines))
    return only


def facts(read: Story) -> tuple[str | None, ...]:
    return (read.title, read.outlet, read.author, read.published, read.updated, read.url)


def saved(start: str) -> str:
    if not SEEDS.is_dir():
        pytest.skip(f"{SEEDS} is not here: the saved articles are not part of the repository")
    (path,) = SEEDS.glob(f"{start}_*.txt")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("start", "title", "outlet", "author", "published"),
    [
        (
            "000",
            "Canada Looks East to Hedge U.S. Dependence Amid Strained Ties",
            "Clash Report",
            None,
            "2026-01-14",
        ),
        (
            "001",
            "Canada Seeks New Strategic Partnership with China to Counter US Trade Pressure",
            None,
            None,
            None,
        ),
        (
            "002",
            "Canada’s Carney visits China to rebuild ties and reduce U.S. dependence",
            None,
            "Online Desk with AP",
            "2026-01-13T12:01",
        ),
        (
            "003",
            "Carney Seeks China Trade Reset as US Tensions Force Canada's Hand",
            None,
            None,
            None,
        ),
        (
            "004",
            "Carney risks provoking Donald Trump with a pivot to China on trade",
            "National Post",
            "Tracy Moran",
            "2026-01-15T04:00",
        ),
    ],
)
def test_a_saved_page_gives_its_facts(
    start: str, title: str, outlet: str | None, author: str | None, published: str | None
) -> None:
    own = read_text(saved(start))[0]
    assert facts(own) == (title, outlet, author, published, None, None)
    assert own.language is None


# The first and last lines of each story, counted from 1, and those between that are not its own.
SAVED_STORIES: dict[str, tuple[int, int, set[int]]] = {
    "000": (2, 18, {3, 4}),
    "001": (2, 99, set()),
    "002": (10, 99, set()),
    "003": (2, 99, set()),
}


@pytest.mark.parametrize("start", SAVED_STORIES)
def test_a_saved_story_keeps_every_line_and_nothing_else(start: str) -> None:
    page = saved(start).split("\n")
    first, last, others = SAVED_STORIES[start]
    wanted = [
        line
        for number, line in enumerate(page, 1)
        if first <= number <= last and line.strip() and number not in others
    ]
    (own,) = read_text(saved(start))
    assert [line for line in own.text.split("\n") if line.strip()] == wanted


def test_a_saved_page_with_a_newswire_is_parted_into_its_stories() -> None:
    page = saved("004")
    lines = [line.strip() for line in page.split("\n") if line.strip()]
    own, *others = read_text(page)
    below = lines.index("Unpublished Newswire")
    above = next(at for at, line in enumerate(lines) if line.startswith("WASHINGTON, D.C."))
    assert own.text.split("\n\n") == lines[above : below - 2]
    assert [(s.title, s.author, s.outlet, s.published) for s in others] == [
        (None, "Steven Chase", "The Globe and Mail", "2026-01-15T05:39"),
        # The form is "date | author | outlet". The author's own paper is named after him; where
        # the item appeared comes last.
        (None, "Doug Menary", "Ottawa Sun", "2026-01-15T05:00"),
        (None, "Lindsay Jones", "The Globe and Mail", "2026-01-15T05:00"),
    ]
    items = lines[below + 1 :: 2]
    assert [s.text for s in others] == [item.removesuffix(" Read More") for item in items]


def test_a_title_is_read_off_and_the_rest_stays_as_it_was() -> None:
    assert story(TITLE, "", BODY) == Story(text=BODY, title=TITLE)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_white_space_within_a_story_are_kept(end: str) -> None:
    body = f"{LEAD}{end}{end}  Customers were told\u00a0by  letter.{end}Some had banked there."
    (read,) = read_text(f"{TITLE}{end}{end}{body}{end}")
    assert read.text == body


@pytest.mark.parametrize(
    "text",
    [
        LEAD,
        f"  {LEAD}\n\n\n{LEAD}\t\n",
        "The Ferry\n\nHome\nis where the rope is thrown,\nand Search is the gulls’,\n\nMore\n",
        "Q: How did you start?\n\nA: With a bicycle and a map.\n\nQ: And now?\n\nA: With three.\n",
        (
            "The council of Little Wenford voted on Tuesday night to keep the old\n"
            "mill open for another year, after a meeting that ran past midnight and\n"
            "drew the largest crowd that anyone could remember in the small town of\n"
            "four thousand people.\n\nThe vote was nine to two.\n"
        ),
        "---\ntitle: Canada\npublished: yesterday\n---\n\nTies froze.\n",
        "Home\nShare\nEmail\nFacebook\n",
    ],
    ids=["paragraph", "paragraphs", "poem", "interview", "wrapped", "front matter", "no sentence"],
)
def test_a_text_without_header_and_furniture_is_left_as_it_is(text: str) -> None:
    (read,) = read_text(text)
    assert read.text == text
    assert read.removed == ()
    assert (read.outlet, read.author, read.published) == (None, None, None)


@pytest.mark.parametrize("text", ["", " \n\t\u3000\r\n"])
def test_a_text_of_white_space_is_refused(text: str) -> None:
    with pytest.raises(ArticleError, match=r"^it has no text$"):
        read_text(text)


HEADERS = {
    "labels": (
        (
            f"Headline: {TITLE}\nSource Feed: Harbour Ledger\nAuthor: By Ann Lee\n"
            "Publication Date: May 4, 2025 - 10:00\nLast updated: 5 May 2025\n"
            "URL: https://example.com/bank\nSection: Business"
        ),
        (
            TITLE,
            "Harbour Ledger",
            "Ann Lee",
            "2025-05-04T10:00",
            "2025-05-05",
            "https://example.com/bank",
        ),
    ),
    "blog": (
        (
            f"Skip to content\nMenu\nMy Slow Bank\n{TITLE}\nBy Mara Quill\n"
            "March 3, 2025 · 6 min read · 12 comments\nShare\nTweet"
        ),
        (TITLE, None, "Mara Quill", "2025-03-03", None, None),
    ),
    "tabloid": (
        (
            f"{TITLE}\nEXCLUSIVE\nBy DAN POTTS\n"
            "Published: 14:20, 3 June 2025 | Updated: 16:05, 3 June 2025"
        ),
        (TITLE, None, "DAN POTTS", "2025-06-03T14:20", "2025-06-03T16:05", None),
    ),
    "german": (
        (
            "Panorama\n\nBank schließt vier Filialen am Hafen\nVon Jutta Brandt\n"
            "Veröffentlicht am 14. Januar 2026, 10:15 Uhr"
        ),
        (
            "Bank schließt vier Filialen am Hafen",
            None,
            "Jutta Brandt",
            "2026-01-14T10:15",
            None,
            None,
        ),
    ),
    "site's name after a dash": (
        f"{TITLE} - Harbour Ledger\nHarbour Ledger\nBusiness\n{TITLE}\nMay 4, 2025",
        (TITLE, None, None, "2025-05-04", None, None),
    ),
    "site's name after a bar": (
        f"{TITLE} | Business | Harbour Ledger\nBy Ann Lee",
        (TITLE, None, "Ann Lee", None, None, None),
    ),
    "names after the date": (
        f"{TITLE}\nMay 4, 2025 | Ann Lee | Harbour Ledger",
        (TITLE, "Harbour Ledger", "Ann Lee", "2025-05-04", None, None),
    ),
    "glued": (
        f"{TITLE}\nMay 4, 2025Harbour Ledger",
        (TITLE, "Harbour Ledger", None, "2025-05-04", None, None),
    ),
    "an agency's reporter": (
        f"{TITLE}\nBy Ann Lee, Associated Press",
        (TITLE, None, "Ann Lee, Associated Press", None, None, None),
    ),
    "a paper's reporter": (
        f"{TITLE}\nBy Ann Lee, Hill Times",
        (TITLE, None, "Ann Lee", None, None, None),
    ),
    "byline alone": ("By Ann Lee", (None, None, "Ann Lee", None, None, None)),
    "a sentence for a title": (
        "The bank will close four branches after all.\nBy Ann Lee",
        (None, None, "Ann Lee", None, None, None),
    ),
    "a date of two readings": (f"{TITLE}\n06/01/2026", (TITLE, None, None, None, None, None)),
    "relative times": (
        (
            f"{TITLE}\nBy Ann Lee, Business Editor\nMay 4, 2025 5:04 PM GMT+2 Updated 3 hours ago\n"
            "2 hours ago"
        ),
        (TITLE, None, "Ann Lee", "2025-05-04T17:04+02:00", None, None),
    ),
    "an address": (
        f"https://example.com/bank\n{TITLE}",
        (TITLE, None, None, None, None, "https://example.com/bank"),
    ),
    "a short title": (
        "Branches to close\nWorld\nMay 4, 2025",
        ("Branches to close", None, None, "2025-05-04", None, None),
    ),
}


@pytest.mark.parametrize(("header", "expected"), HEADERS.values(), ids=HEADERS)
def test_the_lines_above_a_story_become_its_fields(
    header: str, expected: tuple[str | None, ...]
) -> None:
    read = story(header, "", BODY)
    assert facts(read) == expected
    sentence = "The bank will close four branches after all.\n\n"
    assert read.text == (sentence if header.startswith(sentence[:20]) else "") + BODY


def test_a_standfirst_stays_and_the_lines_below_it_are_read() -> None:
    deck = "Four branches will close. The bank blames the telephone, its customers blame the bank."
    read = story(TITLE, deck, "May 4, 2025Harbour Ledger", TITLE, "A long goodbye", BODY)
    assert facts(read)[:4] == (TITLE, "Harbour Ledger", None, "2025-05-04")
    assert read.text == f"{deck}\nA long goodbye\n{BODY}"


def test_a_second_headline_stays_in_the_text() -> None:
    second = "Customers in three valleys ask what comes next"
    assert story(TITLE, second, "", BODY) == Story(text=f"{second}\n\n{BODY}", title=TITLE)


def test_dates_that_head_parts_of_a_story_stay_in_it() -> None:
    body = f"{LEAD}\n\nMay 4, 2025\n\n{ITEM}\n\nMay 6, 2025\n\n{OTHER_ITEM}"
    assert story(TITLE, "", body) == Story(text=body, title=TITLE)


@pytest.mark.parametrize(
    "footer",
    [
        "By Ann Lee",
        "Author: Ann Lee",
        "Published May 4, 2025 by Ann Lee",
        "May 4, 2025 | Ann Lee | AP",
    ],
)
def test_what_is_said_below_a_story_fills_what_its_header_lacks(footer: str) -> None:
    read = story(TITLE, "", BODY, "", footer)
    assert (read.title, read.author, read.text) == (TITLE, "Ann Lee", BODY)


def test_the_outlets_name_below_a_story_is_no_part_of_it() -> None:
    read = story(TITLE, "Outlet: Harbour Ledger", "", BODY, "", "Harbour Ledger")
    assert read.text == BODY


def test_items_of_a_digest_become_stories() -> None:
    page = [TITLE, "", BODY, "", "From our newsroom", "", ITEM]
    page += ["May 5, 2025 - 10:00 | Bob Ray | Harbour Ledger", f"{OTHER_ITEM} Read more"]
    page += ["May 6, 2025 | Cy Tan, Valley Post | Hill Times"]
    own, one, two = read_text("\n".join(page))
    assert (own.title, own.text) == (TITLE, BODY)
    assert (one.title, one.text) == (None, ITEM)
    assert facts(one)[1:4] == ("Harbour Ledger", "Bob Ray", "2025-05-05T10:00")
    assert (two.title, two.text) == (None, OTHER_ITEM)
    assert facts(two)[1:4] == ("Hill Times", "Cy Tan", "2025-05-06")


def test_items_of_a_digest_may_name_their_outlet_alone() -> None:
    page = (
        f"{BODY}\n\nNewsroom\n\n{ITEM}\nMay 5, 2025 | Hill Times\n{OTHER_ITEM}\nMay 6, 2025 | Odda"
    )
    own, one, two = read_text(page)
    assert own.text == BODY
    assert facts(one)[1:4] == ("Hill Times", None, "2025-05-05")
    assert facts(two)[1:4] == (None, None, "2025-05-06")


def test_items_of_a_digest_keep_their_headlines() -> None:
    page = [TITLE, "", BODY, "", "Newsroom", "Ferry runs aground off island", ITEM]
    page += ["May 5, 2025 | Bob Ray | Harbour Ledger", "Mill to stay open, says council"]
    page += [OTHER_ITEM, "May 6, 2025 | Cy Tan | Hill Times"]
    own, one, two = read_text("\n".join(page))
    assert own.text == BODY
    assert (one.title, one.text) == ("Ferry runs aground off island", ITEM)
    assert (two.title, two.text) == ("Mill to stay open, says council", OTHER_ITEM)


def test_one_item_is_another_story_if_it_names_somebody_else() -> None:
    signed = "May 5, 2025 | Bob Ray | Harbour Ledger"
    own, other = read_text(f"{TITLE}\nBy Ann Lee\n\n{BODY}\n\nMore\n\n{ITEM}\n{signed}")
    assert (own.author, own.text) == ("Ann Lee", BODY)
    assert (other.author, other.text) == ("Bob Ray", ITEM)


def test_one_signature_below_a_story_without_an_author_is_its_own() -> None:
    read = story(TITLE, "", BODY, "May 5, 2025 | Bob Ray | Harbour Ledger")
    assert facts(read)[:4] == (TITLE, "Harbour Ledger", "Bob Ray", "2025-05-05")
    assert read.text == BODY


def test_a_page_that_is_only_a_digest_has_no_story_of_its_own() -> None:
    one, two = read_text(
        f"{ITEM}\nMay 5, 2025 | Bob Ray | Harbour Ledger\n{OTHER_ITEM}\nMay 6, 2025 | Cy Tan | AP\n"
    )
    assert (one.text, one.author, two.text, two.author) == (ITEM, "Bob Ray", OTHER_ITEM, "Cy Tan")


def test_what_is_taken_out_is_told_with_its_reason() -> None:
    read = story("World", TITLE, "By Ann Lee", "", LEAD, "", "Advertisement", "", ITEM, "", "Share")
    assert read.text == f"{LEAD}\n\n{ITEM}"
    assert [(removed.text, removed.reason) for removed in read.removed] == [
        ("World", "a label of the page"),
        ("By Ann Lee", "a line about the story, such as its byline or date"),
        ("Advertisement", "advertising"),
        ("Share", "navigation or share buttons"),
    ]


PIECES = st.sampled_from(
    [
        *(TITLE, LEAD, ITEM, "By Ann Lee", "May 4, 2025", "Related", "Share", "World", "", "Reply"),
        *("May 4, 2025 | Ann Lee | Hill Times", "Harbour Ledger", "Updated: May 5, 2025", ""),
    ]
)


@given(st.lists(PIECES, max_size=14) | st.lists(st.text(max_size=30), max_size=5))
def test_nothing_vanishes_unseen(lines: list[str]) -> None:
    text = "\n".join(lines)
    if not text.strip():
        return
    stories = read_text(text)
    assert stories
    seen = " ".join(
        part
        for read in stories
        for part in (read.text, *(removed.text for removed in read.removed), *facts(read))
        if part is not None
    ).split()
    assert set(text.split()) <= set(seen)
    assert all(read.text.strip() for read in stories)


LONG = "A man who had walked from the harbour to the mill and back on each day since " * 2
HEADER_LINES = st.sampled_from(
    [
        *(TITLE, LONG, LEAD, ITEM, "By Ann Lee", "By Bob Ray, Staff Writer", "May 4, 2025", ""),
        *("Updated: May 5, 2025", "Author: Ann Lee", "Outlet: Harbour Ledger", "Harbour Ledger"),
        *(f"Headline: {TITLE}", f"{TITLE} | Harbour Ledger", "World", "Share", "Related", ""),
        *("May 4, 2025 | Ann Lee | Hill Times", "May 5, 2025 | Bob Ray | Odda Post", "Newsroom"),
        *("Published May 4, 2025 by Ann Lee.", "2 hours ago", "https://example.com/bank"),
        f"Title: {LONG}",
    ]
)


@pytest.mark.parametrize(
    "lines",
    [
        [LONG.strip(), "By Ann Lee"],
        ["By Ann Lee", LONG.strip(), "May 4, 2025"],
        [TITLE, "By Ann Lee", f"Title: {LONG.strip()}", LONG.strip()],
    ],
)
def test_a_story_is_never_lost_to_its_header(lines: list[str]) -> None:
    assert LONG.strip() in story(*lines).text


@settings(max_examples=400)
@given(st.lists(HEADER_LINES, min_size=1, max_size=9))
def test_lines_about_stories_in_any_order_are_read_and_none_vanishes(lines: list[str]) -> None:
    text = "\n".join(lines)
    if not text.strip():
        return
    stories = read_text(text)
    assert stories
    assert all(read.text.strip() for read in stories)
    taken = [removed.text for read in stories for removed in read.removed]
    told = [field or "" for read in stories for field in (read.text, *facts(read))]
    assert set(TITLE.split()) & set(text.split()) <= set(" ".join(taken + told).split())


def test_the_title_above_a_digest_alone_is_told() -> None:
    (only,) = read_text(f"By Ann Lee\n{TITLE}\n{ITEM}\nMay 5, 2025 | Bob Ray | Harbour Ledger")
    assert (only.text, only.author) == (ITEM, "Bob Ray")
    assert TITLE in " ".join(removed.text for removed in only.removed)


@pytest.mark.parametrize(
    "piece",
    [
        f"{LEAD}\n\n",
        "a b c\n",
        "x",
        " a",
        "Related\n",
        f"{LEAD}\nRelated\n",
        "By Ann Lee\n",
        "A b | ",
    ],
)
def test_a_long_text_is_read_in_linear_time(piece: str) -> None:
    began = time.monotonic()
    read_text(f"{TITLE}\n" + piece * (300_000 // len(piece)) + f"\nBy Ann Lee\n{TITLE}\n{LEAD}")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("lines", "outlet"),
    [
        (("By Jane Smith", "The Courier", "14 January 2026"), "The Courier"),
        (("Associated Press", "Published: 14 January 2026"), "Associated Press"),
        (("By Jane Smith", "Politics", "14 January 2026"), None),
        (("The Courier", "Branches in danger", "14 January 2026"), None),
    ],
)
def test_a_name_beside_the_byline_or_date_is_the_outlet_if_it_is_one(
    lines: tuple[str, ...], outlet: str | None
) -> None:
    found = story(TITLE, *lines, "", BODY)
    assert (found.outlet, found.title, found.published) == (outlet, TITLE, "2026-01-14")
    assert found.text.endswith(BODY)
    assert outlet is None or found.text == BODY


@pytest.mark.parametrize("text", ["&j;", " &nothing; \n", "&#x41;"])
def test_a_lone_reference_to_an_entity_is_no_story(text: str) -> None:
    with pytest.raises(ArticleError, match="no text"):
        read_text(text)
