"""Settings: which place wins, where a value came from, and what is said of a wrong one."""

import json
from pathlib import Path

import pytest

from api.settings import SettingsError, gathered
from tests.conftest import Run


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    """Return the settings file in the user's configuration folder, which is not there yet."""
    (tmp_path / "config" / "dateline").mkdir(parents=True)
    return tmp_path / "config" / "dateline" / "dateline.toml"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the settings file in the working folder, which is not there yet."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder / "dateline.toml"


def test_the_stronger_place_wins_and_is_named(own_file: Path, file: Path) -> None:
    def found(environment: dict[str, str], flag: str | None = None) -> tuple[str | None, str]:
        result = gathered(environment, model=flag)
        return result.settings.model, result.origins["model"]

    assert found({}) == (None, "default")
    own_file.write_text('# mine\nmodel = "a/own"\n')
    assert found({}) == ("a/own", f"{own_file}, line 2")
    file.write_text('model = "a/file"\n')
    assert found({}) == ("a/file", "dateline.toml, line 1")
    variable = {"DATELINE_MODEL": "a/variable"}
    assert found(variable) == ("a/variable", "DATELINE_MODEL")
    assert found(variable, "a/flag") == ("a/flag", "--model")
    # What is empty on the command line takes away what the others say.
    assert found(variable, "") == (None, "--model")


def test_each_kind_of_value_is_read(own_file: Path, file: Path) -> None:
    own_file.write_text('data = "news"\nmodel_url = "http://127.0.0.1:1/v1"\n')
    file.write_text('model_passages = 9\nmodel_reach = 0.4\ncache = "cache"\n')
    found = gathered({"DATELINE_MODEL_TRIES": "2", "DATELINE_MODEL_SECONDS": "1.5"}).settings
    assert found.data == own_file.parent / "news"
    assert found.cache == Path("cache")
    assert found.model_url == "http://127.0.0.1:1/v1"
    assert (found.model_passages, found.model_reach) == (9, 0.4)
    assert (found.model_tries, found.model_seconds) == (2, 1.5)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('modell = "x"', "line 1: there is no setting 'modell': did you mean 'model'?"),
        ("xyzzy = 1", "there is no setting 'xyzzy': `dateline config` lists them"),
        ("model = 3", "line 1: model is 3: write a text"),
        ('unsupported = "dropp"', "write drop or flag; did you mean drop?"),
        ("model_passages = 0", "model_passages is 0: write a whole number from 1 to 50"),
        ("model_passages = 1.5", "write a whole number from 1 to 50"),
        ("model_passages = true", "write a whole number from 1 to 50"),
        ("model_reach = nan", "write a number from 0 to 0.5"),
        ("data = [", "dateline.toml is not TOML: "),
        ("[model]\nname = 1", "line 1: model is {'name': 1}: write a text"),
        ('model_url = "http://x"', "this folder may be somebody else's"),
        ('history = "/etc/passwd"', "this folder may be somebody else's"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(file: Path, line: str, said: str) -> None:
    file.write_text(line + "\n")
    with pytest.raises(SettingsError) as caught:
        gathered({})
    assert str(caught.value).startswith("dateline.toml")
    assert said in str(caught.value)


@pytest.mark.parametrize("raw", ["many", "0", "1e3", "-1"])
def test_what_is_wrong_in_the_environment_is_said_with_its_variable(raw: str) -> None:
    with pytest.raises(SettingsError, match=r"^DATELINE_MODEL_PASSAGES is .* whole number from 1"):
        gathered({"DATELINE_MODEL_PASSAGES": raw})


def test_config_shows_every_value_with_its_origin(dateline: Run, tmp_path: Path) -> None:
    (tmp_path / "dateline.toml").write_text("model_passages = 9\n")
    done = dateline("config", "--data", "news", DATELINE_MODDEL="x", DATELINE_MODEL_KEY="secret")
    assert done.returncode == 0
    assert "data = news  (--data)" in done.stdout
    assert "model_passages = 9  (dateline.toml, line 1)" in done.stdout
    assert "unsupported = drop  (default)" in done.stdout
    assert "no_cache = false  (default)" in done.stdout
    assert done.stderr == "note: DATELINE_MODDEL sets nothing: did you mean DATELINE_MODEL?\n"
    assert "secret" not in done.stdout
    shown = json.loads(dateline("config", "--json").stdout)
    [passages] = [one for one in shown if one["name"] == "model_passages"]
    assert (passages["value"], passages["default"]) == (9, 8)
    where = dateline("config", "--where").stdout.splitlines()
    assert where[0].endswith("config/dateline/dateline.toml  (not there)")
    assert where[1] == str(tmp_path / "dateline.toml")
