"""Pages that are made from the code: the reference of commands and of settings.

    python -m tests.made_pages

writes them anew; a test holds that nothing would change.
"""

from pathlib import Path

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from api.cli import app
from api.settings import declared
from api.settings_values import wanted, written
from tests.conftest import ROOT

REFERENCE = ROOT / "docs" / "reference"
COLUMNS = 80
COMMANDS_HEAD = """# Commands

What `dateline COMMAND --help` prints. A result goes to standard output, everything else to \
standard error. Exit codes: 0 done; 1 some articles were refused, a gate failed, or the doctor \
found something wrong; 2 wrong usage or environment, with one line that says what to do. \
`dateline --install-completion` lets your shell complete commands and options. Colours and links \
are for terminals alone, colours not where `NO_COLOR` is set.
"""
SETTINGS_HEAD = """# Settings

A setting is a line in `dateline.toml`, an environment variable, or a flag where a command has \
one. A flag is stronger than a variable, a variable than `dateline.toml` in the working folder, \
that than the one in your configuration folder. `dateline config` shows each value with where it \
came from, `dateline config --where` the places of the files. A relative path in your \
configuration folder's file starts there.

```toml
data = "news"
model = "ollama/llama3.2"
model_passages = 6
```

"""
SETTINGS_FOOT = """
*Not from the working folder*: that folder may be somebody else's. A key is read from the \
environment alone: `DATELINE_MODEL_KEY` is sent to `model_url`, and each provider's own variable \
to that provider. `NO_COLOR`, `TERM` and `COLUMNS` mean what they do elsewhere.
"""


def commands_page() -> str:
    """Return the page of all commands, each with its help."""
    top = get_command(app)
    assert isinstance(top, TyperGroup)
    parts = [COMMANDS_HEAD, *_helped(top, [])]
    return "\n".join(parts)


def settings_page() -> str:
    """Return the page of all settings."""
    rows = ["| setting | variable | default | what it sets |", "|---|---|---|---|"]
    for one in declared().values():
        shown = "unset" if one.default is None else f"`{written(one.default)}`"
        if isinstance(one.default, Path) and one.default.is_absolute():
            shown = "where your system keeps such files"
        own = "; *not from the working folder*" if one.own else ""
        what = f"{one.what} ({wanted(one)}{own})"
        rows.append(f"| `{one.name}` | `{one.variable}` | {shown} | {what} |")
    return SETTINGS_HEAD + "\n".join(rows) + "\n" + SETTINGS_FOOT


def _helped(command: TyperGroup | TyperCommand, words: list[str]) -> list[str]:
    named = " ".join(["dateline", *words])
    done = CliRunner().invoke(app, [*words, "--help"], terminal_width=COLUMNS, prog_name="dateline")
    parts = [f"## {named}\n\n```text\n{done.output.strip()}\n```\n"]
    if isinstance(command, TyperGroup):
        for name, one in command.commands.items():
            assert isinstance(one, TyperGroup | TyperCommand)
            parts += _helped(one, [*words, name])
    return parts


def main() -> None:
    """Write the pages anew."""
    (REFERENCE / "commands.md").write_text(commands_page(), "utf-8")
    (REFERENCE / "settings.md").write_text(settings_page(), "utf-8")


if __name__ == "__main__":
    main()
