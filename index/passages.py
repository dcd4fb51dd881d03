"""Passages: articles are cut into passages and embedded, ready to be stored."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from index.chunk import chunk
from index.embed import Embedder, PassageText
from index.store import EmbeddedArticle
from index.types import Article, Passage, Span

# Raise this when a change to `chunk` or to what is embedded makes stored passages out of date.
CHUNKING = 1
# About a paragraph or two: small enough to be about one thing, large enough to say which.
PASSAGE_TOKENS = 160
MIN_PASSAGE_TOKENS = 32
SPECIAL_TOKENS = 4
MAX_PREFIX_CHARS = 200
# Passages embedded and stored together; bounds the memory and gives length-sorted batches.
WINDOW = 256

CutWindow = list[tuple[Article, tuple[Passage, ...]]]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and of how many, 0 where that is not known."""


def unwatched(_what: str, _done: int, _of: int) -> None:
    """Tell nobody about progress."""


def embed_articles(
    articles: Sequence[Article], embedder: Embedder, progress: Progress = unwatched
) -> Iterator[EmbeddedArticle]:
    """Cut articles into passages and embed them, in order."""
    for window in embed_windows(articles, embedder, progress):
        yield from window


def embed_windows(
    articles: Sequence[Article], embedder: Embedder, progress: Progress = unwatched
) -> Iterator[list[EmbeddedArticle]]:
    """Cut articles into passages and embed them, in order, a window at a time."""
    done = 0
    progress("embedding", done, len(articles))
    for embedded in _embedded_beside(_cut_windows(articles, embedder), embedder):
        yield embedded
        done += len(embedded)
        progress("embedding", done, len(articles))


def embedded_text(article: Article) -> tuple[str, str]:
    """Return all of an article that its vectors depend on."""
    return _prefix(article), article.text


def _prefix(article: Article) -> str:
    return f"{article.title[:MAX_PREFIX_CHARS]}\n" if article.title else ""


def _passages(article: Article, embedder: Embedder) -> tuple[Passage, ...]:
    room = embedder.identity.max_tokens - SPECIAL_TOKENS - embedder.count_tokens(_prefix(article))
    budget = max(MIN_PASSAGE_TOKENS, min(PASSAGE_TOKENS, room))
    return chunk(article, embedder.count_tokens, budget)


def _cut_windows(articles: Sequence[Article], embedder: Embedder) -> Iterator[CutWindow]:
    window: CutWindow = []
    count = 0
    for article in articles:
        passages = _passages(article, embedder)
        window.append((article, passages))
        count += len(passages)
        if count >= WINDOW:
            yield window
            window, count = [], 0
    if window:
        yield window


def _embedded_beside(
    windows: Iterable[CutWindow], embedder: Embedder
) -> Iterator[list[EmbeddedArticle]]:
    """Embed each window while the next is cut and the one before is the caller's."""
    beside = ThreadPoolExecutor(1, "embed-window")
    embedding: Future[list[EmbeddedArticle]] | None = None
    try:
        for window in windows:
            following = beside.submit(_embed_window, window, embedder)
            if embedding is not None:
                yield embedding.result()
            embedding = following
        if embedding is not None:
            yield embedding.result()
    finally:
        beside.shutdown(cancel_futures=True)


def _embed_window(window: CutWindow, embedder: Embedder) -> list[EmbeddedArticle]:
    texts = [_passage_text(article, p) for article, passages in window for p in passages]
    vectors = iter(tuple(embedder.embed_passages(texts)))
    return [
        EmbeddedArticle(article, passages, tuple(next(vectors) for _ in passages))
        for article, passages in window
    ]


def _passage_text(article: Article, passage: Passage) -> PassageText:
    start = passage.span.start
    sentences = tuple(Span(s.start - start, s.end - start) for s in passage.sentences)
    return PassageText(_prefix(article), passage.span.of(article.text), sentences)
