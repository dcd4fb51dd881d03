"""Flow: a paragraph that is printed while it grows, wrapped as if it had been there at once.

A line is broken where its words no longer fit, whatever comes later, so that only the last line can
still grow. Knows nothing of answers.
"""

from rich.console import Console
from rich.text import Text

from api.paragraph import measure


class Flow:
    """A growing paragraph on a console. In a pipe it is one line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = measure(console) if console.is_terminal else None
        self._text = Text()
        self._lines = 0
        self._shown = 0

    def add(self, text: Text) -> None:
        """Print more of the paragraph, after a blank where something was printed before."""
        if self._text:
            self._text.append(" ")
        self._text.append_text(text)
        lines = self._wrapped()
        for number, line in enumerate(lines[self._lines :]):
            if number:
                self._console.print()
            shown = self._shown if not number else 0
            self._console.print(line[shown:], end="", soft_wrap=True)
            self._shown = len(line)
        self._lines = len(lines) - 1

    def end(self) -> None:
        """End the last line."""
        if self._text:
            self._console.print()

    def _wrapped(self) -> list[Text]:
        if self._width is None:
            return [self._text]
        lines = list(self._text.wrap(self._console, self._width))
        for line in lines:
            line.rstrip()
        return lines
