"""Whoever waits for a turn gets it when the holder is done, and is told who holds it when the wait is over."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from features.errors import Conflict
from features.lock import in_turn, only_one


def refused(holder: str) -> Conflict:
    return Conflict(f"held by {holder}")


def test_a_turn_comes_when_the_holder_is_done(tmp_path: Path) -> None:
    path, took = tmp_path / "a.lock", threading.Event()

    def wait() -> None:
        with in_turn(path, refused, seconds=30):
            took.set()

    with only_one(path, refused):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not took.wait(0.05)
    waiting.join()

    assert took.is_set()


def test_who_waited_long_enough_is_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"

    with only_one(path, refused), pytest.raises(Conflict, match="held by process"), in_turn(path, refused, seconds=0):
        pytest.fail("took a lock that is held")


def test_what_goes_wrong_inside_a_turn_is_not_taken_for_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="another matter"), in_turn(tmp_path / "a.lock", refused, seconds=30):
        raise Conflict("another matter")
