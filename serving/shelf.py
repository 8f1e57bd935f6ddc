"""Where are live states found: behind the pointer, and in a short list of those that were in service before.

The list lets a service start while the pointer's target is damaged, and spares a model its trial where it was passed with the
same software. It is a hint, not an authority: whatever it names is verified again.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import msgspec

from features.errors import LifecycleError
from features.home import Home
from features.write_once import canonical_json, replace_file
from models.bundle import Live, NothingLive, read_live
from serving.live import LiveState, open_live_state

Mark: TypeAlias = tuple[object, ...]

_KEPT = 3


class _Kept(msgspec.Struct):
    """The states that were in service, the newest first, and with which software their models were tried."""

    software: str
    states: list[Live]


class LiveShelf:
    """The live states of one installation."""

    def __init__(self, home: Home, feature_names: Collection[str]) -> None:
        self._home = home
        self._feature_names = feature_names
        self._record = home.root / "last_good.json"
        self._software = f"python {sys.version.split()[0]}, lifecycle {version('lifecycle')}, lightgbm {version('lightgbm')}"

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
        live = read_live(self._home)
        if live is None:
            raise NothingLive("needed live.json, found none; run `lifecycle train churn`, then `lifecycle promote churn`")
        return self._open(live)

    def last_good(self) -> LiveState | None:
        """Return the newest state that was in service before and still can be verified; None if there is none."""
        for live in self._kept().states:
            with suppress(LifecycleError, OSError, ValueError, KeyError):
                return self._open(live)
        return None

    def keep(self, state: LiveState) -> None:
        """Remember that the state was in service; where the folder cannot be written, nothing is remembered."""
        kept = self._kept()
        if kept.states[:1] == [state.live]:
            return
        states = [state.live, *(live for live in kept.states if live != state.live)][:_KEPT]
        with suppress(OSError):
            replace_file(self._record, canonical_json({"software": self._software, "states": [asdict(live) for live in states]}))

    def _open(self, live: Live) -> LiveState:
        was_tried = live in self._kept().states
        return open_live_state(self._home, live, feature_names=self._feature_names, with_trial=not was_tried)

    def _kept(self) -> _Kept:
        with suppress(OSError, msgspec.DecodeError):
            kept = msgspec.json.decode(self._record.read_bytes(), type=_Kept)
            if kept.software == self._software:
                return kept
        return _Kept(self._software, [])


def _stat(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
