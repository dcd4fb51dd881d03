"""Settings: what the environment says, read once.

A flag on the command line is stronger than the environment, the environment than the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.errors import DatelineError
from index.models import cache_folder

DEFAULT_DATA = Path(".dateline")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"
KEPT_ANSWERS = 10_000
MOST_DIGITS = 15
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})


class SettingsError(DatelineError):
    """A setting has a value that it cannot have; the message says where."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How Dateline runs.

    Attributes:
        data: the folder that holds the collection (DATELINE_DATA).
        exports: the folder in which models prepared for asking are kept (DATELINE_CACHE/models).
        embedder: the embedding model, by name or folder (DATELINE_EMBEDDER); None means the one
            that the collection was built with, and for a new collection the default.
        keep_answers: how many answers are kept, the newest; 0 keeps none (DATELINE_KEEP_ANSWERS).
        no_cache: whether every call of a language model is made anew (DATELINE_NO_CACHE).
    """

    data: Path
    exports: Path
    embedder: str | None
    keep_answers: int = KEPT_ANSWERS
    no_cache: bool = False

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        *,
        data: Path | None = None,
        embedder: str | None = None,
        no_cache: bool = False,
    ) -> "Settings":
        """Read the environment; what is given by name is stronger.

        Raises:
            SettingsError: a value cannot be.
        """
        return cls(
            data=(data or Path(environment.get("DATELINE_DATA") or DEFAULT_DATA)).expanduser(),
            exports=cache_folder(environment) / "models",
            embedder=embedder or environment.get("DATELINE_EMBEDDER") or None,
            keep_answers=_count(environment, "DATELINE_KEEP_ANSWERS", KEPT_ANSWERS),
            no_cache=no_cache or _truth(environment, "DATELINE_NO_CACHE"),
        )


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    written = environment.get(name, "").strip()
    if not written:
        return default
    if not (written.isascii() and written.isdigit()) or len(written) > MOST_DIGITS:
        raise SettingsError(f"{name} is {written!r}: write a whole number, 0 or more")
    return int(written)


def _truth(environment: Mapping[str, str], name: str) -> bool:
    written = environment.get(name, "").strip().casefold()
    if written not in YES | NO:
        raise SettingsError(f"{name} is {written!r}: write 1 or 0")
    return written in YES
