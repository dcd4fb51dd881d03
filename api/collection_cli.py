"""The collection on the command line: `dateline build`, `add`, `remove` and `articles`."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.options import After, AsJson, Author, Before, Data, Outlet
from api.settings import SEEDS, Settings
from api.streams import note, print_json, reported, result_console, step_progress
from index.errors import NoCollectionError, NothingToIndexError

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.load import Fetch
    from index.sqlite.store import SqliteStore
    from index.store import Listed

Embedder = Annotated[
    str | None,
    typer.Option("--embedder", metavar="NAME|DIR", help="The embedding model to index with."),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Read nothing from the net, not even where a feed leads.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say each article once it is safely stored.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (build, add, remove, articles):
        app.command()(command)


def build(  # noqa: PLR0913 - one for each option
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH|URL", help="Files, folders, addresses; default: the seeds."),
    ] = None,
    data: Data = None,
    embedder: Embedder = None,
    *,
    offline: Offline = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Index articles: the collection then holds exactly these.

    Reads Markdown, text, HTML, PDF, JSON, JSONL, RSS and Atom, each also as .gz, and addresses.

    Example: dateline build ~/articles
    """
    settings = Settings.from_environment(os.environ, data=data, embedder=embedder)
    with reported():
        if not places:
            _refuse_to_replace(settings)
        report = build_collection(places or [SEEDS], settings, offline=offline, verbose=verbose)
        _show(report, settings, as_json=as_json)


def add(
    places: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL", help="Files, folders, pages and feeds."),
    ],
    data: Data = None,
    *,
    offline: Offline = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> None:
    """Add articles to the collection, or update those in it.

    Example: dateline add https://example.org/feed.xml notes.txt
    """
    from index.build import add as add_articles  # noqa: PLC0415 - not for asking

    settings = Settings.from_environment(os.environ, data=data)
    with reported():
        report = _change(add_articles, places, settings, offline=offline, verbose=verbose)
        _show(report, settings, as_json=as_json)


def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="As `dateline articles` has it.")],
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Remove articles from the collection; they are never cited again.

    Example: dateline remove 2026-01-14-council-vote
    """
    from index.build import remove as remove_articles  # noqa: PLC0415 - not for asking

    settings = Settings.from_environment(os.environ, data=data)
    with reported(), _opened(settings) as store:
        ids = list(dict.fromkeys(ids))
        info = remove_articles(ids, store)
        if as_json:
            print_json({"removed": ids, "info": asdict(info)})
        else:
            noun = "article" if len(ids) == 1 else "articles"
            typer.echo(f"{len(ids):,} {noun} removed, {info.articles:,} left in {settings.data}")


def articles(  # noqa: PLR0913 - one for each option
    article_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Show this one; default: list all.")
    ] = None,
    data: Data = None,
    *,
    outlet: Outlet = None,
    author: Author = None,
    after: After = None,
    before: Before = None,
    origin: Annotated[str | None, typer.Option(help="Carrying the reporting of this one.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Give the texts too.")] = False,
    removed: Annotated[
        bool, typer.Option("--removed", help="Show what was removed around the story, and why.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the articles of the collection, or show one.

    Example: dateline articles --outlet Courier --after 2026-01

    or: dateline articles ID --removed
    """
    from index.filters import Filter, FilterError  # noqa: PLC0415 - not for --help

    settings = Settings.from_environment(os.environ, data=data)
    with reported(), _opened(settings) as store:
        wanted = Filter(outlet, author, after, before, origin)
        if article_id is not None and wanted != Filter():
            raise FilterError("an ID names one article: leave out the filters, or the ID")
        listed = _listed(store, article_id, wanted)
        if as_json:
            found = [_as_json(store, item, text=text, removed=removed) for item in listed]
            print_json(found[0] if article_id is not None else found)
        else:
            _print(store, listed, one=article_id is not None, text=text, removed=removed)


def build_collection(
    places: Sequence[str | Path],
    settings: Settings,
    *,
    offline: bool = False,
    verbose: bool = False,
) -> "BuildReport":
    """Build a collection, showing progress."""
    from index.build import build as build_articles  # noqa: PLC0415 - not for asking

    return _change(build_articles, places, settings, offline=offline, verbose=verbose)


def _change(
    change: "Callable[..., BuildReport]",
    places: Sequence[str | Path],
    settings: Settings,
    *,
    offline: bool,
    verbose: bool,
) -> "BuildReport":
    from index.build import Watch  # noqa: PLC0415 - not for asking
    from index.embedding import LocalModel  # noqa: PLC0415
    from index.models import DEFAULT_MODEL  # noqa: PLC0415

    with _opened(settings, create=True) as store, step_progress() as progress:
        try:
            before = store.info().recipe.model.reference
        except NoCollectionError:
            before = DEFAULT_MODEL
        model = LocalModel(settings.embedder or before, settings.exports)
        watch = Watch(progress, _say_stored if verbose else lambda _ids: None)
        with _fetcher(offline=offline) as fetch:
            return change(places, store, model, fetch=fetch, watch=watch)


def _say_stored(ids: Sequence[str]) -> None:
    for article_id in ids:
        note(f"stored {article_id}")
    # Whoever reads this may act on it: it must not wait in a buffer.
    sys.stderr.flush()


@contextmanager
def _fetcher(*, offline: bool) -> "Iterator[Fetch | None]":
    if offline:
        yield None
        return
    from index.web.fetch import Fetcher  # noqa: PLC0415 - only where something may be fetched

    with Fetcher() as fetcher:
        yield fetcher.fetch


@contextmanager
def _opened(settings: Settings, *, create: bool = False) -> "Iterator[SqliteStore]":
    from index.sqlite.store import SqliteStore  # noqa: PLC0415 - not for --help

    store = SqliteStore(settings.data, create=create)
    try:
        yield store
    finally:
        store.close()


def _show(report: "BuildReport", settings: Settings, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(report))
    else:
        from api.render_articles import show_report  # noqa: PLC0415 - rich is slow to import

        show_report(result_console(), report, str(settings.data))
    if report.refused:
        raise typer.Exit(1)


def _refuse_to_replace(settings: Settings) -> None:
    """Refuse to put the bundled articles in the place of others that nobody named."""
    try:
        with _opened(settings) as store:
            known = store.known().values()
    except NoCollectionError:
        return
    others = sum(not (k.source or "").startswith(str(SEEDS.resolve())) for k in known)
    if others:
        raise NothingToIndexError(
            f"the collection in {settings.data} holds {others:,} articles of your own: name the "
            "places to build it from, or choose another data folder with --data"
        )


def _listed(store: "SqliteStore", article_id: str | None, wanted: Any) -> "list[Listed]":  # noqa: ANN401
    from index.errors import UnknownArticleError  # noqa: PLC0415 - not for --help

    everything = list(store.listed())
    by_id = {item.article.id: item for item in everything}
    for named in (article_id, wanted.origin):
        if named is not None and named not in by_id:
            raise UnknownArticleError(named, by_id)
    if article_id is not None:
        return [by_id[article_id]]
    if wanted.origin is not None:
        wanted = replace(wanted, origin=by_id[wanted.origin].origin)
    return [item for item in everything if wanted.admits(item)]


def _as_json(store: "SqliteStore", item: "Listed", *, text: bool, removed: bool) -> dict[str, Any]:
    shown = asdict(item.article)
    del shown["text"]
    shown |= {"origin": item.origin, "source": item.source, "passages": item.passages}
    if text:
        article = store.article(item.article.id)
        shown["text"] = None if article is None else article.text
    if removed:
        intake = store.intake(item.article.id)
        shown["removed"] = [] if intake is None else [asdict(part) for part in intake.removed]
    return shown


def _print(
    store: "SqliteStore", listed: "Sequence[Listed]", *, one: bool, text: bool, removed: bool
) -> None:
    from api.render_articles import (  # noqa: PLC0415 - rich is slow to import
        show_article,
        show_list,
        show_removed,
    )

    console = result_console()
    texts = [a for item in listed if text and (a := store.article(item.article.id)) is not None]
    if not one:
        show_list(console, listed, texts)
    elif not removed:
        show_article(console, listed[0], *texts)
    for item in listed if removed else ():
        if not one:
            console.print(item.article.id, markup=False)
        intake = store.intake(item.article.id)
        show_removed(console, () if intake is None else intake.removed)
