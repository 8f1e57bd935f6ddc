"""Which runs look alive and are not: those left RUNNING by a process of this host that is gone."""

from __future__ import annotations

import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

PARENT = "mlflow.parentRunId"
"""The tag by which a run names the one it stands below."""

_TAG = "lifecycle.process"
_STARTED = 19
"""Place of the start time among the fields of `/proc/<pid>/stat` that follow the program's name."""


@dataclass(frozen=True)
class Process:
    """A process, so that it is not taken for another: a number is given again, at the latest after the next start of the host.

    `host` is a hash of the host's names and of the space in which numbers of processes are given; `boot` names the start of the
    host, `started` that of the process since then.
    """

    host: str
    boot: str
    pid: int
    started: str

    @classmethod
    def this(cls) -> Process:
        """Return the process that runs this."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> Process:
        """Return a process of this host that runs now."""
        return cls(_host(), _boot(), pid, _started(pid))

    def is_gone(self) -> bool:
        """Say whether it is known to have ended: never of another host's, nor where the system does not tell."""
        if self.host != _host() or not (self.boot and self.started):
            return False
        return self.boot != _boot() or self.started != _started(self.pid)


def process_tag() -> dict[str, str]:
    """Return the tag by which a run says which process records it."""
    return {_TAG: msgspec.json.encode(Process.this()).decode()}


def forget_process(client: Any, run_id: str) -> None:
    """Take the tag off a run that has ended: nobody need look for its process any more."""
    client.delete_tag(run_id, _TAG)


def end_abandoned(client: Any, experiment_id: str) -> list[str]:
    """Set to KILLED what a process of this host left RUNNING when it went, and the runs below; return their ids."""
    running = client.search_runs([experiment_id], filter_string="attributes.status = 'RUNNING'")
    gone = {run.info.run_id for run in running if _left_behind(run.data.tags.get(_TAG))}
    ended = [run.info.run_id for run in running if gone & {run.info.run_id, run.data.tags.get(PARENT)}]
    for run_id in ended:
        client.set_terminated(run_id, "KILLED")
    return ended


def _left_behind(tag: str | None) -> bool:
    """Say whether a tag names a process that is gone; one of another version names none."""
    if tag is None:
        return False
    try:
        return msgspec.json.decode(tag, type=Process).is_gone()
    except msgspec.DecodeError:
        return False


def _host() -> str:
    names = [socket.gethostname(), _text(Path("/etc/machine-id")), _space_of_numbers()]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _space_of_numbers() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _boot() -> str:
    return _text(Path("/proc/sys/kernel/random/boot_id"))


def _started(pid: int) -> str:
    """Return when a process started, in ticks since the host did; nothing if there is none, or it has ended."""
    _, _, after_name = _text(Path(f"/proc/{pid}/stat")).rpartition(")")
    fields = after_name.split()
    return fields[_STARTED] if len(fields) > _STARTED and fields[0] not in "ZX" else ""


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
