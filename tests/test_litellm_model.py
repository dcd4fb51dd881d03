"""Language models through litellm, against a server on this machine that answers well or badly."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from index.build import build
from index.sqlite.store import SqliteStore
from rag.errors import ModelCallError
from rag.language_model import Limits, Message, Usage
from rag.litellm_model import LitellmModel, _quiet_litellm
from rag.litellm_writing import LitellmWriting
from rag.pipeline import Pipeline
from rag.verify.verify import bundled_verifier
from rag.write.writer import Writer
from tests.conftest import ROOT
from tests.fakes import WordEmbedder, WordModel, WordReader
from tests.model_server import (
    Reply,
    breaks_off,
    fails,
    goes_on_for_ever,
    hangs,
    says,
    serving,
)
from tests.web_server import HANGING_SECONDS

ASKED = (Message("system", "Be brief."), Message("user", "Who?"))
QUICK = Limits(first_seconds=2.0, total_seconds=3.0, backoff_seconds=0.05)
CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    # It takes seconds, which the limits here are not meant for.
    _quiet_litellm()


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


def write(url: str, limits: Limits = QUICK, key: str | None = None) -> LitellmWriting:
    return LitellmModel("scripted", base_url=url, key=key, limits=limits).write(
        ASKED, max_tokens=50
    )


def test_pieces_usage_and_the_end_come_as_the_provider_sends_them() -> None:
    with serving(says("Ada ", "Quist.")) as server:
        writing = write(server.url)
        assert list(writing) == ["Ada ", "Quist."]
    assert writing.finished
    assert writing.usage == Usage(calls=1, prompt_tokens=120, completion_tokens=30, cost_usd=None)
    (asked,) = server.requests
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert (asked["model"], asked["max_tokens"], asked["stream"]) == ("scripted", 50, True)


def test_a_text_that_was_cut_off_is_not_finished() -> None:
    with serving(says("Ada Qu", reason="length")) as server:
        writing = write(server.url)
        assert list(writing) == ["Ada Qu"]
    assert not writing.finished


def test_a_connection_that_is_lost_in_the_middle_is_not_finished() -> None:
    with serving(breaks_off("Ada Qu")) as server:
        writing = write(server.url)
        assert list(writing) == ["Ada Qu"]
    assert not writing.finished
    assert writing.usage.completion_tokens > 0


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with serving(fails(status), says("Ada.")) as server:
        writing = write(server.url)
        assert list(writing) == ["Ada."]
    assert writing.usage.calls == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    with serving(fails(status), says("Ada.")) as server:
        with pytest.raises(ModelCallError, match=f"HTTP {status}"):
            list(write(server.url))
        assert len(server.requests) == 1


def test_tries_are_bounded_and_wait_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[float, float]] = []

    def longest(low: float, high: float) -> float:
        drawn.append((low, high))
        return high

    monkeypatch.setattr("rag.litellm_writing.random", SimpleNamespace(uniform=longest))
    limits = Limits(first_seconds=5.0, backoff_seconds=0.2, tries=3)
    with serving(fails(500)) as server:
        with pytest.raises(ModelCallError, match=r"it failed \(HTTP 500\)"):
            list(write(server.url, limits))
        first, second, third = server.times
    assert drawn == [(0.02, 0.2), (0.04, 0.4)]
    # How much later a busy machine comes to it, nobody can say.
    assert second - first >= 0.2
    assert third - second >= 0.4


def test_a_wait_that_the_provider_asks_for_is_kept() -> None:
    with serving(fails(429, headers={"Retry-After": "0.6"}), says("Ada.")) as server:
        assert list(write(server.url)) == ["Ada."]
        first, second = server.times
    assert second - first >= 0.6


def test_a_wait_that_is_longer_than_the_limit_is_not_waited_for() -> None:
    with serving(fails(429, headers={"Retry-After": "600"}), says("Ada.")) as server:
        started = time.monotonic()
        with pytest.raises(ModelCallError, match="600 s"):
            list(write(server.url))
        assert time.monotonic() - started < 60
        assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [hangs, goes_on_for_ever()])
def test_a_first_word_that_does_not_come_is_not_waited_for(reply: Reply) -> None:
    with serving(reply) as server:
        started = time.monotonic()
        with pytest.raises(ModelCallError, match=r"took longer than 0\.3 s"):
            list(write(server.url, Limits(first_seconds=0.3)))
        assert time.monotonic() - started < HANGING_SECONDS / 2


def test_a_text_without_end_is_ended() -> None:
    with serving(goes_on_for_ever("and ")) as server:
        writing = write(server.url, Limits(first_seconds=1.0, total_seconds=0.5))
        with pytest.raises(ModelCallError, match="took longer than"):
            list(writing)
    assert not writing.finished
    assert writing.usage.completion_tokens > 0


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (fails(429), "asked too often"),
        (fails(500), "it failed"),
        (hangs, "took longer than 2 s"),
        (breaks_off("The harbour board of Arden has ch"), "was cut off"),
        (says("The harbour board of Arden has ch", reason="length"), "was cut off"),
    ],
    ids=["429", "500", "times out", "stops in a sentence", "is cut off"],
)
def test_whatever_a_provider_does_the_question_is_answered(
    reply: Reply, why: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(
        "Harbour\n\nThe harbour board of Arden chose Ada Quist as its chair on Monday.", "utf-8"
    )
    store = SqliteStore(tmp_path / "data", create=True)
    build([tmp_path / "a.txt"], store, WordModel())
    with serving(reply) as server:
        model = LitellmModel("scripted", base_url=server.url, limits=QUICK)
        writer = Writer(model, bundled_verifier())
        pipeline = Pipeline(store, WordEmbedder(), WordReader(), writer=writer)
        answer = pipeline.ask("Who did the harbour board of Arden choose as its chair?")
    assert (answer.answerer, answer.abstained) == ("extractive", False)
    assert why in (answer.stepped_in or "")
    assert [sentence.verdict for sentence in answer.sentences] == ["supported"]
    assert answer.diagnostics is not None
    assert answer.diagnostics.unfinished == ("cut off" in why)
    store.close()


def test_closing_hangs_up() -> None:
    with serving(goes_on_for_ever("and ")) as server:
        pieces = iter(write(server.url))
        assert next(pieces) == "and "
        assert isinstance(pieces, Iterator)
        pieces.close()  # type: ignore[attr-defined] # a generator
        assert server.hung_up.wait(5)


def test_a_server_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ModelCallError, match="it cannot be reached") as caught:
        list(write("http://127.0.0.1:9/v1"))
    assert "\n" not in str(caught.value)


def test_a_key_that_was_forgotten_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    limits = Limits(first_seconds=5.0, tries=1)
    with pytest.raises(ModelCallError, match=r"the environment has no OPENAI_API_KEY$"):
        list(LitellmModel("openai/gpt-5-mini", limits=limits).write(ASKED, max_tokens=9))
    # A server of one's own has no need of it.
    with serving(fails(500)) as server, pytest.raises(ModelCallError, match=r"\(HTTP 500\)$"):
        list(write(server.url, limits))


def test_no_word_of_the_providers_and_no_key_is_in_an_error(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for status in (400, 401, 404, 500):
        with serving(fails(status, f"Incorrect API key provided: {CANARY}")) as server:
            with pytest.raises(ModelCallError) as caught:
                list(write(server.url, key=CANARY))
            assert server.authorisations[0] == f"Bearer {CANARY}"
        error = caught.value
        assert (error.__cause__, error.__context__) == (None, None)
        assert CANARY not in str(error)
        assert "Incorrect" not in str(error)
    said = capfd.readouterr()
    assert CANARY not in said.out + said.err + caplog.text
    assert (said.out, said.err) == ("", "")


def test_the_key_of_another_provider_is_not_sent_to_a_base_url() -> None:
    with serving(says("Ada.")) as server:
        list(write(server.url))
        assert server.authorisations == ["Bearer none"]


def test_a_price_is_known_of_models_in_the_table_and_bounds_a_call() -> None:
    model = LitellmModel("openai/gpt-4o-mini", limits=Limits(cost_usd=0.000001))
    price = model.cost(1_000_000, 0)
    assert price is not None
    assert 0.01 < price < 10
    with pytest.raises(ModelCallError, match="DATELINE_MODEL_BUDGET_USD"):
        model.write(ASKED, max_tokens=1000)
    assert LitellmModel("ollama/no-such-model-1").cost(10, 10) in {None, 0.0}


def test_a_provider_that_nobody_knows_is_one_line_that_says_what_to_write(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ModelCallError, match="write provider/model"):
        LitellmModel("nonsense")
    assert capfd.readouterr().out == ""


def test_litellm_reads_no_file_of_the_working_folder_and_calls_nobody(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATELINE_CANARY=read\n")
    script = (
        "import os, socket\n"
        "def refuse(*_): raise AssertionError('something called home')\n"
        "socket.socket.connect = refuse\n"
        "from rag.litellm_model import LitellmModel\n"
        "LitellmModel('openai/gpt-4o-mini')\n"
        "print(os.environ.get('DATELINE_CANARY'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("None\n", "")
