"""Origins: which articles carry the same reporting, by invented stories and desks' edits."""

import dataclasses
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.agency import agency_of
from index.origin import (
    MAX_COMPARED,
    MAX_HOLDERS,
    SKETCH,
    Fingerprint,
    fingerprint,
    likeliest,
    min_shared,
    same_reporting,
    same_words,
)
from index.types import Article

PARAGRAPHS = """
The old swing bridge at Port Averill was closed to all traffic on Tuesday after inspectors found \
cracks in two of its bearings, and the harbour board said that ferries would carry passengers \
across the channel until further notice.
Engineers had been called in on Monday night, when a lorry driver reported that the deck \
shuddered under his wheels as he crossed towards the fish market.
“We will not gamble with people’s lives to save a fortnight of inconvenience, and I make no \
apology for it,” said the board’s chair, Ines Okoro.
The bridge, which opened in 1931, carries about 9,000 vehicles a day and was last overhauled \
twelve years ago at a cost of 4 million crowns, according to the board’s own records.
Shopkeepers on the eastern quay said that they expected to lose a third of their trade, and \
asked the town to pay for buses while the repair lasts.
A tender for new bearings will be published on Friday, and work could begin in March if the \
steel can be delivered by then, the board’s chief engineer said.
""".strip().splitlines()
LEAD, *BODY = PARAGRAPHS
STORY = "\n\n".join(PARAGRAPHS)
# Another reporter’s story of the same day, with the same words of the same person.
RIVAL_PARAGRAPHS = """
Commuters in Port Averill faced hour-long queues for the ferry yesterday, the first day without \
the crossing that links both halves of the town.
The board shut the structure overnight because two supports had begun to split. Nobody could say \
for certain when it would open again, though spring was mentioned.
“We will not gamble with people’s lives to save a fortnight of inconvenience, and I make no \
apology for it,” said Ines Okoro, who leads the board.
Traders were angry. Many of them doubt that the town hall understands how thin their margins \
have become since the cannery left, and they want somebody to lay on transport.
Built between the wars, the crossing is used by thousands of drivers each day. Its last refit \
was more than a decade back, and critics have long called it too little, too late.
""".strip().splitlines()
RIVAL = "\n\n".join(RIVAL_PARAGRAPHS)
ELSEWHERE_PARAGRAPHS = """
A library in the hill town of Sarn will lend out musical instruments from next month, after a \
retired teacher left it her collection of forty violins and cellos.
Borrowers may keep an instrument for six weeks, and a luthier will look it over whenever it \
comes back. Nobody will be asked for a deposit, the head librarian promised.
Music schools in the valley have welcomed the plan, since a child’s first violin can cost a \
family more than a month’s rent and is outgrown within a year or two.
""".strip().splitlines()
ELSEWHERE = "\n\n".join(ELSEWHERE_PARAGRAPHS)
NEWS = """
A dentist in Olm has won the regional chess title for the third time in a row, beating a boy of \
twelve in the final after five hours and forty minutes of play.
The ferry company will raise its fares by 6 per cent in April, citing fuel, and promises a ticket \
for families that costs no more than the old one did.
Rain is expected in the north for the rest of the week, with gales on the capes, while the south \
stays dry and unusually warm for the time of year.
""".strip().splitlines()
BOILERPLATE = (
    "Sign up for our evening letter and never miss a story from the coast. You can leave the list "
    "whenever you like, and we will not pass your address on to anybody else."
)


def article(text: str, **fields: str | None) -> Article:
    return dataclasses.replace(Article("id", text), **fields)  # type: ignore[arg-type]


def shared(one: str, other: str) -> int:
    hashes = (fingerprint(article(text)).hashes for text in (one, other))
    return len(frozenset(next(hashes)) & frozenset(next(hashes)))


def housed(text: str) -> str:
    marks = {"“": '"', "”": '"', "’": "'", "twelve": "12", "harbour": "harbor", "9,000": "9000"}
    for old, new in marks.items():
        text = text.replace(old, new)
    return text.upper()


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        "\n\n".join((LEAD, *BODY[:2])),
        "\n\n".join(("Port Averill’s landmark crossing is shut, a blow to its traders.", *BODY)),
        housed(STORY),
        f"{STORY}\n\n{BOILERPLATE}",
        "\n\n".join((*BODY[::-1], LEAD)),
        STORY.replace("said", "told us").replace("board", "authority").replace("Tuesday", "May 5"),
        " ".join("so" if n % 9 == 8 else word for n, word in enumerate(STORY.split())),
        f"{ELSEWHERE}\n\n{STORY}",
    ],
    ids="whole cut new-lead house-style boilerplate reordered copy-edited swapped merged".split(),
)
def test_a_copy_that_a_desk_edited_is_looked_up_and_is_the_same_reporting(copy: str) -> None:
    assert shared(STORY, copy) >= min_shared(fingerprint(article(copy)))
    assert same_reporting(article(STORY), article(copy))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STORY, RIVAL),
        (STORY, ELSEWHERE),
        (f"{RIVAL}\n\n{BOILERPLATE}", f"{ELSEWHERE}\n\n{BOILERPLATE}"),
        (ELSEWHERE, f"{RIVAL}\n\n{BODY[2]}"),
        (STORY, "\n\n".join((LEAD, BODY[0], ELSEWHERE, RIVAL, *NEWS))),
        (STORY, ""),
        ("", ""),
        ("…", "— !"),
    ],
    ids="same-quotation unrelated same-boilerplate background round-up empty both no-words".split(),
)
def test_stories_that_share_less_than_reporting_stay_apart(one: str, other: str) -> None:
    assert not same_reporting(article(one), article(other))


def test_an_agency_and_its_day_make_less_of_the_wording_enough() -> None:
    rewritten = "\n\n".join((RIVAL, BODY[3]))
    assert not same_reporting(article(STORY), article(rewritten))
    credited = {"author": "Staff with AP", "published": "2026-01-13T12:01"}
    original = article(STORY, **credited)
    assert same_reporting(original, article(rewritten, author="AP", published="2026-01-15"))
    for fields in (
        {"author": "AP", "published": "2026-01-20"},
        {"author": "AP", "published": "2026"},
        {"author": "AP", "published": None},
        {"author": "Reuters", "published": "2026-01-13"},
        {"author": None, "published": "2026-01-13"},
    ):
        assert not same_reporting(original, article(rewritten, **fields))


def test_quotations_alone_are_the_same_reporting_only_where_nearly_all_is_shared() -> None:
    speech = " ".join(f"“{sentence}”" for sentence in BODY[2:])
    half = speech.removesuffix(f"“{BODY[-1]}”")
    assert same_reporting(article(speech), article(f"She spoke at length.\n\n{half}"))
    assert not same_reporting(article(speech), article(f"“{LEAD} {BODY[0]}”\n\n{half}"))
    assert not same_reporting(article(f"{speech}\n\n{RIVAL}"), article(f"{ELSEWHERE}\n\n{speech}"))


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("WASHINGTON (AP) — Talks went on.", "AP"),
        ("LONDON, Jan 5 (Reuters) - Talks went on.", "Reuters"),
        ("By JANE DOE, Associated Press\n\nTalks went on.", "AP"),
        ("Talks went on.\n\nThe Associated Press contributed to this report.", "AP"),
        ("Talks went on.\n\nWith files from Jane Doe, The Canadian Press", "Canadian Press"),
        (
            "Talks went on.\n\nThis report by The Canadian Press was first published on Jan. 14.",
            "Canadian Press",
        ),
        ("Talks went on.\n\nCopyright 2026 The Associated Press. All rights reserved.", "AP"),
        ("Talks went on, he said. (PTI)", "PTI"),
        ("Talks went on.\n\n— PA Media", "PA"),
        ("Talks went on.\n\nSource: Xinhua", "Xinhua"),
        ("Reuters reported on Friday that talks went on.", None),
        ("Talks went on.\n\nHe told Reuters that he would stay.", None),
        ("Talks went on.\n\nThe firm declined to comment to the Associated Press.", None),
        ("Talks went on.\n\nPhoto: AP", None),
        ("AP exams are put off\n\nTalks went on.", None),
        ("Talks went on.\n\nCall the box office in Allentown, PA", None),
        ("", None),
    ],
)
def test_an_agency_is_one_that_the_text_credits_and_not_one_that_it_mentions(
    text: str, agency: str | None
) -> None:
    assert agency_of(article(text)) == agency


@pytest.mark.parametrize(
    ("author", "agency"),
    [
        ("Online Desk with AP", "AP"),
        ("Reuters Staff", "Reuters"),
        ("Staff with Bloomberg", "Bloomberg"),
        ("Michael Bloomberg", None),
        ("Australian Associated Press", "AAP"),
        ("Associated Press of Pakistan", None),
        ("P.A. Smith", None),
        ("Ani Paap", None),
    ],
)
def test_an_agency_is_read_from_the_author_by_its_whole_name(
    author: str, agency: str | None
) -> None:
    assert fingerprint(article("Talks went on.", author=author)).agency == agency
    assert fingerprint(article("Talks went on.", outlet=author)).agency == agency


def test_the_outlets_agency_counts_before_the_texts() -> None:
    assert agency_of(article("PARIS (AFP) — Talks.", outlet="Reuters", author="AP")) == "Reuters"
    assert agency_of(article("PARIS (AFP) — Talks.", author="AP")) == "AP"


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    here = fingerprint(article(STORY)).hashes
    code = "import sys; from index.origin import *; from index.types import Article; "
    code += "print(*fingerprint(Article('', sys.argv[1])).hashes)"
    there = subprocess.run(
        [sys.executable, "-c", code, STORY], capture_output=True, text=True, check=True
    )
    assert [int(value) for value in there.stdout.split()] == list(here)


def test_boilerplate_that_many_have_finds_nothing_but_a_story_with_many_copies_is_found() -> None:
    found = Fingerprint(tuple(range(10)), None)
    many = list(range(100, 101 + MAX_HOLDERS))
    boilerplate = dict.fromkeys(range(3), many)
    assert likeliest(found, boilerplate) == []
    assert likeliest(found, {**boilerplate, 7: [4, 5], 8: [5]}) == [5]
    assert likeliest(found, dict.fromkeys(range(8), many)) == many[:MAX_COMPARED]


def test_the_likeliest_come_first_and_are_few() -> None:
    found = Fingerprint(tuple(range(SKETCH)), None)
    holders = {value: list(range(value, value + 10)) for value in range(SKETCH)}
    ranked = likeliest(found, {**holders, 40: [63], 41: [63]})
    assert len(ranked) == MAX_COMPARED
    counts = [sum(key in holders[value] for value in holders) for key in ranked]
    assert counts[0] == 10
    assert likeliest(found, {}) == []


def test_one_shared_hash_is_enough_only_for_a_text_that_has_few() -> None:
    assert likeliest(Fingerprint((1, 2), None), {1: [7]}) == [7]
    assert likeliest(Fingerprint(tuple(range(20)), None), {1: [7]}) == []


def test_a_passage_repeats_another_in_nearly_its_words_and_its_numbers() -> None:
    passage = " ".join(BODY[2:4])
    assert same_words(passage, housed(passage))
    assert same_words(passage, passage.replace("lose a third", "forgo a third"))
    assert not same_words(passage, passage.replace("9,000", "8,000"))
    assert not same_words(passage, f"{passage} {' '.join(NEWS[2:])} {NEWS[0].split(',')[0]}")
    assert not same_words(LEAD, BODY[0])
    assert not same_words("", "")


TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([LEAD, *BODY, BOILERPLATE, "‘Yes.’", '"', "中文报道", "\n"])).map(
        " ".join
    ),
)


@given(TEXTS)
def test_any_text_with_words_is_the_same_reporting_as_itself(text: str) -> None:
    found = fingerprint(article(text))
    assert len(found.hashes) <= SKETCH
    assert list(found.hashes) == list(dict.fromkeys(found.hashes))
    assert all(-(2**63) <= value < 2**63 for value in found.hashes)
    assert same_reporting(article(text), article(text)) == bool(found.hashes)


@given(TEXTS, TEXTS)
def test_what_is_the_same_does_not_depend_on_the_order(one: str, other: str) -> None:
    first, second = article(one), article(other)
    assert same_reporting(first, second) == same_reporting(second, first)
    assert same_words(one, other) == same_words(other, one)
