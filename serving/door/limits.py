"""How often may a key ask: as many requests a minute as it was given, counted right across the processes of a host.

A bucket a key (GCRA): it holds a minute's worth of requests and fills evenly. The buckets of several processes lie in one mapped
file; an entry is read and written under the kernel's lock on its bytes, which is held for microseconds and ends with its holder.
Asking the kernel costs more than looking a customer up, so a process takes some requests ahead while many are left: a 256th of
what is left, 64 at most, which stand for a second. They are counted as asked then; near the end each is taken alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import Unavailable
from serving.database.keys import Caller
from serving.door.problems import ForCallers

ENTRIES = 8192
"""So many keys are told apart in the shared file; further ones are counted by each process for itself."""

_FILE = "limits.map"
_WORD = 8
_WIDTH = 2 * _WORD  # whose bucket it is, and the moment at which it is full again
_MINUTE_NS = 60 * 10**9
_POLICY = "key"
_SHARE_AHEAD, _MOST_AHEAD = 256, 64
_AHEAD_NS = 10**9


class TooManyRequests(ForCallers, Unavailable):
    """A key has used up its requests of the minute."""

    status = 429
    problem = "too-many-requests"

    def __init__(self, requests_per_minute: int, wait_ns: int) -> None:
        self.requests_per_minute = requests_per_minute
        self.wait_seconds = max(1, math.ceil(wait_ns / 1e9))
        super().__init__(
            f"This key may make {requests_per_minute} requests a minute and has made them; try again after "
            f"{self.wait_seconds} s, or ask an administrator for a higher limit."
        )

    @property
    def header_fields(self) -> Mapping[str, str]:
        """Return when to try again, and the limit, in the form of the IETF draft on RateLimit header fields."""
        return {
            "Retry-After": str(self.wait_seconds),
            "RateLimit-Policy": f'"{_POLICY}";q={self.requests_per_minute};w=60',
            "RateLimit": f'"{_POLICY}";r=0;t={self.wait_seconds}',
        }

    @property
    def members(self) -> Mapping[str, Any]:
        """Return the same for programs."""
        return {"retry_after_seconds": self.wait_seconds, "requests_per_minute": self.requests_per_minute}


@dataclass(frozen=True)
class Pace:
    """A bucket: the nanoseconds in which it gains one request, and those in which it fills, which is a minute."""

    interval_ns: int
    size_ns: int

    @classmethod
    def of(cls, requests_per_minute: int) -> Pace:
        """Return the pace of so many requests a minute."""
        interval = _MINUTE_NS // requests_per_minute
        return cls(interval, interval * requests_per_minute)

    def after(self, full_at: int, now: int) -> tuple[int, int]:
        """Return when the bucket is full again after a request made now, and how long that request must wait; 0: it may pass.

        A bucket can be a minute from full at most, so a later moment is one of a clock that was set back: then it is empty now,
        which neither locks its key out nor lets it ask for more.

        >>> Pace.of(2).after(0, 0), Pace.of(2).after(60 * 10**9, 0)
        ((30000000000, 0), (60000000000, 30000000000))
        """
        longest = now + self.size_ns
        full_at = now if full_at < now else min(full_at, longest)
        after = full_at + self.interval_ns
        return (after, 0) if after <= longest else (full_at, after - longest)

    def ahead(self, full_at: int, now: int) -> int:
        """Return how many more requests may be taken with one that has just passed: few, and none where few are left.

        >>> Pace.of(60_000).ahead(0, 0), Pace.of(200).ahead(0, 0)
        (64, 0)
        """
        left = (now + self.size_ns - max(full_at, now)) // self.interval_ns
        return min(_MOST_AHEAD, left // _SHARE_AHEAD)


@dataclass(slots=True)
class _Ahead:
    """Requests of one key that this process has taken from the bucket and not passed yet, and until when they stand."""

    left: int = 0
    until: int = 0


class RateLimits:
    """The buckets that one process sees. `folder`: where several processes share them; empty: this process counts for itself.

    `clock` counts nanoseconds and is one for all processes of the host.
    """

    def __init__(
        self,
        folder: str,
        default: int,
        *,
        clock: Callable[[], int] = time.monotonic_ns,
        on_refusal: Callable[[], None] = lambda: None,
    ) -> None:
        self._default = default
        self._clock = clock
        self._on_refusal = on_refusal
        self._paces: dict[int, Pace] = {}
        self._places: dict[str, int] = {}
        self._own: dict[str, int] = {}
        self._ahead: dict[str, _Ahead] = {}
        self._turn = threading.Lock()  # the kernel's locks belong to a process, not to a thread
        self._handle = _opened(Path(folder) / _FILE) if folder else None
        table = bytearray(ENTRIES * _WIDTH) if self._handle is None else mmap.mmap(self._handle, ENTRIES * _WIDTH)
        self._words = memoryview(table).cast("Q")

    def admit(self, caller: Caller) -> None:
        """Count a request of this caller.

        Raises
        ------
        TooManyRequests
            If its minute is used up; this request was not counted.
        """
        limit = caller.requests_per_minute or self._default
        pace = self._paces.get(limit) or self._paces.setdefault(limit, Pace.of(limit))
        wait = self._count(caller.key_id, pace)
        if wait:
            self._on_refusal()
            raise TooManyRequests(limit, wait)

    def close(self) -> None:
        """Let go of the shared file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _count(self, key_id: str, pace: Pace) -> int:
        with self._turn:
            now, ahead = self._clock(), self._ahead.get(key_id)
            if ahead is None:
                ahead = self._ahead[key_id] = _Ahead()
            # Not only before their end but near it: a clock that was set back must not lengthen it.
            if ahead.left and 0 < ahead.until - now <= _AHEAD_NS:
                ahead.left -= 1
                return 0
            return self._take(key_id, pace, ahead, now=now)

    def _take(self, key_id: str, pace: Pace, ahead: _Ahead, *, now: int) -> int:
        """Take one request from the bucket, and some ahead; return how long it must wait, 0 where it may pass."""
        place = self._places.get(key_id)
        if place is None:
            place = self._places[key_id] = self._claimed(key_id)
        if place < 0:
            self._own[key_id], wait = pace.after(self._own.get(key_id, 0), now)
            return wait
        self._lock(place, fcntl.LOCK_EX)
        word = 2 * place + 1
        full_at, wait = pace.after(self._words[word], now)
        ahead.left, ahead.until = 0 if wait else pace.ahead(full_at, now), now + _AHEAD_NS
        self._words[word] = full_at + ahead.left * pace.interval_ns
        self._lock(place, fcntl.LOCK_UN)
        return wait

    def _claimed(self, key_id: str) -> int:
        """Return the place of a key's bucket, taken if nobody has it yet; -1 where every place is taken."""
        mark = int.from_bytes(hashlib.blake2b(key_id.encode(), digest_size=_WORD).digest()) or 1
        self._lock(ENTRIES, fcntl.LOCK_EX)
        found = next((place for place in _places(mark) if self._words[2 * place] in (0, mark)), -1)
        if found >= 0:
            self._words[2 * found] = mark
        self._lock(ENTRIES, fcntl.LOCK_UN)
        return found

    def _lock(self, place: int, how: int) -> None:
        """Take or let go of the bytes of a place; those behind the last one stand for who takes places."""
        if self._handle is not None:
            fcntl.lockf(self._handle, how, _WIDTH, place * _WIDTH)


def _places(mark: int) -> Iterator[int]:
    """Return the places where the bucket of this mark may lie, in the order in which they are looked at."""
    return ((mark + step) % ENTRIES for step in range(ENTRIES))


def _opened(path: Path) -> int:
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    os.ftruncate(handle, ENTRIES * _WIDTH)
    return handle
