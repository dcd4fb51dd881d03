"""Canaries: no part of a key comes out of the process, by whatever way a provider sends it back."""

import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.keys import Keys
from api.guard import guard_logs
from api.opening import guarded_model
from api.settings import Settings
from rag.cached_model import CALLS
from rag.errors import ModelCallError
from rag.language_model import Message, Usage, Writing
from rag.records.answers import ANSWERS
from rag.redact import MASK, Redactor
from tests.conftest import ROOT, Run

VARIABLES = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "AZURE_API_KEY",
    "MISTRAL_API_KEY",
    "HF_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "DATELINE_API_KEY",
)
KEYS = {name: f"sk-{hashlib.sha256(name.encode()).hexdigest()[:40]}" for name in VARIABLES}
PASSWORD = f"canary-{hashlib.sha256(b'password').hexdigest()[:10]}"
ENVIRONMENT = {**KEYS, "HTTPS_PROXY_OF_OURS": f"http://us:{PASSWORD}@127.0.0.1:1/"}
KEY = KEYS["OPENAI_API_KEY"]
# So few characters of a key are a leak, whatever the redactor holds.
PART = 8


def leaked(text: str | bytes) -> set[str]:
    """Return the parts of keys that stand in a text or in bytes."""
    shown = text if isinstance(text, str) else text.decode("latin-1")
    secrets = (*KEYS.values(), PASSWORD)
    parts = {s[at : at + PART] for s in secrets for at in range(len(s) - PART + 1)}
    return {part for part in parts if part in shown}


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_leak_would_be_seen(tmp_path: Path) -> None:
    assert leaked(f"Authorization: Bearer {KEY}")
    assert leaked(f"…{KEY[11:23]}…".encode())
    assert leaked(f"http://us:{PASSWORD}@host")
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.db-wal").write_bytes(b"\0\xff" + KEY.encode())
    assert leaked(files_of(tmp_path))
    assert not leaked("A sentence of the news, with 100% tariffs.")


# What comes back from a provider.


@pytest.fixture
def provider() -> Iterator[tuple[str, list[str]]]:
    """Serve a provider on this machine that sends back the headers that it was sent.

    In an error, in its text or in a redirect, as the prompt says. Gives its address, and what it
    has sent.
    """
    sent: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            echo = " ".join(f"{name}: {value}" for name, value in self.headers.items())
            body: dict[str, object] = {"error": {"message": f"bad key in {echo}"}}
            status, extra = 401, dict[str, str]()
            if "TEXT" in asked:
                message = {"role": "assistant", "content": f"yes, {echo}"}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                fields = {"id": "1", "object": "chat.completion", "model": "m"}
                status, body = 200, {**fields, "choices": [choice]}
            elif "REDIRECT" in asked and "moved" not in self.path:
                key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                status, extra = 307, {"Location": f"/v1/moved?key={key}", "X-Key": key}
            content = json.dumps(body).encode()
            sent.append(f"{status} {extra} {content.decode()}")
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **extra}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", sent
    server.shutdown()
    server.server_close()


JUDGE = """
import logging, os, sys, traceback, warnings
from pathlib import Path
from api.access.keys import Keys
from api.guard import guard_output
from evals.judge import litellm_judge
from evals.runner import AskError
from rag.redact import Redactor
warnings.simplefilter("ignore")
guard_output(Redactor.from_environment(os.environ))
folder = Path(sys.argv[1])
logging.basicConfig(level=logging.DEBUG, handlers=[
    logging.FileHandler(folder / "log"), logging.StreamHandler(sys.stderr)])
ask = litellm_judge("openai/judge")
for prompt in ("ERROR", "TEXT", "REDIRECT"):
    try:
        (folder / prompt).write_text(ask(prompt))
    except AskError as error:
        # Not through the streams, which are guarded.
        (folder / prompt).write_text(
            "".join(traceback.format_exception(error)) + repr((error.__cause__, error.__context__))
        )
        traceback.print_exc()
    print("asked", prompt)
"""


def test_a_judge_gives_no_key_away(provider: tuple[str, list[str]], tmp_path: Path) -> None:
    url, sent = provider
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(tmp_path)],
        cwd=ROOT,
        env={
            **os.environ,
            **ENVIRONMENT,
            "OPENAI_API_BASE": url,
            "LITELLM_LOG": "DEBUG",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    # It was all sent back, and it all came here.
    assert {answer[:3] for answer in sent} == {"401", "200", "307"}
    assert all(KEY in answer for answer in sent)
    assert "could not be asked" in (tmp_path / "ERROR").read_text()
    assert "could not be asked" in (tmp_path / "REDIRECT").read_text()
    assert f"Bearer {MASK}" in (tmp_path / "TEXT").read_text()
    assert "DEBUG" in done.stderr + (tmp_path / "log").read_text()
    assert MASK in done.stderr
    assert "asked REDIRECT" in done.stdout
    assert leaked(done.stdout) == leaked(done.stderr) == leaked(files_of(tmp_path)) == set()


class LeakyWriting:
    """Writes the key in pieces of three characters, then fails if it was told to."""

    usage = Usage(calls=1)

    def __init__(self, text: str, *, fails: bool) -> None:
        self._text = text
        self._fails = fails
        self.finished = False

    def __iter__(self) -> Iterator[str]:
        for at in range(0, len(self._text), 3):
            yield self._text[at : at + 3]
        if self._fails:
            error = OSError(f"reset by peer after Authorization: Bearer {KEY}")
            raise ModelCallError(f"the provider failed: {error}") from error
        self.finished = True

    def close(self) -> None:
        """Have nothing to stop."""


class LeakyModel:
    """A model of a provider that echoes what it was sent, as the last message says."""

    name = "leaky/model"

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> Writing:
        assert max_tokens
        asked = messages[-1].content
        if asked == "refuse":
            raise ModelCallError(f"no call with {KEY[4:30]}") from OSError(f"401 for {KEY}")
        if asked == "break":
            raise RuntimeError({"headers": {"x-api-key": KEYS["ANTHROPIC_API_KEY"]}})
        return LeakyWriting(f"It said {KEY}, twice {KEY}. The end.", fails=asked == "fail")


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Log everything to a file, as a service may, behind the guard."""
    path = tmp_path / "logs" / "dateline.log"
    path.parent.mkdir()
    handler, root = logging.FileHandler(path), logging.getLogger()
    level, factory = root.level, logging.getLogRecordFactory()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    guard_logs(Redactor.from_environment(ENVIRONMENT))
    yield path
    logging.setLogRecordFactory(factory)
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


def test_what_a_model_writes_is_masked_before_it_is_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    model = guarded_model(LeakyModel(), Settings.from_environment({}, data=tmp_path))
    for cached in (0, 1):
        writing = model.write([Message("user", f"leak, and my key is {KEY}")], max_tokens=9)
        assert "".join(writing) == f"It said {MASK}, twice {MASK}. The end."
        assert writing.finished
        assert writing.usage.cached == cached
    assert (tmp_path / CALLS).stat().st_size
    assert leaked(files_of(tmp_path)) == set()


@pytest.mark.parametrize("how", ["refuse", "break", "fail"])
def test_a_failure_drags_no_key_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_file: Path, how: str
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    model = guarded_model(LeakyModel(), Settings.from_environment({}, data=tmp_path / "data"))
    with pytest.raises(ModelCallError) as caught:
        list(model.write([Message("user", how)], max_tokens=9))
    error = caught.value
    assert MASK in str(error)
    assert (error.__cause__, error.__context__) == (None, None)
    trace = "".join(traceback.format_exception(error, chain=True))
    said = f"{error} {error!r} {error.args} {trace}"
    # Why it failed can still be found out.
    logged = log_file.read_text()
    assert "a model call failed: " in logged
    assert "Traceback" in logged
    assert leaked(said) == leaked(files_of(tmp_path)) == set()


def test_logs_are_masked_whoever_writes_them(log_file: Path) -> None:
    log = logging.getLogger("some.library")
    log.debug("headers: %s", {"Authorization": f"Bearer {KEY}"})
    log.info("key %s of %d", KEY, 3)
    log.warning(f"whole {KEY}")  # noqa: G004 - as a library may do it
    log.warning("in pieces %s%s", KEY[:20], KEY[20:])
    log.info("nothing of %s", "note")
    log.error("it failed", exc_info=OSError(KEY))
    said = log_file.read_text()
    assert "OSError: [secret]" in said
    assert "nothing of note" in said
    assert leaked(said) == set()


# What is asked and answered on the command line.


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_key_in_a_question_is_neither_shown_nor_stored(
    dateline: Run, seeds_data: Path, tmp_path: Path, encoding: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in seeds_data.glob("*"):
        if path.name in {"dateline.db", "vectors.json"} or path.suffix == ".faiss":
            (data / path.name).write_bytes(path.read_bytes())
    settings = {**ENVIRONMENT, "DATELINE_DATA": str(data), "PYTHONIOENCODING": encoding}
    question = f"What tariff does Canada put on Chinese electric vehicles? {KEY}"
    answer = dateline("ask", question, "--json", "--explain", **settings)
    assert answer.returncode == 0, answer.stderr
    answer_id = json.loads(answer.stdout)["id"]
    said = [answer, dateline("ask", question, **settings), dateline("replay", **settings)]
    said += [dateline("replay", answer_id, *form, **settings) for form in ((), ("--json",))]
    assert all(done.returncode == 0 for done in said)
    assert MASK in said[2].stdout
    said += [dateline("replay", KEY, **settings), dateline(KEY, **settings)]
    said += [dateline("ask", "x", "--data", f"/dev/null/{KEY}", **settings)]
    assert [done.returncode for done in said[-3:]] == [2, 2, 2]
    assert (data / ANSWERS).is_file()
    assert {part for done in said for part in leaked(done.stdout + done.stderr)} == set()
    assert leaked(files_of(data)) == set()


def test_the_services_keys_are_listed_by_their_ids_where_one_of_them_is_set(
    tmp_path: Path, dateline: Run
) -> None:
    key, own = Keys(tmp_path).create("newsroom", "read", "default")
    shown = dateline("keys", "list", "--data", tmp_path, DATELINE_KEY=own).stdout
    assert key.id in shown
    revoking = dateline("keys", "revoke", own, "--data", tmp_path, DATELINE_KEY=own)
    assert key.id in revoking.stdout
    # What is made anew is shown whole: it is none that the environment holds.
    made = dateline("keys", "create", "desk", "--data", tmp_path, DATELINE_KEY=own).stdout
    assert Keys(tmp_path).find(made.strip()) is not None
    secret = own.rpartition("_")[2]
    redactor = Redactor.from_environment({"DATELINE_KEY": own})
    assert redactor.text(f"{own} {secret[9:20]}") == f"dl_{key.id}_{MASK} {MASK}"


def test_a_fault_of_ours_shows_its_traceback_without_keys() -> None:
    script = (
        "import api.cli as cli, os, sys\n"
        "def broken(*_, **__): raise RuntimeError(f'headers {os.environ[\"OPENAI_API_KEY\"]}')\n"
        "cli.open_pipeline = broken\n"
        "sys.argv = ['dateline', 'ask', 'Who is it?']\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"RuntimeError: headers {MASK}" in done.stderr
    assert leaked(done.stdout + done.stderr) == set()


# What counts as a secret, and what does not.


@given(st.lists(st.sampled_from(["a", KEY, KEY[:9], KEY[20:], " ", PASSWORD, "x" * 20, KEY[5:12]])))
def test_masking_in_pieces_is_masking_the_whole(parts: list[str]) -> None:
    redactor = Redactor.from_environment(ENVIRONMENT)
    text = "".join(parts)
    for size in (1, 2, 3, 7, 8, 9, 50):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert "".join(redactor.pieces(pieces)) == redactor.text(text)
    # What is left may only come together from parts that were too short.
    assert KEY not in redactor.text(text)


def test_prose_passes_as_it_comes() -> None:
    pieces = ["Canada’s tariffs ", "of 100% ", "match U.S. measures."]
    assert list(Redactor().pieces(pieces)) == pieces
    guarded = list(Redactor.from_environment(ENVIRONMENT).pieces(pieces))
    assert "".join(guarded) == "".join(pieces)
    assert len(guarded) > 1


@pytest.mark.parametrize(
    ("environment", "text", "shown"),
    [
        ({"OPENAI_API_KEY": "none"}, "none of them", "none of them"),
        (
            {"OPENAI_API_KEY": "sk-no-key-required"},
            "no key is required",
            "no key is required",
        ),
        (
            {"OPENAI_API_KEY": "sk-no-key-required"},
            "Bearer sk-no-key-required!",
            "Bearer [secret]!",
        ),
        ({"MONKEY": KEY, "PATH": "/usr/bin"}, f"{KEY} /usr/bin", f"{KEY} /usr/bin"),
        ({"LLM_API_KEY_2": KEY}, KEY, "[secret]"),
        # As a provider shortens it.
        ({"LLM_API_KEY_2": KEY}, f"no key …{KEY[-8:]}", "no key …[secret]"),
        ({"LLM_API_KEY_2": KEY}, f"no key …{KEY[-7:]}", f"no key …{KEY[-7:]}"),
        ({"WATSONX_APIKEY": KEY}, f"<{KEY[3:20]}>", "<[secret]>"),
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/etc/hosts"}, "read /etc/hosts", "read /etc/hosts"),
        ({"BASE": f"postgres://u:{PASSWORD}@h/x"}, f"no {PASSWORD} here", "no [secret] here"),
        (
            {"VERTEX_CREDENTIALS": json.dumps({"uri": "https://host/auth", "private_key": KEY})},
            f"see https://host/auth with {KEY}",
            "see https://host/auth with [secret]",
        ),
        ({}, KEY, KEY),
    ],
)
def test_only_the_secrets_of_the_environment_are_masked(
    environment: dict[str, str], text: str, shown: str
) -> None:
    assert Redactor.from_environment(environment).text(text) == shown
