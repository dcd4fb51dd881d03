"""What can go wrong between a question and its answer.

DatelineError             (index.errors)
├── QuestionError         a question cannot be asked as it stands
├── ReaderError           the reader that comes with Dateline cannot be loaded
├── ModelCallError        a language model could not be asked, or did not finish
└── CitationError         a quotation does not stand in its article (never shown as an answer)
"""

from index.errors import DatelineError


class QuestionError(DatelineError):
    """A question cannot be asked as it stands; the message says what to change."""


class ReaderError(DatelineError):
    """The reader cannot be loaded; the message says what to do."""


class ModelCallError(DatelineError):
    """A language model could not be asked; the message says why, and holds no secret."""


class CitationError(DatelineError):
    """A quotation does not stand, character for character, in the article that it cites."""
