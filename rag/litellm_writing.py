"""Litellm writing: one call of a model through litellm, while its text comes.

Sets the limits on time, tries again what may pass, and turns what goes wrong into one line without
a word of the provider's, since providers repeat keys. Knows nothing of what is written.

A call runs in a thread of its own: what a provider sends may keep a connection busy without ever
giving a piece of text, and whoever waits must be able to stop all the same.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from rag.errors import ModelCallError
from rag.language_model import Limits, Usage, estimated_tokens
from rag.litellm_failure import failure_of

# How many pieces wait to be taken at most, and how often is looked whether they still will be.
MOST_WAITING = 1_000
WAITING_SECONDS = 0.1
# Why a text ended, in litellm's word for a model that was done.
ENDED = "stop"

Cost = Callable[[int, int], float | None]
"""Takes tokens of prompt and of text; returns US dollars, or None where the price is unknown."""


class LitellmWriting:
    """A text that is being written; see `rag.language_model.Writing`.

    Args:
        name: the model's.
        call: makes the call, and returns litellm's stream of it.
        cost: tells what tokens cost.
        limits: what the call may take.
        reads: an estimate of the tokens that the model is given.
        hint: what is said besides where the model cannot be asked.
    """

    def __init__(  # noqa: PLR0913 - one for each thing that a call needs
        self,
        name: str,
        call: Callable[[], Any],
        cost: Cost,
        limits: Limits,
        reads: int,
        *,
        hint: str = "",
    ) -> None:
        self._name = name
        self._cost = cost
        self._limits = limits
        self._call = _Call(call, limits)
        self._reads = reads
        self._hint = hint
        self._chars = 0

    @property
    def usage(self) -> Usage:
        """What it has taken: as the provider counted it, else estimated."""
        call = self._call
        prompt, completion = call.counted or (0, 0)
        if call.counted is None and self._chars:
            prompt, completion = self._reads, estimated_tokens(self._chars)
        cost = self._cost(prompt, completion) if prompt or completion else None
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
                    failure = f"{self._name} took longer than {limit:g} s"
                    piece = None
                if isinstance(piece, Exception):
                    failure = f"{self._name} could not be asked: {piece}{self._hint}"
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

    def __init__(self, call: Callable[[], Any], limits: Limits) -> None:
        self.came: queue.Queue[str | Exception | None] = queue.Queue(MOST_WAITING)
        self.calls = 0
        self.counted: tuple[int, int] | None = None
        self.reason: str | None = None
        self._call = call
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
        self._stream = self._call()
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


def _hang_up(stream: Any) -> None:  # noqa: ANN401 - litellm's own stream
    """Close the connection that a stream comes over, as far as its provider's client can."""
    for one in (getattr(stream, "completion_stream", None), stream):
        close = getattr(one, "close", None)
        if callable(close):
            # It may be in use in the other thread, or closed already.
            with suppress(Exception):
                close()
