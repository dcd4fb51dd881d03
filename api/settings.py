"""Settings: what the environment says, read once.

A flag on the command line is stronger than the environment, the environment than the default.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import DatelineError
from index.models import cache_folder
from rag.language_model import Limits
from rag.write.rules import Rules

DEFAULT_DATA = Path(".dateline")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"
KEPT_ANSWERS = 10_000
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})
UNSUPPORTED = ("drop", "flag")
RULES, LIMITS = Rules(), Limits()


# The numbers that can be set: the least, the most, and whether they are whole.
NUMBERS = {
    "model_reach": (0.0, 0.5, False),
    "model_passages": (1, 50, True),
    "model_max_tokens": (16, 100_000, True),
    "model_budget_tokens": (100, 10_000_000, True),
    "model_budget_usd": (0.0, 1_000.0, False),
    "model_first_seconds": (0.1, 3_600.0, False),
    "model_seconds": (0.1, 3_600.0, False),
    "model_tries": (1, 10, True),
    "keep_answers": (0, 100_000, True),
}


class SettingsError(DatelineError):
    """A setting has a value that it cannot have; the message says which."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How Dateline runs.

    Attributes:
        data: the folder that holds the collection (DATELINE_DATA).
        exports: the folder in which models prepared for asking are kept (DATELINE_CACHE/models).
        embedder: the embedding model, by name or folder (DATELINE_EMBEDDER); None means the one
            that the collection was built with, and for a new collection the default.
        model: the language model that words answers, by litellm's name (DATELINE_MODEL); None
            quotes the articles' own sentences.
        model_url: the base URL of its server, where that is not its provider's
            (DATELINE_MODEL_URL); its key is DATELINE_MODEL_KEY, which is no setting.
        unsupported: what becomes of a written sentence that its sources do not support: "drop", or
            "flag" to show it with its verdict (DATELINE_UNSUPPORTED).
        model_reach: the least confidence with which the model is asked where the articles' own
            sentences are not answer enough; 0.5 never asks it there (DATELINE_MODEL_REACH).
        model_passages: how many passages it is shown (DATELINE_MODEL_PASSAGES).
        model_max_tokens: how many tokens it may write in a call (DATELINE_MODEL_MAX_TOKENS).
        model_budget_tokens: how many tokens one answer may take (DATELINE_MODEL_BUDGET_TOKENS).
        model_budget_usd: how many US dollars it may cost, where the price is known
            (DATELINE_MODEL_BUDGET_USD).
        model_first_seconds: how long the first word may take (DATELINE_MODEL_FIRST_SECONDS).
        model_seconds: how long the whole text may take (DATELINE_MODEL_SECONDS).
        model_tries: how often a call is made at most (DATELINE_MODEL_TRIES).
        keep_answers: how many answers are kept, the newest; 0 keeps none (DATELINE_KEEP_ANSWERS).
        no_cache: whether every call of a language model is made anew (DATELINE_NO_CACHE).
    """

    data: Path
    exports: Path
    embedder: str | None
    model: str | None = None
    model_url: str | None = None
    unsupported: str = "drop"
    model_reach: float = RULES.reach
    model_passages: int = RULES.passages
    model_max_tokens: int = RULES.max_tokens
    model_budget_tokens: int = RULES.budget_tokens
    model_budget_usd: float = RULES.budget_usd
    model_first_seconds: float = LIMITS.first_seconds
    model_seconds: float = LIMITS.total_seconds
    model_tries: int = LIMITS.tries
    keep_answers: int = KEPT_ANSWERS
    no_cache: bool = False

    @classmethod
    def from_environment(  # noqa: PLR0913 - one for each option
        cls,
        environment: Mapping[str, str],
        *,
        data: Path | None = None,
        embedder: str | None = None,
        model: str | None = None,
        unsupported: str | None = None,
        no_cache: bool = False,
    ) -> "Settings":
        """Read the environment; what is given by name is stronger.

        Raises:
            SettingsError: a value cannot be.
        """
        numbers = {
            name: _number(environment, f"DATELINE_{name.upper()}", least, most, whole=whole)
            for name, (least, most, whole) in NUMBERS.items()
        }
        return cls(
            data=(data or Path(environment.get("DATELINE_DATA") or DEFAULT_DATA)).expanduser(),
            exports=cache_folder(environment) / "models",
            embedder=embedder or environment.get("DATELINE_EMBEDDER") or None,
            model=model or environment.get("DATELINE_MODEL") or None,
            model_url=environment.get("DATELINE_MODEL_URL") or None,
            unsupported=_one_of(
                "DATELINE_UNSUPPORTED",
                unsupported or environment.get("DATELINE_UNSUPPORTED") or UNSUPPORTED[0],
                UNSUPPORTED,
            ),
            no_cache=no_cache or _truth(environment, "DATELINE_NO_CACHE"),
            **{name: value for name, value in numbers.items() if value is not None},
        )


def _number(
    environment: Mapping[str, str], name: str, least: float, most: float, *, whole: bool
) -> Any:  # noqa: ANN401 - a whole number or not, as its field is
    written = environment.get(name, "").strip()
    if not written:
        return None
    try:
        value = int(written) if whole else float(written)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        kind = "whole number" if whole else "number"
        raise SettingsError(f"{name} is {written!r}: write a {kind} from {least:g} to {most:g}")
    return value


def _one_of(name: str, value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise SettingsError(f"{name} is {value!r}: write {' or '.join(choices)}")
    return value


def _truth(environment: Mapping[str, str], name: str) -> bool:
    written = environment.get(name, "").strip().casefold()
    if written not in YES | NO:
        raise SettingsError(f"{name} is {written!r}: write 1 or 0")
    return written in YES
