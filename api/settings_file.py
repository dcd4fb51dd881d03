"""The settings file: `dateline.toml` is read, and each entry knows the line on which it stands.

Knows nothing of what values a setting can have.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from api.nearest import nearest_of
from api.settings import SettingsError


def entries(path: Path, names: Sequence[str]) -> Iterator[tuple[str, Any, str]]:
    """Yield each entry of a file: its name, its value, and its place in words.

    Args:
        path: the file.
        names: those that there are.

    Raises:
        SettingsError: the file cannot be read, or an entry has another name.
    """
    try:
        text = path.read_text("utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} cannot be read: save it in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f'{path} is not TOML: {error}; a setting is a line like data = "news"'
        ) from error
    for name, raw in content.items():
        place = _place(path, text, name)
        if name not in names:
            near = nearest_of(name, names)
            hint = f"did you mean {near!r}?" if near else "`dateline config` lists them"
            raise SettingsError(f"{place}: there is no setting {name!r}: {hint}")
        yield name, raw, place


def _place(path: Path, text: str, name: str) -> str:
    """Return the path with the line on which an entry stands, where that can be told."""
    begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}[\"']?\s*[=.\]]")
    for number, line in enumerate(text.splitlines(), start=1):
        if begins.match(line):
            return f"{path}, line {number}"
    return str(path)
