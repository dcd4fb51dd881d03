"""The command line as a person or a script meets it: real processes, real exit codes."""

import json
import os
import pty
import resource
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from index.embedding import LocalModel
from index.errors import StoreError
from index.sqlite.database import DATABASE
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from tests.conftest import ROOT, Run

TARIFF = "What tariff does Canada put on Chinese electric vehicles?"


def one_line(error: str) -> str:
    lines = [line for line in error.splitlines() if not line.startswith("note: ")]
    assert len(lines) == 1, error
    assert "Traceback" not in error
    return lines[0]


def test_the_first_question_builds_the_bundled_index_and_answers(dateline: Run) -> None:
    first = dateline("ask", TARIFF)
    assert first.returncode == 0, first.stderr
    assert "building the bundled articles" in first.stderr
    assert "100%" in first.stdout
    assert "Clash Report" in first.stdout
    assert "14 January 2026" in first.stdout
    second = dateline("ask", TARIFF)
    assert second.stderr == ""
    assert second.stdout == first.stdout


def test_json_goes_to_standard_output_alone(dateline: Run, seeds_data: Path) -> None:
    done = dateline("ask", TARIFF, "--json", "--data", seeds_data)
    answer = json.loads(done.stdout)
    assert answer["question"] == TARIFF
    assert not answer["abstained"]
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["ask", "search"])
def test_without_the_reader_nothing_is_read(dateline: Run, seeds_data: Path, command: str) -> None:
    done = dateline(command, TARIFF, "--json", "--no-reader", "--data", seeds_data)
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    passages = content["retrieved"] if command == "ask" else content
    assert passages
    assert [passage["reader_score"] for passage in passages] == [None] * len(passages)


def test_an_abstention_says_why_and_shows_the_nearest_passages(
    dateline: Run, seeds_data: Path
) -> None:
    done = dateline("ask", "What is the recipe for butter tarts?", "--data", seeds_data)
    assert done.returncode == 0
    assert "do not answer" in done.stdout
    assert "“butter”" in done.stdout
    assert "no answer" in done.stdout


def test_the_data_folder_comes_from_the_flag_then_the_environment(
    dateline: Run, seeds_data: Path, tmp_path: Path
) -> None:
    assert dateline("ask", TARIFF, DATELINE_DATA=str(seeds_data)).returncode == 0
    flagged = dateline("ask", TARIFF, "--data", seeds_data, DATELINE_DATA=str(tmp_path / "no"))
    assert flagged.returncode == 0
    assert not (tmp_path / "no").exists()


def test_a_build_says_what_went_in_and_what_did_not(dateline: Run, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "fire.txt").write_text("The old mill at Arden burned down on Friday night.\n")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    done = dateline("build", folder, "--data", "d")
    assert done.returncode == 0, done.stderr
    assert "1 article, 1 origin, 1 passage in d (1 added)" in done.stdout
    assert "photo.png" in done.stdout
    (folder / "bad.txt").write_bytes(b"\xff\xfe\x00")
    again = dateline("build", folder, "--data", "d", "--json")
    assert again.returncode == 1
    report = json.loads(again.stdout)
    assert report["unchanged"] == ["fire"]
    assert {Path(s["place"]).name: s["refused"] for s in report["skipped"]} == {
        "bad.txt": True,
        "photo.png": False,
    }
    asked = dateline("ask", "When did the mill burn down?", "--data", "d")
    assert "Friday night" in asked.stdout


BAD_QUESTIONS = {
    "empty": ("", "the question is empty"),
    "blank": (" \t ", "the question is empty"),
    "long": ("x" * 100_000, "100,000 characters long"),
    "control": ("a\x07b", "control character (U+0007"),
    "escape": ("\x1b[2J", "control character (U+001B"),
    "undecodable": (os.fsdecode(b"caf\xe9?"), "control character (U+DCE9"),
}


@pytest.mark.parametrize(("question", "said"), BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_a_bad_question_gets_one_line_and_builds_nothing(
    dateline: Run, tmp_path: Path, question: str, said: str
) -> None:
    done = dateline("ask", question, "--data", "d")
    assert done.returncode == 2
    assert said in one_line(done.stderr)
    assert done.stdout == ""
    assert not (tmp_path / "d").exists()


def test_bad_places_get_one_line_and_exit_code_two(dateline: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "number.json").write_bytes(b"[1]")
    (tmp_path / "blank.md").write_text("---\ntitle: Only a title\n---\n")
    for path, said in {
        "missing": "missing does not exist",
        "empty": "no articles in empty",
        "binary.txt": "it is a binary file",
        "number.json": "number.json was skipped",
        "blank.md": "it has no text",
    }.items():
        done = dateline("build", path, "--data", "d")
        assert done.returncode == 2, path
        assert said in one_line(done.stderr)
    (tmp_path / "file").write_text("")
    done = dateline("build", "--data", tmp_path / "file" / "d")
    assert (done.returncode, "cannot be made" in one_line(done.stderr)) == (2, True)
    done = dateline("ask", TARIFF, "--data", tmp_path / "file" / "d")
    assert done.returncode == 2
    assert "choose another with --data" in one_line(done.stderr)
    done = dateline("ask", TARIFF, "--data", "x" * 300)
    assert (done.returncode, "File name too long" in one_line(done.stderr)) == (2, True)
    assert not (tmp_path / "d").exists()


def test_an_index_built_with_another_model_is_not_asked(dateline: Run, seeds_data: Path) -> None:
    done = dateline("ask", TARIFF, "--data", seeds_data, DATELINE_EMBEDDER="another/model")
    assert done.returncode == 2
    assert "no model 'another/model' here" in one_line(done.stderr)
    done = dateline("build", "--data", "d", "--embedder", "another/model")
    assert done.returncode == 2
    assert "no model 'another/model' here" in one_line(done.stderr)


def test_a_disk_that_fills_up_leaves_the_old_index_whole(
    cache: Path, dateline: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "fire.txt").write_text("The old mill at Arden burned down on Friday night.\n")
    assert dateline("build", folder, "--data", "d").returncode == 0
    for n in range(200):
        (folder / f"{n}.txt").write_text(f"Story {n} is about the village of Arden. " * 40)
    command = [sys.executable, "-m", "api", "build", str(folder), "--data", "d"]
    limit = (tmp_path / "d" / DATABASE).stat().st_size + 100_000
    filled = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "DATELINE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        # No file may grow further, as on a full disk.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert filled.returncode == 2, filled.stderr
    assert "nothing was changed" in one_line(filled.stderr)
    asked = dateline("ask", "When did the mill burn down?", "--data", "d")
    assert "Friday night" in asked.stdout
    assert "Story" not in asked.stdout


def test_a_pipe_gets_no_control_codes_and_may_close_early(dateline: Run, seeds_data: Path) -> None:
    done = dateline("ask", TARIFF, "--data", seeds_data)
    assert "\x1b" not in done.stdout
    assert all(line == line.rstrip() for line in done.stdout.splitlines())
    command = [sys.executable, "-m", "api", "ask", TARIFF, "--json", "--data", str(seeds_data)]
    closed = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert closed.stdout is not None
    closed.stdout.close()
    assert "Traceback" not in closed.communicate()[1]


def test_an_article_cannot_send_control_codes_to_the_terminal(
    dateline: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(
        "The mayor of Arden is \x1b[31mAnna\x1b[0m Berg\x07 of [bold]Sweden[/bold]."
    )
    assert dateline("build", "a.txt", "--data", "d").returncode == 0
    done = dateline("ask", "Who is the mayor of Arden?", "--data", "d", FORCE_COLOR="1")
    assert "Anna" in done.stdout
    assert "\x1b[31m" not in done.stdout
    assert "\x07" not in done.stdout
    assert "[bold]Sweden[/bold]" in done.stdout
    answer = json.loads(dateline("ask", "Who is the mayor?", "--data", "d", "--json").stdout)
    assert "\x1b[31m" in (answer["sentences"] or answer["nearest"])[0].get("text", "\x1b[31m")


def test_a_terminal_gets_colours_and_fits_its_width(seeds_data: Path) -> None:
    controller, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": "60", "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "ask", TARIFF, "--data", str(seeds_data)],
        cwd=ROOT,
        stdout=terminal,
        env=environment,
    )
    os.close(terminal)
    shown = b""
    while select.select([controller], [], [], 60)[0]:
        try:
            part = os.read(controller, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    process.wait()
    text = shown.decode()
    assert "\x1b[1;36m[1]" in text
    assert process.returncode == 0


def test_a_wrong_flag_is_a_usage_error(dateline: Run) -> None:
    assert dateline("ask", "x", "--nope").returncode == 2
    assert dateline("ask").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_output_that_cannot_be_written_is_one_line(
    seeds_data: Path, cache: Path, form: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "api", "ask", TARIFF, "--data", str(seeds_data), *form],
            cwd=ROOT,
            env={**os.environ, "DATELINE_CACHE": str(cache)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left" in one_line(done.stderr)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_that_cannot_be_written_can_still_be_asked(
    seeds_data: Path, model: LocalModel
) -> None:
    store = SqliteStore(seeds_data)
    recipe = store.info().recipe
    embedder = model.for_asking(recipe.model)
    # What is imported late must be there before this process may read less.
    Pipeline(store, embedder).ask(TARIFF)
    store.close()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(shutil.copytree(seeds_data, Path(folder, "data")))
        Path(folder).chmod(0o755)
        data.chmod(0o555)
        os.seteuid(65534)
        try:
            with pytest.raises(StoreError, match="cannot be opened or written"):
                SqliteStore(data).write(recipe, [], removals=["x"])
            assert "100%" in Pipeline(SqliteStore(data), embedder).ask(TARIFF).text
            os.seteuid(0)
            next(data.glob("*.faiss")).unlink()
            os.seteuid(65534)
            assert "100%" in Pipeline(SqliteStore(data), embedder).ask(TARIFF).text
        finally:
            os.seteuid(0)
