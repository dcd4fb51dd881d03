"""Build, add and remove: articles go into a collection and out of it.

All the steps of `index`, in order. Articles are embedded a window at a time, and each window is
stored as one change as soon as it is ready: what was reported as stored survives a kill, and the
next run goes on from there. What has not changed is not embedded again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.embed import Embedder
from index.embedding import EmbeddingModel
from index.errors import MismatchError, NoCollectionError, NothingToIndexError, UnknownArticleError
from index.files import Skipped
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
    """What was done. Articles are named by their ids."""

    info: CollectionInfo
    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
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

    Articles of another model or of older rules are replaced in one change; else what has changed
    goes in window by window, and what is gone leaves last.

    Raises:
        NothingToIndexError: there is no article there; the collection is as it was.
        ModelError: the model is missing or unusable; nothing more was stored.
        ChangedError: another process changed the collection meanwhile; it is as that left it.
        StoreError: the collection cannot be written; nothing more was stored.
    """
    watch = watch or Watch()
    loaded, skipped = _load(load_articles(places, fetch=fetch), watch)
    if not loaded:
        raise NothingToIndexError(_why_nothing(places, skipped))
    before, known = _before(store)
    gone = tuple(sorted(known.keys() - {item.article.id for item in loaded}))
    change = _Change(store, model, watch, loaded, known)
    if before is not None and not _stays(before.recipe, model):
        change.replace_all(before.generation)
    else:
        # A collection that another process began meanwhile is not mixed with.
        change.store_changed(since=0 if before is None else None)
        if gone:
            change.remove(gone)
    return change.report(skipped, removed=gone)


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
    watch = watch or Watch()
    before, known = _before(store)
    if before is not None and not _stays(before.recipe, model):
        raise MismatchError(
            f"the collection was built with {before.recipe.model.key} by other rules than today's: "
            "run `dateline build` to build it anew"
        )
    loaded, skipped = _load(load_articles(places, known=known, fetch=fetch), watch)
    if not loaded and (before is None or not any(skip.refused for skip in skipped)):
        raise NothingToIndexError(_why_nothing(places, skipped))
    change = _Change(store, model, watch, loaded, known)
    change.store_changed()
    return change.report(skipped)


def remove(ids: Sequence[str], store: Store) -> CollectionInfo:
    """Remove articles; their passages are never found or cited again.

    Raises:
        UnknownArticleError: one of them is not there; the collection is as it was.
        StoreError: the collection cannot be written; it is as it was.
    """
    with store.reading():
        info, known = store.info(), store.known()
    unknown = [article_id for article_id in ids if article_id not in known]
    if unknown:
        raise UnknownArticleError(unknown[0], known)
    return store.write(info.recipe, [], removals=ids)


class _Change:
    """Loaded articles on their way into a store that may know some of them."""

    def __init__(
        self,
        store: Store,
        model: EmbeddingModel,
        watch: Watch,
        loaded: Sequence[Loaded],
        known: Mapping[str, Known],
    ) -> None:
        self._store = store
        self._model = model
        self._watch = watch
        self._loaded = loaded
        self._known = known
        self._unchanged = frozenset(i.article.id for i in loaded if self._has_digest(i))

    def replace_all(self, since: int) -> None:
        """Put every article in anew, in place of all that was there, as one change."""
        self._unchanged = frozenset()
        embedder = self._embedder_for(self._loaded)
        additions = (
            article for window in self._windows(self._loaded, embedder) for article in window
        )
        self._store.write(_recipe(embedder), additions, self._known.keys(), since=since)
        self._watch.stored([item.article.id for item in self._loaded])

    def store_changed(self, since: int | None = None) -> None:
        """Put in what is new or has changed, a window at a time.

        `since` is the generation that the collection must still have when the first goes in.
        """
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
        if kept:
            self._write(self._store.info().recipe, kept, since)
            since = None
        if anew:
            embedder = self._embedder_for(anew)
            for window in self._windows(anew, embedder):
                self._write(_recipe(embedder), window, since)
                since = None

    def remove(self, ids: Sequence[str]) -> None:
        """Take articles out."""
        self._store.write(self._store.info().recipe, [], removals=ids)

    def report(self, skipped: Sequence[Skipped], removed: tuple[str, ...] = ()) -> BuildReport:
        """Tell what was done."""
        names = [item.article.id for item in self._loaded]
        return BuildReport(
            info=self._store.info(),
            added=tuple(n for n in names if n not in self._known),
            updated=tuple(n for n in names if n in self._known and n not in self._unchanged),
            unchanged=tuple(n for n in names if n in self._unchanged),
            removed=removed,
            skipped=tuple(sorted(skipped, key=lambda skip: skip.place)),
        )

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

    def _write(self, recipe: Recipe, window: Sequence[EmbeddedArticle], since: int | None) -> None:
        self._store.write(recipe, window, since=since)
        self._watch.stored([embedded.article.id for embedded in window])


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


def _why_nothing(places: Sequence[str | Path], skipped: Sequence[Skipped]) -> str:
    where = ", ".join(str(place) for place in places)
    if not skipped:
        return f"no articles in {where}: put .md, .txt or .html files there"
    first = skipped[0]
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"no articles in {where}: {first.place} was skipped, {first.reason}{more}"


def _before(store: Store) -> tuple[CollectionInfo | None, dict[str, Known]]:
    try:
        with store.reading():
            return store.info(), store.known()
    except NoCollectionError:
        return None, {}


def _stays(recipe: Recipe, model: EmbeddingModel) -> bool:
    """Tell whether articles stored by a recipe can stay beside what the model makes today."""
    return (recipe.model.digest, recipe.chunking) == (model.digest(), CHUNKING)


def _recipe(embedder: Embedder) -> Recipe:
    return Recipe(embedder.identity, CHUNKING, embedder.precision)
