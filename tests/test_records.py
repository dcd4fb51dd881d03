import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.errors import ArticleError
from index.formats.records import is_one_article, read_json, read_jsonl
from index.types import Refusal, Removed, Story

Read = Callable[[str], Iterator[Story | Refusal]]


def story_of(**fields: object) -> Story:
    (story,) = read_json(json.dumps(fields))
    assert isinstance(story, Story), story
    return story


def reason_of(**fields: object) -> str:
    (refusal,) = read_json(json.dumps(fields))
    assert isinstance(refusal, Refusal), refusal
    return refusal.reason


def error_of(read: Read, text: str) -> str:
    with pytest.raises(ArticleError) as caught:
        list(read(text))
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def texts_of(read: Read, text: str) -> list[str]:
    return [item.text if isinstance(item, Story) else item.reason for item in read(text)]


def test_every_field_is_read_under_its_own_name() -> None:
    story = Story(
        id="quay-1",
        title="Council delays terminal",
        text="Ties froze.",
        url="https://example.org/a",
        outlet="The Quay",
        author="Ellen Marsh",
        published="2026-01-14T05:00-05:00",
        updated="2026-01-15",
        language="en-GB",
    )
    fields = asdict(story)
    del fields["removed"]
    assert story_of(**fields) == story


def test_what_a_record_does_not_say_is_unknown() -> None:
    assert story_of(text="Ties froze.") == Story(text="Ties froze.")
    empty = dict.fromkeys(["id", "title", "url", "outlet", "author", "published", "language"], "")
    assert story_of(text="Ties froze.", **empty) == Story(text="Ties froze.")
    assert story_of(text="x", author="N/A", published="None", outlet=None) == Story(text="x")


@pytest.mark.parametrize(
    ("record", "story"),
    [
        pytest.param(
            {
                "source": {"id": None, "name": "The Quay"},
                "author": "By Ellen Marsh",
                "title": "Council delays terminal",
                "description": "A summary.",
                "url": "https://example.org/a",
                "publishedAt": "2026-01-14T05:00:00Z",
                "content": "Ties froze… [+1234 chars]",
            },
            Story(
                text="Ties froze…",
                title="Council delays terminal",
                outlet="The Quay",
                author="Ellen Marsh",
                published="2026-01-14T05:00:00Z",
                url="https://example.org/a",
                removed=(Removed("[+1234 chars]", "says how much of the text is missing"),),
            ),
            id="NewsAPI",
        ),
        pytest.param(
            {
                "@type": "NewsArticle",
                "headline": "Council delays terminal",
                "articleBody": "Ties froze.",
                "datePublished": "2026-01-14",
                "dateModified": "2026-01-15",
                "author": [{"@type": "Person", "name": "Ellen Marsh"}, {"name": "Ann Lee"}],
                "publisher": {"@type": "Organization", "name": "The Quay"},
                "inLanguage": "en",
            },
            Story(
                text="Ties froze.",
                title="Council delays terminal",
                outlet="The Quay",
                author="Ellen Marsh, Ann Lee",
                published="2026-01-14",
                updated="2026-01-15",
                language="en",
            ),
            id="schema.org",
        ),
        pytest.param(
            {
                "authors": ["Ellen Marsh"],
                "date_publish": "2026-01-14 05:00:00",
                "date_modify": None,
                "description": "A summary.",
                "language": "en",
                "maintext": "Ties froze.",
                "source_domain": "example.org",
                "title": "Council delays terminal",
                "url": "https://example.org/a",
            },
            Story(
                text="Ties froze.",
                title="Council delays terminal",
                author="Ellen Marsh",
                published="2026-01-14T05:00:00",
                url="https://example.org/a",
                language="en",
            ),
            id="news-please",
        ),
        pytest.param(
            {
                "id": 7,
                "date": "2026-01-14T05:00:00",
                "modified": "2026-01-15T05:00:00",
                "link": "https://example.org/?p=7",
                "title": {"rendered": "Fish &#038; chips"},
                "content": {"rendered": "<p>Ties froze.</p>\n<p>Talks went on.</p>\n"},
            },
            Story(
                text="Ties froze.\n\nTalks went on.",
                title="Fish & chips",
                published="2026-01-14T05:00:00",
                updated="2026-01-15T05:00:00",
                url="https://example.org/?p=7",
                id="7",
            ),
            id="WordPress",
        ),
        pytest.param(
            {
                "_id": {"$oid": "65a1"},
                "Full Text": "Ties froze.",
                "PUB-DATE": {"$date": "2026-01-14T05:00:00Z"},
                "site_name": "The Quay",
                "by_line": "Ellen Marsh",
                "lang": "pt_BR",
            },
            Story(
                text="Ties froze.",
                outlet="The Quay",
                author="Ellen Marsh",
                published="2026-01-14T05:00:00Z",
                language="pt-BR",
                id="65a1",
            ),
            id="names written in other ways",
        ),
    ],
)
def test_the_names_that_others_give_are_understood(record: dict[str, Any], story: Story) -> None:
    assert list(read_json(json.dumps(record))) == [story]


def test_a_fields_own_name_wins_over_others() -> None:
    story = story_of(
        headline="No", title="Yes", body="no", text="yes", date="2025", published="2026"
    )
    assert (story.title, story.text, story.published) == ("Yes", "yes", "2026")
    assert story_of(text="", body="Ties froze.").text == "Ties froze."


def test_another_name_with_a_value_of_another_kind_is_passed_over() -> None:
    story = story_of(text="x", headline=7, source={"id": 3}, date="yesterday", authors=[1])
    assert story == Story(text="x")


@pytest.mark.parametrize("source", ["example.org", "https://example.org/news", "www.example.co.uk"])
def test_a_domain_is_no_outlet(source: str) -> None:
    assert story_of(text="x", source=source).outlet is None
    assert story_of(text="x", source=source, publisher="The Quay").outlet == "The Quay"


def test_an_outlet_that_is_named_so_may_be_called_like_a_domain() -> None:
    assert story_of(text="x", outlet="Quay.com").outlet == "Quay.com"


@pytest.mark.parametrize(
    ("written", "date"),
    [
        (1768366800, "2026-01-14T05:00:00Z"),
        (1768366800.5, "2026-01-14T05:00:00.500000Z"),
        (1768366800000, "2026-01-14T05:00:00Z"),
        ("1768366800", "2026-01-14T05:00:00Z"),
        (2026, "2026"),
        ("2026-01", "2026-01"),
        ("Wed, 14 Jan 2026 05:00:00 -0500", "2026-01-14T05:00:00-05:00"),
    ],
)
def test_a_date_keeps_its_precision_and_zone(written: object, date: str) -> None:
    assert story_of(text="x", published=written).published == date
    assert story_of(text="x", timestamp=written).published == date


@pytest.mark.parametrize("written", [7, -1, 20260114, 10**30, 1e300, float("inf"), "tomorrow", "7"])
def test_a_number_that_is_no_clear_date_is_none(written: object) -> None:
    assert story_of(text="x", timestamp=written).published is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": 5}, "its text must be text"),
        ({"text": "x", "title": 7}, "its title must be text"),
        ({"text": "x", "title": ["a"]}, "its title must be text"),
        ({"text": "x", "url": {"a": 1}}, "its url must be text"),
        ({"text": "x", "author": [1]}, "its author must be text"),
        ({"text": "x", "published": True}, "its published must be text"),
        ({"text": "x", "id": True}, "its id must be text"),
        ({"text": "x", "published": "soon"}, "its published is 'soon': write it as 2026-01-31"),
        ({"title": "x"}, 'it has no text: give it one as "text"'),
        ({"text": " \n"}, 'it has no text: give it one as "text"'),
        ({"text": "<p> </p>"}, 'it has no text: give it one as "text"'),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], reason: str) -> None:
    assert reason_of(**fields) == reason


def test_a_text_may_be_a_list_of_paragraphs() -> None:
    assert story_of(text=["Ties froze.", "Talks went on."]).text == "Ties froze.\n\nTalks went on."


def test_a_text_without_markup_is_kept_character_for_character() -> None:
    text = "Ties  froze. 1 < 2\r\n\r\n\tTalks\u2028went on…"
    assert story_of(text=text).text == text


def test_only_an_address_on_the_web_is_kept() -> None:
    assert story_of(text="x", url="javascript:alert(1)").url is None
    assert story_of(text="x", url="/a").url is None


def test_a_key_that_is_there_twice_with_two_values_is_refused() -> None:
    assert texts_of(read_json, '{"text": "a", "text": "b"}') == ["its text is there twice"]
    assert texts_of(read_json, '{"text": "a", "x": 1, "text": "a", "x": 2}') == ["a"]


RECORD = '{"text": "a"}'


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        (RECORD, ["a"]),
        (f"\ufeff {RECORD}\n", ["a"]),
        (f'[{RECORD}, {{"text": "b"}}]', ["a", "b"]),
        (f'{{"status": "ok", "articles": [{RECORD}]}}', ["a"]),
        (f'{{"Items": [{RECORD}], "title": "A feed"}}', ["a"]),
        (f'{{"response": {{"results": [{RECORD}]}}}}', ["a"]),
        (f'{{"data": {RECORD}}}', ["a"]),
        (f'{{"hits": {{"total": 1, "hits": [{{"_id": "7", "_source": {RECORD}}}]}}}}', ["a"]),
        (f'{{"seven": {RECORD}, "eight": {{"text": "b"}}}}', ["a", "b"]),
        (f'{RECORD}\n{{"text": "b"}}\n', ["a", "b"]),
        (f'{{"text": "a", "items": [{RECORD}, {RECORD}]}}', ["a"]),
    ],
)
def test_records_are_found_where_services_put_them(document: str, texts: list[str]) -> None:
    assert texts_of(read_json, document) == texts


def test_keys_and_elasticsearch_give_ids() -> None:
    for document in (
        f'{{"seven": {RECORD}}}',
        f'{{"hits": {{"hits": [{{"_id": "seven", "_source": {RECORD}}}]}}}}',
    ):
        (story,) = read_json(document)
        assert isinstance(story, Story)
        assert story.id == "seven"


def test_a_bad_record_is_numbered_and_does_not_stop_the_others() -> None:
    document = f'[{RECORD}, 3, {{"text": "b", "title": 7}}, null, {{"text": "c"}}]'
    assert texts_of(read_json, document) == [
        "a",
        "record 2: it must be an object with a text",
        "record 3: its title must be text",
        "record 4: it must be an object with a text",
        "c",
    ]


@pytest.mark.parametrize("document", ["[]", "{}", "3", "null", '"text"'])
def test_json_without_a_record_is_refused(document: str) -> None:
    assert error_of(read_json, document).startswith("it has no articles: give objects")


def test_an_answer_without_articles_is_refused() -> None:
    assert reason_of(status="ok", articles=[]) == 'it has no text: give it one as "text"'


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "it is not valid JSON: Expecting value (column 1)"),
        ("Ties froze.", "it is not valid JSON: Expecting value (column 1)"),
        (
            '{"text": "a",\n "title": b}',
            "it is not valid JSON: Expecting value (line 2, column 11)",
        ),
        ("[" * 200_000, "it is nested too deeply to be an article"),
        ('{"text":' * 200_000, "it is nested too deeply to be an article"),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(document: str, reason: str) -> None:
    assert error_of(read_json, document) == reason


def test_values_that_only_programs_write_are_none() -> None:
    document = '{"text": "a", "title": NaN, "outlet": -Infinity, "score": NaN}'
    assert list(read_json(document)) == [Story(text="a")]


def test_a_number_of_any_length_is_read() -> None:
    digits = "9" * 100_000
    assert texts_of(read_json, f'{{"text": "a", "n": {digits}, "m": -{digits}}}') == ["a"]


def test_half_a_character_is_marked() -> None:
    (story,) = read_json(r'{"text": "\ud83d\ude00 \ud83d", "title": "a\ud800\u0000"}')
    assert isinstance(story, Story)
    assert (story.text, story.title) == ("😀 \ufffd", "a\ufffd")


@pytest.mark.parametrize("read", [read_json, read_jsonl])
@pytest.mark.parametrize("space", ["\x0c", "\v", "\u2003", "\x1c"])
def test_only_the_white_space_of_json_is_left_out(read: Read, space: str) -> None:
    assert texts_of(read, f"{RECORD}\n{space}") == [
        "a",
        "line 2 is not valid JSON: Expecting value (column 1)",
    ]
    assert texts_of(read, f"\n \t{RECORD}\r\n\n{RECORD}") == ["a", "a"]


@pytest.mark.parametrize(
    ("document", "is_one"),
    [
        (RECORD, True),
        (f" \ufeff{RECORD}".strip(), True),
        (f'{{"text": "a", "items": [{RECORD}]}}', True),
        ('{"headline": "b", "body": "a"}', True),
        (f"[{RECORD}]", False),
        (f'{{"articles": [{RECORD}]}}', False),
        (f'{{"data": {RECORD}}}', False),
        (f'{{"seven": {RECORD}}}', False),
        (f"{RECORD}\n{RECORD}", False),
        ("{}", False),
        ("3", False),
        ("nope", False),
        ("[" * 200_000, False),
    ],
)
def test_an_object_that_is_an_article_itself_is_told(document: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_one_article(document) is is_one


def test_each_line_is_read_and_a_bad_one_named() -> None:
    lines = [RECORD, "", "nope", '{"text": "b"}\r', "[1]", '{"title": "c"}', "[" * 100_000, RECORD]
    assert texts_of(read_jsonl, "\n".join(lines)) == [
        "a",
        "line 3 is not valid JSON: Expecting value (column 1)",
        "b",
        "line 5: it must be an object with a text",
        'line 6: it has no text: give it one as "text"',
        "line 7 is nested too deeply to be an article",
        "a",
    ]


def test_a_line_may_hold_what_other_line_ends_are() -> None:
    assert texts_of(read_jsonl, '{"text": "a\u2028b\x85c"}\n' * 2) == ["a\u2028b\x85c"] * 2


def test_json_in_a_file_of_lines_is_read_as_json() -> None:
    for document in (f"[{RECORD}]", f"[\n{RECORD}\n]", json.dumps([{"text": "a"}], indent=1)):
        assert texts_of(read_jsonl, document) == ["a"]


def test_lines_without_anything_are_refused() -> None:
    assert error_of(read_jsonl, "\ufeff \n\n") == "it has no articles: give one JSON object a line"


KEYS = st.sampled_from(
    "id title text body content url outlet source author authors published date updated language "
    "articles items data hits _source name rendered $date x".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(JSON)
@example({"text": "x", "published": float("nan")})
@example({"hits": {"hits": {"hits": {"hits": {"hits": {"hits": []}}}}}})
def test_any_json_gives_stories_or_reasons(document: object) -> None:
    text = json.dumps(document)
    for read in (read_json, read_jsonl):
        try:
            items = list(read(text))
        except ArticleError as error:
            items = [Refusal(str(error))]
        assert items
        assert all(item.text.strip() for item in items if isinstance(item, Story))
        assert all(item.reason.isprintable() for item in items if isinstance(item, Refusal))


@given(st.text(alphabet='{}[]",:\\u0d8tex\n 1eE+-.NaI', max_size=60))
def test_any_text_gives_stories_or_reasons(text: str) -> None:
    for read in (read_json, read_jsonl):
        try:
            items = list(read(text))
        except ArticleError as error:
            items = [Refusal(str(error))]
        assert items


def test_a_large_file_takes_seconds() -> None:
    line = json.dumps({"title": "Council delays terminal", "body": "Ties froze. " * 100})
    start = time.monotonic()
    assert sum(1 for _ in read_jsonl("\n".join([line] * 10_000))) == 10_000
    assert sum(1 for _ in read_json(f"[{','.join([line] * 10_000)}]")) == 10_000
    assert time.monotonic() - start < 20
