"""Collection: a data set's articles, indexed in a temporary folder and asked as a user would.

Everything goes through the public functions of `index` and `rag`, so that a figure is the
pipeline's own. Nothing is kept on disk beyond the run but the model's ONNX export, which every
collection shares.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evals.benchmarks.data import Item, sample
from index.embed import QueryEmbedder
from index.embedding import EmbeddingModel
from index.passages import CHUNKING, Progress, embed_articles
from index.sqlite.store import SqliteStore
from index.store import EmbeddedArticle, Recipe, Store
from index.types import Article, Vector
from rag.candidates import Candidate
from rag.pipeline import Pipeline
from rag.question import parse_question
from rag.reader import PassageReader, Reading, ToRead
from rag.relevance import Relevance
from rag.retrieve import SEARCHED, gather
from rag.types import Answer


class Collection:
    """A collection to ask. Asked about the same question several times, it embeds it once."""

    def __init__(self, store: Store, embedder: QueryEmbedder, reader: PassageReader | None) -> None:
        self._store = store
        self._embedder = _Remembering(embedder)
        self._pipeline = Pipeline(store, self._embedder, reader and _RememberingReader(reader))
        self.passages = store.info().passages

    def ask(self, text: str) -> Answer:
        """Return the pipeline's answer."""
        return self._pipeline.ask(text)

    def ranked(self, text: str, depth: int = SEARCHED) -> list[str]:
        """Return the ids of the articles retrieved, each at its best passage's place.

        Args:
            text: the question.
            depth: how many passages are retrieved, as `dateline search --limit` gives them.
        """
        found = self._pipeline.search(text, limit=depth)
        return list(dict.fromkeys(one.article for one in found))

    def ranked_whole(self, text: str) -> list[str]:
        """Return the ids of the articles of all passages, likewise."""
        return self.ranked(text, self.passages)

    def described(self, text: str, depth: int = SEARCHED) -> Relevance:
        """Return what speaks for each passage that a retrieval of this depth ranks."""
        question = parse_question(text)
        vector = self._embedder.embed_query(question.text)
        with self._store.reading():
            return gather(self._store, question, vector, depth).relevance

    def sentences(self, text: str) -> list[Candidate]:
        """Return the sentences that the pipeline chooses from, best first, abstaining or not."""
        return self._pipeline.sentences(text)


class Indexer:
    """Makes collections with one model, loaded once."""

    def __init__(
        self, model: EmbeddingModel, reader: PassageReader | None, progress: Progress
    ) -> None:
        self._reader = reader
        progress("loading the model", 0, 0)
        self._builder = model.for_building()
        self._asker = model.for_asking(self._builder.identity)
        self._progress = progress

    def embed(self, articles: Sequence[Article]) -> Iterator[EmbeddedArticle]:
        """Cut articles into passages and embed them, in order."""
        return embed_articles(articles, self._builder, self._progress)

    @contextmanager
    def collection(self, articles: Iterable[EmbeddedArticle]) -> Iterator[Collection]:
        """Keep embedded articles as a collection, for as long as the context lasts."""
        recipe = Recipe(self._builder.identity, CHUNKING, self._builder.precision)
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteStore(Path(folder), create=True)
            try:
                store.write(recipe, articles)
                yield Collection(store, self._asker, self._reader)
            finally:
                store.close()


@dataclass(frozen=True, slots=True)
class Bench:
    """What a benchmark runs on.

    Attributes:
        folder: the data set's folder.
        model: the embedding model.
        reader: reads the passages; None for none.
        limit: at most so many questions are asked, evenly spaced; the collection stays whole.
        progress: told what is being done, how many are done, and of how many.
    """

    folder: Path
    model: EmbeddingModel
    reader: PassageReader | None
    limit: int | None
    progress: Progress

    def indexer(self) -> Indexer:
        """Load the model."""
        return Indexer(self.model, self.reader, self.progress)

    @contextmanager
    def collection(self, articles: Sequence[Article]) -> Iterator[Collection]:
        """Load the model and index articles, for as long as the context lasts."""
        indexer = self.indexer()
        with indexer.collection(indexer.embed(articles)) as collection:
            yield collection

    def each(self, items: Sequence[Item]) -> Iterator[Item]:
        """Yield the items to measure, telling the progress."""
        chosen = sample(items, self.limit)
        for done, item in enumerate(chosen):
            self.progress("measuring", done, len(chosen))
            yield item
        self.progress("measuring", len(chosen), len(chosen))


class _Remembering:
    """Embeds a question once, however many of the pipeline's steps are measured with it."""

    def __init__(self, embedder: QueryEmbedder) -> None:
        self.identity = embedder.identity
        self._embedder = embedder
        self._last: tuple[str, Vector] | None = None

    def embed_query(self, text: str) -> Vector:
        if self._last is None or self._last[0] != text:
            self._last = text, self._embedder.embed_query(text)
        return self._last[1]


class _RememberingReader:
    """Reads a passage for a question once, likewise."""

    def __init__(self, reader: PassageReader) -> None:
        self.closely = None if reader.closely is None else _RememberingReader(reader.closely)
        self._reader = reader
        self._question = ""
        self._read: dict[ToRead, Reading] = {}

    def read(self, question: str, passages: Sequence[ToRead]) -> list[Reading]:
        if question != self._question:
            self._question, self._read = question, {}
        new = [passage for passage in passages if passage not in self._read]
        self._read |= dict(zip(new, self._reader.read(question, new), strict=True))
        return [self._read[passage] for passage in passages]
