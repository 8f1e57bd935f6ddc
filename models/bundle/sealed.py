"""How is a folder named by its content: a manifest holds the SHA-256 of every file, and the folder is named by the manifest's.

Whoever opens one checks in this order: the manifest's bytes against the name they were asked for, each file's bytes against the
manifest, and only then parses anything. What is parsed is the very bytes that were hashed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import Damaged, NotFound
from features.write_once import canonical_json, new_folder, publish_folder, sha256_of_file

MANIFEST = "manifest.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class NotStored(NotFound):
    """No folder of that name stands here."""


class ContentDamaged(Damaged):
    """The files of a folder are not those its name promises. Nothing of it was parsed."""


@dataclass(frozen=True)
class Sealed:
    """A folder whose manifest is what its name promises; its files are checked when they are read."""

    folder: Path
    manifest_bytes: bytes
    manifest: Mapping[str, Any]

    def read(self, name: str) -> bytes:
        """Return one file's bytes, checked.

        Raises
        ------
        ContentDamaged
            If the manifest does not list the file, it is gone, or it has other bytes.
        """
        try:
            content = self._path(name).read_bytes()
        except OSError as error:
            raise ContentDamaged(_remedy(self.folder, f"{name} could not be read: {error.strerror}")) from error
        if hashlib.sha256(content).hexdigest() != self.manifest["files"][name]:
            raise ContentDamaged(_remedy(self.folder, f"{name} has other content"))
        return content

    def read_all(self) -> dict[str, bytes]:
        """Return the bytes of every file the manifest lists, checked."""
        return {name: self.read(name) for name in self.manifest["files"]}

    def checked_path(self, name: str) -> Path:
        """Return the path of one file after hashing it: for large files that are mapped, not read."""
        try:
            found = sha256_of_file(self._path(name))
        except OSError as error:
            raise ContentDamaged(_remedy(self.folder, f"{name} could not be read: {error.strerror}")) from error
        if found != self.manifest["files"][name]:
            raise ContentDamaged(_remedy(self.folder, f"{name} has other content"))
        return self._path(name)

    def _path(self, name: str) -> Path:
        if name not in self.manifest["files"] or not _FILE_NAME.fullmatch(name):
            raise ContentDamaged(_remedy(self.folder, f"{name} is not in its manifest"))
        return self.folder / name


def seal(
    parent: Path, facts: Mapping[str, Any], fill: Callable[[Path], None], *, attest: Callable[[Path], None] = lambda _: None
) -> str:
    """Fill a new folder, list its files in a manifest beside `facts`, publish it below `parent`; return its name.

    The name is the SHA-256 of the manifest, so equal content has one name on every machine. Where a folder of that name stands
    but its files are damaged, the new one takes its place. `attest` may lay a file beside the manifest that speaks of it, such as
    a signature: it appears with the folder.
    """
    with new_folder(parent) as temporary:
        fill(temporary)
        files = {path.name: sha256_of_file(path) for path in sorted(temporary.iterdir())}
        manifest = canonical_json({**facts, "files": files})
        (temporary / MANIFEST).write_bytes(manifest)
        attest(temporary)
        name = hashlib.sha256(manifest).hexdigest()
        if (parent / name).exists() and not is_whole(parent, name):
            shutil.rmtree(parent / name)
        publish_folder(temporary, parent / name)
    return name


def open_sealed(parent: Path, name: str) -> Sealed:
    """Return the folder after checking its manifest against its name.

    Raises
    ------
    NotStored
        If no such folder stands below `parent`, or `name` is no SHA-256 in hex.
    ContentDamaged
        If the manifest is gone or has other bytes than its name promises.
    """
    if not is_sha256(name) or not (parent / name).is_dir():
        raise NotStored(f"needed a folder {name[:64]!r} below {parent}, found none")
    folder = parent / name
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise ContentDamaged(_remedy(folder, f"{MANIFEST} could not be read: {error.strerror}")) from error
    if hashlib.sha256(content).hexdigest() != name:
        raise ContentDamaged(_remedy(folder, f"{MANIFEST} has other content"))
    return Sealed(folder, content, json.loads(content))


def is_whole(parent: Path, name: str) -> bool:
    """Say whether a folder of that name stands below `parent` and every file its manifest lists is what it promises."""
    try:
        sealed = open_sealed(parent, name)
        for file in sealed.manifest["files"]:
            sealed.checked_path(file)
    except (NotStored, ContentDamaged):
        return False
    return True


def is_sha256(text: object) -> bool:
    """Say whether something is 64 hexadecimal digits in lower case.

    >>> is_sha256("0" * 64), is_sha256("0" * 63 + "A"), is_sha256("../" + "0" * 61)
    (True, False, False)
    """
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def _remedy(folder: Path, found: str) -> str:
    return f"needed {folder.parent.name}/{folder.name[:12]} whole, found that {found}; make it again or restore a backup"
