"""What can go wrong between a question and its answer.

DatelineError             (index.errors)
├── QuestionError         a question cannot be asked as it stands
├── ReaderError           the reader that comes with Dateline cannot be loaded
├── ModelCallError        a language model could not be asked, or did not finish
├── UnknownAnswerError    no answer that was kept has that id
└── CitationError         a quotation does not stand in its article (never shown as an answer)
"""

from collections.abc import Sequence

from index.errors import DatelineError


class QuestionError(DatelineError):
    """A question cannot be asked as it stands; the message says what to change."""


class ReaderError(DatelineError):
    """The reader cannot be loaded; the message says what to do."""


class ModelCallError(DatelineError):
    """A language model could not be asked; the message says why, and holds no secret."""


class UnknownAnswerError(DatelineError):
    """No answer that was kept has an id, or more than one begins with it.

    Args:
        answer_id: what was asked for.
        near: the ids that come near it.
        several: whether those are the ones that begin with it.
    """

    def __init__(self, answer_id: str, near: Sequence[str], *, several: bool) -> None:
        if several:
            said = f"several answers begin with {answer_id!r}: {', '.join(near)}"
        elif near:
            said = f"no answer {answer_id!r} is kept; the nearest: {', '.join(near)}"
        else:
            said = f"no answer {answer_id!r} is kept: `dateline replay` lists the last ones"
        super().__init__(said)


class CitationError(DatelineError):
    """A quotation does not stand, character for character, in the article that it cites."""
