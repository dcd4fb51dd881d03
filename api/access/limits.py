"""Limits: how often each key asks and how much it asks at once, counted over all workers.

The counts are in one file that every worker of a service opens. A rate is one number for each key
(the generic cell rate algorithm, which is a token bucket kept as the time at which it is full
again: ITU-T I.371), read and written under a lock that the kernel keeps for microseconds. A
request in flight is a lock on one byte: when a worker is killed, the kernel lets go of its locks,
so no count is ever left too high.

The locks are POSIX record locks, which a process has once: open the file once in each process.
Knows nothing of keys but their numbers.
"""

import errno
import fcntl
import math
import os
import struct
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COUNTERS = "counters"
WINDOW = 60.0  # seconds
RECORD = struct.Struct("<dd")  # when the bucket is full again, when it was last used
# Bytes far beyond the records, where a lock is a request in flight.
FIRST_SLOT = 1 << 40
MOST_CONCURRENT = 4096
TAKEN = frozenset({errno.EAGAIN, errno.EACCES})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much each key may ask.

    Attributes:
        per_minute: requests in a minute, all of which may come at once; 0 for any number.
        concurrent: requests in flight, at most `MOST_CONCURRENT`; 0 for any number.
    """

    per_minute: int = 600
    concurrent: int = 32

    @property
    def policy(self) -> str | None:
        """The RateLimit-Policy header (draft-ietf-httpapi-ratelimit-headers-10), if any."""
        parts = []
        if self.per_minute:
            parts.append(f'"requests";q={self.per_minute};w={WINDOW:.0f}')
        if self.concurrent:
            parts.append(f'"concurrent";q={self.concurrent};qu="concurrent-requests"')
        return ", ".join(parts) or None


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a key stands after asking once more.

    Attributes:
        allowed: whether it may.
        remaining: how many requests may follow at once.
        full_in: seconds until all of them may again.
        wait: seconds until one more may, 0 if it may now.
    """

    allowed: bool
    remaining: int
    full_in: float
    wait: float

    @property
    def header(self) -> str:
        """The RateLimit header's item."""
        return f'"requests";r={self.remaining};t={math.ceil(self.full_in)}'


class Counters:
    """The counts of a service.

    Args:
        folder: holds their file, which is made where there is none; None counts for this process
            alone.
        limits: what is counted against.

    Raises:
        OSError: the file cannot be opened for writing.
    """

    def __init__(self, folder: Path | None, limits: Limits) -> None:
        self.limits = limits
        if folder is None:
            with tempfile.TemporaryFile() as file:
                self._file = os.dup(file.fileno())
        else:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(folder / COUNTERS, os.O_RDWR | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._mine: set[int] = set()

    def take(self, number: int, now: float) -> Rate:
        """Count a request of a key, if it is within the rate.

        Args:
            number: the key's.
            now: seconds since the epoch, by the clock that all workers share.
        """
        start = number * RECORD.size
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX, RECORD.size, start)
            try:
                full, _ = _record(os.pread(self._file, RECORD.size, start))
                rate, full = self._taken(full, now)
                os.pwrite(self._file, RECORD.pack(full, now), start)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, RECORD.size, start)
        return rate

    def enter(self, number: int) -> int | None:
        """Return a slot for a request in flight, None if all are taken; `leave` gives it back."""
        first = FIRST_SLOT + number * MOST_CONCURRENT
        with self._lock:
            for slot in range(first, first + self.limits.concurrent):
                if slot not in self._mine and self._locked(slot):
                    self._mine.add(slot)
                    return slot
        return None

    def leave(self, slot: int) -> None:
        """Give a slot back."""
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)
            self._mine.discard(slot)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _taken(self, full: float, now: float) -> tuple[Rate, float]:
        if not self.limits.per_minute:
            return Rate(allowed=True, remaining=0, full_in=0.0, wait=0.0), full
        each = WINDOW / self.limits.per_minute
        # No bucket is emptier than empty: a clock that was set back costs a window at most.
        full = min(max(full, now), now + WINDOW)
        after = full + each
        # A double holds today's seconds to a quarter of a microsecond.
        allowed = after - now <= WINDOW + 1e-5
        if allowed:
            full = after
        rate = Rate(
            allowed=allowed,
            remaining=max(0, math.floor((WINDOW - (full - now)) / each + 1e-3)),
            full_in=full - now,
            wait=0.0 if allowed else after - now - WINDOW,
        )
        return rate, full

    def _locked(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError as error:
            if error.errno not in TAKEN:
                raise
            return False
        return True


def last_uses(folder: Path, numbers: Sequence[int]) -> list[float | None]:
    """Return when each of some keys last asked, in seconds since the epoch; None for never.

    Raises:
        OSError: the counters cannot be read.
    """
    try:
        content = (folder / COUNTERS).read_bytes()
    except FileNotFoundError:
        return [None] * len(numbers)
    starts = [number * RECORD.size for number in numbers]
    return [_record(content[start : start + RECORD.size])[1] or None for start in starts]


def _record(content: bytes) -> tuple[float, float]:
    """Return what is counted for a key; of one that never asked, and of damaged bytes, zeros."""
    if len(content) < RECORD.size:
        return 0.0, 0.0
    full, used = RECORD.unpack(content)
    return (full, used) if math.isfinite(full) and math.isfinite(used) else (0.0, 0.0)
