"""The documents print what is true: their commands are run, what they show is compared."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest

from api.settings import Settings
from rag import types
from tests import console, made_pages, picture
from tests.conftest import ROOT
from tests.local_model import ollama

DOCS = ROOT / "docs"
RUN = ("tutorial.md", *(f"how-to/{path.name}" for path in sorted((DOCS / "how-to").glob("*.md"))))
OF_THE_SEEDS = "```sh\ndateline build\n```"
CLASSES = (
    *(types.Answer, types.Sentence, types.Citation, types.DatedWords, types.Source),
    *(types.Disagreement, types.Position, types.AsOf, types.Nearest, types.Retrieved),
)


@pytest.mark.parametrize("name", RUN)
def test_commands_print_what_the_page_shows(
    name: str, seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    page = (DOCS / name).read_text("utf-8")
    if OF_THE_SEEDS in page:
        # Only the time to build them is spared.
        shutil.copytree(seeds_data, tmp_path / ".dateline")
    with ollama() as local:
        shown = console.run(page, tmp_path, {"DATELINE_CACHE": str(cache), **local})
    assert shown == page, f"if this is as it should be: python -m tests.console docs/{name}"


def test_a_command_that_fails_in_a_page_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="exit 3"):
        console.run("```console\n$ exit 3\n```\n", tmp_path, {})


@pytest.mark.parametrize("name", ["commands", "settings"])
def test_the_reference_is_what_the_code_says(name: str) -> None:
    made = {"commands": made_pages.commands_page, "settings": made_pages.settings_page}[name]()
    page = (DOCS / "reference" / f"{name}.md").read_text("utf-8")
    assert str(ROOT) not in made
    assert made == page, "if this is as it should be: python -m tests.made_pages"


def test_the_reference_of_json_names_every_field() -> None:
    page = (DOCS / "reference" / "json.md").read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    for one in CLASSES:
        assert {field.name for field in dataclasses.fields(one)} <= named, one
    [example] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert set(json.loads(example)) == {one.name for one in dataclasses.fields(types.Answer)}


def test_the_readmes_example_is_what_the_tutorial_shows() -> None:
    [example] = re.findall(r"```console\n.*?\n```\n", (ROOT / "README.md").read_text(), re.DOTALL)
    assert example in (DOCS / "tutorial.md").read_text("utf-8")


def test_the_picture_is_what_the_chat_shows(seeds_data: Path, cache: Path) -> None:
    drawn = picture.picture(Settings(data=seeds_data, cache=cache))
    shown = picture.PICTURE.read_text("utf-8")
    assert drawn == shown, "if this is as it should be: python -m tests.picture"
