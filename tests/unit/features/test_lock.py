"""That one process at a time holds a lock, that its name is told, and that a volume without locks is refused."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from features.errors import Conflict
from features.lock import LocksMissing, only_one

HOLD_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from features.errors import Conflict
from features.lock import only_one

with only_one(Path(sys.argv[1]), Conflict):
    print("held", flush=True)
    time.sleep(60)
"""


def test_who_comes_second_is_told_who_holds_the_lock_and_since_when(tmp_path: Path) -> None:
    with only_one(tmp_path / "a.lock", Conflict), pytest.raises(Conflict) as refused, only_one(tmp_path / "a.lock", Conflict):
        pass

    assert str(refused.value).startswith(f"process {os.getpid()} on ")
    assert str(refused.value).endswith("Z")


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD_UNTIL_KILLED, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Conflict, match=f"process {holder.pid} "), only_one(lock, Conflict):
            pass
        holder.kill()

    with only_one(lock, Conflict):
        assert lock.read_text().startswith(f"process {os.getpid()} ")


def test_a_volume_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)

    with pytest.raises(LocksMissing, match="NFS with its lock service"), only_one(tmp_path / "a.lock", Conflict):
        pass
