"""A language model is not asked the same twice, and the cache never stands in the way."""

import hashlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from api.opening import guarded_model
from api.settings import Settings
from rag.cached_model import CALLS, CachedModel, ModelCalls
from rag.errors import ModelCallError
from rag.language_model import LanguageModel, Message, Usage, Writing
from tests.conftest import ROOT

ASK = (Message("system", "Answer from the passages."), Message("user", "Who is the mayor?"))


class EchoWriting:
    """The words of a prompt, one by one; `end` says how it ends."""

    def __init__(self, words: Sequence[str], end: str) -> None:
        self._words = words
        self._end = end
        self._taken = 0
        self.closed = False

    @property
    def usage(self) -> Usage:
        return Usage(calls=1, prompt_tokens=9, completion_tokens=self._taken, cost_usd=0.01)

    @property
    def finished(self) -> bool:
        return self._end == "whole" and self._taken == len(self._words)

    def __iter__(self) -> Iterator[str]:
        for word in self._words:
            if self.closed:
                return
            self._taken += 1
            yield word
        if self._end == "failure":
            raise ModelCallError("the provider hung up")

    def close(self) -> None:
        self.closed = True


class EchoModel:
    """Writes the words of the last message; `asked` counts the calls."""

    def __init__(self, name: str = "test/echo", end: str = "whole") -> None:
        self.name = name
        self.end = end
        self.asked = 0

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> Writing:
        self.asked += 1
        words = [f"{word} " for word in messages[-1].content.split()]
        return EchoWriting(words[:max_tokens], self.end)


def written(model: LanguageModel, messages: Sequence[Message] = ASK, tokens: int = 50) -> list[str]:
    return list(model.write(messages, max_tokens=tokens))


def test_an_identical_call_is_answered_from_the_cache_in_the_same_pieces(tmp_path: Path) -> None:
    echo = EchoModel()
    model = CachedModel(echo, ModelCalls(tmp_path))
    first = model.write(ASK, max_tokens=50)
    pieces = list(first)
    assert pieces == ["Who ", "is ", "the ", "mayor? "]
    assert first.usage == Usage(1, 9, 4, 0.01, cached=0)
    again = model.write(ASK, max_tokens=50)
    assert not again.finished
    assert list(again) == pieces
    assert again.finished
    assert again.usage == Usage(calls=1, cost_usd=0.0, cached=1)
    assert echo.asked == 1
    assert model.name == "test/echo"
    # Another process, another day.
    assert written(CachedModel(echo, ModelCalls(tmp_path))) == pieces
    assert echo.asked == 1


def test_whatever_decides_the_text_makes_another_call(tmp_path: Path) -> None:
    calls, echo, other = ModelCalls(tmp_path), EchoModel(), EchoModel("test/other")
    models = [
        CachedModel(echo, calls),
        CachedModel(other, calls),
        CachedModel(echo, calls, base_url="http://127.0.0.1:1/v1"),
        CachedModel(echo, calls, parameters={"temperature": 0}),
        CachedModel(echo, calls, parameters={"temperature": 1}),
    ]
    messages = [
        ASK,
        ASK[1:],
        (ASK[0], Message("assistant", ASK[1].content)),
        (Message("system", ASK[0].content + ASK[1].content), Message("user", "")),
    ]
    for model in models:
        for one in messages:
            for tokens in (50, 51):
                written(model, one, tokens)
    # Two models, the echo on four terms; what says nothing is not kept, and not counted twice here.
    assert echo.asked + other.asked == len(models) * len(messages) * 2
    same = CachedModel(echo, calls, parameters={"temperature": 1})
    before = echo.asked
    written(same)
    assert echo.asked == before


def test_the_order_of_parameters_does_not_matter(tmp_path: Path) -> None:
    calls, echo = ModelCalls(tmp_path), EchoModel()
    written(CachedModel(echo, calls, parameters={"temperature": 0, "seed": 1}))
    written(CachedModel(echo, calls, parameters={"seed": 1, "temperature": 0}))
    assert echo.asked == 1


@pytest.mark.parametrize("end", ["failure", "cut off"])
def test_a_call_that_did_not_finish_is_made_again(tmp_path: Path, end: str) -> None:
    echo = EchoModel(end=end)
    model = CachedModel(echo, ModelCalls(tmp_path))
    for asked in (1, 2):
        if end == "failure":
            with pytest.raises(ModelCallError):
                written(model)
        else:
            writing = model.write(ASK, max_tokens=50)
            assert list(writing)
            assert not writing.finished
        assert echo.asked == asked


def test_a_call_that_was_closed_is_stopped_and_made_again(tmp_path: Path) -> None:
    echo = EchoModel()
    model = CachedModel(echo, ModelCalls(tmp_path))
    writing = model.write(ASK, max_tokens=50)
    assert next(iter(writing)) == "Who "
    writing.close()
    assert writing.usage.completion_tokens == 1
    written(model)
    assert echo.asked == 2
    repeated = model.write(ASK, max_tokens=50)
    pieces = iter(repeated)
    next(pieces)
    repeated.close()
    assert list(pieces) == []
    assert not repeated.finished


def test_an_empty_text_is_asked_for_again(tmp_path: Path) -> None:
    echo = EchoModel()
    model = CachedModel(echo, ModelCalls(tmp_path))
    for _ in range(2):
        assert written(model, [Message("user", "")]) == []
    assert echo.asked == 2


def test_a_call_is_made_anew_when_it_is_old(tmp_path: Path) -> None:
    now = [1_000_000.0]
    echo, calls = EchoModel(), ModelCalls(tmp_path, max_days=2, clock=lambda: now[0])
    model = CachedModel(echo, calls)
    written(model)
    now[0] += 2 * 86_400 - 1
    written(model)
    assert echo.asked == 1
    now[0] += 1
    written(model)
    assert echo.asked == 2


def test_the_oldest_calls_go_when_they_are_too_much(tmp_path: Path) -> None:
    echo, calls = EchoModel(), ModelCalls(tmp_path, max_bytes=3_000)
    model = CachedModel(echo, calls)
    asked = [[Message("user", f"{n} " + "x" * 900)] for n in range(10)]
    for one in asked:
        written(model, one)
    echo.asked = 0
    written(model, asked[-1])
    written(model, asked[-2])
    assert echo.asked == 0
    written(model, asked[0])
    assert echo.asked == 1
    # One that is larger than all that may be kept drives nothing out.
    written(model, [Message("user", "y" * 5_000)])
    echo.asked = 0
    written(model, asked[0])
    assert echo.asked == 0


@pytest.mark.parametrize("spoil", ["folder", "garbage"])
def test_a_cache_that_cannot_be_used_costs_only_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str
) -> None:
    if spoil == "folder":
        (tmp_path / CALLS).mkdir()
    else:
        (tmp_path / CALLS).write_bytes(b"no database " * 999)
    echo = EchoModel()
    model = CachedModel(echo, ModelCalls(tmp_path))
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert written(model) == ["Who ", "is ", "the ", "mayor? "]
    assert echo.asked == 2
    [said] = caplog.messages
    assert str(tmp_path / CALLS) in said


def test_the_file_holds_neither_prompts_nor_addresses(tmp_path: Path) -> None:
    model = CachedModel(
        EchoModel(), ModelCalls(tmp_path), base_url="http://user:word@host/v1?key=abcdef"
    )
    prompt = "a question about the harbour board"
    written(model, [Message("system", prompt), Message("user", "Reply.")])
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Reply. " in content
    for part in (prompt, "user:word", "abcdef", "host"):
        assert part.encode() not in content


def test_threads_share_a_cache(tmp_path: Path) -> None:
    calls, failures = ModelCalls(tmp_path), list[BaseException]()

    def ask(thread: int) -> None:
        model = CachedModel(EchoModel(), calls)
        try:
            for n in range(20):
                text = f"{n % 7} {thread % 2}"
                assert written(model, [Message("user", text)]) == [f"{w} " for w in text.split()]
        except BaseException as error:  # noqa: BLE001 - seen below
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_processes_share_a_cache(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom rag.language_model import Message\n"
        "from rag.cached_model import CachedModel, ModelCalls\n"
        "from tests.test_cached_model import EchoModel, written\n"
        "model = CachedModel(EchoModel(), ModelCalls(Path(sys.argv[1])))\n"
        "for n in range(30): written(model, [Message('user', f'question {n}')])\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        error = process.communicate(timeout=60)[1]
        assert (process.returncode, error) == (0, "")
    echo = EchoModel()
    model = CachedModel(echo, ModelCalls(tmp_path))
    for n in range(30):
        written(model, [Message("user", f"question {n}")])
    assert echo.asked == 0


@pytest.mark.parametrize(
    ("environment", "no_cache", "asked"),
    [({}, False, 1), ({"DATELINE_NO_CACHE": "1"}, False, 2), ({}, True, 2)],
)
def test_the_cache_is_used_unless_it_is_switched_off(
    tmp_path: Path, environment: dict[str, str], *, no_cache: bool, asked: int
) -> None:
    settings = Settings.from_environment(environment, data=tmp_path, no_cache=no_cache)
    echo = EchoModel()
    model = guarded_model(echo, settings)
    for _ in range(2):
        assert "".join(written(model)) == "Who is the mayor? "
    assert echo.asked == asked
    assert (tmp_path / CALLS).exists() == (asked == 1)


def test_a_key_is_the_sha256_of_the_call(tmp_path: Path) -> None:
    calls = ModelCalls(tmp_path)
    kept: list[str] = []

    class Watching(ModelCalls):
        def keep(self, key: str, pieces: Sequence[str]) -> None:
            kept.append(key)
            super().keep(key, pieces)

    written(CachedModel(EchoModel(), Watching(tmp_path)))
    [key] = kept
    assert len(key) == hashlib.sha256().digest_size * 2
    assert calls.get(key) == ("Who ", "is ", "the ", "mayor? ")
    assert calls.get("0" * 64) is None
