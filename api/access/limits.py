"""Limits: how often each key asks and how much it asks at once, counted over all workers.

The counts are in one file that the workers of a service share. A rate is one number for each key,
the time at which all of it may be used again (the generic cell rate algorithm, ITU-T I.371: a
token bucket without a clock), read and written under a lock that is held for microseconds. A
request in flight is a lock on one byte: where a worker is killed the kernel lets go of its locks,
so that no count is ever left too high.

These are POSIX record locks, which belong to a process: open the file once in each. Knows nothing
of keys but their numbers.
"""

import errno
import fcntl
import math
import os
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

FILE = "limits.bin"
WINDOW = 60.0  # seconds
FULL_AT = struct.Struct("<d")
# Bytes far beyond the times, each a request in flight while it is locked.
FIRST_SLOT = 1 << 40
MOST_AT_ONCE = 4096
# A double holds today's seconds to a quarter of a microsecond.
ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Limits:
    """How much each key may ask.

    Attributes:
        per_minute: requests in a minute, all of which may come at once; 0 for any number.
        at_once: requests in flight, from 1 to `MOST_AT_ONCE`.
    """

    per_minute: int = 600
    at_once: int = 32


class Counters:
    """The counts of a service.

    Args:
        data: its data folder, which holds the file.
        limits: what is counted against.

    Raises:
        OSError: the file cannot be opened, here, or used, in any method.
    """

    def __init__(self, data: Path, limits: Limits) -> None:
        self._limits = limits
        self._file = os.open(data / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._mine: set[int] = set()

    def take(self, number: int, now: float) -> float:
        """Count a request of a key if it is within the rate.

        Args:
            number: the key's.
            now: seconds since the epoch, by the clock that all workers share.

        Returns:
            0 if it was; else the seconds until one is.
        """
        if not self._limits.per_minute:
            return 0.0
        each, start = WINDOW / self._limits.per_minute, number * FULL_AT.size
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX, FULL_AT.size, start)
            try:
                # A key that never asked has nothing there, or zeros.
                (full_at,) = FULL_AT.unpack(os.pread(self._file, 8, start).ljust(8, b"\0"))
                # No bucket is emptier than empty: a clock that was set back costs a minute at most.
                full_at = min(max(full_at, now), now + WINDOW) if math.isfinite(full_at) else now
                wait = max(0.0, full_at + each - now - WINDOW)
                if wait <= ROUNDING:
                    full_at, wait = full_at + each, 0.0
                os.pwrite(self._file, FULL_AT.pack(full_at), start)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, FULL_AT.size, start)
        return wait

    def enter(self, number: int) -> int | None:
        """Return a slot for a request in flight, None if all are taken; `leave` gives it back."""
        first = FIRST_SLOT + number * MOST_AT_ONCE
        with self._lock:
            for slot in range(first, first + self._limits.at_once):
                if slot not in self._mine and self._locked(slot):
                    self._mine.add(slot)
                    return slot
        return None

    def leave(self, slot: int) -> None:
        """Give a slot back."""
        with self._lock:
            self._mine.remove(slot)
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)

    def _locked(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EACCES}:
                raise
            return False
        return True
