"""When does a process stop: it says it is not ready and goes on accepting, so that a balancer can turn away; then it ends."""

from __future__ import annotations

import time


class Drain:
    """Whether this process is about to end; asking again changes nothing, as one stop may reach a process twice."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None

    @property
    def begun(self) -> bool:
        """Return whether the end was asked for."""
        return self._until is not None

    @property
    def is_over(self) -> bool:
        """Return whether accepting ends now."""
        return self._until is not None and time.monotonic() >= self._until

    def begin(self) -> None:
        """Ask for the end."""
        if self._until is None:
            self._until = time.monotonic() + self._seconds

    def cut_short(self) -> None:
        """Ask for the end now: only what is in hand is finished."""
        self._until = time.monotonic()
