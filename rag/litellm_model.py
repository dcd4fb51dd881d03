"""Litellm model: any language model that litellm can call.

The one module that knows litellm. It sets the limits on time, tries again what may pass, counts
tokens and money, and turns what goes wrong into one line without a word of the provider's, since
providers repeat keys. Knows nothing of what is written.

A call runs in a thread of its own: what a provider sends may keep a connection busy without ever
giving a piece of text, and whoever waits must be able to stop all the same.
"""

import importlib.util
import logging
import os
import queue
import random
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rag.errors import ModelCallError
from rag.language_model import Message, Usage
from rag.litellm_failure import failure_of

# Rather too many tokens than too few, where only an estimate is to be had.
CHARS_PER_TOKEN = 3
# How many pieces wait to be taken at most, and how often is looked whether they still will be.
MOST_WAITING = 1_000
WAITING_SECONDS = 0.1
# Why a text ended, in litellm's word for a model that was done.
ENDED = "stop"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take.

    Attributes:
        first_seconds: how long the first piece of text may take to come, retries included.
        total_seconds: how long the whole text may take.
        tries: how often the provider is asked at most; again only before any text has come.
        backoff_seconds: the longest first wait before another try; each doubles it.
        cost_usd: what it may cost at most, where the price is known.
    """

    first_seconds: float = 30.0
    total_seconds: float = 120.0
    tries: int = 3
    backoff_seconds: float = 1.0
    cost_usd: float | None = None


class LitellmModel:
    """A model by litellm's name for it.

    Args:
        name: "openai/gpt-5-mini", "anthropic/…", "ollama/…"; with a base URL, a bare name is that
            of a model of an OpenAI-compatible server.
        base_url: where it is asked, if not where litellm asks it by default.
        key: for that base URL. Without it none is sent there: the key of another provider, which
            the environment may hold, is none of its business.
        limits: what a call may take.

    Raises:
        ModelCallError: litellm is not installed, or knows no provider of that name.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        key: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._litellm = _quiet_litellm()
        self._called = name if "/" in name or base_url is None else f"openai/{name}"
        self._where = {} if base_url is None else {"api_base": base_url, "api_key": key or "none"}
        self._limits = limits or Limits()
        self._priced = base_url is None
        known = True
        try:
            self._litellm.get_llm_provider(self._called)
        except Exception:  # noqa: BLE001 - litellm raises many types, and prints of some
            known = False
        if not known:
            raise ModelCallError(
                f"{name!r} names no provider that litellm knows: write provider/model, such as "
                "openai/gpt-5-mini or ollama/llama3.2, or give the base URL of its server"
            )

    @property
    def name(self) -> str:
        """Litellm's name for it."""
        return self._called

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> "LitellmWriting":
        """Begin to write; see `rag.language_model.LanguageModel`.

        Raises:
            ModelCallError: the call could cost more than it may, or, while the pieces are taken,
                whatever else went wrong.
        """
        reads = sum(len(message.content) for message in messages) // CHARS_PER_TOKEN
        most = self.cost(reads, max_tokens)
        budget = self._limits.cost_usd
        if most is not None and budget is not None and most > budget:
            raise ModelCallError(
                f"a call of {self.name} could cost ${most:.4f}, and an answer may cost "
                f"${budget:.4f}: raise DATELINE_MODEL_BUDGET_USD"
            )
        arguments: dict[str, Any] = {
            "model": self._called,
            "messages": [{"role": one.role, "content": one.content} for one in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
            "timeout": self._limits.first_seconds,
            "num_retries": 0,
            "max_retries": 0,
            **self._where,
        }
        return LitellmWriting(self, arguments, self._limits, reads)

    def call(self, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - litellm's own stream
        """Make a call."""
        return self._litellm.completion(**arguments)

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Return what tokens cost in US dollars; None where litellm has no price for the model."""
        if not self._priced:
            return None
        try:
            reads, writes = self._litellm.cost_per_token(
                model=self._called,
                prompt_tokens=prompt_tokens,
                completion_tokens=completion_tokens,
            )
        except Exception:  # noqa: BLE001 - a model that it has no price for
            return None
        return float(reads + writes)


class LitellmWriting:
    """A text that is being written; see `rag.language_model.Writing`."""

    def __init__(
        self, model: LitellmModel, arguments: Mapping[str, Any], limits: Limits, reads: int
    ) -> None:
        self._model = model
        self._limits = limits
        self._call = _Call(model, arguments, limits)
        self._reads = reads
        self._chars = 0

    @property
    def usage(self) -> Usage:
        """What it has taken: as the provider counted it, else estimated."""
        call = self._call
        prompt, completion = call.counted or (0, 0)
        if call.counted is None and self._chars:
            prompt, completion = self._reads, self._chars // CHARS_PER_TOKEN
        cost = self._model.cost(prompt, completion) if prompt or completion else None
        return Usage(call.calls, prompt, completion, cost)

    @property
    def finished(self) -> bool:
        """Whether the model came to an end of its own."""
        return self._call.reason == ENDED

    def __iter__(self) -> Iterator[str]:
        """Yield the pieces as they come.

        Raises:
            ModelCallError: the provider failed, or took too long.
        """
        started = time.monotonic()
        self._call.start(started)
        try:
            while True:
                limit = self._limits.total_seconds if self._chars else self._limits.first_seconds
                left = started + min(limit, self._limits.total_seconds) - time.monotonic()
                failure = None
                try:
                    piece = self._call.came.get(timeout=max(0.0, left))
                except queue.Empty:
                    failure = f"{self._model.name} took longer than {limit:g} s"
                    piece = None
                if isinstance(piece, Exception):
                    failure = f"{self._model.name} could not be asked: {piece}"
                # Raised out here, so that it drags nothing of the provider's behind it.
                if failure is not None:
                    raise ModelCallError(failure)
                if piece is None:
                    return
                self._chars += len(str(piece))
                yield str(piece)
        finally:
            self.close()

    def close(self) -> None:
        """Stop the call."""
        self._call.stop()


class _FailedError(Exception):
    """A call failed; the message says why in our own words."""


class _Call:
    """A call in a thread: gives pieces, then None, or what went wrong.

    Attributes:
        calls: how often the provider was asked.
        counted: the tokens of prompt and text, as the provider counted them.
        reason: why the text ended, as litellm names it.
        came: what has come and was not taken yet.
    """

    def __init__(self, model: LitellmModel, arguments: Mapping[str, Any], limits: Limits) -> None:
        self.came: queue.Queue[str | Exception | None] = queue.Queue(MOST_WAITING)
        self.calls = 0
        self.counted: tuple[int, int] | None = None
        self.reason: str | None = None
        self._model = model
        self._arguments = arguments
        self._limits = limits
        self._gave = False
        self._stopped = threading.Event()
        self._stream: Any = None
        self._until = 0.0

    def start(self, now: float) -> None:
        """Begin."""
        self._until = now + self._limits.first_seconds
        threading.Thread(target=self._run, name="model call", daemon=True).start()

    def stop(self) -> None:
        """End the call, also while nothing comes."""
        self._stopped.set()
        _hang_up(self._stream)

    def _run(self) -> None:
        failure: Exception | None = None
        try:
            self._try_all()
        except _FailedError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - said in our own words
            failure = _FailedError(f"an error in litellm ({type(error).__name__})")
        self._give(failure)

    def _give(self, given: str | Exception | None) -> None:
        """Hand something over; waits while much has not been taken."""
        while not self._stopped.is_set():
            with suppress(queue.Full):
                self.came.put(given, timeout=WAITING_SECONDS)
                return

    def _try_all(self) -> None:
        for attempt in range(self._limits.tries):
            try:
                self.calls += 1
                self._try_once()
            except Exception as error:  # noqa: BLE001 - litellm raises its providers' own types
                failure = failure_of(error)
            else:
                return
            if self._stopped.is_set():
                return
            if self._gave:
                raise _FailedError("it broke off in the middle")
            if not failure.passes or attempt + 1 == self._limits.tries:
                raise _FailedError(failure.meaning)
            wait = failure.wait_seconds
            if wait is None:
                most = self._limits.backoff_seconds * 2**attempt
                # Full jitter, so that those who were refused together do not come back together.
                wait = random.uniform(most / 10, most)  # noqa: S311 - keeps no secret
            if time.monotonic() + wait >= self._until:
                raise _FailedError(f"{failure.meaning}; it is to be asked again in {wait:.0f} s")
            if self._stopped.wait(wait):
                return

    def _try_once(self) -> None:
        self._stream = self._model.call(self._arguments)
        try:
            if self._stopped.is_set():
                return
            for chunk in self._stream:
                if self._stopped.is_set():
                    return
                self._take(chunk)
            # Litellm says "stop" also where a connection ended and the provider had not said so.
            self.reason = getattr(self._stream, "received_finish_reason", None) or None
            if self.reason is None and not self._gave:
                raise ConnectionError("nothing came")
        finally:
            _hang_up(self._stream)

    def _take(self, chunk: Any) -> None:  # noqa: ANN401 - litellm's own
        usage = getattr(chunk, "usage", None)
        if usage is not None and usage.prompt_tokens:
            self.counted = (int(usage.prompt_tokens), int(usage.completion_tokens or 0))
        for choice in chunk.choices[:1]:
            piece = choice.delta.content
            if piece:
                self._gave = True
                self._give(str(piece))


def _quiet_litellm() -> Any:  # noqa: ANN401 - a module
    """Return litellm, which neither calls home nor prints.

    Raises:
        ModelCallError: it is not installed.
    """
    if importlib.util.find_spec("litellm") is None:
        raise ModelCallError("a language model needs litellm: run `pip install 'dateline[models]'`")
    # It would fetch its table of prices, and read a .env of whatever folder it is started in.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm  # noqa: PLC0415 - takes seconds

    # Of the models of some providers it says this at every piece.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
    settings: Any = litellm
    settings.telemetry = False
    settings.suppress_debug_info = True
    settings.turn_off_message_logging = True
    settings.disable_streaming_logging = True
    settings.drop_params = True
    settings.set_verbose = False
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "openai"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return litellm


def _hang_up(stream: Any) -> None:  # noqa: ANN401 - litellm's own stream
    """Close the connection that a stream comes over, as far as its provider's client can."""
    for one in (getattr(stream, "completion_stream", None), stream):
        close = getattr(one, "close", None)
        if callable(close):
            # It may be in use in the other thread, or closed already.
            with suppress(Exception):
                close()
