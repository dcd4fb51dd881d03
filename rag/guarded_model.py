"""Guarded model: a language model whose text and whose failures hold no secret.

What a provider echoes (a header, a key in an address) is masked in what it writes and in what it
fails with; the failure that is raised drags no other behind it. Knows nothing of providers.
"""

import logging
import traceback
from collections.abc import Iterator, Sequence

from rag.errors import ModelCallError
from rag.language_model import LanguageModel, Message, Usage, Writing
from rag.redact import Redactor

log = logging.getLogger(__name__)


class GuardedModel:
    """A language model behind a redactor.

    Args:
        model: the model.
        redactor: knows the secrets that the model is called with.
    """

    def __init__(self, model: LanguageModel, redactor: Redactor) -> None:
        self._model = model
        self._redactor = redactor

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> Writing:
        """Begin to write; see `rag.language_model.LanguageModel`.

        Raises:
            ModelCallError: whatever went wrong, without secrets, here or while pieces are taken.
        """
        try:
            writing = self._model.write(messages, max_tokens=max_tokens)
        except Exception as error:  # noqa: BLE001 - a provider's own may hold a key as well
            failure = _without_secrets(error, self._redactor)
        else:
            return _GuardedWriting(writing, self._redactor)
        # Outside of the handler, so that it has no context in which the secret still stands.
        raise failure


class _GuardedWriting:
    def __init__(self, writing: Writing, redactor: Redactor) -> None:
        self._writing = writing
        self._redactor = redactor

    @property
    def usage(self) -> Usage:
        return self._writing.usage

    @property
    def finished(self) -> bool:
        return self._writing.finished

    def __iter__(self) -> Iterator[str]:
        failure = None
        try:
            yield from self._redactor.pieces(self._writing)
        except Exception as error:  # noqa: BLE001 - as above
            failure = _without_secrets(error, self._redactor)
        if failure is not None:
            raise failure

    def close(self) -> None:
        self._writing.close()


def _without_secrets(error: Exception, redactor: Redactor) -> ModelCallError:
    trace = "".join(traceback.format_exception(error))
    log.debug("a model call failed: %s", redactor.text(trace))
    said = " ".join(redactor.text(str(error)).split())
    if isinstance(error, ModelCallError):
        return ModelCallError(said)
    return ModelCallError(f"the language model failed: {type(error).__name__}: {said}")
