"""AccessSettings: what the environment says about access, read once.

DATELINE_REQUESTS_PER_MINUTE   for each key; default 600, 0 for any number
DATELINE_CONCURRENT_REQUESTS   for each key; default 32, 0 for any number
DATELINE_ALLOWED_ORIGINS       web origins that may ask, with spaces or commas between them;
                               default none
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.access.errors import AccessError
from api.access.limits import MOST_CONCURRENT, Limits

PER_MINUTE = "DATELINE_REQUESTS_PER_MINUTE"
CONCURRENT = "DATELINE_CONCURRENT_REQUESTS"
ORIGINS = "DATELINE_ALLOWED_ORIGINS"
MOST_PER_MINUTE = 1_000_000
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """How access is held.

    Attributes:
        limits: how much each key may ask; without keys, how much this machine may.
        origins: the web origins whose pages may ask.
    """

    limits: Limits = field(default_factory=Limits)
    origins: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "AccessSettings":
        """Read the environment.

        Raises:
            AccessError: a setting is not what it should be.
        """
        usual = Limits()
        return cls(
            Limits(
                _count(environment, PER_MINUTE, usual.per_minute, MOST_PER_MINUTE),
                _count(environment, CONCURRENT, usual.concurrent, MOST_CONCURRENT),
            ),
            _origins(environment.get(ORIGINS, "")),
        )


def _count(environment: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise AccessError(f"{name} is {text!r}: set a number from 0 (no limit) to {most:,}")
    return int(text)


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(text.replace(",", " ").split())
    for origin in origins:
        if ORIGIN.fullmatch(origin) is None:
            raise AccessError(
                f"{ORIGINS} holds {origin!r}: name each origin as a browser does, such as "
                "https://news.example.org, without a path and without '*'"
            )
    return origins
