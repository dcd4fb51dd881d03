import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cleaning.clean import Cleaned, clean_lines, furniture
from index.cleaning.prose import is_prose
from index.types import Removed

GROUND_TRUTH = (
    Path(__file__).parents[2] / "shared" / "data" / "article_extraction" / "ground-truth.json"
)

LEAD = "The bank said on Monday that it would close four branches. It gave no date."
SECOND = "Customers were told by letter. Some of them had banked there since 1960."
LAST = "The first branch will close in May, a spokesman said on Tuesday."
HEADLINES = ("Bank opens branch on a boat in the harbour", "Why the last branch is always full")


def between(*lines: str) -> Cleaned:
    return clean_lines([LEAD, "", *lines, "", SECOND])


def kept(*lines: str) -> list[str]:
    return [line for line in clean_lines(lines).kept if line]


FURNITURE = {
    "navigation or share buttons": [
        "Skip to main content",
        "Back to top",
        "Home > Business > Banks",
        "Share",
        "Share this article",
        "Share on Facebook",
        "Print this page",
        "1.2K shares",
        "Copy link",
        "5 min read",
        "Privacy policy",
    ],
    "advertising": [
        "Advertisement",
        "ADVERTISEMENT",
        "Story continues below advertisement",
        "Sponsored content",
        "Remove ads",
    ],
    "a notice about cookies": [
        "This website uses cookies to ensure that you get the best experience.",
        "We and our 612 partners use cookies to store data on your device.",
        "By continuing to browse, you agree to our use of cookies.",
        "Accept all cookies",
        "Cookie settings",
    ],
    "a notice about copyright": [
        "© 2025 Harbour Ledger",
        "Copyright 2025 Northern Wire. All rights reserved.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "Reproduction without permission is prohibited.",
    ],
    "a link to another story": [
        "Read more: The last branch in the valley",
        "READ MORE: The last branch in the valley",
        "Related: Ten banks to know",
        "Read more about banks",
        "Continue reading",
        "Read the full story",
        "Click here to see the timetable",
        "Lesen Sie auch: Neue Filiale am Hafen",
    ],
    "readers' comments": ["Comments", "12 comments", "View comments (12)", "Leave a comment"],
    "tags": ["Tags: banks, branches, harbour", "Filed under: Business"],
    "a call to sign up, follow or write in": [
        "Subscribe",
        "Sign up for our newsletter",
        "Subscribe to the daily briefing and never miss a story.",
        "Follow us on Facebook",
        "Follow Harbour Ledger on Facebook and Instagram.",
        "Please bookmark ledger.example and sign up for our newsletters here.",
        "Enjoying this story? Get the best of the week in your inbox.",
        "Ann Lee can be reached at ann.lee@ledger.example.",
        "Have a tip? Write to Ann Lee at ann.lee@ledger.example.",
        "If you enjoyed this article, subscribe to our weekly letter. It’s free.",
    ],
    "a message of the page": [
        "An error has occurred, please try again later.",
        "Please enable JavaScript in your browser.",
        "Your browser does not support this video.",
    ],
    "a credit for a picture": [
        "Photo: Ann Lee/Harbour Ledger",
        "(Image credit: Northern Wire)",
        "Ann Lee/Reuters",
        "Getty Images",
    ],
}


@pytest.mark.parametrize(
    ("line", "reason"), [(line, reason) for reason, lines in FURNITURE.items() for line in lines]
)
def test_what_a_page_says_about_itself_is_taken_out(line: str, reason: str) -> None:
    cleaned = between(line)
    assert cleaned.removed == (Removed(line, reason),)
    assert [part for part in cleaned.kept if part] == [LEAD, SECOND]


@pytest.mark.parametrize(
    "line",
    [
        "Cookies are small files, and every website asks whether you accept all cookies.",
        "“We use cookies to improve your experience,” the banner of one bank says.",
        "This website uses cookies to track you, a regulator said in its report on the bank.",
        "Subscribe to a newsletter and you will be asked again.",
        "Subscribers to the newsletter were told first, and they were not pleased at all.",
        "Sign up for two cards and the bank charges you for three.",
        "Copyright law is no help, lawyers say, and neither is a sign on the wall.",
        "She followed us on Facebook, he said, and shared this article with her mother.",
        "“Follow us,” the guide told the children.",
        "Share prices fell on the news, and the bank’s own share lost a tenth.",
        "The advertisement showed a branch that had closed the year before.",
        "Read more slowly, her teacher had told her, and she never forgot it.",
        "Related companies were not named in the letter, which the court has seen.",
        "Comments by the chairman did not help, two people in the room said.",
        "Residents can e-mail the council at council@wenford.example until Friday.",
        "Home",
        "World",
        "More",
        "2. Share",
        "A long goodbye",
        "Beijing’s bid",
        "What would you change?",
        "Q: Where did you grow up?",
        "“It tastes of earth.”",
        "Photo-finish: how the race was won. The judges took an hour.",
        "(Reporting by Ann Lee; editing by Bob Ray)",
        "Facebook",
    ],
)
def test_story_that_only_resembles_furniture_stays(line: str) -> None:
    assert between(line) == Cleaned((LEAD, "", line, "", SECOND), ())


def test_a_list_of_other_stories_ends_at_an_empty_line() -> None:
    heading = "A goodbye to the branch on the quay"
    lines = [LEAD, "Related stories", *HEADLINES, "", heading, SECOND]
    assert kept(*lines) == [LEAD, heading, SECOND]


def test_a_list_of_other_stories_ends_where_the_story_goes_on() -> None:
    spaced = [LEAD, "", "You may also like", "", HEADLINES[0], "", HEADLINES[1], "", SECOND]
    assert kept(*spaced) == [LEAD, SECOND]


def test_a_short_heading_after_a_list_is_the_storys() -> None:
    lines = [LEAD, "", "Related", "", HEADLINES[0], "", HEADLINES[1], "", "A long goodbye", SECOND]
    assert kept(*lines) == [LEAD, "A long goodbye", SECOND]


def test_headlines_with_sections_and_dates_are_a_list() -> None:
    entries = [HEADLINES[0], "Business", "06/01/2026", HEADLINES[1], "World", "2 hours ago"]
    assert kept(LEAD, "Related Topics", "Related News", *entries) == [LEAD]
    assert kept(LEAD, "Related News", *entries, SECOND) == [LEAD, SECOND]


def test_summaries_in_a_list_at_the_end_go_with_it() -> None:
    entries = [
        HEADLINES[0],
        "The boat will call at six islands a week, the bank says.",
        "May 4, 2025",
    ]
    assert kept(LEAD, SECOND, "Most read", *entries, *entries) == [LEAD, SECOND]


def test_a_list_has_no_story_above_it_to_be_beside() -> None:
    lines = ["Top stories", HEADLINES[0], LEAD, SECOND]
    assert kept(*lines) == lines[1:]


def test_a_heading_that_may_be_the_storys_opens_a_list_only_at_the_end() -> None:
    assert kept(LEAD, "Recommended", *HEADLINES, SECOND) == [
        LEAD,
        "Recommended",
        *HEADLINES,
        SECOND,
    ]
    assert kept(LEAD, SECOND, "Recommended", *HEADLINES) == [LEAD, SECOND]


def test_a_headline_in_capitals_between_paragraphs_is_a_link() -> None:
    headline = "BANK OPENS BRANCH ON A BOAT AND SAILS TO SIX ISLANDS"
    assert kept(LEAD, headline, SECOND) == [LEAD, SECOND]
    for story in (
        [headline, LEAD],
        [LEAD, "A LONG GOODBYE TO THE BRANCH", SECOND],
        [LEAD, "The sign on the door of the branch reads:", headline, SECOND],
        [LEAD.upper(), headline, SECOND.upper()],
    ):
        assert kept(*story) == story


def test_buttons_are_known_by_their_neighbours() -> None:
    assert kept("Share", "Facebook", "Twitter", "Email", LEAD) == [LEAD]
    assert kept("Home", "World", "Business", "Sign in", LEAD) == [LEAD]
    networks = ["The law covers these:", "Facebook", "Instagram", "TikTok"]
    assert kept(*networks, LEAD) == [*networks, LEAD]


def test_readers_comments_are_taken_out_to_the_end() -> None:
    comments = ["3 comments", "Joe", "They closed mine in March. Good riddance to it.", "Reply"]
    assert kept(LEAD, SECOND, *comments, "Ida", LAST, "Reply") == [LEAD, SECOND]


def test_a_link_to_comments_above_a_story_takes_no_story_with_it() -> None:
    assert kept("3 comments", LEAD, SECOND, "Reply") == [LEAD, SECOND, "Reply"]
    assert kept(LEAD, "3 comments", SECOND, LAST) == [LEAD, SECOND, LAST]


@pytest.mark.parametrize(
    "tail", [" Read more", " Read More »", "  [Continue reading]", "Read more"]
)
def test_a_link_at_the_end_of_a_paragraph_is_parted_from_it(tail: str) -> None:
    cleaned = clean_lines([LEAD + tail, SECOND])
    assert cleaned.kept == (LEAD, SECOND)
    assert [(r.text, r.reason) for r in cleaned.removed] == [
        (tail.strip(), "a link to the rest of the text")
    ]


def test_neighbours_that_are_the_same_furniture_are_told_together() -> None:
    assert clean_lines([LEAD, "Share", "", "Tweet", "Advertisement", SECOND]).removed == (
        Removed("Share\nTweet", "navigation or share buttons"),
        Removed("Advertisement", "advertising"),
    )


PHRASES = [line for lines in FURNITURE.values() for line in lines]
OTHERS = [
    *(*HEADLINES, LEAD, SECOND, LAST, f"{LEAD} Read more", "", "", "A long goodbye"),
    *("Related", "Recommended", "World", "Reply", "May 4, 2025", "Email", "Facebook", "3 comments"),
]
LINES = st.lists(st.sampled_from([*PHRASES, *OTHERS]) | st.text(max_size=20), max_size=16)


@given(LINES)
def test_nothing_vanishes_unseen(lines: list[str]) -> None:
    cleaned = clean_lines(lines)
    seen = " ".join([*cleaned.kept, *(removed.text for removed in cleaned.removed)])
    assert sorted(seen.split()) == sorted(" ".join(lines).split())
    assert len(cleaned.kept) == furniture(lines).count(None)


@given(LINES)
def test_a_cleaned_text_is_clean(lines: list[str]) -> None:
    once = clean_lines(lines)
    assert clean_lines(once.kept) == Cleaned(once.kept, ())


@pytest.mark.parametrize("piece", ["a ", "Sign up for ", "Read more ", ". ", "by @", "© 2025 "])
def test_a_long_line_takes_linear_time(piece: str) -> None:
    began = time.monotonic()
    clean_lines([piece * (1_000_000 // len(piece)), (piece * 1200)[:1199]])
    assert time.monotonic() - began < 15


def test_true_texts_of_news_pages_lose_no_sentence() -> None:
    if not GROUND_TRUTH.is_file():
        pytest.skip(f"{GROUND_TRUTH} is not here: it is no part of the repository")
    pages = json.loads(GROUND_TRUTH.read_text(encoding="utf-8"))
    removed = [
        removed
        for page in pages.values()
        for removed in clean_lines(page["articleBody"].split("\n")).removed
    ]
    assert not [r for r in removed if is_prose(r.text) and not r.reason.startswith("a call to")]
    assert sum(len(r.text) for r in removed) < 500
