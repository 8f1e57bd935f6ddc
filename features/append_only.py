"""How is a line added to a file that only grows: durably, whole or not at all; a line cut short by a kill is dropped."""

from __future__ import annotations

import os
from pathlib import Path

from features.write_once import sync_folder


def whole_lines(path: Path) -> list[bytes]:
    """Return the lines of a file, oldest first; none where there is no file, and not the one that a kill cut short."""
    if not path.exists():
        return []
    return path.read_bytes().split(b"\n")[:-1]


def append_line(path: Path, line: bytes) -> None:
    """Add a line, on disk when this returns; the caller sees to it that nobody else does so meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        whole = sum(len(earlier) + 1 for earlier in whole_lines(path))
        os.ftruncate(handle, whole)
        os.pwrite(handle, line + b"\n", whole)
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
