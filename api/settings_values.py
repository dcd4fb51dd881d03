"""Values of settings: what was written becomes a value of the setting's type, or is refused.

An error names the place where it was written and what could stand there. Knows nothing of what the
settings are for, nor of where they are looked for.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.nearest import nearest_of
from api.settings import SettingsError

if TYPE_CHECKING:
    from api.settings import Declared

YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def checked(setting: "Declared", raw: object, place: str, folder: Path | None = None) -> object:
    """Return the value that was written for a setting.

    Args:
        setting: the setting.
        raw: what was written: a text from the environment, a value of TOML, or a flag's value.
        place: where, in words.
        folder: what a relative path starts from; None is the working folder.

    Raises:
        SettingsError: it is no value for that setting.
    """
    try:
        value = _converted(setting.kind, raw)
    except (TypeError, ValueError):
        raise _refused(setting, raw, place) from None
    if setting.choices and value not in setting.choices:
        raise _refused(setting, raw, place)
    if isinstance(value, int | float) and not isinstance(value, bool):
        least = -math.inf if setting.least is None else setting.least
        # Written so that what is no number at all is refused, too.
        if not least <= value <= (math.inf if setting.most is None else setting.most):
            raise _refused(setting, raw, place)
    if isinstance(value, Path):
        value = value.expanduser()
        return value if folder is None else folder / value
    return value


def wanted(setting: "Declared") -> str:
    """Say what can be written for a setting: "a whole number, 1 or more"."""
    if setting.choices:
        return " or ".join(setting.choices)
    words = {Path: "a path", str: "a text", bool: "true or false", int: "a whole number"}
    said = words.get(setting.kind, "a number" if setting.kind is float else "a list of texts")
    if setting.least is not None and setting.most is not None:
        return f"{said} from {setting.least:,} to {setting.most:,}"
    if setting.least is not None:
        return f"{said}, {setting.least:,} or more"
    return said if setting.most is None else f"{said}, {setting.most:,} or less"


def written(value: object) -> str:
    """Return a value as it is written: a truth as in `dateline.toml`, no value as "unset"."""
    if value is None:
        return "unset"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _converted(kind: Any, raw: object) -> object:  # noqa: ANN401 - a type
    if kind is bool:
        return _truth(raw)
    if kind in {int, float}:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise TypeError
        # A whole number is not what 1.5 means.
        return int(raw) if kind is int and not isinstance(raw, float) else _real(kind, raw)
    if kind is Path:
        return Path(raw) if isinstance(raw, Path) else Path(_text(raw))
    if kind is str:
        return _text(raw)
    # A list of texts, in the environment with commas between them.
    parts = [part.strip() for part in raw.split(",")] if isinstance(raw, str) else raw
    if not isinstance(parts, list | tuple):
        raise TypeError
    return tuple(_text(part) for part in parts)


def _text(raw: object) -> str:
    if not isinstance(raw, str) or "\0" in raw:
        raise TypeError
    return raw


def _real(kind: Any, raw: float | str) -> float:  # noqa: ANN401 - a type
    if kind is int:
        raise TypeError
    return float(raw)


def _truth(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().casefold() if isinstance(raw, str) else ""
    if word not in YES | NO:
        raise ValueError(raw)
    return word in YES


def _refused(setting: "Declared", raw: object, place: str) -> SettingsError:
    near = nearest_of(raw, setting.choices) if isinstance(raw, str) else None
    hint = f"; did you mean {near}?" if near else ""
    shown = written(raw) if isinstance(raw, bool) else repr(raw)
    named = place in {setting.variable, setting.flag}
    subject = place if named else f"{place}: {setting.name}"
    return SettingsError(f"{subject} is {shown}: write {wanted(setting)}{hint}")
