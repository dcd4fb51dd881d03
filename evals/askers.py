"""Askers: where an evaluation's answers come from.

The local pipeline over a collection, a running service over HTTP, or the answers that an earlier
run recorded.
"""

import http.client
import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evals.runner import AskError, corpus_fingerprint
from evals.types import Case, Record
from index.embedding import EmbeddingModel
from index.errors import DatelineError
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.reader import PassageReader
from rag.retrieve import Scope

TIMEOUT_SECONDS = 120


class LocalAsker:
    """The pipeline over the collection in a data folder.

    Args:
        data: the folder.
        model: the embedding model.
        reader: reads the passages; None for none.

    Raises:
        NoCollectionError, StoreError: there is no collection there, or it cannot be read.
        ModelError, MismatchError: its embedding model is not here.
    """

    def __init__(
        self, data: Path, model: EmbeddingModel, reader: PassageReader | None = None
    ) -> None:
        self._data = data
        self._reader = reader
        store = SqliteStore(data)
        self._info = store.info()
        self._digests = {name: known.digest for name, known in store.known().items()}
        store.close()
        self._embedder = model.for_asking(self._info.recipe.model)
        self._local = threading.local()

    def ask(self, case: Case) -> dict[str, Any]:
        """Return the pipeline's answer."""
        try:
            scope = Scope(as_of=case.as_of)
            answer = self._pipeline().ask(case.question, history=case.history, scope=scope)
        except DatelineError as error:
            raise AskError(str(error)) from error
        # What leaves is read back from JSON, as any reader of the answer would have it.
        answered: dict[str, Any] = json.loads(json.dumps(answer.to_json()))
        return answered

    def text(self, article: str) -> str | None:
        """Return an article's text."""
        found = self._pipeline().store.article(article)
        return None if found is None else found.text

    def articles(self) -> Iterable[str]:
        """Return the ids of the articles."""
        return self._digests

    def corpus(self) -> dict[str, Any]:
        """Return the collection's fingerprint and size."""
        return corpus_fingerprint(self._digests)

    def describe(self) -> dict[str, Any]:
        """Return what answers."""
        embedder = self._info.recipe.model.key
        reads = self._reader is not None
        return {"answerer": "extractive", "model": None, "embedder": embedder, "reader": reads}

    def _pipeline(self) -> Pipeline:
        # A SQLite connection belongs to the thread that opened it.
        if not hasattr(self._local, "pipeline"):
            self._local.pipeline = Pipeline(SqliteStore(self._data), self._embedder, self._reader)
        pipeline: Pipeline = self._local.pipeline
        return pipeline


class ServiceAsker:
    """A running service, asked over HTTP.

    Args:
        url: where it is, without the path of an endpoint.
        key: what it is asked with, if it needs a key.
    """

    def __init__(self, url: str, key: str | None = None) -> None:
        self._key = key
        self._url = url.rstrip("/")
        try:
            parts = urllib.parse.urlsplit(self._url)
            sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            raise AskError(f"{url} is no http or https address")

    def ask(self, case: Case) -> dict[str, Any]:
        """Return the service's answer."""
        question = {"question": case.question, "history": case.history, "as_of": case.as_of}
        answer = self._json("/v1/answers", question)
        try:
            _read_through(answer)
        except (KeyError, TypeError, AttributeError) as error:
            raise AskError(f"{self._url} gave something that is no answer: {error!r}") from error
        given: dict[str, Any] = answer
        return given

    def text(self, article: str) -> str | None:
        """Return an article's text."""
        try:
            found = self._json(f"/v1/articles/{urllib.parse.quote(article, safe='')}")
        except _NotFoundError:
            return None
        text = found.get("text") if isinstance(found, dict) else None
        if not isinstance(text, str):
            raise AskError(f"{self._url} gave something that is no article")
        return text

    def corpus(self) -> dict[str, Any]:
        """Return nothing: a service does not say what it holds."""
        return {"fingerprint": None, "articles": None}

    def describe(self) -> dict[str, Any]:
        """Return where the answers come from."""
        return {"answerer": self._url, "model": None, "embedder": None, "reader": None}

    def _json(self, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._url + path, data, {"Content-Type": "application/json"}
        )
        if self._key is not None:
            # Not for whom a redirect leads to.
            request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
                return json.load(reply)
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.NOT_FOUND:
                raise _NotFoundError(f"{self._url} has no {path}") from error
            raise AskError(f"{self._url} answered {error.code} {error.reason}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise AskError(f"{self._url} cannot be reached: {reason}") from error


class _NotFoundError(AskError):
    """The service has no such thing."""


def _read_through(answer: Any) -> None:  # noqa: ANN401 - any JSON
    """Read what judging will read, as it reads it.

    Raises:
        KeyError, TypeError, AttributeError: it is missing or of another kind.
    """
    for sentence in answer["sentences"]:
        sentence["text"].casefold()
        for citation in sentence["citations"]:
            "".join((citation["article"], citation["quote"]))
            range(citation["source"], citation["start"], citation["end"] or 1)
    for disagreement in answer["disagreements"]:
        for position in disagreement["positions"]:
            position["value"].casefold()
    for hit in answer.get("retrieved") or ():
        hit["article"].casefold()
    answer["text"].casefold()
    if not isinstance(answer["abstained"], bool):
        raise TypeError("abstained is not true or false")


class RecordedAsker:
    """The answers of an earlier run, so that it can be scored again.

    Args:
        records: what the earlier run recorded.
        collection: the collection that it asked, for the texts that quotations are checked against.
    """

    def __init__(self, records: Iterable[Record], collection: LocalAsker) -> None:
        self._by_case = {record.id: record for record in records}
        self._collection = collection

    def ask(self, case: Case) -> dict[str, Any]:
        """Return the recorded answer."""
        record = self._by_case.get(case.id)
        asked = (case.question, case.history, case.as_of)
        if record is None or (record.question, record.history, record.as_of) != asked:
            raise AskError("the earlier run was not asked this question")
        if record.answer is None:
            raise AskError("the earlier run has no answer to this question")
        return record.answer

    def text(self, article: str) -> str | None:
        """Return an article's text."""
        return self._collection.text(article)

    def articles(self) -> Iterable[str]:
        """Return the ids of the articles."""
        return self._collection.articles()

    def corpus(self) -> dict[str, Any]:
        """Return the collection's fingerprint and size."""
        return self._collection.corpus()

    def describe(self) -> dict[str, Any]:
        """Return what answered."""
        return self._collection.describe()
