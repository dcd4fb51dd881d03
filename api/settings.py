"""Settings: the one table of what can be set, and where each value came from.

A flag on the command line is stronger than the environment, the environment than `dateline.toml` in
the working folder, that than the one in the user's configuration folder, and any than the default.
A field of `Settings` is all that a new setting takes: its variable, its line in `dateline.toml`, in
`dateline config` and its check follow from it. Knows nothing of what the settings are for.
"""
# ruff: noqa: RUF009 - `_setting` returns a dataclass's field

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from index.errors import DatelineError
from rag.language_model import Limits
from rag.write.rules import Rules

APP = "dateline"
PREFIX = "DATELINE_"
SEEDS = Path(__file__).resolve().parent.parent / "seeds"
DEFAULT = "default"
# Only the environment holds a secret: it has no place in a file or on a screen.
HIDDEN = "_KEY"
RULES, LIMITS = Rules(), Limits()


class SettingsError(DatelineError):
    """A setting has a name that there is not, or a value that it cannot have; says where."""


def _setting(  # noqa: PLR0913 - one for each thing that is known of a setting
    default: Any,  # noqa: ANN401 - of the field's own type
    what: str,
    *,
    choices: tuple[str, ...] = (),
    least: float | None = None,
    most: float | None = None,
    own: bool = False,
) -> Any:  # noqa: ANN401 - so that a field keeps its type
    """Return a field of `Settings`.

    Args:
        default: its default, or a function that gives it.
        what: what it sets, in a few words.
        choices: the only values that it can have, where it is a text.
        least: what a number must reach.
        most: what a number must not pass.
        own: it is not taken from a file in the working folder, which may be somebody else's.
    """
    metadata = {"what": what, "choices": choices, "least": least, "most": most, "own": own}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """How Dateline runs: each field is a setting, DATELINE_ and its name the variable for it."""

    data: Path = _setting(Path(".dateline"), "the folder that holds the collection")
    cache: Path = _setting(
        lambda: platformdirs.user_cache_path(APP), "the folder for what can be made again"
    )
    embedder: str | None = _setting(
        None, "the embedding model, by name or folder; unset: the collection's own"
    )
    model: str | None = _setting(
        None, "the language model that words answers, by litellm's name; unset: none does"
    )
    model_url: str | None = _setting(
        None, "the base URL of its server, where that is not its provider's", own=True
    )
    unsupported: str = _setting(
        "drop",
        "what becomes of a sentence of the model's that its sources do not support",
        choices=("drop", "flag"),
    )
    model_reach: float = _setting(
        RULES.reach,
        "the least confidence with which the model is asked where quotations do not answer",
        least=0,
        most=0.5,
    )
    model_passages: int = _setting(
        RULES.passages, "how many passages the model is shown", least=1, most=50
    )
    model_max_tokens: int = _setting(
        RULES.max_tokens, "how many tokens it may write in a call", least=16, most=100_000
    )
    model_budget_tokens: int = _setting(
        RULES.budget_tokens, "how many tokens an answer may take", least=100, most=10_000_000
    )
    model_budget_usd: float = _setting(
        RULES.budget_usd, "how many US dollars an answer may cost", least=0, most=1_000
    )
    model_first_seconds: float = _setting(
        LIMITS.first_seconds, "how long its first word may take", least=0.1, most=3_600
    )
    model_seconds: float = _setting(
        LIMITS.total_seconds, "how long its whole text may take", least=0.1, most=3_600
    )
    model_tries: int = _setting(LIMITS.tries, "how often a call is made at most", least=1, most=10)
    keep_answers: int = _setting(
        10_000, "how many answers are kept, the newest; 0 keeps none", least=0, most=100_000
    )
    no_cache: bool = _setting(
        default=False, what="whether every call of a language model is made anew"
    )
    history: Path = _setting(
        lambda: platformdirs.user_state_path(APP) / "chat-history",
        "the file that keeps what was typed into the chat",
        own=True,
    )

    @property
    def exports(self) -> Path:
        """The folder in which models prepared for asking are kept."""
        return self.cache / "models"

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        **flags: Any,  # noqa: ANN401 - each of its setting's own type
    ) -> "Settings":
        """Read the files and the environment; a flag that is given by name is stronger.

        Raises:
            SettingsError: a name or a value is wrong.
        """
        return gathered(environment, **flags).settings


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting as it is declared.

    Attributes:
        name: its name in `dateline.toml`; on the command line it has hyphens for underscores.
        kind: the type of its values.
        default: its default.
        what: what it sets.
        choices, least, most: what its values are held to.
        own: whether a file in the working folder, which may be somebody else's, cannot set it.
    """

    name: str
    kind: Any
    default: object
    what: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    own: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """The flag that sets it, where a command has one."""
        return f"--{self.name.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Gathered:
    """Settings and, by the name of each, where its value came from."""

    settings: Settings
    origins: Mapping[str, str]


@functools.cache
def declared() -> Mapping[str, Declared]:
    """Return every setting by its name, in the order in which they are declared."""
    hints = typing.get_type_hints(Settings)
    return types.MappingProxyType(
        {
            one.name: Declared(one.name, _kind(hints[one.name]), _default(one), **one.metadata)
            for one in dataclasses.fields(Settings)
        }
    )


def files(folder: Path | None = None) -> tuple[Path, Path]:
    """Return where settings may be written down, the weaker place first."""
    name = f"{APP}.toml"
    return platformdirs.user_config_path(APP) / name, (folder or Path()) / name


def gathered(
    environment: Mapping[str, str],
    **flags: Any,  # noqa: ANN401 - each of its setting's own type
) -> Gathered:
    """Return the settings with their origins; a flag that is None or False was not given.

    Raises:
        SettingsError: a name or a value is wrong, or a file cannot be read.
    """
    from api.settings_values import checked  # noqa: PLC0415 - they know each other

    values: dict[str, Any] = {}
    origins = dict.fromkeys(declared(), DEFAULT)
    for name, raw, place, folder in (
        *_from_files(),
        *_from_environment(environment),
        *((name, raw, declared()[name].flag, None) for name, raw in flags.items()),
    ):
        setting = declared()[name]
        # A switch that was not given is False.
        if raw is not None and not (raw is False and place == setting.flag):
            values[name] = checked(setting, raw, place, folder) if raw != "" else setting.default
            origins[name] = place
    return Gathered(Settings(**values), types.MappingProxyType(origins))


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that are named like settings and set none."""
    known = {one.variable for one in declared().values()}
    return sorted(
        name
        for name in environment
        if name.startswith(PREFIX) and not name.endswith(HIDDEN) and name not in known
    )


def _from_files() -> Iterator[tuple[str, Any, str, Path | None]]:
    for path in files():
        if path.is_file():
            from api.settings_file import entries  # noqa: PLC0415 - only where there is one

            # In the working folder a relative path stays as short as it was written.
            folder = None if path.parent == Path() else path.parent
            for name, raw, place in entries(path, tuple(declared())):
                if folder is None and declared()[name].own:
                    raise SettingsError(
                        f"{place}: {name} says where your questions go, and this folder may be "
                        f"somebody else's: set it in {files()[0]} or in {declared()[name].variable}"
                    )
                yield name, raw, place, folder


def _from_environment(
    environment: Mapping[str, str],
) -> Iterator[tuple[str, str | None, str, None]]:
    for one in declared().values():
        yield one.name, environment.get(one.variable) or None, one.variable, None


def _kind(hint: Any) -> Any:  # noqa: ANN401 - a type, or what typing makes of one
    """Return the type of a setting's values, without the None that stands for no value."""
    if isinstance(hint, types.UnionType):
        return next(one for one in typing.get_args(hint) if one is not types.NoneType)
    return hint


def _default(one: "dataclasses.Field[Any]") -> object:
    if one.default_factory is not dataclasses.MISSING:
        make: Callable[[], object] = one.default_factory
        return make()
    return one.default
