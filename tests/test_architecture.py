"""The shape of the project: imports run one way, and a question imports nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = ("torch", "sentence_transformers", "transformers", "litellm", "sklearn", "scipy", "onnx")


def test_imports_run_one_way() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


def test_an_import_against_the_direction_would_be_seen(tmp_path: Path) -> None:
    for package in ("index", "rag", "api", "evals"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    (tmp_path / "index" / "wrong.py").write_text("def late():\n    import rag\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert "index is not allowed to import rag" in done.stdout


@pytest.mark.parametrize("question", ["What tariff is on Chinese EVs?", "Who baked the tarts?"])
def test_a_question_on_a_built_index_imports_nothing_heavy(
    seeds_data: Path, cache: Path, question: str
) -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['dateline', 'ask', {question!r}, '--data', {str(seeds_data)!r}]\n"
        "from api.cli import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        f"print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"DATELINE_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "heavy: []" in done.stdout, done.stdout + done.stderr


def test_no_library_keeps_or_reports_anything_of_its_own_when_a_question_is_asked(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    # onnxruntime's reports to its maker begin with a number of this machine in the cache folder.
    done = subprocess.run(
        [sys.executable, "-m", "api", "ask", "Who is Michael Kovrig?", "--data", str(seeds_data)],
        cwd=ROOT,
        env={"DATELINE_CACHE": str(cache), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_help_imports_no_library_of_ours_beyond_the_command_line() -> None:
    script = "import sys; import api.cli; print([m for m in ('numpy', 'faiss', 'onnxruntime', "
    script += "'rich.console', 'sqlite3') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
