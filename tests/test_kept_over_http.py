"""Over HTTP an answer is read again by its id, from whichever worker, and no secret is kept."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.settings import ServiceSettings
from rag.records.answers import ANSWERS, AnswerRecords
from rag.redact import MASK
from tests.conftest import Run
from tests.service import serving

TARIFF = "What tariff does Canada put on Chinese electric vehicles?"
KEY = f"sk-{hashlib.sha256(b'kept').hexdigest()[:40]}"


def copied(seeds_data: Path, data: Path) -> Path:
    return shutil.copytree(seeds_data, data, ignore=shutil.ignore_patterns(f"{ANSWERS}*"))


def client_of(data: Path, cache: Path, *, keep_answers: int = 100) -> TestClient:
    # The model as it is exported for all tests.
    settings = ServiceSettings(data, cache / "models", reads=False, keep_answers=keep_answers)
    # Without keys the service answers what came to loopback alone.
    return TestClient(create_app(settings), base_url="http://127.0.0.1")


def test_an_answer_is_read_again_from_any_worker_and_shown_by_the_command(
    seeds_data: Path, cache: Path, tmp_path: Path, dateline: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(seeds_data, tmp_path / "data")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(data, cache, "--no-reader", workers=2) as service:
        url = f"{service.url}/v1/answers"
        answer = httpx.post(url, json={"question": TARIFF}).json()
        assert not answer["abstained"]
        # A new connection each time: the kernel gives them to either worker.
        for _ in range(8):
            read = httpx.get(f"{url}/{answer['id']}")
            assert read.status_code == 200
            assert read.json() == answer
        assert httpx.get(f"{url}/{answer['id'][:8]}").status_code == 404, "half an id names nothing"
        leaky = httpx.post(url, json={"question": f"{TARIFF} {KEY}"}).json()
        assert MASK in httpx.get(f"{url}/{leaky['id']}").json()["question"]
        httpx.get(f"{service.url}/v1/articles/{KEY}")
    assert any("/v1/articles/" in line and MASK in line for line in service.said)
    assert KEY not in "".join(service.said)
    assert KEY.encode() not in b"".join(path.read_bytes() for path in data.glob(f"{ANSWERS}*"))
    shown = dateline("replay", answer["id"], "--json", "--no-ask", "--data", data)
    assert json.loads(shown.stdout)["answer"] == answer


@pytest.mark.parametrize("way", ["whole", "stream", "without reader", "chat"])
def test_however_it_was_asked_an_answer_is_kept(
    seeds_data: Path, cache: Path, tmp_path: Path, way: str
) -> None:
    data = copied(seeds_data, tmp_path / "data")
    with client_of(data, cache) as client:
        body: dict[str, Any]
        if way == "chat":
            body = {"model": "dateline", "messages": [{"role": "user", "content": TARIFF}]}
            said = client.post("/v1/chat/completions", json=body).json()
            given = said["choices"][0]["message"]["dateline"]
        else:
            body = {"question": TARIFF, "stream": way == "stream", "reader": way == "whole"}
            reply = client.post("/v1/answers", json=body)
            last = reply.text.strip().splitlines()[-1]
            given = json.loads(last.removeprefix("data: ")) if way == "stream" else reply.json()
        assert client.get(f"/v1/answers/{given['id']}").json() == given


def test_only_so_many_answers_are_kept_and_none_where_it_is_set_so(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    data = copied(seeds_data, tmp_path / "data")
    with client_of(data, cache, keep_answers=2) as client:
        ids = [client.post("/v1/answers", json={"question": TARIFF}).json()["id"] for _ in "123"]
        statuses = [client.get(f"/v1/answers/{one}").status_code for one in ids]
        assert statuses == [404, 200, 200]
    with client_of(data, cache, keep_answers=0) as client:
        answer = client.post("/v1/answers", json={"question": TARIFF}).json()
        assert client.get(f"/v1/answers/{answer['id']}").status_code == 404
        assert client.get(f"/v1/answers/{ids[2]}").status_code == 404
    assert [line.id for line in AnswerRecords(data).latest(9)] == ids[:0:-1]


def test_serve_keeps_as_many_answers_as_the_setting_says(
    seeds_data: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(seeds_data, tmp_path / "data")
    monkeypatch.setenv("DATELINE_KEEP_ANSWERS", "1")
    with serving(data, cache, "--no-reader") as service:
        for _ in range(2):
            httpx.post(f"{service.url}/v1/answers", json={"question": TARIFF})
    assert len(AnswerRecords(data).latest(9)) == 1


def test_a_file_that_is_damaged_is_a_problem_and_costs_no_answer(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    data = copied(seeds_data, tmp_path / "data")
    (data / ANSWERS).write_bytes(b"no database " * 999)
    with client_of(data, cache) as client:
        answer = client.post("/v1/answers", json={"question": TARIFF})
        assert answer.status_code == 200
        read = client.get(f"/v1/answers/{answer.json()['id']}")
        assert read.status_code == 503
        assert read.json()["type"] == "urn:dateline:problem:storage"
        assert str(data) not in read.text
