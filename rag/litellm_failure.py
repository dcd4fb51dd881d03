"""Litellm failure: what an exception of litellm's means, in words of our own.

A provider's own words are left out, since providers repeat keys and prompts. Knows nothing of what
was called for.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

TRIED_AGAIN = frozenset({408, 409, 425, 429})
# Litellm names these where there was no answer over HTTP.
PASSING = frozenset(
    {
        "Timeout",
        "APITimeoutError",
        "APIConnectionError",
        "InternalServerError",
        "ServiceUnavailableError",
        "BadGatewayError",
        "MidStreamFallbackError",
    }
)
MEANINGS = {
    400: "it refused the request: is the model's name right, and does it take this much text?",
    401: "the key is missing or was refused",
    402: "its account has no credit left",
    403: "the key may not use it",
    404: "there is no such model there",
    408: "it took too long",
    413: "it does not take so much text",
    422: "it refused the request",
    429: "it is asked too often, or its quota is used up",
}
# Litellm gives these a status as well, though there was no answer over HTTP.
UNREACHED = {"Timeout": "it took too long", "APITimeoutError": "it took too long"}
UNREACHED |= {"APIConnectionError": "it cannot be reached", "ConnectError": "it cannot be reached"}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call failed.

    Attributes:
        meaning: in words, without any of the provider's.
        passes: whether it may be gone when it is tried again.
        wait_seconds: how long the provider asks to wait before that; None where it does not say.
    """

    meaning: str
    passes: bool
    wait_seconds: float | None


def failure_of(error: Exception) -> Failure:
    """Return what an exception means."""
    cause = getattr(error, "original_exception", None)
    raised = cause if isinstance(cause, Exception) else error
    names = [kind.__name__ for kind in type(raised).__mro__]
    status = _status(raised)
    unreached = next((UNREACHED[name] for name in names if name in UNREACHED), None)
    passes = bool(PASSING & set(names)) or isinstance(raised, OSError)
    if unreached is not None or (status is None and passes):
        return Failure(unreached or "it cannot be reached", passes, None)
    if status is None:
        return Failure(f"litellm failed ({type(raised).__name__})", passes=False, wait_seconds=None)
    passes = status in TRIED_AGAIN or status >= 500
    if status >= 500 and getattr(error, "litellm_response_headers", None) is None:
        # Litellm gives this status to whatever it has no other for.
        return Failure("it cannot be reached, or failed", passes, None)
    said = MEANINGS.get(status) or ("it failed" if status >= 500 else "it refused the request")
    return Failure(f"{said} (HTTP {status})", passes, _asked_to_wait(error, raised))


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _asked_to_wait(*errors: Exception) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, section 10.2.3), if there is one."""
    for error in errors:
        for headers in (
            getattr(error, "litellm_response_headers", None),
            getattr(getattr(error, "response", None), "headers", None),
        ):
            written = None if headers is None else headers.get("retry-after")
            if written is None:
                continue
            with suppress(ValueError):
                return max(0.0, float(written))
            with suppress(ValueError, TypeError):
                return max(0.0, parsedate_to_datetime(written).timestamp() - time.time())
    return None
