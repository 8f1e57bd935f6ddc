"""How does a file appear whole or not at all: written beside its place, synced, renamed, the folder synced.

A reader sees the old or the new, never half (a crash may leave a `.tmp-` name behind, which no reader opens).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from features.errors import Damaged

_CHUNK = 1 << 20
_ABANDONED_AFTER_SECONDS = 24 * 3600
TEMPORARY = ".tmp-"


class SealBroken(Damaged):
    """A manifest does not have the hash it names; who reads it says which it is, and what to do."""


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step, durably; an older file there is replaced."""
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def new_folder(parent: Path) -> Iterator[Path]:
    """Give a temporary folder below `parent` to fill; the caller publishes it with `publish_folder`, else it is removed.

    Those of processes that were killed are removed, once nothing was put into them for a day.
    """
    make_folder(parent)
    remove_abandoned(parent)
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=parent))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def publish_folder(temporary: Path, final: Path) -> Path:
    """Sync everything in `temporary` and rename it to `final`; where `final` stands already, that one is kept.

    Names of write-once folders hold the hash of their content, so an older folder of that name is the same.
    """
    for path in sorted(temporary.rglob("*")):
        if path.is_file():
            _sync_file(path)
        else:
            sync_folder(path)
    sync_folder(temporary)
    make_folder(final.parent)
    if not final.exists():
        temporary.chmod(0o755)
        try:
            temporary.rename(final)
        except OSError:
            if not final.exists():  # where it does, another process published the same meanwhile
                raise
        sync_folder(final.parent)
    return final


def remove_abandoned(parent: Path, *, depth: int = 0) -> None:
    """Remove what processes that were killed left in `parent`, and so many floors below, once it was not touched for a day."""
    for floor in range(depth + 1):
        for left in parent.glob(f"{'*/' * floor}{TEMPORARY}*"):
            with suppress(FileNotFoundError):  # its process finished meanwhile
                if time.time() - left.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return the one spelling of a JSON value: sorted keys, no spaces, UTF-8, no NaN.

    >>> canonical_json({"b": 1, "a": [1.5, None]})
    b'{"a":[1.5,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_of_json(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical spelling, in hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def sealed(body: Mapping[str, Any]) -> bytes:
    """Return a manifest with the hash of its own body, as it is written to disk."""
    return canonical_json({"manifest": body, "sha256": sha256_of_json(body)})


def unsealed(content: bytes) -> dict[str, Any]:
    """Return the body of what `sealed` returned.

    Raises
    ------
    SealBroken
        If it is not that.

    Examples
    --------
    >>> unsealed(sealed({"version": 3}))
    {'version': 3}
    """
    try:
        document = json.loads(content)
        body: dict[str, Any] = document["manifest"]
        if document["sha256"] == sha256_of_json(body):
            return body
    except (ValueError, KeyError, TypeError) as error:
        raise SealBroken("a manifest is not what was written") from error
    raise SealBroken("a manifest is not what was written")


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, each under a durable name."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
