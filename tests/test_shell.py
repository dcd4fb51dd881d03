"""The command line in a shell and a terminal: help, completion, pipes, colours, widths, links."""

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from api.cli import app
from tests.conftest import Run
from tests.terminal import Terminal

QUESTION = "What tariff does Canada put on Chinese electric vehicles?"


def test_help_is_complete_with_an_example_for_every_command() -> None:
    helped = CliRunner()
    top = get_command(app)
    assert isinstance(top, TyperGroup)
    nested = [
        [name, inner]
        for name, group in top.commands.items()
        if isinstance(group, TyperGroup)
        for inner in group.commands
    ]
    for words in ([], *([name] for name in top.commands), *nested):
        done = helped.invoke(app, [*words, "--help"], terminal_width=80, prog_name="dateline")
        assert done.exit_code == 0
        # It stands in a line of its own.
        assert "\n\n  Example: dateline " in done.output, words
        # No summary in a list of commands is cut short.
        assert "..." not in done.output.replace("]...", "").replace("}...", ""), words


def test_without_a_command_help_is_shown(dateline: Run) -> None:
    done = dateline()
    assert "Usage: dateline" in done.stdout + done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_one_command_installs_completion(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    programs = tmp_path / "programs"
    programs.mkdir()
    dateline = programs / "dateline"
    dateline.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m api "$@"\n')
    dateline.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    # Something follows, so that the shell stays and is the one that is found out.
    install = ["-c", "dateline --install-completion; true"]
    done = Terminal(install, tmp_path, program=program, PATH=path)
    done.wait_for(f"{shell} completion installed")
    assert done.ended() == 0
    # No file of the machine's own has a say, but those of the person's.
    options = ["--no-globalrcs"] if shell == "zsh" else []
    typed = Terminal(["-i", *options], tmp_path, program=program, PATH=path)
    typed.wait_for("[#$>]")
    if shell == "zsh":
        # It loads what completes at the first Tab, and completes from the second on.
        typed.child.send("dateline \t")
        typed.settle()
        typed.child.sendcontrol("u")
    typed.child.send("dateline ser\t")
    typed.wait_for("dateline serve")
    typed.child.sendcontrol("u")
    typed.child.send("dateline eval d\t")
    typed.wait_for("dateline eval diff")
    typed.child.sendcontrol("u")
    typed.child.send("dateline ask --exp\t")
    typed.wait_for("dateline ask --explain")
    typed.child.close(force=True)


def test_the_shell_completes_commands(dateline: Run) -> None:
    asked = {"_DATELINE_COMPLETE": "complete_bash", "COMP_WORDS": "dateline s", "COMP_CWORD": "1"}
    assert dateline(**asked).stdout.split() == ["search", "serve"]


def test_a_question_may_be_piped_in_and_its_answer_written_as_markdown(
    dateline: Run, seeds_data: Path
) -> None:
    done = dateline("ask", "--data", seeds_data, "--format", "md", piped=f"{QUESTION}\n")
    assert done.returncode == 0
    assert done.stdout.startswith(f"# {QUESTION}\n")
    assert "\n## Sources\n" in done.stdout
    as_json = dateline("ask", "--data", seeds_data, "--format", "json", piped=QUESTION)
    assert json.loads(as_json.stdout)["question"] == QUESTION


def test_a_question_without_quotation_marks_is_asked_as_it_stands(
    dateline: Run, seeds_data: Path
) -> None:
    words = ("Who", "is", "Michael", "Kovrig?")
    asked = dateline("ask", *words, "--data", seeds_data, "--json")
    assert json.loads(asked.stdout)["question"] == "Who is Michael Kovrig?"
    found = dateline("search", "Michael", "Kovrig", "-n", "1", "--data", seeds_data)
    assert "Kovrig" in found.stdout


def test_no_colour_and_no_terminal_are_respected(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    arguments = ["-m", "api", "ask", QUESTION, "--data", str(seeds_data)]
    plain = Terminal(arguments, tmp_path, columns=60, DATELINE_CACHE=str(cache), NO_COLOR="1")
    coloured = Terminal(arguments, tmp_path, columns=60, DATELINE_CACHE=str(cache))
    plain.wait_for("Evidence as of")
    assert plain.ended() == 0
    assert b"\x1b[3" not in plain.sent
    assert max(len(line) for line in plain.seen().splitlines()) <= 60
    coloured.wait_for("Evidence as of")
    dumb = Terminal(
        arguments, tmp_path, columns=60, DATELINE_CACHE=str(cache), NO_COLOR="", TERM="dumb"
    )
    dumb.wait_for("Evidence as of")
    assert b"\x1b" not in dumb.sent
    assert max(map(len, dumb.sent.decode().splitlines())) <= 60
    dumb.ended()
    assert b"\x1b[1;36m" in coloured.sent
    coloured.ended()


def test_wide_characters_keep_to_the_width_and_addresses_are_links(
    dateline: Run, tmp_path: Path, cache: Path
) -> None:
    (tmp_path / "wide.md").write_text(
        "---\ntitle: 北京の関税交渉についての長い見出し、二つの国の話\noutlet: 朝日\n"
        "url: https://example.org/a\npublished: 2026-01-14\n---\n"
        "The Berlin council raised the dog tax to 90 euros on Tuesday, said 北京大学北京大学の"
        "教授北京大学北京大学の教授.\n",
        "utf-8",
    )
    assert dateline("build", "wide.md", "--data", "wide").returncode == 0
    asked = ["-m", "api", "ask", "What is the dog tax in Berlin?", "--data", "wide"]
    shown = Terminal(asked, tmp_path, columns=40, DATELINE_CACHE=str(cache))
    shown.wait_for("Evidence as of")
    assert shown.ended() == 0
    assert b"\x1b]8;" in shown.sent
    assert b";https://example.org/a\x1b\\" in shown.sent
    # A line that is too long for the terminal would go on in the next one without an indent.
    quoted = shown.seen().split("Sources")[1].split("Evidence")[0].split("“")[1]
    assert all(line.startswith("    ") for line in quoted.rstrip().splitlines()[1:])
