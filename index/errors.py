"""What can go wrong, as one tree.

Every message is one line that says what is wrong and what to do about it; the command line prints
it as it is. A library's own exceptions are wrapped where that library is called.

DatelineError
├── ArticleError            a file cannot become an article
├── NothingToIndexError     no article was found where the user pointed
├── ModelError              an embedding model is missing, altered or unusable
│   └── ExportError         a model cannot be exported to ONNX faithfully
└── StoreError              the data folder cannot be read or written
    ├── NoCollectionError   nothing has been indexed there yet
    ├── ChangedError        another process changed the collection meanwhile
    └── MismatchError       the collection was built with something else

`rag.errors` adds what can go wrong with a question and its answer, under the same base.
"""


class DatelineError(Exception):
    """The base of every error that Dateline raises on purpose."""


class ArticleError(DatelineError):
    """A file cannot become an article; the message is the reason, without the file's name."""


class NothingToIndexError(DatelineError):
    """No article was found where the user pointed."""


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
