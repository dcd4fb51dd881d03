"""What every test shares: no network, no stray settings, one export of the model for all."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, locate
from tests.random_reader import write_random_reader

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing in this process connect anywhere but to this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host not in {None, "127.0.0.1", "::1"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", local_only)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def cache(pytestconfig: pytest.Config) -> Path:
    """Return a folder that outlives the run, so that the model is exported once a checkout."""
    return Path(pytestconfig.cache.mkdir("dateline"))


@pytest.fixture(scope="session")
def model(cache: Path) -> LocalModel:
    """Return the default embedding model."""
    return LocalModel(DEFAULT_MODEL, cache / "models")


@pytest.fixture(scope="session")
def small_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a reader with few and random weights, as training writes it."""
    folder = tmp_path_factory.mktemp("reader")
    write_random_reader("bert", 2, locate(DEFAULT_MODEL), folder, loudness=4)
    return folder


@pytest.fixture(scope="session")
def exported_reader(small_reader: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the same reader as it is exported. Not to be changed."""
    from evals.reader.export import export_folder

    folder = tmp_path_factory.mktemp("exported")
    export_folder(small_reader, folder)
    return folder


@pytest.fixture
def dateline(cache: Path, tmp_path: Path) -> Run:
    """Return a function that runs the command line in a folder of its own."""

    def run(
        *arguments: str | Path, piped: str | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "DATELINE_CACHE": str(cache), "COLUMNS": "100", **settings}
        command = [sys.executable, "-m", "api", *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(ROOT)},
            input=piped,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture(scope="session")
def seeds_data(model: LocalModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the bundled articles. Not to be changed."""
    return built(ROOT / "seeds", tmp_path_factory.mktemp("seeds"), model)


@pytest.fixture(scope="session")
def saved_data(model: LocalModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the five articles as they were saved from the web."""
    if not (SHARED / "seeds").is_dir():
        pytest.skip("the saved articles are not beside this checkout (../shared/seeds)")
    return built(SHARED / "seeds", tmp_path_factory.mktemp("saved"), model)


def built(articles: Path, data: Path, model: LocalModel) -> Path:
    """Index a folder and return the data folder."""
    from index.build import build
    from index.sqlite.store import SqliteStore

    store = SqliteStore(data, create=True)
    build([articles], store, model)
    store.close()
    return data
