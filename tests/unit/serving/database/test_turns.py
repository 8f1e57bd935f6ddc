"""Processes that write without a pause take turns; one that is killed holds nobody up."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from serving.database.failures import DatabaseUnavailable
from serving.database.turns import turn_of_processes


def write_without_a_pause(path: Path, until: float, said: Path) -> None:
    while time.monotonic() < until:
        with turn_of_processes(path, seconds=5.0), said.open("a") as book:
            book.write(f"{os.getpid()}\n")
            time.sleep(0.002)


def hold(path: Path, has_it: Path) -> None:
    with turn_of_processes(path, seconds=5.0):
        has_it.touch()
        time.sleep(60)


def test_two_processes_that_write_without_a_pause_take_turns(tmp_path: Path) -> None:
    said, until = tmp_path / "said", time.monotonic() + 1.5
    spawn = multiprocessing.get_context("fork")
    both = [spawn.Process(target=write_without_a_pause, args=(tmp_path / "db", until, said)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(20)

    turns = said.read_text().split()
    first = next(place for place, one in enumerate(turns) if one != turns[0])
    while_both = turns[first:-20]
    longest = max(len(run) for run in _runs(while_both))
    assert len(set(turns)) == 2
    assert longest <= 5


def test_the_turn_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=hold, args=(tmp_path / "db", tmp_path / "has_it"))
    process.start()
    while not (tmp_path / "has_it").exists():
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)

    with turn_of_processes(tmp_path / "db", seconds=5.0):
        process.join(5)


def test_whose_turn_does_not_come_in_time_is_told_so_and_stands_in_nobodys_way(tmp_path: Path) -> None:
    with turn_of_processes(tmp_path / "db", seconds=1.0):
        with pytest.raises(DatabaseUnavailable, match="others write"), turn_of_processes(tmp_path / "db", seconds=0.01):
            pass
        waiting = threading.Thread(target=lambda: turn_of_processes(tmp_path / "db", seconds=5.0).__enter__())
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
    waiting.join(5)
    assert not waiting.is_alive()


def test_without_a_lock_beside_the_file_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="no lock beside the file"), turn_of_processes(tmp_path / "a" / "db", seconds=1):
        pass


def _runs(turns: list[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    for one in turns:
        if runs and runs[-1][0] == one:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
