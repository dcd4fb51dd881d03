"""Doctor: is everything there that an answer needs, and is it what it should be?

Each examination is a function that yields what it found, in plain words, with what to do where
something is not right. Knows nothing of how findings are shown.
"""

import logging
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from api.doctor_files import beside, collection, folders, models, space
from api.finding import Finding
from api.nearest import nearest_of
from api.settings import Gathered, Settings, SettingsError, declared, gathered, unknown_variables
from index.errors import DatelineError

LEAST_PYTHON = (3, 11)
NARROW_COLUMNS = 40
ITSELF = "dateline"


def findings(environment: Mapping[str, str], data: Path | None = None) -> Iterator[Finding]:
    """Yield everything that is found, in the order in which an answer needs it.

    Args:
        environment: the process's.
        data: the data folder, where it is given by its flag.
    """
    yield from _python()
    yield from _packages()
    try:
        found = gathered(environment, data=data)
    except SettingsError as error:
        yield Finding("configuration", "wrong", str(error), "correct it; the rest needs it")
        return
    yield from _configuration(environment, found)
    settings = found.settings
    for examine in (models, collection, beside, folders, space):
        yield from _spared(examine, settings)
    yield from _terminal(environment)


def _spared(
    examine: Callable[[Settings], Iterator[Finding]], settings: Settings
) -> Iterator[Finding]:
    """Yield what an examination finds; what breaks it off is a finding, too."""
    try:
        yield from examine(settings)
    except (DatelineError, OSError) as error:
        about = examine.__name__
        yield Finding(about, "wrong", str(error), "the message says what; then run this again")


def _python() -> Iterator[Finding]:
    says = f"{platform.python_version()} in {sys.prefix}"
    if sys.version_info >= LEAST_PYTHON:
        yield Finding("Python", "right", says)
    else:
        yield Finding("Python", "wrong", says, "install Python 3.11 or later, and Dateline in it")


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement  # noqa: PLC0415 - only for this

    try:
        wanted = [Requirement(line) for line in metadata.requires(ITSELF) or ()]
    except metadata.PackageNotFoundError:
        yield Finding(
            "packages",
            "doubtful",
            "Dateline runs from its source and is not installed",
            "run .ci/setup, or pip install .",
        )
        return
    wrong = []
    needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    for one in needed:
        try:
            there = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if not one.specifier.contains(there, prereleases=True):
            wrong.append(f"{one.name} is {there}, and {one.specifier} is needed")
    if wrong:
        yield Finding("packages", "wrong", "; ".join(wrong), "run .ci/setup, or pip install .")
    else:
        yield Finding("packages", "right", f"all {len(needed)} are there, in versions that fit")


def _configuration(environment: Mapping[str, str], found: Gathered) -> Iterator[Finding]:
    variables = [one.variable for one in declared().values()]
    for name in unknown_variables(environment):
        near = nearest_of(name, variables)
        do = f"did you mean {near}?" if near else "`dateline config` lists those that do"
        yield Finding("configuration", "doubtful", f"the variable {name} sets nothing", do)
    places = sorted({origin for origin in found.origins.values() if origin != "default"})
    yield Finding("configuration", "right", f"set by {', '.join(places) or 'nothing: all default'}")


def _terminal(environment: Mapping[str, str]) -> Iterator[Finding]:
    encoding = sys.stdout.encoding if sys.stdout is not None else "none"
    if encoding.casefold().replace("-", "") not in {"utf8", "utf8sig"}:
        do = "set LANG to one in UTF-8, such as C.UTF-8, or PYTHONUTF8=1"
        yield Finding("terminal", "doubtful", f"its encoding is {encoding}", do)
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        yield Finding("terminal", "right", "there is none: answers are plain text without colour")
        return
    columns = shutil.get_terminal_size().columns
    says = f"{environment.get('TERM') or 'no TERM'}, {columns} columns"
    if not environment.get("TERM") or environment["TERM"] == "dumb":
        do = "set TERM to what your terminal is, such as xterm-256color"
        yield Finding("terminal", "doubtful", says, do)
    elif columns < NARROW_COLUMNS:
        yield Finding("terminal", "doubtful", says, f"widen it to {NARROW_COLUMNS} or more")
    else:
        yield Finding("terminal", "right", says)


def quiet() -> None:
    """Let nothing be said beside the findings, which say it themselves."""
    logging.getLogger().setLevel(logging.ERROR)
