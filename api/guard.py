"""Guard: nothing secret leaves the process by its streams or its logs.

Knows nothing of what is said or logged.
"""

import logging
import sys
import traceback
from collections.abc import Iterable
from typing import Any, BinaryIO, TextIO, cast

from rag.redact import Redactor


def guard_output(redactor: Redactor) -> None:
    """Mask secrets in all that this process prints and logs from here on.

    Does nothing where there is no secret. A library's own log handlers are covered, also those
    that are made later.
    """
    if not redactor:
        return
    sys.stdout = cast("TextIO", RedactedStream(sys.stdout, redactor))
    sys.stderr = cast("TextIO", RedactedStream(sys.stderr, redactor))
    guard_logs(redactor)


def guard_logs(redactor: Redactor) -> None:
    """Mask secrets in each log record as it is made, whoever logs it and whoever handles it."""
    plain = logging.getLogRecordFactory()

    def guarded(*arguments: Any, **named: Any) -> logging.LogRecord:  # noqa: ANN401 - the factory's
        record = plain(*arguments, **named)
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # What cannot be put together is reported by the handler, with its arguments.
            message = f"{record.msg} {record.args}"
        shown = redactor.text(message)
        # Otherwise it stays as it is: some formatters take the arguments apart.
        if shown != message:
            record.msg, record.args = shown, ()
        if record.exc_info and record.exc_info[1] is not None:
            trace = "".join(traceback.format_exception(record.exc_info[1]))
            if redactor.text(trace) != trace:
                record.exc_text, record.exc_info = redactor.text(trace).rstrip(), None
        return record

    logging.setLogRecordFactory(guarded)


class RedactedStream:
    """A text stream that masks secrets in what is written to it; otherwise the stream itself."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor

    def write(self, text: str) -> int:
        """Write a text without its secrets."""
        self._stream.write(self._redactor.text(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts without their secrets."""
        for line in lines:
            self.write(line)

    @property
    def buffer(self) -> "RedactedBytes":
        """What bytes are written to; click does so where a terminal knows ASCII alone."""
        return RedactedBytes(self._stream.buffer, self._redactor)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        """Return what the stream has."""
        return getattr(self._stream, name)


class RedactedBytes:
    """A binary stream that masks secrets in what is written to it; otherwise the stream itself."""

    def __init__(self, stream: BinaryIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor

    def write(self, content: bytes | bytearray | memoryview) -> int:
        """Write bytes without their secrets."""
        # Latin-1 has a character for each byte, and keys are ASCII.
        shown = self._redactor.text(bytes(content).decode("latin-1"))
        self._stream.write(shown.encode("latin-1"))
        return len(bytes(content))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        """Return what the stream has."""
        return getattr(self._stream, name)
