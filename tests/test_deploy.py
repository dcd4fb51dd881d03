"""What is in deploy/ is what the project has: options, paths, and what tools make of it."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from api.access.keys import Keys
from tests.conftest import ROOT, Run

UNIT = ROOT / "deploy" / "dateline.service"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"


def options_of(command: list[str]) -> set[str]:
    return {part for part in command if part.startswith("--")}


def test_the_commands_have_only_options_that_there_are(dateline: Run) -> None:
    offered = dateline("serve", "--help", TERMINAL_WIDTH="200").stdout
    [start] = re.findall(r"^ExecStart=(.+)$", UNIT.read_text(), re.MULTILINE)
    [given] = re.findall(r"^CMD (\[.+\])$", DOCKERFILE.read_text(), re.MULTILINE)
    for option in options_of(shlex.split(start)) | set(re.findall(r"--[\w-]+", given)):
        assert option in offered


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / UNIT.name
    # It insists on a program that is there.
    unit.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text()))
    done = subprocess.run(
        [tool, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_the_image_copies_is_there_and_is_all_that_setup_needs() -> None:
    text = DOCKERFILE.read_text()
    copied = [
        name for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for name in line.split()
    ]
    assert all((ROOT / name).exists() for name in copied)
    packages = re.search(r"packages = \[(.+)\]", (ROOT / "pyproject.toml").read_text())
    assert packages is not None
    assert set(re.findall(r'"(\w+)"', packages.group(1))) <= set(copied)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.org"])  # noqa: S104
def test_the_service_listens_to_no_other_machine_before_there_is_a_key(
    dateline: Run, tmp_path: Path, host: str
) -> None:
    data = tmp_path / "data"
    for _ in range(2):
        told = dateline("serve", "--host", host, "--data", data)
        assert told.returncode == 2
        assert "needs a key" in told.stderr
        # One that is revoked is none.
        keys = Keys(data)
        keys.revoke(keys.create("newsroom", "read", "default")[0].id)
