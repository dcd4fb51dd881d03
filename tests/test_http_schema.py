import shutil
import subprocess
import sys
from pathlib import Path

from api.access.keys import Keys
from tests.conftest import ROOT
from tests.service import serving

CONFIG = ROOT / "tests" / "schemathesis.toml"


def test_no_request_brings_an_error_of_ours_or_an_undocumented_response(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    shutil.copytree(seeds_data, tmp_path / "data")
    _, key = Keys(tmp_path / "data").create("schemathesis", "write", "default")
    limits = ("--per-minute", "0")
    with serving(tmp_path / "data", cache, "--no-reader", *limits) as service:
        tool = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(CONFIG)]
        about = ["run", f"{service.url}/openapi.json", "--checks", "all", "--seed", "1"]
        about += ["--header", f"Authorization: Bearer {key}"]
        amount = ["--max-examples", "10", "--generation-database", "none"]
        done = subprocess.run(
            [*tool, *about, *amount], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr
        assert not [line for line in service.lines if line.get("status", 0) == 500]
