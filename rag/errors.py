"""What can go wrong between a question and its answer.

DatelineError             (index.errors)
├── QuestionError         a question cannot be asked as it stands
└── CitationError         a quotation does not stand in its article (never shown as an answer)
"""

from index.errors import DatelineError


class QuestionError(DatelineError):
    """A question cannot be asked as it stands; the message says what to change."""


class CitationError(DatelineError):
    """A quotation does not stand, character for character, in the article that it cites."""
