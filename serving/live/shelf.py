"""Where are live states found: behind the pointer, and in a short list of those that were verified before.

The list lets a service start while the pointer's target is damaged, and spares a model its trial where it passed one with the
same software. It is a hint, not an authority: whatever it names is hashed, and its signature checked, again.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import msgspec

from features.home import Home
from features.write_once import canonical_json, replace_file
from models.bundle import Live, NothingLive, read_live
from serving.live.state import LiveState, open_live_state

Mark: TypeAlias = tuple[object, ...]

_KEPT = 3
_LONGEST_TURN_SECONDS = 35.0  # a trial takes 30 at most
_LOCK_POLL_SECONDS = 0.05


class _Kept(msgspec.Struct):
    """The states that were verified, the newest first, and with which software their models were tried."""

    software: str
    states: list[Live]


class LiveShelf:
    """The live states of one installation."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._record = home.root / "last_good.json"
        self._ahead: tuple[Mark, Future[LiveState]] | None = None
        self._software = f"python {sys.version.split()[0]}, lifecycle {version('lifecycle')}, lightgbm {version('lightgbm')}"

    def open_ahead(self) -> None:
        """Begin to open what is live, in a thread; `newest` returns or raises what came of it, unless the pointer moved since."""
        mark, opened = self.pointer_mark(), Future[LiveState]()

        def work() -> None:
            try:
                opened.set_result(self._newest())
            except Exception as fault:  # whoever asks is told
                opened.set_exception(fault)

        self._ahead = (mark, opened)
        threading.Thread(target=work, name="live-ahead", daemon=True).start()

    def pointer_mark(self) -> Mark:
        """Return what changes whenever the pointer moves."""
        return _stat(self._home.live)

    def files_mark(self, state: LiveState | None) -> Mark:
        """Return what changes whenever a file of the state is changed or removed."""
        return tuple(_stat(path) for path in (state.files if state else ()))

    def newest(self) -> LiveState:
        """Return what the pointer names, verified.

        Raises
        ------
        NothingLive
            If there is no pointer.
        Damaged, NotFound
            If anything it leads to is not what its name promises.
        """
        mark, opened = self._ahead or ((), None)
        self._ahead = None
        if opened is not None and mark == self.pointer_mark():
            return opened.result()
        return self._newest()

    def _newest(self) -> LiveState:
        live = read_live(self._home)
        if live is None:
            raise NothingLive("needed live.json, found none; run `lifecycle train churn`, then `lifecycle promote churn`")
        with self._turn():
            state = self._open(live)
            self._remember(live)
        return state

    def last_good(self) -> LiveState | None:
        """Return the newest state that was verified before and still can be; None if there is none."""
        for live in self._kept().states:
            with suppress(Exception):  # whatever is wrong with it, the next one may be whole
                return self._open(live)
        return None

    def _open(self, live: Live) -> LiveState:
        was_tried = live in self._kept().states
        return open_live_state(self._home, live, with_trial=not was_tried)

    def _remember(self, live: Live) -> None:
        kept = self._kept().states
        if kept[:1] != [live]:
            states = [live, *(other for other in kept if other != live)][:_KEPT]
            with suppress(OSError):
                replace_file(
                    self._record, canonical_json({"software": self._software, "states": [asdict(each) for each in states]})
                )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one process at a time try models, so that the others find them tried; where no lock can be had in time, all try."""
        try:
            handle = os.open(self._record.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            yield
            return
        try:
            _wait_for_lock(handle)
            yield
        finally:
            os.close(handle)

    def _kept(self) -> _Kept:
        with suppress(OSError, ValueError, RecursionError, msgspec.DecodeError):
            kept = msgspec.json.decode(self._record.read_bytes(), type=_Kept)
            if kept.software == self._software:
                return kept
        return _Kept(self._software, [])


def _wait_for_lock(handle: int) -> None:
    # Bounded: a process that was stopped while it held the lock must not keep the others from serving.
    deadline = time.monotonic() + _LONGEST_TURN_SECONDS
    while time.monotonic() < deadline:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_POLL_SECONDS)
        except OSError:  # a file system without locks
            return
        else:
            return


def _stat(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
