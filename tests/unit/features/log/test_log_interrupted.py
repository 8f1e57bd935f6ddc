"""A writer that dies, or whose disk is full, at any of its steps leaves the log as it was or as it was to be."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from features.contracts.checks import ContractBroken
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog, verify_log
from features.log.writer import NoRoomForLog

RECEIPT = Receipt(received_at=1_000, known_at="given")
STEPS = 6  # two buckets and the manifest: a file and its folder synced each


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "var")
    append(home, milestones("c1", "c2", known_at=10), receipt=RECEIPT)
    return home


def milestones(*ids: str, known_at: int) -> dict[str, pa.Table]:
    rows = [{"customer_id": i, "known_at": known_at, "milestone_id": i, "reached_at": 5, "milestone": "login"} for i in ids]
    return {"milestones": pa.Table.from_pylist(rows, schema=delivered_schema(SOURCES["milestones"]))}


def at_step(number: int, act: Callable[[], None]) -> Callable[..., None]:
    """A stand-in for `os.fsync` that acts at its call of that number."""
    calls = iter(range(number))

    def fsync(handle: int) -> None:
        del handle
        if next(calls, None) is None:
            act()

    return fsync


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def append_and_die(home: Home, step: int) -> None:
    os.fsync = at_step(step, die)
    append(home, milestones("c1", "c2", known_at=20), receipt=RECEIPT)


@pytest.mark.parametrize("step", range(STEPS))
def test_a_writer_killed_at_any_step_leaves_the_old_log_or_the_new(home: Home, step: int) -> None:
    writer = multiprocessing.get_context("fork").Process(target=append_and_die, args=(home, step))
    writer.start()
    writer.join(20)

    log = EventLog.open(home)
    known = {log.customer("milestones", name)["known_at"].cast(pa.int64()).to_pylist()[-1] for name in ("c1", "c2")}
    assert known in ({10}, {20})
    assert verify_log(home) == []

    append(home, milestones("c1", "c2", known_at=20), receipt=RECEIPT)
    assert EventLog.open(home).manifest.rows == {"milestones": 4}
    assert list(home.log.rglob(".tmp-*")) == []


@pytest.mark.parametrize("step", range(5))
def test_a_full_disk_leaves_the_log_as_it_was(home: Home, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    before = (home.log / "manifest.json").read_bytes()
    monkeypatch.setattr(os, "fsync", at_step(step, no_space))

    with pytest.raises(NoRoomForLog, match=r"make room.*run this again"):
        append(home, milestones("c1", "c2", known_at=20), receipt=RECEIPT)

    assert (home.log / "manifest.json").read_bytes() == before
    assert verify_log(home) == []
    assert list(home.log.rglob(".tmp-*")) == []


def test_a_second_source_that_is_broken_keeps_the_first_out_too(tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    broken = {**milestones("c1", known_at=10), "usage": pa.table({"customer": ["c1"], "occurred_at": ["2026-01-01"]})}

    with pytest.raises(ContractBroken, match="usage") as refusal:
        append(home, broken, receipt=RECEIPT)

    assert [
        name for name in ("customer_id", "event_id", "occurred_at", "known_at", "feature") if name not in str(refusal.value)
    ] == []
    assert not home.root.exists()
