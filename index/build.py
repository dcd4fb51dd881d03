"""Build: a folder of articles becomes a collection, in one change.

All the steps of `index`, in order. Articles that have not changed since the last build are not
embedded again; what the folder no longer holds leaves the collection.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunk import chunk
from index.embed import Embedder, PassageText
from index.embedding import EmbeddingModel
from index.errors import NoCollectionError, NothingToIndexError
from index.load import Loaded, Skipped, load_paths
from index.store import CollectionInfo, EmbeddedArticle, Recipe, Store
from index.types import Article, Passage, Span

# Raise this when a change to `chunk` or to what is embedded makes stored passages out of date.
CHUNKING = 1
# About a paragraph or two: small enough to be about one thing, large enough to say which.
PASSAGE_TOKENS = 160
MIN_PASSAGE_TOKENS = 32
SPECIAL_TOKENS = 4
MAX_PREFIX_CHARS = 200
# Passages embedded together; bounds the memory and gives length-sorted batches.
WINDOW = 256

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many articles are done, and of how many."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Articles are named by their ids."""

    info: CollectionInfo
    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    @property
    def refused(self) -> tuple[Skipped, ...]:
        """Files that should have been articles and could not be read as such."""
        return tuple(skip for skip in self.skipped if skip.refused)


def build(
    paths: Sequence[Path],
    store: Store,
    model: EmbeddingModel,
    progress: Progress = lambda _what, _done, _of: None,
) -> BuildReport:
    """Make the collection in `store` hold exactly the articles under `paths`.

    Raises:
        NothingToIndexError: there is no article there; the collection is as it was.
        ModelError: the model is missing or unusable; the collection is as it was.
        ChangedError: another process changed the collection meanwhile; it is as that left it.
        StoreError: the collection cannot be written; it is as it was.
    """
    articles, skipped = _load(paths, progress)
    if not articles:
        raise NothingToIndexError(_why_nothing(paths, skipped))
    since, before, current = _before(store, model.digest())
    changed = [a for a in articles if current.get(a.id) != a.digest]
    removed = tuple(sorted(before.keys() - {a.id for a in articles}))
    # Those of another recipe go first, so that vectors of two models never meet.
    stale = tuple(before.keys() - current.keys())
    if changed or removed:
        embedder = _loaded(model, progress)
        recipe = Recipe(embedder.identity, CHUNKING, embedder.precision)
        embedded = embed_articles(changed, embedder, progress)
        info = store.write(recipe, embedded, {*removed, *stale}, since=since)
    else:
        info = store.info()
    return BuildReport(
        info=info,
        added=tuple(a.id for a in changed if a.id not in before),
        updated=tuple(a.id for a in changed if a.id in before),
        unchanged=tuple(a.id for a in articles if current.get(a.id) == a.digest),
        removed=removed,
        skipped=tuple(sorted(skipped, key=lambda skip: skip.path)),
    )


def embed_articles(
    articles: Sequence[Article], embedder: Embedder, progress: Progress
) -> Iterator[EmbeddedArticle]:
    """Cut articles into passages and embed them, a window at a time, in order."""
    window: list[tuple[Article, tuple[Passage, ...]]] = []
    done = 0
    progress("embedding", done, len(articles))
    for position, article in enumerate(articles, start=1):
        window.append((article, _passages(article, embedder)))
        full = sum(len(passages) for _, passages in window) >= WINDOW
        if full or position == len(articles):
            yield from _embed_window(window, embedder)
            done += len(window)
            window.clear()
            progress("embedding", done, len(articles))


def _load(paths: Sequence[Path], progress: Progress) -> tuple[list[Article], list[Skipped]]:
    articles: list[Article] = []
    skipped: list[Skipped] = []
    for item in load_paths(paths):
        if isinstance(item, Loaded):
            articles.append(item.article)
            progress("reading", len(articles), 0)
        else:
            skipped.append(item)
    return articles, skipped


def _why_nothing(paths: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    places = ", ".join(str(path) for path in paths)
    if not skipped:
        return f"no articles in {places}: put .md or .txt files there"
    first = skipped[0]
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"no articles in {places}: {first.path} was skipped, {first.reason}{more}"


def _before(store: Store, digest: str) -> tuple[int, dict[str, str], dict[str, str]]:
    """Return the store's generation, its articles' digests, and those of articles that can stay."""
    with store.reading():
        try:
            info = store.info()
        except NoCollectionError:
            return 0, {}, {}
        before = store.digests()
    stays = (info.recipe.model.digest, info.recipe.chunking) == (digest, CHUNKING)
    return info.generation, before, before if stays else {}


def _loaded(model: EmbeddingModel, progress: Progress) -> Embedder:
    progress("loading the model", 0, 0)
    return model.for_building()


def _prefix(article: Article) -> str:
    return f"{article.title[:MAX_PREFIX_CHARS]}\n" if article.title else ""


def _passages(article: Article, embedder: Embedder) -> tuple[Passage, ...]:
    room = embedder.identity.max_tokens - SPECIAL_TOKENS - embedder.count_tokens(_prefix(article))
    budget = max(MIN_PASSAGE_TOKENS, min(PASSAGE_TOKENS, room))
    return chunk(article, embedder.count_tokens, budget)


def _embed_window(
    window: Sequence[tuple[Article, tuple[Passage, ...]]], embedder: Embedder
) -> Iterator[EmbeddedArticle]:
    texts = [_passage_text(article, p) for article, passages in window for p in passages]
    vectors = iter(tuple(embedder.embed_passages(texts)))
    for article, passages in window:
        yield EmbeddedArticle(article, passages, tuple(next(vectors) for _ in passages))


def _passage_text(article: Article, passage: Passage) -> PassageText:
    start = passage.span.start
    sentences = tuple(Span(s.start - start, s.end - start) for s in passage.sentences)
    return PassageText(_prefix(article), passage.span.of(article.text), sentences)
