"""The documents say what is true: commands, fields, files, links."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "seeds" / "README.md"]
CODE = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def quick_start() -> list[str]:
    section = (ROOT / "README.md").read_text("utf-8").split("## Quick start")[1].split("\n## ")[0]
    return [block.strip() for block in CODE.findall(section)]


def test_the_quick_start_has_two_commands() -> None:
    asks, tests = quick_start()
    assert re.fullmatch(r"\.ci/setup && \.venv/bin/dateline ask \"[^\"]+\"", asks)
    assert tests == ".ci/setup dev && .venv/bin/pytest"


def test_ci_runs_the_readmes_test_command() -> None:
    [line] = [line for line in (ROOT / ".ci/run").read_text().splitlines() if "README" in line][-1:]
    program = re.search(r"sed -n '([^']+)'", line)
    assert program is not None
    found = subprocess.run(
        ["/usr/bin/env", "sed", "-n", program.group(1), "README.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == quick_start()[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / target).exists(), target


def test_the_architecture_names_every_module_and_folder() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for package in ("index", "rag", "evals"):
        for module in (ROOT / package).rglob("[a-z]*.py"):
            if "benchmarks" in module.parts:
                continue
            if module.stem not in {"types", "errors"}:
                assert f"`{module.name}`" in page, module
    tree = re.findall(r"^([\w.]+)/ ", page, re.MULTILINE)
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and (not path.name.startswith(".") or path.name == ".ci")
    }
    assert set(tree) >= folders - {"dist", "__pycache__"}
    assert all((ROOT / name).is_dir() for name in tree)


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("## Dependencies")[1]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in wanted:
        assert re.split(r"[>=\[]", requirement)[0] in page, requirement


def test_every_dependency_is_pinned_and_torch_comes_first() -> None:
    import tomllib
    from importlib.metadata import distributions

    pins = [
        line
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert pins[0] == "torch==2.13.0"
    pinned = {re.split("==", pin)[0].lower().replace("_", "-") for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in project["dependencies"] + project["optional-dependencies"]["dev"]:
        assert re.split(r"[>=\[]", requirement)[0] in pinned, requirement
    installed = {d.name.lower().replace("_", "-") for d in distributions()}
    assert installed - pinned <= {"pip", "dateline"}


def test_the_calibration_was_fitted_on_the_features_that_are_used() -> None:
    from rag import candidates, decision, evidence
    from rag.calibration import Logistic, fitted

    models = {
        "passage": evidence.PASSAGE_FEATURES,
        "sentence": candidates.SENTENCE_FEATURES,
        "read_sentence": candidates.READ_SENTENCE_FEATURES,
        "decision": decision.DECISION_FEATURES,
        "read_decision": decision.READ_DECISION_FEATURES,
        "close_sentence": candidates.CLOSE_SENTENCE_FEATURES,
        "close_decision": decision.CLOSE_DECISION_FEATURES,
    }
    assert set(fitted()) == {"provenance", *models}
    for name, features in models.items():
        Logistic.from_json(fitted()[name], features)
        others = [other for other in models.values() if other != features]
        for other in others:
            with pytest.raises(ValueError, match=r"evals\.calibrate"):
                Logistic.from_json(fitted()[name], other)
    assert fitted()["provenance"]["data"] == "squad2"


def test_the_readers_card_says_what_its_training_used() -> None:
    from evals.reader.claims import CLAIMS
    from evals.reader.sources import SOURCES
    from evals.reader.train import LICENCES

    card = (ROOT / "rag" / "reader_model" / "README.md").read_text("utf-8")
    assert set(LICENCES) == {*SOURCES, *CLAIMS}
    for name, licence in LICENCES.items():
        [row] = [line for line in card.splitlines() if f"`{name}`" in line]
        assert licence in row, row
    commands = re.findall(r"python -m ([\w.]+)", card)
    assert {"evals.reader.train", "evals.reader.tune", "evals.reader.export"} <= set(commands)
    for command in commands:
        assert (ROOT / Path(*command.split("."))).with_suffix(".py").is_file(), command
