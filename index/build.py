"""Build, add and remove: articles go into a collection and out of it.

All the steps of `index`, in order. Articles are embedded a window at a time, and each window is
stored as one change as soon as it is ready: what was reported as stored survives a kill, and the
next run goes on from there. What has not changed is not embedded again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.embed import Embedder
from index.embedding import EmbeddingModel
from index.errors import (
    ChangedError,
    MismatchError,
    NoCollectionError,
    NothingToIndexError,
    UnknownArticleError,
)
from index.files import READ_HERE, Skipped
from index.ids import is_address
from index.load import Fetch, Loaded, load_articles
from index.passages import CHUNKING, Progress, embed_windows, embedded_text, unwatched
from index.store import CollectionInfo, EmbeddedArticle, Known, Recipe, Store


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told what happens meanwhile.

    Attributes:
        progress: called as it goes on.
        stored: called with the ids of articles once they are safely stored.
    """

    progress: Progress = unwatched
    stored: Callable[[Sequence[str]], None] = lambda _ids: None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was done. Articles are named by their ids.

    `kept` are those that were to be read again and could not be; they stay as they were stored.
    """

    info: CollectionInfo
    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    @property
    def refused(self) -> tuple[Skipped, ...]:
        """What should have been an article and could not be read as such."""
        return tuple(skip for skip in self.skipped if skip.refused)


def build(
    places: Sequence[str | Path],
    store: Store,
    model: EmbeddingModel,
    *,
    fetch: Fetch | None = None,
    watch: Watch | None = None,
) -> BuildReport:
    """Make the collection in `store` hold exactly the articles at `places`.

    What cannot be read this time stays as it was stored. Articles of another model or of older
    rules are replaced in one change; else what has changed goes in window by window, and what is
    gone leaves last.

    Raises:
        NothingToIndexError: there is no article there; the collection is as it was.
        ModelError: the model is missing or unusable; nothing more was stored.
        ChangedError: another process changed the collection meanwhile; it is as that left it.
        StoreError: the collection cannot be written; nothing more was stored.
    """
    watch = watch or Watch()
    held = _held(store)
    loaded, skipped = _load(load_articles(places, known=held.known, fetch=fetch), watch)
    if not loaded:
        raise NothingToIndexError(_why_nothing(", ".join(map(str, places)), skipped))
    absent = held.known.keys() - {item.article.id for item in loaded}
    kept = {name for name in absent if _is_unread(held.known[name].source, skipped)}
    gone = tuple(sorted(absent - kept))
    change = _Change((store, model), watch, loaded, held)
    # Nothing that another process changes meanwhile is mixed with.
    change.since = held.info.generation if held.info else 0
    if held.info is not None and not _stays(held.info.recipe, model):
        change.replace_all(kept)
    else:
        change.store_changed()
        change.remove(gone)
    return change.report(skipped, removed=gone, kept=tuple(sorted(kept)))


def add(
    places: Sequence[str | Path],
    store: Store,
    model: EmbeddingModel,
    *,
    fetch: Fetch | None = None,
    watch: Watch | None = None,
) -> BuildReport:
    """Add the articles at `places` to the collection; those that are there already are updated.

    Raises:
        NothingToIndexError: there is nothing there that claims to be an article, or nothing that
            could start a collection.
        MismatchError: the collection was made with another model or older rules.
        ModelError, StoreError: as for `build`.
    """
    return _added(
        lambda known: load_articles(places, known=known, fetch=fetch),
        ", ".join(str(place) for place in places),
        (store, model),
        watch or Watch(),
    )


def add_posted(
    record: Mapping[str, str], store: Store, model: EmbeddingModel, *, watch: Watch | None = None
) -> BuildReport:
    """Add an article that is given by its fields (`index.posted`), or update it.

    Raises:
        NothingToIndexError: the record is no article, and there is no collection yet.
        MismatchError, ModelError, StoreError: as for `add`.
    """
    from index.posted import posted_articles  # noqa: PLC0415 - for programs only

    return _added(
        lambda known: posted_articles(record, known),
        "what was given",
        (store, model),
        watch or Watch(),
    )


def _added(
    load: Callable[[Mapping[str, Known]], Iterator[Loaded | Skipped]],
    where: str,
    into: tuple[Store, EmbeddingModel],
    watch: Watch,
) -> BuildReport:
    store, model = into
    held = _held(store)
    if held.info is not None and not _stays(held.info.recipe, model):
        raise MismatchError(
            f"the collection was built with {held.info.recipe.model.key}, by other rules than "
            "today's: run `dateline build` to build it anew"
        )
    loaded, skipped = _load(load(held.known), watch)
    if not loaded and (held.info is None or not any(skip.refused for skip in skipped)):
        raise NothingToIndexError(_why_nothing(where, skipped))
    change = _Change((store, model), watch, loaded, held)
    change.store_changed()
    return change.report(skipped)


def remove(ids: Sequence[str], store: Store) -> CollectionInfo:
    """Remove articles; their passages are never found or cited again.

    Raises:
        UnknownArticleError: one of them is not there; the collection is as it was.
        StoreError: the collection cannot be written; it is as it was.
    """
    ids = tuple(dict.fromkeys(ids))
    with store.reading():
        info, known = store.info(), store.known()
    unknown = [article_id for article_id in ids if article_id not in known]
    if unknown:
        raise UnknownArticleError(unknown[0], known)
    return store.write(info.recipe, [], removals=ids, known=known)


@dataclass(frozen=True, slots=True)
class _Held:
    """What a collection held before it is changed; `info` is None where there was none."""

    info: CollectionInfo | None
    known: Mapping[str, Known]


class _Change:
    """Loaded articles on their way into a store that may know some of them."""

    def __init__(
        self,
        into: tuple[Store, EmbeddingModel],
        watch: Watch,
        loaded: Sequence[Loaded],
        held: _Held,
    ) -> None:
        self.since: int | None = None
        self._store, self._model = into
        self._watch = watch
        self._loaded = loaded
        self._before = held.info
        self._known = held.known
        self._unchanged = frozenset(i.article.id for i in loaded if self._has_digest(i))

    def replace_all(self, kept: Collection[str]) -> None:
        """Put every article in anew, in place of all that was there, as one change.

        Those to be `kept` were not read again: they are embedded as they are stored.
        """
        self._unchanged = frozenset()
        items = [*self._loaded, *map(self._stored, sorted(kept))]
        embedder = self._embedder_for(items)
        windows = self._windows(items, embedder)
        additions = (article for window in windows for article in window)
        self._write(_recipe(embedder), additions, self._known.keys())
        self._watch.stored([item.article.id for item in self._loaded])

    def store_changed(self) -> None:
        """Put in what is new or has changed, a window at a time."""
        anew: list[Loaded] = []
        kept: list[EmbeddedArticle] = []
        for item in self._loaded:
            if self._is_known(item):
                continue
            embedded = self._with_old_vectors(item)
            if embedded is None:
                anew.append(item)
            else:
                kept.append(embedded)
        if kept and self._before is not None:
            self._write(self._before.recipe, kept)
            self._watch.stored([embedded.article.id for embedded in kept])
        if anew:
            embedder = self._embedder_for(anew)
            for window in self._windows(anew, embedder):
                self._write(_recipe(embedder), window)
                self._watch.stored([embedded.article.id for embedded in window])

    def remove(self, ids: Collection[str]) -> None:
        """Take articles out."""
        if ids and self._before is not None:
            self._write(self._before.recipe, (), ids)

    def report(
        self,
        skipped: Sequence[Skipped],
        removed: tuple[str, ...] = (),
        kept: tuple[str, ...] = (),
    ) -> BuildReport:
        """Tell what was done."""
        names = [item.article.id for item in self._loaded]
        return BuildReport(
            info=self._store.info(),
            added=tuple(n for n in names if n not in self._known),
            updated=tuple(n for n in names if n in self._known and n not in self._unchanged),
            unchanged=tuple(n for n in names if n in self._unchanged),
            removed=removed,
            kept=kept,
            skipped=tuple(sorted(skipped, key=lambda skip: skip.place)),
        )

    def _stored(self, article_id: str) -> Loaded:
        article, intake = self._store.article(article_id), self._store.intake(article_id)
        if article is None or intake is None:
            raise ChangedError("another process removed articles meanwhile: run this again")
        return Loaded(article, intake, intake.source or article_id)

    def _has_digest(self, item: Loaded) -> bool:
        known = self._known.get(item.article.id)
        return known is not None and known.digest == item.article.digest

    def _is_known(self, item: Loaded) -> bool:
        """Tell whether an article is there already, and came in as it did then."""
        known = self._known.get(item.article.id)
        return known is not None and (known.digest, known.intake) == (
            item.article.digest,
            item.intake.digest,
        )

    def _with_old_vectors(self, item: Loaded) -> EmbeddedArticle | None:
        """Return an article whose embedded text is the same as before, with its old vectors."""
        if item.article.id not in self._known:
            return None
        old = self._store.embedded(item.article.id)
        if old is None or embedded_text(old.article) != embedded_text(item.article):
            return None
        return replace(old, article=item.article, intake=item.intake)

    def _embedder_for(self, items: Sequence[Loaded]) -> Embedder:
        self._watch.progress("loading the model", 0, 0)
        return self._model.for_building(characters=sum(len(i.article.text) for i in items))

    def _windows(
        self, items: Sequence[Loaded], embedder: Embedder
    ) -> Iterator[list[EmbeddedArticle]]:
        articles = [item.article for item in items]
        intakes = {item.article.id: item.intake for item in items}
        for window in embed_windows(articles, embedder, self._watch.progress):
            yield [replace(e, intake=intakes[e.article.id]) for e in window]

    def _write(
        self,
        recipe: Recipe,
        additions: Iterable[EmbeddedArticle],
        removals: Collection[str] = (),
    ) -> None:
        # Whoever counts on the whole collection need not look at its articles one by one.
        known = self._known if self.since is None else None
        info = self._store.write(recipe, additions, removals, since=self.since, known=known)
        if self.since is not None:
            self.since = info.generation


def _load(items: Iterator[Loaded | Skipped], watch: Watch) -> tuple[list[Loaded], list[Skipped]]:
    loaded: list[Loaded] = []
    skipped: list[Skipped] = []
    for item in items:
        if isinstance(item, Loaded):
            loaded.append(item)
            watch.progress("reading", len(loaded), 0)
        else:
            skipped.append(item)
    return loaded, skipped


def _why_nothing(where: str, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"no articles in {where}: put files there that are read here ({READ_HERE})"
    first = skipped[0]
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"no articles in {where}: {first.place} was skipped, {first.reason}{more}"


def _held(store: Store) -> _Held:
    try:
        with store.reading():
            return _Held(store.info(), store.known())
    except NoCollectionError:
        return _Held(None, {})


def _is_unread(source: str | None, skipped: Sequence[Skipped]) -> bool:
    """Tell whether an article may still be where it came from, though it was not read there."""
    if source is None:
        return False
    unread = {skip.source for skip in skipped if skip.refused and skip.source}
    # What a feed would have led to is not known where the net could not be read.
    return (is_address(source) and any(map(is_address, unread))) or any(
        source == other or source.startswith((f"{other}#", f"{other}/")) for other in unread
    )


def _stays(recipe: Recipe, model: EmbeddingModel) -> bool:
    """Tell whether articles stored by a recipe can stay beside what the model makes today."""
    return (recipe.model.digest, recipe.chunking) == (model.digest(), CHUNKING)


def _recipe(embedder: Embedder) -> Recipe:
    return Recipe(embedder.identity, CHUNKING, embedder.precision)
