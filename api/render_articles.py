"""Render articles: reports of what went in, lists and single articles, for a terminal or a pipe."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from api.paragraph import INDENT, paragraph
from api.render import clean, plural, written_day
from index.store import Listed
from index.types import Article, Removed

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.files import Skipped

MAX_SKIPPED_SHOWN = 20
NAME_WIDTH = 9
FIELDS = ("title", "outlet", "author", "published", "updated", "url", "language")


def show_report(console: Console, report: "BuildReport", folder: str) -> None:
    """Print what was done, in a line, then what was left out and why."""
    info = report.info
    counts = [
        (len(report.added), "added"),
        (len(report.updated), "updated"),
        (len(report.unchanged), "unchanged"),
        (len(report.removed), "removed"),
        (len(report.kept), "kept unread"),
        (len(report.refused), "refused"),
    ]
    changes = ", ".join(f"{count:,} {what}" for count, what in counts if count)
    held = ", ".join(
        (
            plural(info.articles, "article"),
            plural(info.origins, "origin"),
            plural(info.passages, "passage"),
        )
    )
    paragraph(console, Text(f"{held} in {clean(folder)} ({changes})"))
    for skip in report.skipped[:MAX_SKIPPED_SHOWN]:
        paragraph(console, Text(_skipped(skip), style="yellow" if skip.refused else "dim"))
    if len(report.skipped) > MAX_SKIPPED_SHOWN:
        more = len(report.skipped) - MAX_SKIPPED_SHOWN
        paragraph(console, Text(f"… and {more:,} more were left out or refused (--json has all)"))


def show_list(console: Console, listed: Sequence[Listed], texts: Sequence[Article] = ()) -> None:
    """Print a line for each article, or each with its text where the texts are given."""
    if not listed:
        paragraph(console, Text("no article is there that matches"))
    full = {article.id: article for article in texts}
    for number, item in enumerate(listed):
        article = item.article
        if article.id in full:
            if number:
                console.print()
            show_article(console, item, full[article.id])
            continue
        line = Text(clean(article.id), style="bold cyan")
        parts = (written_day(article.published), article.outlet or "outlet unknown")
        named = " · ".join(clean(part) for part in (*parts, article.title or "no title"))
        paragraph(console, line.append(f"  {named}", style="not bold default"), hang=INDENT)


def show_article(console: Console, listed: Listed, article: Article | None = None) -> None:
    """Print all that is known of an article, and its text where it is given."""
    about = listed.article
    paragraph(console, Text(clean(about.id), style="bold cyan"))
    rows = [(name, getattr(about, name)) for name in FIELDS]
    rows += [("origin", listed.origin), ("source", listed.source)]
    for name, value in (*rows, ("passages", f"{listed.passages:,}")):
        line = Text(f"{name:>{NAME_WIDTH}}  ", style="dim")
        line.append(clean(value or "unknown"), style="not dim default")
        paragraph(console, line, hang=NAME_WIDTH + 2)
    for written in article.text.splitlines() if article else ():
        paragraph(console, Text(clean(written)))


def show_removed(console: Console, removed: Sequence[Removed]) -> None:
    """Print what stood around a story and is not part of it, with the reasons."""
    if not removed:
        paragraph(console, Text("nothing was removed"))
    for reason, parts in groupby(removed, key=lambda part: part.reason):
        paragraph(console, Text(clean(reason), style="bold"))
        for part in parts:
            for line in part.text.splitlines():
                if line.strip():
                    paragraph(console, Text(clean(line), style="dim"), INDENT)


def _skipped(skip: "Skipped") -> str:
    word = "refused" if skip.refused else "left out"
    return f"{word}: {clean(skip.place)}: {clean(skip.reason)}"
