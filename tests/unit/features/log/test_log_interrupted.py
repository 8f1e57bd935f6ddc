"""A writer that dies, or whose disk is full, at any of its steps leaves the log as it was or as it was to be."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.log_crashes import crash_campaign, outlive_old_files
from features.contracts.checks import ContractBroken
from features.contracts.schemas import LATEST, delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.compaction import compact
from features.log.intake import Receipt, append
from features.log.store import EventLog, verify_log
from features.log.writer import NoRoomForLog

RECEIPT = Receipt(received_at=LATEST, known_at="given")
STEPS = 6  # at most two files and the manifest: a file and its folder synced each


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "var")
    append(home, milestones("c1", "c2", *(f"c{number}" for number in range(3, 30)), known_at=10), receipt=RECEIPT)
    append(home, milestones("recent", known_at=10), receipt=RECEIPT)
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


WRITES: dict[str, Callable[[Home], object]] = {
    "of new rows": lambda home: append(home, milestones("new1", "new2", known_at=20), receipt=RECEIPT),
    "of further versions": lambda home: append(home, milestones("c1", "c2", known_at=20), receipt=RECEIPT),
    "of a compaction": compact,
}


def write_and_die(write: Callable[[Home], object], home: Home, step: int) -> None:
    os.fsync = at_step(step, die)
    write(home)


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_writer_killed_at_any_step_leaves_the_old_log_or_the_new(
    home: Home, tmp_path: Path, write: Callable[[Home], object], step: int
) -> None:
    ends = {told(home), told_after(write, copied(home, tmp_path / "after"))}
    writer = multiprocessing.get_context("fork").Process(target=write_and_die, args=(write, home, step))
    writer.start()
    writer.join(20)

    assert told(home) in ends
    assert verify_log(home) == []

    assert told_after(write, home) in ends
    assert list(home.log.rglob(".tmp-*")) == []
    outlive_old_files(home)
    assert unnamed(home) == set()


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_full_disk_leaves_the_log_as_it_was(
    home: Home, monkeypatch: pytest.MonkeyPatch, write: Callable[[Home], object], step: int
) -> None:
    before = (home.log / "manifest.json").read_bytes()
    monkeypatch.setattr(os, "fsync", at_step(step, no_space))

    with pytest.raises(NoRoomForLog, match=r"make room.*run this again"):
        write(home)

    assert (home.log / "manifest.json").read_bytes() == before
    assert verify_log(home) == []
    assert unnamed(home) == set()


def test_a_tenth_of_the_campaign_of_kills_at_random_moments_finds_no_fault(tmp_path: Path) -> None:
    campaign = crash_campaign(tmp_path, share=0.1)

    assert [trials.faults for trials in campaign] == [(), (), ()]
    assert all(trials.killed for trials in campaign)


def copied(home: Home, folder: Path) -> Home:
    shutil.copytree(home.root, folder)
    return Home(folder)


def told(home: Home) -> tuple[int, str, tuple[str, ...]]:
    manifest = EventLog.open(home).manifest
    return manifest.version, manifest.digest, tuple(manifest.files)


def told_after(write: Callable[[Home], object], home: Home) -> tuple[int, str, tuple[str, ...]]:
    write(home)
    return told(home)


def unnamed(home: Home) -> set[str]:
    """Files of the log that its version does not name."""
    return {path.relative_to(home.log).as_posix() for path in home.log.glob("*/*/*")} - set(EventLog.open(home).manifest.files)


def test_a_second_source_that_is_broken_keeps_the_first_out_too(tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    broken = {**milestones("c1", known_at=10), "usage": pa.table({"customer": ["c1"], "occurred_at": ["2026-01-01"]})}

    with pytest.raises(ContractBroken, match="usage") as refusal:
        append(home, broken, receipt=RECEIPT)

    assert [
        name for name in ("customer_id", "event_id", "occurred_at", "known_at", "feature") if name not in str(refusal.value)
    ] == []
    assert not home.root.exists()
