"""Processes that write without a pause take turns; one that is killed holds nobody up."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from serving.database.failures import DatabaseUnavailable
from serving.database.opened.turns import turn_of_processes


def hold(path: Path, has_it: Path) -> None:
    with turn_of_processes(path, seconds=5.0):
        has_it.touch()
        time.sleep(60)


def is_taken(path: Path) -> bool:
    handle = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_who_has_just_written_lets_the_next_in_line_go_first(tmp_path: Path) -> None:
    wrote: list[str] = []

    def write(name: str) -> None:
        with turn_of_processes(tmp_path / "db", seconds=10.0):  # locks are of open files, so a thread stands for a process
            wrote.append(name)

    with turn_of_processes(tmp_path / "db", seconds=10.0):
        other = threading.Thread(target=write, args=("other",))
        other.start()
        while not is_taken(tmp_path / "db.next"):
            time.sleep(0.001)
    write("again")
    other.join(10)

    assert wrote == ["other", "again"]


def test_the_turn_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=hold, args=(tmp_path / "db", tmp_path / "has_it"))
    process.start()
    while not (tmp_path / "has_it").exists():
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)

    with turn_of_processes(tmp_path / "db", seconds=5.0):
        process.join(5)

    assert process.exitcode == -signal.SIGKILL


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
