import codecs
import os
import re
import sys
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import NothingToIndexError
from index.files import READ_HERE, Skipped
from index.load import Loaded, load_articles
from index.types import Article

SEEDS = Path(__file__).parents[1] / "seeds"
SHARED_SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

UNKNOWN = "–"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def articles_of(*paths: Path) -> dict[str, Article]:
    loaded = [item.article for item in load_articles(paths) if isinstance(item, Loaded)]
    by_id = {article.id: article for article in loaded}
    assert len(by_id) == len(loaded)
    return by_id


def article_from(folder: Path, name: str, content: str | bytes) -> Article:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (item,) = load_articles([path])
    assert isinstance(item, Loaded), item
    return item.article


def refusal_of(path: Path) -> str:
    (item,) = load_articles([path])
    assert isinstance(item, Skipped), item
    assert item.refused
    assert len(item.reason.splitlines()) == 1
    return item.reason


def refusal_from(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return refusal_of(path)


def with_front_matter(*lines: str, body: str = "Ties froze.") -> str:
    return "\n".join(["---", *lines, "---", "", body, ""])


def test_front_matter_fills_the_fields_of_an_article(tmp_path: Path) -> None:
    source = with_front_matter(
        "title: Canada Turns East",
        "outlet: Clash Report",
        "author: Tracy Moran",
        "published: 2026-01-14",
        "updated: 2026-01-15T04:00",
        "url: https://example.com/a?b=c#d",
        "language: en-CA",
    )
    assert article_from(tmp_path, "a.md", source) == Article(
        id="a",
        text="Ties froze.",
        title="Canada Turns East",
        outlet="Clash Report",
        author="Tracy Moran",
        published="2026-01-14",
        updated="2026-01-15T04:00",
        url="https://example.com/a?b=c#d",
        language="en-CA",
    )


def test_what_front_matter_does_not_say_is_none(tmp_path: Path) -> None:
    assert article_from(tmp_path, "a.md", "Ties froze.") == Article(id="a", text="Ties froze.")


@pytest.mark.parametrize("nothing", ["", "''", "'  '", "[]", "null", "~"])
@pytest.mark.parametrize("field", ["outlet", "author", "published", "url", "language"])
def test_a_field_left_empty_is_none(tmp_path: Path, field: str, nothing: str) -> None:
    article = article_from(tmp_path, "a.md", with_front_matter(f"{field}: {nothing}"))
    assert article == Article(id="a", text="Ties froze.")


def test_keys_that_mean_nothing_here_are_left_alone(tmp_path: Path) -> None:
    source = with_front_matter("tags: {a: [b, c]}", "layout: post")
    assert article_from(tmp_path, "a.md", source) == Article(id="a", text="Ties froze.")


def test_several_authors_are_joined(tmp_path: Path) -> None:
    in_line = article_from(tmp_path, "a.md", with_front_matter("author: [Ann Lee, Bo Xu]"))
    listed = article_from(tmp_path, "a.md", with_front_matter("author:", "- Ann Lee", "- Bo Xu"))
    assert in_line.author == listed.author == "Ann Lee, Bo Xu"


def test_a_field_over_several_lines_becomes_one(tmp_path: Path) -> None:
    source = with_front_matter("title: |", "  Canada", "  turns   east")
    assert article_from(tmp_path, "a.md", source).title == "Canada turns east"


@pytest.mark.parametrize(
    "date",
    [
        "2026",
        "2026-01",
        "2026-01-13",
        "2024-02-29",
        "2026-01-13T12:01",
        "2026-01-13T12:01:59",
        "2026-01-13T12:01:59.25",
        "2026-01-13T12:01Z",
        "2026-01-13T12:01+05:30",
        "2026-01-13T12:01:59-0500",
    ],
)
@pytest.mark.parametrize("field", ["published", "updated"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_date_keeps_the_precision_it_has(
    tmp_path: Path, field: str, date: str, quote: str
) -> None:
    article = article_from(tmp_path, "a.md", with_front_matter(f"{field}: {quote}{date}{quote}"))
    assert article == Article(id="a", text="Ties froze.", **{field: date})


def test_a_space_between_day_and_time_becomes_a_t(tmp_path: Path) -> None:
    source = with_front_matter("published: 2026-01-13 12:01")
    assert article_from(tmp_path, "a.md", source).published == "2026-01-13T12:01"


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(timezones=st.one_of(st.none(), st.just(UTC), OFFSETS))


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]))
def test_any_moment_in_iso_8601_is_kept(moment: datetime, precision: str) -> None:
    written = moment.isoformat(timespec=precision)
    with tempfile.TemporaryDirectory() as folder:
        article = article_from(Path(folder), "a.md", with_front_matter(f"published: {written}"))
    assert article.published == written


@pytest.mark.parametrize(
    "date",
    [
        *("yesterday", "early January 2026", "01/02/2026", "20260113", "26-01-13"),
        *("2026-13", "2026-00-01", "2026-01-32", "2026-01-13T12", "2026-01-13T24:00"),
        *("2026-01-13T1٢:01", "2026-01-13T12:01:60", "0000-01-01", "2026-01-13T12:01+24:00"),
        *("2026-01-13T12:60", "2026-01-13T12:01+5", "2026-01-13Z"),
    ],
)
def test_a_date_in_another_form_is_refused(tmp_path: Path, date: str) -> None:
    assert refusal_from(tmp_path, "a.md", with_front_matter(f"published: {date}")) == (
        f"its front matter's published is {date!r}: write it as 2026-01-31"
    )


@pytest.mark.parametrize(
    "date",
    ["2026-02-30", "2025-02-29", "2026-04-31T12:01", "2026-01-13T12:01+99:99", "٢٠٢٦-01-13"],
)
def test_a_date_that_no_calendar_has_is_refused(tmp_path: Path, date: str) -> None:
    source = with_front_matter(f"updated: {date}")
    assert refusal_from(tmp_path, "a.md", source).startswith("its front matter's updated is ")


@pytest.mark.parametrize("key", ["title", "outlet", "author", "url", "language", "id", "published"])
@pytest.mark.parametrize("value", ["{a: b}", "[a, [b]]", "[{a: b}]"])
def test_a_field_that_is_no_text_is_refused(tmp_path: Path, key: str, value: str) -> None:
    reason = refusal_from(tmp_path, "a.md", with_front_matter(f"{key}: {value}"))
    assert reason == f"its front matter's {key} must be text"


@pytest.mark.parametrize(
    "line", ["title: [", 'title: "Canada', "title: a: b", "\ttitle: a", "title: *a", "a\x01: b"]
)
def test_front_matter_that_is_not_yaml_is_refused(tmp_path: Path, line: str) -> None:
    reason = refusal_from(tmp_path, "a.md", with_front_matter(line))
    assert reason.startswith("its front matter is not valid YAML: ")


def test_front_matter_nested_without_end_is_refused(tmp_path: Path) -> None:
    reason = refusal_from(tmp_path, "a.md", with_front_matter("title: " + "[" * 5000))
    assert reason.startswith("its front matter ")


@pytest.mark.parametrize("escapes", [r"\ud83d\ude00", r"\ud83d"], ids=["pair", "half a pair"])
@pytest.mark.parametrize("key", ["title", "author", "id"])
def test_no_field_of_an_article_holds_a_surrogate(tmp_path: Path, key: str, escapes: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(with_front_matter(f'{key}: "Canada {escapes}"'), encoding="utf-8")
    (item,) = load_articles([path])
    if isinstance(item, Loaded):
        article = item.article
        assert f"{article.id} {article.title} {article.author}".isprintable()


@pytest.mark.parametrize(
    "body",
    [
        "First story.\n\n---\n\nSecond story.\n\n---\n\nThird story.",
        "First story\n---\n\nSecond story.\n\nThird story\n---\n",
        "First story.\n\n---\n\nSecond: story.\n\n---\n\nThird story.",
        "First story.\n\n---\n\nSecond story and third story.",
    ],
)
@pytest.mark.parametrize("lines", [(), ("outlet: Clash Report",)])
def test_rules_in_an_article_are_no_front_matter(
    tmp_path: Path, lines: tuple[str, ...], body: str
) -> None:
    source = with_front_matter(*lines, body=body) if lines else body
    article = article_from(tmp_path, "a.md", source)
    assert re.findall(r"first|second|third", article.text.lower()) == ["first", "second", "third"]


@pytest.mark.parametrize("block", ["First story.", "- First story.", "First story.\n\nIts end."])
def test_text_between_rules_at_the_top_is_kept_or_refused(tmp_path: Path, block: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\n\n{block}\n\n---\n\nSecond story.\n", encoding="utf-8")
    (item,) = load_articles([path])
    assert isinstance(item, Skipped) or "First story." in item.article.text


def test_front_matter_may_follow_a_byte_order_mark_and_end_lines_with_crlf(tmp_path: Path) -> None:
    source = with_front_matter("title: Canada Turns East").replace("\n", "\r\n").encode()
    article = article_from(tmp_path, "a.md", codecs.BOM_UTF8 + source)
    assert article == Article(id="a", text="Ties froze.", title="Canada Turns East")


LONG_LINE = "Canada turns to China again."


@pytest.mark.parametrize(
    ("source", "title"),
    [
        (with_front_matter("title: From above", body=f"# A heading\n\n{LONG_LINE}"), "From above"),
        (with_front_matter("title:", body=f"# A heading\n\n{LONG_LINE}"), "A heading"),
        (f"{LONG_LINE}\n\n## A *heading*\n\nMore.", "A heading"),
        (f"World\n\nBy Staff\n\n{LONG_LINE}\n\nMore of it than this.", LONG_LINE),
        ("World\n\nBy Staff", None),
    ],
)
def test_a_title_is_the_front_matters_else_the_first_headings_else_a_long_line(
    tmp_path: Path, source: str, title: str | None
) -> None:
    assert article_from(tmp_path, "a.md", source).title == title


@pytest.mark.parametrize("name", ["a.md", "a.MD", "a.markdown", "a.Markdown"])
def test_markdown_is_known_by_its_suffix_in_any_case(tmp_path: Path, name: str) -> None:
    article = article_from(tmp_path, name, "# A heading\n\nTies *froze*.")
    assert (article.title, article.text) == ("A heading", "A heading\n\nTies froze.")


@pytest.mark.parametrize("heading", ["Canada  \nturns east\n===", "Canada\\\nturns east\n==="])
def test_a_title_is_one_line(tmp_path: Path, heading: str) -> None:
    assert article_from(tmp_path, "a.md", f"{heading}\n\nMore.").title == "Canada turns east"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", ""),
        ("a.txt", " \r\n\t\u3000"),
        ("a.txt", "\ufeff"),
        ("a.md", ""),
        ("a.md", with_front_matter("title: Canada", body="")),
        ("a.md", with_front_matter("title: Canada", body="![A photograph](a.jpg)")),
        ("a.md", "<!-- nothing yet -->"),
    ],
)
def test_a_file_without_text_is_refused(tmp_path: Path, name: str, content: str) -> None:
    assert refusal_from(tmp_path, name, content) == "it has no text"


def test_a_file_larger_than_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.formats.read.MIB", 64 * 1024)
    assert len(article_from(tmp_path, "a.txt", "x " * 512 * 1024).text) == 1024 * 1024
    assert "larger than" in refusal_from(tmp_path, "b.txt", "x" * (1024 * 1024 + 1))


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "gone.md")
    assert refusal_of(tmp_path) == "it is not a regular file"


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "a.md")
    assert refusal_of(tmp_path) == "it is not a regular file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert refusal_of(tmp_path) == "it is not a regular file"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="no file is closed to this user"
)
def test_a_file_closed_to_the_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ties froze.", encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    assert refusal_of(tmp_path) == "it cannot be read: Permission denied"


def test_one_refused_file_does_not_hold_up_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "Ties froze.", "b.md": with_front_matter("title: ["), "c.md": "Ok."})
    assert [type(item) for item in load_articles([tmp_path])] == [Loaded, Skipped, Loaded]
    assert articles_of(tmp_path).keys() == {"a", "c"}


def test_an_id_is_the_files_stem_or_what_its_front_matter_names(tmp_path: Path) -> None:
    named = with_front_matter("id: carney-in-beijing")
    write(tmp_path, {"a.b.md": "x", "c.txt": "y", "d.MARKDOWN": "z", "e.md": named})
    assert articles_of(tmp_path).keys() == {"a.b", "c", "d", "carney-in-beijing"}


@pytest.mark.parametrize("name", ['"a\\x07b"', "x" * 201, '"a\\u202eb"'])
def test_an_id_that_cannot_be_printed_or_is_too_long_is_refused(tmp_path: Path, name: str) -> None:
    reason = refusal_from(tmp_path, "a.md", with_front_matter(f"id: {name}"))
    assert reason == "its id must be printable and at most 200 characters long"


@pytest.mark.parametrize(
    "name",
    [
        b"a\nb.md",
        b"\x1b[31ma.md",
        pytest.param(
            b"caf\xe9.md",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode here"),
        ),
    ],
)
def test_a_file_name_that_cannot_be_printed_gives_no_id(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("Ties froze.", encoding="utf-8")
    (item,) = load_articles([tmp_path])
    assert isinstance(item, Skipped) or item.article.id.isprintable()


def test_files_of_one_stem_get_their_paths_as_ids(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "one", "a.txt": "two", "s/a.md": "three", "s/a.txt": "four"})
    found = {identity: article.text for identity, article in articles_of(tmp_path).items()}
    assert found == {"a.md": "one", "a.txt": "two", "s/a.md": "three", "s/a.txt": "four"}


def test_an_id_does_not_pass_to_another_story_when_a_file_is_added(tmp_path: Path) -> None:
    write(tmp_path, {"b/x.txt": "The first story.", "y.txt": "Another."})
    assert articles_of(tmp_path).keys() == {"x", "y"}
    write(tmp_path, {"a/x.txt": "The later story."})
    found = {identity: article.text for identity, article in articles_of(tmp_path).items()}
    assert found == {"a/x": "The later story.", "b/x": "The first story.", "y": "Another."}


def test_a_linked_folder_and_an_unlisted_one_are_reported(tmp_path: Path) -> None:
    write(tmp_path, {"in/a.md": "one", "out/b.md": "two"})
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    items = list(load_articles([tmp_path / "in"]))
    assert [(Path(i.place).name, i.refused) for i in items if isinstance(i, Skipped)] == [
        ("link", False)
    ]


def test_front_matter_may_follow_empty_lines(tmp_path: Path) -> None:
    article = article_from(tmp_path, "a.md", "\n\n---\ntitle: X\n---\nTies froze.")
    assert (article.title, article.text) == ("X", "Ties froze.")


def test_a_path_too_long_for_the_system_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NothingToIndexError, match="cannot be read: File name too long"):
        list(load_articles([tmp_path / ("x" * 300)]))


STEMS = st.sampled_from(["a", "b", "a.md", "a.txt"])
FOLDERS = st.lists(st.sampled_from(["s", "a", "b.md"]), max_size=2).map(tuple)
SUFFIXES = st.sampled_from([".md", ".txt", ".markdown", ".text"])
TREES = st.sets(st.tuples(FOLDERS, STEMS, SUFFIXES), min_size=1, max_size=12)


@settings(deadline=None)
@given(TREES)
def test_no_file_of_a_folder_is_lost_to_another_of_its_name(
    tree: set[tuple[tuple[str, ...], str, str]],
) -> None:
    names = {"/".join([*folders, stem + suffix]) for folders, stem, suffix in tree}
    files = {name for name in names if not any(other.startswith(f"{name}/") for other in names)}
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {name: f"words of {name}" for name in files})
        articles = articles_of(Path(folder))
    assert sorted(a.text for a in articles.values()) == sorted(f"words of {f}" for f in files)


def test_no_file_is_lost_to_another_of_its_name_in_another_folder(tmp_path: Path) -> None:
    names = ["v", "w", "x", "y", "z"]
    write(tmp_path, {f"{name}/a.md": name for name in names})
    articles = articles_of(*(tmp_path / name for name in names))
    assert sorted(article.text for article in articles.values()) == names


@pytest.mark.parametrize("again", [["a.md"], ["b.md"], ["."], ["b.md", "a.md"], ["s", "a.md"]])
def test_a_file_reached_twice_is_the_one_article_that_it_was_first(
    tmp_path: Path, again: list[str]
) -> None:
    write(tmp_path, {"a.md": "one", "b.md": "two", "s/a.md": "three"})
    once = list(load_articles([tmp_path]))
    assert len(once) == 3
    assert list(load_articles([tmp_path, *(tmp_path / name for name in again)])) == once


def test_an_id_named_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    named = with_front_matter("id: carney")
    first, second = load_articles([write(tmp_path, {"a.md": named, "b.md": named})])
    assert isinstance(first, Loaded)
    assert isinstance(second, Skipped)
    assert second.refused
    assert second.place == str(tmp_path / "b.md")
    assert second.reason == f"its id 'carney' is taken by {tmp_path / 'a.md'}: name another id"


def test_a_named_id_does_not_push_out_a_stem(tmp_path: Path) -> None:
    named = with_front_matter("id: b")
    assert articles_of(write(tmp_path, {"a.md": named, "s/b.md": "y"})).keys() == {"b", "s/b"}


def test_hidden_files_and_folders_are_not_looked_at(tmp_path: Path) -> None:
    write(tmp_path, {".a.md": "x", ".git/b.md": "y", "s/.c/d.md": "z", "e.md": "w"})
    assert [Path(item.place) for item in load_articles([tmp_path])] == [tmp_path / "e.md"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("README.md", "a README is about a folder, not an article"),
        ("readme.txt", "a README is about a folder, not an article"),
        ("README", "a README is about a folder, not an article"),
        ("a.png", f".png is not a format read here ({READ_HERE} are)"),
        ("a.docx", f".docx is not a format read here ({READ_HERE} are)"),
        ("LICENSE", f"a file without a suffix is not a format read here ({READ_HERE} are)"),
    ],
)
def test_files_that_never_claimed_to_be_articles_are_left_out(
    tmp_path: Path, name: str, reason: str
) -> None:
    write(tmp_path, {name: "x"})
    assert list(load_articles([tmp_path])) == [Skipped(str(tmp_path / name), reason, refused=False)]


@pytest.mark.parametrize("name", ["readmes.md", "read me.txt", "a.readme.md"])
def test_a_file_whose_name_only_resembles_a_readme_is_an_article(tmp_path: Path, name: str) -> None:
    assert article_from(tmp_path, name, "Ties froze.").text == "Ties froze."


def test_a_folder_named_like_an_article_is_searched(tmp_path: Path) -> None:
    assert articles_of(write(tmp_path, {"a.md/b.md": "x"})).keys() == {"b"}


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_loaded(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "x"})
    missing = tmp_path / "gone"
    message = re.escape(f"{missing} does not exist: give a file or a folder of articles")
    with pytest.raises(NothingToIndexError, match=f"^{message}$"):
        next(load_articles([tmp_path, missing]))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_path_that_is_neither_a_file_nor_a_folder_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(NothingToIndexError, match=r"is neither a file nor a folder$"):
        next(load_articles([tmp_path / "a.txt"]))


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert list(load_articles([tmp_path])) == []


def test_the_order_does_not_depend_on_when_files_were_made(tmp_path: Path) -> None:
    names = ["b.md", "a.txt", "s/b.md", "c/a.md", "C.md", "s/t/a.md"]
    one = write(tmp_path / "one", {name: name for name in names})
    two = write(tmp_path / "two", {name: name for name in reversed(names)})
    orders = [
        [Path(item.place).relative_to(root) for item in load_articles([root])]
        for root in (one, two)
    ]
    assert orders[0] == orders[1]
    assert articles_of(one) == articles_of(two)


def test_the_files_of_a_folder_and_its_folders_come_in_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    in_order = [*(f"{n:02}.md" for n in range(20)), *(f"{n:02}/a.md" for n in range(20, 40))]
    write(tmp_path, {name: name for name in reversed(in_order)})
    found = [
        Path(item.place).relative_to(tmp_path).as_posix() for item in load_articles([tmp_path])
    ]
    assert found == in_order


def test_paths_are_loaded_in_the_order_given(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "x", "b.md": "y"})
    paths = [tmp_path / "b.md", tmp_path / "a.md"]
    assert [Path(item.place) for item in load_articles(paths)] == paths


def seed_table() -> list[tuple[str, ...]]:
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")
    header = "| id | outlet | author | published | title |\n"
    rows = readme.partition(header)[2].partition("\n\n")[0].splitlines()[1:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [(re.sub(r"\[(.+)\]\(\1\.md\)", r"\1", row[0]), *row[1:]) for row in cells]


def test_the_seed_articles_are_those_of_the_table_beside_them() -> None:
    articles = [item.article for item in load_articles([SEEDS]) if isinstance(item, Loaded)]
    loaded = [
        tuple(field or UNKNOWN for field in (a.id, a.outlet, a.author, a.published, a.title))
        for a in articles
    ]
    assert len(loaded) == 5
    assert loaded == seed_table()


def test_nothing_of_the_seeds_is_refused() -> None:
    skipped = [item for item in load_articles([SEEDS]) if isinstance(item, Skipped)]
    assert not any(item.refused for item in skipped)
    assert SEEDS / "README.md" in {Path(item.place) for item in skipped}


def test_a_reason_can_be_printed_whatever_the_file_holds(tmp_path: Path) -> None:
    reason = refusal_from(tmp_path, "a.md", "---\ntitle: [\u202e\u2067: x: y\n---\nTies froze.")
    assert reason.startswith("its front matter is not valid YAML")
    assert reason.isprintable()
