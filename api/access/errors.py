"""What can go wrong with access."""

from index.errors import DatelineError


class AccessError(DatelineError):
    """Access cannot be set up, or cannot be told; the message is one line that says what to do."""
