"""No document breaks a reader, however broken it is itself."""

import itertools
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.fuzz.checks import BrokenError, check, check_fields, check_passages, check_reason
from evals.fuzz.corpus import KINDS, LINE, RECORD, SEEDS, html_page, pdf
from evals.fuzz.mutations import MAX_BYTES, make_input
from evals.fuzz.run import MAX_SECONDS, Reader, Tally, Trial, fuzz, inputs_of, save
from index.types import Article, Passage, Removed, Span, Story

HEADLINE_OF_HALVES = json.dumps({"@type": "NewsArticle", "headline": "A \ud83d mill"}).encode()
PROSE = b"<p>The town of Ellerby will rebuild its old mill after a vote that split the council."
NAMESPACE_OF_TWO_WORDS = (
    b"<rss version='2.0'><channel xmlns='a b'><title>C</title>"
    b"<item><title>Mill</title><description>A mill stands.</description></item></channel></rss>"
)
# Each once broke a reader, or took it more than its time.
ONCE_BROKEN = {
    "half a character in a page's data": ("html", html_page(PROSE * 3, HEADLINE_OF_HALVES)),
    "very many short items on a page": ("html", html_page(b"<li>a" * 8000)),
    "a date with two kinds of marks": ("text", b"The council met on 14.09/2026 and rose again."),
    "a date with two kinds of marks in a record": (
        "json",
        json.dumps(RECORD | {"published": "14.09/2026"}).encode(),
    ),
    "a month with a time of day": (LINE, b"January 2026 17:04 Uhr"),
    "an address that is not text": (LINE, b"http://news.example/?q=\xff"),
    "a namespace of two words": ("feed", NAMESPACE_OF_TWO_WORDS),
    "half a character in a namespace": (
        "feed",
        NAMESPACE_OF_TWO_WORDS.replace(b"a b", b"&#xD800;"),
    ),
    "elements nested in each other": (
        "feed",
        b"<rss version='2.0'><channel><title>C</title>" + b"<item><ss></a>" * 4600,
    ),
    "comments that never end": ("markdown", b"<!--" * 16_000),
    "brackets that never close": ("markdown", b"[![" * 6000),
    "a word as long as a page": (
        "pdf",
        pdf(b"BT /F1 11 Tf 14 TL (" + b"d" * 10_000 + b")'" + b"(x)'" * 10),
    ),
    "very many lines on a page": (
        "pdf",
        pdf(b"BT /F1 11 Tf 14 TL " + b"(x)'" * 6000, compressed=True),
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def reader(folder: Path) -> Iterator[Reader]:
    reader = Reader(folder)
    yield reader
    reader.close()


def check_in_time(kind: str, data: bytes, folder: Path) -> None:
    started = time.process_time()
    check(kind, data, folder)
    # What once broke a reader took it minutes; machines differ by much less.
    assert time.process_time() - started < 4 * MAX_SECONDS


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(chance=st.randoms(use_true_random=False))
def test_whatever_is_read_becomes_a_story_or_is_refused(
    kind: str, folder: Path, chance: random.Random
) -> None:
    check_in_time(kind, make_input(kind, chance), folder)


@pytest.mark.parametrize("name", ONCE_BROKEN)
def test_what_once_broke_a_reader_does_no_more(name: str, folder: Path) -> None:
    kind, data = ONCE_BROKEN[name]
    assert len(data) <= MAX_BYTES
    check_in_time(kind, data, folder)


@pytest.mark.parametrize("kind", sorted(SEEDS.keys() - {LINE}))
def test_mutations_start_from_documents_that_become_stories(kind: str, folder: Path) -> None:
    stories = [check(kind, data, folder).stories for data in SEEDS[kind]]
    assert stories[0] >= 1
    assert stories.count(0) <= len(stories) // 3


def test_the_same_seed_gives_the_same_inputs() -> None:
    for kind in KINDS:
        first, again, other = (
            list(itertools.islice(inputs_of(kind, seed), 20)) for seed in (1, 1, 2)
        )
        assert first == again != other
        assert max(map(len, first)) <= MAX_BYTES
        assert len(set(first)) > 10


@pytest.mark.parametrize(
    "story",
    [
        Story("A \ud83d mill."),
        Story("A mill.", title="A \ud83d mill"),
        Story("A mill.", author=" "),
        Story("A mill.", published="yesterday"),
        Story("A mill.", updated="Jan. 14, 2026"),
        Story("A mill.", removed=(Removed(" ", "blank"),)),
    ],
)
def test_a_field_that_cannot_be_stored_is_found_out(story: Story) -> None:
    with pytest.raises(BrokenError):
        check_fields(story)
    check_fields(Story("A mill.", published="2026-01-14", removed=(Removed("x", "y"),)))


def test_a_reason_that_is_not_one_line_is_found_out() -> None:
    check_reason("it has no text")
    for reason in ("", " ", "it has\nno text", "it is \x1b[31mred"):
        with pytest.raises(BrokenError):
            check_reason(reason)


def test_passages_that_leave_something_out_are_found_out() -> None:
    text = Article("a", "One. Two. Three.").text
    one, two, three = Span(0, 4), Span(5, 9), Span(10, 16)
    check_passages(text, [Passage("a", Span(0, 9), (one, two)), Passage("a", three, (three,))])
    for spans in ([one, three], [one, two], [two, three], [one, two, two, three]):
        with pytest.raises(BrokenError):
            check_passages(text, [Passage("a", span, (span,)) for span in spans])


def test_a_tally_counts_what_became_of_the_inputs(reader: Reader) -> None:
    tally = fuzz("json", reader, seed=1, seconds=None, inputs=30)
    assert tally.inputs == 30
    assert tally.stories > 0
    assert tally.refused > 0
    assert 0 < tally.slowest <= tally.seconds


def test_reading_goes_on_after_an_input_that_ends_the_process(reader: Reader) -> None:
    reader._process.kill()
    assert reader.read("text", b"A mill stands.").problem == "the process ended"
    assert reader.read("text", b"A mill stands.").problem is None


def test_an_exception_that_comes_out_is_told_with_its_place(reader: Reader) -> None:
    problem = reader.read("no kind", b"A mill stands.").problem
    assert problem is not None
    assert problem.startswith("ValueError at checks.py:")


def test_the_smallest_input_of_each_problem_is_written_down(tmp_path: Path) -> None:
    tally = Tally("text")
    for data, problem in ((b"long", "a"), (b"s", "a"), (b"longer", "a"), (b"x", "b"), (b"", None)):
        tally.add(data, Trial(0.1, problem=problem))
    lines = list(save(tally, tmp_path / "failures"))
    assert len(lines) == 2
    written = sorted((tmp_path / "failures").iterdir())
    assert sorted(path.read_bytes() for path in written) == [b"s", b"x"]
    assert all(path.name.startswith("text-") for path in written)
