"""The collection's commands as a person or a script meets them: real processes, exit codes."""

import json
import os
import pty
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run

PAGE = """<html><head><title>Quay</title></head><body><nav>Home News Sport Weather</nav><article>
<h1>Second quay for Arden</h1>
<p>The harbour board of Arden voted on Monday to build a second quay by the old lighthouse.</p>
<p>Nine members were in favour and four against, and work is to begin in the spring.</p>
</article><footer>Copyright Arden Courier</footer></body></html>"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "fire.md").write_text(
        "---\ntitle: Mill burns\noutlet: Arden Courier\nauthor: Anna Berg\n"
        "published: 2026-01-14\n---\nThe old mill burned down. Nobody was hurt."
    )
    (folder / "rain.md").write_text(
        "---\ntitle: Nine days of rain\noutlet: Tarn Post\npublished: 2026-02\n---\n"
        "Rain fell for nine days and the river rose."
    )
    (folder / "quay.html").write_text(PAGE)
    return folder


@pytest.fixture
def held(dateline: Run, desk: Path) -> Run:
    """Return the command line beside a collection of the desk's articles in `d`."""
    done = dateline("add", desk, "--data", "d")
    assert done.returncode == 0, done.stderr
    assert "3 articles, 3 origins, 3 passages in d (3 added)" in done.stdout
    return dateline


def test_adding_says_each_article_once_it_is_stored(dateline: Run, desk: Path) -> None:
    done = dateline("add", desk / "fire.md", "-v", "--data", "d")
    assert done.stderr.splitlines()[-1] == "note: stored fire"
    again = dateline("add", desk, "-v", "--data", "d", "--json")
    assert "note: stored quay" in again.stderr
    assert "stored fire" not in again.stderr
    report = json.loads(again.stdout)
    assert (report["added"], report["unchanged"]) == (["quay", "rain"], ["fire"])
    assert report["info"]["origins"] == 3


def test_some_refused_is_exit_code_one_and_the_rest_goes_in(held: Run, desk: Path) -> None:
    (desk / "broken.jsonl").write_text('{"title": "x"\n{"text": "A ferry was late on Monday."}')
    (desk / "scan.pdf").write_bytes(b"%PDF-1.4 nothing")
    done = held("add", desk, "--data", "d")
    assert done.returncode == 1
    assert "1 added" in done.stdout
    assert "2 refused" in done.stdout
    assert "broken.jsonl: line 1 is not valid JSON" in done.stdout
    assert "scan.pdf: it " in done.stdout


def test_nothing_to_add_is_exit_code_two(held: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in ("empty", "missing"):
        done = held("add", place, "--data", "d")
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("dateline: ")
        assert "Traceback" not in done.stderr


def test_what_was_removed_is_not_answered_from_again(held: Run) -> None:
    asked = held("ask", "Did the old mill burn down?", "--data", "d")
    assert "The old mill burned down." in asked.stdout
    done = held("remove", "fire", "--data", "d")
    assert done.stdout == "1 article removed, 2 left in d\n"
    assert "burned" not in held("ask", "Did the old mill burn down?", "--data", "d").stdout
    missing = held("remove", "fire", "rain", "--data", "d")
    assert missing.returncode == 2
    assert "no article 'fire'" in missing.stderr
    assert len(held("articles", "--data", "d").stdout.splitlines()) == 2


def test_articles_are_listed_and_filtered(held: Run) -> None:
    every = held("articles", "--data", "d").stdout.splitlines()
    assert [line.split()[0] for line in every] == ["fire", "quay", "rain"]
    assert "14 January 2026 · Arden Courier · Mill burns" in every[0]

    def found(*options: str) -> list[str]:
        done = held("articles", *options, "--data", "d", "--json")
        assert done.returncode == 0, done.stderr
        return [item["id"] for item in json.loads(done.stdout)]

    assert found("--outlet", "arden") == ["fire"]
    assert found("--author", "BERG") == ["fire"]
    assert found("--after", "2026-01-15") == ["rain"]
    assert found("--after", "2026") == ["fire", "rain"]
    assert found("--before", "2026-01") == ["fire"]
    assert found("--after", "2026-02-10", "--before", "2026-02-12") == ["rain"]
    assert found("--origin", "quay") == ["quay"]
    assert found("--outlet", "nobody") == []
    nothing = held("articles", "--outlet", "nobody", "--data", "d").stdout
    assert nothing == "no article is there that matches\n"
    assert "did you mean" in held("articles", "--origin", "quai", "--data", "d").stderr
    both = held("articles", "quay", "--outlet", "x", "--data", "d")
    assert (both.returncode, "leave out the filters" in both.stderr) == (2, True)
    wrong = held("articles", "--after", "last week", "--data", "d")
    assert wrong.returncode == 2
    assert "write a date as 2026-01-31" in wrong.stderr


def test_json_with_text_gives_everything(held: Run, desk: Path) -> None:
    done = held("articles", "fire", "--json", "--text", "--removed", "--data", "d")
    assert json.loads(done.stdout) == {
        "id": "fire",
        "title": "Mill burns",
        "outlet": "Arden Courier",
        "author": "Anna Berg",
        "published": "2026-01-14",
        "updated": None,
        "url": None,
        "language": None,
        "origin": "fire",
        "source": str((desk / "fire.md").resolve()),
        "passages": 1,
        "text": "The old mill burned down. Nobody was hurt.",
        "removed": [],
    }
    every = json.loads(held("articles", "--json", "--text", "--data", "d").stdout)
    assert all(item["text"] for item in every)
    assert "removed" not in every[0]


def test_what_was_removed_from_a_page_can_be_seen(held: Run) -> None:
    shown = held("articles", "quay", "--removed", "--data", "d").stdout
    assert "Home News Sport Weather" in shown
    assert "Copyright Arden Courier" in shown
    assert "harbour board" not in shown
    assert held("articles", "fire", "--removed", "--data", "d").stdout == "nothing was removed\n"
    text = held("articles", "quay", "--text", "--data", "d").stdout
    assert "harbour board" in text
    assert "Copyright" not in text


def test_an_unknown_article_is_one_line_with_the_nearest(held: Run) -> None:
    done = held("articles", "fires", "--data", "d")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "dateline: there is no article 'fires' in the collection: did you mean 'fire'?"
    ]


def test_an_address_that_is_not_public_is_refused(held: Run) -> None:
    done = held("add", "http://127.0.0.1:8080/admin", "--data", "d", "--json")
    assert done.returncode == 1
    [skipped] = json.loads(done.stdout)["skipped"]
    assert "public internet" in skipped["reason"]


@pytest.mark.parametrize("command", ["build", "add", "remove", "articles"])
def test_help_has_an_example(dateline: Run, command: str) -> None:
    shown = dateline(command, "--help").stdout
    assert "Example" in shown
    assert f"dateline {command}" in shown


def test_a_bar_with_rate_and_time_left_is_shown_on_a_terminal(
    desk: Path, tmp_path: Path, cache: Path
) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "add", str(desk), "--data", str(tmp_path / "d")],
        cwd=tmp_path,
        env={**os.environ, "DATELINE_CACHE": str(cache), "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    assert process.wait() == 0
    assert b"3/3" in shown
    assert b"a second" in shown
    assert process.stdout is not None
    assert b"3 added" in process.stdout.read()
    process.stdout.close()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end has gone
        return b""


def test_a_failing_disk_is_reported_and_leaves_the_collection_as_it_was(
    held: Run, tmp_path: Path, cache: Path
) -> None:
    before = held("articles", "--json", "--text", "--data", "d").stdout
    (tmp_path / "long.md").write_text(
        "\n\n".join(f"The ferry was late {n} times." for n in range(3000))
    )
    room = (tmp_path / "d" / "dateline.db").stat().st_size

    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room + 8192, room + 8192))

    done = subprocess.run(
        [sys.executable, "-m", "api", "add", "long.md", "--data", "d"],
        cwd=tmp_path,
        env={**os.environ, "DATELINE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        preexec_fn=fill_up,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout
    assert done.stderr.splitlines()[-1].endswith("nothing was changed")
    assert held("articles", "--json", "--text", "--data", "d").stdout == before
    assert held("add", "long.md", "--data", "d").returncode == 0
    assert len(json.loads(held("articles", "--json", "--data", "d").stdout)) == 4


def test_the_bundled_articles_do_not_replace_ones_own_unasked(held: Run) -> None:
    done = held("build", "--data", "d")
    assert done.returncode == 2
    assert "holds 3 articles of your own" in done.stderr
    assert len(held("articles", "--data", "d").stdout.splitlines()) == 3


@pytest.mark.parametrize("command", ["build", "add"])
def test_an_empty_argument_is_not_the_folder_one_is_in(held: Run, command: str) -> None:
    done = held(command, "", "--data", "d")
    assert done.returncode == 2
    assert "an empty path names nothing" in done.stderr


def test_an_article_named_twice_is_removed_once(held: Run) -> None:
    done = held("remove", "fire", "fire", "--data", "d")
    assert done.stdout == "1 article removed, 2 left in d\n"


def test_an_empty_collection_says_what_to_do(held: Run) -> None:
    held("remove", "fire", "quay", "rain", "--data", "d")
    asked = held("ask", "Did the mill burn?", "--data", "d")
    assert asked.returncode == 2
    assert "is empty: `dateline add` puts articles in" in asked.stderr


def test_an_address_without_its_scheme_is_hinted_at(held: Run) -> None:
    done = held("add", "example.org/feed.xml", "--data", "d")
    assert "an address begins with https://" in done.stderr


def test_a_search_shows_what_found_each_passage(held: Run) -> None:
    done = held("search", "Who burned the mill?", "--data", "d")
    assert done.stdout.splitlines()[0] == "1. Arden Courier · Mill burns · 14 January 2026"
    assert "vectors: 1. (" in done.stdout
    assert "words: 1. (" in done.stdout
    assert "The old mill burned down." in done.stdout
    [hit] = json.loads(
        held("search", "rain", "-n", "1", "--outlet", "tarn", "--data", "d", "--json").stdout
    )
    assert (hit["article"], hit["origin"], hit["rank"], hit["bm25_rank"]) == ("rain", "rain", 1, 1)
    text = json.loads(held("articles", "rain", "--text", "--json", "--data", "d").stdout)["text"]
    assert text[hit["start"] : hit["end"]] == hit["text"]
    nothing = held("search", "mill", "--outlet", "nobody", "--data", "d")
    assert (nothing.returncode, nothing.stdout) == (0, "nothing was found\n")
    wrong = held("search", "mill", "--as-of", "soon", "--data", "d")
    assert (wrong.returncode, "write a date as" in wrong.stderr) == (2, True)


def test_a_question_can_be_asked_as_of_a_day(held: Run) -> None:
    assert "nine days" in held("ask", "How long did rain fall?", "--data", "d").stdout
    before = held("ask", "How long did rain fall?", "--as-of", "2026-01-31", "--data", "d").stdout
    assert "nine days" not in before
