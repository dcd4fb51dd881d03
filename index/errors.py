"""What can go wrong, as one tree.

Every message is one line that says what is wrong and what to do about it; the command line prints
it as it is. A library's own exceptions are wrapped where that library is called.

DatelineError
├── ArticleError            a file cannot become an article
│   └── FetchError          what stands at an address cannot be fetched
├── NothingToIndexError     no article was found where the user pointed
├── UnknownArticleError     no article in the collection has that id
├── ModelError              an embedding model is missing, altered or unusable
│   └── ExportError         a model cannot be exported to ONNX faithfully
└── StoreError              the data folder cannot be read or written
    ├── NoCollectionError   nothing has been indexed there yet
    ├── ChangedError        another process changed the collection meanwhile
    └── MismatchError       the collection was built with something else

`rag.errors` adds what can go wrong with a question and its answer, under the same base.
"""

import difflib
from collections.abc import Iterable


class DatelineError(Exception):
    """The base of every error that Dateline raises on purpose."""


class ArticleError(DatelineError):
    """A file cannot become an article; the message is the reason, without the file's name."""


class FetchError(ArticleError):
    """What stands at an address cannot be fetched; the message is the reason, without it."""


class NothingToIndexError(DatelineError):
    """No article was found where the user pointed."""


class UnknownArticleError(DatelineError):
    """No article in the collection has an id.

    Args:
        article_id: what was asked for.
        ids: what there is; the nearest is suggested.
    """

    def __init__(self, article_id: str, ids: Iterable[str]) -> None:
        near = difflib.get_close_matches(article_id, list(ids), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`dateline articles` lists them"
        super().__init__(f"there is no article {article_id!r} in the collection: {hint}")


class ModelError(DatelineError):
    """An embedding model is missing, altered or unusable."""


class ExportError(ModelError):
    """A model cannot be exported to ONNX so that it gives the same vectors."""


class StoreError(DatelineError):
    """The data folder cannot be read or written."""


class NoCollectionError(StoreError):
    """Nothing has been indexed in the data folder yet."""


class ChangedError(StoreError):
    """Another process changed the collection while a change to it was being worked out."""


class MismatchError(StoreError):
    """The collection was built with another model or another version's format."""
